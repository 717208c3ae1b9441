//! At the end of each branch of a task, rows go into blocks or into the result. Each piece of work is timed.

use std::sync::Arc;

use super::super::{Clock, TaskDone, WallMicros};
use crate::clock::{Phase, PhaseMicros};
use crate::columnar::{RecordBatch, Schema};
use crate::error::{EngineError, Result};
use crate::plan::{Output, Partitioning};
use crate::shuffle::{KeySampler, MapOutput, RangeBounds, ShuffleWrite, TaskRows, place};

/// Result rows that wait to be fetched.
#[derive(Debug)]
pub(super) struct KeptRows {
    write: ShuffleWrite,
    schema: Option<Arc<Schema>>,
    row_limit: Option<u64>,
}

impl KeptRows {
    pub(super) fn new(row_limit: Option<u64>) -> Self {
        KeptRows { write: ShuffleWrite::new(1), schema: None, row_limit }
    }

    /// Whether there are as many as are wanted.
    pub(super) fn has_enough(&self) -> bool {
        self.row_limit.is_some_and(|limit| self.write.row_count() >= limit)
    }

    /// Keeps a batch's rows, but no more than are wanted in all.
    fn push(&mut self, mut batch: RecordBatch) -> Result<()> {
        self.schema.get_or_insert_with(|| batch.schema().clone());
        let left = self.row_limit.map(|limit| limit.saturating_sub(self.write.row_count()));
        if let Some(left) = left.filter(|&left| left < batch.row_count() as u64) {
            batch = batch.first(left as usize)?;
        }
        let placement = place(&Partitioning::Single, &batch, TaskRows::default(), 1)?;
        self.write.push(batch, placement);
        Ok(())
    }

    /// One block with all of them; `None` when there were none.
    pub(super) fn finish(self) -> Result<Option<MapOutput>> {
        self.schema.map(|schema| self.write.finish(&schema)).transpose()
    }
}

/// What an executor knows of the ranges that a task's rows are cut into.
#[derive(Debug, Clone, Default)]
pub(in crate::cluster) struct TaskRanges {
    /// Rows that a task samples at least, if its rows are to be sorted.
    pub(in crate::cluster) sampled_rows: usize,
    /// What bounds the ranges, once the driver has said so.
    pub(in crate::cluster) bounds: Option<Arc<RangeBounds>>,
}

/// Where the rows of a branch go.
#[derive(Debug)]
pub(super) enum RunningOutput {
    Shuffle(RunningWrite),
    Result,
}

/// A shuffle write in progress.
#[derive(Debug)]
pub(super) struct RunningWrite {
    pub(super) shuffle: u32,
    schema: Arc<Schema>,
    partition_count: u32,
    placing: Placing,
    write: ShuffleWrite,
}

/// What says where a row goes.
#[derive(Debug)]
enum Placing {
    Fixed(Partitioning),
    Ranges(Arc<RangeBounds>),
    /// All rows stay in one block, and some are sampled.
    Sampled(KeySampler),
}

impl RunningOutput {
    /// # Errors
    /// [`EngineError::Protocol`] when rows go to ranges whose bounds were never told.
    pub(super) fn of(output: &Output, task: u32, ranges: &TaskRanges) -> Result<Self> {
        let Output::Shuffle { shuffle, partitioning, partition_count, schema } = output else {
            return Ok(RunningOutput::Result);
        };
        let placing = match partitioning {
            Partitioning::Range { .. } => {
                let bounds = ranges.bounds.clone().ok_or_else(|| EngineError::Protocol {
                    expected: format!("the bounds of shuffle {shuffle}'s ranges"),
                    got: "a task without them".to_owned(),
                });
                Placing::Ranges(bounds?)
            }
            Partitioning::InPlace { sampled } => {
                Placing::Sampled(KeySampler::new(sampled.clone(), ranges.sampled_rows, task))
            }
            fixed @ (Partitioning::Hash { .. }
            | Partitioning::ReplicatedHash { .. }
            | Partitioning::RoundRobin
            | Partitioning::Single
            | Partitioning::Broadcast) => Placing::Fixed(fixed.clone()),
        };
        Ok(RunningOutput::Shuffle(RunningWrite {
            shuffle: *shuffle,
            schema: schema.clone(),
            partition_count: *partition_count,
            placing,
            write: ShuffleWrite::new(*partition_count),
        }))
    }

    pub(super) fn take(&mut self, batch: RecordBatch, out: &mut Out<'_, '_>) -> Result<()> {
        if batch.row_count() == 0 {
            return Ok(());
        }
        out.done.rows_out += batch.row_count() as u64;
        match self {
            RunningOutput::Result => {
                out.done.result.add_batch(&batch);
                if let Some(kept) = out.kept {
                    kept.push(batch)?;
                }
            }
            RunningOutput::Shuffle(write) => {
                out.watch.lap(Phase::Compute, &mut out.done.phases);
                write.push(batch, out.index)?;
                out.watch.lap(Phase::Write, &mut out.done.phases);
            }
        }
        Ok(())
    }
}

impl RunningWrite {
    fn push(&mut self, batch: RecordBatch, task: u32) -> Result<()> {
        let rows = TaskRows { task, first_row: self.write.row_count() };
        let placement = match &mut self.placing {
            Placing::Fixed(partitioning) => place(partitioning, &batch, rows, self.partition_count),
            Placing::Ranges(bounds) => bounds.place(&batch),
            Placing::Sampled(sampler) => {
                sampler.add(&batch)?;
                place(&Partitioning::Single, &batch, rows, self.partition_count)
            }
        };
        self.write.push(batch, placement?);
        Ok(())
    }

    /// Writes the blocks, and notes in the task's report what they hold.
    pub(super) fn finish(self, done: &mut TaskDone) -> Result<MapOutput> {
        if let Placing::Sampled(sampler) = self.placing {
            done.sampled_keys = sampler.finish()?;
        }
        let map_output = self.write.finish(&self.schema)?;
        done.written_rows = map_output.block_rows().to_vec();
        done.written_bytes = map_output.block_bytes().collect();
        Ok(map_output)
    }
}

/// What the end of a pipeline needs.
pub(super) struct Out<'a, 'c> {
    pub(super) watch: &'a mut Stopwatch<'c>,
    pub(super) index: u32,
    pub(super) done: &'a mut TaskDone,
    pub(super) kept: &'a mut Option<KeptRows>,
}

/// Splits a turn's time into phases.
pub(super) struct Stopwatch<'c> {
    clock: &'c dyn Clock,
    last: WallMicros,
}

impl<'c> Stopwatch<'c> {
    pub(super) fn start(clock: &'c dyn Clock) -> Self {
        Stopwatch { clock, last: clock.now() }
    }

    /// When it was looked at last.
    pub(super) fn last(&self) -> WallMicros {
        self.last
    }

    /// Counts the time since the last lap to `phase`.
    pub(super) fn lap(&mut self, phase: Phase, phases: &mut PhaseMicros) {
        let now = self.clock.now();
        phases.add(phase, now.since(self.last));
        self.last = now;
    }
}
