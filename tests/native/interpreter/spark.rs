//! Spark's `hash` of one value, by the engine's hash of one value: that one is checked against a real Spark in
//! `placement.rs`. What is decided here is which hash a value gets.

use shuffle_engine::shuffle::spark_hash::{SEED, hash_bytes, hash_double, hash_long};

use super::cell::Cell;

/// A signed 32-bit number; of NULL the seed, 42.
pub(super) fn hash(cell: Option<&Cell>) -> i32 {
    let hash = match cell {
        None => SEED,
        Some(Cell::Int(value)) => hash_long(*value, SEED),
        Some(Cell::Float(bits)) => hash_double(f64::from_bits(*bits), SEED),
        Some(Cell::Text(text)) => hash_bytes(text.as_bytes(), SEED),
    };
    hash as i32
}
