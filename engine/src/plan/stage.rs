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

use super::physical::{Partitioning, PhysicalPlan, ScanPredicate};
use super::spec::{BuildInput, OperatorSpec};
use super::wide::RowShare;
use crate::columnar::Schema;
use crate::dataset::Table;

/// Where a stage's rows come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StageSource {
    /// A generated table: task p scans partition p.
    Scan {
        /// Which.
        table: Table,
        /// Which columns.
        column_indices: Vec<usize>,
        /// Which rows.
        predicate: Option<ScanPredicate>,
        /// The columns' names and types.
        schema: Arc<Schema>,
    },
    /// Blocks of one or two shuffles: task r reads the blocks for reduce partition r.
    Shuffle {
        /// Read first, to the end, into the head operator's table.
        build: Option<u32>,
        /// Streams.
        probe: u32,
    },
}

/// Where a branch's rows go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// Into blocks, one for each reduce partition.
    Shuffle {
        /// The shuffle's number, from 0.
        shuffle: u32,
        /// Which block a row belongs to.
        partitioning: Partitioning,
        /// Blocks of each task.
        partition_count: u32,
        /// The columns that travel.
        schema: Arc<Schema>,
    },
    /// Into the result.
    Result {
        /// Its columns.
        schema: Arc<Schema>,
    },
}

/// Operators and where their rows go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// In order.
    pub operators: Vec<OperatorSpec>,
    /// After the last.
    pub output: Output,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageSpec {
    /// Its number, which is its place in the graph.
    pub id: u32,
    /// Number of tasks.
    pub task_count: u32,
    /// Where rows come from.
    pub source: StageSource,
    /// Operators before the rows part ways.
    pub prefix: Vec<OperatorSpec>,
    /// Which rows take the first branch, by the row id in this column; `None` when there is one branch.
    pub share: Option<(RowShare, usize)>,
    /// One branch, or the wide and the narrow one.
    pub branches: Vec<Branch>,
}

impl StageSpec {
    /// The shuffles that it reads.
    pub fn shuffles_read(&self) -> Vec<u32> {
        match &self.source {
            StageSource::Scan { .. } => vec![],
            StageSource::Shuffle { build, probe } => build.iter().copied().chain([*probe]).collect(),
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

    /// All shuffles that have to be over before its tasks can run.
    pub fn parents(&self) -> Vec<u32> {
        [self.shuffles_read(), self.broadcasts_read()].concat()
    }

    /// The shuffle that it writes, with the columns that travel.
    pub fn shuffle_written(&self) -> Option<(u32, &Arc<Schema>)> {
        self.branches.iter().find_map(|branch| match &branch.output {
            Output::Shuffle { shuffle, schema, .. } => Some((*shuffle, schema)),
            Output::Result { .. } => None,
        })
    }

    /// Whether rows of it reach the result.
    pub fn gives_result(&self) -> bool {
        self.branches.iter().any(|branch| matches!(branch.output, Output::Result { .. }))
    }

    /// A few words: `scan prompts`, `read shuffle 0`.
    pub fn name(&self) -> String {
        match &self.source {
            StageSource::Scan { table, .. } => format!("scan {}", table.name()),
            StageSource::Shuffle { build: None, probe } => format!("read shuffle {probe}"),
            StageSource::Shuffle { build: Some(build), probe } => {
                format!("read shuffles {probe} and {build}")
            }
        }
    }

    /// Whether it reads a shuffle, that is, runs over reduce partitions.
    pub fn reads_shuffle(&self) -> bool {
        matches!(self.source, StageSource::Shuffle { .. })
    }
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
        let mut cutter =
            Cutter { stages: Vec::new(), partition_counts: Vec::new(), map_partitions, reduce_partitions };
        let chain = cutter.chain(plan, None);
        cutter.close(chain, Output::Result { schema: plan.schema().clone() });
        StageGraph { stages: cutter.stages, schema: plan.schema().clone() }
    }

    /// The stages, parents first.
    pub fn stages(&self) -> &[StageSpec] {
        &self.stages
    }

    /// One stage.
    pub fn stage(&self, stage: u32) -> &StageSpec {
        &self.stages[stage as usize]
    }

    /// The result's columns.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The stage that writes a shuffle.
    pub fn writer_of(&self, shuffle: u32) -> &StageSpec {
        self.stages
            .iter()
            .find(|stage| stage.shuffle_written().is_some_and(|(written, _)| written == shuffle))
            .expect("every shuffle that is read is written by a stage")
    }
}

/// A stage that is still open at its end.
#[derive(Clone)]
struct Chain {
    source: StageSource,
    prefix: Vec<OperatorSpec>,
    share: Option<(RowShare, usize, Branch)>,
    operators: Vec<OperatorSpec>,
}

impl Chain {
    fn starting(source: StageSource) -> Self {
        Chain { source, prefix: Vec::new(), share: None, operators: Vec::new() }
    }

    fn then(mut self, operator: OperatorSpec) -> Self {
        self.operators.push(operator);
        self
    }
}

struct Cutter {
    stages: Vec<StageSpec>,
    /// Reduce partitions of each shuffle.
    partition_counts: Vec<u32>,
    map_partitions: u32,
    reduce_partitions: u32,
}

impl Cutter {
    /// The open stage whose rows are the plan's; `rows` is what [`PhysicalPlan::Rows`] stands for.
    fn chain(&mut self, plan: &PhysicalPlan, rows: Option<&Chain>) -> Chain {
        match plan {
            PhysicalPlan::Scan { table, column_indices, predicate, schema } => {
                Chain::starting(StageSource::Scan {
                    table: *table,
                    column_indices: column_indices.clone(),
                    predicate: predicate.clone(),
                    schema: schema.clone(),
                })
            }
            PhysicalPlan::Rows { .. } => rows.expect("Rows stands inside a Share").clone(),
            PhysicalPlan::Exchange { .. } => {
                let shuffle = self.close_exchange(plan, rows);
                Chain::starting(StageSource::Shuffle { build: None, probe: shuffle })
            }
            PhysicalPlan::HashJoin { probe, build, .. } => {
                let is_broadcast = !matches!(probe.as_ref(), PhysicalPlan::Exchange { .. });
                let probe = if is_broadcast {
                    self.chain(probe, rows)
                } else {
                    let shuffle = self.close_exchange(probe, rows);
                    Chain::starting(StageSource::Shuffle { build: None, probe: shuffle })
                };
                self.join(plan, probe, build, rows)
            }
            PhysicalPlan::Share { input, share, row_id, wide, narrow } => {
                let stage = self.chain(input, rows);
                let narrow_branch = Branch {
                    operators: self.chain(narrow, Some(&Chain::starting(stage.source.clone()))).operators,
                    output: Output::Result { schema: narrow.schema().clone() },
                };
                let shared = Chain {
                    source: stage.source,
                    prefix: stage.operators,
                    share: Some((*share, *row_id, narrow_branch)),
                    operators: Vec::new(),
                };
                self.chain(wide, Some(&shared))
            }
            PhysicalPlan::Operator { input, spec, .. } => self.chain(input, rows).then(spec.clone()),
        }
    }

    /// A join over the rows of `probe`: its build side ends a stage of its own.
    fn join(
        &mut self,
        plan: &PhysicalPlan,
        mut probe: Chain,
        build: &PhysicalPlan,
        rows: Option<&Chain>,
    ) -> Chain {
        let PhysicalPlan::HashJoin { probe_key, build_key, kind, schema, .. } = plan else {
            unreachable!("the caller matched a join")
        };
        let shuffle = self.close_exchange(build, rows);
        let is_broadcast =
            matches!(build, PhysicalPlan::Exchange { partitioning: Partitioning::Broadcast, .. });
        let build_input = match &mut probe.source {
            StageSource::Shuffle { build, .. } if !is_broadcast => {
                *build = Some(shuffle);
                BuildInput::Shuffle
            }
            StageSource::Shuffle { .. } | StageSource::Scan { .. } => BuildInput::Broadcast(shuffle),
        };
        probe.then(OperatorSpec::HashJoin {
            probe_key: *probe_key,
            build_key: *build_key,
            build_schema: build.schema().clone(),
            build: build_input,
            kind: *kind,
            schema: schema.clone(),
        })
    }

    /// Ends the stage below an exchange; returns the shuffle's number.
    fn close_exchange(&mut self, plan: &PhysicalPlan, rows: Option<&Chain>) -> u32 {
        let PhysicalPlan::Exchange { input, partitioning } = plan else {
            unreachable!("the planner puts an exchange under every wide operator")
        };
        let chain = self.chain(input, rows);
        let shuffle = self.partition_counts.len() as u32;
        let partition_count = partitioning.partition_count(self.reduce_partitions);
        self.partition_counts.push(partition_count);
        let (partitioning, schema) = (partitioning.clone(), input.schema().clone());
        self.close(chain, Output::Shuffle { shuffle, partitioning, partition_count, schema });
        shuffle
    }

    fn close(&mut self, chain: Chain, output: Output) {
        let task_count = match chain.source {
            StageSource::Scan { .. } => self.map_partitions,
            StageSource::Shuffle { probe, .. } => self.partition_counts[probe as usize],
        };
        let mut branches = vec![Branch { operators: chain.operators, output }];
        let mut share = None;
        if let Some((rows, row_id, narrow)) = chain.share {
            share = Some((rows, row_id));
            branches.push(narrow);
        }
        let id = self.stages.len() as u32;
        let (source, prefix) = (chain.source, chain.prefix);
        self.stages.push(StageSpec { id, task_count, source, prefix, share, branches });
    }
}
