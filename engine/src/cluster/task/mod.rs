//! A running task does a bounded piece of its work in each turn, so that its executor can answer messages in between.

mod output;
mod spans;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::{Action, Clock, TaskDone, TaskId};
use crate::clock::{Phase, PhaseMicros};
use crate::columnar::{BATCH_ROWS, Column, RecordBatch, Schema, block};
use crate::dataset::{Dataset, ResidentScans, Scan};
use crate::error::Result;
use crate::operator::{BuildTable, Pipeline, scan};
use crate::plan::{Branch, BuildInput, JoinSpec, OperatorSpec, RowShare, StageSource, StageSpec};
use crate::room::{collect, with_room};
use crate::shuffle::{BlockSlice, BlockStore, KeySketch, MapOutput, ReadSpec};
pub(super) use output::TaskRanges;
use output::{KeptRows, Out, RunningOutput, Stopwatch};
use spans::Spans;

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
    spans: Spans,
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

impl Blocks {
    /// The blocks that a task reads of these shuffles.
    fn of(shuffles: &[u32], inputs: &[ShuffleInput], store: &BlockStore) -> Result<Self> {
        let mut blocks = Blocks::default();
        for shuffle in shuffles {
            for input in inputs.iter().filter(|input| input.read.shuffle == *shuffle) {
                blocks.slices.extend(store.read(&input.read)?);
                blocks.schema = input.schema.clone();
            }
        }
        Ok(blocks)
    }
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
        let (at, column) = branch.meeting().filter(|_| stage.scans())?;
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
            look(sketch, batch.column(*column))?;
            rest(&batch)
        })
    }

    /// Ends the rows: tables empty themselves.
    fn finish(&mut self, out: &mut Out<'_, '_>) -> Result<()> {
        let RunningBranch { watched, pipeline, output } = self;
        if let Some(Watched { before, column, sketch }) = watched {
            before.finish(&mut |batch| {
                look(sketch, batch.column(*column))?;
                pipeline.push(&batch, &mut |batch| output.take(batch, out))
            })?;
        }
        pipeline.finish(&mut |batch| output.take(batch, out))
    }
}

/// Adds a batch's keys to a sketch. NULL is no key that could be named.
fn look(sketch: &mut KeySketch, keys: &Column) -> Result<()> {
    let Column::Int64(keys) = keys else { return Ok(()) };
    match keys.validity() {
        None => sketch.add(keys.values()),
        Some(validity) => {
            let valid = validity.ones()?;
            sketch.add(&collect(valid.iter().map(|&row| keys.values()[row as usize]))?)
        }
    }
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
    pub(super) ranges: TaskRanges,
    pub(super) clock: &'a dyn Clock,
}

impl RunningTask {
    /// Sets a task up. Its blocks stay in the store, for another attempt.
    pub(super) fn new(task: TaskId, stage: &StageSpec, context: TaskContext<'_>) -> Result<Self> {
        let TaskContext { dataset, resident, inputs, store, tables, action, ranges, clock } = context;
        let mut watch = Stopwatch::start(clock);
        let mut spans = Spans::default();
        spans.begin_turn(watch.last(), &PhaseMicros::default());
        share_tables(stage, inputs, store, tables)?;
        let source = match &stage.source {
            StageSource::Scan { table, column_indices, predicate, .. } => Source::Scan(match resident {
                Some(resident) if predicate.is_none() => {
                    resident.scan(dataset, table, task.index, column_indices)?
                }
                _ => scan(dataset, table, task.index, column_indices, predicate.as_ref()),
            }),
            StageSource::Shuffle { build, probe } => Source::Blocks {
                build: Blocks::of(build, inputs, store)?,
                probe: Blocks::of(probe, inputs, store)?,
            },
            StageSource::InPlace { shuffles } => {
                Source::Blocks { build: Blocks::default(), probe: Blocks::of(shuffles, inputs, store)? }
            }
        };
        let running = |branch: &Branch| {
            let output = RunningOutput::of(&branch.output, task.index, &ranges)?;
            Ok(RunningBranch::new(branch, stage, tables, output))
        };
        let branches = stage.branches.iter().map(running).collect::<Result<_>>()?;
        let mut done = TaskDone { task, ..TaskDone::default() };
        // The first task builds the tables that all share, which takes a while.
        watch.lap(Phase::Compute, &mut done.phases);
        spans.end_turn(watch.last());
        Ok(RunningTask {
            index: task.index,
            source,
            prefix: Pipeline::with_tables(&stage.prefix, tables),
            share: stage.share,
            branches,
            kept: action.fetches().then(|| KeptRows::new(action.row_limit())),
            writes_shuffle: stage.shuffle_written().is_some(),
            done,
            spans,
        })
    }

    /// Does one piece of work; `true` when the input has ended and [`RunningTask::finish`] is next.
    pub(super) fn turn(&mut self, clock: &dyn Clock) -> Result<bool> {
        if !self.writes_shuffle && self.kept.as_ref().is_some_and(KeptRows::has_enough) {
            return Ok(true);
        }
        let mut watch = Stopwatch::start(clock);
        self.spans.begin_turn(watch.last(), &self.done.phases);
        let (batch, is_build) = match &mut self.source {
            Source::Scan(scan) => {
                let Some(batch) = scan.next_batch(BATCH_ROWS)? else { return Ok(true) };
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
            self.spans.end_turn(watch.last());
            return Ok(false);
        }
        let mut out =
            Out { watch: &mut watch, index: self.index, done: &mut self.done, kept: &mut self.kept };
        let (share, branches) = (self.share, &mut self.branches);
        self.prefix.push(&batch, &mut |batch| route(share, &batch, branches, &mut out))?;
        watch.lap(Phase::Compute, &mut self.done.phases);
        self.spans.end_turn(watch.last());
        Ok(false)
    }

    /// The executor does something else before the next turn.
    pub(super) fn interrupt(&mut self) {
        self.spans.cut();
    }

    /// Ends the input: tables empty themselves, blocks are written.
    pub(super) fn finish(mut self, clock: &dyn Clock) -> Result<FinishedTask> {
        let mut watch = Stopwatch::start(clock);
        self.spans.begin_turn(watch.last(), &self.done.phases);
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
            if let RunningOutput::Shuffle(write) = output {
                written = Some((write.shuffle, write.finish(out.done)?));
                out.watch.lap(Phase::Write, &mut out.done.phases);
            }
        }
        self.spans.end_turn(watch.last());
        self.done.spans = self.spans.finish(&self.done.phases);
        let result = self.kept.map(KeptRows::finish).transpose()?.flatten();
        self.done.result_bytes = result.iter().flat_map(MapOutput::block_bytes).sum();
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
    if batches.len() == 1 { Ok(batches.pop()) } else { RecordBatch::concat(&batches) }
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
    let (mut wide, mut narrow) = (with_room(ids.len())?, with_room(ids.len())?);
    for (row, &id) in ids.iter().enumerate() {
        if share.contains(id as u64) { &mut wide } else { &mut narrow }.push(row as u32);
    }
    branches[0].push(&batch.take(&wide)?, out)?;
    branches[1].push(&batch.take(&narrow)?, out)
}
