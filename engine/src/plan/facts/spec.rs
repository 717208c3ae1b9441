//! The facts about each operator of a stage.

use std::sync::Arc;

use super::RowFlow;
use crate::columnar::Schema;
use crate::plan::spec::{BuildInput, JoinSpec, OperatorSpec};
use crate::plan::text::{bracketed, by, join_keys, project};

/// What an operator holds in memory beyond the batch that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// The operator holds nothing.
    Nothing,
    /// The operator holds the rows that one batch becomes.
    Batch,
    /// The operator holds all rows, and for each of them a word and where it stands.
    Rows,
    /// The operator holds each group's keys and states: the values of the row that comes out for it.
    Groups,
    /// The operator holds each group's best row, and for each column of the ordering the value that made it the best.
    BestRows {
        /// The number of columns in the ordering.
        order: usize,
    },
    /// The operator holds all build rows in a table, and the rows that one batch becomes.
    BuildTable,
}

/// What an operator is called in the three places where people meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecWords {
    /// The name in a physical plan: `HashAggregate partial`.
    pub plan: String,
    /// The name in a stage: `partial hash aggregate`.
    pub stage: String,
    /// The name in a stage's signature, by which the cost model knows it: `aggregate`.
    pub cost: &'static str,
}

impl OperatorSpec {
    /// The columns that come out, when these come in.
    pub fn schema(&self, input: &Arc<Schema>) -> Arc<Schema> {
        match self {
            OperatorSpec::Filter { .. }
            | OperatorSpec::Sample { .. }
            | OperatorSpec::Limit { .. }
            | OperatorSpec::Sort { .. } => input.clone(),
            OperatorSpec::Project { schema, .. }
            | OperatorSpec::Tokenize { schema, .. }
            | OperatorSpec::HashAggregate { schema, .. }
            | OperatorSpec::Dedup { schema, .. }
            | OperatorSpec::HashJoin(JoinSpec { schema, .. }) => schema.clone(),
        }
    }

    /// How many rows come out of a task.
    pub fn row_flow(&self) -> RowFlow<usize> {
        match self {
            OperatorSpec::Filter { .. } => RowFlow::Part,
            OperatorSpec::Sample { share, .. } => RowFlow::Sampled(*share),
            OperatorSpec::Project { .. } | OperatorSpec::Sort { .. } => RowFlow::Same,
            OperatorSpec::Tokenize { .. } => RowFlow::Words,
            OperatorSpec::Limit { row_count } => RowFlow::AtMost(*row_count),
            OperatorSpec::HashAggregate { keys, .. } => RowFlow::Groups(keys.clone()),
            OperatorSpec::Dedup { key, .. } => RowFlow::Groups(vec![*key]),
            OperatorSpec::HashJoin(JoinSpec { kind, .. }) if kind.only_selects() => RowFlow::Part,
            OperatorSpec::HashJoin(_) => RowFlow::Pairs,
        }
    }

    /// What the operator holds in memory.
    pub fn held(&self) -> Held {
        match self {
            OperatorSpec::Filter { .. }
            | OperatorSpec::Sample { .. }
            | OperatorSpec::Project { .. }
            | OperatorSpec::Limit { .. } => Held::Nothing,
            OperatorSpec::Tokenize { .. } => Held::Batch,
            OperatorSpec::Sort { .. } => Held::Rows,
            OperatorSpec::HashAggregate { .. } => Held::Groups,
            OperatorSpec::Dedup { order, .. } => Held::BestRows { order: order.len() },
            OperatorSpec::HashJoin(_) => Held::BuildTable,
        }
    }

    /// The one column by which rows meet in the operator; `None` where they do not meet, or by several columns.
    pub fn meets_by(&self) -> Option<usize> {
        match self {
            OperatorSpec::HashAggregate { keys, .. } => match keys.as_slice() {
                [key] => Some(*key),
                _ => None,
            },
            OperatorSpec::Dedup { key, .. } => Some(*key),
            OperatorSpec::HashJoin(join) => match join.keys.as_slice() {
                [key] => Some(key.probe),
                _ => None,
            },
            OperatorSpec::Filter { .. }
            | OperatorSpec::Sample { .. }
            | OperatorSpec::Project { .. }
            | OperatorSpec::Tokenize { .. }
            | OperatorSpec::Limit { .. }
            | OperatorSpec::Sort { .. } => None,
        }
    }

    /// The shuffle that brought the operator's build rows to every executor.
    pub fn broadcast(&self) -> Option<u32> {
        match self {
            OperatorSpec::HashJoin(JoinSpec { build: BuildInput::Broadcast(shuffle), .. }) => Some(*shuffle),
            OperatorSpec::HashJoin(JoinSpec { build: BuildInput::Shuffle, .. })
            | OperatorSpec::Filter { .. }
            | OperatorSpec::Sample { .. }
            | OperatorSpec::Project { .. }
            | OperatorSpec::Tokenize { .. }
            | OperatorSpec::Limit { .. }
            | OperatorSpec::Sort { .. }
            | OperatorSpec::HashAggregate { .. }
            | OperatorSpec::Dedup { .. } => None,
        }
    }

    /// What the operator is called.
    pub fn words(&self) -> SpecWords {
        let words = |plan: &str, stage: &str, cost| SpecWords {
            plan: plan.to_owned(),
            stage: stage.to_owned(),
            cost,
        };
        match self {
            OperatorSpec::Filter { .. } => words("Filter", "filter", "filter"),
            OperatorSpec::Sample { .. } => words("Sample", "sample", "sample"),
            OperatorSpec::Project { .. } => words("Project", "project", "project"),
            OperatorSpec::Tokenize { .. } => words("Tokenize", "tokenize", "tokenize"),
            OperatorSpec::Limit { .. } => words("Limit", "limit", "limit"),
            OperatorSpec::Sort { .. } => words("Sort", "sort", "sort"),
            OperatorSpec::HashAggregate { step, .. } => {
                words(&format!("HashAggregate {step}"), &format!("{step} hash aggregate"), "aggregate")
            }
            OperatorSpec::Dedup { .. } => words("Dedup", "dedup", "best row"),
            OperatorSpec::HashJoin(JoinSpec { kind, .. }) => {
                words(&format!("HashJoin {kind}"), &format!("{kind} hash join"), "join")
            }
        }
    }

    /// The operator's parameters in words, to stand behind its name.
    pub fn parameters(&self) -> String {
        match self {
            OperatorSpec::Filter { predicate } => format!(" {predicate}"),
            OperatorSpec::Sample { column, share } => format!(" {share} of rows by #{column}"),
            OperatorSpec::Project { exprs, schema } => format!(" {}", project(exprs, schema)),
            OperatorSpec::Tokenize { column, .. } => format!(" #{column}"),
            OperatorSpec::Limit { row_count } => format!(" {row_count}"),
            OperatorSpec::Sort { keys } => bracketed(keys),
            OperatorSpec::HashAggregate { keys, aggregates, .. } => {
                format!("{}{}", by(keys), bracketed(aggregates))
            }
            OperatorSpec::Dedup { key, order, .. } => format!(" #{key}{}", bracketed(order)),
            OperatorSpec::HashJoin(JoinSpec { keys, build, .. }) => {
                let keys = format!(" {}", join_keys(keys));
                match build {
                    BuildInput::Shuffle => keys,
                    BuildInput::Broadcast(shuffle) => format!("{keys} of broadcast {shuffle}"),
                }
            }
        }
    }
}
