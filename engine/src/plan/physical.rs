//! The physical plan: columns by index, and an `Exchange` on every wide edge.

use std::sync::Arc;

use super::expr::{Expr, Predicate};
use super::logical::{Aggregate, OrderBy, RowShare};
use crate::columnar::Schema;
use crate::dataset::Table;

/// Where an exchange puts a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partitioning {
    /// By Spark's hash of a column; with `salt_buckets` above 1 also of a salt, dealt to the rows in turn,
    /// so that one key's rows spread over that many partitions.
    Hash {
        /// The column.
        column: usize,
        /// 1 means no salt.
        salt_buckets: u32,
    },
    /// To every partition where a salted row of the same key can be: the other side of a salted join.
    ReplicatedHash {
        /// The column.
        column: usize,
        /// As on the salted side.
        salt_buckets: u32,
    },
}

/// How the answer is computed.
#[derive(Debug, Clone, PartialEq)]
pub enum PhysicalPlan {
    /// Generates columns of a table.
    Scan {
        /// Which table.
        table: Table,
        /// Which of its columns.
        column_indices: Vec<usize>,
        /// Their names and types.
        schema: Arc<Schema>,
    },
    /// Keeps rows.
    Filter {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// Where this is true.
        predicate: Predicate<usize>,
    },
    /// Computes columns.
    Project {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// All of them.
        exprs: Vec<Expr<usize>>,
        /// Their names and types.
        schema: Arc<Schema>,
    },
    /// One row a word.
    Tokenize {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// The text.
        column: usize,
        /// With the words' name.
        schema: Arc<Schema>,
    },
    /// One row a key.
    HashAggregate {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// The key, Int64 or Utf8.
        key: usize,
        /// What is computed.
        aggregates: Vec<Aggregate<usize>>,
        /// The key, then the aggregates.
        schema: Arc<Schema>,
    },
    /// The best row of each key.
    BestBy {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// The key, Int64 or Utf8.
        key: usize,
        /// What makes a row better.
        order: Vec<OrderBy<usize>>,
    },
    /// Inner equi-join.
    HashJoin {
        /// Streams past the table.
        probe: Box<PhysicalPlan>,
        /// Becomes the table.
        build: Box<PhysicalPlan>,
        /// Key of the probe side.
        probe_key: usize,
        /// Key of the build side.
        build_key: usize,
        /// The probe's columns, then the build's without its key.
        schema: Arc<Schema>,
    },
    /// Rows move to the partition that they belong to.
    Exchange {
        /// These.
        input: Box<PhysicalPlan>,
        /// There.
        partitioning: Partitioning,
    },
    /// Two branches, both of which reach the result.
    Share {
        /// These rows.
        input: Box<PhysicalPlan>,
        /// Those in the share take the wide branch.
        share: RowShare,
        /// The column of row ids.
        row_id: usize,
        /// For rows in the share.
        wide: Box<PhysicalPlan>,
        /// For the rest.
        narrow: Box<PhysicalPlan>,
    },
    /// The rows of the branch of the `Share` around it.
    Rows {
        /// Their columns.
        schema: Arc<Schema>,
    },
}

impl PhysicalPlan {
    /// The columns of its rows.
    pub fn schema(&self) -> &Arc<Schema> {
        match self {
            PhysicalPlan::Scan { schema, .. }
            | PhysicalPlan::Project { schema, .. }
            | PhysicalPlan::Tokenize { schema, .. }
            | PhysicalPlan::HashAggregate { schema, .. }
            | PhysicalPlan::HashJoin { schema, .. }
            | PhysicalPlan::Rows { schema } => schema,
            PhysicalPlan::Filter { input, .. }
            | PhysicalPlan::BestBy { input, .. }
            | PhysicalPlan::Exchange { input, .. } => input.schema(),
            PhysicalPlan::Share { narrow, .. } => narrow.schema(),
        }
    }
}
