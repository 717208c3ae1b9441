//! Which tasks of a stage may run: all at once, or, when rows are only shown, a few at a time.

use super::super::protocol::TaskId;
use super::Driver;
use crate::plan::StageSpec;

/// Each wave of a show has this many times the tasks of all before it: as Spark's `spark.sql.limit.scaleUpFactor`.
const WAVE_FACTOR: u32 = 4;

/// How far a stage is.
#[derive(Debug, Clone, Copy)]
pub(super) struct StageProgress {
    task_count: u32,
    /// Tasks that may run, from the first on; `None` while it waits for its parents.
    released: Option<u32>,
    /// Tasks that ended.
    pub(super) done: u32,
}

impl StageProgress {
    pub(super) fn new(task_count: u32) -> Self {
        StageProgress { task_count, released: None, done: 0 }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.released.is_some()
    }

    /// Whether every task that may run has ended.
    pub(super) fn wave_is_over(&self) -> bool {
        self.released == Some(self.done)
    }

    pub(super) fn is_over(&self) -> bool {
        self.done == self.task_count
    }
}

impl Driver {
    /// Whether it is a stage's turn. Rows that are shown are those of the first stage that gives any, so the next such stage
    /// waits until it is over: else which rows come would depend on who is faster.
    pub(super) fn is_in_turn(&self, stage: &StageSpec) -> bool {
        let shows = self.job.run.action.row_limit().is_some() && stage.gives_result();
        let mut earlier = self.job.graph.stages()[..stage.id as usize].iter();
        !shows || earlier.all(|other| !other.gives_result() || self.stages[other.id as usize].is_over())
    }

    /// Lets the stages run that read no shuffle, if it is their turn and they have not begun.
    pub(super) fn release_sources(&mut self) {
        let begins = |stage: &&StageSpec| {
            let has_begun = self.stages[stage.id as usize].has_begun();
            stage.parents().is_empty() && !has_begun && self.is_in_turn(stage)
        };
        let runnable: Vec<u32> =
            self.job.graph.stages().iter().filter(begins).map(|stage| stage.id).collect();
        runnable.into_iter().for_each(|stage| self.release(stage, None));
    }

    /// Lets the next wave of a stage's tasks run: where their partitions are owned, or anywhere.
    pub(super) fn release(&mut self, stage: u32, owners: Option<&[u32]>) {
        let progress = &mut self.stages[stage as usize];
        let first = progress.released.unwrap_or(0);
        let shows = self.job.run.action.row_limit().is_some() && self.job.graph.stage(stage).gives_result();
        let wave = if shows { (first * WAVE_FACTOR).max(1) } else { progress.task_count };
        let end = progress.task_count.min(first.saturating_add(wave));
        progress.released = Some(end);
        let earlier = self.exchanges.iter().find(|exchange| exchange.stage == stage);
        let owners = owners.or(earlier.map(|exchange| exchange.owners.as_slice())).unwrap_or(&[]);
        for partition in first..end {
            let task = TaskId { stage, partition, attempt: 0 };
            match owners.get(partition as usize) {
                Some(&owner) => self.executors[owner as usize].own_queue.push_back(task),
                None => self.queue.push_back(task),
            }
        }
    }

    /// Whether the rows that are to be shown are there.
    pub(super) fn has_enough_rows(&self) -> bool {
        let found = || self.tasks.iter().map(|record| record.done.result.row_count).sum::<u64>();
        self.job.run.action.row_limit().is_some_and(|limit| found() >= limit)
    }
}
