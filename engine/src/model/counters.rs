//! Counters say what each task of a job reads and writes: exactly, and for any number of executors.
//!
//! Rows, bytes and blocks follow from the seeded data and the plan alone, so a run on one executor counts what a run
//! on a thousand would. [`Counters::from_report`] reads them off a finished run.

use super::ModelError;
use crate::cluster::exchange::assign;
use crate::dataset::Table;
use crate::metrics::{JobReport, StageReport};
use crate::plan::{OperatorSpec, Output, Partitioning, StageGraph, StageSource, StageSpec};
use crate::scenario::Scenario;

/// What a task reads from blocks or writes into them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Volume {
    /// Rows in the blocks.
    pub rows: u64,
    /// Bytes of the blocks, headers included.
    pub bytes: u64,
    /// How many blocks; empty ones count.
    pub blocks: u64,
}

/// What one task does. A task is one partition of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TaskCounters {
    /// Rows that the task scans or reads.
    pub rows_in: u64,
    /// Rows that leave the task, through the shuffle or into the result. A row counts once, however often it is copied.
    pub rows_out: u64,
    /// Those of `rows_out` that go into the result.
    pub rows_result: u64,
    /// What the task reads from blocks. A scan reads none.
    pub read: Volume,
    /// What the task writes into blocks. A stage that ends in the result writes none.
    pub written: Volume,
}

/// What the tasks of one stage do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCounters {
    /// The stage's number in the stage graph.
    pub stage: u32,
    /// The stage's name: `scan prompts`, `read shuffle 0`.
    pub name: String,
    /// The stage's source, operators and outputs in words. Stages with one signature share their row costs.
    pub signature: String,
    /// The stages whose shuffles this one reads. A stage that scans has none.
    pub parents: Vec<u32>,
    /// The stage's tasks, by partition.
    pub tasks: Vec<TaskCounters>,
}

/// What all tasks of a job do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counters {
    /// The stages, parents first.
    pub stages: Vec<StageCounters>,
}

impl Counters {
    /// Reads the counters of a measured run on any number of executors.
    ///
    /// # Errors
    /// [`ModelError::Mismatch`] when the report is not one of this scenario; [`ModelError::NotModelled`] when the model does
    /// not describe the scenario.
    pub fn from_report(report: &JobReport, scenario: &Scenario) -> Result<Self, ModelError> {
        Counters::of_stages(report, &stage_graph(scenario)?, scenario.reduce_partitions)
    }

    /// The same, of stages that were planned already.
    ///
    /// # Errors
    /// As [`Counters::from_report`].
    pub fn of_stages(
        report: &JobReport,
        graph: &StageGraph,
        reduce_partitions: u32,
    ) -> Result<Self, ModelError> {
        check_modelled(graph)?;
        if graph.stages().len() != report.stages.len() {
            return Err(mismatch("its stages"));
        }
        let stages = graph
            .stages()
            .iter()
            .zip(&report.stages)
            .map(|(spec, measured)| {
                let reader = StageReader { graph, spec, measured, blocks: u64::from(reduce_partitions) };
                reader.read()
            })
            .collect::<Result<_, _>>()?;
        Ok(Counters { stages })
    }

    /// The worker that runs each task of a stage, when there are so many: partitions are dealt out as the driver does it. Tasks
    /// that scan go to whoever is free; they are alike, and dealt out evenly.
    pub fn owners(&self, stage: u32, workers: u32) -> Vec<u32> {
        let stage = self.stages.get(stage as usize);
        stage.map(|stage| assign(&Counters::partition_bytes(stage), workers.max(1))).unwrap_or_default()
    }

    /// Bytes of each reduce partition of a stage that reads. The driver deals partitions out by these.
    pub(super) fn partition_bytes(stage: &StageCounters) -> Vec<u64> {
        stage.tasks.iter().map(|task| task.read.bytes).collect()
    }
}

/// Checks, before anything runs, that the model describes what these stages do.
///
/// # Errors
/// [`ModelError::NotModelled`] names what it does not describe.
pub fn check_modelled(graph: &StageGraph) -> Result<(), ModelError> {
    // What a broadcast costs grows with the number of executors, unlike every counter here.
    if graph.stages().iter().any(|stage| !stage.broadcasts_read().is_empty()) {
        return Err(ModelError::NotModelled { what: "a broadcast join" });
    }
    // Counters are exact: of the generated tables, whose keys are known.
    let is_own = |stage: &StageSpec| matches!(&stage.source, StageSource::Scan { table: Table::Own(_), .. });
    if graph.stages().iter().any(is_own) {
        return Err(ModelError::NotModelled { what: "a table of one's own" });
    }
    if let Some(what) = graph.stages().iter().flat_map(StageSpec::operators).find_map(not_modelled) {
        return Err(ModelError::NotModelled { what });
    }
    // Two stages would run at the same time.
    if graph.concatenates() {
        return Err(ModelError::NotModelled { what: "a union" });
    }
    Ok(())
}

/// What the model does not describe of an operator.
fn not_modelled(operator: &OperatorSpec) -> Option<&'static str> {
    match operator {
        // Every key of the build side of an inner or left join is taken to stand there once. How many rows meet something is not.
        OperatorSpec::HashJoin(join) if join.kind.only_selects() => Some("a semi or anti join"),
        // How often two columns have the same pair of values is not known.
        OperatorSpec::HashJoin(join) if join.keys.len() > 1 => Some("a join by several columns"),
        // Where the ranges end depends on what was sampled.
        OperatorSpec::Sort { .. } => Some("a sort"),
        OperatorSpec::HashJoin(_)
        | OperatorSpec::Filter { .. }
        | OperatorSpec::Sample { .. }
        | OperatorSpec::Project { .. }
        | OperatorSpec::Tokenize { .. }
        | OperatorSpec::Limit { .. }
        | OperatorSpec::HashAggregate { .. }
        | OperatorSpec::Dedup { .. } => None,
    }
}

/// The stages of a scenario; they do not depend on the number of workers, of which the model allows more than run.
fn stage_graph(scenario: &Scenario) -> Result<StageGraph, ModelError> {
    Ok(Scenario { workers: 1, ..scenario.clone() }.plan()?.stages)
}

fn mismatch(what: &str) -> ModelError {
    ModelError::Mismatch { what: what.to_owned() }
}

/// A stage with nothing counted yet.
pub(super) fn empty_stage(graph: &StageGraph, spec: &StageSpec) -> StageCounters {
    StageCounters {
        stage: spec.id,
        name: spec.name(),
        signature: signature(spec),
        parents: spec.shuffles_read().into_iter().map(|shuffle| graph.writer_of(shuffle).id).collect(),
        tasks: Vec::with_capacity(spec.task_count as usize),
    }
}

/// One stage of a report, about to be read.
struct StageReader<'a> {
    graph: &'a StageGraph,
    spec: &'a StageSpec,
    measured: &'a StageReport,
    /// That each of its tasks writes, if it writes.
    blocks: u64,
}

impl StageReader<'_> {
    fn read(&self) -> Result<StageCounters, ModelError> {
        let mut stage = empty_stage(self.graph, self.spec);
        let (spec, partitions) = (self.spec, &self.measured.partitions);
        let lengths = [
            partitions.rows.len(),
            partitions.bytes.len(),
            partitions.rows_out.len(),
            partitions.written_rows.len(),
            partitions.written_bytes.len(),
        ];
        if lengths.iter().any(|&length| length != spec.task_count as usize) {
            return Err(mismatch("its partitions"));
        }
        let read_blocks: u64 =
            stage.parents.iter().map(|&parent| u64::from(self.graph.stage(parent).task_count)).sum();
        for at in 0..spec.task_count as usize {
            let (rows_in, rows_out) = (partitions.rows[at], partitions.rows_out[at]);
            let read = if spec.reads_shuffle() {
                Volume { rows: rows_in, bytes: partitions.bytes[at], blocks: read_blocks }
            } else {
                Volume::default()
            };
            let (rows, bytes) = (partitions.written_rows[at], partitions.written_bytes[at]);
            let (written, rows_result) = match (spec.shuffle_written(), spec.share) {
                (None, _) => (Volume::default(), rows_out),
                (Some(_), None) => (Volume { rows, bytes, blocks: self.blocks }, 0),
                // What takes the wide branch is written once: only a side without a share is copied.
                (Some(_), Some(_)) => {
                    let others = rows_out.checked_sub(rows);
                    let others = others.ok_or_else(|| mismatch("the rows of its share"))?;
                    (Volume { rows, bytes, blocks: self.blocks }, others)
                }
            };
            stage.tasks.push(TaskCounters { rows_in, rows_out, rows_result, read, written });
        }
        self.check(&stage)?;
        Ok(stage)
    }

    fn check(&self, stage: &StageCounters) -> Result<(), ModelError> {
        let sum = |of: fn(&TaskCounters) -> u64| stage.tasks.iter().map(of).sum::<u64>();
        let shuffle = self.measured.shuffle;
        let counted =
            (sum(|task| task.written.rows), sum(|task| task.written.bytes), sum(|task| task.written.blocks));
        if counted == (shuffle.rows, shuffle.bytes, shuffle.blocks) {
            return Ok(());
        }
        Err(mismatch("what its shuffles wrote"))
    }
}

/// A stage in words, without numbers that do not change what a row costs.
fn signature(spec: &StageSpec) -> String {
    let mut words = match &spec.source {
        StageSource::Scan { table, schema, .. } => {
            let columns: Vec<&str> = schema.names().collect();
            format!("scan {}({})", table.name(), columns.join(", "))
        }
        StageSource::Shuffle { build, .. } if build.is_empty() => "read".to_owned(),
        StageSource::Shuffle { .. } => "read both sides".to_owned(),
        StageSource::InPlace { .. } => "read in place".to_owned(),
    };
    spec.prefix.iter().for_each(|operator| words.push_str(&format!(" > {}", operator.words().cost)));
    for (at, branch) in spec.branches.iter().enumerate() {
        words.push_str(if at == 0 { " > " } else { " | others > " });
        branch.operators.iter().for_each(|operator| words.push_str(&format!("{} > ", operator.words().cost)));
        words.push_str(&output_words(&branch.output));
    }
    words
}

fn output_words(output: &Output) -> String {
    let (schema, how) = match output {
        Output::Result { .. } => return "result".to_owned(),
        Output::Shuffle { schema, partitioning, .. } => (
            schema,
            match partitioning {
                Partitioning::Hash { salt_buckets: 0 | 1, .. } => "by key",
                Partitioning::Hash { .. } => "by key and salt",
                Partitioning::ReplicatedHash { .. } => "to every salt of its key",
                Partitioning::RoundRobin => "in turn",
                Partitioning::Range { .. } => "by range",
                Partitioning::InPlace { .. } => "in place",
                Partitioning::Single => "to one partition",
                Partitioning::Broadcast => "to every executor",
            },
        ),
    };
    format!("shuffle({}) {how}", schema.names().collect::<Vec<_>>().join(", "))
}
