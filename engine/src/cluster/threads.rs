//! The native transport: one thread for each executor, channels between them.
//!
//! A panic costs an executor, not its thread. The thread catches it, reports the executor as lost with the panic's
//! words, and goes on with a new executor at the same inbox, so the next run finds every executor in its place.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{
    Clock, Cluster, Deadlines, Driver, DriverEffect, DriverEvent, Executor, ExecutorEffect, ExecutorEvent,
    Job, JobOutcome, Progress, RunId, ToExecutor, WallMicros,
};
use crate::error::{EngineError, Result};
use crate::room::check_room;

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

/// The stack of an executor's thread, in bytes. A plan within its limits needs less, without optimisation too.
pub const STACK_BYTES: usize = 2 << 20;

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

/// A cluster of threads. They start with the first run, stay between runs, and end when the cluster is dropped.
#[derive(Debug)]
pub struct ThreadCluster {
    executor_count: u32,
    clock: MonotonicClock,
    deadlines: Deadlines,
    /// None before the first run.
    threads: Option<Threads>,
    next_run: u32,
}

/// Running threads, and how they are reached.
#[derive(Debug)]
struct Threads {
    inboxes: Vec<Sender<Mail>>,
    handles: Vec<JoinHandle<()>>,
    driver_inbox: Receiver<Told>,
}

impl Threads {
    /// Starts a thread for each executor.
    fn start(executor_count: u32, clock: MonotonicClock) -> Result<Self> {
        let (to_driver, driver_inbox) = mpsc::channel();
        let (inboxes, receivers): (Vec<_>, Vec<_>) = (0..executor_count).map(|_| mpsc::channel()).unzip();
        let mut threads = Threads { inboxes, handles: Vec::new(), driver_inbox };
        for (id, inbox) in (0..).zip(receivers) {
            let (peers, to_driver) = (threads.inboxes.clone(), to_driver.clone());
            let mut worker = Worker { id, run: RunId(0), peers, to_driver, clock };
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            let started = thread.spawn(move || worker.work(&inbox));
            threads.handles.push(started.map_err(|error| not_started(id, &error))?);
        }
        Ok(threads)
    }

    fn has_dead(&self) -> bool {
        self.handles.iter().any(JoinHandle::is_finished)
    }
}

impl ThreadCluster {
    /// A cluster that will start `executor_count` threads.
    pub fn new(executor_count: u32) -> Self {
        let (clock, deadlines) = (MonotonicClock::default(), Deadlines::default());
        ThreadCluster { executor_count, clock, deadlines, threads: None, next_run: 0 }
    }

    /// The same cluster, whose driver waits this long for its executors.
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// Runs a job to its end.
    ///
    /// # Errors
    /// What ended the run. [`EngineError::OutOfMemory`] when there is no room for a thread's stack,
    /// [`EngineError::ExecutorLost`] when a thread cannot be started for another reason.
    ///
    /// # Panics
    /// When the job wants more executors than there are threads.
    pub fn run(&mut self, job: &Job, mut on_progress: impl FnMut(Progress)) -> Result<JobOutcome> {
        assert!(job.run.workers <= self.executor_count, "a thread for each worker");
        // A thread that has ended is not heard of again, so all of them are replaced.
        let threads = match self.threads.take().filter(|threads| !threads.has_dead()) {
            Some(threads) => threads,
            None => Threads::start(self.executor_count, self.clock)?,
        };
        let threads = self.threads.insert(threads);
        self.next_run += 1;
        let mut driver = Driver::new(RunId(self.next_run), job.clone()).with_deadlines(self.deadlines);
        let mut effects = driver.start(self.clock.now());
        loop {
            for effect in effects {
                match effect {
                    DriverEffect::Send(executor, message) => {
                        // Who does not hear is silent, which the driver notices.
                        let mail = Mail::Event(ExecutorEvent::Driver(message));
                        let _ = threads.inboxes[executor as usize].send(mail);
                    }
                    DriverEffect::Progress(progress) => on_progress(progress),
                    DriverEffect::Finish(outcome) => return *outcome,
                }
            }
            let tick = Duration::from_micros(self.deadlines.tick.0);
            let event = match threads.driver_inbox.recv_timeout(tick) {
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

impl Drop for Threads {
    fn drop(&mut self) {
        // The threads hold each other's inboxes, so a closed channel would never be seen.
        for inbox in &self.inboxes {
            let _ = inbox.send(Mail::Stop);
        }
        for thread in self.handles.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Free memory in bytes beside which a stack has room for certain. It is more than an allocator keeps back for later.
const PLENTY_BYTES: usize = 64 << 20;

/// Why a thread did not start. The system gives one word for a stack without room and for too many threads: it has no room
/// for a stack if it has little for anything.
fn not_started(executor: u32, error: &io::Error) -> EngineError {
    match check_room(PLENTY_BYTES) {
        Ok(()) => {
            EngineError::ExecutorLost { executor, reason: format!("its thread cannot be started: {error}") }
        }
        Err(_) => EngineError::OutOfMemory { needed_bytes: STACK_BYTES as u64, limit_bytes: 0 },
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
                // A peer that does not hear is silent, which the driver notices.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;

    #[test]
    fn threads_that_have_ended_are_replaced_before_the_next_run() {
        let job =
            Scenario { rows: 1_000, keys: 10, workers: 3, ..Scenario::default() }.job().expect("it is valid");
        let mut cluster = ThreadCluster::new(3);
        let rows = |outcome: Result<JobOutcome>| outcome.map(|outcome| outcome.tasks.len());
        let first = rows(cluster.run(&job, |_| {}));
        let threads = cluster.threads.as_ref().expect("they have started");
        threads.inboxes[1].send(Mail::Stop).expect("a thread that hears");
        while !threads.has_dead() {
            std::thread::yield_now();
        }
        assert!(first.is_ok());
        assert_eq!(rows(cluster.run(&job, |_| {})), first);
    }
}
