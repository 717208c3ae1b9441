//! The logical plan: intent, with columns by name.

use serde::{Deserialize, Serialize};

use super::expr::{Expr, Predicate};
use crate::columnar::{DataType, Schema};
use crate::dataset::Table;

/// A computed column and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedExpr {
    /// What computes it.
    pub expr: Expr,
    /// Its name.
    pub name: String,
}

/// What is computed for each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateFunction {
    /// Number of rows.
    Count,
    /// Sum of an Int64 column; how counts of counts are put together.
    Sum,
}

/// An aggregate and the name of its column, which is Int64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate<C = String> {
    /// What.
    pub function: AggregateFunction,
    /// Of which column; `None` for a count of rows.
    pub column: Option<C>,
    /// Its name.
    pub name: String,
}

/// Which end of a column's order is the better one. NULL is the worst at either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The largest value is the best.
    Highest,
    /// The smallest value is the best.
    Lowest,
}

/// A column of an ordering, of Int64 or Float64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBy<C = String> {
    /// By this column.
    pub column: C,
    /// Which values are better.
    pub direction: Direction,
}

/// A share of rows, chosen by a hash of the row id: the same rows whatever the partitions and workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowShare {
    /// A row is in when the upper 32 bits of `mix64(row id)` are below this: the share times 2^32.
    pub threshold: u64,
}

impl RowShare {
    /// The share as a whole-number threshold; multiplying by a power of two is exact.
    pub fn new(share: f64) -> Self {
        RowShare { threshold: (share * (1u64 << 32) as f64) as u64 }
    }

    /// Whether the row is in the share.
    #[inline]
    pub fn contains(self, row_id: u64) -> bool {
        (crate::random::mix64(row_id ^ 0x5368_7566_666c_6521) >> 32) < self.threshold
    }

    /// Whether every row is in.
    pub fn is_all(self) -> bool {
        self.threshold >= 1 << 32
    }

    /// Whether no row is in.
    pub fn is_none(self) -> bool {
        self.threshold == 0
    }
}

/// What is wanted. Nothing here knows about partitions.
#[derive(Debug, Clone, PartialEq)]
pub enum LogicalPlan {
    /// A table's columns; `None` means all of them.
    Scan {
        /// Which table.
        table: Table,
        /// Which columns, in the table's order.
        columns: Option<Vec<String>>,
    },
    /// The rows for which the predicate is true.
    Filter {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// Which stay.
        predicate: Predicate,
    },
    /// Computed columns.
    Project {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// The columns, all of them.
        exprs: Vec<NamedExpr>,
    },
    /// One row for each word of a text column, which the word replaces; the other columns repeat.
    Tokenize {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// The text, split at white space. A NULL has no words.
        column: String,
        /// The words' column.
        token: String,
    },
    /// One row for each distinct value of an Int64 or Utf8 key. Wide.
    Aggregate {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// The key; NULL is a group of its own.
        key: String,
        /// What is computed; empty for `distinct`.
        aggregates: Vec<Aggregate>,
    },
    /// Of each key's rows the best one, whole. Wide.
    BestBy {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// An Int64 or Utf8 key; NULL is a key of its own.
        key: String,
        /// What makes a row better than another: the first column decides, then the next. An ordering that ends in a unique
        /// column leaves nothing to chance.
        order: Vec<OrderBy>,
    },
    /// Inner equi-join on an Int64 key of the same name; NULL meets nothing. Wide.
    Join {
        /// The larger side.
        probe: Box<LogicalPlan>,
        /// The side that a hash table is made of.
        build: Box<LogicalPlan>,
        /// The key.
        key: String,
    },
    /// The same rows, placed by the hash of an Int64 or Utf8 key. Wide.
    Repartition {
        /// These rows.
        input: Box<LogicalPlan>,
        /// Placed by this.
        key: String,
    },
    /// A share of `prompts`' rows takes one branch, the rest the other; the result is both. The branches'
    /// [`LogicalPlan::Rows`] stands for the rows that took them.
    Share {
        /// Of these rows, which have `prompt_id`.
        input: Box<LogicalPlan>,
        /// Which rows are in.
        share: RowShare,
        /// For rows in the share.
        wide: Box<LogicalPlan>,
        /// For the rest; the same columns.
        narrow: Box<LogicalPlan>,
    },
    /// The rows that took this branch of the [`LogicalPlan::Share`] around it.
    Rows {
        /// Their columns.
        schema: Schema,
    },
}

/// A plan that names what does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A column's name.
    #[error("there is no column {column:?}; there are {}", .columns.join(", "))]
    UnknownColumn {
        /// The name.
        column: String,
        /// What exists.
        columns: Vec<String>,
    },
    /// A column of another type than an operator works on.
    #[error("column {column:?} is {got:?}, but {operator} works on {}", words(.expected))]
    TypeMismatch {
        /// The name.
        column: String,
        /// What the operator takes.
        expected: &'static [DataType],
        /// What the column is.
        got: DataType,
        /// Which operator.
        operator: &'static str,
    },
}

/// `Int64 or Utf8`.
fn words(types: &[DataType]) -> String {
    types.iter().map(|data_type| format!("{data_type:?}")).collect::<Vec<_>>().join(" or ")
}

impl LogicalPlan {
    /// The inputs and branches directly below.
    pub fn children(&self) -> Vec<&LogicalPlan> {
        match self {
            LogicalPlan::Scan { .. } | LogicalPlan::Rows { .. } => vec![],
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Project { input, .. }
            | LogicalPlan::Tokenize { input, .. }
            | LogicalPlan::Aggregate { input, .. }
            | LogicalPlan::BestBy { input, .. }
            | LogicalPlan::Repartition { input, .. } => vec![input],
            LogicalPlan::Join { probe, build, .. } => vec![probe, build],
            LogicalPlan::Share { input, wide, narrow, .. } => vec![input, wide, narrow],
        }
    }

    /// The same node over other inputs, in the order of [`LogicalPlan::children`].
    ///
    pub fn map_children(self, f: &mut impl FnMut(LogicalPlan) -> LogicalPlan) -> LogicalPlan {
        let mut boxed = |plan: Box<LogicalPlan>| Box::new(f(*plan));
        match self {
            leaf @ (LogicalPlan::Scan { .. } | LogicalPlan::Rows { .. }) => leaf,
            LogicalPlan::Filter { input, predicate } => {
                LogicalPlan::Filter { input: boxed(input), predicate }
            }
            LogicalPlan::Project { input, exprs } => LogicalPlan::Project { input: boxed(input), exprs },
            LogicalPlan::Tokenize { input, column, token } => {
                LogicalPlan::Tokenize { input: boxed(input), column, token }
            }
            LogicalPlan::Aggregate { input, key, aggregates } => {
                LogicalPlan::Aggregate { input: boxed(input), key, aggregates }
            }
            LogicalPlan::BestBy { input, key, order } => {
                LogicalPlan::BestBy { input: boxed(input), key, order }
            }
            LogicalPlan::Repartition { input, key } => LogicalPlan::Repartition { input: boxed(input), key },
            LogicalPlan::Join { probe, build, key } => {
                LogicalPlan::Join { probe: boxed(probe), build: boxed(build), key }
            }
            LogicalPlan::Share { input, share, wide, narrow } => {
                LogicalPlan::Share { input: boxed(input), share, wide: boxed(wide), narrow: boxed(narrow) }
            }
        }
    }
}
