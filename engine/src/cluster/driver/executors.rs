//! The driver knows of each executor whether it lives, what it owes, and what would be lost with it.

use std::collections::{BTreeSet, VecDeque};

use super::super::WallMicros;
use super::super::protocol::{TaskId, ToExecutor};
use super::clocks::ClockBounds;
use super::stages::{StageState, TaskState};
use super::{Driver, DriverEffect};
use crate::error::EngineError;

/// How far an executor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Life {
    /// It was told to prepare, and has not answered.
    #[default]
    Told,
    /// It has heard, and builds its tables.
    Preparing,
    /// It is ready for tasks.
    Ready,
    /// It was lost. Nothing is sent to it, and what it says does not count.
    Dead,
}

/// One executor as the driver sees it.
#[derive(Debug, Default)]
pub(super) struct ExecutorState {
    pub(super) life: Life,
    /// Tasks that it was given and has not answered.
    pub(super) in_hand: BTreeSet<TaskId>,
    /// Tasks whose blocks it has.
    pub(super) own_queue: VecDeque<TaskId>,
    pub(super) last_heard: WallMicros,
    /// What its messages say about its clock.
    pub(super) clock: ClockBounds,
    /// Whether it was asked for a sign of life since.
    pub(super) is_asked: bool,
}

impl Driver {
    /// The executors that were not lost.
    pub(super) fn live(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.executors).filter(|(_, state)| state.life != Life::Dead).map(|(executor, _)| executor)
    }

    /// The state of an executor of this run that was not lost.
    pub(super) fn heard(&mut self, executor: u32, now: WallMicros) -> Option<&mut ExecutorState> {
        let state = self.executors.get_mut(executor as usize).filter(|state| state.life != Life::Dead)?;
        state.last_heard = now;
        state.is_asked = false;
        Some(state)
    }

    /// Looks for an executor that has been silent for too long. One that is silent for half that time is asked for a sign
    /// of life: of those that wait for each other in an exchange, only the dead one does not give it.
    pub(super) fn tick(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        if now.since(self.last_tick) > self.deadlines.frozen {
            self.executors.iter_mut().for_each(|executor| executor.last_heard = now);
        }
        self.last_tick = now;
        let waits: Vec<(u32, WallMicros)> =
            self.live().filter_map(|executor| Some((executor, self.limit_of(executor)?))).collect();
        let silence = |executor: u32| now.since(self.executors[executor as usize].last_heard);
        let lost = waits.iter().filter(|(executor, limit)| silence(*executor) > *limit);
        if let Some(&(executor, _)) =
            lost.max_by_key(|(executor, _)| (silence(*executor), u32::MAX - executor))
        {
            let seconds = silence(executor).0 as f64 / 1e6;
            return self.lost(executor, format!("silent for {seconds:.1} s"));
        }
        let mut effects = Vec::new();
        for (executor, limit) in waits {
            let state = &mut self.executors[executor as usize];
            let is_quiet = now.since(state.last_heard).0 > limit.0 / 2;
            if state.life == Life::Ready && is_quiet && !state.is_asked {
                state.is_asked = true;
                effects.push(DriverEffect::Send(executor, ToExecutor::Ping(self.run)));
            }
        }
        effects
    }

    /// How long an executor may be silent; `None` when it owes nothing.
    fn limit_of(&self, executor: u32) -> Option<WallMicros> {
        let state = &self.executors[executor as usize];
        match state.life {
            Life::Told => Some(self.deadlines.silence),
            Life::Preparing => Some(self.deadlines.prepare),
            Life::Dead => None,
            Life::Ready => {
                let mut exchanges = self.stages.iter().filter_map(StageState::exchanging);
                let owes = !state.in_hand.is_empty()
                    || exchanges.any(|exchange| exchange.is_owed_by(executor))
                    || self.fetch.as_ref().is_some_and(|fetch| fetch.is_owed_by(executor));
                owes.then_some(self.deadlines.silence)
            }
        }
    }

    /// An executor was lost. The run goes on when nothing that it held is needed any more, and ends otherwise.
    pub(super) fn lost(&mut self, executor: u32, reason: String) -> Vec<DriverEffect> {
        let Some(state) = self.executors.get_mut(executor as usize) else { return self.stale() };
        if state.life == Life::Dead {
            return Vec::new();
        }
        state.life = Life::Dead;
        self.lost_executors.push(executor);
        if self.live().next().is_none() || self.needs(executor) {
            return self.fail(EngineError::ExecutorLost { executor, reason });
        }
        Vec::new()
    }

    /// Whether the run needs something that only this executor had.
    fn needs(&self, executor: u32) -> bool {
        let state = &self.executors[executor as usize];
        // A run is measured on as many executors as it was made for: all of them have to begin.
        if self.started.is_none() || !state.in_hand.is_empty() || !state.own_queue.is_empty() {
            return true;
        }
        if let Some(fetch) = &self.fetch {
            return fetch.is_owed_by(executor);
        }
        let is_exchanging = |state: &StageState| {
            state.exchanging().is_some_and(|exchange| exchange.peers.contains(&executor))
        };
        self.stages.iter().any(is_exchanging) || self.holds_blocks(executor) || self.holds_rows(executor)
    }

    /// Whether it wrote blocks that have not been exchanged yet.
    fn holds_blocks(&self, executor: u32) -> bool {
        let graph = &self.job.graph;
        let waits = |shuffle: u32| {
            let mut readers = graph.stages().iter().filter(|stage| stage.parents().contains(&shuffle));
            readers.any(|reader| self.stages[reader.id as usize].tasks().is_none())
        };
        let wrote = |stage: u32| {
            let tasks = self.stages[stage as usize].tasks();
            tasks.is_some_and(|tasks| tasks.tasks.iter().any(|task| task.state == TaskState::Done(executor)))
        };
        let mut writers = graph.stages().iter();
        writers.any(|stage| {
            stage.shuffle_written().is_some_and(|(shuffle, _)| waits(shuffle)) && wrote(stage.id)
        })
    }

    /// Whether it keeps rows that will be sent for.
    fn holds_rows(&self, executor: u32) -> bool {
        let keeps =
            |record: &super::TaskRecord| record.executor == executor && record.done.result.row_count > 0;
        self.job.run.action.fetches() && self.tasks.iter().any(keeps)
    }
}
