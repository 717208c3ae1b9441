//! Which tasks of a stage may run: all at once, or, when rows are only shown, a few at a time.

use super::super::protocol::TaskId;
use super::Driver;

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
