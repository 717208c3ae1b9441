//! Stages: the plan, cut at every exchange.
//!
//! ```text
//!            ┌─ share? ─ wide branch ── operators ── shuffle write ──> next stage
//!  source ───┤
//!            └────────── narrow branch ─ operators ── result
//! ```
//!
//! A stage is many equal tasks, one a partition of its source. Stages stand in an order in which each one's
//! parents come before it; the last one's rows are (the rest of) the result.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cutter;
use super::physical::{Partitioning, PhysicalPlan, ScanPredicate};
use super::spec::OperatorSpec;
use super::wide::{RowShare, SortKey};
use crate::columnar::Schema;
use crate::dataset::Table;

/// Where a stage's rows come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StageSource {
    /// The rows are generated: task p scans partition p of a table.
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
    /// Blocks of shuffles: task r reads the blocks for reduce partition r, in the order of the shuffles and of the tasks
    /// that wrote them.
    Shuffle {
        /// The shuffles that are read first, to the end, into the head operator's table. There are none unless that is a
        /// join.
        build: Vec<u32>,
        /// The shuffles whose rows stream. All of them have the same columns.
        probe: Vec<u32>,
    },
    /// Blocks that stayed where they were written: each task reads what one task before it wrote, in the order of the shuffles
    /// and of the tasks.
    InPlace {
        /// The shuffles. All of them have the same columns.
        shuffles: Vec<u32>,
    },
}

/// Where a branch's rows go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// The rows are written into blocks, one for each reduce partition.
    Shuffle {
        /// The number of the shuffle, from 0.
        shuffle: u32,
        /// What decides which block a row belongs to.
        partitioning: Partitioning,
        /// The number of blocks that each task writes.
        partition_count: u32,
        /// The columns that travel.
        schema: Arc<Schema>,
    },
    /// The rows go into the result.
    Result {
        /// The columns of the result.
        schema: Arc<Schema>,
    },
}

/// The ranges into which a stage cuts its rows, before it is known what bounds them.
#[derive(Debug, Clone, Copy)]
pub struct Ranges<'a> {
    /// The columns whose values are cut into ranges.
    pub keys: &'a [SortKey<usize>],
    /// The number of ranges, each of which is a partition.
    pub partition_count: u32,
    /// The columns of the rows.
    pub schema: &'a Arc<Schema>,
}

/// A row of operators, and where the rows of the last one go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// The operators, in the order in which rows pass them.
    pub operators: Vec<OperatorSpec>,
    /// Where the rows of the last operator go.
    pub output: Output,
}

impl Branch {
    /// Where the rows of the branch first meet by one column: before which operator (or, by its number, before the output),
    /// and by which column. `None` when they do not.
    pub fn meeting(&self) -> Option<(usize, usize)> {
        let by_operator = (0..).zip(&self.operators).find_map(|(at, spec)| Some((at, spec.meets_by()?)));
        by_operator.or_else(|| match &self.output {
            Output::Shuffle { partitioning, .. } => {
                partitioning.meets_by().map(|column| (self.operators.len(), column))
            }
            Output::Result { .. } => None,
        })
    }
}

/// One stage: equal tasks, each of which runs the same operators over one partition of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageSpec {
    /// The number of the stage, which is its place in the graph.
    pub id: u32,
    /// The number of tasks.
    pub task_count: u32,
    /// Where the rows come from.
    pub source: StageSource,
    /// The operators that all rows pass before they part.
    pub prefix: Vec<OperatorSpec>,
    /// How many rows take the first branch, and the column of row ids whose hash decides; `None` when there is one branch.
    pub share: Option<(RowShare, usize)>,
    /// One branch, or the wide and the narrow one.
    pub branches: Vec<Branch>,
}

impl StageSpec {
    /// The shuffles that the stage's tasks read: those of the build side, then those that stream.
    pub fn shuffles_read(&self) -> Vec<u32> {
        match &self.source {
            StageSource::Scan { .. } => vec![],
            StageSource::Shuffle { build, probe } => [build.as_slice(), probe].concat(),
            StageSource::InPlace { shuffles } => shuffles.clone(),
        }
    }

    /// All operators: those before the rows part ways, then each branch's.
    pub fn operators(&self) -> impl Iterator<Item = &OperatorSpec> {
        self.prefix.iter().chain(self.branches.iter().flat_map(|branch| &branch.operators))
    }

    /// The shuffles that brought rows to every executor for the stage's joins.
    pub fn broadcasts_read(&self) -> Vec<u32> {
        self.operators().filter_map(OperatorSpec::broadcast).collect()
    }

    /// All shuffles that have to be over before a task of the stage can run.
    pub fn parents(&self) -> Vec<u32> {
        [self.shuffles_read(), self.broadcasts_read()].concat()
    }

    /// The shuffle that the stage writes, with the columns that travel.
    pub fn shuffle_written(&self) -> Option<(u32, &Arc<Schema>)> {
        self.branches.iter().find_map(|branch| match &branch.output {
            Output::Shuffle { shuffle, schema, .. } => Some((*shuffle, schema)),
            Output::Result { .. } => None,
        })
    }

    /// The ranges into which the stage cuts its rows; `None` when it cuts none.
    pub fn ranges(&self) -> Option<Ranges<'_>> {
        self.branches.iter().find_map(|branch| match &branch.output {
            Output::Shuffle {
                partitioning: Partitioning::Range { keys }, partition_count, schema, ..
            } => Some(Ranges { keys, partition_count: *partition_count, schema }),
            Output::Shuffle { .. } | Output::Result { .. } => None,
        })
    }

    /// Whether rows of the stage reach the result.
    pub fn gives_result(&self) -> bool {
        self.branches.iter().any(|branch| matches!(branch.output, Output::Result { .. }))
    }

    /// The stage in a few words: `scan prompts`, `read shuffle 0`.
    pub fn name(&self) -> String {
        match &self.source {
            StageSource::Scan { table, .. } => format!("scan {}", table.name()),
            StageSource::Shuffle { build, probe } => match [probe.as_slice(), build].concat().as_slice() {
                [shuffle] => format!("read shuffle {shuffle}"),
                shuffles => format!("read shuffles {}", listed(shuffles)),
            },
            StageSource::InPlace { shuffles } => format!("split shuffle {} into ranges", listed(shuffles)),
        }
    }

    /// Whether the stage's rows come from a table.
    pub fn scans(&self) -> bool {
        matches!(self.source, StageSource::Scan { .. })
    }

    /// Whether the stage reads a shuffle, that is, whether its tasks run over reduce partitions.
    pub fn reads_shuffle(&self) -> bool {
        matches!(self.source, StageSource::Shuffle { .. })
    }
}

/// `0`, `0 and 1`.
pub(super) fn listed(shuffles: &[u32]) -> String {
    shuffles.iter().map(u32::to_string).collect::<Vec<_>>().join(" and ")
}

/// All stages of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageGraph {
    stages: Vec<StageSpec>,
    schema: Arc<Schema>,
}

impl StageGraph {
    /// Cuts a plan at every exchange. A scan has `map_partitions` tasks; a stage that reads an exchange by hash has
    /// `reduce_partitions`.
    pub fn cut(plan: &PhysicalPlan, map_partitions: u32, reduce_partitions: u32) -> Self {
        let stages = cutter::stages(plan, map_partitions, reduce_partitions);
        StageGraph { stages, schema: plan.schema().clone() }
    }

    /// The stages. Each one's parents come before it.
    pub fn stages(&self) -> &[StageSpec] {
        &self.stages
    }

    /// The stage of this number.
    pub fn stage(&self, stage: u32) -> &StageSpec {
        &self.stages[stage as usize]
    }

    /// The columns of the result.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Whether rows of several stages are put one behind the other: in the result, or where a stage reads them.
    pub fn concatenates(&self) -> bool {
        let ends_in_result = |stage: &&StageSpec| matches!(stage.branches[0].output, Output::Result { .. });
        let reads_several = |stage: &StageSpec| match &stage.source {
            StageSource::Scan { .. } => false,
            StageSource::Shuffle { build, probe } => build.len() > 1 || probe.len() > 1,
            StageSource::InPlace { shuffles } => shuffles.len() > 1,
        };
        self.stages.iter().filter(ends_in_result).count() > 1 || self.stages.iter().any(reads_several)
    }

    /// The stage that writes a shuffle.
    pub fn writer_of(&self, shuffle: u32) -> &StageSpec {
        self.stages
            .iter()
            .find(|stage| stage.shuffle_written().is_some_and(|(written, _)| written == shuffle))
            .expect("every shuffle that is read is written by a stage")
    }
}
