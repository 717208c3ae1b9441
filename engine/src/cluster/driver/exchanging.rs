//! Before a stage that reads blocks, the driver gathers their sizes, asks [`plan`] what has to move, and waits for every executor.

use super::super::WallMicros;
use super::super::exchange::{ExchangePlan, Question, Reads, ShuffleSizes, plan};
use super::super::protocol::{ExchangeDone, ToExecutor};
use super::stages::{Exchanging, StageState};
use super::{Driver, DriverEffect, ExchangeRecord};
use crate::error::{EngineError, Result};
use crate::plan::StageSource;
use crate::shuffle::RangeBounds;

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
        let bounds = match self.range_bounds(stage) {
            Ok(bounds) => bounds,
            Err(error) => return self.fail(error),
        };
        let ExchangePlan { tasks, routes } = self.plan_exchange(stage, &peers);
        let released = self.newly_released();
        self.released.extend(&released);
        let exchanging = Exchanging { tasks, started: now, peers: peers.clone(), done: Default::default() };
        self.stages[stage as usize] = StageState::Exchanging(exchanging);
        let is_in_place = self.is_in_place(stage);
        let order = |executor| {
            let peers = if is_in_place { vec![executor] } else { peers.clone() };
            let (routes, released, bounds) = (routes.clone(), released.clone(), bounds.clone());
            ToExecutor::Exchange { run: self.run, stage, peers, routes, released, bounds }
        };
        peers.iter().map(|&executor| DriverEffect::Send(executor, order(executor))).collect()
    }

    /// Whether a stage reads blocks where they were written, so that nothing moves before it.
    fn is_in_place(&self, stage: u32) -> bool {
        matches!(self.job.graph.stage(stage).source, StageSource::InPlace { .. })
    }

    /// What bounds the ranges into which a stage cuts its rows; `None` when it cuts none.
    fn range_bounds(&self, stage: u32) -> Result<Option<Vec<u8>>> {
        let graph = &self.job.graph;
        let spec = graph.stage(stage);
        let Some(ranges) = spec.ranges() else { return Ok(None) };
        let writers: Vec<u32> =
            spec.shuffles_read().into_iter().map(|shuffle| graph.writer_of(shuffle).id).collect();
        // They are kept in the order of tasks, not of arrival.
        let done = self.tasks.iter().map(|record| &record.done);
        let written = done.filter(|done| writers.contains(&done.task.stage));
        let samples = written.filter_map(|done| done.sampled_keys.as_ref());
        RangeBounds::of_samples(samples, ranges)?.encode().map(Some)
    }

    fn plan_exchange(&self, stage: u32, live: &[u32]) -> ExchangePlan {
        let spec = self.job.graph.stage(stage);
        let sizes = |shuffles: Vec<u32>| -> Vec<ShuffleSizes<'_>> {
            shuffles
                .into_iter()
                .map(|shuffle| {
                    let (writers, maps) = self.written_bytes(shuffle).into_iter().unzip();
                    ShuffleSizes { shuffle, writers, maps }
                })
                .collect()
        };
        let (build, probe) = match &spec.source {
            StageSource::Scan { .. } => (Vec::new(), Vec::new()),
            StageSource::Shuffle { build, probe } => (sizes(build.clone()), sizes(probe.clone())),
            StageSource::InPlace { shuffles } => (Vec::new(), sizes(shuffles.clone())),
        };
        let broadcasts = sizes(spec.broadcasts_read());
        plan(&Question {
            partitions: spec.task_count,
            build: &build,
            probe: &probe,
            broadcasts: &broadcasts,
            live,
            reads: if self.is_in_place(stage) { Reads::EachMap } else { self.reads },
            strategy: self.job.run.strategy,
        })
    }

    /// Each map task's executor, and the bytes of its blocks of a shuffle, by reduce partition.
    fn written_bytes(&self, shuffle: u32) -> Vec<(u32, &[u64])> {
        let writer = self.job.graph.writer_of(shuffle).id;
        let tasks = self.tasks.iter().filter(|record| record.done.task.stage == writer);
        tasks.map(|record| (record.executor, record.done.written_bytes.as_slice())).collect()
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
        let lengths = [done.bytes_from.len(), done.sent_after.len(), done.arrived_after.len()];
        if lengths != [executor_count; 3] {
            let expected = format!("bytes and times for each of {executor_count} executors");
            let got = format!("{lengths:?} numbers from executor {executor}");
            return self.fail(EngineError::Protocol { expected, got });
        }
        let ended = WallMicros(done.began.0.saturating_add(done.micros.0));
        self.executors[executor as usize].clock.note(state.started..now, done.began..ended);
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
        // Where nothing moves there was no exchange.
        if !self.is_in_place(stage) {
            self.exchanges.push(ExchangeRecord { stage, micros, executors });
        }
        self.start_stage(stage, tasks);
        self.launch(now)
    }
}
