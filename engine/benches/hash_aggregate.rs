//! Grouping: rows a second into a table of 20,000 keys, counted or only told apart, and words into one of 4,096.

mod samples;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::columnar::{DataType, RecordBatch, Schema};
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::{Aggregate, AggregateFunction, AggregateStep, OperatorSpec};
use shuffle_engine::scenario::Skew;

fn hash_aggregate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hash_aggregate");
    for (skew_name, skew) in samples::SKEWS {
        let batches = samples::batches(skew, Table::Prompts, &[1]);
        group.throughput(Throughput::Elements(samples::row_count(&batches)));
        let ways = [("count", count("prompt_hash", DataType::Int64)), ("distinct", distinct())];
        for (way, specs) in ways {
            group.bench_with_input(BenchmarkId::new(way, skew_name), &batches, |bencher, batches| {
                bencher.iter(|| samples::run(&specs, black_box(batches)));
            });
        }
        // The key first, then what is added up: the id or the score.
        for (way, column, specs) in
            [("count and sum", 0, count_and_sum()), ("sum of doubles", 4, sum_of_doubles())]
        {
            let batches = keyed(skew, column);
            group.bench_with_input(BenchmarkId::new(way, skew_name), &batches, |bencher, batches| {
                bencher.iter(|| samples::run(&specs, black_box(batches)));
            });
        }
    }
    group.finish();
}

/// The key and another column of the prompts, in this order.
fn keyed(skew: Skew, column: usize) -> Vec<RecordBatch> {
    let keys = samples::batches(skew, Table::Prompts, &[1]);
    let values = samples::batches(skew, Table::Prompts, &[column]);
    let pairs = keys.iter().zip(&values);
    pairs
        .map(|(key, value)| {
            let fields = key.schema().fields().iter().chain(value.schema().fields());
            let schema = Schema::new(fields.map(|field| (field.name.as_str(), field.data_type)));
            RecordBatch::new(Arc::new(schema), [key.columns(), value.columns()].concat())
        })
        .collect()
}

/// Texts cut into words; their words counted.
fn words(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("words");
    let texts = samples::batches(Skew::Uniform {}, Table::Prompts, &[3]);
    let tokenize = tokenize();
    let tokens: Vec<RecordBatch> = samples::run(&tokenize, &texts);
    group.throughput(Throughput::Elements(samples::row_count(&tokens)));
    group.bench_with_input("tokenize", &texts, |bencher, texts| {
        bencher.iter(|| samples::run(&tokenize, black_box(texts)));
    });
    let count = count("token", DataType::Utf8);
    group.bench_with_input("count", &tokens, |bencher, tokens| {
        bencher.iter(|| samples::run(&count, black_box(tokens)));
    });
    group.finish();
}

fn tokenize() -> [OperatorSpec; 1] {
    [OperatorSpec::Tokenize { column: 0, schema: Arc::new(Schema::new([("token", DataType::Utf8)])) }]
}

fn count(key: &str, key_type: DataType) -> [OperatorSpec; 1] {
    let count = Aggregate { function: AggregateFunction::Count, column: None, name: "count".to_owned() };
    let schema = Schema::new([(key, key_type), ("count", DataType::Int64)]);
    [group_by(vec![count], Schema::new([(key, key_type)]), schema)]
}

/// Count, and sum of the second column: the words of two aggregates beside one key.
fn count_and_sum() -> [OperatorSpec; 1] {
    let aggregate = |function, column, name: &str| Aggregate { function, column, name: name.to_owned() };
    let aggregates = vec![
        aggregate(AggregateFunction::Count, None, "count"),
        aggregate(AggregateFunction::Sum, Some(1), "sum"),
    ];
    let (key, id) = (("prompt_hash", DataType::Int64), ("prompt_id", DataType::Int64));
    let schema = Schema::new([key, ("count", DataType::Int64), ("sum", DataType::Int64)]);
    [group_by(aggregates, Schema::new([key, id]), schema)]
}

/// Sum of doubles, which is exact.
fn sum_of_doubles() -> [OperatorSpec; 1] {
    let sum = Aggregate { function: AggregateFunction::Sum, column: Some(1), name: "sum".to_owned() };
    let schema = Schema::new([("prompt_hash", DataType::Int64), ("score", DataType::Float64)]);
    [group_by(vec![sum], schema.clone(), schema)]
}

fn distinct() -> [OperatorSpec; 1] {
    let schema = Schema::new([("prompt_hash", DataType::Int64)]);
    [group_by(Vec::new(), schema.clone(), schema)]
}

fn group_by(aggregates: Vec<Aggregate<usize>>, input: Schema, output: Schema) -> OperatorSpec {
    OperatorSpec::HashAggregate {
        keys: vec![0],
        aggregates,
        step: AggregateStep::Complete,
        input_schema: Arc::new(input),
        schema: Arc::new(output),
    }
}

criterion_group!(benches, hash_aggregate, words);
criterion_main!(benches);
