//! Data frames: nothing runs before an action, slips are found by name, and actions bring back what they say.

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::cluster::{Cluster, Job, JobOutcome};
use shuffle_engine::columnar::{DataType, RecordBatch, RowDigest};
use shuffle_engine::frame::{
    Context, DataFrame, avg, coalesce, col, count, count_distinct, highest, lit, lowest, max, min, null,
    scan, sum, when,
};
use shuffle_engine::plan::{Expr, Kind, PlanError};
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
            let reported = JobReport::new(&written).result;
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
        let report = JobReport::new(&outcome);
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

#[test]
fn an_aggregate_reads_the_inputs_column_under_whatever_name_the_key_goes() {
    let frame = scan("prompts").group_by([(col("prompt_id") % 3).alias("prompt_id")]).agg([
        sum(col("prompt_id")),
        max(col("prompt_id")),
        count(),
    ]);
    let names: Vec<String> = frame.schema().expect("a good frame").names().map(str::to_owned).collect();
    assert_eq!(names, ["prompt_id", "sum(prompt_id)", "max(prompt_id)", "count"]);
    // Ids are 0 to 19,999: 0 + 3 + ... + 19,998 and so on.
    let row = |row: [i64; 4]| row.map(|value| Some(value.to_string())).to_vec();
    let expected = [
        row([0, 66_663_333, 19_998, 6_667]),
        row([1, 66_670_000, 19_999, 6_667]),
        row([2, 66_656_667, 19_997, 6_666]),
    ];
    assert_eq!(collect(&frame), expected);
}

#[test]
fn no_name_that_a_user_gives_meets_one_of_ours() {
    let awkward = scan("prompts").select([
        col("prompt_id").alias("prompt_id"),
        (col("prompt_id") * 10).alias("prompt_id % 2"),
        (col("prompt_id") * 100).alias("input 0"),
        (col("prompt_id") * 1000).alias("prompt_id % 2 (1)"),
    ]);
    let frame = awkward.group_by([col("prompt_id") % 2]).agg([
        max(col("prompt_id") + 1).alias("a"),
        max(col("input 0")).alias("input 0"),
        max(col("prompt_id % 2") + 0).alias("input 1"),
        max(col("prompt_id % 2 (1)")).alias("prompt_id % 2 (1)"),
    ]);
    let names: Vec<String> = frame.schema().expect("a good frame").names().map(str::to_owned).collect();
    assert_eq!(names, ["prompt_id % 2", "a", "input 0", "input 1", "prompt_id % 2 (1)"]);
    let row = |row: [i64; 5]| row.map(|value| Some(value.to_string())).to_vec();
    let expected =
        [row([0, 19_999, 1_999_800, 199_980, 19_998_000]), row([1, 20_000, 1_999_900, 199_990, 19_999_000])];
    assert_eq!(collect(&frame), expected);
}

#[test]
fn names_are_compared_once_they_are_given() {
    let frame = scan("prompts").group_by([col("language").alias("lang")]).agg([count().alias("language")]);
    let counted = collect(&frame);
    assert_eq!(counted, collect(&scan("prompts").group_by([col("language")]).agg([count()])));
    let twice = scan("prompts")
        .group_by([col("language").alias("a"), col("language").alias("b")])
        .agg([count().alias("language"), max(col("language")).alias("c")]);
    let rows = collect(&twice);
    assert_eq!(rows.len(), 6);
    for (row, counted) in rows.iter().zip(&counted) {
        assert_eq!((&row[0], &row[0], &row[2], &row[0]), (&row[1], &counted[0], &counted[1], &row[3]));
    }
    let refused = |frame: DataFrame| frame.plan().expect_err("two columns of one name").to_string();
    let two_counts = scan("prompts").group_by(["language"]).agg([count(), count()]);
    assert_eq!(refused(two_counts), "there would be two columns \"count\" in group by");
    let key_and_count = scan("prompts").group_by(["language"]).agg([count().alias("language")]);
    assert_eq!(refused(key_and_count), "there would be two columns \"language\" in group by");
}

#[test]
fn a_wrong_aggregate_is_told_in_the_users_words() {
    let error = |frame: DataFrame| frame.plan().expect_err("a slip").to_string();
    let lowered = scan("prompts").group_by([col("score") * 2]).agg([sum(col("text").lower())]);
    assert_eq!(error(lowered), "\"lower(text)\" is Utf8, but sum works on Int64 or Float64");
    let unknown = scan("prompts").group_by([col("score") * 2]).agg([sum(col("scor"))]);
    assert!(error(unknown).starts_with("there is no column \"scor\"; there are prompt_id Int64,"));
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

/// Runs on a stack as small as that of a page.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work);
    thread.expect("a thread starts").join().expect("what is refused does not panic")
}

#[test]
fn an_expression_past_the_limit_is_refused_and_one_below_it_runs() {
    on_a_small_stack(|| {
        let sums = |count| (0..count).fold(col("prompt_id"), |sum, _| sum + 1);
        let error = |frame: DataFrame| frame.plan().expect_err("too deep").to_string();
        let words = "there are 257 operators on top of each other in an expression, at most 256 may be";
        assert_eq!(error(scan("prompts").select([sums(1_913)])), words);
        assert_eq!(error(scan("prompts").with_column("x", sums(100_000))), words);
        assert_eq!(error(scan("prompts").agg([sum(-sums(300))])), words);
        let nested = (0..100_000).fold(col("prompt_id"), |x, _| when(lit(true)).then(x).otherwise(1));
        assert_eq!(error(scan("prompts").filter(nested.gt(0))), words);
        let not = (0..100_000).fold(col("score").is_null(), |condition, _| !condition);
        assert_eq!(error(scan("prompts").filter(not)), words);
        let right = (0..100_000).fold(col("prompt_id"), |sum, _| lit(1) + sum);
        assert_eq!(error(scan("prompts").group_by([right]).agg([count()])), words);
        let frame = scan("prompts").agg([max(sums(255)).alias("top")]);
        assert_eq!(collect(&frame), [[Some("20254".to_owned())]]);
    });
}

#[test]
fn a_long_chain_of_conditions_is_answered() {
    on_a_small_stack(|| {
        let is_one_of = |ids: std::ops::Range<i64>| {
            ids.map(|id| col("prompt_id").eq(id)).reduce(Expr::or).expect("some ids")
        };
        let found = scan("prompts").filter(is_one_of(0..8_734));
        assert_eq!(found.count(&mut context()), Ok(8_734));
        let kept = (0..2_000).map(|id| col("prompt_id").not_eq(id)).reduce(Expr::and).expect("some ids");
        assert_eq!(scan("prompts").filter(kept).count(&mut context()), Ok(18_000));
        let first = coalesce((0..3_000).map(|_| null(DataType::Int64)).chain([col("prompt_id")]));
        assert_eq!(collect(&scan("prompts").agg([max(first)])), [[Some("19999".to_owned())]]);
        let listed = scan("prompts").filter(col("prompt_id").is_in(0..8_734));
        assert_eq!(listed.count(&mut context()), Ok(8_734));
        let long = || (0..200).fold(col("prompt_id"), |sum, _| sum + 1).gt(0);
        let refused = scan("prompts").filter((0..200).map(|_| long()).reduce(Expr::or).expect("some"));
        let words = "columns, constants and operators in an expression, at most 40000 may be";
        assert!(refused.plan().expect_err("too large").to_string().ends_with(words));
    });
}

#[test]
fn a_plan_past_the_limit_is_refused_and_one_at_it_runs() {
    on_a_small_stack(|| {
        let repeated = |count, step: &dyn Fn(DataFrame) -> DataFrame| {
            (0..count).fold(scan("prompts").select(["prompt_id", "score"]), |frame, _| step(frame))
        };
        let steps: [&dyn Fn(DataFrame) -> DataFrame; 7] = [
            &|frame| frame.union(scan("prompts").drop(["text", "language", "prompt_hash"])),
            &|frame| frame.with_column("x", col("prompt_id") * 2).with_column("prompt_id", col("x")),
            &|frame| {
                frame.select([
                    (col("prompt_id") + col("prompt_id")).alias("prompt_id"),
                    col("score").alias("score"),
                ])
            },
            &|frame| frame.filter(col("score").gt(0.1)).select(["prompt_id", "score"]),
            &|frame| frame.limit(100),
            &|frame| frame.repartition(["prompt_id"]),
            &|frame| frame.group_by(["prompt_id"]).agg([max(col("score")).alias("score")]),
        ];
        for step in steps {
            let refused = repeated(1_000, step);
            let words = "there are 257 steps on top of each other in a plan, at most 256 may be";
            assert_eq!(refused.plan().expect_err("too deep").to_string(), words);
        }
        for step in &steps[..4] {
            let frame = repeated(100, step).agg([count()]);
            assert_eq!(collect(&frame).len(), 1);
        }
        for (at, step) in steps.into_iter().enumerate() {
            // A scan, a projection, and as many steps as there may be; some are two at once.
            let count = if at == 1 || at == 3 { 127 } else { 254 };
            let planned = context().plan(&repeated(count, step)).expect("a plan within the limits");
            assert!(!planned.logical.to_string().is_empty() && !planned.stages.to_string().is_empty());
        }
    });
}

#[test]
fn what_reads_a_column_twice_does_not_double_with_every_step() {
    on_a_small_stack(|| {
        let doubled = (0..60).fold(scan("prompts"), |frame, _| frame.with_column("x", col("prompt_id") * 2));
        let doubled = (0..60).fold(doubled, |frame, _| frame.with_column("x", col("x") + col("x")));
        let frame = doubled.filter(col("x").gt_eq(0).or(col("x").lt(0))).agg([count(), max(col("x"))]);
        // 2^61 times an id, wrapped around.
        let top = (0..20_000i64).map(|id| id.wrapping_mul(1 << 61)).max().expect("ids");
        assert_eq!(collect(&frame), [[Some("20000".to_owned()), Some(top.to_string())]]);
    });
}

#[test]
fn a_show_prints_as_a_table() {
    let frame = scan("prompts").select([
        col("prompt_id").alias("id"),
        when(col("prompt_id").eq(1))
            .then(null(DataType::Float64))
            .otherwise(col("prompt_id") * 0.5)
            .alias("half"),
        when(col("prompt_id").eq(2)).then(lit("é".repeat(41))).otherwise("a\nb").alias("text"),
    ]);
    let shown = |frame: &DataFrame| frame.show(&mut context()).expect("a run without faults").to_string();
    let expected = "\
+----+------+------------------------------------------+
| id | half | text                                     |
+----+------+------------------------------------------+
|  0 |    0 | a\\nb                                     |
|  1 | NULL | a\\nb                                     |
|  2 |    1 | ééééééééééééééééééééééééééééééééééééé... |
+----+------+------------------------------------------+
3 rows, 1 of 8 partitions run
";
    assert_eq!(shown(&frame.clone().limit(3)), expected);
    let none = "+----+\n| id |\n+----+\n+----+\n0 rows, 8 of 8 partitions run\n";
    assert_eq!(shown(&frame.filter(col("id").lt(0)).select(["id"])), none);
}

#[test]
fn columns_are_named_renamed_and_dropped_by_their_names() {
    let names = |frame: DataFrame| -> Vec<String> {
        frame.schema().expect("a good frame").names().map(str::to_owned).collect()
    };
    assert_eq!(names(scan("prompts").select(["score", "text"])), ["score", "text"]);
    assert_eq!(names(scan("prompts").select(vec!["score".to_owned()])), ["score"]);
    assert_eq!(names(scan("rewards").rename("reward", "points")), ["prompt_hash", "points"]);
    assert_eq!(names(scan("rewards").rename("reward", "reward")), ["prompt_hash", "reward"]);
    assert_eq!(
        names(scan("prompts").drop(["text", "score", "text"])),
        ["prompt_id", "prompt_hash", "language"]
    );
    let error = |frame: DataFrame| frame.plan().expect_err("a slip").to_string();
    assert!(error(scan("rewards").rename("rewrd", "points")).starts_with("there is no column \"rewrd\""));
    assert!(error(scan("rewards").drop(["rewrd"])).starts_with("there is no column \"rewrd\""));
    let twice = error(scan("rewards").rename("reward", "prompt_hash"));
    assert_eq!(twice, "there would be two columns \"prompt_hash\" in select");
    assert_eq!(error(scan("rewards").drop(["prompt_hash", "reward"])), "select: no column");
}

#[test]
fn constants_stand_beside_columns_without_a_word() {
    let text = |expr: Expr| expr.to_string();
    assert_eq!(text(col("a") + 1), "a + 1");
    assert_eq!(text(-col("a") * 2.5), "-1 * a * 2.5");
    assert_eq!(text(col("a").gt(5).and(col("b").eq("x"))), "a > 5 and b = 'x'");
    assert_eq!(text(col("b").eq(String::from("it's"))), "b = 'it''s'");
    assert_eq!(text(lit(String::from("x"))), "'x'");
    assert_eq!(text(col("a").is_in([3, 1, 1]).or(col("b").is_in(["x"]))), "a in (1, 3) or b in ('x')");
    let choice = when(col("a").gt(1)).then("x").when(col("a").is_null()).then("y").otherwise("z");
    assert_eq!(text(choice), "case when a > 1 then 'x' else case when a is null then 'y' else 'z' end end");
    assert_eq!(text(coalesce([col("a"), col("b"), lit(0)])), "coalesce(coalesce(a, b), 0)");
    assert_eq!(text(col("a").cast(DataType::Utf8).length()), "length(cast(a as Utf8))");
    let zeros = scan("prompts")
        .filter(col("score").is_not_null())
        .select([(-(col("score") * lit(0))).cast(DataType::Utf8).alias("zero")])
        .distinct();
    assert_eq!(collect(&zeros), [[Some("0".to_owned())]]);
}

#[test]
fn a_stored_condition_is_a_condition() {
    let is_high = || col("score").gt(0.5);
    let flagged = scan("prompts").with_column("flag", is_high());
    let count = |frame: DataFrame| frame.count(&mut context()).expect("a run without faults");
    let (high, low) = (count(scan("prompts").filter(is_high())), count(scan("prompts").filter(!is_high())));
    assert!(high > 0 && low > 0);
    assert_eq!(count(flagged.clone().filter(col("flag"))), high);
    assert_eq!(count(flagged.clone().filter(!col("flag"))), low);
    assert_eq!(count(flagged.clone().filter(col("flag").and(col("prompt_id").gt_eq(0)))), high);
    assert_eq!(
        count(flagged.clone().filter(when(col("flag")).then(lit(false)).otherwise(lit(true)))),
        20_000 - high
    );
    assert_eq!(count(flagged.filter(coalesce([col("flag"), lit(true)]))), 20_000 - low);
    assert_eq!(count(scan("prompts").filter(col("prompt_id"))), 19_999, "every number but 0 is true");
    let error = |frame: DataFrame| frame.plan().expect_err("a slip").to_string();
    assert_eq!(
        error(scan("prompts").filter(col("text"))),
        "column \"text\" is Utf8, but filter works on a condition"
    );
    assert_eq!(
        error(scan("prompts").filter(-col("prompt_id"))),
        "\"-1 * prompt_id\" is Int64, but filter works on a condition"
    );
}

#[test]
fn a_thousand_columns_are_one_step_if_none_is_computed_twice() {
    let beside = (0..1_000)
        .fold(scan("prompts"), |frame, at| frame.with_column(&format!("c{at}"), col("prompt_id") + at));
    assert_eq!(beside.plan().expect("a good frame").to_string().lines().count(), 2);
    assert_eq!(beside.schema().expect("a good frame").fields().len(), 1_005);
    let top = collect(&beside.agg([max(col("c999")), max(col("c0"))]));
    assert_eq!(top, [[Some("20998".to_owned()), Some("19999".to_owned())]]);
    let above = (0..1_000).fold(scan("prompts"), |frame, _| frame.with_column("x", col("prompt_id") + 1));
    assert_eq!(above.plan().expect("a good frame").to_string().lines().count(), 2);
    let again = (0..1_000).fold(scan("prompts"), |frame, _| frame.with_column("score", col("score") + 1));
    assert_eq!(again.plan().expect("a good frame").to_string().lines().count(), 5, "by 255 operators each");
    let step = scan("prompts").select([col("prompt_id").alias("x")]);
    let again = (0..1_000).fold(step, |frame, _| frame.with_column("x", col("x") + 1));
    assert_eq!(collect(&again.agg([max(col("x"))])), [[Some("20999".to_owned())]]);
    // A stored condition is a number above the step that stores it, and only there.
    let flag =
        scan("prompts").with_column("x", col("score").gt(0.5)).with_column("x", col("x") + 1).distinct();
    assert_eq!(flag.plan().expect("a good frame").to_string().lines().count(), 4);
}

#[test]
fn a_thousand_filters_or_projections_run() {
    on_a_small_stack(|| {
        let repeated =
            |count, step: &dyn Fn(DataFrame, i64) -> DataFrame| (0..count).fold(scan("prompts"), step);
        let filtered = repeated(1_000, &|frame, at| frame.filter(col("prompt_id").not_eq(at)));
        assert_eq!(filtered.count(&mut context()), Ok(19_000));
        let projected =
            repeated(1_000, &|frame, _| frame.select([(col("prompt_id") + 1).alias("prompt_id")]));
        assert_eq!(collect(&projected.agg([max(col("prompt_id"))])), [[Some("20999".to_owned())]]);
        let renamed = repeated(1_000, &|frame, at| {
            let name = |at: i64| if at == 0 { "score".to_owned() } else { format!("score {at}") };
            frame.rename(&name(at), &name(at + 1))
        });
        let schema = renamed.schema().expect("a good frame");
        assert_eq!(schema.names().last(), Some("score 1000"));
        assert_eq!(renamed.count(&mut context()), Ok(20_000));
        let refused = repeated(100_000, &|frame, _| frame.filter(col("score").gt(0.1)));
        let words = "there are 257 steps on top of each other in a plan, at most 256 may be";
        assert_eq!(refused.plan().expect_err("too deep").to_string(), words);
        let unknown = repeated(1_000, &|frame, _| frame.select(["prompt_id"])).select(["text"]);
        assert!(unknown.plan().expect_err("a slip").to_string().starts_with("there is no column \"text\""));
    });
}
