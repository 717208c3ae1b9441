//! What the content of the tables follows from.

use serde::{Deserialize, Serialize};

/// What decides the content of both tables: two runs with one `DataSpec` scan the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DataSpec {
    /// What every random draw begins with.
    pub seed: u64,
    /// The number of rows in the table `prompts`.
    pub rows: u64,
    /// Distinct values that `prompt_hash` can take. The table `rewards` has one row for each of them.
    pub keys: u64,
    /// How the rows of `prompts` spread over the keys.
    #[serde(with = "PackedSkew")]
    pub skew: Skew,
    /// Partitions of either table. Each is scanned by one task.
    pub partitions: u32,
}

/// How rows spread over keys.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Skew {
    /// Every key is equally likely.
    Uniform {},
    /// The k-th key has weight k^-exponent.
    Zipf {
        /// The exponent is from 0 (uniform) to 2.5.
        exponent: f64,
    },
    /// One key holds this share of the rows, the others share the rest equally.
    HotKey {
        /// The share is from 0 to 0.95. A hot key is never colder than the others: below 1/keys it is uniform.
        share: f64,
    },
}

/// A [`Skew`] as it travels: without the names of fields, and so without a `kind` that is read before the rest.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Skew")]
enum PackedSkew {
    Uniform {},
    Zipf { exponent: f64 },
    HotKey { share: f64 },
}

impl Default for Skew {
    fn default() -> Self {
        Skew::HotKey { share: 0.3 }
    }
}
