//! The model is the second clock: it says what a run would take with workers that this machine does not have.
//!
//! ```text
//!  JobReport, Scenario ─> Counters ──┐                      ┌─> Timeline    one W, span by span
//!                                    ├── list scheduling ───┼─> ModelCurve  every W, and the best one
//!  measured runs ─> Term ┐           │                      └─> PredictionError, against runs it has not seen
//!                        ├─ CostModel┘
//!  an engine ──> Profile ┘
//! ```
//!
//! [`Counters`] are exact and never modelled: rows, bytes and blocks follow from the data and the plan. Only times are
//! modelled. A [`CostModel`] holds the [`Term`]s that [`calibrate()`] fits to this machine's own runs, and the
//! [`Profile`] of the engine. Nothing here reads a clock.

mod calibrate;
mod cost;
mod counters;
mod curve;
mod equations;
mod error;
mod expectation;
mod nnls;
mod observe;
mod probes;
mod profile;
mod schedule;
mod terms;
mod timeline;

pub use calibrate::{Calibration, CalibrationError, CalibrationRun, CalibrationWarning, calibrate};
pub use cost::{CostModel, Explained, StageCost};
pub use counters::{Counters, StageCounters, TaskCounters, Volume, check_modelled};
pub use curve::{CurvePoint, ModelCurve, worker_grid};
pub use error::{PredictedRun, PredictionError, leave_one_out};
pub use expectation::{Expectation, ExpectedHotKey};
pub use probes::calibration_scenarios;
pub use profile::{Assumed, Boundary, ExchangeKind, Owners, Profile, THIS_MACHINE};
pub use terms::{RowCost, SharedCost, Source, Term, Unit};
pub use timeline::{ModelPhases, Span, Timeline};

use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::scenario::limits::MAX_MODEL_WORKERS;

/// A predicted time in microseconds. It does not convert to or from [`crate::cluster::WallMicros`], which is measured.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelMicros(pub f64);

/// Why nothing can be predicted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The scenario is wrong, and cannot be planned.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The model does not describe what the scenario does.
    #[error("{what} is not modelled")]
    NotModelled {
        /// What it does not describe.
        what: &'static str,
    },
    /// The report is not one of the scenario that came with it.
    #[error("the report does not belong to the scenario: {what} differ")]
    Mismatch {
        /// What differs.
        what: String,
    },
    /// The model was asked about a number of workers out of its limits.
    #[error("workers: is {workers}, must be a whole number from 1 to {MAX_MODEL_WORKERS}")]
    Workers {
        /// The number of workers.
        workers: u32,
    },
    /// No run that the model was fitted to had such a stage.
    #[error("the stage {stage:?} was not calibrated: run this query once")]
    Uncalibrated {
        /// The stage's name.
        stage: String,
    },
}
