//! The knobs themselves, with their defaults.

use serde::Serialize;

use crate::cluster::{Action, Strategy};
use crate::dataset::Skew;
use crate::frame::Query;
use crate::plan::Tactics;

/// Every knob of a run. `Default` is the lesson at a glance: a million rows, one hot key, eight workers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    /// The version of this form: [`SCENARIO_VERSION`](super::SCENARIO_VERSION).
    pub version: u32,
    /// What every random draw begins with.
    pub seed: u64,
    /// Rows of the table `prompts`.
    pub rows: u64,
    /// Distinct values that `prompt_hash` can take; rows of the table `rewards`.
    pub keys: u64,
    /// How rows spread over keys.
    pub skew: Skew,
    /// What is computed.
    pub query: Query,
    /// Share of the scanned rows that takes the branch with the wide operator, 0 to 1. The rest takes the
    /// narrow branch; both reach the result. See [`crate::frame::queries`].
    pub shuffle_fraction: f64,
    /// Executors.
    pub workers: u32,
    /// Tasks of a stage that scans.
    pub map_partitions: u32,
    /// Tasks of a stage that reads a shuffle.
    pub reduce_partitions: u32,
    /// Tactics against skew and volume. None changes the answer.
    pub tactics: Tactics,
    /// How blocks travel.
    pub strategy: Strategy,
    /// What becomes of the rows.
    #[serde(skip_serializing_if = "is_default")]
    pub action: Action,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Scenario {
    fn default() -> Self {
        Scenario {
            version: super::SCENARIO_VERSION,
            seed: 42,
            rows: 1_000_000,
            keys: 100_000,
            skew: Skew::default(),
            query: Query::default(),
            shuffle_fraction: 1.0,
            workers: 8,
            map_partitions: 32,
            reduce_partitions: 32,
            tactics: Tactics::default(),
            strategy: Strategy::default(),
            action: Action::default(),
        }
    }
}
