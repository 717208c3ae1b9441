//! The measured clock, and the phases that an executor's time is counted to.
//!
//! The engine has no clock of its own: whoever runs it passes a [`Clock`]. The other clock, the model's, is
//! [`crate::model::ModelMicros`]; the two do not convert.

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

/// A stretch of time in which an executor worked on one task without a pause. Every batch of the task is read, computed and
/// written in this order, so the phases interleave; together they are no longer than the stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    /// The moment at which the work began, on the executor's clock.
    pub began: WallMicros,
    /// The moment at which the work ended, on the same clock.
    pub ended: WallMicros,
    /// How much of the time each phase took.
    pub phases: PhaseMicros,
}

/// A clock, given to the engine by whatever runs it: the engine has none of its own.
pub trait Clock {
    /// The time at this moment, in microseconds since the clock's own origin.
    fn now(&self) -> WallMicros;
}

/// A phase. Waiting is what is left of the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Scanning and operators.
    Compute,
    /// Placing rows and writing blocks.
    Write,
    /// From the driver's word to exchange until the last block has arrived.
    Transfer,
    /// Turning blocks into batches.
    Read,
}

/// Time in each phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PhaseMicros {
    /// See [`Phase::Compute`].
    pub compute: WallMicros,
    /// See [`Phase::Write`].
    pub write: WallMicros,
    /// See [`Phase::Transfer`].
    pub transfer: WallMicros,
    /// See [`Phase::Read`].
    pub read: WallMicros,
}

impl PhaseMicros {
    /// Adds time to a phase.
    pub fn add(&mut self, phase: Phase, micros: WallMicros) {
        match phase {
            Phase::Compute => self.compute += micros,
            Phase::Write => self.write += micros,
            Phase::Transfer => self.transfer += micros,
            Phase::Read => self.read += micros,
        }
    }

    /// Adds all phases of another.
    pub fn merge(&mut self, other: &PhaseMicros) {
        self.compute += other.compute;
        self.write += other.write;
        self.transfer += other.transfer;
        self.read += other.read;
    }

    /// What has come to each phase since `earlier`.
    pub fn since(&self, earlier: &PhaseMicros) -> PhaseMicros {
        PhaseMicros {
            compute: self.compute.since(earlier.compute),
            write: self.write.since(earlier.write),
            transfer: self.transfer.since(earlier.transfer),
            read: self.read.since(earlier.read),
        }
    }

    /// All phases together.
    pub fn busy(&self) -> WallMicros {
        WallMicros(self.compute.0 + self.write.0 + self.transfer.0 + self.read.0)
    }
}
