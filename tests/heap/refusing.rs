//! Every allocation that is refused, one after the other: the run ends in the right answer or in `OutOfMemory`, and the run
//! after it in the right answer.
//!
//! What is counted are allocations of 2 KiB or more, which is where data buffers begin; `engine/src/room.rs` says
//! what stays below and is not covered. A process that ends at once, as it does at an allocation that nobody asked
//! politely for, ends this test too.

use std::process::Command;
use std::sync::Arc;

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::cluster::{Job, JobOutcome};
use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, RowDigest, Schema, Utf8Column};
use shuffle_engine::dataset::{CsvFault, read_csv};
use shuffle_engine::frame::{
    Context, DataFrame, JoinKind, avg, coalesce, col, count, count_distinct, highest, lit, max, min, scan,
    sum, when,
};
use shuffle_engine::scenario::{Query, Skew, Tactics};
use shuffle_engine::{EngineError, Scenario};

use super::refuse;
use super::samples::{Stopped, collecting, job};

/// More than these no run here has: a loop that never comes to its end would be one of the test.
const MOST_ALLOCATIONS: u64 = 20_000;

/// Does something with each of its allocations refused in turn, until there is no further one. `attempt` gives the answer.
fn refuse_each<T: PartialEq + std::fmt::Debug>(
    what: &str,
    reaches: refuse::Reach,
    mut attempt: impl FnMut() -> Result<T, EngineError>,
) {
    let right = attempt().expect("there is memory");
    let mut refusals = 0;
    for nth in 0..MOST_ALLOCATIONS {
        let (outcome, was_refused) = refuse::nth(nth, reaches, &mut attempt);
        match outcome {
            Ok(answer) => assert_eq!(answer, right, "{what}, allocation {nth}"),
            Err(EngineError::OutOfMemory { needed_bytes, limit_bytes: 0 }) if was_refused => {
                assert!(needed_bytes > 0, "{what}, allocation {nth}: {needed_bytes} bytes");
                refusals += 1;
            }
            Err(other) => panic!("{what}, allocation {nth}: {other}"),
        }
        if !was_refused {
            assert!(refusals > 0, "{what}: something was refused");
            println!("{what}: {refusals} of {nth} refused allocations end the run");
            return;
        }
        assert_eq!(attempt().as_ref(), Ok(&right), "{what}, the run after allocation {nth}");
    }
    panic!("{what}: more than {MOST_ALLOCATIONS} allocations");
}

fn digest(outcome: &JobOutcome) -> String {
    let mut digest = RowDigest::default();
    outcome.tasks.iter().for_each(|record| digest.merge(&record.done.result));
    digest.hex()
}

fn scenario(query: Query) -> Scenario {
    Scenario {
        query,
        rows: 3_000,
        keys: 900,
        skew: Skew::Uniform {},
        workers: 2,
        map_partitions: 2,
        reduce_partitions: 2,
        ..Scenario::default()
    }
}

/// The queries, with and without a tactic, and one whose rows all come to the driver.
fn jobs() -> Vec<(String, Job)> {
    let mut jobs = Vec::new();
    for query in [Query::CountByKey, Query::Join, Query::DedupBest, Query::WordCount] {
        for tactics in [Tactics::default(), Tactics { combine: true, salt: 3, ..Tactics::default() }] {
            let job = job(&Scenario { tactics, ..scenario(query) });
            jobs.push((format!("{} {tactics:?}", query.name()), job));
        }
    }
    let all = collecting(job(&scenario(Query::Repartition)));
    jobs.push(("rows for the driver".to_owned(), all));
    jobs
}

#[test]
fn a_run_that_is_refused_any_buffer_says_so_and_the_next_run_is_right() {
    for (what, job) in jobs() {
        let mut cluster = LocalCluster::new(3);
        refuse_each(&what, refuse::Reach::Thread, || {
            cluster.run(&job, &Stopped).map(|outcome| digest(&outcome))
        });
    }
}

/// In a process of its own, so that no other test meets a refusal.
#[test]
fn threads_that_are_refused_any_buffer_say_so_and_the_next_run_is_right() {
    let this = std::env::current_exe().expect("a test binary has a name");
    let alone = ["--exact", "refusing::on_threads", "--ignored", "--test-threads", "1", "--nocapture"];
    let output = Command::new(this).args(alone).output().expect("it starts once more");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "the test above starts it, in a process of its own"]
fn on_threads() {
    for (what, job) in jobs() {
        let mut cluster = ThreadCluster::new(2);
        refuse_each(&what, refuse::Reach::Process, || {
            cluster.run(&job, |_| {}).map(|outcome| digest(&outcome))
        });
    }
}

/// Numbers and texts with NULLs among them, in one batch that is long enough for its bitmaps to count.
fn own_table() -> RecordBatch {
    let rows = 0..17_000i64;
    let some = |row: i64| (row % 11 != 0).then_some(row);
    let names = [
        ("id", DataType::Int64),
        ("part", DataType::Int64),
        ("share", DataType::Float64),
        ("name", DataType::Utf8),
    ];
    let names_of = rows.clone().map(|row| some(row).map(|row| format!("name {}", row % 700)));
    let columns = vec![
        Column::Int64(Primitive::new(rows.clone().collect())),
        Column::Int64(rows.clone().map(|row| some(row).map(|row| row % 5_000)).collect()),
        Column::Float64(rows.clone().map(|row| some(row).map(|row| (row % 300) as f64 * 1e200)).collect()),
        Column::Utf8(Utf8Column::of(names_of).expect("short texts")),
    ];
    RecordBatch::new(Arc::new(Schema::new(names)), columns)
}

/// Frames that between them run every operator and kernel.
fn frames(own: &DataFrame) -> Vec<(&'static str, DataFrame)> {
    let all = [
        count().alias("rows"),
        sum(col("share")).alias("sum"),
        avg(col("id")).alias("avg"),
        min(col("name")).alias("least"),
        max(col("share")).alias("most"),
        count_distinct(col("name")).alias("names"),
    ];
    let words = when(col("part").lt(lit(100)).or(col("name").eq(lit("name 7")))).then(col("name").lower());
    let kernels = own.clone().select([
        words.otherwise(lit("else")).alias("word"),
        coalesce([col("part"), col("id")]).alias("some"),
        (col("id") * lit(3) % col("part")).alias("rest"),
        (col("share") / col("part")).alias("quotient"),
        col("id").cast(DataType::Utf8).alias("digits"),
        col("name").length().alias("length"),
        col("name").token_count().alias("tokens"),
        col("name").hash().alias("hash"),
        col("part").is_in([3i64, 5, 7]).alias("in"),
    ]);
    let other = own.clone().filter(col("id").lt(lit(9_000))).select([
        col("id").alias("id"),
        col("part").alias("part"),
        col("name").alias("name"),
    ]);
    let on = |kind, keys: &[(&'static str, &'static str)]| {
        own.clone().join_on(other.clone().rename("id", "other"), keys.iter().copied(), kind)
    };
    vec![
        ("aggregates by text", own.clone().group_by(["name"]).agg(all.clone())),
        ("aggregates by two keys", own.clone().group_by(["name", "share"]).agg(all.clone())),
        ("aggregates by a double", own.clone().group_by(["share"]).agg(all.clone())),
        ("aggregates of all", own.clone().agg(all)),
        ("kernels", kernels),
        ("join on two keys", on(JoinKind::Inner, &[("part", "part"), ("name", "name")])),
        (
            "left join",
            own.clone()
                .left_join(other.clone().select([col("id").alias("id"), col("name").alias("twin")]), "id"),
        ),
        ("join on text", other.clone().semi_join(own.clone(), [("name", "name")])),
        ("anti join", own.clone().anti_join(other.clone(), [("id", "id")])),
        ("words", own.clone().tokenize("name", "word").group_by(["word"]).agg([count()])),
        ("rows in order of a number", own.clone().sort([col("share").desc()])),
        ("rows in order of a text", own.clone().sort([col("name"), col("id")])),
        ("best rows", own.clone().dedup("part", [highest("share"), highest("id")])),
        ("union, sample, limit", own.clone().union(own.clone()).sample(0.5, "id").limit(7_000)),
        ("a predicate in a scan", scan("prompts").filter(col("score").gt(lit(0.5)))),
    ]
}

#[test]
fn a_frame_that_is_refused_any_buffer_says_so_and_the_next_run_is_right() {
    let whole = Scenario { map_partitions: 1, reduce_partitions: 1, ..scenario(Query::Narrow) };
    let mut context = Context::local(whole).expect("a valid scenario");
    context.register("own", vec![own_table()]).expect("a good table");
    for (what, frame) in frames(&context.table("own")) {
        refuse_each(what, refuse::Reach::Thread, || {
            let mut digest = RowDigest::default();
            frame.collect(&mut context)?.iter().for_each(|batch| digest.add_batch(batch));
            Ok(digest)
        });
    }
}

#[test]
fn a_csv_text_that_is_refused_any_buffer_says_so_with_its_bytes() {
    let schema =
        Schema::new([("id", DataType::Int64), ("share", DataType::Float64), ("name", DataType::Utf8)]);
    let lines = (0..20_000).map(|row| format!("{row},{}.5,\"name \"\"{row}\"\"\"\n", row % 7));
    let text: String = std::iter::once("id,share,name\n".to_owned()).chain(lines).collect();
    refuse_each("CSV", refuse::Reach::Thread, || match read_csv(text.as_bytes(), &schema) {
        Ok(batches) => Ok(batches),
        Err(error) => match error.fault {
            CsvFault::NoRoom { needed_bytes } => {
                Err(EngineError::OutOfMemory { needed_bytes, limit_bytes: 0 })
            }
            other => panic!("line {}: {other}", error.line),
        },
    });
}
