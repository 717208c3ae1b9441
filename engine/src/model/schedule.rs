//! The schedule behind a [`Timeline`](super::Timeline): executors, their hands, the driver's queue and the exchange.
//!
//! All times are microseconds after the start of the run. The driver is one server: it handles one message at
//! a time, in the order in which they come. An executor holds as many tasks as the profile gives into its hand: it runs
//! one, and it can begin the next without asking.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::ModelMicros;
use super::cost::CostModel;
use super::counters::{Counters, StageCounters};
use super::profile::ExchangeKind;
use super::terms::SharedCost;
use super::timeline::{ModelPhases, Span};
use crate::metrics::Phase;

/// A task and what it takes, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskRef {
    pub(super) stage: u32,
    pub(super) partition: u32,
    pub(super) launch: f64,
    pub(super) read: f64,
    pub(super) compute: f64,
    pub(super) write: f64,
    /// What its end costs the driver.
    pub(super) driver: f64,
}

/// What each executor sorts, sends and receives in one exchange.
#[derive(Debug)]
pub(super) struct Exchange {
    flows: Vec<Flow>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Flow {
    blocks_sorted: f64,
    blocks_received: f64,
    bytes_sent: f64,
    bytes_received: f64,
}

impl Exchange {
    /// The flows into `stage`. Block by block sizes are not kept: a map task's bytes are spread over the owners in
    /// the proportion of all bytes, which hashing makes nearly true.
    pub(super) fn of(
        stage: &StageCounters,
        counters: &Counters,
        writers: &[Vec<u32>],
        owner_of: &[u32],
        workers: u32,
    ) -> Self {
        let mut owned_bytes = vec![0.0; workers as usize];
        let mut owned_partitions = vec![0.0; workers as usize];
        let mut bytes = 0.0;
        for (task, &owner) in stage.tasks.iter().zip(owner_of) {
            owned_bytes[owner as usize] += task.read.bytes as f64;
            owned_partitions[owner as usize] += 1.0;
            bytes += task.read.bytes as f64;
        }
        let mut written_bytes = vec![0.0; workers as usize];
        let mut written_tasks = vec![0.0; workers as usize];
        let mut map_tasks = 0.0;
        for &parent in &stage.parents {
            let tasks = &counters.stages[parent as usize].tasks;
            for (task, &writer) in tasks.iter().zip(&writers[parent as usize]) {
                written_bytes[writer as usize] += task.written.bytes as f64;
                written_tasks[writer as usize] += 1.0;
                map_tasks += 1.0;
            }
        }
        let flows = (0..workers as usize)
            .map(|at| {
                let local = if bytes > 0.0 { written_bytes[at] * owned_bytes[at] / bytes } else { 0.0 };
                Flow {
                    blocks_sorted: written_tasks[at] * owner_of.len() as f64,
                    blocks_received: owned_partitions[at] * (map_tasks - written_tasks[at]),
                    bytes_sent: written_bytes[at] - local,
                    bytes_received: owned_bytes[at] - local,
                }
            })
            .collect();
        Exchange { flows }
    }
}

/// A run in progress.
pub(super) struct Schedule<'a> {
    cost: &'a CostModel,
    /// When each executor has done all that it was told.
    free_at: Vec<f64>,
    phases: Vec<ModelPhases>,
    /// When the driver has handled all that it has heard.
    driver_free_at: f64,
    spans: Option<&'a mut Vec<Span>>,
}

/// A task's end: the earliest first, then the lowest executor.
#[derive(Debug, PartialEq)]
struct TaskEnd {
    at: f64,
    executor: u32,
    driver: f64,
}

impl Eq for TaskEnd {}

impl PartialOrd for TaskEnd {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TaskEnd {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.total_cmp(&other.at).then(self.executor.cmp(&other.executor))
    }
}

impl<'a> Schedule<'a> {
    pub(super) fn new(workers: u32, cost: &'a CostModel, spans: Option<&'a mut Vec<Span>>) -> Self {
        Schedule {
            cost,
            free_at: vec![0.0; workers as usize],
            phases: vec![ModelPhases::default(); workers as usize],
            driver_free_at: 0.0,
            spans,
        }
    }

    /// Runs tasks that any executor may take, in order. `ran_on` learns who took each.
    pub(super) fn run_shared(&mut self, tasks: &[TaskRef], ran_on: &mut dyn FnMut(&TaskRef, u32)) {
        let mut queue = tasks.iter();
        self.run(&mut |executor| {
            let task = queue.next()?;
            ran_on(task, executor);
            Some(*task)
        });
    }

    /// Runs tasks where their partition is owned.
    pub(super) fn run_owned(&mut self, tasks: &[TaskRef], owner_of: &[u32]) {
        let mut queues: Vec<VecDeque<TaskRef>> = vec![VecDeque::new(); self.free_at.len()];
        for (task, &owner) in tasks.iter().zip(owner_of) {
            queues[owner as usize].push_back(*task);
        }
        self.run(&mut |executor| queues[executor as usize].pop_front());
    }

    /// Launches whatever `next` has for an executor with a hand free, until every task has ended.
    fn run(&mut self, next: &mut dyn FnMut(u32) -> Option<TaskRef>) {
        let mut ends = BinaryHeap::new();
        let executor_count = self.free_at.len() as u32;
        for _ in 0..self.cost.profile.tasks_in_hand {
            for executor in 0..executor_count {
                if let Some(task) = next(executor) {
                    ends.push(Reverse(self.launch(&task, executor)));
                }
            }
        }
        while let Some(Reverse(end)) = ends.pop() {
            self.driver_free_at = self.driver_free_at.max(end.at) + end.driver;
            if let Some(task) = next(end.executor) {
                ends.push(Reverse(self.launch(&task, end.executor)));
            }
        }
    }

    fn launch(&mut self, task: &TaskRef, executor: u32) -> TaskEnd {
        self.driver_free_at += self.cost.driver_message(0);
        let at = executor as usize;
        let mut now = self.free_at[at].max(self.driver_free_at) + task.launch;
        let parts = [(Phase::Read, task.read), (Phase::Compute, task.compute), (Phase::Write, task.write)];
        for (phase, micros) in parts {
            now = self.spend(executor, task.stage, Some(task.partition), phase, (now, now + micros));
        }
        self.free_at[at] = now;
        TaskEnd { at: now, executor, driver: task.driver }
    }

    /// Counts a span; returns its end.
    fn spend(
        &mut self,
        executor: u32,
        stage: u32,
        partition: Option<u32>,
        phase: Phase,
        (start, end): (f64, f64),
    ) -> f64 {
        let phases = &mut self.phases[executor as usize];
        let sum = match phase {
            Phase::Compute => &mut phases.compute,
            Phase::Write => &mut phases.write,
            Phase::Transfer => &mut phases.transfer,
            Phase::Read => &mut phases.read,
        };
        sum.0 += end - start;
        if let Some(spans) = self.spans.as_mut().filter(|_| end > start) {
            let (start, end) = (ModelMicros(start), ModelMicros(end));
            spans.push(Span { executor, stage, partition, phase, start, end });
        }
        end
    }

    /// Moves blocks: a barrier before and behind. Returns how long it took, from the driver's first word.
    pub(super) fn exchange(&mut self, stage: u32, exchange: &Exchange, partition_count: u64) -> f64 {
        let cost = self.cost;
        let told_at = self.driver_free_at;
        let peers = self.free_at.len() as f64 - 1.0;
        let messages = match cost.profile.exchange {
            ExchangeKind::OneMessageAPeer => peers,
        };
        let moved = |blocks, bytes| {
            cost.times(SharedCost::BlockExchanged, blocks)
                + cost.times(SharedCost::ByteMoved, bytes)
                + cost.times(SharedCost::PeerMessage, messages)
        };
        let word = cost.driver_message(partition_count);
        let wake = cost.times(SharedCost::Wake, 1.0);
        let fixed = cost.times(SharedCost::Exchange, 1.0);
        let mut sides = Vec::with_capacity(self.free_at.len());
        for (flow, &free_at) in exchange.flows.iter().zip(&self.free_at) {
            self.driver_free_at += word;
            let start = free_at.max(self.driver_free_at + wake);
            let sent = start + fixed + moved(flow.blocks_sorted, flow.bytes_sent);
            let received = sent + moved(flow.blocks_received, flow.bytes_received);
            sides.push((start, sent, received));
        }
        let mut answers = Vec::with_capacity(sides.len());
        let last = two_latest(sides.iter().map(|side| side.1));
        for (executor, &(start, sent, received)) in (0u32..).zip(&sides) {
            // A side ends when it has done its own and the last of the others has sent.
            let others_sent = if sent < last.0 { last.0 } else { last.1 };
            let end = received.max(others_sent);
            self.spend(executor, stage, None, Phase::Transfer, (start, end));
            self.free_at[executor as usize] = end;
            answers.push(end);
        }
        answers.sort_by(f64::total_cmp);
        let hear = cost.driver_message(self.free_at.len() as u64);
        for answer in answers {
            self.driver_free_at = self.driver_free_at.max(answer) + hear;
        }
        self.driver_free_at - told_at
    }

    /// The wall and each executor's phases, waiting included.
    pub(super) fn finish(mut self) -> (f64, Vec<ModelPhases>) {
        let wall = self.free_at.iter().copied().fold(self.driver_free_at, f64::max);
        for phases in &mut self.phases {
            // Busy spans never overlap, so only rounding can put their sum above the wall.
            phases.waiting = ModelMicros((wall - phases.busy().0).max(0.0));
        }
        (wall, self.phases)
    }
}

/// The latest and the second latest of some moments, 0 where there is none.
fn two_latest(moments: impl Iterator<Item = f64>) -> (f64, f64) {
    moments.fold(
        (0.0, 0.0),
        |(first, second): (f64, f64), moment| {
            if moment >= first { (moment, first) } else { (first, second.max(moment)) }
        },
    )
}
