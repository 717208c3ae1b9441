//! A scenario is the outer form of a run: every knob, its limits, its validation. Nothing behind this door knows of it.
//!
//! ```text
//!  JSON  ──┐                       ┌──> LogicalPlan  what to compute
//!          ├──> Scenario, valid ───┼──> DataSpec     on which rows
//!  link  ──┘        (lower.rs)     ├──> PlanOptions  with which tactics and partitions
//!                                  └──> RunSpec      on how many executors, and what becomes of the rows
//! ```
//!
//! Two runs of the same scenario compute the same rows, whatever machine, transport or number of
//! workers ran them. [`json`] and [`link`] are its two written forms; both name the field that is wrong.

pub mod json;
mod json_value;
mod knobs;
pub mod limits;
pub mod link;
mod lower;
mod numbers;
mod validate;
mod words;

pub use crate::cluster::{Action, CollectPoint, Strategy};
pub use crate::dataset::Skew;
pub use crate::error::InvalidScenario;
pub use crate::frame::Query;
pub use crate::plan::Tactics;
pub use knobs::Scenario;
pub use words::wrong;

/// The version of the scenario's written forms. A reader of another version refuses.
pub const SCENARIO_VERSION: u32 = 1;
