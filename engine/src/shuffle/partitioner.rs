//! The partitioner: which reduce partition each row of a batch belongs to.

use super::spark_hash::{SEED, hash_bytes, hash_double, hash_int, hash_long, pmod};
use crate::columnar::{Column, RecordBatch};
use crate::plan::Partitioning;

/// A batch's rows and where each goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The row of each entry; `None` when entry i is row i, as it is but for replicated rows.
    pub rows: Option<Vec<u32>>,
    /// The reduce partition of each entry.
    pub partitions: Vec<u32>,
}

/// Places every row of a batch. `first_row` counts the rows that the map task has placed before: salts are
/// dealt in turn along the whole task.
pub fn place(
    partitioning: Partitioning,
    batch: &RecordBatch,
    first_row: u64,
    partition_count: u32,
) -> Placement {
    match partitioning {
        Partitioning::Hash { column, salt_buckets: 1 } => {
            Placement { rows: None, partitions: place_by_key(batch.column(column), partition_count) }
        }
        Partitioning::Hash { column, salt_buckets } => {
            let salts = (first_row..).map(|row| (row % u64::from(salt_buckets)) as u32);
            let hashes = hash_keys(batch.column(column)).into_iter();
            let partitions =
                hashes.zip(salts).map(|(hash, salt)| pmod(hash_int(salt, hash), partition_count)).collect();
            Placement { rows: None, partitions }
        }
        Partitioning::ReplicatedHash { column, salt_buckets } => {
            replicate(&hash_keys(batch.column(column)), salt_buckets, partition_count)
        }
    }
}

/// Spark's hash of each value. A NULL leaves the seed as it is.
fn hash_keys(keys: &Column) -> Vec<u32> {
    let mut hashes: Vec<u32> = match keys {
        Column::Int64(ints) => ints.values().iter().map(|&key| hash_long(key, SEED)).collect(),
        Column::Float64(floats) => floats.values().iter().map(|&key| hash_double(key, SEED)).collect(),
        Column::Utf8(texts) => (0..texts.len()).map(|row| hash_bytes(texts.bytes_at(row), SEED)).collect(),
    };
    if let Some(validity) = keys.validity() {
        let nulls = hashes.iter_mut().enumerate().filter(|(row, _)| !validity.get(*row));
        nulls.for_each(|(_, hash)| *hash = SEED);
    }
    hashes
}

fn place_by_key(keys: &Column, partition_count: u32) -> Vec<u32> {
    match keys {
        // The usual key in one pass.
        Column::Int64(ints) if ints.validity().is_none() => {
            remainders(ints.values().iter().map(|&key| hash_long(key, SEED)), partition_count)
        }
        Column::Int64(_) | Column::Float64(_) | Column::Utf8(_) => {
            remainders(hash_keys(keys).into_iter(), partition_count)
        }
    }
}

#[inline]
fn remainders(hashes: impl Iterator<Item = u32>, partition_count: u32) -> Vec<u32> {
    if partition_count.is_power_of_two() {
        // The non-negative remainder of a two's complement number by a power of two is its low bits.
        let mask = partition_count - 1;
        return hashes.map(|hash| hash & mask).collect();
    }
    hashes.map(|hash| pmod(hash, partition_count)).collect()
}

/// Every row once in every partition where one of its salts can be.
fn replicate(hashes: &[u32], salt_buckets: u32, partition_count: u32) -> Placement {
    let (mut rows, mut partitions) = (Vec::new(), Vec::new());
    let mut targets = Vec::with_capacity(salt_buckets as usize);
    for (row, &hash) in hashes.iter().enumerate() {
        targets.clear();
        targets.extend((0..salt_buckets).map(|salt| pmod(hash_int(salt, hash), partition_count)));
        // Two salts may share a partition: a second copy there would double the row's matches.
        targets.sort_unstable();
        targets.dedup();
        rows.extend(std::iter::repeat_n(row as u32, targets.len()));
        partitions.extend_from_slice(&targets);
    }
    Placement { rows: Some(rows), partitions }
}
