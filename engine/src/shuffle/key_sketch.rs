//! A sketch of the heaviest keys: which keys hold most of a map task's rows, and how many rows at least and at most.
//!
//! ```text
//!  some keys ───── hash ─> slot: an owner and its votes. A row of the owner's votes for it, another row against it;
//!                           at no vote the slot changes hands
//!  every key ────────────> compared with the few owners that have most votes, and counted
//! ```
//!
//! Finding is a majority vote in every slot, as in an MV-Sketch (L. Tang, Q. Huang, P. Lee: MV-Sketch: A Fast and Compact
//! Invertible Sketch for Heavy Flow Detection in Network Data Streams, INFOCOM 2019), over a sample of the rows. Counting is
//! exact from the batch on in which a key was found; a hot key is found in the first. Space-Saving, which is better known,
//! searches its counters for every row, and the map side of a count by key has no time for that: it takes some 15 ns a row.
//! `engine/benches/key_sketch.rs` measures both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::room::filled;

/// Slots are 2 to this power.
const SLOT_BITS: u32 = 9;
/// Rows of a batch that vote, about: one in 16 of a full batch, all of a small one.
const VOTERS: usize = crate::columnar::BATCH_ROWS / 16;
/// Keys that are counted at a time. Each costs a comparison a row.
const COUNTED: usize = 3;
/// Knuth's multiplicative hash: 2^64 over the golden ratio (The Art of Computer Programming, volume 3, section 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    owner: i64,
    votes: u32,
}

/// A key that was found to be heavy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    key: i64,
    /// Its rows, from the batch on in which it was found.
    counted: u64,
    /// Rows before that batch that may have been its.
    missed: u64,
}

/// The sketch of one task's Int64 keys.
#[derive(Debug, Clone, Default)]
pub struct KeySketch {
    /// None before the first rows.
    slots: Vec<Slot>,
    found: Vec<Found>,
    row_count: u64,
}

impl KeySketch {
    /// Adds the keys of a batch's rows.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`].
    pub fn add(&mut self, keys: &[i64]) -> Result<()> {
        if self.slots.is_empty() {
            self.slots = filled(Slot::default(), 1 << SLOT_BITS)?;
        }
        for &key in keys.iter().step_by((keys.len() / VOTERS).max(1)) {
            let slot = &mut self.slots[slot_of(key)];
            let is_for = (slot.owner == key) | (slot.votes == 0);
            slot.owner = if is_for { key } else { slot.owner };
            slot.votes = if is_for { slot.votes + 1 } else { slot.votes.wrapping_sub(1) };
        }
        self.find();
        for found in &mut self.found {
            found.counted += count(keys, found.key);
        }
        self.row_count += keys.len() as u64;
        Ok(())
    }

    /// Takes the owners with most votes. One that is counted stays until another has twice its votes: of two that are about
    /// as heavy, either may lead for a while, and each change would cost the count.
    fn find(&mut self) {
        for slot in self.slots.iter().filter(|slot| slot.votes > 0) {
            if self.found.iter().any(|found| found.key == slot.owner) {
                continue;
            }
            let next = Found { key: slot.owner, counted: 0, missed: self.row_count };
            if self.found.len() < COUNTED {
                self.found.push(next);
                continue;
            }
            let weakest = (0..COUNTED).min_by_key(|&at| (self.votes_of(&self.found[at]), at)).unwrap_or(0);
            let held = self.votes_of(&self.found[weakest]);
            // Nothing is lost while nothing was counted.
            let is_fresh = self.found[weakest].counted == 0;
            if slot.votes > 2 * held || (is_fresh && slot.votes > held) {
                self.found[weakest] = next;
            }
        }
    }

    fn votes_of(&self, found: &Found) -> u32 {
        let slot = self.slots[slot_of(found.key)];
        if slot.owner == found.key { slot.votes } else { 0 }
    }

    /// The heaviest keys by name.
    pub fn finish(&self) -> HeavyKeys {
        let mut keys: Vec<HeavyKey> = self.found.iter().map(Found::bounds).collect();
        keys.sort_by_key(HeavyKey::rank);
        let counted: u64 = keys.iter().map(|key| key.at_least).sum();
        HeavyKeys { rows: self.row_count, keys, others_at_most: self.row_count - counted }
    }
}

impl Found {
    fn bounds(&self) -> HeavyKey {
        HeavyKey { key: self.key, at_least: self.counted, at_most: self.counted + self.missed }
    }
}

/// How many of the keys are this one.
fn count(keys: &[i64], key: i64) -> u64 {
    // In 32 bits a lane, which the compiler makes vectors of; a batch has fewer rows than that.
    keys.iter().map(|&other| u32::from(other == key)).sum::<u32>().into()
}

#[inline]
fn slot_of(key: i64) -> usize {
    ((key as u64).wrapping_mul(GOLDEN) >> (64 - SLOT_BITS)) as usize
}

/// A key that holds many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeavyKey {
    /// The value of the key column.
    pub key: i64,
    /// It has no fewer rows than this.
    pub at_least: u64,
    /// It has no more rows than this.
    pub at_most: u64,
}

impl HeavyKey {
    /// The heaviest first; the smallest of equals.
    fn rank(&self) -> (std::cmp::Reverse<u64>, i64) {
        (std::cmp::Reverse(self.at_least), self.key)
    }
}

/// The heaviest keys of some rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HeavyKeys {
    /// The number of rows that were looked at.
    pub rows: u64,
    /// Keys, by the rows that they have at least, the heaviest first; the smallest of equals.
    pub keys: Vec<HeavyKey>,
    /// No key that is not named has more rows than this.
    pub others_at_most: u64,
}

impl HeavyKeys {
    /// Puts what several tasks have seen together.
    pub fn merged<'a>(parts: impl IntoIterator<Item = &'a HeavyKeys>) -> HeavyKeys {
        let mut all = HeavyKeys::default();
        // By key: the rows that it has at least, and what it may have more than a key that no part names.
        let mut named: BTreeMap<i64, (u64, i64)> = BTreeMap::new();
        for part in parts {
            for key in &part.keys {
                let (at_least, more) = named.entry(key.key).or_default();
                *at_least += key.at_least;
                *more += key.at_most.cast_signed() - part.others_at_most.cast_signed();
            }
            all.rows += part.rows;
            all.others_at_most += part.others_at_most;
        }
        let keys = named.into_iter().map(|(key, (at_least, more))| HeavyKey {
            key,
            at_least,
            at_most: all.others_at_most.saturating_add_signed(more),
        });
        all.keys = keys.collect();
        all.keys.sort_by_key(HeavyKey::rank);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    /// Keys with as many rows each, shuffled, in batches of a thousand.
    fn batches(counts: &[(i64, u64)], seed: u64) -> Vec<Vec<i64>> {
        let streams = Streams::new(seed);
        let mut rows: Vec<(u64, i64)> = Vec::new();
        for &(key, count) in counts {
            for _ in 0..count {
                rows.push((streams.number("order", rows.len() as u64), key));
            }
        }
        rows.sort_unstable();
        rows.chunks(1_000).map(|chunk| chunk.iter().map(|row| row.1).collect()).collect()
    }

    fn seen(batches: &[Vec<i64>]) -> HeavyKeys {
        let mut sketch = KeySketch::default();
        batches.iter().try_for_each(|batch| sketch.add(batch)).expect("room for a few slots");
        sketch.finish()
    }

    #[test]
    fn the_rows_of_a_hot_key_are_counted_exactly() {
        let mut counts: Vec<(i64, u64)> = (0..20_000).map(|key| (key * 7 - 50_000, 3)).collect();
        counts.push((i64::MAX, 20_000));
        let found = seen(&batches(&counts, 1));
        assert_eq!(found.keys[0], HeavyKey { key: i64::MAX, at_least: 20_000, at_most: 20_000 });
        assert_eq!(found.rows, 80_000);
        assert!(found.others_at_most <= 60_000, "{}", found.others_at_most);
    }

    #[test]
    fn bounds_hold_for_every_key_of_every_task_and_of_all_together() {
        for seed in 0..20 {
            let skew = |key: i64| 1 + 30_000 / (1 + key as u64).pow(1 + (seed % 2) as u32);
            let counts: Vec<(i64, u64)> = (0..3_000).map(|key| (key, skew(key))).collect();
            let all = batches(&counts, seed);
            let tasks: Vec<&[Vec<i64>]> = all.chunks(1 + seed as usize * 5).collect();
            let parts: Vec<HeavyKeys> = tasks.iter().map(|task| seen(task)).collect();
            let check = |found: &HeavyKeys, rows: &[Vec<i64>]| {
                let mut truth: BTreeMap<i64, u64> = BTreeMap::new();
                rows.iter().flatten().for_each(|&key| *truth.entry(key).or_default() += 1);
                for (&key, &count) in &truth {
                    match found.keys.iter().find(|heavy| heavy.key == key) {
                        Some(heavy) => {
                            assert!((heavy.at_least..=heavy.at_most).contains(&count), "{heavy:?} {count}")
                        }
                        None => assert!(count <= found.others_at_most, "{key} has {count}"),
                    }
                }
            };
            parts.iter().zip(&tasks).for_each(|(part, rows)| check(part, rows));
            let merged = HeavyKeys::merged(&parts);
            check(&merged, &all);
            assert_eq!((merged.keys[0].key, merged.keys[0].at_least), (0, skew(0)), "the heaviest is exact");
        }
    }

    #[test]
    fn no_rows_have_no_heavy_key() {
        assert_eq!(KeySketch::default().finish(), HeavyKeys::default());
        assert_eq!(HeavyKeys::merged([]), HeavyKeys::default());
    }
}
