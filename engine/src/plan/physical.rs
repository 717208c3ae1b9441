//! The physical plan: columns by index, and an `Exchange` on every wide edge.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::expr::Expr;
use super::spec::OperatorSpec;
use super::text::{columns, join_keys, scan_condition};
use super::wide::{JoinKey, JoinKind, RowShare, SortKey};
use crate::columnar::Schema;
use crate::dataset::Table;

/// Which partition an exchange puts a row into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Partitioning {
    /// Spark's hash of some columns, one on top of the other, decides. With `salt_buckets` above 1 a salt is hashed too. It is
    /// dealt to the rows in turn, so one key's rows spread over that many partitions.
    Hash {
        /// The columns that are hashed.
        columns: Vec<usize>,
        /// The number of salts; 1 means no salt.
        salt_buckets: u32,
    },
    /// A row goes to every partition where a salted row of its key can be. This is the other side of a salted join.
    ReplicatedHash {
        /// The columns that are hashed.
        columns: Vec<usize>,
        /// The number of salts on the salted side.
        salt_buckets: u32,
    },
    /// Rows go to the partitions in turn: row i of task t goes to partition t + i.
    RoundRobin,
    /// Each partition is a range of the sort keys' values, and a later partition is a later range. What bounds the ranges is
    /// found out in the run, from the samples of the exchange in place below it.
    Range {
        /// What rows are ordered by.
        keys: Vec<SortKey<usize>>,
    },
    /// A task's rows stay where they are, as one block, and some of them are sampled.
    InPlace {
        /// The columns whose values the driver gets a sample of.
        sampled: Vec<SortKey<usize>>,
    },
    /// All rows go into one partition.
    Single,
    /// All rows go to every executor.
    Broadcast,
}

impl Partitioning {
    /// The hash of one column decides, without salt.
    pub fn by_column(column: usize) -> Self {
        Partitioning::Hash { columns: vec![column], salt_buckets: 1 }
    }

    /// The one column by whose hash rows are placed, and over how many salt buckets a value spreads; `None` where rows are
    /// placed by several columns or by none, and where a row has several places.
    pub fn one_column(&self) -> Option<(usize, u32)> {
        match self {
            Partitioning::Hash { columns, salt_buckets } => match columns.as_slice() {
                [column] => Some((*column, *salt_buckets)),
                _ => None,
            },
            Partitioning::ReplicatedHash { .. }
            | Partitioning::RoundRobin
            | Partitioning::Range { .. }
            | Partitioning::InPlace { .. }
            | Partitioning::Single
            | Partitioning::Broadcast => None,
        }
    }

    /// The one column by whose value rows meet: those of one value, or of one part of it when it is salted.
    pub fn meets_by(&self) -> Option<usize> {
        match self {
            Partitioning::InPlace { sampled } => match sampled.as_slice() {
                [key] => Some(key.column),
                _ => None,
            },
            other => other.one_column().map(|(column, _)| column),
        }
    }

    /// The number of partitions, when an exchange by hash has `reduce_partitions`.
    pub fn partition_count(&self, reduce_partitions: u32) -> u32 {
        match self {
            Partitioning::Hash { .. }
            | Partitioning::ReplicatedHash { .. }
            | Partitioning::RoundRobin
            | Partitioning::Range { .. } => reduce_partitions,
            Partitioning::InPlace { .. } | Partitioning::Single | Partitioning::Broadcast => 1,
        }
    }
}

/// A condition on a table's rows that is decided while they are generated. Columns that it does not read are generated only
/// for the rows that stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScanPredicate {
    /// The places of the columns that it reads, in the table.
    pub column_indices: Vec<usize>,
    /// The condition, over these columns.
    pub predicate: Expr<usize>,
}

/// How the answer is computed: columns by place, and an exchange on every edge where rows move.
#[derive(Debug, Clone, PartialEq)]
pub enum PhysicalPlan {
    /// A scan generates columns of a table.
    Scan {
        /// The table whose rows are scanned.
        table: Table,
        /// The places of the columns in the table.
        column_indices: Vec<usize>,
        /// Only rows for which this is true are generated whole.
        predicate: Option<ScanPredicate>,
        /// The names and types of the columns.
        schema: Arc<Schema>,
    },
    /// An operator changes the rows of one input, task by task.
    Operator {
        /// The rows that go in.
        input: Box<PhysicalPlan>,
        /// The operator with its parameters.
        spec: OperatorSpec,
        /// The columns that come out.
        schema: Arc<Schema>,
    },
    /// A hash join pairs rows of one key. Its build side is an exchange; its probe side is one too, unless the build side is
    /// broadcast.
    HashJoin {
        /// The rows that stream past the table.
        probe: Box<PhysicalPlan>,
        /// The rows that become the table.
        build: Box<PhysicalPlan>,
        /// The columns that have to be equal.
        keys: Vec<JoinKey<usize>>,
        /// The build side's columns that come out.
        build_columns: Vec<usize>,
        /// What becomes of a probe row that meets nothing.
        kind: JoinKind,
        /// The probe's columns, then the build's.
        schema: Arc<Schema>,
    },
    /// An exchange moves each row to the partition that it belongs to.
    Exchange {
        /// The rows that move.
        input: Box<PhysicalPlan>,
        /// Which partition a row belongs to.
        partitioning: Partitioning,
    },
    /// The rows of two plans with the same columns, one behind the other. There is no exchange.
    Union {
        /// The rows that come first.
        first: Box<PhysicalPlan>,
        /// The rows that come after them.
        second: Box<PhysicalPlan>,
    },
    /// A share of the rows takes one branch, the rest takes the other. The rows of both branches reach the result.
    Share {
        /// The rows before they part.
        input: Box<PhysicalPlan>,
        /// How many of the rows take the wide branch.
        share: RowShare,
        /// The column of row ids, whose hash decides.
        row_id: usize,
        /// What becomes of the rows in the share.
        wide: Box<PhysicalPlan>,
        /// What becomes of the rest.
        narrow: Box<PhysicalPlan>,
    },
    /// The rows that took this branch of the share around it.
    Rows {
        /// The columns of these rows.
        schema: Arc<Schema>,
    },
}

impl PhysicalPlan {
    /// The columns of the plan's rows.
    pub fn schema(&self) -> &Arc<Schema> {
        match self {
            PhysicalPlan::Scan { schema, .. }
            | PhysicalPlan::Operator { schema, .. }
            | PhysicalPlan::HashJoin { schema, .. }
            | PhysicalPlan::Rows { schema } => schema,
            PhysicalPlan::Exchange { input, .. } | PhysicalPlan::Union { first: input, .. } => input.schema(),
            PhysicalPlan::Share { narrow, .. } => narrow.schema(),
        }
    }

    /// The inputs and branches directly below.
    pub fn children(&self) -> Vec<&PhysicalPlan> {
        match self {
            PhysicalPlan::Scan { .. } | PhysicalPlan::Rows { .. } => vec![],
            PhysicalPlan::Operator { input, .. } | PhysicalPlan::Exchange { input, .. } => vec![input],
            PhysicalPlan::HashJoin { probe, build, .. } => vec![probe, build],
            PhysicalPlan::Union { first, second } => vec![first, second],
            PhysicalPlan::Share { input, wide, narrow, .. } => vec![input, wide, narrow],
        }
    }

    /// What the inputs are called in a text, where there are several.
    pub(super) fn input_labels(&self) -> &'static [&'static str] {
        match self {
            PhysicalPlan::HashJoin { .. } => &["probe: ", "build: "],
            PhysicalPlan::Union { .. } => &["first: ", "second: "],
            PhysicalPlan::Share { .. } => &["input: ", "wide: ", "narrow: "],
            PhysicalPlan::Scan { .. }
            | PhysicalPlan::Operator { .. }
            | PhysicalPlan::Exchange { .. }
            | PhysicalPlan::Rows { .. } => &[""],
        }
    }

    /// The node in words, without its inputs.
    pub(super) fn label(&self) -> String {
        match self {
            PhysicalPlan::Scan { table, predicate, schema, .. } => {
                let only = scan_condition(predicate.as_ref(), table);
                format!("Scan {} [{}]{only}", table.name(), columns(schema))
            }
            PhysicalPlan::Operator { spec, .. } => format!("{}{}", spec.words().plan, spec.parameters()),
            PhysicalPlan::HashJoin { keys, kind, .. } => format!("HashJoin {kind} {}", join_keys(keys)),
            PhysicalPlan::Exchange { partitioning, .. } => format!("Exchange {partitioning}"),
            PhysicalPlan::Union { .. } => "Union".to_owned(),
            PhysicalPlan::Share { share, row_id, .. } => format!("Share {share} of rows by #{row_id}"),
            PhysicalPlan::Rows { schema } => format!("Rows [{}]", columns(schema)),
        }
    }

    /// The plan with one operator on top.
    pub fn then(self, spec: OperatorSpec) -> PhysicalPlan {
        let schema = spec.schema(self.schema());
        PhysicalPlan::Operator { input: Box::new(self), spec, schema }
    }

    /// The plan's rows, moved.
    pub fn exchanged(self, partitioning: Partitioning) -> PhysicalPlan {
        PhysicalPlan::Exchange { input: Box::new(self), partitioning }
    }
}
