//! The pipelines that a scenario can ask for. Each has a file of its own and is written as a user of the engine would write it.
//!
//! With a shuffle fraction f below 1, the share f of the scanned rows of `prompts`, chosen by a hash of
//! `prompt_id`, takes the wide branch; the rest passes the narrow branch as rows of the same columns:
//!
//! | query | rows in the share | the other rows |
//! |---|---|---|
//! | `narrow` | (has no wide branch: f is not used) | filtered, mapped, tokenized |
//! | `count_by_key` | one row a key: `prompt_hash, count` | each a group of its own: `prompt_hash, 1` |
//! | `distinct` | one row a key: `prompt_hash` | each as it is: `prompt_hash` |
//! | `dedup_best` | one row a key, that with the best score: `prompt_id, prompt_hash, language, score` | each as it is |
//! | `word_count` | one row a word: `token, count` | each word a group of its own: `token, 1` |
//! | `join` | `prompt_id, prompt_hash, score, reward` | the same with a NULL `reward` |
//! | `repartition` | placed by `prompt_hash` | where they are |
//!
//! So the answer is defined for every f, and the bytes of `prompts` that cross the exchange are
//! proportional to f. (`join` ships `rewards` whole unless f is 0: a row in the share must find its reward.)

mod count_by_key;
mod dedup_best;
mod distinct;
mod join;
mod narrow;
mod repartition;
mod word_count;

use serde::Serialize;

use super::DataFrame;
use crate::plan::RowShare;

/// One of the seven pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
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

    /// Whether the plan has a wide operator at all.
    pub fn is_wide(self) -> bool {
        self != Query::Narrow
    }

    /// The pipeline. A share of the rows of `prompts` takes its wide branch.
    pub fn pipeline(self, share: RowShare) -> DataFrame {
        match self {
            Query::Narrow => narrow::pipeline(),
            Query::CountByKey => count_by_key::pipeline(share),
            Query::DedupBest => dedup_best::pipeline(share),
            Query::Distinct => distinct::pipeline(share),
            Query::Join => join::pipeline(share),
            Query::Repartition => repartition::pipeline(share),
            Query::WordCount => word_count::pipeline(share),
        }
    }
}
