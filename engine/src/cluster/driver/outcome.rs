//! What is left of a run: every task, every exchange, and the rows that were fetched.

use super::super::WallMicros;
use super::super::protocol::{ExchangeDone, TaskDone};
use crate::cluster::RunSpec;
use crate::columnar::RecordBatch;
use crate::dataset::DataSpec;
use crate::plan::{PlanTrace, StageGraph, StageSpec};

/// A finished task and who ran it.
#[derive(Debug, Clone)]
pub struct TaskRecord {
    /// The executor.
    pub executor: u32,
    /// What it did.
    pub done: TaskDone,
}

/// A finished exchange.
#[derive(Debug, Clone)]
pub struct ExchangeRecord {
    /// The stage that reads.
    pub stage: u32,
    /// The owner of each reduce partition; nobody when all rows went to everybody.
    pub owners: Vec<u32>,
    /// From the driver's word to the last executor's answer.
    pub micros: WallMicros,
    /// Each executor's side.
    pub executors: Vec<ExchangeDone>,
}

/// Everything that was measured in a run.
#[derive(Debug, Clone)]
pub struct JobOutcome {
    /// The rows that were scanned.
    pub data: DataSpec,
    /// Who ran it, and what became of the result.
    pub run: RunSpec,
    /// The rows that the action brought to the driver, in the order of stages and partitions.
    pub rows: Vec<RecordBatch>,
    /// How its plan came about.
    pub trace: PlanTrace,
    /// Its stages.
    pub graph: StageGraph,
    /// From the moment all executors were prepared to the last task's end.
    pub wall_micros: WallMicros,
    /// Every task, ordered by stage and partition.
    pub tasks: Vec<TaskRecord>,
    /// Every exchange, in order.
    pub exchanges: Vec<ExchangeRecord>,
    /// Messages of earlier runs that were dropped.
    pub stale_messages: u64,
}

impl JobOutcome {
    /// The tasks of one stage, by partition.
    pub fn stage_tasks(&self, stage: u32) -> impl Iterator<Item = &TaskRecord> {
        self.tasks.iter().filter(move |record| record.done.task.is_some_and(|task| task.stage == stage))
    }

    /// The exchange that a stage read, if it read one.
    pub fn exchange_of(&self, stage: u32) -> Option<&ExchangeRecord> {
        self.exchanges.iter().find(|exchange| exchange.stage == stage)
    }

    /// Partitions that gave rows to the result, of how many: a `show` runs no more than it needs.
    pub fn result_tasks(&self) -> (u32, u32) {
        let gives_result = |stage: &&StageSpec| stage.gives_result();
        let stages: Vec<&StageSpec> = self.graph.stages().iter().filter(gives_result).collect();
        let run = stages.iter().map(|stage| self.stage_tasks(stage.id).count() as u32).sum();
        (run, stages.iter().map(|stage| stage.task_count).sum())
    }

    /// Every row and byte that was written was read, partition by partition.
    ///
    /// # Panics
    /// When one was lost or doubled: the answer would be wrong, so there is none.
    pub(super) fn assert_conservation(&self) {
        for stage in self.graph.stages().iter().filter(|stage| stage.reads_shuffle()) {
            let mut written = vec![(0u64, 0u64, 0u64); stage.task_count as usize];
            for shuffle in stage.shuffles_read() {
                for record in self.stage_tasks(self.graph.writer_of(shuffle).id) {
                    let blocks = record.done.written_rows.iter().zip(&record.done.written_bytes);
                    for (sum, (&rows, &bytes)) in written.iter_mut().zip(blocks) {
                        *sum = (sum.0 + u64::from(rows), sum.1 + bytes, sum.2 + 1);
                    }
                }
            }
            for (record, written) in self.stage_tasks(stage.id).zip(&written) {
                let read = (record.done.read_rows, record.done.read_bytes, record.done.read_blocks);
                assert_eq!(
                    read, *written,
                    "rows, bytes and blocks read by {:?} are those written for it",
                    record.done.task
                );
            }
        }
    }
}
