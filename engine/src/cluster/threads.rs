//! The native transport: a thread an executor, channels between them.

use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{
    Clock, Cluster, Driver, DriverEffect, DriverEvent, Executor, ExecutorEffect, ExecutorEvent, Job,
    JobOutcome, Progress, RunId, WallMicros,
};
use crate::error::Result;

/// How often the driver looks at its deadlines.
const TICK: Duration = Duration::from_millis(500);

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

/// A cluster of threads. They stay between runs and end when it is dropped.
#[derive(Debug)]
pub struct ThreadCluster {
    clock: MonotonicClock,
    inboxes: Vec<Sender<Mail>>,
    threads: Vec<JoinHandle<()>>,
    driver_inbox: Receiver<DriverEvent>,
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
                std::thread::spawn(move || {
                    let report_death = DeathNotice { id, to_driver: to_driver.clone() };
                    work(Executor::new(id), &inbox, &peers, &to_driver, clock);
                    drop(report_death);
                })
            })
            .collect();
        ThreadCluster { clock, inboxes, threads, driver_inbox, next_run: 0 }
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
        let mut driver = Driver::new(RunId(self.next_run), job.clone());
        let mut effects = driver.start(self.clock.now());
        loop {
            for effect in effects {
                match effect {
                    // A thread that is gone has said so in its death notice.
                    DriverEffect::Send(executor, message) => {
                        let _ =
                            self.inboxes[executor as usize].send(Mail::Event(ExecutorEvent::Driver(message)));
                    }
                    DriverEffect::Progress(progress) => on_progress(progress),
                    DriverEffect::Finish(outcome) => return *outcome,
                }
            }
            let event = self.driver_inbox.recv_timeout(TICK).unwrap_or(DriverEvent::Tick);
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
        // The threads hold each other's inboxes, so a closed channel would never be seen. A thread that is gone
        // needs no word, and its panic was reported as a lost executor.
        for inbox in &self.inboxes {
            let _ = inbox.send(Mail::Stop);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Tells the driver when its thread unwinds.
struct DeathNotice {
    id: u32,
    to_driver: Sender<DriverEvent>,
}

impl Drop for DeathNotice {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Nobody listens when the cluster itself is gone.
            let _ = self.to_driver.send(DriverEvent::Lost(self.id, "its thread panicked".to_owned()));
        }
    }
}

fn work(
    mut executor: Executor,
    inbox: &Receiver<Mail>,
    peers: &[Sender<Mail>],
    to_driver: &Sender<DriverEvent>,
    clock: MonotonicClock,
) {
    let id = executor.id();
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
        for effect in executor.step(event, &clock) {
            match effect {
                ExecutorEffect::Driver(message) => {
                    if to_driver.send(DriverEvent::Executor(id, message)).is_err() {
                        return;
                    }
                }
                ExecutorEffect::Rows(message) => {
                    if to_driver.send(DriverEvent::Rows(id, message)).is_err() {
                        return;
                    }
                }
                ExecutorEffect::Peer(peer, message) => {
                    // A peer that is gone is the driver's to find.
                    let _ = peers[peer as usize].send(Mail::Event(ExecutorEvent::Peer(message)));
                }
            }
        }
    }
}
