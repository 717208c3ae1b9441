//! Counting before anything has run: the data is scanned and placed for real, but no block is written or moved.
//!
//! ```text
//!  scan task m: rows ── its own operators ── placement ──> rows and bytes of block (m, r)
//!                                                 └─────> what reduce task r makes of its rows
//!  reduce task r: the sums over m; rows out = distinct keys | probe rows | rows
//! ```
//!
//! What leaves a reduce task follows from its operators ([`super::tally`]).

use std::collections::VecDeque;
use std::sync::Arc;

use super::ModelError;
use super::block_size::WriteSizes;
use super::counters::{Counters, StageCounters, TaskCounters, empty_stage, stage_graph};
use super::tally::{Reader, Tally};
use crate::columnar::{BATCH_ROWS, RecordBatch, Schema};
use crate::dataset::Dataset;
use crate::error::Result;
use crate::operator::{Pipeline, scan};
use crate::plan::{Branch, Output, Partitioning, RowShare, StageGraph, StageSource};
use crate::scenario::Scenario;
use crate::shuffle::{TaskRows, place};

/// Counts one scan task at a time, so that a page can breathe in between. About half of what the map side costs.
#[derive(Debug)]
pub struct CountersBuilder {
    graph: StageGraph,
    dataset: Arc<Dataset>,
    partition_count: u32,
    pending: VecDeque<(u32, u32)>,
    stages: Vec<StageCounters>,
    /// By shuffle.
    tallies: Vec<Tally>,
}

impl Counters {
    /// Counts a scenario's data in one go: O(rows).
    ///
    /// # Errors
    /// An invalid scenario, or an operator out of memory.
    pub fn count(scenario: &Scenario) -> std::result::Result<Self, ModelError> {
        let mut builder = CountersBuilder::new(scenario, Arc::new(Dataset::new(&scenario.data())))?;
        loop {
            if let Some(counters) = builder.step()? {
                return Ok(counters);
            }
        }
    }
}

impl CountersBuilder {
    /// Begins to count. `dataset` is the scenario's.
    ///
    /// # Errors
    /// An invalid scenario.
    pub fn new(scenario: &Scenario, dataset: Arc<Dataset>) -> std::result::Result<Self, ModelError> {
        let graph = stage_graph(scenario)?;
        let stages = graph.stages();
        let pending = stages
            .iter()
            .filter(|stage| !stage.reads_shuffle())
            .flat_map(|stage| (0..stage.task_count).map(|partition| (stage.id, partition)))
            .collect();
        let counted = stages.iter().map(|spec| empty_stage(&graph, spec)).collect();
        let mut tallies = Vec::new();
        for shuffle in 0.. {
            let Some(reader) = stages.iter().find(|stage| stage.shuffles_read().contains(&shuffle)) else {
                break;
            };
            tallies.push(Tally::new(&graph, shuffle, reader, scenario.reduce_partitions));
        }
        Ok(CountersBuilder {
            graph,
            dataset,
            partition_count: scenario.reduce_partitions,
            pending,
            stages: counted,
            tallies,
        })
    }

    /// Counts one more scan task; the counters once all are counted.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`] from an operator.
    pub fn step(&mut self) -> std::result::Result<Option<Counters>, ModelError> {
        if let Some((stage, partition)) = self.pending.pop_front() {
            let counted = self.count_scan(stage, partition)?;
            self.stages[stage as usize].tasks.push(counted);
        }
        if !self.pending.is_empty() {
            return Ok(None);
        }
        let readers: Vec<u32> =
            self.graph.stages().iter().filter(|stage| stage.reads_shuffle()).map(|stage| stage.id).collect();
        readers.into_iter().try_for_each(|stage| self.count_reduce(stage))?;
        Ok(Some(Counters { stages: std::mem::take(&mut self.stages) }))
    }

    fn count_scan(&mut self, stage: u32, partition: u32) -> Result<TaskCounters> {
        let spec = self.graph.stage(stage);
        let StageSource::Scan { table, column_indices, predicate, .. } = &spec.source else {
            unreachable!("only scans are pending")
        };
        let mut task = TaskCounters::default();
        let mut scan = scan(&self.dataset, table, partition, column_indices, predicate.as_ref());
        let mut prefix = Pipeline::new(&spec.prefix);
        let mut branches: Vec<CountedBranch> = spec
            .branches
            .iter()
            .map(|branch| CountedBranch::new(branch, self.partition_count, partition))
            .collect();
        let (share, tallies) = (spec.share, &mut self.tallies);
        while let Some(batch) = scan.next_batch(BATCH_ROWS) {
            task.rows_in = scan.scanned().rows;
            prefix.push(&batch, &mut |batch| route(share, &batch, &mut branches, &mut task, tallies))?;
        }
        prefix.finish(&mut |batch| route(share, &batch, &mut branches, &mut task, tallies))?;
        for branch in &mut branches {
            let CountedBranch { pipeline, end } = branch;
            pipeline.finish(&mut |batch| end.take(&batch, &mut task, tallies))?;
            end.close(&mut task, tallies);
        }
        Ok(task)
    }

    fn count_reduce(&mut self, stage: u32) -> Result<()> {
        let spec = self.graph.stage(stage);
        let StageSource::Shuffle { probe, .. } = &spec.source else { unreachable!("it reads a shuffle") };
        let [probe] = probe.as_slice() else { unreachable!("a union is not modelled") };
        let map_count = |shuffle: u32| self.tallies[shuffle as usize].map_count;
        let blocks = spec.shuffles_read().into_iter().map(map_count).sum();
        let mut tasks = vec![TaskCounters::default(); self.partition_count as usize];
        for (at, task) in tasks.iter_mut().enumerate() {
            task.read.blocks = blocks;
            for shuffle in spec.shuffles_read() {
                task.read.rows += self.tallies[shuffle as usize].rows[at];
                task.read.bytes += self.tallies[shuffle as usize].bytes[at];
            }
            task.rows_in = task.read.rows;
        }
        let streamed = &mut self.tallies[*probe as usize];
        let reader = std::mem::replace(&mut streamed.reader, Reader::SameRows);
        let rows_out = match &reader {
            Reader::SameRows => streamed.rows.as_slice(),
            Reader::Groups(groups) => groups.key_counts.as_slice(),
            Reader::Tasks(_) => &[],
        };
        for (task, &rows_out) in tasks.iter_mut().zip(rows_out) {
            (task.rows_out, task.rows_result) = (rows_out, rows_out);
        }
        if let Reader::Tasks(running) = reader {
            for ((running, task), index) in running.into_iter().zip(&mut tasks).zip(0..) {
                let mut end = End::new(&spec.branches[0].output, self.partition_count, index);
                for batch in running.finish()? {
                    end.take(&batch, task, &mut self.tallies)?;
                }
                end.close(task, &mut self.tallies);
            }
        }
        self.stages[stage as usize].tasks = tasks;
        Ok(())
    }
}

/// A branch that runs its operators and only counts what comes out.
struct CountedBranch {
    pipeline: Pipeline,
    end: End,
}

enum End {
    Shuffle {
        shuffle: u32,
        partitioning: Partitioning,
        schema: Arc<Schema>,
        partition_count: u32,
        task_index: u32,
        sizes: WriteSizes,
    },
    Result,
}

impl CountedBranch {
    fn new(branch: &Branch, partition_count: u32, task_index: u32) -> Self {
        CountedBranch {
            pipeline: Pipeline::new(&branch.operators),
            end: End::new(&branch.output, partition_count, task_index),
        }
    }
}

impl End {
    fn new(output: &Output, partition_count: u32, task_index: u32) -> Self {
        match output {
            Output::Result { .. } => End::Result,
            Output::Shuffle { shuffle, partitioning, schema, .. } => End::Shuffle {
                shuffle: *shuffle,
                partitioning: partitioning.clone(),
                schema: schema.clone(),
                partition_count,
                task_index,
                sizes: WriteSizes::new(schema, partition_count),
            },
        }
    }

    fn take(&mut self, batch: &RecordBatch, task: &mut TaskCounters, tallies: &mut [Tally]) -> Result<()> {
        task.rows_out += batch.row_count() as u64;
        match self {
            End::Result => {
                task.rows_result += batch.row_count() as u64;
                Ok(())
            }
            End::Shuffle { shuffle, partitioning, partition_count, task_index, sizes, .. } => {
                let rows = TaskRows { task: *task_index, first_row: sizes.placed_rows };
                let placement = place(partitioning, batch, rows, *partition_count);
                sizes.push(batch, &placement);
                tallies[*shuffle as usize].reader.take(batch, &placement)
            }
        }
    }

    /// The task has ended: its blocks are as long as they get.
    fn close(&self, task: &mut TaskCounters, tallies: &mut [Tally]) {
        let End::Shuffle { shuffle, schema, sizes, .. } = self else { return };
        let (bytes, volume) = sizes.finish(schema);
        let tally = &mut tallies[*shuffle as usize];
        tally.rows.iter_mut().zip(&sizes.rows).for_each(|(sum, &rows)| *sum += rows as u64);
        tally.bytes.iter_mut().zip(&bytes).for_each(|(sum, bytes)| *sum += bytes);
        task.written = volume;
    }
}

/// Sends each row down its branch.
fn route(
    share: Option<(RowShare, usize)>,
    batch: &RecordBatch,
    branches: &mut [CountedBranch],
    task: &mut TaskCounters,
    tallies: &mut [Tally],
) -> Result<()> {
    let mut push = |branch: &mut CountedBranch, batch: &RecordBatch| {
        let CountedBranch { pipeline, end } = branch;
        pipeline.push(batch, &mut |batch| end.take(&batch, task, tallies))
    };
    let Some((share, row_id)) = share else { return push(&mut branches[0], batch) };
    let ids = batch.column(row_id).as_int64().values();
    let (mut wide, mut narrow) = (Vec::new(), Vec::new());
    for (row, &id) in (0u32..).zip(ids) {
        if share.contains(id as u64) { &mut wide } else { &mut narrow }.push(row);
    }
    push(&mut branches[0], &batch.take(&wide))?;
    push(&mut branches[1], &batch.take(&narrow))
}
