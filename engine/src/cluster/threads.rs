//! The native transport: one thread for each executor, channels between them.
//!
//! A panic costs an executor, not its thread. The thread catches it, reports the executor as lost with the panic's
//! words, and goes on with a new executor at the same inbox, so the next run finds every executor in its place.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{
    Clock, Cluster, Deadlines, Driver, DriverEffect, DriverEvent, Executor, ExecutorEffect, ExecutorEvent,
    Job, JobOutcome, Progress, RunId, ToExecutor, WallMicros,
};
use crate::error::Result;

/// The machine's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct MonotonicClock {
    origin: Instant,
}

impl Default for MonotonicClock {
    fn default() -> Self {
        MonotonicClock { origin: Instant::now() }
    }
}

impl Clock for MonotonicClock {
    fn now(&self) -> WallMicros {
        WallMicros(self.origin.elapsed().as_micros() as u64)
    }
}

/// What a thread is sent.
#[derive(Debug)]
enum Mail {
    Event(ExecutorEvent),
    Stop,
}

/// What a thread tells the driver, and the run in which it happened. A death that is heard of only when its run has
/// ended says nothing about the next one.
#[derive(Debug)]
struct Told {
    run: RunId,
    event: DriverEvent,
}

/// A cluster of threads. The threads stay between runs and end when the cluster is dropped.
#[derive(Debug)]
pub struct ThreadCluster {
    clock: MonotonicClock,
    deadlines: Deadlines,
    inboxes: Vec<Sender<Mail>>,
    threads: Vec<JoinHandle<()>>,
    driver_inbox: Receiver<Told>,
    next_run: u32,
}

impl ThreadCluster {
    /// Starts `executor_count` threads.
    pub fn new(executor_count: u32) -> Self {
        let clock = MonotonicClock::default();
        let (to_driver, driver_inbox) = mpsc::channel();
        let (inboxes, receivers): (Vec<_>, Vec<_>) = (0..executor_count).map(|_| mpsc::channel()).unzip();
        let threads = (0..)
            .zip(receivers)
            .map(|(id, inbox)| {
                let (peers, to_driver) = (inboxes.clone(), to_driver.clone());
                let mut worker = Worker { id, run: RunId(0), peers, to_driver, clock };
                std::thread::spawn(move || worker.work(&inbox))
            })
            .collect();
        ThreadCluster { clock, deadlines: Deadlines::default(), inboxes, threads, driver_inbox, next_run: 0 }
    }

    /// The same cluster, whose driver waits this long for its executors.
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// Runs a job to its end.
    ///
    /// # Errors
    /// What ended the run.
    ///
    /// # Panics
    /// When the job wants more executors than there are threads.
    pub fn run(&mut self, job: &Job, mut on_progress: impl FnMut(Progress)) -> Result<JobOutcome> {
        assert!(job.run.workers as usize <= self.inboxes.len(), "a thread for each worker");
        self.next_run += 1;
        let mut driver = Driver::new(RunId(self.next_run), job.clone()).with_deadlines(self.deadlines);
        let mut effects = driver.start(self.clock.now());
        loop {
            for effect in effects {
                match effect {
                    DriverEffect::Send(executor, message) => {
                        // A thread ends only with the cluster, so there is always one that hears.
                        let _ =
                            self.inboxes[executor as usize].send(Mail::Event(ExecutorEvent::Driver(message)));
                    }
                    DriverEffect::Progress(progress) => on_progress(progress),
                    DriverEffect::Finish(outcome) => return *outcome,
                }
            }
            let tick = Duration::from_micros(self.deadlines.tick.0);
            let event = match self.driver_inbox.recv_timeout(tick) {
                Ok(Told { run, event: DriverEvent::Lost(..) }) if run != driver.run() => DriverEvent::Tick,
                Ok(told) => told.event,
                Err(_) => DriverEvent::Tick,
            };
            effects = driver.step(event, self.clock.now());
        }
    }
}

impl Cluster for ThreadCluster {
    fn run(&mut self, job: &Job) -> Result<JobOutcome> {
        ThreadCluster::run(self, job, |_| {})
    }
}

impl Drop for ThreadCluster {
    fn drop(&mut self) {
        // The threads hold each other's inboxes, so a closed channel would never be seen.
        for inbox in &self.inboxes {
            let _ = inbox.send(Mail::Stop);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// One thread's side: where it sends, and the run that it heard of last.
struct Worker {
    id: u32,
    run: RunId,
    peers: Vec<Sender<Mail>>,
    to_driver: Sender<Told>,
    clock: MonotonicClock,
}

impl Worker {
    fn work(&mut self, inbox: &Receiver<Mail>) {
        let mut executor = Executor::new(self.id);
        loop {
            let mail = match inbox.try_recv() {
                Ok(mail) => mail,
                Err(TryRecvError::Empty) if executor.wants_turn() => Mail::Event(ExecutorEvent::Turn),
                Err(_) => match inbox.recv() {
                    Ok(mail) => mail,
                    Err(_) => return,
                },
            };
            let Mail::Event(event) = mail else { return };
            if let ExecutorEvent::Driver(ToExecutor::Prepare(run, _)) = &event {
                self.run = *run;
            }
            // What a panic left half done is dropped with the executor, so nobody sees it.
            match catch_unwind(AssertUnwindSafe(|| executor.step(event, &self.clock))) {
                Ok(effects) => effects.into_iter().for_each(|effect| self.perform(effect)),
                Err(panic) => {
                    executor = Executor::new(self.id);
                    self.tell(DriverEvent::Lost(self.id, words_of(panic.as_ref())));
                }
            }
        }
    }

    fn perform(&self, effect: ExecutorEffect) {
        match effect {
            ExecutorEffect::Driver(message) => self.tell(DriverEvent::Executor(self.id, message)),
            ExecutorEffect::Rows(message) => self.tell(DriverEvent::Rows(self.id, message)),
            ExecutorEffect::Peer(peer, message) => {
                // A peer's thread ends only with the cluster.
                let _ = self.peers[peer as usize].send(Mail::Event(ExecutorEvent::Peer(message)));
            }
        }
    }

    fn tell(&self, event: DriverEvent) {
        // Nobody listens when the cluster itself is gone.
        let _ = self.to_driver.send(Told { run: self.run, event });
    }
}

/// What a panic said.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("its thread panicked: {}", words.as_deref().unwrap_or("without words"))
}
