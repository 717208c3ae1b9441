//! The cluster: one driver, W executors, and whatever carries their messages.
//!
//! ```text
//!             ToExecutor                    PeerMessage (blocks)
//!   Driver ───────────────> Executor 0 <──────────────────────> Executor 1
//!          <───────────────     ...
//!            FromExecutor
//! ```
//!
//! [`Driver`] and [`Executor`] are state machines without I/O: an event goes in, effects come out. Three things
//! perform the effects: [`local`] (all in one thread, in a seeded order, for tests), [`threads`] (native)
//! and the page's pool of Web Workers. A job goes through fixed steps:
//!
//! 1. *Prepare*: every executor is handed the stages and builds its tables. The clock starts after that.
//! 2. *Map tasks* of all stages that scan go to executors as they become free.
//! 3. *Exchange*: when a stage's parents are over, the driver knows the size of every block. [`exchange::plan`] says which
//!    tasks the stage has, what each of them reads, and which block goes to whom. Every executor sends every other its
//!    blocks.
//! 4. *Reduce tasks* run where their blocks are. Steps 3 and 4 repeat for every further exchange.
//!
//! Executors keep the blocks of a shuffle until its readers are over. A task has a number of attempts, of which the current
//! one counts: the driver drops and counts every other answer. An executor can be lost at any time. The run goes on
//! when nothing that the executor held is needed any more, and ends with its name otherwise.

mod control;
mod deadlines;
mod driver;
pub mod exchange;
mod executor;
mod job;
pub mod local;
mod protocol;
mod task;
#[cfg(not(target_family = "wasm"))]
pub mod threads;

pub use control::ControlMessage;
pub use deadlines::Deadlines;
pub(crate) use driver::TASKS_IN_HAND;
pub use driver::{
    ClockShift, Driver, DriverEffect, DriverEvent, ExchangeRecord, JobOutcome, Progress, TaskRecord,
};
pub use executor::{Executor, ExecutorEffect, ExecutorEvent};
pub use job::{Action, CollectPoint, Job, RunSpec, Strategy};
pub use protocol::{
    ExchangeDone, FromExecutor, MAX_SPANS, PROTOCOL_VERSION, Payload, PeerBlock, PeerMessage, Prepare,
    RESULT_SHUFFLE, RunId, TaskDone, TaskId, ToExecutor, WireError,
};

pub use crate::clock::{Clock, WallMicros};

/// Something that runs jobs to their end: threads, or one thread, or the workers of a browser.
pub trait Cluster {
    /// Runs a job.
    ///
    /// # Errors
    /// What ended the run.
    fn run(&mut self, job: &Job) -> crate::error::Result<JobOutcome>;
}
