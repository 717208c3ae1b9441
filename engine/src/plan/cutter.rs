//! Cuts a physical plan into stages, one below each exchange.

use std::sync::Arc;

use super::physical::{Partitioning, PhysicalPlan, ScanPredicate};
use super::spec::{BuildInput, JoinSpec, OperatorSpec};
use super::stage::{Branch, Output, StageSource, StageSpec};
use super::wide::RowShare;
use crate::columnar::Schema;
use crate::dataset::Table;

/// The stages of a plan. Each one's parents come before it.
pub(super) fn stages(plan: &PhysicalPlan, map_partitions: u32, reduce_partitions: u32) -> Vec<StageSpec> {
    let mut cutter =
        Cutter { stages: Vec::new(), partition_counts: Vec::new(), map_partitions, reduce_partitions };
    for chain in cutter.chains(plan, None) {
        cutter.close(chain, Output::Result { schema: plan.schema().clone() });
    }
    cutter.stages
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
    /// The open stages whose rows together are the plan's; `rows` is what [`PhysicalPlan::Rows`] stands for.
    ///
    /// What is done at a node stands in functions beside the recursion: inside it, it would take 1.4 KB of stack (with
    /// optimisation) for every node, of which a sort has three.
    fn chains(&mut self, plan: &PhysicalPlan, rows: Option<&Chain>) -> Vec<Chain> {
        match plan {
            PhysicalPlan::Scan { table, column_indices, predicate, schema } => {
                scanning(table, column_indices, predicate.as_ref(), schema)
            }
            PhysicalPlan::Rows { .. } => again(rows.expect("Rows stands inside a Share")),
            PhysicalPlan::Operator { input, spec, .. } => then_all(self.chains(input, rows), spec),
            PhysicalPlan::Exchange { input, partitioning } => {
                let chains = self.chains(input, rows);
                self.exchanged(chains, input.schema(), partitioning)
            }
            PhysicalPlan::HashJoin { probe, build, .. } => {
                let probe = self.chains(probe, rows);
                let build = self.chains(below_exchange(build).0, rows);
                self.joined(plan, probe, build)
            }
            PhysicalPlan::Union { first, second } => {
                let mut chains = self.chains(first, rows);
                chains.append(&mut self.chains(second, rows));
                chains
            }
            PhysicalPlan::Share { .. } => self.shared(plan, rows),
        }
    }

    /// The stages of a share. It stands at the root, so its stack is taken once.
    #[inline(never)]
    fn shared(&mut self, plan: &PhysicalPlan, rows: Option<&Chain>) -> Vec<Chain> {
        let PhysicalPlan::Share { input, share, row_id, wide, narrow } = plan else {
            unreachable!("it is called for a share")
        };
        let stage = one(self.chains(input, rows));
        let narrow_branch = Branch {
            operators: one(self.chains(narrow, Some(&Chain::starting(stage.source.clone())))).operators,
            output: Output::Result { schema: narrow.schema().clone() },
        };
        let shared = Chain {
            source: stage.source,
            prefix: stage.operators,
            share: Some((*share, *row_id, narrow_branch)),
            operators: Vec::new(),
        };
        self.chains(wide, Some(&shared))
    }

    /// The stage behind an exchange, whose rows come from these stages.
    #[inline(never)]
    fn exchanged(
        &mut self,
        chains: Vec<Chain>,
        schema: &Arc<Schema>,
        partitioning: &Partitioning,
    ) -> Vec<Chain> {
        let shuffles = self.close_all(chains, schema, partitioning);
        vec![Chain::starting(match partitioning {
            Partitioning::InPlace { .. } => StageSource::InPlace { shuffles },
            Partitioning::Hash { .. }
            | Partitioning::ReplicatedHash { .. }
            | Partitioning::RoundRobin
            | Partitioning::Range { .. }
            | Partitioning::Single
            | Partitioning::Broadcast => StageSource::Shuffle { build: Vec::new(), probe: shuffles },
        })]
    }

    /// The stage of a join. Rows of its build side come from a shuffle beside the probe's, or to every executor.
    #[inline(never)]
    fn joined(&mut self, plan: &PhysicalPlan, probe: Vec<Chain>, below_build: Vec<Chain>) -> Vec<Chain> {
        let mut probe = one(probe);
        let PhysicalPlan::HashJoin { build, keys, build_columns, kind, schema, .. } = plan else {
            unreachable!("it is called for a join")
        };
        let (input, partitioning) = below_exchange(build);
        let shuffles = self.close_all(below_build, input.schema(), partitioning);
        let build_input = match &mut probe.source {
            StageSource::Shuffle { build, .. } if *partitioning != Partitioning::Broadcast => {
                *build = shuffles;
                BuildInput::Shuffle
            }
            StageSource::Shuffle { .. } | StageSource::Scan { .. } | StageSource::InPlace { .. } => {
                assert_eq!(shuffles.len(), 1, "the planner brings the rows of a broadcast into one stage");
                BuildInput::Broadcast(shuffles[0])
            }
        };
        vec![probe.then(OperatorSpec::HashJoin(JoinSpec {
            keys: keys.clone(),
            build_schema: build.schema().clone(),
            build_columns: build_columns.clone(),
            build: build_input,
            kind: *kind,
            schema: schema.clone(),
        }))]
    }

    /// Ends the stages below an exchange. Each of them writes a shuffle; the numbers are returned.
    fn close_all(
        &mut self,
        chains: Vec<Chain>,
        schema: &Arc<Schema>,
        partitioning: &Partitioning,
    ) -> Vec<u32> {
        let partition_count = partitioning.partition_count(self.reduce_partitions);
        let close = |chain| {
            let shuffle = self.partition_counts.len() as u32;
            self.partition_counts.push(partition_count);
            let (partitioning, schema) = (partitioning.clone(), schema.clone());
            self.close(chain, Output::Shuffle { shuffle, partitioning, partition_count, schema });
            shuffle
        };
        chains.into_iter().map(close).collect()
    }

    fn close(&mut self, chain: Chain, output: Output) {
        let task_count = match &chain.source {
            StageSource::Scan { .. } => self.map_partitions,
            StageSource::Shuffle { probe, .. } => self.partition_counts[probe[0] as usize],
            StageSource::InPlace { shuffles } => {
                let written = |stage: &&StageSpec| {
                    stage.shuffle_written().is_some_and(|(written, _)| shuffles.contains(&written))
                };
                self.stages.iter().filter(written).map(|stage| stage.task_count).sum()
            }
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

/// The one open stage of a plan whose rows are in one.
fn one(mut chains: Vec<Chain>) -> Chain {
    assert_eq!(chains.len(), 1, "the planner brings the rows of a join or share into one stage");
    chains.remove(0)
}

/// What is below the exchange of a join's build side, and where that places rows.
fn below_exchange(build: &PhysicalPlan) -> (&PhysicalPlan, &Partitioning) {
    let PhysicalPlan::Exchange { input, partitioning } = build else {
        unreachable!("the planner puts an exchange under the build side of every join")
    };
    (input, partitioning)
}

#[inline(never)]
fn scanning(
    table: &Table,
    column_indices: &[usize],
    predicate: Option<&ScanPredicate>,
    schema: &Arc<Schema>,
) -> Vec<Chain> {
    vec![Chain::starting(StageSource::Scan {
        table: table.clone(),
        column_indices: column_indices.to_vec(),
        predicate: predicate.cloned(),
        schema: schema.clone(),
    })]
}

#[inline(never)]
fn again(rows: &Chain) -> Vec<Chain> {
    vec![rows.clone()]
}

#[inline(never)]
fn then_all(mut chains: Vec<Chain>, spec: &OperatorSpec) -> Vec<Chain> {
    chains.iter_mut().for_each(|chain| chain.operators.push(spec.clone()));
    chains
}
