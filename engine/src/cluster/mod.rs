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
//! 1. *Prepare*: every executor plans the scenario and builds its alias tables. The clock starts after that.
//! 2. *Map tasks* of all stages that scan go to executors as they become free.
//! 3. *Exchange*: when a stage's parents are done, the driver knows how many bytes each reduce partition holds,
//!    deals the partitions out ([`assign`]), and every executor sends every other its blocks.
//! 4. *Reduce tasks* run where their partition is owned; 3 and 4 repeat for every further exchange.

pub mod assign;
mod driver;
mod executor;
mod job;
pub mod local;
mod protocol;
mod task;
#[cfg(not(target_family = "wasm"))]
pub mod threads;

pub use driver::{
    Driver, DriverEffect, DriverEvent, ExchangeRecord, JobOutcome, PREPARE_LIMIT, Progress, SILENCE_LIMIT,
    TaskRecord,
};
pub use executor::{Executor, ExecutorEffect, ExecutorEvent};
pub use job::Job;
pub use protocol::{
    ExchangeDone, FromExecutor, PROTOCOL_VERSION, Payload, PeerBlock, PeerMessage, Prepare, RESULT_SHUFFLE,
    RunId, TaskDone, TaskId, ToExecutor, WireError,
};

use serde::{Deserialize, Serialize};

/// Measured here, in microseconds since an origin of the clock's own. Never mixed with
/// [`crate::model::ModelMicros`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallMicros(pub u64);

impl WallMicros {
    /// Time since an earlier reading; 0 if the clock went back.
    pub fn since(self, earlier: WallMicros) -> WallMicros {
        WallMicros(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::AddAssign for WallMicros {
    fn add_assign(&mut self, other: WallMicros) {
        self.0 += other.0;
    }
}

/// A clock, given to the engine by whatever runs it: the engine has none of its own.
pub trait Clock {
    /// Now.
    fn now(&self) -> WallMicros;
}

/// How many result rows travel back to the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collect {
    /// None: sizes and the digest only.
    #[default]
    Nothing,
    /// All of them, within one process.
    Rows,
}

/// Whatever runs jobs to their end.
pub trait Cluster {
    /// Runs a job.
    ///
    /// # Errors
    /// What ended the run.
    fn run_job(&mut self, job: &Job, collect: Collect) -> crate::error::Result<JobOutcome>;
}
