//! The whole cluster in one thread: messages are delivered one at a time, in an order drawn from a seed.
//!
//! Each pair of parties has its own queue, which keeps its order, as a port does; which queue is served next is
//! chance. So a test can run a job under a thousand schedules, and the seed repeats the one that failed.

use std::collections::{BTreeMap, VecDeque};

use rand::RngExt;

use super::{
    Clock, Driver, DriverEffect, DriverEvent, Executor, ExecutorEffect, ExecutorEvent, FromExecutor, Job,
    JobOutcome, PeerMessage, Progress, RunId, ToExecutor,
};
use crate::error::Result;
use crate::random::{Streams, Xoshiro256PlusPlus};

/// A message on its way to one who has not read it.
#[derive(Debug)]
enum InFlight {
    ToExecutor(ToExecutor),
    ToDriver(FromExecutor),
    Rows(PeerMessage),
    ToPeer(PeerMessage),
    Turn,
}

/// From whom to whom; [`DRIVER`] is the driver.
type Link = (u32, u32);
const DRIVER: u32 = u32::MAX;

/// A run that has begun and is not over, see [`LocalCluster::begin`].
#[derive(Debug)]
pub struct LocalRun {
    driver: Driver,
    progress: Progress,
}

impl LocalRun {
    /// How far the run is.
    pub fn progress(&self) -> Progress {
        self.progress
    }
}

/// A cluster whose driver and executors share one thread. Which message is delivered next is drawn by chance, from a seed. Its
/// executors stay between runs.
#[derive(Debug)]
pub struct LocalCluster {
    executors: Vec<Executor>,
    rng: Xoshiro256PlusPlus,
    next_run: u32,
    queues: BTreeMap<Link, VecDeque<InFlight>>,
}

impl LocalCluster {
    /// A cluster whose order of delivery follows from `delivery_seed`: the same seed delivers in the same order.
    pub fn new(delivery_seed: u64) -> Self {
        let rng = Streams::new(delivery_seed).stream("local.delivery", 0);
        LocalCluster { executors: Vec::new(), rng, next_run: 0, queues: BTreeMap::new() }
    }

    /// Runs a job to its end.
    ///
    /// # Errors
    /// What ended the run.
    pub fn run(&mut self, job: &Job, clock: &dyn Clock) -> Result<JobOutcome> {
        let mut run = self.begin(job, clock);
        loop {
            if let Some(outcome) = self.deliver_one(&mut run, clock) {
                return outcome;
            }
        }
    }

    /// Begins a run that the caller carries on, one message at a time: a page without workers has to draw in between.
    pub fn begin(&mut self, job: &Job, clock: &dyn Clock) -> LocalRun {
        self.next_run += 1;
        let driver = Driver::new(RunId(self.next_run), job.clone());
        while self.executors.len() < job.run.workers as usize {
            self.executors.push(Executor::new(self.executors.len() as u32));
        }
        self.queues.clear();
        let mut run = LocalRun { driver, progress: Progress::default() };
        let effects = run.driver.start(clock.now());
        self.perform(&mut run, effects);
        run
    }

    /// Delivers one message. The answer is `None` until the run has ended, then its outcome.
    pub fn deliver_one(&mut self, run: &mut LocalRun, clock: &dyn Clock) -> Option<Result<JobOutcome>> {
        let (link, message) = self.draw();
        let (from, to) = link;
        match message {
            InFlight::ToDriver(message) => {
                let effects = run.driver.step(DriverEvent::Executor(from, message), clock.now());
                return self.perform(run, effects);
            }
            InFlight::Rows(message) => {
                let effects = run.driver.step(DriverEvent::Rows(from, message), clock.now());
                return self.perform(run, effects);
            }
            InFlight::ToExecutor(message) => self.step(to, ExecutorEvent::Driver(message), clock),
            InFlight::ToPeer(message) => self.step(to, ExecutorEvent::Peer(message), clock),
            InFlight::Turn => self.step(to, ExecutorEvent::Turn, clock),
        }
        None
    }

    /// The next message of a queue drawn by chance.
    fn draw(&mut self) -> (Link, InFlight) {
        assert!(!self.queues.is_empty(), "a run that has not ended has a message on its way");
        let index = self.rng.random_range(0..self.queues.len() as u32) as usize;
        let link = *self.queues.keys().nth(index).expect("the index is below the length");
        let queue = self.queues.get_mut(&link).expect("just listed");
        let message = queue.pop_front().expect("an empty queue is removed");
        if queue.is_empty() {
            self.queues.remove(&link);
        }
        (link, message)
    }

    fn perform(&mut self, run: &mut LocalRun, effects: Vec<DriverEffect>) -> Option<Result<JobOutcome>> {
        for effect in effects {
            match effect {
                DriverEffect::Send(executor, message) => {
                    self.enqueue((DRIVER, executor), InFlight::ToExecutor(message));
                }
                DriverEffect::Progress(progress) => run.progress = progress,
                DriverEffect::Finish(outcome) => return Some(*outcome),
            }
        }
        None
    }

    fn step(&mut self, id: u32, event: ExecutorEvent, clock: &dyn Clock) {
        let executor = &mut self.executors[id as usize];
        let effects = executor.step(event, clock);
        let wants_turn = executor.wants_turn();
        for effect in effects {
            match effect {
                ExecutorEffect::Driver(message) => self.enqueue((id, DRIVER), InFlight::ToDriver(message)),
                ExecutorEffect::Rows(message) => self.enqueue((id, DRIVER), InFlight::Rows(message)),
                ExecutorEffect::Peer(peer, message) => self.enqueue((id, peer), InFlight::ToPeer(message)),
            }
        }
        if wants_turn && !self.queues.contains_key(&(id, id)) {
            self.enqueue((id, id), InFlight::Turn);
        }
    }

    fn enqueue(&mut self, link: Link, message: InFlight) {
        self.queues.entry(link).or_default().push_back(message);
    }
}
