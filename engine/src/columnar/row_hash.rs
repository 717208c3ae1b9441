//! The digest of a result: one number for a bag of rows, whatever their order.
//!
//! Each row is hashed over its columns, and the rows' hashes are *added*: addition forgets the order but not
//! how often a row occurs. Two sums with different mixers make 128 bits.

use serde::{Deserialize, Serialize};

use super::{Column, RecordBatch};
use crate::random::{hash_bytes, mix64};

/// What NULL hashes to: a number that no seeded value is likely to mix to.
const NULL_HASH: u64 = 0x6e75_6c6c_6e75_6c6c;
/// Where a row's hash begins, and what tells the second sum from the first.
const ROW_SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND_SEED: u64 = 0xc2b2_ae3d_27d4_eb4f;
/// Rows that are hashed at a time, so that no memory is needed for the hashes of a whole batch.
const RUN_ROWS: usize = 512;

/// Order-independent digest of rows; adding two digests is the digest of all their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowDigest {
    /// So many rows were added.
    pub row_count: u64,
    sums: [u64; 2],
}

impl RowDigest {
    /// Adds every row of a batch.
    pub fn add_batch(&mut self, batch: &RecordBatch) {
        let [mut first, mut second] = self.sums;
        for start in (0..batch.row_count()).step_by(RUN_ROWS) {
            let mut hashes = [ROW_SEED; RUN_ROWS];
            let hashes = &mut hashes[..RUN_ROWS.min(batch.row_count() - start)];
            for column in batch.columns() {
                fold_column(column, start, hashes);
            }
            for &mut hash in hashes {
                first = first.wrapping_add(hash);
                second = second.wrapping_add(mix64(hash ^ SECOND_SEED));
            }
        }
        self.sums = [first, second];
        self.row_count += batch.row_count() as u64;
    }

    /// Adds the rows of another digest.
    pub fn merge(&mut self, other: &RowDigest) {
        self.row_count += other.row_count;
        for (sum, other) in self.sums.iter_mut().zip(other.sums) {
            *sum = sum.wrapping_add(other);
        }
    }

    /// The digest as 32 hexadecimal digits.
    pub fn hex(&self) -> String {
        format!("{:016x}{:016x}", self.sums[0], self.sums[1])
    }
}

/// Puts the values of the rows from `start` on on top of the hashes.
fn fold_column(column: &Column, start: usize, hashes: &mut [u64]) {
    let fold = |hash: &mut u64, value: u64| *hash = mix64(hash.wrapping_mul(3) ^ value);
    match column {
        Column::Int64(ints) if ints.validity().is_none() => {
            for (hash, &value) in hashes.iter_mut().zip(&ints.values()[start..]) {
                fold(hash, value as u64);
            }
        }
        Column::Int64(ints) => {
            for (row, hash) in (start..).zip(hashes) {
                fold(hash, ints.get(row).map_or(NULL_HASH, |value| value as u64));
            }
        }
        Column::Float64(floats) => {
            for (row, hash) in (start..).zip(hashes) {
                fold(hash, floats.get(row).map_or(NULL_HASH, |value| one_of_each(value).to_bits()));
            }
        }
        Column::Utf8(texts) => {
            for (row, hash) in (start..).zip(hashes) {
                let value = if texts.is_valid(row) { hash_bytes(texts.bytes_at(row)) } else { NULL_HASH };
                fold(hash, value);
            }
        }
    }
}

/// -0.0 and 0.0 are one value, as in SQL, and so is every NaN, whatever bits a processor gave it.
fn one_of_each(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}
