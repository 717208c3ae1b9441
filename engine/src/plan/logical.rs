//! The logical plan: intent, with columns by name.

use super::expr::Expr;
use super::wide::{Aggregate, JoinKey, JoinKind, OrderBy, RowShare, WideHints};
use crate::columnar::Schema;
use crate::dataset::Table;

/// A computed column and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedExpr {
    /// What computes it.
    pub expr: Expr,
    /// Its name.
    pub name: String,
}

impl NamedExpr {
    /// A column that keeps its name.
    pub fn column(name: &str) -> Self {
        NamedExpr { expr: super::col(name), name: name.to_owned() }
    }

    /// Whether it is a column under its own name.
    pub fn is_unchanged(&self) -> bool {
        matches!(&self.expr, Expr::Column(name) if *name == self.name)
    }
}

/// How a repartition places rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepartitionBy {
    /// By Spark's hash of these columns.
    Hash(Vec<String>),
    /// In turn: row i of task t goes to partition t + i.
    RoundRobin,
}

/// How the two sides of a join meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JoinMethod {
    /// Both sides are placed by the key.
    #[default]
    Shuffled,
    /// Every executor gets the whole build side; the probe side stays where it is.
    Broadcast,
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
        /// Only rows for which this is true; it may read columns that do not come out.
        predicate: Option<Expr>,
    },
    /// The rows for which the predicate is true: NULL drops a row, as in SQL.
    Filter {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// Which stay.
        predicate: Expr,
    },
    /// A share of the rows, chosen by a hash of an Int64 column, which is why it is the same share wherever the rows are.
    Sample {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// Its values decide; NULL is out.
        column: String,
        /// How many of them.
        share: RowShare,
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
    /// The first rows: of the lowest partitions, in their order.
    Limit {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// At most so many.
        row_count: u64,
    },
    /// One row for each distinct value of the keys; one row in all when there is no key. Wide.
    Aggregate {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// The keys; NULL is a value of its own.
        keys: Vec<String>,
        /// What is computed; empty for `distinct`.
        aggregates: Vec<Aggregate>,
        /// What rules found out.
        hints: WideHints,
    },
    /// Of each key's rows the best one, whole. Wide.
    BestBy {
        /// Of these rows.
        input: Box<LogicalPlan>,
        /// The key; NULL is a key of its own.
        key: String,
        /// What makes a row better than another: the first column decides, then the next. An ordering that ends in a unique
        /// column leaves nothing to chance.
        order: Vec<OrderBy>,
        /// What rules found out.
        hints: WideHints,
    },
    /// Rows of two inputs meet where all their keys are equal; NULL meets nothing. Wide.
    ///
    /// The probe's columns come out, then the build's. A build key that is called as its probe key is left out, for it would
    /// say the same twice; keys of different names come out both.
    Join {
        /// The larger side.
        probe: Box<LogicalPlan>,
        /// The side that a hash table is made of.
        build: Box<LogicalPlan>,
        /// The columns that have to be equal, one or more.
        keys: Vec<JoinKey>,
        /// What becomes of a probe row that meets nothing.
        kind: JoinKind,
        /// How they meet.
        method: JoinMethod,
    },
    /// The same rows, placed anew. Wide.
    Repartition {
        /// These rows.
        input: Box<LogicalPlan>,
        /// How.
        by: RepartitionBy,
    },
    /// All rows of two inputs, whose columns have the same names and types.
    Union {
        /// The rows that come first.
        first: Box<LogicalPlan>,
        /// The rows that come after them.
        second: Box<LogicalPlan>,
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

impl LogicalPlan {
    /// The inputs and branches directly below.
    pub fn children(&self) -> Vec<&LogicalPlan> {
        match self {
            LogicalPlan::Scan { .. } | LogicalPlan::Rows { .. } => vec![],
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Sample { input, .. }
            | LogicalPlan::Project { input, .. }
            | LogicalPlan::Tokenize { input, .. }
            | LogicalPlan::Limit { input, .. }
            | LogicalPlan::Aggregate { input, .. }
            | LogicalPlan::BestBy { input, .. }
            | LogicalPlan::Repartition { input, .. } => vec![input],
            LogicalPlan::Join { probe: first, build: second, .. } | LogicalPlan::Union { first, second } => {
                vec![first, second]
            }
            LogicalPlan::Share { input, wide, narrow, .. } => vec![input, wide, narrow],
        }
    }

    /// The same node over other inputs, in the order of [`LogicalPlan::children`].
    pub fn map_children(mut self, f: &mut impl FnMut(LogicalPlan) -> LogicalPlan) -> LogicalPlan {
        let mut replace = |plan: &mut Box<LogicalPlan>| {
            let taken = std::mem::replace(plan.as_mut(), LogicalPlan::Rows { schema: Schema::default() });
            **plan = f(taken);
        };
        match &mut self {
            LogicalPlan::Scan { .. } | LogicalPlan::Rows { .. } => {}
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Sample { input, .. }
            | LogicalPlan::Project { input, .. }
            | LogicalPlan::Tokenize { input, .. }
            | LogicalPlan::Limit { input, .. }
            | LogicalPlan::Aggregate { input, .. }
            | LogicalPlan::BestBy { input, .. }
            | LogicalPlan::Repartition { input, .. } => replace(input),
            LogicalPlan::Join { probe: first, build: second, .. } | LogicalPlan::Union { first, second } => {
                replace(first);
                replace(second);
            }
            LogicalPlan::Share { input, wide, narrow, .. } => {
                replace(input);
                replace(wide);
                replace(narrow);
            }
        }
        self
    }

    /// The same node with other expressions.
    pub(super) fn map_exprs(self, f: &mut impl FnMut(Expr) -> Expr) -> LogicalPlan {
        match self {
            LogicalPlan::Filter { input, predicate } => {
                LogicalPlan::Filter { input, predicate: f(predicate) }
            }
            LogicalPlan::Scan { table, columns, predicate } => {
                LogicalPlan::Scan { table, columns, predicate: predicate.map(f) }
            }
            LogicalPlan::Project { input, exprs } => {
                let mapped = |named: NamedExpr| NamedExpr { expr: f(named.expr), name: named.name };
                LogicalPlan::Project { input, exprs: exprs.into_iter().map(mapped).collect() }
            }
            same @ (LogicalPlan::Sample { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Aggregate { .. }
            | LogicalPlan::BestBy { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Union { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. }) => same,
        }
    }
}
