//! The queries of the browser's benchmark, natively: 10 M rows, 1 M keys, one thread, everything in memory.
//!
//! `tests/bench/native.py` runs DuckDB and Polars on the same columns: `SHUFFLE_LAB_COLUMNS=FOLDER` makes this benchmark
//! write them (`zipf.i64`, `uniform.i64`: the keys, little-endian).

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::Scenario;
use shuffle_engine::columnar::{BATCH_ROWS, Column, DataType, Primitive, RecordBatch, Schema};
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::{
    Aggregate, AggregateFunction, AggregateStep, BuildInput, Expr, JoinKey, JoinKind, JoinSpec, OperatorSpec,
    lit,
};
use shuffle_engine::scenario::Skew;

const ROWS: u64 = 10_000_000;
const KEYS: u64 = 1_000_000;
/// About half of the rows pass.
const FILTER_LIMIT: i64 = 500;

/// The value of a row: any language repeats it.
fn value(row: u64) -> i64 {
    (((row * 2_654_435_761) & 0xffff_ffff) % 1_000) as i64
}

fn schema(names: &[&str]) -> Arc<Schema> {
    Arc::new(Schema::new(names.iter().map(|&name| (name, DataType::Int64))))
}

/// Key and value of every row.
fn numbers(name: &str, skew: Skew) -> Vec<RecordBatch> {
    let scenario = Scenario { rows: ROWS, keys: KEYS, skew, map_partitions: 1, ..Scenario::default() };
    let mut scan =
        Arc::new(Dataset::new(&scenario.data()).expect("room for its tables")).scan(&Table::Prompts, 0, &[1]);
    let (mut row, schema) = (0, schema(&["key", "v"]));
    let mut file = std::env::var_os("SHUFFLE_LAB_COLUMNS").map(|folder| {
        let path = PathBuf::from(folder).join(format!("{name}.i64"));
        std::io::BufWriter::new(std::fs::File::create(path).expect("the folder can be written"))
    });
    std::iter::from_fn(|| scan.next_batch(BATCH_ROWS).expect("room for a batch"))
        .map(|batch| {
            let keys = batch.columns()[0].clone();
            let count = batch.row_count() as u64;
            let values = (row..row + count).map(value).collect();
            row += count;
            for key in keys.as_int64().values() {
                file.iter_mut()
                    .try_for_each(|file| file.write_all(&key.to_le_bytes()))
                    .expect("a disk with room");
            }
            RecordBatch::new(schema.clone(), vec![keys, Arc::new(Column::Int64(Primitive::new(values)))])
        })
        .collect()
}

fn aggregate(
    keys: Vec<usize>,
    functions: &[(AggregateFunction, Option<usize>)],
    input: &Arc<Schema>,
) -> OperatorSpec {
    let aggregates: Vec<Aggregate<usize>> = functions
        .iter()
        .enumerate()
        .map(|(at, &(function, column))| Aggregate { function, column, name: format!("a{at}") })
        .collect();
    let names: Vec<String> = keys
        .iter()
        .map(|&key| input.fields()[key].name.clone())
        .chain(aggregates.iter().map(|aggregate| aggregate.name.clone()))
        .collect();
    let schema = schema(&names.iter().map(String::as_str).collect::<Vec<_>>());
    OperatorSpec::HashAggregate {
        keys,
        aggregates,
        step: AggregateStep::Complete,
        input_schema: input.clone(),
        schema,
    }
}

/// Rows that come out, so that nothing is skipped.
fn run(specs: &[OperatorSpec], build: &[RecordBatch], batches: &[RecordBatch]) -> usize {
    let (mut pipeline, mut rows) = (Pipeline::new(specs), 0);
    let mut count = |batch: RecordBatch| {
        rows += batch.row_count();
        Ok(())
    };
    build.iter().try_for_each(|batch| pipeline.push_build(batch)).expect("it fits");
    batches.iter().try_for_each(|batch| pipeline.push(batch, &mut count)).expect("it fits");
    pipeline.finish(&mut count).expect("it fits");
    rows
}

fn queries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("queries");
    group.sample_size(10).throughput(Throughput::Elements(ROWS));
    let input = schema(&["key", "v"]);
    let build_schema = schema(&["key", "w"]);
    let build_keys: Vec<i64> = (0..KEYS as i64).collect();
    let build_values = build_keys.iter().map(|key| key % 1_000).collect();
    let build_columns = [build_keys, build_values].map(|values| Column::Int64(Primitive::new(values)));
    let build = [RecordBatch::new(build_schema.clone(), build_columns.into())];
    let joined = schema(&["key", "v", "w"]);
    let (count, sum) = (AggregateFunction::Count, AggregateFunction::Sum);
    let ways: [(&str, Vec<OperatorSpec>, &[RecordBatch]); 4] = [
        ("group by, count and sum", vec![aggregate(vec![0], &[(count, None), (sum, Some(1))], &input)], &[]),
        ("distinct", vec![aggregate(vec![0], &[], &input)], &[]),
        (
            "join and sum",
            vec![
                OperatorSpec::HashJoin(JoinSpec {
                    keys: vec![JoinKey { probe: 0, build: 0 }],
                    build_schema,
                    build_columns: vec![1],
                    build: BuildInput::Shuffle,
                    kind: JoinKind::Inner,
                    schema: joined.clone(),
                }),
                aggregate(vec![], &[(count, None), (sum, Some(2))], &joined),
            ],
            &build,
        ),
        (
            "filter and sum",
            vec![
                OperatorSpec::Filter { predicate: Expr::Column(1).lt(lit(FILTER_LIMIT)) },
                aggregate(vec![], &[(sum, Some(1))], &input),
            ],
            &[],
        ),
    ];
    for (name, skew) in [("zipf", Skew::Zipf { exponent: 1.1 }), ("uniform", Skew::Uniform {})] {
        let batches = numbers(name, skew);
        for (way, specs, build) in &ways {
            group.bench_with_input(BenchmarkId::new(*way, name), &batches, |bencher, batches| {
                bencher.iter(|| run(specs, build, batches));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, queries);
criterion_main!(benches);
