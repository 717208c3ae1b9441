//! The knobs themselves, with their defaults.

use serde::{Deserialize, Serialize};

use crate::cluster::{Action, Strategy};
use crate::dataset::Skew;
use crate::frame::Query;
use crate::plan::Tactics;

/// Every knob of a run. `Default` is the lesson at a glance: a million rows, one hot key, eight workers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The version of this form: [`SCENARIO_VERSION`](super::SCENARIO_VERSION).
    pub version: u32,
    /// What every random draw begins with.
    #[serde(default = "defaults::seed")]
    pub seed: u64,
    /// Rows of the table `prompts`.
    #[serde(default = "defaults::rows")]
    pub rows: u64,
    /// Distinct values that `prompt_hash` can take; rows of the table `rewards`.
    #[serde(default = "defaults::keys")]
    pub keys: u64,
    /// How rows spread over keys.
    #[serde(default)]
    pub skew: Skew,
    /// What is computed.
    #[serde(default)]
    pub query: Query,
    /// Share of the scanned rows that takes the branch with the wide operator, 0 to 1. The rest takes the
    /// narrow branch; both reach the result. See [`crate::frame::queries`].
    #[serde(default = "defaults::shuffle_fraction")]
    pub shuffle_fraction: f64,
    /// Executors.
    #[serde(default = "defaults::workers")]
    pub workers: u32,
    /// Tasks of a stage that scans.
    #[serde(default = "defaults::partitions")]
    pub map_partitions: u32,
    /// Tasks of a stage that reads a shuffle.
    #[serde(default = "defaults::partitions")]
    pub reduce_partitions: u32,
    /// Tactics against skew and volume. None changes the answer.
    #[serde(default)]
    pub tactics: Tactics,
    /// How blocks travel.
    #[serde(default)]
    pub strategy: Strategy,
    /// What becomes of the rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub action: Action,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Scenario {
    fn default() -> Self {
        Scenario {
            version: super::SCENARIO_VERSION,
            seed: defaults::seed(),
            rows: defaults::rows(),
            keys: defaults::keys(),
            skew: Skew::default(),
            query: Query::default(),
            shuffle_fraction: defaults::shuffle_fraction(),
            workers: defaults::workers(),
            map_partitions: defaults::partitions(),
            reduce_partitions: defaults::partitions(),
            tactics: Tactics::default(),
            strategy: Strategy::default(),
            action: Action::default(),
        }
    }
}

mod defaults {
    pub(super) fn seed() -> u64 {
        42
    }
    pub(super) fn rows() -> u64 {
        1_000_000
    }
    pub(super) fn keys() -> u64 {
        100_000
    }
    pub(super) fn shuffle_fraction() -> f64 {
        1.0
    }
    pub(super) fn workers() -> u32 {
        8
    }
    pub(super) fn partitions() -> u32 {
        32
    }
}
