//! One task in progress: a bounded piece of work a turn.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::{Action, Clock, TaskDone, TaskId, WallMicros};
use crate::clock::{Phase, PhaseMicros};
use crate::columnar::{BATCH_ROWS, Column, RecordBatch, Schema, block};
use crate::dataset::{Dataset, ResidentScans, Scan};
use crate::error::Result;
use crate::operator::{BuildTable, Pipeline, scan};
use crate::plan::{
    Branch, BuildInput, JoinSpec, OperatorSpec, Output, Partitioning, RowShare, StageSource, StageSpec,
};
use crate::shuffle::{BlockSlice, BlockStore, KeySketch, MapOutput, ReadSpec, ShuffleWrite, TaskRows, place};

/// A running task.
#[derive(Debug)]
pub(super) struct RunningTask {
    /// The task's place in its stage.
    index: u32,
    source: Source,
    prefix: Pipeline,
    share: Option<(RowShare, usize)>,
    branches: Vec<RunningBranch>,
    /// The result's rows, for an action that fetches them.
    kept: Option<KeptRows>,
    writes_shuffle: bool,
    done: TaskDone,
}

/// Result rows that wait to be fetched.
#[derive(Debug)]
struct KeptRows {
    write: ShuffleWrite,
    schema: Option<Arc<Schema>>,
    row_limit: Option<u64>,
}

impl KeptRows {
    /// Keeps a batch's rows, but no more than are wanted in all.
    fn push(&mut self, mut batch: RecordBatch) {
        let left = self.row_limit.map(|limit| limit.saturating_sub(self.write.row_count()));
        if let Some(left) = left.filter(|&left| left < batch.row_count() as u64) {
            batch = batch.take(&(0..left as u32).collect::<Vec<_>>());
        }
        let placement = place(&Partitioning::Single, &batch, TaskRows::default(), 1);
        self.write.push(batch, placement);
    }
}

/// Tables of broadcast build sides, by shuffle: made by the first task that needs one, shared by all.
pub(super) type BroadcastTables = BTreeMap<u32, Arc<BuildTable>>;

#[derive(Debug)]
enum Source {
    Scan(Scan),
    Blocks { build: Blocks, probe: Blocks },
}

/// Blocks still to be read, in the order of their shuffles and map tasks. All have the same columns.
#[derive(Debug, Default)]
struct Blocks {
    slices: VecDeque<BlockSlice>,
    schema: Arc<Schema>,
}

#[derive(Debug)]
struct RunningBranch {
    /// What rows pass before they are looked at for heavy keys; `None` where nobody looks.
    watched: Option<Watched>,
    pipeline: Pipeline,
    output: RunningOutput,
}

/// Operators, and a sketch of the keys of the rows that come out of them.
#[derive(Debug)]
struct Watched {
    before: Pipeline,
    column: usize,
    sketch: KeySketch,
}

impl Watched {
    /// The place in a map task's branch where rows first meet by a column of integers.
    fn of(branch: &Branch, stage: &StageSpec, tables: &BroadcastTables) -> Option<(Self, usize)> {
        let (at, column) = branch.meeting().filter(|_| !stage.reads_shuffle())?;
        let before = Pipeline::with_tables(&branch.operators[..at], tables);
        Some((Watched { before, column, sketch: KeySketch::default() }, at))
    }
}

impl RunningBranch {
    fn new(branch: &Branch, stage: &StageSpec, tables: &BroadcastTables, output: RunningOutput) -> Self {
        let (watched, at) = Watched::of(branch, stage, tables).unzip();
        let rest = &branch.operators[at.unwrap_or(0)..];
        RunningBranch { watched, pipeline: Pipeline::with_tables(rest, tables), output }
    }

    fn push(&mut self, batch: &RecordBatch, out: &mut Out<'_, '_>) -> Result<()> {
        let RunningBranch { watched, pipeline, output } = self;
        let mut rest = |batch: &RecordBatch| pipeline.push(batch, &mut |batch| output.take(batch, out));
        let Some(Watched { before, column, sketch }) = watched else { return rest(batch) };
        before.push(batch, &mut |batch| {
            look(sketch, batch.column(*column));
            rest(&batch)
        })
    }

    /// Ends the rows: tables empty themselves.
    fn finish(&mut self, out: &mut Out<'_, '_>) -> Result<()> {
        let RunningBranch { watched, pipeline, output } = self;
        if let Some(Watched { before, column, sketch }) = watched {
            before.finish(&mut |batch| {
                look(sketch, batch.column(*column));
                pipeline.push(&batch, &mut |batch| output.take(batch, out))
            })?;
        }
        pipeline.finish(&mut |batch| output.take(batch, out))
    }
}

/// Adds a batch's keys to a sketch. NULL is no key that could be named.
fn look(sketch: &mut KeySketch, keys: &Column) {
    let Column::Int64(keys) = keys else { return };
    match keys.validity() {
        None => sketch.add(keys.values()),
        Some(validity) => {
            let valid: Vec<i64> = validity.ones().iter().map(|&row| keys.values()[row as usize]).collect();
            sketch.add(&valid);
        }
    }
}

#[derive(Debug)]
enum RunningOutput {
    Shuffle {
        shuffle: u32,
        partitioning: Partitioning,
        schema: Arc<Schema>,
        partition_count: u32,
        write: ShuffleWrite,
    },
    Result,
}

/// What a finished task leaves behind.
#[derive(Debug)]
pub(super) struct FinishedTask {
    pub(super) done: TaskDone,
    pub(super) written: Option<(u32, MapOutput)>,
    /// One block with its result rows, when they may be fetched.
    pub(super) result: Option<MapOutput>,
}

/// What a task reads of one shuffle, and the columns of it.
pub(super) struct ShuffleInput {
    pub(super) read: ReadSpec,
    pub(super) schema: Arc<Schema>,
}

/// What an executor lends to a task that it sets up.
pub(super) struct TaskContext<'a> {
    pub(super) dataset: &'a Arc<Dataset>,
    pub(super) resident: Option<&'a mut ResidentScans>,
    pub(super) inputs: &'a [ShuffleInput],
    pub(super) store: &'a BlockStore,
    pub(super) tables: &'a mut BroadcastTables,
    pub(super) action: Action,
}

impl RunningTask {
    /// Sets a task up. Its blocks stay in the store, for another attempt.
    pub(super) fn new(task: TaskId, stage: &StageSpec, context: TaskContext<'_>) -> Result<Self> {
        let TaskContext { dataset, resident, inputs, store, tables, action } = context;
        share_tables(stage, inputs, store, tables)?;
        let source = match &stage.source {
            StageSource::Scan { table, column_indices, predicate, .. } => Source::Scan(match resident {
                Some(resident) if predicate.is_none() => {
                    resident.scan(dataset, table, task.index, column_indices)
                }
                _ => scan(dataset, table, task.index, column_indices, predicate.as_ref()),
            }),
            StageSource::Shuffle { build, probe } => {
                let take = |shuffles: &[u32]| -> Result<Blocks> {
                    let mut blocks = Blocks::default();
                    for input in shuffles
                        .iter()
                        .flat_map(|shuffle| inputs.iter().filter(move |input| input.read.shuffle == *shuffle))
                    {
                        blocks.slices.extend(store.read(&input.read)?);
                        blocks.schema = input.schema.clone();
                    }
                    Ok(blocks)
                };
                let probe = take(probe)?;
                Source::Blocks { build: take(build)?, probe }
            }
        };
        let branches = stage
            .branches
            .iter()
            .map(|branch| RunningBranch::new(branch, stage, tables, RunningOutput::of(&branch.output)))
            .collect();
        let done = TaskDone { task, ..TaskDone::default() };
        Ok(RunningTask {
            index: task.index,
            source,
            prefix: Pipeline::with_tables(&stage.prefix, tables),
            share: stage.share,
            branches,
            kept: action.fetches().then(|| KeptRows {
                write: ShuffleWrite::new(1),
                schema: None,
                row_limit: action.row_limit(),
            }),
            writes_shuffle: stage.shuffle_written().is_some(),
            done,
        })
    }

    /// Does one piece of work; `true` when the input has ended and [`RunningTask::finish`] is next.
    pub(super) fn turn(&mut self, clock: &dyn Clock) -> Result<bool> {
        let has_enough =
            |kept: &KeptRows| kept.row_limit.is_some_and(|limit| kept.write.row_count() >= limit);
        if !self.writes_shuffle && self.kept.as_ref().is_some_and(has_enough) {
            return Ok(true);
        }
        let mut watch = Stopwatch::start(clock);
        let (batch, is_build) = match &mut self.source {
            Source::Scan(scan) => {
                let Some(batch) = scan.next_batch(BATCH_ROWS) else { return Ok(true) };
                self.done.rows_in = scan.scanned().rows;
                self.done.scanned_bytes = scan.scanned().bytes;
                (batch, false)
            }
            Source::Blocks { build, probe } => {
                let is_build = !build.slices.is_empty();
                let blocks = if is_build { build } else { probe };
                let Some(batch) = read_blocks(blocks, &mut self.done)? else { return Ok(true) };
                watch.lap(Phase::Read, &mut self.done.phases);
                (batch, is_build)
            }
        };
        if is_build {
            self.branches[0].pipeline.push_build(&batch)?;
            watch.lap(Phase::Compute, &mut self.done.phases);
            return Ok(false);
        }
        let mut out =
            Out { watch: &mut watch, index: self.index, done: &mut self.done, kept: &mut self.kept };
        let (share, branches) = (self.share, &mut self.branches);
        self.prefix.push(&batch, &mut |batch| route(share, &batch, branches, &mut out))?;
        watch.lap(Phase::Compute, &mut self.done.phases);
        Ok(false)
    }

    /// Ends the input: tables empty themselves, blocks are written.
    pub(super) fn finish(mut self, clock: &dyn Clock) -> Result<FinishedTask> {
        let mut watch = Stopwatch::start(clock);
        let mut out =
            Out { watch: &mut watch, index: self.index, done: &mut self.done, kept: &mut self.kept };
        let (share, branches) = (self.share, &mut self.branches);
        self.prefix.finish(&mut |batch| route(share, &batch, branches, &mut out))?;
        let mut written = None;
        for mut branch in self.branches {
            branch.finish(&mut out)?;
            let RunningBranch { watched, output, .. } = branch;
            if let Some(Watched { sketch, .. }) = watched {
                let heavy_keys = sketch.finish();
                out.done.heavy_keys = Some(heavy_keys).filter(|heavy_keys| heavy_keys.rows > 0);
            }
            out.watch.lap(Phase::Compute, &mut out.done.phases);
            if let RunningOutput::Shuffle { shuffle, schema, write, .. } = output {
                let map_output = write.finish(&schema)?;
                out.done.written_rows = map_output.block_rows().to_vec();
                out.done.written_bytes = map_output.block_bytes().collect();
                written = Some((shuffle, map_output));
                out.watch.lap(Phase::Write, &mut out.done.phases);
            }
        }
        let mut result = None;
        if let Some(KeptRows { write, schema: Some(schema), .. }) = self.kept {
            let rows = write.finish(&schema)?;
            self.done.result_bytes = rows.block_bytes().sum();
            result = Some(rows);
        }
        Ok(FinishedTask { done: self.done, written, result })
    }
}

/// Makes the tables of the stage's broadcast build sides, unless another task has.
fn share_tables(
    stage: &StageSpec,
    inputs: &[ShuffleInput],
    store: &BlockStore,
    tables: &mut BroadcastTables,
) -> Result<()> {
    for operator in stage.operators() {
        let OperatorSpec::HashJoin(join @ JoinSpec { build: BuildInput::Broadcast(shuffle), .. }) = operator
        else {
            continue;
        };
        if tables.contains_key(shuffle) {
            continue;
        }
        let input = inputs.iter().find(|input| input.read.shuffle == *shuffle);
        let batches = store
            .read(&input.expect("the stage's shuffles are listed").read)?
            .iter()
            .map(|slice| Ok(block::decode(slice.bytes(), &join.build_schema)?.0))
            .collect::<Result<Vec<_>>>()?;
        tables.insert(*shuffle, Arc::new(BuildTable::new(&batches, join)?));
    }
    Ok(())
}

/// Reads blocks until a batch's worth of rows has come together: blocks can be tiny.
fn read_blocks(blocks: &mut Blocks, done: &mut TaskDone) -> Result<Option<RecordBatch>> {
    let mut batches: Vec<RecordBatch> = Vec::new();
    let mut row_count = 0;
    while row_count < BATCH_ROWS {
        let Some(slice) = blocks.slices.pop_front() else { break };
        let bytes = slice.bytes();
        let (batch, _) = block::decode(bytes, &blocks.schema)?;
        done.read_blocks += 1;
        done.read_bytes += bytes.len() as u64;
        done.read_rows += batch.row_count() as u64;
        row_count += batch.row_count();
        if batch.row_count() > 0 || batches.is_empty() {
            batches.push(batch);
        }
    }
    done.rows_in += row_count as u64;
    Ok(if batches.len() == 1 { batches.pop() } else { RecordBatch::concat(&batches) })
}

/// What the end of a pipeline needs.
struct Out<'a, 'c> {
    watch: &'a mut Stopwatch<'c>,
    index: u32,
    done: &'a mut TaskDone,
    kept: &'a mut Option<KeptRows>,
}

/// Sends each row down its branch.
fn route(
    share: Option<(RowShare, usize)>,
    batch: &RecordBatch,
    branches: &mut [RunningBranch],
    out: &mut Out<'_, '_>,
) -> Result<()> {
    let Some((share, row_id)) = share else { return branches[0].push(batch, out) };
    let ids = batch.column(row_id).as_int64().values();
    let (mut wide, mut narrow) = (Vec::new(), Vec::new());
    for (row, &id) in ids.iter().enumerate() {
        if share.contains(id as u64) { &mut wide } else { &mut narrow }.push(row as u32);
    }
    branches[0].push(&batch.take(&wide), out)?;
    branches[1].push(&batch.take(&narrow), out)
}

impl RunningOutput {
    fn of(output: &Output) -> Self {
        match output {
            Output::Result { .. } => RunningOutput::Result,
            Output::Shuffle { shuffle, partitioning, partition_count, schema } => RunningOutput::Shuffle {
                shuffle: *shuffle,
                partitioning: partitioning.clone(),
                schema: schema.clone(),
                partition_count: *partition_count,
                write: ShuffleWrite::new(*partition_count),
            },
        }
    }

    fn take(&mut self, batch: RecordBatch, out: &mut Out<'_, '_>) -> Result<()> {
        if batch.row_count() == 0 {
            return Ok(());
        }
        out.done.rows_out += batch.row_count() as u64;
        match self {
            RunningOutput::Result => {
                out.done.result.add_batch(&batch);
                if let Some(kept) = out.kept {
                    kept.schema.get_or_insert_with(|| batch.schema().clone());
                    kept.push(batch);
                }
            }
            RunningOutput::Shuffle { partitioning, partition_count, write, .. } => {
                out.watch.lap(Phase::Compute, &mut out.done.phases);
                let rows = TaskRows { task: out.index, first_row: write.row_count() };
                let placement = place(partitioning, &batch, rows, *partition_count);
                write.push(batch, placement);
                out.watch.lap(Phase::Write, &mut out.done.phases);
            }
        }
        Ok(())
    }
}

/// Splits a turn's time into phases.
struct Stopwatch<'c> {
    clock: &'c dyn Clock,
    last: WallMicros,
}

impl<'c> Stopwatch<'c> {
    fn start(clock: &'c dyn Clock) -> Self {
        Stopwatch { clock, last: clock.now() }
    }

    /// Counts the time since the last lap to `phase`.
    fn lap(&mut self, phase: Phase, phases: &mut PhaseMicros) {
        let now = self.clock.now();
        phases.add(phase, now.since(self.last));
        self.last = now;
    }
}
