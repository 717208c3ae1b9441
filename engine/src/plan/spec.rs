//! Operators as parameters: what a stage runs between its source and its output. A task makes one running operator of each.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::expr::Expr;
use super::wide::{Aggregate, AggregateStep, JoinKey, JoinKind, OrderBy, RowShare, SortKey};
use crate::columnar::Schema;

/// The parameters of one operator. Columns are named by where they stand in the rows that come in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OperatorSpec {
    /// The filter passes on the rows for which its predicate is true; false and NULL drop a row.
    Filter {
        /// The condition that a row has to fulfil.
        predicate: Expr<usize>,
    },
    /// The sample passes on a share of the rows, chosen by a hash.
    Sample {
        /// The Int64 column that is hashed; a row whose value is NULL is dropped.
        column: usize,
        /// How many of the rows pass.
        share: RowShare,
    },
    /// The projection computes new columns for each row.
    Project {
        /// What computes each column, in the schema's order.
        exprs: Vec<Expr<usize>>,
        /// The columns that come out.
        schema: Arc<Schema>,
    },
    /// The tokenizer gives one row for each word of a text.
    Tokenize {
        /// The text column, which the word replaces.
        column: usize,
        /// The columns that come out.
        schema: Arc<Schema>,
    },
    /// The limit passes on the first rows of each task.
    Limit {
        /// A task passes on at most so many rows.
        row_count: u64,
    },
    /// The sort puts all rows of a task in order. Rows that are equal in every key keep the order that they came in.
    Sort {
        /// What decides: the first column, then the next.
        keys: Vec<SortKey<usize>>,
    },
    /// The hash aggregate gives one row for each distinct value of its keys; one row in all when there is no key.
    HashAggregate {
        /// The columns by which rows are grouped.
        keys: Vec<usize>,
        /// What is computed for each group: from input columns, or from the states that begin at a column.
        aggregates: Vec<Aggregate<usize>>,
        /// Whether rows or states come in, and whether states or results come out.
        step: AggregateStep,
        /// The columns that come in.
        input_schema: Arc<Schema>,
        /// The columns that come out: the keys, then results or states.
        schema: Arc<Schema>,
    },
    /// The best-row operator gives, for each key, the best of its rows, whole.
    Dedup {
        /// The column by which rows are grouped.
        key: usize,
        /// What makes one row better than another.
        order: Vec<OrderBy<usize>>,
        /// The columns that come in and out.
        schema: Arc<Schema>,
    },
    /// The hash join looks each probe row up in a table of the build rows.
    HashJoin(JoinSpec),
}

/// The parameters of a hash join.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JoinSpec {
    /// The columns that have to be equal, one or more.
    pub keys: Vec<JoinKey<usize>>,
    /// The columns of the build rows.
    pub build_schema: Arc<Schema>,
    /// Those of them that come out.
    pub build_columns: Vec<usize>,
    /// Where the build rows come from.
    pub build: BuildInput,
    /// What becomes of a probe row that meets nothing.
    pub kind: JoinKind,
    /// The columns that come out: the probe's, then the build's.
    pub schema: Arc<Schema>,
}

/// Where the build rows of a join come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BuildInput {
    /// The stage reads them from a shuffle of their own before it reads anything else. The join is its first operator.
    Shuffle,
    /// This shuffle brought all of them to every executor.
    Broadcast(u32),
}
