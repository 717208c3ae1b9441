//! Ranges: which values of the sort keys go to which partition, so that the partitions in their order hold the rows in order.
//!
//! ```text
//!  each task ──> a sample of its rows' keys ─┐
//!  each task ──> ...                         ├─ driver: sorted, cut into equal parts ──> bounds ──> each task places its rows
//! ```
//!
//! The method is that of Spark's `RangePartitioner` (`determineBounds`), which samples 100 keys for each partition
//! (`spark.sql.execution.rangeExchange.sampleSizePerPartition`) and three times as many of each task as would do, since tasks
//! differ in size. Spark runs what is below the sort a second time after it has sampled. Here, as in Ray Data, the rows
//! wait where they are, so they are computed once.
//!
//! Rows of equal keys are in one range. So a hot key makes a large partition, as it does where rows are placed by a hash. A
//! second key that tells its rows apart cuts it.

use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::row_order::OrderedRows;
use super::{Placement, ShuffleWrite};
use crate::columnar::{RecordBatch, Schema, block};
use crate::error::{EngineError, Result};
use crate::plan::{Ranges, SortKey};
use crate::random::{Streams, Xoshiro256PlusPlus};
use crate::room::{collect, copied, filled, reserve_for};

/// Keys that are sampled for each partition: Spark's `spark.sql.execution.rangeExchange.sampleSizePerPartition`.
const SAMPLED_PER_PARTITION: u64 = 100;
/// Tasks differ in size, so each samples more than its part: as in Spark's `RangePartitioner`.
const OVERSAMPLED: u64 = 3;
/// Sampled keys of all tasks together, at most: as in Spark's `RangePartitioner`.
const MOST_SAMPLED: u64 = 1_000_000;

/// How many rows each task of so many samples at least, if it has as many, when there will be so many ranges.
pub fn sampled_rows(partition_count: u32, task_count: u32) -> usize {
    let wanted = (SAMPLED_PER_PARTITION * u64::from(partition_count)).min(MOST_SAMPLED);
    (OVERSAMPLED * wanted).div_ceil(u64::from(task_count.max(1))) as usize
}

/// The sort keys of some of a task's rows, as they travel to the driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampledKeys {
    /// Rows of the task, each of which was as likely to be sampled as any other.
    pub rows: u64,
    /// A block of the sort keys' columns, in the keys' order. Its layout is that of [`block`].
    pub block: Vec<u8>,
}

/// Samples the rows of one task. Of each run of `stride` rows it takes one by chance. When it has twice as many as are wanted, it
/// drops every second, and the stride doubles.
#[derive(Debug)]
pub struct KeySampler {
    keys: Vec<SortKey<usize>>,
    wanted: usize,
    taken: Vec<RecordBatch>,
    taken_count: usize,
    row_count: u64,
    stride: u64,
    /// The first row of the run that is next, and the row of it that will be taken.
    next_run: u64,
    next: u64,
    random: Xoshiro256PlusPlus,
}

impl KeySampler {
    /// A sampler of the task with this number, which takes at least `wanted` rows of as many, and less than twice as many.
    pub fn new(keys: Vec<SortKey<usize>>, wanted: usize, task: u32) -> Self {
        KeySampler {
            keys,
            wanted: wanted.max(1),
            taken: Vec::new(),
            taken_count: 0,
            row_count: 0,
            stride: 1,
            next_run: 0,
            next: 0,
            random: Xoshiro256PlusPlus::seed_from_u64(Streams::new(0).number("sampled keys", task.into())),
        }
    }

    /// Looks at the rows of a batch.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`], and [`EngineError::TooLarge`] of text.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let end = self.row_count + batch.row_count() as u64;
        let mut rows: Vec<u32> = Vec::new();
        while self.next < end {
            reserve_for(&mut rows, 1)?;
            rows.push((self.next - self.row_count) as u32);
            self.next_run += self.stride;
            self.choose();
            if self.taken_count + rows.len() == 2 * self.wanted {
                self.keep(batch, &std::mem::take(&mut rows))?;
                self.thin()?;
            }
        }
        self.keep(batch, &rows)?;
        self.row_count = end;
        Ok(())
    }

    /// Chooses the row of the next run.
    fn choose(&mut self) {
        self.next = self.next_run + self.random.random_range(0..self.stride);
    }

    fn keep(&mut self, batch: &RecordBatch, rows: &[u32]) -> Result<()> {
        if !rows.is_empty() {
            self.taken.push(keys_of(batch, &self.keys).take(rows)?);
            self.taken_count += rows.len();
        }
        Ok(())
    }

    /// Drops one of each two neighbours, by chance.
    fn thin(&mut self) -> Result<()> {
        let Some(all) = RecordBatch::concat(&self.taken)? else { return Ok(()) };
        let pairs = 0..self.taken_count as u32 / 2;
        let rows = collect(pairs.map(|pair| 2 * pair + self.random.random_range(0..2u32)))?;
        self.taken_count = rows.len();
        self.taken = vec![all.take(&rows)?];
        self.stride *= 2;
        self.choose();
        Ok(())
    }

    /// What was sampled; `None` of no rows.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] when the block's bytes cannot be had.
    pub fn finish(self) -> Result<Option<SampledKeys>> {
        let Some(sampled) = RecordBatch::concat(&self.taken)? else { return Ok(None) };
        Ok(Some(SampledKeys { rows: self.row_count, block: encode(sampled)? }))
    }
}

/// What bounds the ranges: the sort keys of at most one row fewer than there are partitions, in ascending order. A row goes to the
/// first partition whose bound does not come before it, or to the last one.
#[derive(Debug)]
pub struct RangeBounds {
    keys: Vec<SortKey<usize>>,
    bounds: RecordBatch,
    words: Vec<u64>,
}

impl RangeBounds {
    /// The bounds that cut the rows of all tasks into parts of about the same size, going by their samples.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when a sample is no block of the keys' columns.
    pub fn of_samples<'a>(
        samples: impl IntoIterator<Item = &'a SampledKeys>,
        Ranges { keys, partition_count, schema }: Ranges<'_>,
    ) -> Result<Self> {
        let key_schema = key_schema(schema, keys);
        let (mut batches, mut weights) = (Vec::new(), Vec::new());
        for sample in samples {
            let batch = decode(&sample.block, &key_schema)?;
            // How many rows a sampled one stands for, in parts of 2^16.
            let weight = (u128::from(sample.rows) << 16) / (batch.row_count() as u128).max(1);
            reserve_for(&mut weights, batch.row_count())?;
            weights.extend(std::iter::repeat_n(weight, batch.row_count()));
            batches.push(batch);
        }
        let Some(all) = RecordBatch::concat(&batches)? else {
            return RangeBounds::new(RecordBatch::empty(key_schema), keys);
        };
        let rows = OrderedRows::of_keys(&all, keys);
        let words = collect(rows.words())?;
        let compare = |one: u32, other: u32| {
            let (one, other) = (one as usize, other as usize);
            words[one].cmp(&words[other]).then_with(|| rows.compare(one, &rows, other))
        };
        let mut sorted = collect(0..all.row_count() as u32)?;
        // A stable sort would ask for memory of its own.
        sorted.sort_unstable_by(|&one, &other| compare(one, other).then(one.cmp(&other)));
        let total: u128 = weights.iter().sum();
        let mut bounds: Vec<u32> = Vec::new();
        let (mut passed, mut wanted) = (0u128, 1u128);
        for row in sorted {
            passed += weights[row as usize];
            let is_bound = passed * u128::from(partition_count) >= wanted * total;
            let is_new = bounds.last().is_none_or(|&last| compare(last, row).is_lt());
            if is_bound && is_new && bounds.len() + 1 < partition_count as usize {
                bounds.push(row);
                wanted += 1;
            }
        }
        RangeBounds::new(all.take(&bounds)?, keys)
    }

    /// The bounds that [`RangeBounds::encode`] has written.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when the bytes are no block of the keys' columns, or hold as many bounds as there are partitions.
    pub fn decode(bytes: &[u8], Ranges { keys, partition_count, schema }: Ranges<'_>) -> Result<Self> {
        let bounds = decode(bytes, &key_schema(schema, keys))?;
        if bounds.row_count() >= partition_count as usize {
            let expected = format!("fewer bounds than {partition_count} partitions");
            return Err(EngineError::Protocol { expected, got: bounds.row_count().to_string() });
        }
        RangeBounds::new(bounds, keys)
    }

    fn new(bounds: RecordBatch, keys: &[SortKey<usize>]) -> Result<Self> {
        let words = collect(OrderedRows::of_keys(&bounds, keys).words())?;
        Ok(RangeBounds { keys: keys.to_vec(), bounds, words })
    }

    /// The bounds as they travel: a block of the keys' columns.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] when the block's bytes cannot be had.
    pub fn encode(&self) -> Result<Vec<u8>> {
        encode(self.bounds.clone())
    }

    /// The number of bounds, which is at most one less than that of the partitions.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether all rows go to one partition.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Places every row of a batch.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`].
    pub fn place(&self, batch: &RecordBatch) -> Result<Placement> {
        let bounds = OrderedRows::of_keys(&self.bounds, &self.keys);
        let rows = OrderedRows::new(batch, &self.keys);
        let partition = |(row, word): (usize, u64)| {
            let first = self.words.partition_point(|&bound| bound < word);
            if self.words.get(first) != Some(&word) {
                return first as u32;
            }
            // The word does not decide between the row and these bounds.
            let tied = self.words[first..].partition_point(|&bound| bound == word);
            let comes_before = |at: usize| bounds.compare(first + at, &rows, row).is_lt();
            (first + partition_point(tied, comes_before)) as u32
        };
        Ok(Placement { rows: None, partitions: collect(rows.words().enumerate().map(partition))? })
    }
}

/// The first of so many numbers for which the condition is not true; it is true for all before it.
#[inline]
fn partition_point(count: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

fn key_schema(schema: &Schema, keys: &[SortKey<usize>]) -> Arc<Schema> {
    Arc::new(schema.select(&keys.iter().map(|key| key.column).collect::<Vec<_>>()))
}

/// The batch with the sort keys' columns only.
fn keys_of(batch: &RecordBatch, keys: &[SortKey<usize>]) -> RecordBatch {
    let columns = keys.iter().map(|key| batch.columns()[key.column].clone()).collect();
    RecordBatch::new(key_schema(batch.schema(), keys), columns)
}

fn encode(batch: RecordBatch) -> Result<Vec<u8>> {
    let mut write = ShuffleWrite::new(1);
    let schema = batch.schema().clone();
    let partitions = filled(0, batch.row_count())?;
    write.push(batch, Placement { rows: None, partitions });
    copied(write.finish(&schema)?.block(0))
}

fn decode(bytes: &[u8], schema: &Arc<Schema>) -> Result<RecordBatch> {
    let (batch, read) = block::decode(bytes, schema)?;
    if read != bytes.len() {
        let expected = "one block of sort keys".to_owned();
        return Err(EngineError::Protocol { expected, got: format!("{} more bytes", bytes.len() - read) });
    }
    Ok(batch)
}
