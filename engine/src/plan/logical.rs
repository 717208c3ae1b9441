//! The logical plan: intent, with columns by name.

use super::expr::Expr;
use super::wide::{Aggregate, JoinKey, JoinKind, OrderBy, RowShare, SortKey, WideHints};
use crate::columnar::Schema;
use crate::dataset::Table;

/// A column of a projection: an expression computes it, and it has a name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedExpr {
    /// The expression that computes the column.
    pub expr: Expr,
    /// The name under which the column comes out.
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
    /// Spark's hash of these columns decides.
    Hash(Vec<String>),
    /// Rows go to the partitions in turn: row i of task t goes to partition t + i.
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

/// What is wanted: a tree of nodes, whose columns have names. Nothing here knows about partitions or executors.
#[derive(Debug, Clone, PartialEq)]
pub enum LogicalPlan {
    /// The scan gives columns of a table's rows.
    Scan {
        /// The table whose rows are scanned.
        table: Table,
        /// The columns that come out; `None` means all of the table.
        columns: Option<Vec<String>>,
        /// Only rows for which this is true come out. It may read columns that do not.
        predicate: Option<Expr>,
    },
    /// The filter keeps the rows for which its predicate is true. NULL drops a row, as in SQL.
    Filter {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// The condition that a row has to fulfil.
        predicate: Expr,
    },
    /// The sample keeps a share of the rows. A hash of an Int64 column chooses, so the same rows stay wherever they are.
    Sample {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// The column that is hashed; a row whose value is NULL is dropped.
        column: String,
        /// How many of the rows stay.
        share: RowShare,
    },
    /// The projection computes columns for each row.
    Project {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// All columns that come out.
        exprs: Vec<NamedExpr>,
    },
    /// The tokenizer gives one row for each word of a text column. The word replaces the text; the other columns repeat.
    Tokenize {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// The text column, which is split at white space. A NULL has no words.
        column: String,
        /// The name of the column of words.
        token: String,
    },
    /// The limit keeps the first rows: those of the lowest partitions, in their order.
    Limit {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// At most so many rows stay.
        row_count: u64,
    },
    /// The aggregate gives one row for each distinct value of its keys; one row in all when there is no key. It is wide.
    Aggregate {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// The key columns. NULL is a key of its own.
        keys: Vec<String>,
        /// What is computed for each group; nothing for `distinct`.
        aggregates: Vec<Aggregate>,
        /// What rules have found out.
        hints: WideHints,
    },
    /// The best row of each key comes out whole. The node is wide.
    Dedup {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// The key column. NULL is a key of its own.
        key: String,
        /// What makes a row better than another: the first column decides, then the next. An ordering that ends in a unique
        /// column leaves nothing to chance.
        order: Vec<OrderBy>,
        /// What rules have found out.
        hints: WideHints,
    },
    /// The join pairs rows of two inputs whose keys are all equal. NULL equals nothing. The node is wide.
    ///
    /// The probe's columns come out, then the build's. A build key that is called as its probe key is left out, for it would
    /// say the same twice; keys of different names come out both.
    Join {
        /// The larger side, whose rows are looked up.
        probe: Box<LogicalPlan>,
        /// The side that a hash table is made of.
        build: Box<LogicalPlan>,
        /// The columns that have to be equal, one or more.
        keys: Vec<JoinKey>,
        /// What becomes of a probe row that meets nothing.
        kind: JoinKind,
        /// How the two sides meet.
        method: JoinMethod,
    },
    /// The repartition places the same rows anew. It is wide.
    Repartition {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// What decides where a row goes.
        by: RepartitionBy,
    },
    /// The sort puts the rows in order, across all partitions: no row of a partition comes before a row of an earlier one. Rows
    /// that are equal in every key keep the order that they came in. The node is wide.
    Sort {
        /// The rows that go in.
        input: Box<LogicalPlan>,
        /// What decides: the first column, then the next. There is one at least.
        keys: Vec<SortKey>,
    },
    /// The union gives all rows of two inputs, whose columns have the same names and types.
    Union {
        /// The rows that come first.
        first: Box<LogicalPlan>,
        /// The rows that come after them.
        second: Box<LogicalPlan>,
    },
    /// A share of `prompts`' rows takes one branch, the rest the other; the result is both. The branches'
    /// [`LogicalPlan::Rows`] stands for the rows that took them.
    Share {
        /// The rows before they part. They have a `prompt_id`.
        input: Box<LogicalPlan>,
        /// How many of the rows take the wide branch.
        share: RowShare,
        /// What becomes of the rows in the share.
        wide: Box<LogicalPlan>,
        /// What becomes of the rest. It ends in the same columns.
        narrow: Box<LogicalPlan>,
    },
    /// The rows that took this branch of the [`LogicalPlan::Share`] around it.
    Rows {
        /// The columns of these rows.
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
            | LogicalPlan::Dedup { input, .. }
            | LogicalPlan::Repartition { input, .. }
            | LogicalPlan::Sort { input, .. } => vec![input],
            LogicalPlan::Join { probe: first, build: second, .. } | LogicalPlan::Union { first, second } => {
                vec![first, second]
            }
            LogicalPlan::Share { input, wide, narrow, .. } => vec![input, wide, narrow],
        }
    }

    /// The expressions of this node alone.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        match self {
            LogicalPlan::Scan { predicate, .. } => predicate.iter().collect(),
            LogicalPlan::Filter { predicate, .. } => vec![predicate],
            LogicalPlan::Project { exprs, .. } => exprs.iter().map(|named| &named.expr).collect(),
            LogicalPlan::Rows { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Aggregate { .. }
            | LogicalPlan::Dedup { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Union { .. }
            | LogicalPlan::Share { .. } => vec![],
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
            | LogicalPlan::Dedup { input, .. }
            | LogicalPlan::Repartition { input, .. }
            | LogicalPlan::Sort { input, .. } => replace(input),
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
            | LogicalPlan::Dedup { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Union { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. }) => same,
        }
    }
}
