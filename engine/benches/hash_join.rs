//! Joining: rows of `prompts` a second that find their reward, the table of 20,000 rewards built each time.

mod samples;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::columnar::{DataType, Schema};
use shuffle_engine::dataset::Table;
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::{BuildInput, JoinKey, JoinKind, JoinSpec, OperatorSpec};

fn hash_join(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hash_join");
    for (skew_name, skew) in samples::SKEWS {
        let probe = samples::batches(skew, Table::Prompts, &[0, 1, 4]);
        let build = samples::batches(skew, Table::Rewards, &[0, 1]);
        let specs = [join()];
        group.throughput(Throughput::Elements(samples::row_count(&probe)));
        group.bench_with_input(BenchmarkId::new("inner", skew_name), &probe, |bencher, probe| {
            bencher.iter(|| {
                let mut pipeline = Pipeline::new(&specs);
                for batch in &build {
                    pipeline.push_build(black_box(batch)).expect("a benchmark's batch fits");
                }
                for batch in probe {
                    pipeline
                        .push(black_box(batch), &mut |batch| {
                            black_box(batch);
                            Ok(())
                        })
                        .expect("a benchmark's batch fits");
                }
            });
        });
    }
    group.finish();
}

fn join() -> OperatorSpec {
    let fields = [
        ("prompt_id", DataType::Int64),
        ("prompt_hash", DataType::Int64),
        ("score", DataType::Float64),
        ("reward", DataType::Float64),
    ];
    OperatorSpec::HashJoin(JoinSpec {
        keys: vec![JoinKey { probe: 1, build: 0 }],
        build_schema: Arc::new(Table::Rewards.schema()),
        build_columns: vec![1],
        build: BuildInput::Shuffle,
        kind: JoinKind::Inner,
        schema: Arc::new(Schema::new(fields)),
    })
}

criterion_group!(benches, hash_join);
criterion_main!(benches);
