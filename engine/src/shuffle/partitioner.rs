//! The partitioner: which reduce partition each row of a batch belongs to.

use super::spark_hash::{SEED, hash_int, hash_long, pmod};
use crate::columnar::{Primitive, RecordBatch};
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
            let keys = batch.column(column).as_int64();
            Placement { rows: None, partitions: place_by_key(keys, partition_count) }
        }
        Partitioning::Hash { column, salt_buckets } => {
            let keys = batch.column(column).as_int64();
            let partitions = (0..batch.row_count())
                .map(|row| {
                    let salt = ((first_row + row as u64) % u64::from(salt_buckets)) as u32;
                    pmod(hash_int(salt, hash_key(keys, row)), partition_count)
                })
                .collect();
            Placement { rows: None, partitions }
        }
        Partitioning::ReplicatedHash { column, salt_buckets } => {
            replicate(batch.column(column).as_int64(), salt_buckets, partition_count)
        }
    }
}

/// NULL is hashed like any column of Spark's that is NULL: the seed stays.
#[inline]
fn hash_key(keys: &Primitive<i64>, row: usize) -> u32 {
    keys.get(row).map_or(SEED, |key| hash_long(key, SEED))
}

fn place_by_key(keys: &Primitive<i64>, partition_count: u32) -> Vec<u32> {
    if keys.validity().is_some() {
        return (0..keys.values().len()).map(|row| pmod(hash_key(keys, row), partition_count)).collect();
    }
    let hashes = keys.values().iter().map(|&key| hash_long(key, SEED));
    if partition_count.is_power_of_two() {
        // The non-negative remainder of a two's complement number by a power of two is its low bits.
        let mask = partition_count - 1;
        return hashes.map(|hash| hash & mask).collect();
    }
    hashes.map(|hash| pmod(hash, partition_count)).collect()
}

/// Every row once in every partition where one of its salts can be.
fn replicate(keys: &Primitive<i64>, salt_buckets: u32, partition_count: u32) -> Placement {
    let (mut rows, mut partitions) = (Vec::new(), Vec::new());
    let mut targets = Vec::with_capacity(salt_buckets as usize);
    for row in 0..keys.values().len() {
        let hash = hash_key(keys, row);
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
