//! A scenario is the engine's only input: every knob, its limits, its validation.
//!
//! ```text
//!  JSON  ──┐                       ┌──> LogicalPlan (what to compute)
//!          ├──> Scenario, valid ───┤
//!  link  ──┘                       └──> Dataset     (on which rows)
//! ```
//!
//! Two runs of the same scenario compute the same rows, whatever machine, transport or number of
//! workers ran them. [`json`] and [`link`] are its two written forms; both name the field that is wrong.

pub mod json;
mod knobs;
pub mod limits;
pub mod link;
mod validate;

pub use knobs::{Action, CollectPoint, Query, Scenario, Skew, Strategy, Tactics};
pub use validate::InvalidScenario;

/// The version of the scenario's written forms. A reader of another version refuses.
pub const SCENARIO_VERSION: u32 = 1;
