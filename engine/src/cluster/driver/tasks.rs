//! Tasks: the driver hands them out, and takes each one's answer once.

use super::super::WallMicros;
use super::super::protocol::{MAX_SPANS, TaskDone, ToExecutor};
use super::stages::{StageNews, StageState, TaskState};
use super::{Driver, DriverEffect, Progress, TaskRecord};
use crate::error::EngineError;
use crate::plan::{Output, StageSpec};
use crate::room::reserve_for;

/// Tasks that an executor holds at a time: one to run, one to begin without asking.
pub(crate) const TASKS_IN_HAND: usize = 2;

impl Driver {
    /// Hands tasks out, one to each executor in turn, until hands or queues are empty.
    pub(super) fn launch(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        let mut effects = Vec::new();
        let live: Vec<u32> = self.live().collect();
        for depth in 0..TASKS_IN_HAND {
            for &executor in &live {
                let state = &mut self.executors[executor as usize];
                if state.in_hand.len() > depth {
                    continue;
                }
                let Some(task) = state.own_queue.pop_front().or_else(|| self.queue.pop_front()) else {
                    continue;
                };
                let StageState::Running(stage) = &mut self.stages[task.stage as usize] else { continue };
                let launched = &mut stage.tasks[task.index as usize];
                launched.state = TaskState::Launched(executor);
                launched.launched = now;
                state.in_hand.insert(task);
                let reads = launched.planned.reads.clone();
                effects.push(DriverEffect::Send(executor, ToExecutor::Launch(self.run, task, reads)));
            }
        }
        effects
    }

    /// A task has ended. An answer that nobody waits for is dropped and counted.
    pub(super) fn task_done(&mut self, executor: u32, done: TaskDone, now: WallMicros) -> Vec<DriverEffect> {
        let task = done.task;
        let state = self.stages.get_mut(task.stage as usize);
        let Some(news) = state.and_then(|state| state.task_done(task, executor)) else { return self.stale() };
        self.executors[executor as usize].in_hand.remove(&task);
        // The rows that were wanted are there: what is still under way is of no use.
        if self.fetch.is_some() {
            return Vec::new();
        }
        let blocks = written_blocks(self.job.graph.stage(task.stage));
        if done.written_bytes.len() != blocks || done.written_rows.len() != blocks {
            let got = format!("{} sizes from executor {executor}", done.written_bytes.len());
            return self
                .fail(EngineError::Protocol { expected: format!("the sizes of {blocks} blocks"), got });
        }
        let planned = self.stages[task.stage as usize].tasks().and_then(|s| s.tasks.get(task.index as usize));
        let launched = planned.map_or(now, |task| task.launched);
        let reads = planned.map(|task| task.planned.reads.clone()).unwrap_or_default();
        if done.spans.len() > MAX_SPANS {
            let got = format!("{} from executor {executor}", done.spans.len());
            return self.fail(EngineError::Protocol { expected: format!("at most {MAX_SPANS} spans"), got });
        }
        if let (Some(first), Some(last)) = (done.spans.first(), done.spans.last()) {
            let clock = &mut self.executors[executor as usize].clock;
            clock.note(launched..now, first.began..last.ended);
        }
        // A task's report is large: it has the sizes of its blocks, its heavy keys and its sample.
        if let Err(error) = reserve_for(&mut self.tasks, 1) {
            return self.fail(error);
        }
        // Tasks end nearly in their order, so that this is nearly a push.
        let at = self.tasks.partition_point(|earlier| earlier.done.task < done.task);
        self.tasks.insert(at, TaskRecord { executor, reads, done });
        let has_enough = self.has_enough_rows();
        if news == StageNews::WaveOver && !has_enough {
            self.release(task.stage);
        }
        if news == StageNews::Over && !has_enough {
            self.start_sources();
        }
        let mut effects = self.launch(now);
        effects.push(DriverEffect::Progress(self.progress()));
        effects.extend(match news {
            StageNews::StillRunning => Vec::new(),
            StageNews::WaveOver | StageNews::Over
                if has_enough || self.stages.iter().all(StageState::is_over) =>
            {
                self.fetch_or_finish(now)
            }
            StageNews::WaveOver => Vec::new(),
            StageNews::Over => self.start_exchange(now),
        });
        effects
    }

    fn progress(&self) -> Progress {
        Progress { tasks_done: self.tasks.len() as u32, task_count: self.task_counts().iter().sum() }
    }

    /// Tasks of each stage; of one that has not started, those that it would have by default.
    pub(super) fn task_counts(&self) -> Vec<u32> {
        let planned = |stage: &StageSpec| match &self.stages[stage.id as usize] {
            StageState::Waiting => stage.task_count,
            StageState::Exchanging(exchanging) => exchanging.tasks.len() as u32,
            StageState::Running(tasks) | StageState::Over(tasks) => tasks.tasks.len() as u32,
        };
        self.job.graph.stages().iter().map(planned).collect()
    }
}

/// Blocks that each task of a stage writes.
fn written_blocks(stage: &StageSpec) -> usize {
    let blocks = |output: &Output| match output {
        Output::Shuffle { partition_count, .. } => *partition_count as usize,
        Output::Result { .. } => 0,
    };
    stage.branches.iter().map(|branch| blocks(&branch.output)).sum()
}
