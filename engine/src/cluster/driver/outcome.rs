//! An outcome is what is left of a run: every task, every exchange, and the rows that were fetched.

use super::super::WallMicros;
use super::super::protocol::{ExchangeDone, TaskDone};
use super::clocks::ClockShift;
use crate::cluster::RunSpec;
use crate::columnar::RecordBatch;
use crate::dataset::DataSpec;
use crate::error::{EngineError, Result};
use crate::plan::{PlanTrace, StageGraph, StageSpec};
use crate::shuffle::{HeavyKeys, ReadSpec};

/// What a finished task did, and who ran it.
#[derive(Debug, Clone)]
pub struct TaskRecord {
    /// The executor that ran it.
    pub executor: u32,
    /// What the task read of each shuffle.
    pub reads: Vec<ReadSpec>,
    /// What the task says that it did.
    pub done: TaskDone,
}

/// What a finished exchange did.
#[derive(Debug, Clone)]
pub struct ExchangeRecord {
    /// The stage that reads what was moved.
    pub stage: u32,
    /// The time from the driver's word to the last executor's answer.
    pub micros: WallMicros,
    /// What each executor's side did. Those that took no part have zeros.
    pub executors: Vec<ExchangeDone>,
}

/// Everything that was measured in a run.
#[derive(Debug, Clone)]
pub struct JobOutcome {
    /// The rows that were scanned.
    pub data: DataSpec,
    /// Who ran the job, and what became of the rows.
    pub run: RunSpec,
    /// The rows that the action brought to the driver, in the order of stages and partitions.
    pub rows: Vec<RecordBatch>,
    /// How the plan came about, in texts.
    pub trace: PlanTrace,
    /// The stages that were run.
    pub graph: StageGraph,
    /// The moment at which all executors were prepared, on the driver's clock.
    pub started: WallMicros,
    /// How each executor's clock goes with the driver's.
    pub clocks: Vec<ClockShift>,
    /// The time from the moment at which all executors were prepared until the last task was done.
    pub wall_micros: WallMicros,
    /// The number of tasks of each stage, whether or not all of them had to run.
    pub task_counts: Vec<u32>,
    /// Executors that were lost when nothing that they held was needed any more.
    pub lost_executors: Vec<u32>,
    /// Every task that was run, ordered by stage and index.
    pub tasks: Vec<TaskRecord>,
    /// Every exchange, in the order in which they were made.
    pub exchanges: Vec<ExchangeRecord>,
    /// Messages that were dropped: of earlier runs, of attempts that no longer count, or such as nobody waited for.
    pub stale_messages: u64,
}

impl JobOutcome {
    /// The tasks of one stage, in their order.
    pub fn stage_tasks(&self, stage: u32) -> impl Iterator<Item = &TaskRecord> {
        self.tasks.iter().filter(move |record| record.done.task.stage == stage)
    }

    /// The heaviest keys of the rows that took the wide branch, by the column by which they first met; `None` where rows meet
    /// by no single column of integers, and where not all tasks of their stage ran.
    pub fn heavy_keys(&self) -> Option<HeavyKeys> {
        let parts = |stage: &StageSpec| -> Vec<&HeavyKeys> {
            self.stage_tasks(stage.id).filter_map(|record| record.done.heavy_keys.as_ref()).collect()
        };
        // The first stage that scans is the one whose rows stream: a build side comes after its probe side.
        let looked = |stage: &&StageSpec| !parts(stage).is_empty();
        let stage = self.graph.stages().iter().find(looked)?;
        // A show that stops early has not seen all rows, and none of them has met another.
        let is_whole = self.stage_tasks(stage.id).count() == stage.task_count as usize;
        is_whole.then(|| HeavyKeys::merged(parts(stage)))
    }

    /// The exchange before a stage; `None` when nothing moved before it.
    pub fn exchange_of(&self, stage: u32) -> Option<&ExchangeRecord> {
        self.exchanges.iter().find(|exchange| exchange.stage == stage)
    }

    /// How many partitions gave rows to the result, and how many there are. A `show` runs no more of them than it needs.
    pub fn result_tasks(&self) -> (u32, u32) {
        let gives_result = |stage: &&StageSpec| stage.gives_result();
        let stages: Vec<&StageSpec> = self.graph.stages().iter().filter(gives_result).collect();
        let run = stages.iter().map(|stage| self.stage_tasks(stage.id).count() as u32).sum();
        (run, stages.iter().map(|stage| self.task_counts[stage.id as usize]).sum())
    }

    /// Checks that each task read every row and byte that was written for it. A task that had all the rows that a show wants
    /// stopped reading there, and read no more than that.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when one was lost or doubled on the way: the answer would be wrong, so there is none.
    pub(super) fn check_conservation(&self) -> Result<()> {
        let row_limit = self.run.action.row_limit();
        for stage in self.graph.stages().iter().filter(|stage| !stage.scans()) {
            let shuffles = stage.shuffles_read();
            let writers: Vec<(u32, Vec<&TaskRecord>)> = shuffles
                .iter()
                .map(|&shuffle| (shuffle, self.stage_tasks(self.graph.writer_of(shuffle).id).collect()))
                .collect();
            for record in self.stage_tasks(stage.id) {
                let mut written = Volume::default();
                for read in &record.reads {
                    let maps = writers.iter().find(|(shuffle, _)| *shuffle == read.shuffle);
                    maps.iter().for_each(|(_, maps)| written.add(read, maps));
                }
                let done = &record.done;
                let read = Volume { rows: done.read_rows, bytes: done.read_bytes, blocks: done.read_blocks };
                let stopped =
                    stage.gives_result() && row_limit.is_some_and(|limit| done.result.row_count >= limit);
                if read != written && !(stopped && read.is_within(written)) {
                    let expected = format!("{:?} to read {written:?}", done.task);
                    return Err(EngineError::Protocol { expected, got: format!("{read:?}") });
                }
            }
        }
        Ok(())
    }
}

/// What was written for a task, or read by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Volume {
    rows: u64,
    bytes: u64,
    blocks: u64,
}

impl Volume {
    fn is_within(self, all: Volume) -> bool {
        self.rows <= all.rows && self.bytes <= all.bytes && self.blocks <= all.blocks
    }

    /// Adds the blocks of a rectangle. What executors report need not add up, so sums stop at their largest number.
    fn add(&mut self, read: &ReadSpec, maps: &[&TaskRecord]) {
        for block in read.blocks() {
            let Some(map) = maps.get(block.map as usize) else { continue };
            let rows = map.done.written_rows.get(block.reduce as usize).copied().unwrap_or(0);
            let bytes = map.done.written_bytes.get(block.reduce as usize).copied().unwrap_or(0);
            self.rows = self.rows.saturating_add(u64::from(rows));
            self.bytes = self.bytes.saturating_add(bytes);
            self.blocks += 1;
        }
    }
}
