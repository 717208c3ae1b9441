//! Data frames: nothing runs before an action, slips are found by name, and actions bring back what they say.

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::cluster::{Cluster, Job, JobOutcome};
use shuffle_engine::columnar::{RecordBatch, RowDigest};
use shuffle_engine::frame::{
    Context, DataFrame, avg, col, count, count_distinct, highest, lit, lowest, max, min, scan, sum,
};
use shuffle_engine::plan::{Kind, PlanError};
use shuffle_engine::scenario::{Action, Query, Skew, Tactics};
use shuffle_engine::{EngineError, JobReport, Scenario};

use crate::samples::{Stopped, job};

fn scenario() -> Scenario {
    Scenario {
        rows: 20_000,
        keys: 300,
        workers: 3,
        map_partitions: 8,
        reduce_partitions: 8,
        ..Scenario::default()
    }
}

fn context() -> Context {
    Context::local(scenario()).expect("a valid scenario")
}

/// A cluster in one thread whose order of delivery a test has chosen.
struct Ordered(LocalCluster);

impl Cluster for Ordered {
    fn run(&mut self, job: &Job) -> shuffle_engine::Result<JobOutcome> {
        self.0.run(job, &Stopped)
    }
}

/// All rows as text, sorted.
fn texts(batches: &[RecordBatch]) -> Vec<Vec<Option<String>>> {
    let mut rows: Vec<_> =
        batches.iter().flat_map(|batch| (0..batch.row_count()).map(|row| batch.row_text(row))).collect();
    rows.sort();
    rows
}

fn collect(frame: &DataFrame) -> Vec<Vec<Option<String>>> {
    texts(&frame.collect(&mut context()).expect("a small answer fits"))
}

#[test]
fn a_slip_is_found_before_anything_runs_and_names_what_there_is() {
    let error = |frame: DataFrame| frame.plan().expect_err("a slip").clone();
    let unknown = error(scan("promts"));
    assert_eq!(unknown.to_string(), "there is no table \"promts\"; there are prompts, rewards");
    let unknown = error(scan("rewards").select([col("prompt_hash"), col("rewrd")]));
    assert_eq!(
        unknown.to_string(),
        "there is no column \"rewrd\"; there are prompt_hash Int64, reward Float64"
    );
    let mismatch = error(scan("prompts").filter(col("language").lt(lit(3))));
    assert_eq!(mismatch.to_string(), "\"3\" is Int64, but a comparison with text works on Utf8");
    let mismatch = error(scan("prompts").filter(col("prompt_id") + lit(1)));
    assert_eq!(mismatch.to_string(), "\"prompt_id + 1\" is Int64, but filter works on a condition");
    let mismatch = error(scan("prompts").agg([sum(col("text"))]));
    assert!(matches!(mismatch, PlanError::TypeMismatch { got: Kind::Value(_), operator: "sum", .. }));
    let double = error(scan("prompts").join(scan("prompts"), "prompt_id"));
    assert_eq!(double.to_string(), "there would be two columns \"prompt_hash\" in join");
    assert!(matches!(error(scan("prompts").repartition([])), PlanError::Malformed { .. }));
    for share in [-0.1, 1.1, f64::NAN] {
        let refused = error(scan("prompts").sample(share, "prompt_id"));
        assert_eq!(refused.to_string(), "sample: a share is a number from 0 to 1");
    }
}

#[test]
fn the_first_slip_is_the_one_that_is_told() {
    let frame = scan("prompts").filter(col("first").is_null()).select([col("second")]);
    assert!(matches!(frame.plan(), Err(PlanError::UnknownColumn { column, .. }) if column == "first"));
    let refused = frame.collect(&mut context());
    assert!(matches!(refused, Err(EngineError::InvalidPlan(PlanError::UnknownColumn { .. }))));
}

#[test]
fn a_count_is_the_number_of_rows_that_are_collected() {
    let frame = scan("prompts").filter(col("language").eq(lit("en")).and(col("score").gt(lit(0.5))));
    let counted = frame.count(&mut context()).expect("a run without faults");
    assert!(counted > 0);
    assert_eq!(counted, collect(&frame).len() as u64);
    let none = scan("prompts").filter(lit(false));
    assert_eq!(none.count(&mut context()), Ok(0), "even of no rows there is a count");
}

#[test]
fn threads_collect_what_one_thread_does() {
    let frame = scan("prompts").join(scan("rewards"), "prompt_hash").group_by([col("language")]).agg([
        count(),
        avg(col("score")),
        sum(col("reward")),
        min(col("text")),
        max(col("prompt_id")),
    ]);
    let mut threads = Context::threads(scenario()).expect("a valid scenario");
    let collected = frame.collect(&mut threads).expect("a run without faults");
    assert_eq!(texts(&collected), collect(&frame));
    assert_eq!(collect(&frame).len(), 6, "there are six languages");
}

#[test]
fn a_grouping_can_be_by_what_is_computed_and_by_several_columns() {
    let frame = scan("prompts")
        .group_by([col("language").alias("language"), (col("prompt_id") % lit(2)).alias("is_odd")])
        .agg([count(), count_distinct(col("prompt_hash")).alias("prompts")]);
    let names: Vec<String> = frame.schema().expect("a good frame").names().map(str::to_owned).collect();
    assert_eq!(names, ["language", "is_odd", "count", "prompts"]);
    assert_eq!(collect(&frame).len(), 12);
    let all = frame.clone().agg([sum(col("count")).alias("rows")]);
    assert_eq!(collect(&all), [[Some("20000".to_owned())]]);
}

#[test]
fn a_left_join_keeps_what_meets_nothing() {
    let few = scan("rewards").filter((col("prompt_hash") % lit(3)).eq(lit(0)));
    let joined = scan("prompts").left_join(few.clone(), "prompt_hash");
    assert_eq!(joined.count(&mut context()), Ok(20_000));
    let unmatched = joined.filter(col("reward").is_null()).count(&mut context()).expect("a run");
    let matched = scan("prompts").join(few, "prompt_hash").count(&mut context()).expect("a run");
    assert!(unmatched > 0 && matched > 0);
    assert_eq!(unmatched + matched, 20_000);
}

#[test]
fn a_collect_that_does_not_fit_says_how_much_it_is_and_how_much_may_be() {
    let mut context = context().with_driver_memory(50_000);
    let Err(EngineError::OutOfMemory { needed_bytes, limit_bytes }) = scan("prompts").collect(&mut context)
    else {
        panic!("twenty thousand rows are more than fifty kilobytes")
    };
    assert_eq!(limit_bytes, 50_000);
    let mut context = context.with_driver_memory(needed_bytes);
    assert!(scan("prompts").collect(&mut context).is_ok(), "with what was named it fits");
    let mut context = context.with_driver_memory(needed_bytes - 1);
    assert!(matches!(scan("prompts").collect(&mut context), Err(EngineError::OutOfMemory { .. })));
    let mut context = context.with_driver_memory(50_000);
    assert_eq!(scan("prompts").count(&mut context), Ok(20_000), "the next question is answered");
}

#[test]
fn a_show_runs_no_more_partitions_than_it_needs() {
    let show = |frame: DataFrame| frame.show(&mut context()).expect("a run without faults");
    let first = show(scan("prompts").limit(3));
    assert_eq!((first.row_count(), first.tasks_run, first.task_count), (3, 1, 8));
    let ids: Vec<_> = texts(&first.rows).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids, [0, 1, 2].map(|id: i32| Some(id.to_string())), "they are the first rows");
    assert_eq!(show(scan("prompts")).row_count(), 20, "without a limit, twenty");
    // The first partition has 2,500 rows: four more are asked, then all.
    let more = show(scan("prompts").limit(3_000));
    assert_eq!((more.row_count(), more.tasks_run), (3_000, 5));
    let all = show(scan("prompts").limit(1_000_000));
    assert_eq!((all.row_count(), all.tasks_run), (20_000, 8));
    let none = show(scan("prompts").filter(col("score").gt(lit(2))).limit(1));
    assert_eq!((none.row_count(), none.tasks_run), (0, 8), "to find nothing is to look everywhere");
}

#[test]
fn a_show_behind_an_exchange_reads_only_the_partitions_it_needs() {
    let grouped = scan("prompts").group_by([col("prompt_hash")]).agg([count()]);
    let shown = grouped.clone().limit(5).show(&mut context()).expect("a run without faults");
    assert_eq!((shown.row_count(), shown.tasks_run, shown.task_count), (5, 1, 8));
    let all = collect(&grouped);
    assert!(texts(&shown.rows).iter().all(|row| all.contains(row)), "what is shown is of the answer");
}

#[test]
fn what_is_shown_does_not_depend_on_the_number_of_workers_or_the_order_of_messages() {
    let frame = scan("prompts").group_by([col("prompt_hash")]).agg([count()]).limit(40);
    let shown = |workers, delivery_seed| {
        let scenario = Scenario { workers, ..scenario() };
        let cluster = Ordered(LocalCluster::new(delivery_seed));
        let mut context = Context::new(scenario, Box::new(cluster)).expect("a valid scenario");
        let shown = frame.show(&mut context).expect("a run without faults");
        (texts(&shown.rows), shown.tasks_run)
    };
    let expected = shown(1, 1);
    for (workers, seed) in [(2, 5), (3, 6), (16, 7)] {
        assert_eq!(shown(workers, seed), expected, "with {workers} workers");
    }
}

#[test]
fn every_pipeline_brings_back_the_rows_whose_digest_a_write_reports() {
    for query in Query::ALL {
        for fraction in [0.3, 1.0] {
            let write = Scenario { query, shuffle_fraction: fraction, rows: 3_000, ..scenario() };
            let collect = Scenario {
                action: Action::Collect { of: Default::default(), memory_bytes: 1 << 30 },
                ..write.clone()
            };
            let run = |scenario: &Scenario| {
                let mut cluster = ThreadCluster::new(3);
                cluster.run(&job(scenario), |_| {}).expect("a run")
            };
            let (written, collected) = (run(&write), run(&collect));
            let mut digest = RowDigest::default();
            collected.rows.iter().for_each(|batch| digest.add_batch(batch));
            let reported = JobReport::new(&written, None).result;
            assert_eq!(
                (digest.row_count, digest.hex()),
                (reported.rows, reported.digest),
                "{query:?}, {fraction}"
            );
        }
    }
}

#[test]
fn a_broadcast_join_answers_as_a_shuffled_one_on_any_number_of_workers() {
    let digest = |workers, broadcast_bytes, skew| {
        let tactics = Tactics { broadcast_bytes, ..Tactics::default() };
        let scenario = Scenario { workers, tactics, skew, query: Query::Join, ..scenario() };
        let mut cluster = ThreadCluster::new(workers);
        let outcome = cluster.run(&job(&scenario), |_| {}).expect("a run");
        let report = JobReport::new(&outcome, None);
        let reads = report.stages.iter().filter(|stage| stage.name.starts_with("read")).count();
        let (rows, moved) = (report.shuffle_rows(), report.moved_bytes());
        (report.result, reads, rows, moved)
    };
    let (expected, reads, _, _) = digest(1, 0, Skew::default());
    assert_eq!(reads, 1, "a shuffled join reads both sides");
    for workers in [1, 2, 7] {
        let (result, reads, rows, moved) = digest(workers, 1 << 20, Skew::default());
        assert_eq!(result, expected);
        assert_eq!((reads, rows), (0, 300), "the probe side stays where it is");
        assert_eq!(moved > 0, workers > 1);
    }
    let (_, reads, rows, _) = digest(3, 100, Skew::default());
    assert_eq!((reads, rows), (1, 20_300), "above the threshold both sides are placed by the key");
}

#[test]
fn deduplicated_rows_are_whole_and_the_best() {
    let best = scan("prompts").dedup("language", [highest("score"), lowest("prompt_id")]);
    let rows = collect(&best);
    assert_eq!(rows.len(), 6);
    let top = collect(&scan("prompts").agg([max(col("score"))]))[0][0].clone();
    assert!(rows.iter().any(|row| row[4] == top), "one language has the best row of all");
}
