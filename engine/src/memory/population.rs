//! What rows are told apart by, and how they spread: heavy keys one by one, the rest as one crowd.

use crate::dataset::{DataSpec, Skew, rotated, rotation};
use crate::random::Streams;
use crate::shuffle::spark_hash::{SEED, hash_int, hash_long, pmod};

/// Ranks that are placed one by one; each of the others then holds less than one row in this many.
const HEAVY: u64 = 4_096;
/// A sum over this many ranks is exact, further ones are integrated.
const SUMMED: u64 = 65_536;
/// A random count exceeds its mean by more than this many deviations in one of 30,000 cases.
const DEVIATIONS: f64 = 4.0;

/// One key or word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    /// Spark's hash of it.
    pub(super) hash: u32,
    /// Its share of the rows.
    pub(super) weight: f64,
    /// The key; 0 for a word.
    pub(super) key: i64,
}

/// All keys, or all words.
#[derive(Debug, Clone)]
pub(super) struct Population {
    heavy: Vec<Item>,
    rest_weight: f64,
    rest_count: f64,
}

/// Where an exchange puts rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) partitions: u32,
    pub(super) salts: u32,
    pub(super) is_replicated: bool,
}

impl Population {
    /// The keys of the rows of `prompts`, or, with another skew, of another table.
    pub(super) fn of_keys(data: &DataSpec, skew: Skew) -> Self {
        let key_count = data.keys;
        let first = rotation(key_count, &Streams::new(data.seed));
        let heavy_count = key_count.min(HEAVY);
        let weights = Weights::new(key_count, skew);
        let heavy: Vec<Item> = (0..heavy_count)
            .map(|rank| {
                let key = rotated(rank, first, key_count);
                Item { hash: hash_long(key, SEED), weight: weights.of_rank(rank), key }
            })
            .collect();
        let heavy_weight: f64 = heavy.iter().map(|item| item.weight).sum();
        let rest_count = (key_count - heavy_count) as f64;
        Population { heavy, rest_weight: (1.0 - heavy_weight).max(0.0), rest_count }
    }

    /// Items that are all known.
    pub(super) fn of_items(heavy: Vec<Item>) -> Self {
        Population { heavy, rest_weight: 0.0, rest_count: 0.0 }
    }

    /// A crowd without end: nothing is known of how often a value stands there, so every row is taken for another.
    pub(super) fn of_rows() -> Self {
        Population { heavy: Vec::new(), rest_weight: 1.0, rest_count: f64::INFINITY }
    }

    /// The heaviest keys with their weights.
    pub(super) fn heaviest(&self, count: usize) -> impl Iterator<Item = (i64, f64)> {
        self.heavy.iter().take(count).map(|item| (item.key, item.weight))
    }

    /// How many different ones are among so many rows, at most as expected.
    pub(super) fn distinct(&self, rows: f64) -> f64 {
        let heavy: f64 = self.heavy.iter().map(|item| (rows * item.weight).min(1.0)).sum();
        upper(heavy + (rows * self.rest_weight).min(self.rest_count)).min(rows)
    }

    /// Rows by partition. With `distinct_tasks`, each of so many tasks has at most one row of a key.
    pub(super) fn spread(&self, rows: f64, distinct_tasks: Option<f64>, spread: &Spread) -> Vec<f64> {
        let limit = |rows: f64, items: f64| distinct_tasks.map_or(rows, |tasks| rows.min(tasks * items));
        let copies = f64::from(spread.salts.min(spread.partitions));
        let rest = limit(rows * self.rest_weight, self.rest_count);
        let rest = if spread.is_replicated { rest * copies } else { rest };
        let even = rest / f64::from(spread.partitions);
        // The crowd comes in lumps: a light key's rows stay together.
        let lump = (rest / self.rest_count.max(1.0)).max(1.0);
        let mut partitions = vec![even + DEVIATIONS * (even * lump).sqrt(); spread.partitions as usize];
        for item in &self.heavy {
            let rows = limit(rows * item.weight, 1.0);
            let salted = |salt| match spread.salts {
                0 | 1 => pmod(item.hash, spread.partitions),
                _ => pmod(hash_int(salt, item.hash), spread.partitions),
            };
            let mut targets: Vec<u32> = (0..spread.salts.max(1)).map(salted).collect();
            let part = if spread.is_replicated { rows } else { rows / targets.len() as f64 };
            if spread.is_replicated {
                targets.sort_unstable();
                targets.dedup();
            }
            targets.into_iter().for_each(|target| partitions[target as usize] += part);
        }
        partitions.into_iter().map(upper).collect()
    }
}

/// A count that is not exceeded when `mean` is expected.
pub(super) fn upper(mean: f64) -> f64 {
    mean + DEVIATIONS * mean.sqrt()
}

/// Shares of the rows by rank, as [`crate::dataset`] draws them.
struct Weights {
    key_count: f64,
    skew: Skew,
    /// What a Zipf weight is divided by.
    sum: f64,
}

impl Weights {
    fn new(key_count: u64, skew: Skew) -> Self {
        let sum = match skew {
            Skew::Zipf { exponent } => {
                let summed = key_count.min(SUMMED);
                let exact: f64 = (1..=summed).map(|rank| libm::pow(rank as f64, -exponent)).sum();
                exact + integral(summed as f64, key_count as f64, exponent)
            }
            Skew::Uniform {} | Skew::HotKey { .. } => 1.0,
        };
        Weights { key_count: key_count as f64, skew, sum }
    }

    fn of_rank(&self, rank: u64) -> f64 {
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
