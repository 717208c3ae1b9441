//! Where an executor's time goes, on the measured clock.

use serde::{Deserialize, Serialize};

use crate::cluster::WallMicros;

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

    /// All phases together.
    pub fn busy(&self) -> WallMicros {
        WallMicros(self.compute.0 + self.write.0 + self.transfer.0 + self.read.0)
    }
}
