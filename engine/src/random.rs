//! Seeded randomness and stable hashes: the only source of chance in the engine.
//!
//! Every draw belongs to a stream named by what it is for and an index (a partition, a key). A stream
//! depends on nothing else, so a pruned column or another number of executors cannot shift it. The generator is
//! `Xoshiro256PlusPlus`, whose output is fixed (unlike `StdRng`'s), so native and wasm draw alike.

use rand::SeedableRng;
pub use rand::rngs::Xoshiro256PlusPlus;

/// All streams of one seed.
#[derive(Debug, Clone, Copy)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams that begin with `seed`.
    pub fn new(seed: u64) -> Self {
        Streams { seed }
    }

    /// The generator for `name` and `index`.
    pub fn stream(&self, name: &str, index: u64) -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(self.number(name, index))
    }

    /// One stable 64-bit number for `name` and `index`.
    pub fn number(&self, name: &str, index: u64) -> u64 {
        mix64(mix64(self.seed ^ hash_bytes(name.as_bytes())).wrapping_add(index))
    }
}

/// A bijective 64-bit mixer in which every input bit reaches every output bit: the finaliser of SplitMix64
/// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014; constants by D. Stafford, "Mix13").
#[inline]
pub fn mix64(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A stable 64-bit hash of bytes: eight at a time through [`mix64`], length first.
#[inline]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = mix64(bytes.len() as u64 ^ 0x9e37_79b9_7f4a_7c15);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word = u64::from_le_bytes(word.try_into().expect("chunks of eight bytes"));
        hash = mix64(hash ^ word);
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        hash = mix64(hash ^ u64::from_le_bytes(word));
    }
    hash
}
