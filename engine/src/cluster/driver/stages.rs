//! How far each stage is, and which of its tasks may run.

use std::collections::BTreeMap;

use super::super::WallMicros;
use super::super::exchange::PlannedTask;
use super::super::protocol::{ExchangeDone, TaskId};
use super::Driver;
use crate::plan::StageSpec;

/// Each wave of a show has this many times the tasks of all before it: as Spark's `spark.sql.limit.scaleUpFactor`.
const WAVE_FACTOR: u32 = 4;

/// How far a stage is.
#[derive(Debug)]
pub(super) enum StageState {
    /// The stages before it are not over.
    Waiting,
    /// Its blocks are on their way.
    Exchanging(Exchanging),
    /// Its tasks run.
    Running(StageTasks),
    /// All its tasks are done.
    Over(StageTasks),
}

/// An exchange under way.
#[derive(Debug)]
pub(super) struct Exchanging {
    /// The tasks that will run when it is over.
    pub(super) tasks: Vec<PlannedTask>,
    pub(super) started: WallMicros,
    /// The executors that take part.
    pub(super) peers: Vec<u32>,
    /// Who has said that everything was sent and has arrived.
    pub(super) done: BTreeMap<u32, ExchangeDone>,
}

impl Exchanging {
    /// Whether this executor still has to say that its side is over.
    pub(super) fn is_owed_by(&self, executor: u32) -> bool {
        self.peers.contains(&executor) && !self.done.contains_key(&executor)
    }
}

/// The tasks of a stage that has started.
#[derive(Debug)]
pub(super) struct StageTasks {
    pub(super) tasks: Vec<StageTask>,
    /// Tasks that may run, from the first on.
    released: u32,
    done: u32,
}

/// One task: what it reads, and how far its current attempt is.
#[derive(Debug)]
pub(super) struct StageTask {
    pub(super) planned: PlannedTask,
    /// The attempt whose answer counts.
    pub(super) attempt: u32,
    /// When an executor was told of the attempt.
    pub(super) launched: WallMicros,
    pub(super) state: TaskState,
}

/// How far an attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TaskState {
    /// No executor has been told.
    Waiting,
    /// This executor has it in hand.
    Launched(u32),
    /// This executor has done it, and holds what it wrote.
    Done(u32),
}

impl StageTasks {
    pub(super) fn new(planned: Vec<PlannedTask>) -> Self {
        let task =
            |planned| StageTask { planned, attempt: 0, launched: WallMicros(0), state: TaskState::Waiting };
        StageTasks { tasks: planned.into_iter().map(task).collect(), released: 0, done: 0 }
    }

    /// Whether every task that may run is done.
    fn wave_is_over(&self) -> bool {
        self.done == self.released
    }

    fn is_over(&self) -> bool {
        self.done as usize == self.tasks.len()
    }
}

/// What a task's end means for its stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StageNews {
    /// Other tasks are still at work.
    StillRunning,
    /// Every task that may run is done, and there are more.
    WaveOver,
    /// Every task is done.
    Over,
}

impl StageState {
    /// Its tasks, once it has started.
    pub(super) fn tasks(&self) -> Option<&StageTasks> {
        match self {
            StageState::Waiting | StageState::Exchanging(_) => None,
            StageState::Running(tasks) | StageState::Over(tasks) => Some(tasks),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        match self {
            StageState::Waiting | StageState::Exchanging(_) | StageState::Running(_) => false,
            StageState::Over(_) => true,
        }
    }

    pub(super) fn exchanging(&self) -> Option<&Exchanging> {
        match self {
            StageState::Exchanging(exchanging) => Some(exchanging),
            StageState::Waiting | StageState::Running(_) | StageState::Over(_) => None,
        }
    }

    /// Notes that a task is done. `None` when this executor does not have this attempt in hand, so its answer does not
    /// count.
    pub(super) fn task_done(&mut self, task: TaskId, executor: u32) -> Option<StageNews> {
        let StageState::Running(stage) = self else { return None };
        let found = stage.tasks.get_mut(task.index as usize);
        let found = found
            .filter(|found| found.attempt == task.attempt && found.state == TaskState::Launched(executor));
        found?.state = TaskState::Done(executor);
        stage.done += 1;
        if !stage.is_over() {
            return Some(if stage.wave_is_over() { StageNews::WaveOver } else { StageNews::StillRunning });
        }
        if let StageState::Running(tasks) = std::mem::replace(self, StageState::Waiting) {
            *self = StageState::Over(tasks);
        }
        Some(StageNews::Over)
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

    /// Starts the stages that read no shuffle, if it is their turn and they have not begun.
    pub(super) fn start_sources(&mut self) {
        let begins = |stage: &&StageSpec| {
            let is_waiting = matches!(self.stages[stage.id as usize], StageState::Waiting);
            is_waiting && stage.parents().is_empty() && self.is_in_turn(stage)
        };
        let runnable: Vec<(u32, u32)> =
            self.job.graph.stages().iter().filter(begins).map(|stage| (stage.id, stage.task_count)).collect();
        for (stage, task_count) in runnable {
            let anywhere = PlannedTask { executor: None, reads: Vec::new() };
            self.start_stage(stage, vec![anywhere; task_count as usize]);
        }
    }

    /// Starts a stage whose blocks are where its tasks will read them.
    pub(super) fn start_stage(&mut self, stage: u32, planned: Vec<PlannedTask>) {
        self.stages[stage as usize] = StageState::Running(StageTasks::new(planned));
        self.release(stage);
    }

    /// Lets the next wave of a stage's tasks run: all at once, or, when rows are only shown, a few at a time.
    pub(super) fn release(&mut self, stage: u32) {
        let shows = self.job.run.action.row_limit().is_some() && self.job.graph.stage(stage).gives_result();
        let StageState::Running(state) = &mut self.stages[stage as usize] else { return };
        let (first, count) = (state.released, state.tasks.len() as u32);
        let wave = if shows { first.saturating_mul(WAVE_FACTOR).max(1) } else { count };
        let end = count.min(first.saturating_add(wave));
        state.released = end;
        for index in first..end {
            let waiting = &state.tasks[index as usize];
            let task = TaskId { stage, index, attempt: waiting.attempt };
            match waiting.planned.executor {
                Some(owner) => self.executors[owner as usize].own_queue.push_back(task),
                None => self.queue.push_back(task),
            }
        }
    }

    /// Whether the rows that are to be shown are there.
    pub(super) fn has_enough_rows(&self) -> bool {
        let rows = |sum: u64, rows: u64| sum.saturating_add(rows);
        let found = || self.tasks.iter().map(|record| record.done.result.row_count).fold(0, rows);
        self.job.run.action.row_limit().is_some_and(|limit| found() >= limit)
    }
}
