//! Sorts: the partitions in their order hold all rows in order, as DuckDB and the interpreter have them, and a hot key shows.

use std::sync::Arc;

use proptest::prelude::*;
use serde::Deserialize;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Action, CollectPoint, Driver, Executor, Job, RunId, RunSpec, exchange::Reads};
use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema};
use shuffle_engine::estimate::estimate;
use shuffle_engine::frame::{Context, DataFrame, SortExpr, col, count, lit, scan};
use shuffle_engine::model::{ModelError, check_modelled};
use shuffle_engine::plan::{PlanError, Ranges, SortDirection, SortKey};
use shuffle_engine::scenario::Skew;
use shuffle_engine::shuffle::{KeySampler, RangeBounds, SampledKeys, sampled_rows};
use shuffle_engine::{EngineError, JobReport, Scenario};

use crate::hand_cluster::HandCluster;
use crate::interpreter::{Row, Source, interpret, rows_of};
use crate::own_tables::{Cells, batch_of, context_with, oracle};
use crate::samples::Ordered;

fn scenario() -> Scenario {
    Scenario {
        rows: 3_000,
        keys: 100,
        workers: 3,
        map_partitions: 5,
        reduce_partitions: 4,
        ..Scenario::default()
    }
}

fn rows(batches: &[RecordBatch]) -> Vec<Row> {
    batches.iter().flat_map(rows_of).collect()
}

fn ints(batches: &[RecordBatch]) -> Vec<i64> {
    batches.iter().flat_map(|batch| batch.column(0).as_int64().values()).copied().collect()
}

/// The job of a frame, whose rows come to the driver.
fn job_of(frame: &DataFrame, scenario: &Scenario) -> Job {
    let planned =
        Context::local(scenario.clone()).expect("a right scenario").plan(frame).expect("a right plan");
    let action = Action::Collect { of: CollectPoint::Result, memory_bytes: 1 << 30 };
    Job::new(scenario.data(), RunSpec { action, ..scenario.run_spec() }, planned).expect("a right job")
}

#[derive(Deserialize)]
struct Case {
    keys: Vec<(String, String, String)>,
    rows: Vec<Cells>,
}

impl Case {
    fn sort_exprs(&self) -> impl Iterator<Item = SortExpr> + '_ {
        self.keys.iter().map(|(column, direction, nulls)| {
            let directed = if direction == "asc" { col(column).asc() } else { col(column).desc() };
            if nulls == "first" { directed.nulls_first() } else { directed.nulls_last() }
        })
    }
}

#[test]
fn a_sort_by_any_columns_answers_what_duckdb_and_the_interpreter_answer() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../data/own/sorts.json")).expect("the kept answers can be read");
    assert!(cases.len() >= 24, "{} answers", cases.len());
    for reduce_partitions in [1, 2, 7] {
        let scenario = Scenario { reduce_partitions, ..scenario() };
        let mut context = context_with(&oracle(), &scenario);
        for case in &cases {
            let names = case.keys.iter().map(|(column, ..)| col(column));
            let frame = context.table("probe").sort(case.sort_exprs()).select(names);
            let schema = Arc::new(frame.schema().expect("a right plan"));
            let expected = rows(&[batch_of(&schema, &case.rows)]);
            let plan = frame.plan().expect("a right plan");
            assert_eq!(interpret(plan, &Source::new(&scenario)).rows, expected, "{:?}", case.keys);
            let got = frame.collect(&mut context).expect("it runs");
            assert_eq!(rows(&got), expected, "{:?} in {reduce_partitions} partitions", case.keys);
        }
    }
}

#[test]
fn rows_that_are_equal_in_every_key_keep_their_order_whoever_is_faster() {
    let frame = scan("prompts").sort(["language"]).select(["prompt_id"]);
    let expected = {
        let sorted = frame.plan().expect("a right plan");
        interpret(sorted, &Source::new(&scenario())).rows
    };
    for workers in [1, 2, 5, 16] {
        for seed in 0..6 {
            let cluster = Box::new(Ordered(LocalCluster::new(seed)));
            let mut context =
                Context::new(Scenario { workers, ..scenario() }, cluster).expect("a right scenario");
            let got = frame.collect(&mut context).expect("it runs");
            assert_eq!(rows(&got), expected, "{workers} workers, seed {seed}");
        }
    }
    let mut threads = Context::threads(scenario()).expect("a right scenario");
    assert_eq!(rows(&frame.collect(&mut threads).expect("it runs")), expected);
}

#[test]
fn a_name_an_expression_and_a_computed_key_can_be_sorted_by() {
    let mut context = Context::local(scenario()).expect("a right scenario");
    let ids = |frame: DataFrame, context: &mut Context| ints(&frame.collect(context).expect("it runs"));
    let by_name = ids(scan("prompts").sort(["prompt_id"]), &mut context);
    assert_eq!(by_name, (0..3_000).collect::<Vec<_>>());
    let turned = ids(scan("prompts").sort([-col("prompt_id")]), &mut context);
    assert_eq!(turned, (0..3_000).rev().collect::<Vec<_>>());
    let computed = scan("prompts").sort([(col("prompt_id") % 7).desc(), col("prompt_id").asc()]);
    assert_eq!(computed.schema(), scan("prompts").schema(), "what was computed for the order is gone again");
    let mut expected: Vec<i64> = (0..3_000).collect();
    expected.sort_by_key(|id| (-(id % 7), *id));
    assert_eq!(ids(computed, &mut context), expected);
}

#[test]
fn a_limit_of_a_sort_takes_the_first_rows_and_a_show_runs_one_range() {
    let mut context = Context::local(scenario()).expect("a right scenario");
    let latest = || scan("prompts").sort([col("prompt_id").desc()]).select(["prompt_id"]);
    let limited =
        latest().limit(10).filter(col("prompt_id").gt(lit(0))).collect(&mut context).expect("it runs");
    assert_eq!(ints(&limited), (2_990..3_000).rev().collect::<Vec<_>>());
    let shown = latest().limit(3).show(&mut context).expect("it runs");
    assert_eq!(ints(&shown.rows), [2_999, 2_998, 2_997]);
    assert_eq!((shown.tasks_run, shown.task_count), (1, 4), "the first range has them");
}

#[test]
fn a_sort_has_an_exchange_in_place_and_one_by_range() {
    let frame = scan("prompts").sort([col("score").desc(), col("prompt_id").asc()]).select(["prompt_id"]);
    let planned = Context::local(scenario()).expect("a right scenario").plan(&frame).expect("a right plan");
    assert_eq!(
        planned.logical.to_string(),
        "\
Project [prompt_id]
  Sort [score descending, NULL last, prompt_id ascending, NULL first]
    Scan prompts [*]
"
    );
    assert_eq!(
        planned.stages.to_string(),
        "\
stage 0: 5 tasks, scan prompts [prompt_id, score]
  write shuffle 0 in place, sampled by [#1 descending, NULL last, #0 ascending, NULL first] [prompt_id, score]
stage 1: 5 tasks, read shuffle 0 where it was written
  write shuffle 1 by range of [#1 descending, NULL last, #0 ascending, NULL first] [prompt_id, score]
stage 2: 4 tasks, read shuffle 1
  sort [#1 descending, NULL last, #0 ascending, NULL first]
  project [#0 as prompt_id]
  result [prompt_id]
"
    );
}

#[test]
fn a_hot_key_makes_one_range_large_and_a_second_key_cuts_it() {
    let scenario = Scenario {
        rows: 20_000,
        keys: 1_000,
        skew: Skew::HotKey { share: 0.5 },
        reduce_partitions: 8,
        ..scenario()
    };
    let mut context = Context::local(scenario).expect("a right scenario");
    let report: JobReport = scan("prompts").sort(["prompt_hash"]).write(&mut context).expect("it runs");
    let hot_key = report.skew.hot_key.expect("rows meet by one column");
    let most = report.stages[2].partitions.rows.iter().copied().max().expect("eight partitions");
    assert!(most >= hot_key.rows && hot_key.rows > 9_000, "{most} rows, {} of them of one key", hot_key.rows);
    let even = 20_000.0 / 8.0;
    let skew = report.skew.max_over_mean.expect("eight partitions");
    assert!((skew - most as f64 / even).abs() < 1e-9 && skew > 3.6, "{skew}");
    let cut = scan("prompts").sort(["prompt_hash", "prompt_id"]).write(&mut context).expect("it runs");
    let skew = cut.skew.max_over_mean.expect("eight partitions");
    assert!(skew < 1.4, "ranges of sampled bounds are about even, {skew}");
    assert_eq!(report.result, cut.result, "the same rows");
}

#[test]
fn what_stays_in_place_moves_no_byte_and_counts_as_no_exchange() {
    let mut context = Context::local(scenario()).expect("a right scenario");
    let report: JobReport = scan("prompts").sort(["score"]).write(&mut context).expect("it runs");
    let has_exchange: Vec<bool> = report.stages.iter().map(|stage| stage.exchange.is_some()).collect();
    assert_eq!(has_exchange, [false, false, true]);
    let [scanned, split, sorted] = report.stages.as_slice() else { panic!("three stages") };
    assert_eq!(scanned.partitions.executor, split.partitions.executor, "each block is read where it is");
    assert_eq!(scanned.partitions.written_rows, split.partitions.rows);
    assert_eq!((split.scanned_rows, split.rows_in, sorted.rows_in), (0, 3_000, 3_000));
    let written = split.partitions.written_bytes.iter().sum::<u64>();
    assert_eq!(sorted.partitions.bytes.iter().sum::<u64>(), written);
}

#[test]
fn ranges_that_are_read_together_are_still_in_order() {
    let scenario = Scenario { reduce_partitions: 7, ..scenario() };
    let frame = scan("prompts").sort([col("score").desc(), col("prompt_id").asc()]);
    let expected = interpret(frame.plan().expect("a right plan"), &Source::new(&scenario)).rows;
    for reads in [Reads::EachPartition, Reads::Coalesced(2), Reads::Coalesced(100)] {
        let driver = Driver::new(RunId(1), job_of(&frame, &scenario)).with_reads(reads);
        let executors = (0..scenario.workers).map(Executor::new).collect();
        let outcome = HandCluster::with_driver(executors, driver).finish().expect("nothing was lost");
        assert_eq!(rows(&outcome.rows), expected, "{reads:?}");
    }
}

#[test]
fn a_union_and_a_share_of_stages_are_sorted_together() {
    let mut context = Context::local(scenario()).expect("a right scenario");
    let both = scan("prompts").union(scan("prompts").filter(col("prompt_id").lt(lit(500))));
    let got = both.clone().sort(["prompt_id"]).collect(&mut context).expect("it runs");
    let expected: Vec<i64> = (0..500).flat_map(|id| [id, id]).chain(500..3_000).collect();
    assert_eq!(ints(&got), expected);
    let groups = both.group_by([col("language")]).agg([count()]);
    let sorted = groups.sort([col("count").desc()]).select(["count"]).collect(&mut context).expect("it runs");
    assert!(ints(&sorted).is_sorted_by(|left, right| left >= right));
}

#[test]
fn a_sort_of_nothing_by_nothing_or_of_no_rows() {
    let by_nothing = scan("prompts").sort([] as [SortExpr; 0]);
    assert!(
        matches!(by_nothing.plan(), Err(PlanError::Malformed { operator: "sort", .. })),
        "{by_nothing:?}"
    );
    let unknown = scan("prompts").sort(["nobody"]);
    assert!(matches!(unknown.plan(), Err(PlanError::UnknownColumn { .. })), "{unknown:?}");
    let mut context = Context::local(scenario()).expect("a right scenario");
    let none = scan("prompts").filter(col("prompt_id").lt(lit(0))).sort(["score"]);
    assert_eq!(none.count(&mut context).expect("it runs"), 0);
    assert_eq!(none.collect(&mut context).expect("it runs").len(), 0);
}

#[test]
fn the_estimate_holds_all_rows_of_a_range_and_the_model_says_that_it_does_not_describe_a_sort() {
    let hot = |share| Scenario { skew: Skew::HotKey { share }, rows: 200_000, ..scenario() };
    let sorted = scan("prompts").sort(["prompt_hash"]);
    let bytes = |share| estimate(&job_of(&sorted, &hot(share))).per_executor_bytes;
    assert!(2 * bytes(0.9) > 3 * bytes(0.01), "{} bytes and {} bytes", bytes(0.9), bytes(0.01));
    let graph = job_of(&sorted, &scenario()).graph;
    assert_eq!(check_modelled(&graph), Err(ModelError::NotModelled { what: "a sort" }));
}

fn key(direction: SortDirection) -> Vec<SortKey<usize>> {
    vec![SortKey { column: 0, direction, nulls_first: true }]
}

fn batch(values: Vec<i64>) -> RecordBatch {
    let schema = Arc::new(Schema::new([("n", DataType::Int64)]));
    RecordBatch::new(schema, vec![Column::Int64(Primitive::new(values))])
}

fn sampled(batches: &[Vec<i64>], wanted: usize, task: u32) -> Option<SampledKeys> {
    let mut sampler = KeySampler::new(key(SortDirection::Ascending), wanted, task);
    let sampled = batches.iter().try_for_each(|values| sampler.add(&batch(values.clone())));
    sampled.expect("room for it");
    sampler.finish().expect("a small sample")
}

#[test]
fn a_sample_is_as_large_as_spark_takes_it() {
    // RangePartitioner: ceil(3 * min(100 * partitions, 1,000,000) / tasks).
    assert_eq!(sampled_rows(32, 32), 300);
    assert_eq!(sampled_rows(200, 7), 8_572);
    assert_eq!(sampled_rows(1_000_000, 1), 3_000_000);
    assert_eq!(sampled_rows(1, 1_000), 1);
}

#[test]
fn bounds_that_are_not_of_the_keys_columns_are_refused() {
    let schema = Arc::new(Schema::new([("t", DataType::Utf8)]));
    let keys = key(SortDirection::Ascending);
    let decode = |bytes: &[u8], schema, partition_count| {
        RangeBounds::decode(bytes, Ranges { keys: &keys, partition_count, schema })
    };
    let sample = sampled(&[vec![1, 2, 3]], 10, 0).expect("three rows");
    let ints = batch(vec![]);
    for (what, refused) in [
        ("other columns", decode(&sample.block, &schema, 9)),
        ("a part of a block", decode(&sample.block[..20], ints.schema(), 9)),
        ("as many bounds as partitions", decode(&sample.block, ints.schema(), 3)),
        ("more than a block", decode(&[sample.block.as_slice(), &[0]].concat(), ints.schema(), 9)),
    ] {
        assert!(matches!(refused, Err(EngineError::Protocol { .. })), "{what}: {refused:?}");
    }
    decode(&sample.block, ints.schema(), 4).expect("three bounds of four partitions");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sampler_takes_enough_rows_of_any_batches_and_all_of_few(
        sizes in prop::collection::vec(0usize..400, 0..12),
        wanted in 1usize..60,
    ) {
        let mut next = 0;
        let batches: Vec<Vec<i64>> = sizes
            .iter()
            .map(|&size| {
                next += size as i64;
                (next - size as i64..next).collect()
            })
            .collect();
        let total: usize = sizes.iter().sum();
        let sample = sampled(&batches, wanted, 3);
        prop_assert_eq!(sample.is_none(), total == 0);
        let Some(sample) = sample else { return Ok(()) };
        prop_assert_eq!(sample.rows, total as u64);
        let schema = batch(vec![]).schema().clone();
        let taken = shuffle_engine::columnar::block::decode(&sample.block, &schema).expect("its own block").0;
        let taken = taken.column(0).as_int64().values().to_vec();
        prop_assert!(taken.is_sorted_by(|left, right| left < right), "each row once, in order");
        if total < 2 * wanted {
            prop_assert_eq!(taken.len(), total);
        } else {
            prop_assert!((wanted..2 * wanted).contains(&taken.len()), "{} of {wanted}", taken.len());
            // From everywhere: no gap is longer than two runs.
            let run = total.div_ceil(wanted) as i64 * 2;
            let gaps = taken.windows(2).all(|pair| pair[1] - pair[0] <= 2 * run);
            prop_assert!(gaps && taken[0] <= 2 * run, "{taken:?}");
        }
    }

    #[test]
    fn ranges_are_in_order_and_about_even_where_values_differ(
        mut values in prop::collection::vec(-1_000_000i64..1_000_000, 200..2_000),
        partitions in 1u32..20,
    ) {
        values.sort_unstable();
        values.dedup();
        let keys = key(SortDirection::Descending);
        let rows = batch(values.clone());
        let sample = sampled(std::slice::from_ref(&values), values.len(), 0);
        let ranges = Ranges { keys: &keys, partition_count: partitions, schema: rows.schema() };
        let bounds = RangeBounds::of_samples(sample.iter(), ranges).expect("good samples");
        prop_assert!(bounds.len() < partitions as usize);
        let travelled = RangeBounds::decode(&bounds.encode().expect("a small block"), ranges);
        let placed = travelled.expect("what was written can be read").place(&rows).expect("room for it").partitions;
        prop_assert_eq!(&placed, &bounds.place(&rows).expect("room for it").partitions);
        prop_assert!(placed.is_sorted_by(|left, right| left >= right), "the largest value is in the first range");
        let mut counts = vec![0usize; partitions as usize];
        placed.iter().for_each(|&partition| counts[partition as usize] += 1);
        let even = values.len() / partitions as usize;
        prop_assert!(counts.iter().all(|&count| count.abs_diff(even) <= 1 + values.len() % partitions as usize), "{counts:?}");
    }
}
