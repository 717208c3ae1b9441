//! Which reduce partition each key or word is placed in, by Spark's hash. It depends on the keys and the partitions alone, not on
//! how many rows a key has: it is kept while rows, share and skew change.

use std::sync::Arc;

use super::population::{HEAVY_KEYS, crowd_ranges};
use crate::dataset::{rotated, rotation};
use crate::random::Streams;
use crate::shuffle::spark_hash::{SEED, hash_bytes, hash_int, hash_long, pmod};

/// As many keys are hashed one by one; of the keys past them each partition gets an even part, to a few in a thousand.
const MOST_HASHED: u64 = 1 << 18;
/// The same of salted keys, each of which has several places.
const MOST_SALTED: u64 = 1 << 15;

/// What the places of all values follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlacedBy {
    pub(super) values: Values,
    pub(super) partitions: u32,
    /// Salts of each value; 1 means none.
    pub(super) salts: u32,
    /// Whether a row goes to every partition where one of its salts can be, or its rows are dealt to the salts in turn.
    pub(super) is_replicated: bool,
}

/// The values that are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    Keys { seed: u64, count: u64 },
    Words,
}

/// How many rows each value has: those that are known one by one, and a mean value of each crowd.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amounts {
    pub(super) heavy: Vec<f64>,
    pub(super) crowd: Vec<f64>,
}

/// The places of all values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Places {
    pub(super) by: PlacedBy,
    /// The places of each heavy value, one after the other: as many as there are salts. A second copy in one place is `NOWHERE`.
    heavy: Vec<u32>,
    /// The values of each crowd in each partition: by crowd, then by partition. A salted value counts in each of its places.
    crowd: Vec<f64>,
    /// Places of a value, on average.
    pub(super) mean_places: f64,
}

const NOWHERE: u32 = u32::MAX;

impl Places {
    pub(super) fn of_keys(by: PlacedBy, seed: u64, count: u64) -> Self {
        let first = rotation(count, &Streams::new(seed));
        let mut places = Places::empty(by);
        let mut targets = Vec::with_capacity(by.salts as usize);
        for rank in 0..count.min(HEAVY_KEYS) {
            by.targets(hash_long(rotated(rank, first, count), SEED), &mut targets);
            places.heavy.extend(&targets);
        }
        let hashed =
            if by.salts == 1 { MOST_HASHED } else { HEAVY_KEYS.max(MOST_SALTED / u64::from(by.salts)) };
        for range in crowd_ranges(count) {
            let mut counts = vec![0.0; by.partitions as usize];
            let end = range.end.min(hashed.max(range.start));
            for rank in range.start..end {
                by.targets(hash_long(rotated(rank, first, count), SEED), &mut targets);
                targets.iter().filter(|&&at| at != NOWHERE).for_each(|&at| counts[at as usize] += 1.0);
            }
            let even = (range.end - end) as f64 * by.expected_places() / f64::from(by.partitions);
            counts.iter_mut().for_each(|count| *count += even);
            places.crowd.extend(counts);
        }
        places.settled()
    }

    pub(super) fn of_words<'a>(by: PlacedBy, words: impl Iterator<Item = &'a str>) -> Self {
        let mut places = Places::empty(by);
        let mut targets = Vec::with_capacity(by.salts as usize);
        for word in words {
            by.targets(hash_bytes(word.as_bytes(), SEED), &mut targets);
            places.heavy.extend(&targets);
        }
        places.settled()
    }

    fn empty(by: PlacedBy) -> Self {
        Places { by, heavy: Vec::new(), crowd: Vec::new(), mean_places: 1.0 }
    }

    fn settled(mut self) -> Self {
        let salts = self.by.salts as usize;
        if self.by.is_replicated && !self.heavy.is_empty() {
            let copies = self.heavy.iter().filter(|&&at| at != NOWHERE).count();
            self.mean_places = copies as f64 / (self.heavy.len() / salts) as f64;
        }
        self
    }

    /// Sums something over the values of each partition. A value whose rows are dealt to its salts counts in part in each.
    pub(super) fn sum(&self, amounts: &Amounts) -> Vec<f64> {
        let salts = self.by.salts as usize;
        let part = if self.by.is_replicated { 1.0 } else { 1.0 / salts as f64 };
        let mut sums = vec![0.0; self.by.partitions as usize];
        for (amount, targets) in amounts.heavy.iter().zip(self.heavy.chunks_exact(salts)) {
            targets.iter().filter(|&&at| at != NOWHERE).for_each(|&at| sums[at as usize] += amount * part);
        }
        for (amount, counts) in amounts.crowd.iter().zip(self.crowd.chunks_exact(sums.len())) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += amount * part * count);
        }
        sums
    }

    /// The one place of the value with most rows; `None` where its rows are in several.
    pub(super) fn of_heaviest(&self) -> Option<u32> {
        self.heavy.first().copied().filter(|_| self.by.salts == 1)
    }
}

impl PlacedBy {
    /// The places of a value with this hash, one for each salt.
    fn targets(&self, hash: u32, targets: &mut Vec<u32>) {
        targets.clear();
        if self.salts == 1 {
            return targets.push(pmod(hash, self.partitions));
        }
        targets.extend((0..self.salts).map(|salt| pmod(hash_int(salt, hash), self.partitions)));
        if self.is_replicated {
            targets.sort_unstable();
            for at in (1..targets.len()).rev() {
                if targets[at] == targets[at - 1] {
                    targets[at] = NOWHERE;
                }
            }
        }
    }

    /// Places of a value: all salts, or different ones where a second copy would be one too many.
    fn expected_places(&self) -> f64 {
        let (salts, partitions) = (f64::from(self.salts), f64::from(self.partitions));
        if self.is_replicated { partitions * (1.0 - libm::pow(1.0 - 1.0 / partitions, salts)) } else { salts }
    }
}

/// Places that are kept from one expectation to the next.
pub(super) fn kept(known: &[Arc<Places>], by: &PlacedBy) -> Option<Arc<Places>> {
    known.iter().find(|places| places.by == *by).cloned()
}
