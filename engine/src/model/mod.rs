//! The second clock: what a run would take with workers that this machine does not have.
//!
//! ```text
//!  JobReport ──┐                                     ┌─> Timeline   one W, span by span
//!              ├─> Counters ──┐                      │
//!  Scenario ───┘              ├── list scheduling ───┼─> ModelCurve every W, the best one
//!  measured runs ─> CostModel ┘                      └─> PredictionError, against runs it has not seen
//! ```
//!
//! Counters are exact and never modelled: rows, bytes and blocks follow from the data and the plan. Only times are
//! modelled, from a few constants that [`calibrate()`] fits to this machine's own runs. Nothing here
//! reads a clock. [`KeyHistogram`] counts keys alone, for loads that follow a dragged slider.

mod block_size;
mod calibrate;
mod cost;
mod count;
mod counters;
mod curve;
mod error;
mod histogram;
mod nnls;
mod observe;
mod probes;
mod schedule;
mod tally;
mod timeline;

pub use calibrate::{Calibration, CalibrationError, CalibrationRun, CalibrationWarning, calibrate};
pub use cost::{Constant, CostModel, Explained, Source, StageCost};
pub use count::CountersBuilder;
pub use counters::{Counters, StageCounters, TaskCounters, Volume, check_modelled};
pub use curve::{CurvePoint, ModelCurve, hot_key_cap, worker_grid};
pub use error::{PredictedRun, PredictionError, leave_one_out};
pub use histogram::{HistogramBuilder, KeyHistogram};
pub use probes::calibration_scenarios;
pub use timeline::{Bounds, ModelPhases, Span, Timeline};

use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::scenario::limits::MAX_MODEL_WORKERS;

/// Predicted, in microseconds. Never mixed with [`crate::cluster::WallMicros`]: the two do not convert.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelMicros(pub f64);

/// Why nothing can be predicted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The scenario itself is wrong, or counting it failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A way of computing that the model does not describe.
    #[error("{what} is not modelled")]
    NotModelled {
        /// Which.
        what: &'static str,
    },
    /// A report that is not one of the scenario it came with.
    #[error("the report does not belong to the scenario: {what} differ")]
    Mismatch {
        /// What differs.
        what: String,
    },
    /// The model is asked about a number of workers out of its limits.
    #[error("workers: is {workers}, must be a whole number from 1 to {MAX_MODEL_WORKERS}")]
    Workers {
        /// How many.
        workers: u32,
    },
    /// No run that was calibrated on has such a stage.
    #[error("the stage {stage:?} was not calibrated: run this query once")]
    Uncalibrated {
        /// Its name.
        stage: String,
    },
}
