//! The partitioner says which reduce partition each row of a batch goes to.

use super::spark_hash::{SEED, hash_bytes, hash_double, hash_int, hash_long, pmod};
use crate::columnar::{Column, RecordBatch};
use crate::error::Result;
use crate::plan::Partitioning;
use crate::room::{collect, filled, reserve_for};

/// Where each row of a batch goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The row that each entry is about; `None` when entry i is about row i, as it is unless rows are replicated.
    pub rows: Option<Vec<u32>>,
    /// The reduce partition to which each entry's row goes.
    pub partitions: Vec<u32>,
}

/// Which rows of its map task a batch holds. Partitionings that deal rows out in turn count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TaskRows {
    /// The number of the map task.
    pub task: u32,
    /// The number of rows that the task has placed before this batch.
    pub first_row: u64,
}

/// Says where every row of a batch goes.
///
/// # Errors
/// [`crate::EngineError::OutOfMemory`].
pub fn place(
    partitioning: &Partitioning,
    batch: &RecordBatch,
    rows: TaskRows,
    partition_count: u32,
) -> Result<Placement> {
    let all = |partitions: Result<Vec<u32>>| Ok(Placement { rows: None, partitions: partitions? });
    match partitioning {
        Partitioning::Hash { columns, salt_buckets: 1 } => match columns.as_slice() {
            [column] => all(place_by_key(batch.column(*column), partition_count)),
            columns => all(remainders(hash_columns(batch, columns)?.into_iter(), partition_count)),
        },
        Partitioning::Hash { columns, salt_buckets } => {
            // Dealt in turn along the whole task.
            let salts = (rows.first_row..).map(|row| (row % u64::from(*salt_buckets)) as u32);
            let mut hashes = hash_columns(batch, columns)?;
            let salted = hashes.iter_mut().zip(salts);
            salted.for_each(|(hash, salt)| *hash = pmod(hash_int(salt, *hash), partition_count));
            all(Ok(hashes))
        }
        Partitioning::ReplicatedHash { columns, salt_buckets } => {
            replicate(&hash_columns(batch, columns)?, *salt_buckets, partition_count)
        }
        Partitioning::RoundRobin => {
            let first = u64::from(rows.task) + rows.first_row;
            let turns = (first..).take(batch.row_count());
            all(collect(turns.map(|row| (row % u64::from(partition_count)) as u32)))
        }
        Partitioning::InPlace { .. } | Partitioning::Single | Partitioning::Broadcast => {
            all(filled(0, batch.row_count()))
        }
        Partitioning::Range { .. } => unreachable!("a task places rows by range with the bounds it was told"),
    }
}

/// Spark's hash of some columns: each value's on top of the one before it.
fn hash_columns(batch: &RecordBatch, columns: &[usize]) -> Result<Vec<u32>> {
    let mut hashes = filled(SEED, batch.row_count())?;
    columns.iter().for_each(|&column| hash_on_top(batch.column(column), &mut hashes));
    Ok(hashes)
}

/// Spark's `hash` of each value of a column, with its seed of 42. A NULL has the seed as its hash.
///
/// # Errors
/// [`crate::EngineError::OutOfMemory`].
pub fn hash_column(keys: &Column) -> Result<Vec<u32>> {
    let mut hashes = filled(SEED, keys.len())?;
    hash_on_top(keys, &mut hashes);
    Ok(hashes)
}

/// A NULL leaves the hash as it is.
fn hash_on_top(keys: &Column, hashes: &mut [u32]) {
    let rows = hashes.iter_mut().enumerate().filter(|(row, _)| match keys.validity() {
        None => true,
        Some(validity) => validity.get(*row),
    });
    match keys {
        Column::Int64(ints) => rows.for_each(|(row, hash)| *hash = hash_long(ints.values()[row], *hash)),
        Column::Float64(floats) => {
            rows.for_each(|(row, hash)| *hash = hash_double(floats.values()[row], *hash))
        }
        Column::Utf8(texts) => rows.for_each(|(row, hash)| *hash = hash_bytes(texts.bytes_at(row), *hash)),
    }
}

fn place_by_key(keys: &Column, partition_count: u32) -> Result<Vec<u32>> {
    match keys {
        // The usual key in one pass.
        Column::Int64(ints) if ints.validity().is_none() => {
            remainders(ints.values().iter().map(|&key| hash_long(key, SEED)), partition_count)
        }
        Column::Int64(_) | Column::Float64(_) | Column::Utf8(_) => {
            remainders(hash_column(keys)?.into_iter(), partition_count)
        }
    }
}

#[inline]
fn remainders(hashes: impl Iterator<Item = u32>, partition_count: u32) -> Result<Vec<u32>> {
    if partition_count.is_power_of_two() {
        // The non-negative remainder of a two's complement number by a power of two is its low bits.
        let mask = partition_count - 1;
        return collect(hashes.map(|hash| hash & mask));
    }
    collect(hashes.map(|hash| pmod(hash, partition_count)))
}

/// Every row once in every partition where one of its salts can be.
fn replicate(hashes: &[u32], salt_buckets: u32, partition_count: u32) -> Result<Placement> {
    let (mut rows, mut partitions) = (Vec::new(), Vec::new());
    let mut targets = Vec::with_capacity(salt_buckets as usize);
    for (row, &hash) in hashes.iter().enumerate() {
        targets.clear();
        targets.extend((0..salt_buckets).map(|salt| pmod(hash_int(salt, hash), partition_count)));
        // Two salts may share a partition: a second copy there would double the row's matches.
        targets.sort_unstable();
        targets.dedup();
        reserve_for(&mut rows, targets.len())?;
        reserve_for(&mut partitions, targets.len())?;
        rows.extend(std::iter::repeat_n(row as u32, targets.len()));
        partitions.extend_from_slice(&targets);
    }
    Ok(Placement { rows: Some(rows), partitions })
}
