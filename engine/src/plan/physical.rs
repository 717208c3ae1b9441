//! The physical plan: columns by index, and an `Exchange` on every wide edge.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::expr::Expr;
use super::wide::{Aggregate, AggregateStep, JoinKind, OrderBy, RowShare};
use crate::columnar::Schema;
use crate::dataset::Table;

/// Where an exchange puts a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Partitioning {
    /// By Spark's hash of some columns, one on top of the other; with `salt_buckets` above 1 also of a salt, dealt to the
    /// rows in turn, so that one key's rows spread over that many partitions.
    Hash {
        /// The columns.
        columns: Vec<usize>,
        /// 1 means no salt.
        salt_buckets: u32,
    },
    /// To every partition where a salted row of the same key can be: the other side of a salted join.
    ReplicatedHash {
        /// The columns.
        columns: Vec<usize>,
        /// As on the salted side.
        salt_buckets: u32,
    },
    /// In turn: row i of task t goes to partition t + i.
    RoundRobin,
    /// All into one.
    Single,
    /// All to every executor.
    Broadcast,
}

impl Partitioning {
    /// By one column, without salt.
    pub fn by_column(column: usize) -> Self {
        Partitioning::Hash { columns: vec![column], salt_buckets: 1 }
    }

    /// How many partitions there are when an exchange by hash has `reduce_partitions`.
    pub fn partition_count(&self, reduce_partitions: u32) -> u32 {
        match self {
            Partitioning::Hash { .. } | Partitioning::ReplicatedHash { .. } | Partitioning::RoundRobin => {
                reduce_partitions
            }
            Partitioning::Single | Partitioning::Broadcast => 1,
        }
    }
}

/// A condition on a table's rows, known while they are generated: columns that it does not read are generated only for
/// the rows that stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScanPredicate {
    /// The table's columns that it reads.
    pub column_indices: Vec<usize>,
    /// The condition, over these columns.
    pub predicate: Expr<usize>,
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
        /// Which rows.
        predicate: Option<ScanPredicate>,
        /// The columns' names and types.
        schema: Arc<Schema>,
    },
    /// Keeps rows.
    Filter {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// Where this is true.
        predicate: Expr<usize>,
    },
    /// Keeps a share of rows.
    Sample {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// By the hash of this Int64 column.
        column: usize,
        /// How many.
        share: RowShare,
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
    /// The first rows of each partition.
    Limit {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// At most so many.
        row_count: u64,
    },
    /// One row a key.
    HashAggregate {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// The keys.
        keys: Vec<usize>,
        /// What is computed: of the input's columns, or of the states that begin at a column.
        aggregates: Vec<Aggregate<usize>>,
        /// From what to what.
        step: AggregateStep,
        /// The keys, then results or states.
        schema: Arc<Schema>,
    },
    /// The best row of each key.
    BestBy {
        /// Of these.
        input: Box<PhysicalPlan>,
        /// The key.
        key: usize,
        /// What makes a row better.
        order: Vec<OrderBy<usize>>,
    },
    /// Equi-join. Its build side is an exchange; its probe side too, unless the build side is broadcast.
    HashJoin {
        /// Streams past the table.
        probe: Box<PhysicalPlan>,
        /// Becomes the table.
        build: Box<PhysicalPlan>,
        /// Key of the probe side.
        probe_key: usize,
        /// Key of the build side.
        build_key: usize,
        /// What becomes of a probe row that meets nothing.
        kind: JoinKind,
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
            | PhysicalPlan::Sample { input, .. }
            | PhysicalPlan::Limit { input, .. }
            | PhysicalPlan::BestBy { input, .. }
            | PhysicalPlan::Exchange { input, .. } => input.schema(),
            PhysicalPlan::Share { narrow, .. } => narrow.schema(),
        }
    }
}
