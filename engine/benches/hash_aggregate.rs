//! Grouping: rows a second into a table of 20,000 keys, counted or only told apart.

mod samples;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::columnar::{DataType, Schema};
use shuffle_engine::dataset::Table;
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::{Aggregate, AggregateFunction, OperatorSpec};

fn hash_aggregate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hash_aggregate");
    for (skew_name, skew) in samples::SKEWS {
        let batches = samples::batches(skew, Table::Prompts, &[1]);
        group.throughput(Throughput::Elements(samples::row_count(&batches)));
        for (way, specs) in [("count", count()), ("distinct", distinct())] {
            group.bench_with_input(BenchmarkId::new(way, skew_name), &batches, |bencher, batches| {
                bencher.iter(|| {
                    let mut pipeline = Pipeline::new(&specs);
                    for batch in batches {
                        pipeline.push(black_box(batch), &mut |_| Ok(())).expect("a benchmark's batch fits");
                    }
                    pipeline
                        .finish(&mut |batch| {
                            black_box(batch);
                            Ok(())
                        })
                        .expect("a benchmark's batch fits");
                });
            });
        }
    }
    group.finish();
}

fn count() -> [OperatorSpec; 1] {
    let count = Aggregate { function: AggregateFunction::Count, column: None, name: "count".to_owned() };
    let schema = Arc::new(Schema::new([("prompt_hash", DataType::Int64), ("count", DataType::Int64)]));
    [OperatorSpec::HashAggregate { key: 0, aggregates: vec![count], schema }]
}

fn distinct() -> [OperatorSpec; 1] {
    let schema = Arc::new(Schema::new([("prompt_hash", DataType::Int64)]));
    [OperatorSpec::HashAggregate { key: 0, aggregates: Vec::new(), schema }]
}

criterion_group!(benches, hash_aggregate);
criterion_main!(benches);
