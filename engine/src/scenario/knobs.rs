//! The knobs themselves, with their defaults.

use serde::{Deserialize, Serialize};

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
    /// narrow branch; both reach the result. See [`crate::plan::queries`].
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
    /// Remedies against skew and volume. None changes the answer.
    #[serde(default)]
    pub tactics: Tactics,
    /// How blocks travel.
    #[serde(default)]
    pub strategy: Strategy,
    /// What becomes of the rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub action: Action,
}

/// What becomes of the rows that a plan gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// They stay with the executors; their number and digest are reported.
    Write {},
    /// All of them come to the driver, if they fit there.
    Collect {
        /// Where in the pipeline.
        #[serde(default)]
        of: CollectPoint,
        /// Bytes that the driver may use for them.
        #[serde(default = "defaults::driver_memory_bytes")]
        memory_bytes: u64,
    },
    /// The first of them come to the driver: those of the lowest partitions, of which no more are run than are needed.
    Show {
        /// At most so many.
        #[serde(default = "defaults::show_rows")]
        rows: u64,
    },
}

impl Default for Action {
    fn default() -> Self {
        Action::Write {}
    }
}

impl Action {
    /// Rows that a task need not go beyond.
    pub fn row_limit(self) -> Option<u64> {
        match self {
            Action::Show { rows } => Some(rows),
            Action::Write {} | Action::Collect { .. } => None,
        }
    }

    /// Whether rows come to the driver.
    pub fn fetches(self) -> bool {
        match self {
            Action::Write {} => false,
            Action::Collect { .. } | Action::Show { .. } => true,
        }
    }

    /// Bytes that the driver may use for rows; all it gets when nothing was said.
    pub fn memory_bytes(self) -> u64 {
        match self {
            Action::Collect { memory_bytes, .. } => memory_bytes,
            Action::Write {} | Action::Show { .. } => defaults::driver_memory_bytes(),
        }
    }
}

/// Which rows a collect asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectPoint {
    /// The answer.
    #[default]
    Result,
    /// What goes into the wide step: a `collect()` in mid-pipeline, which pulls the whole data set.
    Input,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// How rows spread over keys.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "super::json::SkewForm")]
pub enum Skew {
    /// Every key is equally likely.
    Uniform {},
    /// The k-th key has weight k^-exponent.
    Zipf {
        /// 0 (uniform) to 2.5.
        exponent: f64,
    },
    /// One key holds this share of the rows, the others share the rest equally.
    HotKey {
        /// 0 to 0.95. A hot key is never colder than the others: below 1/keys it is uniform.
        share: f64,
    },
}

/// What is computed; the plans are written down in [`crate::plan::queries`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// Filter, map and tokenize: no row leaves its partition.
    Narrow,
    /// `SELECT prompt_hash, count(*) GROUP BY prompt_hash`.
    #[default]
    CountByKey,
    /// The best-scored row of each key.
    DedupBest,
    /// `SELECT DISTINCT prompt_hash`.
    Distinct,
    /// Each prompt with its reward, on `prompt_hash`.
    Join,
    /// The rows again, placed by `prompt_hash`.
    Repartition,
    /// How often each word occurs.
    WordCount,
}

/// Remedies. Each leaves the answer as it was; the digest proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tactics {
    /// Aggregate inside each map task, before the exchange.
    pub combine: bool,
    /// Spread each key over this many salt buckets; 0 and 1 mean off.
    pub salt: u32,
    /// Give hot keys a way of their own. Not offered yet.
    pub isolate_hot_keys: bool,
    /// Re-plan between stages. Not offered yet.
    pub adaptive: bool,
    /// Send a join's build side to every executor, rather than place both sides by the key, when it is estimated to take
    /// at most this many bytes; 0 means never. Spark's `autoBroadcastJoinThreshold` is 10 MiB.
    #[serde(skip_serializing_if = "is_default")]
    pub broadcast_bytes: u64,
}

/// How blocks travel between executors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Every executor sends to every other: W(W-1) links.
    #[default]
    Direct,
}

impl Default for Skew {
    fn default() -> Self {
        Skew::HotKey { share: 0.3 }
    }
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

impl Query {
    /// Every query, in the order in which a page lists them.
    pub const ALL: [Query; 7] = [
        Query::Narrow,
        Query::CountByKey,
        Query::DedupBest,
        Query::Distinct,
        Query::Join,
        Query::Repartition,
        Query::WordCount,
    ];

    /// The word used in JSON and in links.
    pub fn name(self) -> &'static str {
        match self {
            Query::Narrow => "narrow",
            Query::CountByKey => "count_by_key",
            Query::DedupBest => "dedup_best",
            Query::Distinct => "distinct",
            Query::Join => "join",
            Query::Repartition => "repartition",
            Query::WordCount => "word_count",
        }
    }

    /// Whether the engine can run it today.
    pub fn is_offered(self) -> bool {
        match self {
            Query::Narrow
            | Query::CountByKey
            | Query::DedupBest
            | Query::Distinct
            | Query::Join
            | Query::Repartition
            | Query::WordCount => true,
        }
    }

    /// Whether `prompt_hash` is what rows meet by, where rows meet at all.
    pub fn is_keyed_by_prompt(self) -> bool {
        self != Query::WordCount
    }

    /// Whether the plan has a wide operator at all.
    pub fn is_wide(self) -> bool {
        self != Query::Narrow
    }
}

impl Tactics {
    /// Salt buckets a key is spread over: at least 1, and 1 means no salting.
    pub fn salt_buckets(self) -> u32 {
        self.salt.max(1)
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
    /// Spark's `spark.driver.maxResultSize`: 1 GiB.
    pub(super) fn driver_memory_bytes() -> u64 {
        1 << 30
    }
    /// As many as Spark's `show()`.
    pub(super) fn show_rows() -> u64 {
        20
    }
}
