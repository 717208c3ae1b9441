//! Sorting: the operator beside the floor, a plain sort of the same keys, and the placing of rows into ranges beside the placing
//! by hash.

mod samples;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::columnar::RecordBatch;
use shuffle_engine::dataset::Table;
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::{OperatorSpec, Partitioning, Ranges, SortDirection, SortKey};
use shuffle_engine::shuffle::{KeySampler, RangeBounds, TaskRows, place};

const PARTITIONS: u32 = 32;

fn key(column: usize) -> SortKey<usize> {
    SortKey { column, direction: SortDirection::Ascending, nulls_first: true }
}

fn sort_all(batches: &[RecordBatch], keys: &[SortKey<usize>]) -> usize {
    let mut pipeline = Pipeline::new(&[OperatorSpec::Sort { keys: keys.to_vec() }]);
    let mut row_count = 0;
    for batch in batches {
        pipeline.push(batch, &mut |_| Ok(())).expect("a batch fits");
    }
    let mut count = |batch: RecordBatch| {
        row_count += batch.row_count();
        Ok(())
    };
    pipeline.finish(&mut count).expect("all rows fit");
    row_count
}

fn sort(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sort");
    group.sample_size(20);
    // The hash of the prompt, its language and its score.
    let batches = samples::batches(samples::SKEWS[0].1, Table::Prompts, &[1, 2, 4]);
    let row_count = samples::row_count(&batches);
    let names: Vec<&str> = batches[0].schema().names().collect();
    assert_eq!(names, ["prompt_hash", "language", "score"]);
    group.throughput(Throughput::Elements(row_count));
    let ints: Vec<i64> =
        batches.iter().flat_map(|batch| batch.column(0).as_int64().values()).copied().collect();
    group.bench_function("floor: (key, row) in one vector", |bencher| {
        bencher.iter(|| {
            let mut pairs: Vec<(i64, u32)> = ints.iter().copied().zip(0..).collect();
            pairs.sort_unstable();
            black_box(pairs.len())
        });
    });
    for (name, keys) in [("by an integer", vec![key(0)]), ("by a text, then a double", vec![key(1), key(2)])]
    {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(sort_all(&batches, &keys))));
    }
    let by_hash = Partitioning::by_column(0);
    group.bench_function("place by hash", |bencher| {
        bencher.iter(|| {
            for batch in &batches {
                let placed = place(&by_hash, black_box(batch), TaskRows::default(), PARTITIONS);
                black_box(placed.expect("room for it"));
            }
        });
    });
    let keys = [key(0)];
    let sampled = |batches: &[RecordBatch]| {
        let mut sampler = KeySampler::new(keys.to_vec(), 300, 0);
        batches.iter().try_for_each(|batch| sampler.add(batch)).expect("room for it");
        sampler.finish().expect("a small sample")
    };
    group.bench_function("sample", |bencher| bencher.iter(|| black_box(sampled(&batches))));
    let sample = sampled(&batches);
    let bounds = RangeBounds::of_samples(
        sample.iter(),
        Ranges { keys: &keys, partition_count: PARTITIONS, schema: batches[0].schema() },
    );
    let bounds = bounds.expect("a good sample");
    group.bench_function("place by range", |bencher| {
        bencher.iter(|| {
            batches
                .iter()
                .for_each(|batch| drop(black_box(bounds.place(black_box(batch)).expect("room for it"))))
        });
    });
    group.finish();
}

criterion_group!(benches, sort);
criterion_main!(benches);
