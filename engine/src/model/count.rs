//! Counting before anything has run: the data is scanned and placed for real, but no block is written or moved.
//!
//! ```text
//!  scan task m: rows ── its own operators ── placement ──> rows and bytes of block (m, r)
//!                                                 └─────> distinct keys of partition r
//!  reduce task r: the sums over m; rows out = distinct keys | probe rows | rows
//! ```
//!
//! What leaves a reduce task follows from its head operator: an aggregate gives a row a distinct key, a join a row
//! for every row that streams (`rewards` has every key once), a bare exchange what came in.

use std::collections::VecDeque;
use std::sync::Arc;

use super::ModelError;
use super::block_size::{WriteSizes, fixed_widths};
use super::counters::{Counters, StageCounters, TaskCounters, Volume, empty_stage, stage_graph};
use crate::columnar::{BATCH_ROWS, RecordBatch, Schema};
use crate::dataset::Dataset;
use crate::error::Result;
use crate::operator::{KeyTable, Pipeline};
use crate::plan::{Branch, OperatorSpec, Output, Partitioning, RowShare, StageGraph, StageSource, StageSpec};
use crate::scenario::Scenario;
use crate::shuffle::place;
use crate::shuffle::spark_hash::{SEED, hash_long, pmod};

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

/// What a shuffle holds for each reduce partition.
#[derive(Debug)]
struct Tally {
    rows: Vec<u64>,
    bytes: Vec<u64>,
    map_count: u64,
    groups: Option<Groups>,
}

/// Distinct pairs of key and reduce partition.
#[derive(Debug, Default)]
struct Groups {
    table: KeyTable,
}

impl Counters {
    /// Counts a scenario's data in one go: O(rows).
    ///
    /// # Errors
    /// An invalid scenario, or an operator out of memory.
    pub fn count(scenario: &Scenario) -> std::result::Result<Self, ModelError> {
        let mut builder = CountersBuilder::new(scenario, Arc::new(Dataset::new(scenario)))?;
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
            let is_grouped = matches!(head(reader), Some(OperatorSpec::HashAggregate { .. }));
            tallies.push(Tally {
                rows: vec![0; scenario.reduce_partitions as usize],
                bytes: vec![0; scenario.reduce_partitions as usize],
                map_count: u64::from(graph.writer_of(shuffle).task_count),
                groups: is_grouped.then(Groups::default),
            });
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
        readers.into_iter().for_each(|stage| self.count_reduce(stage));
        Ok(Some(Counters { stages: std::mem::take(&mut self.stages) }))
    }

    fn count_scan(&mut self, stage: u32, partition: u32) -> Result<TaskCounters> {
        let spec = self.graph.stage(stage);
        let StageSource::Scan { table, column_indices, .. } = &spec.source else {
            unreachable!("only scans are pending")
        };
        let mut task = TaskCounters::default();
        let mut scan = self.dataset.scan(*table, partition, column_indices);
        let mut prefix = Pipeline::new(&spec.prefix);
        let mut branches: Vec<CountedBranch> =
            spec.branches.iter().map(|branch| CountedBranch::new(branch, self.partition_count)).collect();
        let (share, tallies) = (spec.share, &mut self.tallies);
        while let Some(batch) = scan.next_batch(BATCH_ROWS) {
            task.rows_in += batch.row_count() as u64;
            prefix.push(&batch, &mut |batch| route(share, &batch, &mut branches, &mut task, tallies))?;
        }
        prefix.finish(&mut |batch| route(share, &batch, &mut branches, &mut task, tallies))?;
        for branch in &mut branches {
            let CountedBranch { pipeline, end } = branch;
            pipeline.finish(&mut |batch| end.take(&batch, &mut task, tallies))?;
            if let End::Shuffle { shuffle, schema, sizes, .. } = end {
                let (bytes, volume) = sizes.finish(schema);
                let tally = &mut tallies[*shuffle as usize];
                tally.rows.iter_mut().zip(&sizes.rows).for_each(|(sum, &rows)| *sum += rows as u64);
                tally.bytes.iter_mut().zip(&bytes).for_each(|(sum, bytes)| *sum += bytes);
                task.written = volume;
            }
        }
        Ok(task)
    }

    fn count_reduce(&mut self, stage: u32) {
        let spec = self.graph.stage(stage);
        let StageSource::Shuffle { build, probe } = spec.source else { unreachable!("it reads a shuffle") };
        let blocks = self.tallies[probe as usize].map_count
            + build.map_or(0, |build| self.tallies[build as usize].map_count);
        let rows_out = self.tallies[probe as usize].rows_out(self.partition_count);
        let mut tasks = Vec::new();
        for (at, &rows_out) in rows_out.iter().enumerate() {
            let mut read = Volume { blocks, ..Volume::default() };
            for shuffle in spec.shuffles_read() {
                read.rows += self.tallies[shuffle as usize].rows[at];
                read.bytes += self.tallies[shuffle as usize].bytes[at];
            }
            let mut task = TaskCounters { rows_in: read.rows, rows_out, read, ..TaskCounters::default() };
            match spec.shuffle_written() {
                None => task.rows_result = rows_out,
                Some((_, schema)) => {
                    task.written = written_evenly(schema, rows_out, self.partition_count);
                }
            }
            tasks.push(task);
        }
        self.stages[stage as usize].tasks = tasks;
        if let Some((written, schema)) = spec.shuffle_written() {
            let schema = schema.clone();
            self.count_regrouped(probe, written, &schema);
        }
    }

    /// The groups of one shuffle become the rows of the next, placed by their key alone.
    fn count_regrouped(&mut self, from: u32, to: u32, schema: &Schema) {
        let partition_count = self.partition_count;
        let groups = self.tallies[from as usize].groups.take().unwrap_or_default();
        let tally = &mut self.tallies[to as usize];
        for key in groups.keys(partition_count) {
            let partition = pmod(hash_long(key, SEED), partition_count);
            tally.rows[partition as usize] += 1;
            if let Some(groups) = &mut tally.groups {
                groups.add(key, partition, partition_count);
            }
        }
        let (empty, row) = fixed_widths(schema);
        for (bytes, rows) in tally.bytes.iter_mut().zip(&tally.rows) {
            *bytes = tally.map_count * empty + rows * row;
        }
    }
}

impl Groups {
    fn add(&mut self, key: i64, partition: u32, partition_count: u32) {
        self.table.insert(key * i64::from(partition_count) + i64::from(partition));
    }

    fn keys(&self, partition_count: u32) -> impl Iterator<Item = i64> + '_ {
        self.table.keys().iter().map(move |pair| pair.div_euclid(i64::from(partition_count)))
    }
}

impl Tally {
    /// Rows that leave each reduce task for which this is the side that streams.
    fn rows_out(&self, partition_count: u32) -> Vec<u64> {
        let Some(groups) = &self.groups else { return self.rows.clone() };
        let mut rows_out = vec![0; partition_count as usize];
        for pair in groups.table.keys() {
            rows_out[pair.rem_euclid(i64::from(partition_count)) as usize] += 1;
        }
        rows_out
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
        sizes: WriteSizes,
    },
    Result,
}

impl CountedBranch {
    fn new(branch: &Branch, partition_count: u32) -> Self {
        let end = match &branch.output {
            Output::Result { .. } => End::Result,
            Output::Shuffle { shuffle, partitioning, schema } => End::Shuffle {
                shuffle: *shuffle,
                partitioning: *partitioning,
                schema: schema.clone(),
                partition_count,
                sizes: WriteSizes::new(schema, partition_count),
            },
        };
        CountedBranch { pipeline: Pipeline::new(&branch.operators), end }
    }
}

impl End {
    fn take(&mut self, batch: &RecordBatch, task: &mut TaskCounters, tallies: &mut [Tally]) -> Result<()> {
        task.rows_out += batch.row_count() as u64;
        match self {
            End::Result => task.rows_result += batch.row_count() as u64,
            End::Shuffle { shuffle, partitioning, partition_count, sizes, .. } => {
                let placement = place(*partitioning, batch, sizes.placed_rows, *partition_count);
                sizes.push(batch, &placement);
                if let Some(groups) = &mut tallies[*shuffle as usize].groups {
                    let (Partitioning::Hash { column, .. } | Partitioning::ReplicatedHash { column, .. }) =
                        *partitioning;
                    let keys = batch.column(column).as_int64().values();
                    for (entry, &partition) in placement.partitions.iter().enumerate() {
                        let row = placement.rows.as_ref().map_or(entry, |rows| rows[entry] as usize);
                        groups.add(keys[row], partition, *partition_count);
                    }
                }
            }
        }
        Ok(())
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

fn head(spec: &StageSpec) -> Option<&OperatorSpec> {
    spec.prefix.first().or_else(|| spec.branches.first()?.operators.first())
}

fn written_evenly(schema: &Schema, rows: u64, partition_count: u32) -> Volume {
    let (empty, row) = fixed_widths(schema);
    let blocks = u64::from(partition_count);
    Volume { rows, bytes: blocks * empty + rows * row, blocks }
}
