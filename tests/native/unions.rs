//! Unions: columns are matched by name, the first input's rows come first, and no row is lost on any way through the stages.

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::columnar::RecordBatch;
use shuffle_engine::frame::{Context, DataFrame, col, count, lit, max, scan, sum};
use shuffle_engine::model::{ModelError, check_modelled};
use shuffle_engine::plan::PlanError;
use shuffle_engine::{JobReport, Scenario};

use crate::samples::Ordered;

/// Five partitions of 100 rows.
fn scenario() -> Scenario {
    Scenario {
        rows: 500,
        keys: 40,
        workers: 3,
        map_partitions: 5,
        reduce_partitions: 4,
        ..Scenario::default()
    }
}

fn context() -> Context {
    Context::local(scenario()).expect("a valid scenario")
}

fn texts(batches: &[RecordBatch]) -> Vec<Vec<Option<String>>> {
    batches.iter().flat_map(|batch| (0..batch.row_count()).map(|row| batch.row_text(row))).collect()
}

/// Rows of `prompts`, marked.
fn marked(mark: &str) -> DataFrame {
    scan("prompts").select([col("prompt_id").alias("id"), lit(mark).alias("mark")])
}

/// `(id, mark)` for the first ids.
fn expected(ids: std::ops::Range<u32>, mark: &str) -> impl Iterator<Item = Vec<Option<String>>> {
    ids.map(move |id| vec![Some(id.to_string()), Some(mark.to_owned())])
}

#[test]
fn columns_are_matched_by_name_and_keep_the_order_of_the_first() {
    let other = scan("prompts").select([lit("b").alias("mark"), col("prompt_id").alias("id")]);
    let both = marked("a").union(other);
    let rows = texts(&both.collect(&mut context()).expect("a small answer"));
    let all: Vec<_> = expected(0..500, "a").chain(expected(0..500, "b")).collect();
    assert_eq!(rows, all);
}

#[test]
fn a_column_that_one_side_lacks_or_that_is_of_two_types_is_a_mistake_of_the_plan() {
    let mistake = |frame: DataFrame| frame.plan().expect_err("a mistake").clone();
    let fewer = mistake(marked("a").union(scan("prompts").select([col("prompt_id").alias("id")])));
    assert_eq!(fewer.to_string(), "there is no column \"mark\"; there are id Int64");
    let more = mistake(marked("a").union(marked("b").with_column("more", lit(1))));
    assert_eq!(more.to_string(), "there is no column \"more\"; there are id Int64, mark Utf8");
    let other = mistake(marked("a").union(marked("b").with_column("mark", lit(1))));
    assert_eq!(
        other.to_string(),
        "column \"mark\" of this frame is Utf8 and column \"mark\" of the other is Int64, but a union needs both to be of \
         one type"
    );
    let below = mistake(marked("a").union(scan("nothing")));
    assert!(matches!(below, PlanError::UnknownTable { .. }), "{below}");
}

#[test]
fn a_union_has_no_exchange_and_its_reader_takes_the_first_input_first() {
    let grouped = marked("a").union(marked("b")).filter(col("id").lt(lit(9))).group_by([col("mark")]);
    let planned = context().plan(&grouped.agg([count()])).expect("a good plan");
    assert_eq!(
        planned.physical.to_string(),
        "\
HashAggregate final by #0 [count(#1) as count]
  Exchange hash(#0)
    HashAggregate partial by #0 [count(*) as count]
      Union
        first: Project ['a' as mark]
          Scan prompts [prompt_id] where prompt_id < 9
        second: Project ['b' as mark]
          Scan prompts [prompt_id] where prompt_id < 9
"
    );
    assert_eq!(
        planned.stages.to_string(),
        "\
stage 0: 5 tasks, scan prompts [prompt_id] where prompt_id < 9
  project ['a' as mark]
  partial hash aggregate by #0 [count(*) as count]
  write shuffle 0 hash(#0) [mark, count]
stage 1: 5 tasks, scan prompts [prompt_id] where prompt_id < 9
  project ['b' as mark]
  partial hash aggregate by #0 [count(*) as count]
  write shuffle 1 hash(#0) [mark, count]
stage 2: 4 tasks, read shuffle 0 and 1
  final hash aggregate by #0 [count(#1) as count]
  result [mark, count]
"
    );
}

#[test]
fn a_show_takes_the_first_rows_of_the_first_input_whoever_is_faster() {
    for workers in [1, 2, 5, 16] {
        for seed in 0..12 {
            let cluster = Box::new(Ordered(LocalCluster::new(seed)));
            let scenario = Scenario { workers, ..scenario() };
            let mut context = Context::new(scenario, cluster).expect("a valid scenario");
            let both = marked("a").union(marked("b"));

            let shown = both.clone().limit(7).show(&mut context).expect("seven rows");
            assert_eq!(texts(&shown.rows), expected(0..7, "a").collect::<Vec<_>>());
            assert_eq!((shown.tasks_run, shown.task_count), (1, 10), "one partition of the first is enough");

            let shown = both.clone().limit(620).show(&mut context).expect("620 rows");
            let all: Vec<_> = expected(0..500, "a").chain(expected(0..120, "b")).collect();
            assert_eq!(texts(&shown.rows), all, "{workers} workers, seed {seed}");

            // A limit below another node brings the first rows into one partition.
            let limited = both.limit(510).with_column("id", col("id") + lit(0));
            let rows = limited.collect(&mut context).expect("510 rows");
            let all: Vec<_> = expected(0..500, "a").chain(expected(0..10, "b")).collect();
            assert_eq!(texts(&rows), all, "{workers} workers, seed {seed}");
        }
    }
}

#[test]
fn a_show_of_groups_waits_for_the_first_input_too() {
    let groups = |mark: &str| marked(mark).group_by([col("mark")]).agg([count()]);
    for seed in 0..12 {
        let cluster = Box::new(Ordered(LocalCluster::new(seed)));
        let mut context = Context::new(scenario(), cluster).expect("a valid scenario");
        // One row comes from the first input, which is behind an exchange; the second is a scan.
        let second = marked("b").select([col("mark").alias("mark"), col("id").alias("count")]);
        let shown = groups("a").union(second).limit(3).show(&mut context).expect("three rows");
        let row = |mark: &str, count: &str| vec![Some(mark.to_owned()), Some(count.to_owned())];
        assert_eq!(texts(&shown.rows), [row("a", "500"), row("b", "0"), row("b", "1")], "seed {seed}");
    }
}

#[test]
fn a_union_on_either_side_of_a_join_meets_every_row_once() {
    let mut context = context();
    let twice = || scan("prompts").union(scan("prompts"));
    assert_eq!(twice().join(scan("rewards"), "prompt_hash").count(&mut context).expect("it fits"), 1_000);
    let on_build = scan("prompts").join(scan("rewards").union(scan("rewards")), "prompt_hash");
    assert_eq!(on_build.count(&mut context).expect("it fits"), 1_000);
    let on_both = twice().join(scan("rewards").union(scan("rewards")), "prompt_hash");
    assert_eq!(on_both.count(&mut context).expect("it fits"), 2_000);
}

#[test]
fn a_union_is_measured_with_all_its_rows_and_the_model_says_that_it_does_not_describe_it() {
    let mut context = context();
    let best = scan("prompts").union(scan("prompts")).group_by([col("prompt_hash")]).agg([max(col("score"))]);
    let report: JobReport = best.write(&mut context).expect("it fits");
    let written: u64 = report.stages.iter().map(|stage| stage.shuffle.rows).sum();
    let read: u64 = report.stages[2].partitions.rows.iter().sum();
    assert_eq!((report.scanned_rows(), report.result.rows), (1_000, 40));
    assert!(written == read && (40..=400).contains(&read), "{written} rows are written, {read} are read");
    let graph = context.plan(&best).expect("a good plan").stages;
    assert_eq!(check_modelled(&graph), Err(ModelError::NotModelled { what: "a union" }));
    let total = scan("rewards").union(scan("rewards")).agg([sum(col("reward"))]);
    let graph = context.plan(&total).expect("a good plan").stages;
    assert_eq!(check_modelled(&graph), Err(ModelError::NotModelled { what: "a union" }));
}
