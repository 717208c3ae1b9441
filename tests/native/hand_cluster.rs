//! A cluster driven by hand: a test decides when a message arrives, what time it is, and what is lost on the way.

use std::cell::Cell;
use std::collections::VecDeque;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::{
    Clock, Driver, DriverEffect, DriverEvent, Executor, ExecutorEffect, ExecutorEvent, FromExecutor,
    JobOutcome, PeerMessage, RunId, ToExecutor, WallMicros,
};
use shuffle_engine::error::Result;

use crate::samples::job;

/// A clock that a test sets.
#[derive(Debug, Default)]
pub(crate) struct Manual(pub(crate) Cell<u64>);

impl Clock for Manual {
    fn now(&self) -> WallMicros {
        WallMicros(self.0.get())
    }
}

/// A message on its way.
#[derive(Debug)]
pub(crate) enum Mail {
    /// To an executor, from the driver.
    Executor(u32, ToExecutor),
    /// To an executor, from another.
    Peer(u32, PeerMessage),
    /// To the driver, from an executor.
    Driver(u32, FromExecutor),
    /// To the driver, rows that it fetched.
    Rows(u32, PeerMessage),
}

/// One driver and its executors; what they send waits in `mail`, in the order in which it was sent.
#[derive(Debug)]
pub(crate) struct HandCluster {
    pub(crate) driver: Driver,
    pub(crate) executors: Vec<Executor>,
    pub(crate) mail: VecDeque<Mail>,
    pub(crate) clock: Manual,
    /// How far each executor's clock is ahead of the driver's; nothing for those that it does not name.
    pub(crate) ahead: Vec<u64>,
    pub(crate) outcome: Option<Result<JobOutcome>>,
}

impl HandCluster {
    pub(crate) fn start(scenario: &Scenario) -> Self {
        let executors = (0..scenario.workers).map(Executor::new).collect();
        HandCluster::with(executors, RunId(1), scenario)
    }

    /// The next run on executors that have seen others.
    pub(crate) fn with(executors: Vec<Executor>, run: RunId, scenario: &Scenario) -> Self {
        let driver = Driver::new(run, job(scenario));
        HandCluster::with_driver(executors, driver)
    }

    pub(crate) fn with_driver(executors: Vec<Executor>, mut driver: Driver) -> Self {
        let effects = driver.start(WallMicros(0));
        let (mail, clock) = (VecDeque::new(), Manual::default());
        let mut cluster = HandCluster { driver, executors, mail, clock, ahead: Vec::new(), outcome: None };
        cluster.perform(effects);
        cluster
    }

    pub(crate) fn perform(&mut self, effects: Vec<DriverEffect>) {
        for effect in effects {
            match effect {
                DriverEffect::Send(executor, message) => {
                    self.mail.push_back(Mail::Executor(executor, message))
                }
                DriverEffect::Progress(_) => {}
                DriverEffect::Finish(outcome) => {
                    let before = self.outcome.replace(*outcome);
                    assert!(before.is_none(), "a run ends once");
                }
            }
        }
    }

    /// Gives the driver an event.
    pub(crate) fn tell_driver(&mut self, event: DriverEvent) {
        let effects = self.driver.step(event, self.clock.now());
        self.perform(effects);
    }

    /// Gives an executor an event.
    pub(crate) fn tell_executor(&mut self, executor: u32, event: ExecutorEvent) {
        let ahead = self.ahead.get(executor as usize).copied().unwrap_or(0);
        let clock = Manual(Cell::new(self.clock.0.get() + ahead));
        for effect in self.executors[executor as usize].step(event, &clock) {
            self.mail.push_back(match effect {
                ExecutorEffect::Driver(message) => Mail::Driver(executor, message),
                ExecutorEffect::Rows(message) => Mail::Rows(executor, message),
                ExecutorEffect::Peer(peer, message) => Mail::Peer(peer, message),
            });
        }
    }

    pub(crate) fn deliver(&mut self, mail: Mail) {
        match mail {
            Mail::Executor(executor, message) => self.tell_executor(executor, ExecutorEvent::Driver(message)),
            Mail::Peer(executor, message) => self.tell_executor(executor, ExecutorEvent::Peer(message)),
            Mail::Rows(executor, message) => self.tell_driver(DriverEvent::Rows(executor, message)),
            Mail::Driver(executor, message) => self.tell_driver(DriverEvent::Executor(executor, message)),
        }
    }

    /// Delivers the oldest message, or else gives every executor that wants one a turn; `false` when nothing is left.
    pub(crate) fn advance(&mut self) -> bool {
        if let Some(mail) = self.mail.pop_front() {
            self.deliver(mail);
            return true;
        }
        let hungry: Vec<u32> =
            self.executors.iter().filter(|executor| executor.wants_turn()).map(Executor::id).collect();
        hungry.iter().for_each(|&executor| self.tell_executor(executor, ExecutorEvent::Turn));
        !hungry.is_empty()
    }

    /// Goes on until the next message is one that `stops_at` picks; it is still in `mail`, at its front.
    pub(crate) fn advance_to(&mut self, stops_at: impl Fn(&Mail) -> bool) {
        while !self.mail.front().is_some_and(&stops_at) {
            assert!(self.advance(), "the run comes to the message that the test waits for");
        }
    }

    /// Goes on to the end.
    pub(crate) fn finish(&mut self) -> Result<JobOutcome> {
        loop {
            if let Some(outcome) = self.outcome.take() {
                return outcome;
            }
            assert!(self.advance(), "a run that has not ended has something to do");
        }
    }

    /// Lets time pass with a tick every half second.
    pub(crate) fn wait(&mut self, seconds: u64) {
        for _ in 0..2 * seconds {
            self.clock.0.set(self.clock.0.get() + 500_000);
            self.tell_driver(DriverEvent::Tick);
        }
    }
}
