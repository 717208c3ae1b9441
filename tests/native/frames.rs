//! Data frames: nothing runs before an action, slips are found by name, and actions bring back what they say.

mod actions;
mod limits;
mod names;

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::cluster::{Cluster, Job, JobOutcome};
use shuffle_engine::columnar::{DataType, RecordBatch, RowDigest};
use shuffle_engine::frame::{
    Context, DataFrame, avg, coalesce, col, count, count_distinct, highest, lit, lowest, max, min, null,
    scan, sum, when,
};
use shuffle_engine::plan::{Expr, Kind, MAX_PLAN_DEPTH, PlanError};
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
    assert_eq!(
        unknown.to_string(),
        "there is no table \"promts\"; there are prompts, rewards; a registered table is context.table(\"promts\")"
    );
    let unknown = error(scan("rewards").select([col("prompt_hash"), col("rewrd")]));
    assert_eq!(
        unknown.to_string(),
        "there is no column \"rewrd\"; there are prompt_hash Int64, reward Float64"
    );
    let mismatch = error(scan("prompts").filter(col("language").lt(lit(3))));
    assert_eq!(
        mismatch.to_string(),
        "column \"language\" is Utf8 and \"3\" is Int64, but a comparison needs both to be numbers, or both texts"
    );
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
fn the_mean_of_integers_does_not_wrap_around_however_rows_meet() {
    let means = |tactics, workers| {
        let scenario = Scenario { tactics, workers, ..scenario() };
        let mut context = Context::local(scenario).expect("a valid scenario");
        let extreme = |value| when((col("prompt_id") % 2).eq(1)).then(value).otherwise(col("prompt_id"));
        let frame = scan("prompts")
            .select([
                col("language").alias("language"),
                lit(i64::MAX).alias("top"),
                lit(i64::MIN).alias("bottom"),
                extreme(lit(i64::MAX)).alias("mixed"),
            ])
            .group_by([lit(1).alias("all")])
            .agg([avg(col("top")), avg(col("bottom")), avg(col("mixed")), count(), sum(col("top"))]);
        texts(&frame.collect(&mut context).expect("a run without faults"))
    };
    // 10,000 times 2^63 - 1 and the even numbers below 20,000, over 20,000.
    let mixed = 4_611_686_018_427_387_903.5 + 4_999.5;
    let numbers =
        [9_223_372_036_854_775_807f64, -9_223_372_036_854_775_808f64, mixed].map(|mean| mean.to_string());
    let [top, bottom, mixed] = numbers.map(Some);
    let text = |text: &str| Some(text.to_owned());
    // A sum stays what it was: it wraps around, as Java's and Spark's do.
    let expected = [vec![text("1"), top, bottom, mixed, text("20000"), text("-20000")]];
    for tactics in crate::samples::tactics() {
        for workers in [1, 3, 16] {
            assert_eq!(means(tactics, workers), expected, "{tactics:?}, {workers} workers");
        }
    }
}
