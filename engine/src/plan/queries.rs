//! The pipelines that a scenario can ask for, a few lines each, written as a user of the engine would write them.
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

use super::expr::{col, lit, null};
use super::frame::{DataFrame, count, highest, lowest, scan};
use super::logical::LogicalPlan;
use super::wide::RowShare;
use crate::columnar::DataType;
use crate::scenario::{Action, CollectPoint, Query, Scenario};

/// The plan as it is written, before any rule.
pub fn logical_plan(scenario: &Scenario) -> LogicalPlan {
    let frame = match scenario.action {
        Action::Collect { of: CollectPoint::Input, .. } => scan("prompts"),
        Action::Collect { of: CollectPoint::Result, .. } | Action::Write {} | Action::Show { .. } => {
            pipeline(scenario.query, RowShare::new(scenario.shuffle_fraction))
        }
    };
    frame.plan().expect("the pipelines below name columns that exist").clone()
}

/// One of the seven, with the share of rows that takes the wide branch.
fn pipeline(query: Query, share: RowShare) -> DataFrame {
    let key = "prompt_hash";
    let whole_row = ["prompt_id", key, "language", "score"].map(col);
    match query {
        Query::Narrow => scan("prompts")
            .filter(col("language").eq(lit("en")))
            .select([
                col("prompt_id").alias("prompt_id"),
                col("text").alias("text"),
                (col("score") * lit(100.0)).alias("percent"),
            ])
            .tokenize("text", "token"),

        Query::CountByKey => scan("prompts").split(
            share,
            |rows| rows.group_by([col(key)]).agg([count()]),
            |rows| rows.select([col(key).alias(key), lit(1).alias("count")]),
        ),

        Query::Distinct => scan("prompts").split(
            share,
            |rows| rows.select([col(key)]).distinct(),
            |rows| rows.select([col(key)]),
        ),

        Query::DedupBest => scan("prompts").split(
            share,
            // Scores can be equal, ids cannot.
            |rows| rows.select(whole_row.clone()).dedup(key, [highest("score"), lowest("prompt_id")]),
            |rows| rows.select(whole_row.clone()),
        ),

        Query::Join => scan("prompts").split(
            share,
            |rows| rows.select(["prompt_id", key, "score"].map(col)).join(scan("rewards"), key),
            |rows| {
                rows.select(["prompt_id", key, "score"].map(col))
                    .with_column("reward", null(DataType::Float64))
            },
        ),

        Query::Repartition => scan("prompts").split(
            share,
            |rows| rows.select(whole_row.clone()).repartition([key]),
            |rows| rows.select(whole_row.clone()),
        ),

        Query::WordCount => scan("prompts").split(
            share,
            |rows| words(rows).group_by([col("token")]).agg([count()]),
            |rows| words(rows).with_column("count", lit(1)),
        ),
    }
}

fn words(rows: DataFrame) -> DataFrame {
    rows.select([col("text")]).tokenize("text", "token")
}
