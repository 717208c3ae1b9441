//! Grouping: rows a second into a table of 20,000 keys, counted or only told apart, and words into one of 4,096.

mod samples;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::columnar::{DataType, RecordBatch, Schema};
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::{Aggregate, AggregateFunction, OperatorSpec};
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
    }
    group.finish();
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
    let schema = Arc::new(Schema::new([(key, key_type), ("count", DataType::Int64)]));
    [OperatorSpec::HashAggregate { key: 0, aggregates: vec![count], schema }]
}

fn distinct() -> [OperatorSpec; 1] {
    let schema = Arc::new(Schema::new([("prompt_hash", DataType::Int64)]));
    [OperatorSpec::HashAggregate { key: 0, aggregates: Vec::new(), schema }]
}

criterion_group!(benches, hash_aggregate, words);
criterion_main!(benches);
