//! The second clock: what a run would take with workers that this machine does not have.
//!
//! Counters are exact, only times are modelled. [`KeyHistogram`] counts the real data.

mod histogram;

pub use histogram::{HistogramBuilder, KeyHistogram};

use serde::{Deserialize, Serialize};

/// Predicted, in microseconds. Never mixed with [`crate::cluster::WallMicros`]: the two do not convert.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelMicros(pub f64);
