//! Tables of one's own: registered batches, CSV, and joins over everything that is awkward, as DuckDB answers them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use shuffle_engine::Scenario;
use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema, Utf8Column};
use shuffle_engine::dataset::{CsvFault, TableError, read_csv};
use shuffle_engine::frame::{Context, DataFrame, JoinKind, col, count, lit, scan, sum};
use shuffle_engine::plan::PlanError;
use shuffle_engine::scenario::Tactics;

use crate::interpreter::{Source, bag_of, interpret, rows_of};

pub(crate) type Cells = Vec<Option<String>>;

/// DuckDB's answers, and the tables that it was asked about.
#[derive(Deserialize)]
pub(crate) struct Oracle {
    tables: BTreeMap<String, Table>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Table {
    columns: Vec<(String, String)>,
    rows: Vec<Cells>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    keys: Vec<(String, String)>,
    kind: String,
    rows: Vec<Cells>,
}

fn scenario() -> Scenario {
    Scenario {
        rows: 50,
        keys: 10,
        workers: 3,
        map_partitions: 4,
        reduce_partitions: 5,
        ..Scenario::default()
    }
}

fn data_type(sql: &str) -> DataType {
    match sql {
        "BIGINT" => DataType::Int64,
        "DOUBLE" => DataType::Float64,
        "VARCHAR" => DataType::Utf8,
        other => panic!("no column is a {other}"),
    }
}

/// One batch of cells that are written as text.
pub(crate) fn batch_of(schema: &Arc<Schema>, rows: &[Cells]) -> RecordBatch {
    let column = |at: usize, data_type| {
        let cells = rows.iter().map(|row| row[at].as_deref());
        match data_type {
            DataType::Int64 => {
                let ints = cells.map(|cell| cell.map(|text| text.parse().expect("an integer")));
                Column::Int64(ints.collect::<Primitive<i64>>())
            }
            DataType::Float64 => {
                let floats = cells.map(|cell| cell.map(|text| text.parse().expect("a double")));
                Column::Float64(floats.collect::<Primitive<f64>>())
            }
            DataType::Utf8 => Column::Utf8(Utf8Column::of(cells).expect("short texts")),
        }
    };
    let fields = schema.fields().iter().enumerate();
    let columns: Vec<Column> = fields.map(|(at, field)| column(at, field.data_type)).collect();
    RecordBatch::new(schema.clone(), columns)
}

pub(crate) fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../data/own/joins.json")).expect("the kept answers can be read")
}

pub(crate) fn context_with(oracle: &Oracle, scenario: &Scenario) -> Context {
    let mut context = Context::local(scenario.clone()).expect("a right scenario");
    for (name, table) in &oracle.tables {
        let fields = table.columns.iter().map(|(name, sql)| (name.as_str(), data_type(sql)));
        let schema = Arc::new(Schema::new(fields));
        // In batches of an odd size, so that no border agrees with a partition's by chance.
        let batches = table.rows.chunks(13).map(|rows| batch_of(&schema, rows)).collect();
        context.register(name, batches).expect("a right table");
    }
    context
}

fn frame_of(context: &Context, case: &Case) -> DataFrame {
    let keys = case.keys.iter().map(|(probe, build)| (probe.as_str(), build.as_str()));
    let (probe, build) = (context.table("probe"), context.table("build"));
    let has_one_name = case.keys.iter().any(|(probe, build)| probe == build);
    let kind = match case.kind.as_str() {
        "inner" => JoinKind::Inner,
        "left outer" => JoinKind::LeftOuter,
        "semi" => return probe.semi_join(build, keys),
        "anti" => return probe.anti_join(build, keys),
        other => panic!("no join is {other}"),
    };
    // Both tables have a column i; where it is no key on both sides, the build side is asked for without it.
    let build = if has_one_name { build } else { build.select([col("id2"), col("x"), col("t2")]) };
    probe.join_on(build, keys, kind)
}

#[test]
fn joins_on_any_keys_answer_what_duckdb_and_the_interpreter_answer() {
    let oracle = oracle();
    assert!(oracle.cases.len() >= 24, "{} answers", oracle.cases.len());
    let tactics = [
        Tactics::default(),
        Tactics { salt: 3, ..Tactics::default() },
        Tactics { broadcast_bytes: 1 << 20, ..Tactics::default() },
    ];
    for tactics in tactics {
        let scenario = Scenario { tactics, ..scenario() };
        let mut context = context_with(&oracle, &scenario);
        let source = Source::new(&scenario);
        for case in &oracle.cases {
            let frame = frame_of(&context, case);
            let schema = Arc::new(frame.schema().expect("a right plan"));
            let expected = bag_of([&batch_of(&schema, &case.rows)]);
            let interpreted = interpret(frame.plan().expect("a right plan"), &source).bag();
            assert!(interpreted == expected, "the interpreter: {} join on {:?}", case.kind, case.keys);
            let got = frame.collect(&mut context).expect("it runs");
            assert!(
                bag_of(&got) == expected,
                "{} join on {:?} with {:?}",
                case.kind,
                case.keys,
                scenario.tactics
            );
        }
    }
}

#[test]
fn a_join_says_its_keys_and_which_columns_come_out() {
    let names = |frame: &DataFrame| -> Vec<String> {
        frame.schema().expect("a right plan").names().map(str::to_owned).collect()
    };
    let rewards =
        || scan("rewards").select([col("prompt_hash").alias("hash"), col("reward").alias("reward")]);
    let prompts = || scan("prompts").select([col("prompt_id"), col("prompt_hash")]);
    let both = prompts().join_on(rewards(), [("prompt_hash", "hash")], JoinKind::LeftOuter);
    assert_eq!(names(&both), ["prompt_id", "prompt_hash", "hash", "reward"]);
    let text = both.plan().expect("a right plan").to_string();
    assert!(text.starts_with("Join left outer on prompt_hash = hash\n"), "{text}");
    let self_join = prompts().join_on(
        prompts(),
        [("prompt_hash", "prompt_hash"), ("prompt_id", "prompt_id")],
        JoinKind::Inner,
    );
    assert_eq!(names(&self_join), ["prompt_id", "prompt_hash"]);
    let selected = prompts().semi_join(scan("prompts"), [("prompt_hash", "prompt_id")]);
    assert_eq!(names(&selected), ["prompt_id", "prompt_hash"], "names of the build side do not matter");
    let twice = prompts().join_on(prompts(), [("prompt_hash", "prompt_id")], JoinKind::Inner);
    assert!(matches!(twice.plan(), Err(PlanError::DuplicateColumn { .. })), "{twice:?}");
    let nothing = prompts().join_on(prompts(), [], JoinKind::Semi);
    assert!(matches!(nothing.plan(), Err(PlanError::Malformed { operator: "join", .. })), "{nothing:?}");
}

#[test]
fn the_build_side_of_a_semi_join_is_read_for_its_keys_only() {
    let context = Context::local(scenario()).expect("a right scenario");
    let frame = scan("prompts")
        .semi_join(scan("prompts"), [("prompt_id", "prompt_hash")])
        .filter(col("prompt_id").gt(lit(3)))
        .select([col("score")]);
    assert_eq!(
        context.plan(&frame).expect("a right plan").optimized.plan.to_string(),
        "Project [score]\n  \
         Join semi on prompt_id = prompt_hash\n    \
         probe: Scan prompts [prompt_id, score] where prompt_id > 3\n    \
         build: Scan prompts [prompt_hash] where prompt_hash > 3\n"
    );
}

#[test]
fn registered_rows_are_all_read_in_their_order_whatever_the_partitions() {
    let schema = Arc::new(Schema::new([("n", DataType::Int64)]));
    let batch = |values: std::ops::Range<i64>| {
        RecordBatch::new(schema.clone(), vec![Column::Int64(Primitive::new(values.collect()))])
    };
    for map_partitions in [1, 3, 7, 200] {
        let scenario = Scenario { map_partitions, ..scenario() };
        let mut context = Context::local(scenario).expect("a right scenario");
        context
            .register("numbers", vec![batch(0..0), batch(0..11), batch(11..12), batch(12..100)])
            .expect("a right table");
        let rows = context.table("numbers").collect(&mut context).expect("it runs");
        let read: Vec<i64> =
            rows.iter().flat_map(|batch| batch.column(0).as_int64().values()).copied().collect();
        assert_eq!(read, (0..100).collect::<Vec<_>>(), "{map_partitions} partitions");
        let sums = context
            .table("numbers")
            .filter(col("n").gt_eq(lit(10)))
            .group_by([col("n") % lit(3)])
            .agg([count(), sum(col("n"))])
            .agg([sum(col("count")).alias("count"), sum(col("sum(n)")).alias("sum")]);
        let rows = sums.collect(&mut context).expect("it runs");
        assert_eq!(bag_of(&rows), bag_of([&sums_batch(90, 4905)]));
    }
}

fn sums_batch(count: i64, sum: i64) -> RecordBatch {
    let schema = Arc::new(Schema::new([("count", DataType::Int64), ("sum", DataType::Int64)]));
    RecordBatch::new(schema, [count, sum].map(|n| Column::Int64(Primitive::new(vec![n]))).to_vec())
}

#[test]
fn executors_in_threads_read_registered_rows_too() {
    let mut context = Context::threads(scenario()).expect("a right scenario");
    let oracle = oracle();
    // A frame holds its table, so it runs wherever it is run.
    let probe = context_with(&oracle, &scenario()).table("probe");
    assert_eq!(probe.count(&mut context).expect("it runs"), oracle.tables["probe"].rows.len() as u64);
}

#[test]
fn a_table_that_cannot_be_is_refused() {
    let mut context = Context::local(scenario()).expect("a right scenario");
    let schema = Arc::new(Schema::new([("n", DataType::Int64)]));
    let other = Arc::new(Schema::new([("n", DataType::Float64)]));
    let twice = Arc::new(Schema::new([("n", DataType::Int64), ("n", DataType::Int64)]));
    let empty = |schema: &Arc<Schema>| batch_of(schema, &[]);
    context.register("mine", vec![empty(&schema)]).expect("a table without rows");
    let mut refused = |name: &str, batches| context.register(name, batches).expect_err(name).to_string();
    assert_eq!(refused("mine", vec![empty(&schema)]), "there is a table \"mine\" already");
    assert_eq!(refused("prompts", vec![empty(&schema)]), "there is a table \"prompts\" already");
    assert_eq!(refused("", vec![empty(&schema)]), "a table's name is empty");
    assert!(refused("none", vec![]).contains("has no batch"));
    let unnamed = Arc::new(Schema::new([("n", DataType::Int64), ("", DataType::Int64)]));
    assert_eq!(refused("unnamed", vec![empty(&unnamed)]), "column 2 of table \"unnamed\" has an empty name");
    assert!(refused("bare", vec![empty(&Arc::new(Schema::default()))]).contains("has no column"));
    assert_eq!(refused("twice", vec![empty(&twice)]), "table \"twice\" has two columns \"n\"");
    assert_eq!(
        refused("mixed", vec![empty(&schema), empty(&other)]),
        "batch 1 of table \"mixed\" has the columns n Float64, but the first has n Int64"
    );
    let unknown = context.table("yours").plan().expect_err("nobody registered it").to_string();
    assert_eq!(unknown, "there is no table \"yours\"; there are prompts, rewards, mine");
    let scanned = scan("mine").count(&mut context).expect_err("a scan knows no context").to_string();
    assert!(scanned.ends_with("; a registered table is context.table(\"mine\")"), "{scanned}");
}

#[test]
fn a_plan_with_a_table_of_ones_own_is_not_written_down() {
    let mut context = Context::local(scenario()).expect("a right scenario");
    let schema = Arc::new(Schema::new([("n", DataType::Int64)]));
    context.register("mine", vec![batch_of(&schema, &[])]).expect("a table without rows");
    let frame = context.table("mine").union(context.table("mine"));
    let planned = context.plan(&frame).expect("a right plan");
    let refusal = serde_json::to_string(&planned.stages).expect_err("its rows are in no text").to_string();
    assert!(refusal.contains("Own"), "{refusal}");
    let generated = context.plan(&scan("rewards")).expect("a right plan");
    serde_json::to_string(&generated.stages).expect("generated tables are written as their names");
}

fn csv_schema() -> Schema {
    Schema::new([("n", DataType::Int64), ("x", DataType::Float64), ("t", DataType::Utf8)])
}

fn cells_of(text: &str) -> Vec<Cells> {
    let batches = read_csv(text.as_bytes(), &csv_schema()).expect(text);
    batches.iter().flat_map(|batch| (0..batch.row_count()).map(|row| batch.row_text(row))).collect()
}

#[test]
fn csv_is_read_with_its_quotes_line_ends_nulls_and_empty_texts() {
    let cell = |text: &str| Some(text.to_owned());
    let expected = vec![
        vec![cell("1"), cell("1.5"), cell("a,b")],
        vec![None, None, None],
        vec![cell("-9223372036854775808"), cell("NaN"), cell("")],
        vec![cell("7"), cell("2"), cell("line\nand \"quote\"")],
    ];
    let text = "n,x,t\n1,1.5,\"a,b\"\n,,\n-9223372036854775808,NaN,\"\"\n7,2,\"line\nand \"\"quote\"\"\"\n";
    assert_eq!(cells_of(text), expected);
    assert_eq!(cells_of(text.trim_end()), expected, "the last line need not end");
    assert_eq!(cells_of(&format!("\u{feff}{text}")), expected, "after a byte order mark");
    let carriage = text.replace('\n', "\r\n").replace("line\r\n", "line\n");
    assert_eq!(cells_of(&carriage), expected, "with carriage returns");
    let turned = "t,n,x\n\"a,b\",1,1.5\n";
    assert_eq!(cells_of(turned), expected[..1], "columns are found by name");
    assert_eq!(cells_of("n,x,t\n").len(), 0);
    for end in ["\n", "\n\n\n", "\r\n", "\r\n\r\n\n"] {
        assert_eq!(
            cells_of(&format!("{text}{end}")),
            expected,
            "blank lines at the end are no rows: {end:?}"
        );
    }
    let one = Schema::new([("n", DataType::Int64)]);
    let read = read_csv(b"n\n1\n\n2\n\n", &one).expect("one column");
    let cells: Vec<Cells> = (0..read[0].row_count()).map(|row| read[0].row_text(row)).collect();
    let expected = [Some("1"), None, Some("2"), None].map(|text| vec![text.map(str::to_owned)]);
    assert_eq!(cells, expected, "of one column a blank line is NULL, as in DuckDB and Polars");
}

#[test]
fn a_csv_that_cannot_be_read_says_where() {
    let error = |text: &[u8]| read_csv(text, &csv_schema()).expect_err("it cannot be read").to_string();
    let after_two_lines = |line: &str| error(format!("n,x,t\n1,2,\"two\nlines\"\n{line}").as_bytes());
    assert_eq!(error(b""), "line 1, column 1: there is no header");
    assert_eq!(error(b"n,x\n"), "line 1, column t: the header does not name the column");
    assert_eq!(error(b"n,,t\n"), "line 1, column 2: the header does not say how the column is called");
    assert_eq!(error(b"\nn,x,t\n"), "line 1, column 1: the header does not say how the column is called");
    assert_eq!(error(b"n,x,n\n"), "line 1, column \"n\": the header names the column twice");
    assert_eq!(error(b"n,x,t,z\n"), "line 1, column \"z\": the header names a column that is not wanted");
    assert_eq!(after_two_lines("one,2,t"), "line 4, column n: \"one\" is no Int64");
    assert_eq!(
        after_two_lines("9223372036854775808,2,t"),
        "line 4, column n: \"9223372036854775808\" is no Int64"
    );
    assert_eq!(after_two_lines("1,1e999,t"), "line 4, column x: \"1e999\" is no Float64");
    assert_eq!(after_two_lines("1,\"\",t"), "line 4, column x: \"\" is no Float64");
    assert_eq!(after_two_lines("1,2"), "line 4, column t: the line has 2 fields, the header 3");
    assert_eq!(after_two_lines("1"), "line 4, column x: the line has 1 field, the header 3");
    assert_eq!(after_two_lines("\n1,2,t"), "line 4, column x: the line has 1 field, the header 3");
    assert_eq!(after_two_lines("\n\"\"\n"), "line 4, column x: the line has 1 field, the header 3");
    assert_eq!(after_two_lines("1,2,3,4"), "line 4, column 4: the line has 4 fields, the header 3");
    assert_eq!(after_two_lines("1,2,a\"b"), "line 4, column t: a quote in a field that is not quoted");
    assert_eq!(after_two_lines("1,2,\"a\"b"), "line 4, column t: something stands behind the closing quote");
    assert_eq!(after_two_lines("1,2,\"a\nb\n"), "line 4, column t: the quote is never closed");
    assert!(after_two_lines("1,2,a\rb").starts_with("line 4, column t: a carriage return"));
    assert_eq!(error(b"n,x,t\n1,2,\xff\n"), "line 2, column t: the bytes are not UTF-8");
    let mut context = Context::local(scenario()).expect("a right scenario");
    let refused = context.register_csv("mine", b"n,x,t\n,,\n1\n", &csv_schema());
    let Err(TableError::Csv(error)) = refused else { panic!("{refused:?}") };
    assert_eq!((error.line, error.fault), (3, CsvFault::FieldCount { expected: 3, got: 1 }));
}

#[test]
fn what_a_table_writes_as_csv_comes_back_as_it_was() {
    let oracle = oracle();
    for (name, table) in &oracle.tables {
        let fields = table.columns.iter().map(|(name, sql)| (name.as_str(), data_type(sql)));
        let schema = Arc::new(Schema::new(fields));
        let batch = batch_of(&schema, &table.rows);
        // As `lab` writes it.
        let quoted = |text: String| match text.is_empty() || text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text,
        };
        let mut text = schema.names().collect::<Vec<_>>().join(",") + "\n";
        for row in 0..batch.row_count() {
            let cells = batch.row_text(row).into_iter().map(|cell| cell.map_or(String::new(), quoted));
            text += &(cells.collect::<Vec<_>>().join(",") + "\n");
        }
        let read = read_csv(text.as_bytes(), &schema).expect("what we write can be read");
        let rows = read.iter().flat_map(rows_of).collect::<Vec<_>>();
        assert_eq!(rows, rows_of(&batch), "{name}");
    }
}
