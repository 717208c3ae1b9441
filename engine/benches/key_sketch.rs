//! What the sketch of heavy keys costs: the map side of a count by key (scan, place, write), and the sketch alone.

mod samples;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::columnar::BATCH_ROWS;
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::plan::Partitioning;
use shuffle_engine::shuffle::{KeySketch, ShuffleWrite, TaskRows, place};

fn key_sketch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("key_sketch");
    for (skew_name, skew) in samples::SKEWS {
        let batches = samples::batches(skew, Table::Prompts, &[1]);
        let dataset = Arc::new(Dataset::new(&samples::scenario(skew).data()).expect("room for its tables"));
        let partitioning = Partitioning::Hash { columns: vec![0], salt_buckets: 1 };
        group.throughput(Throughput::Elements(samples::row_count(&batches)));
        group.bench_function(format!("map side/{skew_name}"), |bencher| {
            bencher.iter(|| {
                let mut write = ShuffleWrite::new(32);
                let mut scan = dataset.scan(&Table::Prompts, 0, &[1]);
                while let Some(batch) = scan.next_batch(BATCH_ROWS).expect("room for a batch") {
                    let rows = TaskRows { task: 0, first_row: write.row_count() };
                    let placement = place(&partitioning, &batch, rows, 32).expect("room for it");
                    write.push(batch, placement);
                }
                black_box(write.finish(batches[0].schema()).expect("a benchmark's blocks fit"))
            });
        });
        group.bench_function(format!("sketch/{skew_name}"), |bencher| {
            bencher.iter(|| {
                let mut sketch = KeySketch::default();
                let mut keys = batches.iter().map(|batch| batch.column(0).as_int64().values());
                keys.try_for_each(|keys| sketch.add(black_box(keys))).expect("room for it");
                black_box(sketch.finish())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, key_sketch);
criterion_main!(benches);
