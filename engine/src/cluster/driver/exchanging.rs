//! The exchange before a stage: the driver gathers sizes, asks [`plan`] what to do, and waits for every executor.

use super::super::WallMicros;
use super::super::exchange::{ExchangePlan, Question, ShuffleSizes, plan};
use super::super::protocol::{ExchangeDone, ToExecutor};
use super::stages::{Exchanging, StageState};
use super::{Driver, DriverEffect, ExchangeRecord};
use crate::error::EngineError;
use crate::plan::StageSource;

impl Driver {
    /// Starts the exchange of the first stage whose parents are over, unless one is under way.
    pub(super) fn start_exchange(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        if self.stages.iter().any(|state| state.exchanging().is_some()) {
            return Vec::new();
        }
        let graph = &self.job.graph;
        let is_over = |shuffle: &u32| self.stages[graph.writer_of(*shuffle).id as usize].is_over();
        let is_next = |stage: u32| {
            let spec = graph.stage(stage);
            matches!(self.stages[stage as usize], StageState::Waiting)
                && !spec.parents().is_empty()
                && self.is_in_turn(spec)
                && spec.parents().iter().all(is_over)
        };
        let Some(stage) = (0..self.stages.len() as u32).find(|&stage| is_next(stage)) else {
            return Vec::new();
        };
        let peers: Vec<u32> = self.live().collect();
        let ExchangePlan { tasks, routes } = self.plan_exchange(stage, &peers);
        let released = self.newly_released();
        self.released.extend(&released);
        let exchanging = Exchanging { tasks, started: now, peers: peers.clone(), done: Default::default() };
        self.stages[stage as usize] = StageState::Exchanging(exchanging);
        self.to_all(|run| ToExecutor::Exchange {
            run,
            stage,
            peers: peers.clone(),
            routes: routes.clone(),
            released: released.clone(),
        })
    }

    fn plan_exchange(&self, stage: u32, live: &[u32]) -> ExchangePlan {
        let spec = self.job.graph.stage(stage);
        let sizes = |shuffles: Vec<u32>| -> Vec<ShuffleSizes<'_>> {
            shuffles
                .into_iter()
                .map(|shuffle| ShuffleSizes { shuffle, maps: self.written_bytes(shuffle) })
                .collect()
        };
        let (build, probe) = match &spec.source {
            StageSource::Scan { .. } => (Vec::new(), Vec::new()),
            StageSource::Shuffle { build, probe } => (sizes(build.clone()), sizes(probe.clone())),
        };
        let broadcasts = sizes(spec.broadcasts_read());
        plan(&Question {
            partitions: spec.task_count,
            build: &build,
            probe: &probe,
            broadcasts: &broadcasts,
            live,
            reads: self.reads,
            strategy: self.job.run.strategy,
        })
    }

    /// Bytes of each block of a shuffle: by map task, then by reduce partition.
    fn written_bytes(&self, shuffle: u32) -> Vec<&[u64]> {
        let writer = self.job.graph.writer_of(shuffle).id;
        let mut tasks: Vec<_> = self
            .tasks
            .iter()
            .filter(|record| record.done.task.stage == writer)
            .map(|record| &record.done)
            .collect();
        tasks.sort_by_key(|done| done.task);
        tasks.into_iter().map(|done| done.written_bytes.as_slice()).collect()
    }

    /// Shuffles whose reading stage is over, and whose blocks the executors still keep.
    fn newly_released(&self) -> Vec<u32> {
        let over = self.job.graph.stages().iter().filter(|stage| self.stages[stage.id as usize].is_over());
        over.flat_map(|stage| stage.parents()).filter(|shuffle| !self.released.contains(shuffle)).collect()
    }

    /// An executor's side of the exchange is over.
    pub(super) fn exchange_done(
        &mut self,
        executor: u32,
        done: ExchangeDone,
        now: WallMicros,
    ) -> Vec<DriverEffect> {
        let (stage, executor_count) = (done.stage, self.executors.len());
        let state = match self.stages.get_mut(stage as usize) {
            Some(StageState::Exchanging(exchanging)) if exchanging.is_owed_by(executor) => exchanging,
            Some(_) | None => return self.stale(),
        };
        if done.bytes_from.len() != executor_count {
            let expected = format!("bytes from each of {executor_count} executors");
            let got = format!("{} numbers from executor {executor}", done.bytes_from.len());
            return self.fail(EngineError::Protocol { expected, got });
        }
        state.done.insert(executor, done);
        if state.done.len() < state.peers.len() {
            return Vec::new();
        }
        let tasks = std::mem::take(&mut state.tasks);
        let mut sides = std::mem::take(&mut state.done);
        let micros = now.since(state.started);
        let nothing =
            || ExchangeDone { stage, bytes_from: vec![0; executor_count], ..ExchangeDone::default() };
        let executors = (0..executor_count as u32)
            .map(|executor| sides.remove(&executor).unwrap_or_else(nothing))
            .collect();
        self.exchanges.push(ExchangeRecord { stage, micros, executors });
        self.start_stage(stage, tasks);
        self.launch()
    }
}
