//! Spark's hash, so that a partition here holds exactly the rows that it would hold there.
//!
//! `pmod(hash(key), partitions)` with `org.apache.spark.sql.catalyst.expressions.Murmur3Hash`: Murmur3_x86_32 (A.
//! Appleby's public-domain algorithm) with seed 42. A long is hashed as two words, the low one first. Bytes are
//! hashed as little-endian words, then each remaining byte *on its own, sign-extended*: Spark's variant. NULL
//! leaves the hash as it is, and several columns are chained, each with the hash so far as its seed.
//! Checked against a real pyspark run: `tests/data/spark`.

/// The seed of Spark SQL's `hash` and of its hash partitioning.
pub const SEED: u32 = 42;

#[inline]
fn mix_word(hash: u32, word: u32) -> u32 {
    let word = word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    (hash ^ word).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

#[inline]
fn finish(hash: u32, byte_count: u32) -> u32 {
    let mut hash = hash ^ byte_count;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// Hash of a long (Int64), on top of `seed`.
#[inline]
pub fn hash_long(value: i64, seed: u32) -> u32 {
    let hash = mix_word(seed, value as u32);
    finish(mix_word(hash, (value as u64 >> 32) as u32), 8)
}

/// Hash of an int, on top of `seed`: the salt is one.
#[inline]
pub fn hash_int(value: u32, seed: u32) -> u32 {
    finish(mix_word(seed, value), 4)
}

/// Hash of a double (Float64), on top of `seed`: the long of its bits, -0.0 taken for 0.0.
pub fn hash_double(value: f64, seed: u32) -> u32 {
    let canonical = if value.is_nan() { f64::NAN } else { value + 0.0 };
    hash_long(canonical.to_bits() as i64, seed)
}

/// Hash of a string's UTF-8 bytes, on top of `seed`.
pub fn hash_bytes(bytes: &[u8], seed: u32) -> u32 {
    let mut hash = seed;
    let mut words = bytes.chunks_exact(4);
    for word in &mut words {
        hash = mix_word(hash, u32::from_le_bytes(word.try_into().expect("chunks of four bytes")));
    }
    for &byte in words.remainder() {
        hash = mix_word(hash, byte as i8 as i32 as u32);
    }
    finish(hash, bytes.len() as u32)
}

/// The partition of a hash: the non-negative remainder of the *signed* hash. 32-bit arithmetic only, which wasm
/// has an instruction for. `partition_count` is below 2^31.
#[inline]
pub fn pmod(hash: u32, partition_count: u32) -> u32 {
    let divisor = partition_count as i32;
    let remainder = hash as i32 % divisor;
    (if remainder < 0 { remainder + divisor } else { remainder }) as u32
}
