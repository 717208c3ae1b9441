//! The answers of DuckDB and Spark, kept in `tests/data/oracle` by `tests/oracle/make.py`: ours are the same, row for row,
//! and Spark's shuffle puts the rows where ours does.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use shuffle_engine::cluster::JobOutcome;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::columnar::{Column, RecordBatch};
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::StageSource;
use shuffle_engine::scenario::{Query, Scenario, Tactics, link};

use crate::samples::{collecting, job};

/// What `make.py` writes down of one scenario.
#[derive(Deserialize)]
struct Oracle {
    link: String,
    columns: Vec<String>,
    row_count: usize,
    /// Of all rows, a line each.
    fnv1a: String,
    first_rows: Vec<Row>,
    /// Rows of the share by partition, after Spark's `repartition`; none for a query without one.
    partition_rows: Option<Vec<u64>>,
}

/// Cells as text; `None` is NULL.
type Row = Vec<Option<String>>;

fn oracles() -> Vec<(PathBuf, Oracle)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/oracle");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("tests/data/oracle is there")
        .map(|entry| entry.expect("an entry of a folder").path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a kept answer can be read");
        let oracle =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, oracle)
    };
    paths.into_iter().map(read).collect()
}

fn run(oracle: &Oracle) -> (Scenario, JobOutcome) {
    let scenario = link::decode_strict(&oracle.link).expect("kept links are valid");
    let outcome =
        ThreadCluster::new(scenario.workers).run(&collecting(job(&scenario)), |_| {}).expect("it runs");
    (scenario, outcome)
}

/// A value as `make.py` spells it.
fn spell(column: &Column, row: usize) -> Option<String> {
    match column {
        Column::Float64(floats) => floats.get(row).map(|value| {
            let text = format!("{value:.20}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }),
        Column::Int64(_) | Column::Utf8(_) => column.text(row),
    }
}

fn rows_of(batch: &RecordBatch) -> impl Iterator<Item = Row> {
    (0..batch.row_count()).map(|row| batch.columns().iter().map(|column| spell(column, row)).collect())
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[test]
fn every_query_answers_what_duckdb_and_spark_answer() {
    let oracles = oracles();
    assert!(oracles.len() >= 25, "{} scenarios", oracles.len());
    for (path, oracle) in oracles {
        let (_, outcome) = run(&oracle);
        let names: Vec<&str> = outcome.graph.schema().names().collect();
        assert_eq!(names, oracle.columns, "{}", path.display());
        let mut rows: Vec<Row> = outcome.rows.iter().flat_map(rows_of).collect();
        rows.sort();
        assert_eq!(rows.len(), oracle.row_count, "{}", path.display());
        for (ours, theirs) in rows.iter().zip(&oracle.first_rows) {
            assert_eq!(ours, theirs, "{}", path.display());
        }
        let lines = rows.iter().map(|row| serde_json::to_string(row).expect("cells are text") + "\n");
        let hash = fnv1a(lines.collect::<String>().as_bytes());
        assert_eq!(format!("{hash:016x}"), oracle.fnv1a, "{}: a row further down", path.display());
    }
}

#[test]
fn every_partition_has_as_many_rows_as_after_sparks_repartition() {
    let mut compared = 0;
    for (path, oracle) in oracles() {
        let (scenario, outcome) = run(&oracle);
        // The tactics change what is placed, and where; that is what they are for.
        let Some(theirs) = oracle.partition_rows.filter(|_| scenario.tactics == Tactics::default()) else {
            continue;
        };
        let mut ours = vec![0; scenario.reduce_partitions as usize];
        for record in &outcome.tasks {
            let stage = outcome.graph.stage(record.done.task.stage);
            if matches!(stage.source, StageSource::Scan { table: Table::Prompts, .. }) {
                let written = record.done.written_rows.iter();
                ours.iter_mut().zip(written).for_each(|(sum, &rows)| *sum += u64::from(rows));
            }
        }
        assert_eq!(ours, theirs, "{}", path.display());
        compared += 1;
    }
    assert_eq!(compared, 3 * (Query::ALL.len() - 1), "each query that shuffles, with each fraction");
}
