//! Counters: what a job moves and touches, exactly, and independent of how many executors share the work.
//!
//! Rows, bytes and blocks follow from the seeded data and the plan alone, so a run on one executor counts what a run
//! on a thousand would. There are two ways in, and they agree to the byte: [`Counters::from_report`] reads them
//! off a finished run, [`Counters::count`] counts them in the data before anything has run.

use serde::{Deserialize, Serialize};

use super::ModelError;
use crate::dataset::Table;
use crate::metrics::{JobReport, StageReport};
use crate::plan::{OperatorSpec, Output, Partitioning, StageGraph, StageSource, StageSpec};
use crate::scenario::Scenario;

/// Rows in blocks, the blocks' bytes with their headers, and their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Volume {
    /// Rows.
    pub rows: u64,
    /// Bytes, headers included.
    pub bytes: u64,
    /// Blocks, empty ones too.
    pub blocks: u64,
}

/// One task: one partition of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskCounters {
    /// Rows scanned or read.
    pub rows_in: u64,
    /// Rows that left through the shuffle (each counted once, however often it is copied) or into the result.
    pub rows_out: u64,
    /// Of these, rows that went into the result.
    pub rows_result: u64,
    /// Blocks read; nothing for a scan.
    pub read: Volume,
    /// Blocks written; nothing for a stage that ends in the result.
    pub written: Volume,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageCounters {
    /// Its number in the stage graph.
    pub stage: u32,
    /// `scan prompts`, `read shuffle 0`.
    pub name: String,
    /// Its source, operators and outputs in words: stages with one signature share their constants.
    pub signature: String,
    /// The stages whose shuffles it reads; empty when it scans.
    pub parents: Vec<u32>,
    /// Its tasks, by partition.
    pub tasks: Vec<TaskCounters>,
}

/// All stages of a job, parents first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// See [`StageCounters`].
    pub stages: Vec<StageCounters>,
}

impl Counters {
    /// The counters of a measured run, of any number of executors.
    ///
    /// # Errors
    /// When the report is not one of this scenario.
    pub fn from_report(report: &JobReport, scenario: &Scenario) -> Result<Self, ModelError> {
        let graph = stage_graph(scenario)?;
        if graph.stages().len() != report.stages.len() {
            return Err(mismatch("its stages"));
        }
        let stages = graph
            .stages()
            .iter()
            .zip(&report.stages)
            .map(|(spec, measured)| {
                let reader = StageReader {
                    graph: &graph,
                    spec,
                    measured,
                    blocks: u64::from(scenario.reduce_partitions),
                };
                reader.read()
            })
            .collect::<Result<_, _>>()?;
        Ok(Counters { stages })
    }

    /// The same job with every stage's rows dealt out evenly to its tasks: the bound without skew.
    pub fn without_skew(&self) -> Counters {
        let mut even = self.clone();
        even.stages.iter_mut().for_each(|stage| deal_evenly(&mut stage.tasks));
        even
    }

    /// Bytes of each reduce partition of a stage that reads: what the driver deals partitions out by.
    pub(super) fn partition_bytes(stage: &StageCounters) -> Vec<u64> {
        stage.tasks.iter().map(|task| task.read.bytes).collect()
    }
}

/// Whether the model describes what these stages do, before anything runs.
///
/// # Errors
/// [`ModelError::NotModelled`] says what it does not describe.
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
    // Every key of the build side of an inner or left join is taken to stand there once. How many rows meet something is not.
    let selects = |operator: &OperatorSpec| match operator {
        OperatorSpec::HashJoin(join) => join.kind.only_selects(),
        OperatorSpec::Filter { .. }
        | OperatorSpec::Sample { .. }
        | OperatorSpec::Project { .. }
        | OperatorSpec::Tokenize { .. }
        | OperatorSpec::Limit { .. }
        | OperatorSpec::HashAggregate { .. }
        | OperatorSpec::BestBy { .. } => false,
    };
    if graph.stages().iter().any(|stage| stage.operators().any(selects)) {
        return Err(ModelError::NotModelled { what: "a semi or anti join" });
    }
    // Two stages would run at the same time.
    if graph.concatenates() {
        return Err(ModelError::NotModelled { what: "a union" });
    }
    Ok(())
}

/// The stages of a scenario; they do not depend on the number of workers, of which the model allows more than run.
pub(super) fn stage_graph(scenario: &Scenario) -> Result<StageGraph, ModelError> {
    let graph = Scenario { workers: 1, ..scenario.clone() }.plan()?.stages;
    check_modelled(&graph)?;
    Ok(graph)
}

pub(super) fn mismatch(what: &str) -> ModelError {
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
pub(super) fn signature(spec: &StageSpec) -> String {
    let mut words = match &spec.source {
        StageSource::Scan { table, schema, .. } => {
            let columns: Vec<&str> = schema.names().collect();
            format!("scan {}({})", table.name(), columns.join(", "))
        }
        StageSource::Shuffle { build, .. } if build.is_empty() => "read".to_owned(),
        StageSource::Shuffle { .. } => "read both sides".to_owned(),
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
                Partitioning::Single => "to one partition",
                Partitioning::Broadcast => "to every executor",
            },
        ),
    };
    format!("shuffle({}) {how}", schema.names().collect::<Vec<_>>().join(", "))
}

/// Deals each of the tasks' sums out as evenly as whole numbers allow.
fn deal_evenly(tasks: &mut [TaskCounters]) {
    let count = tasks.len() as u64;
    let fields: [fn(&mut TaskCounters) -> &mut u64; 9] = [
        |task| &mut task.rows_in,
        |task| &mut task.rows_out,
        |task| &mut task.rows_result,
        |task| &mut task.read.rows,
        |task| &mut task.read.bytes,
        |task| &mut task.read.blocks,
        |task| &mut task.written.rows,
        |task| &mut task.written.bytes,
        |task| &mut task.written.blocks,
    ];
    for field in fields {
        let sum: u64 = tasks.iter_mut().map(|task| *field(task)).sum();
        for (task, at) in tasks.iter_mut().zip(0u64..) {
            *field(task) = sum * (at + 1) / count - sum * at / count;
        }
    }
}
