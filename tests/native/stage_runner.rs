//! Runs a stage graph without a driver: each stage's tasks one after the other, blocks in plain vectors.
//!
//! The cluster plans every scenario with the standard rules. This runner takes any graph, so that a plan without a
//! rule, or with one rule alone, goes through the engine's real operators, partitioner and blocks as well.

use std::collections::BTreeMap;
use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::columnar::{BATCH_ROWS, RecordBatch, Schema, block};
use shuffle_engine::dataset::Dataset;
use shuffle_engine::error::Result;
use shuffle_engine::operator::{BuildTable, Pipeline, scan};
use shuffle_engine::plan::{
    BuildInput, JoinSpec, OperatorSpec, Output, Partitioning, StageGraph, StageSource, StageSpec,
};
use shuffle_engine::shuffle::{
    KeySampler, MapOutput, RangeBounds, SampledKeys, ShuffleWrite, TaskRows, place,
};

/// What every map task of each shuffle wrote.
type Written = BTreeMap<u32, Vec<MapOutput>>;

/// What every map task of each shuffle has sampled of its sort keys.
type Sampled = BTreeMap<u32, Vec<SampledKeys>>;

/// The result's batches.
pub(crate) fn run(graph: &StageGraph, scenario: &Scenario) -> Vec<RecordBatch> {
    run_over(graph, &Arc::new(Dataset::new(&scenario.data()).expect("room for its tables")))
}

/// The result's batches, over a dataset that is there already.
pub(crate) fn run_over(graph: &StageGraph, dataset: &Arc<Dataset>) -> Vec<RecordBatch> {
    let (mut written, mut sampled, mut result) = (Written::new(), Sampled::new(), Vec::new());
    for stage in graph.stages() {
        let bounds = bounds(stage, &sampled);
        for partition in 0..stage.task_count {
            let inputs = inputs(graph, stage, partition, dataset, &written);
            for (shuffle, output, keys) in run_task(stage, partition, inputs, bounds.as_ref(), &mut result) {
                written.entry(shuffle).or_default().push(output);
                sampled.entry(shuffle).or_default().extend(keys);
            }
        }
    }
    result
}

/// What bounds the ranges into which a stage cuts its rows.
fn bounds(stage: &StageSpec, sampled: &Sampled) -> Option<RangeBounds> {
    let ranges = stage.ranges()?;
    let samples = stage.shuffles_read().into_iter().flat_map(|shuffle| &sampled[&shuffle]);
    let bounds = RangeBounds::of_samples(samples, ranges);
    Some(bounds.expect("samples that were just taken"))
}

/// The build side's batches, then the others, and the tables of broadcast build sides.
struct Inputs {
    build: Vec<RecordBatch>,
    probe: Vec<RecordBatch>,
    tables: BTreeMap<u32, Arc<BuildTable>>,
}

fn inputs(
    graph: &StageGraph,
    stage: &StageSpec,
    partition: u32,
    dataset: &Arc<Dataset>,
    written: &Written,
) -> Inputs {
    let blocks = |shuffle: u32| blocks(graph, written, shuffle, partition);
    let (build, probe) = match &stage.source {
        StageSource::Scan { table, column_indices, predicate, .. } => {
            let mut scan = scan(dataset, table, partition, column_indices, predicate.as_ref());
            (
                Vec::new(),
                std::iter::from_fn(|| scan.next_batch(BATCH_ROWS).expect("room for a batch")).collect(),
            )
        }
        StageSource::Shuffle { build, probe } => {
            let all = |shuffles: &[u32]| shuffles.iter().flat_map(|shuffle| blocks(*shuffle)).collect();
            (all(build), all(probe))
        }
        StageSource::InPlace { shuffles } => {
            let tasks = shuffles.iter().flat_map(|shuffle| self::blocks(graph, written, *shuffle, 0));
            (Vec::new(), tasks.skip(partition as usize).take(1).collect())
        }
    };
    Inputs { build, probe, tables: tables(graph, stage, written) }
}

/// What each map task wrote for one reduce partition.
fn blocks(graph: &StageGraph, written: &Written, shuffle: u32, partition: u32) -> Vec<RecordBatch> {
    let schema: &Arc<Schema> = graph.writer_of(shuffle).shuffle_written().expect("its writer writes it").1;
    let decode = |output: &MapOutput| {
        let (batch, byte_count) =
            block::decode(output.block(partition), schema).expect("a block that was just written");
        assert_eq!(byte_count, output.block(partition).len(), "a block is as long as it says");
        batch
    };
    written[&shuffle].iter().map(decode).collect()
}

/// The tables that every task of the stage looks its rows up in.
fn tables(graph: &StageGraph, stage: &StageSpec, written: &Written) -> BTreeMap<u32, Arc<BuildTable>> {
    let operators = stage.operators();
    let table = |operator: &OperatorSpec| match operator {
        OperatorSpec::HashJoin(join @ JoinSpec { build: BuildInput::Broadcast(shuffle), .. }) => {
            let rows = blocks(graph, written, *shuffle, 0);
            let table = BuildTable::new(&rows, join).expect("a test's table fits");
            Some((*shuffle, Arc::new(table)))
        }
        _ => None,
    };
    operators.filter_map(table).collect()
}

fn run_task(
    stage: &StageSpec,
    task: u32,
    inputs: Inputs,
    bounds: Option<&RangeBounds>,
    result: &mut Vec<RecordBatch>,
) -> Vec<(u32, MapOutput, Option<SampledKeys>)> {
    let mut written = Vec::new();
    let mut prefix = Pipeline::with_tables(&stage.prefix, &inputs.tables);
    let mut rows = Vec::new();
    for batch in &inputs.probe {
        prefix.push(batch, &mut |batch| keep(&mut rows, batch)).expect("a test's batch fits");
    }
    prefix.finish(&mut |batch| keep(&mut rows, batch)).expect("a test's batch fits");
    for (index, branch) in stage.branches.iter().enumerate() {
        let mut pipeline = Pipeline::with_tables(&branch.operators, &inputs.tables);
        for batch in &inputs.build {
            pipeline.push_build(batch).expect("a test's batch fits");
        }
        let mut out = Vec::new();
        for batch in &rows {
            let batch = match stage.share {
                None => batch.clone(),
                Some((share, row_id)) => {
                    let ids = batch.column(row_id).as_int64().values();
                    let is_mine = |row: &u32| share.contains(ids[*row as usize] as u64) == (index == 0);
                    batch
                        .take(&(0..batch.row_count() as u32).filter(is_mine).collect::<Vec<_>>())
                        .expect("it fits")
                }
            };
            pipeline.push(&batch, &mut |batch| keep(&mut out, batch)).expect("a test's batch fits");
        }
        pipeline.finish(&mut |batch| keep(&mut out, batch)).expect("a test's batch fits");
        match &branch.output {
            Output::Result { .. } => result.extend(out),
            Output::Shuffle { shuffle, partitioning, partition_count, schema } => {
                let mut write = ShuffleWrite::new(*partition_count);
                let mut sampler = match partitioning {
                    // Few rows, so that ranges are uneven now and then.
                    Partitioning::InPlace { sampled } => Some(KeySampler::new(sampled.clone(), 5, task)),
                    _ => None,
                };
                for batch in out {
                    let rows = TaskRows { task, first_row: write.row_count() };
                    let placement = match (partitioning, bounds) {
                        (Partitioning::Range { .. }, bounds) => {
                            bounds.expect("ranges have bounds").place(&batch)
                        }
                        (partitioning, _) => place(partitioning, &batch, rows, *partition_count),
                    };
                    let placement = placement.expect("room for it");
                    let sampled = sampler.iter_mut().try_for_each(|sampler| sampler.add(&batch));
                    sampled.expect("room for it");
                    write.push(batch, placement);
                }
                let output = write.finish(schema).expect("a test's blocks fit");
                let keys = sampler.and_then(|sampler| sampler.finish().expect("a small sample"));
                written.push((*shuffle, output, keys));
            }
        }
    }
    written
}

/// A sink into a vector.
fn keep(rows: &mut Vec<RecordBatch>, batch: RecordBatch) -> Result<()> {
    rows.push(batch);
    Ok(())
}
