//! What rows are told apart by: heavy keys or words one by one, the rest as one crowd.

use std::ops::Range;

use super::{DataSpec, Skew, rotated, rotation};
use crate::random::Streams;

/// Ranks that are known one by one; each of the others then holds less than one row in this many.
const HEAVY: u64 = 4_096;
/// A sum over this many ranks is exact, further ones are integrated: from the middle between two ranks, so that it is off by less
/// than a millionth.
const SUMMED: u64 = 4_096;
/// A random count exceeds its mean by more than this many deviations in one of 30,000 cases.
pub(crate) const DEVIATIONS: f64 = 4.0;

/// One key or word.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The item is this key or word.
    pub(crate) value: ItemValue,
    /// Its share of the rows.
    pub(crate) weight: f64,
}

/// A key or a word.
#[derive(Debug, Clone)]
pub(crate) enum ItemValue {
    /// The item is a key.
    Key(i64),
    /// The item is a word.
    Word(String),
}

/// All keys, or all words.
#[derive(Debug, Clone)]
pub(crate) struct Population {
    /// The heavy keys or words, each alone.
    pub(crate) heavy: Vec<Item>,
    /// The share of the rows that all others have together.
    pub(crate) rest_weight: f64,
    /// How many others there are.
    pub(crate) rest_count: f64,
}

impl Population {
    /// The keys of the rows of `prompts`, or, with another skew, of another table.
    pub(crate) fn of_keys(data: &DataSpec, skew: Skew) -> Self {
        let key_count = data.keys;
        let first = rotation(key_count, &Streams::new(data.seed));
        let heavy_count = key_count.min(HEAVY);
        let weights = Weights::new(key_count, skew);
        let heavy: Vec<Item> = (0..heavy_count)
            .map(|rank| {
                let key = rotated(rank, first, key_count);
                Item { value: ItemValue::Key(key), weight: weights.of_rank(rank) }
            })
            .collect();
        let heavy_weight: f64 = heavy.iter().map(|item| item.weight).sum();
        let rest_count = (key_count - heavy_count) as f64;
        Population { heavy, rest_weight: (1.0 - heavy_weight).max(0.0), rest_count }
    }

    /// Items that are all known.
    pub(crate) fn of_items(heavy: Vec<Item>) -> Self {
        Population { heavy, rest_weight: 0.0, rest_count: 0.0 }
    }

    /// A crowd without end: nothing is known of how often a value stands there, so every row is taken for another.
    pub(super) fn of_rows() -> Self {
        Population { heavy: Vec::new(), rest_weight: 1.0, rest_count: f64::INFINITY }
    }

    /// The heaviest keys with their weights.
    pub(crate) fn heaviest(&self, count: usize) -> impl Iterator<Item = (i64, f64)> {
        self.heavy.iter().take(count).filter_map(|item| match &item.value {
            ItemValue::Key(key) => Some((*key, item.weight)),
            ItemValue::Word(_) => None,
        })
    }

    /// How many different ones are among so many rows, at most as expected.
    pub(crate) fn distinct(&self, rows: f64) -> f64 {
        let heavy: f64 = self.heavy.iter().map(|item| (rows * item.weight).min(1.0)).sum();
        upper(heavy + (rows * self.rest_weight).min(self.rest_count)).min(rows)
    }
}

/// A count that is not exceeded when `mean` is expected.
pub(crate) fn upper(mean: f64) -> f64 {
    mean + DEVIATIONS * mean.sqrt()
}

/// Shares of the rows by rank, as [`crate::dataset`] draws them.
pub(crate) struct Weights {
    key_count: f64,
    skew: Skew,
    /// What a Zipf weight is divided by.
    sum: f64,
}

impl Weights {
    pub(crate) fn new(key_count: u64, skew: Skew) -> Self {
        let sum = match skew {
            Skew::Zipf { exponent } => {
                let summed = key_count.min(SUMMED);
                let exact: f64 = (1..=summed).map(|rank| libm::pow(rank as f64, -exponent)).sum();
                exact + integral(summed as f64 + 0.5, key_count as f64 + 0.5, exponent)
            }
            Skew::Uniform {} | Skew::HotKey { .. } => 1.0,
        };
        Weights { key_count: key_count as f64, skew, sum }
    }

    /// The share of all ranks of a range that does not begin with the first few.
    pub(crate) fn of_ranks(&self, ranks: &Range<u64>) -> f64 {
        match self.skew {
            Skew::Zipf { exponent } => {
                let (from, to) = (ranks.start as f64 + 0.5, ranks.end as f64 + 0.5);
                integral(from, to, exponent) / self.sum
            }
            Skew::Uniform {} | Skew::HotKey { .. } => {
                (ranks.end - ranks.start) as f64 * self.of_rank(ranks.start)
            }
        }
    }

    pub(crate) fn of_rank(&self, rank: u64) -> f64 {
        let even = 1.0 / self.key_count;
        match self.skew {
            Skew::Uniform {} => even,
            Skew::Zipf { exponent } => libm::pow((rank + 1) as f64, -exponent) / self.sum,
            Skew::HotKey { share } if share <= even || self.key_count < 2.0 => even,
            Skew::HotKey { share } if rank == 0 => share,
            Skew::HotKey { share } => (1.0 - share) / (self.key_count - 1.0),
        }
    }
}

/// Of rank^-exponent between two ranks.
fn integral(from: f64, to: f64, exponent: f64) -> f64 {
    if (exponent - 1.0).abs() < 1e-9 {
        return libm::log(to / from);
    }
    (libm::pow(to, 1.0 - exponent) - libm::pow(from, 1.0 - exponent)) / (1.0 - exponent)
}
