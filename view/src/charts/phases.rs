//! Where the time of a worker goes: five phases, one order, one palette in every chart.

use super::canvas::{Canvas, Rect};
use super::theme::Role;
use super::{ChartError, units};
use crate::words;

/// What a worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Operators at work on rows.
    Compute,
    /// Scattering rows into blocks and encoding them.
    Write,
    /// Blocks on their way.
    Transfer,
    /// Decoding and merging blocks.
    Read,
    /// Nothing: the straggler is not ready, or there is no task.
    Waiting,
}

impl Phase {
    /// In the order of the stack, from the bottom.
    pub const ALL: [Phase; 5] = [Phase::Compute, Phase::Write, Phase::Transfer, Phase::Read, Phase::Waiting];

    /// Its name in legends and tables.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Compute => words::phase::COMPUTE,
            Phase::Write => words::phase::WRITE,
            Phase::Transfer => words::phase::TRANSFER,
            Phase::Read => words::phase::READ,
            Phase::Waiting => words::phase::WAITING,
        }
    }

    /// Its colour. Waiting is a pattern besides, so that idle time never looks like work.
    pub fn role(self) -> Role {
        match self {
            Phase::Compute => Role::Compute,
            Phase::Write => Role::Write,
            Phase::Transfer => Role::Transfer,
            Phase::Read => Role::Read,
            Phase::Waiting => Role::HatchWaiting,
        }
    }
}

/// Microseconds in each phase, of one worker or as the mean over the workers of a run; then their sum is
/// the wall-clock of the run, since a worker is always in exactly one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseMicros {
    /// Operators at work on rows.
    pub compute: u64,
    /// Scattering rows into blocks and encoding them.
    pub write: u64,
    /// Blocks on their way.
    pub transfer: u64,
    /// Decoding and merging blocks.
    pub read: u64,
    /// Idle.
    pub waiting: u64,
}

impl PhaseMicros {
    /// The time in one phase.
    pub fn get(&self, phase: Phase) -> u64 {
        match phase {
            Phase::Compute => self.compute,
            Phase::Write => self.write,
            Phase::Transfer => self.transfer,
            Phase::Read => self.read,
            Phase::Waiting => self.waiting,
        }
    }

    /// All but waiting.
    pub fn busy(&self) -> u64 {
        self.compute.saturating_add(self.write).saturating_add(self.transfer).saturating_add(self.read)
    }

    /// All five.
    pub fn total(&self) -> u64 {
        self.busy().saturating_add(self.waiting)
    }

    /// "compute 12 ms, write 3 ms …", without the phases that took no time.
    pub fn sentence(&self) -> String {
        let parts: Vec<String> = Phase::ALL
            .into_iter()
            .filter(|phase| self.get(*phase) > 0)
            .map(|phase| format!("{} {}", phase.name(), units::micros(self.get(phase))))
            .collect();
        parts.join(", ")
    }
}

/// Draws the phases on top of one another from the baseline. `y_of` turns microseconds into a height on
/// the chart. A hair of surface between two segments keeps neighbours apart for every eye.
pub(super) fn draw_stack(
    canvas: &mut Canvas,
    left: f64,
    width: f64,
    phases: &PhaseMicros,
    y_of: impl Fn(u64) -> f64,
) -> Result<(), ChartError> {
    let mut below = 0u64;
    for phase in Phase::ALL {
        let above = below.saturating_add(phases.get(phase));
        let (bottom, top) = (y_of(below), y_of(above));
        below = above;
        let height = bottom - top;
        if height <= 0.0 {
            continue;
        }
        let hair = if height > 3.0 && below > 0 { 0.7 } else { 0.0 };
        let segment = Rect::new(left, top + hair, width, height - hair);
        canvas.rect(segment, phase.role())?;
        if phase == Phase::Waiting && width > 5.0 && height > 3.0 {
            let edge = Rect::new(segment.x + 0.4, segment.y, segment.w - 0.8, segment.h);
            canvas.outline(edge, Role::Waiting, 0.8)?;
        }
    }
    Ok(())
}
