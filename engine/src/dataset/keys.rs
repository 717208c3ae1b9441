//! Which key a row has: an alias table over integer weights, so that native and wasm draw alike.

use rand::RngExt;
use rand::distr::{Distribution, Uniform};
use rand_distr::weighted::WeightedAliasIndex;

use super::Skew;
use crate::error::Result;
use crate::random::{Streams, Xoshiro256PlusPlus};
use crate::room::{check_room, collect, filled, reserve_for};

/// The weight of the heaviest Zipf key. The alias table wants every weight below 2^64 / keys, which for
/// 5 M keys is 2^41.7.
const ZIPF_SCALE: f64 = (1u64 << 41) as f64;
/// Hot shares are rounded to this fraction of the whole.
const SHARE_STEPS: u64 = 1 << 40;
/// Bytes a key, at most, that `rand_distr` takes while it builds an alias table, beside the weights.
const ALIAS_BYTES: usize = 16;

/// A distribution that keys are drawn from. Rank 0 is the heaviest. A rank's key is a rotation of it by the seed, so that
/// another seed has another hot key (and puts it into another partition).
#[derive(Debug)]
pub struct KeyDistribution {
    key_count: u64,
    rotation: u64,
    ranks: Ranks,
}

#[derive(Debug)]
enum Ranks {
    Uniform(Uniform<u32>),
    Weighted(WeightedAliasIndex<u64>),
}

impl KeyDistribution {
    /// Builds the table: O(keys) time and memory for a skewed one.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`] comes when room is refused.
    pub fn new(key_count: u64, skew: Skew, streams: &Streams) -> Result<Self> {
        let ranks = match weights(key_count, skew)? {
            None => {
                let last = u32::try_from(key_count - 1).expect("MAX_KEYS fits 32 bits");
                Ranks::Uniform(Uniform::new_inclusive(0, last).expect("at least one key"))
            }
            Some(weights) => {
                // Who builds the table does not ask for its room, so it is asked for here and given back.
                check_room(weights.len().saturating_mul(ALIAS_BYTES))?;
                Ranks::Weighted(WeightedAliasIndex::new(weights).expect("weights are positive and bounded"))
            }
        };
        Ok(KeyDistribution { key_count, rotation: rotation(key_count, streams), ranks })
    }

    /// The key of a rank.
    #[inline]
    pub fn key_of_rank(&self, rank: u64) -> i64 {
        rotated(rank, self.rotation, self.key_count)
    }

    /// There are so many distinct keys.
    pub fn key_count(&self) -> u64 {
        self.key_count
    }

    /// Appends `count` drawn keys.
    pub fn draw(&self, rng: &mut Xoshiro256PlusPlus, count: usize, keys: &mut Vec<i64>) -> Result<()> {
        reserve_for(keys, count)?;
        match &self.ranks {
            Ranks::Uniform(ranks) => {
                keys.extend((0..count).map(|_| self.key_of_rank(u64::from(rng.sample(ranks)))));
            }
            Ranks::Weighted(ranks) => {
                keys.extend((0..count).map(|_| self.key_of_rank(ranks.sample(rng) as u64)));
            }
        }
        Ok(())
    }
}

/// The key of the heaviest rank.
pub(crate) fn rotation(key_count: u64, streams: &Streams) -> u64 {
    streams.number("keys.rotation", 0) % key_count
}

/// The key of a rank.
#[inline]
pub(crate) fn rotated(rank: u64, rotation: u64, key_count: u64) -> i64 {
    let key = rank + rotation;
    (if key >= key_count { key - key_count } else { key }) as i64
}

/// Integer weights by rank; `None` for the uniform distribution.
fn weights(key_count: u64, skew: Skew) -> Result<Option<Vec<u64>>> {
    Ok(match skew {
        Skew::Uniform {} => None,
        // libm, not the platform: the last bit of a power decides a weight.
        Skew::Zipf { exponent } => {
            let weight = |rank| (ZIPF_SCALE / libm::pow(rank as f64, exponent)).round() as u64;
            Some(collect((1..=key_count as usize).map(|rank| weight(rank as u64)))?)
        }
        Skew::HotKey { share } => {
            let hot = (share * SHARE_STEPS as f64) as u64;
            let others = key_count - 1;
            if others == 0 || hot <= SHARE_STEPS / key_count {
                return Ok(None);
            }
            // The whole is others * SHARE_STEPS, so that every other key gets the same whole number; both
            // are then scaled down together to fit the alias table's bound.
            let (mut hot, mut other) = (u128::from(hot) * u128::from(others), u128::from(SHARE_STEPS - hot));
            while hot > u128::from(u64::MAX / key_count) {
                hot >>= 1;
                other >>= 1;
            }
            let mut weights = filled(other as u64, key_count as usize)?;
            weights[0] = hot as u64;
            Some(weights)
        }
    })
}
