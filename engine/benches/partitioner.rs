//! Placing rows: how many a second find their reduce partition, plain, salted, and beside a NULL-free power of two.

mod samples;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::Partitioning;
use shuffle_engine::shuffle::{TaskRows, place};

fn partitioner(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("partitioner");
    for (skew_name, skew) in samples::SKEWS {
        let batches = samples::batches(skew, Table::Prompts, &[1]);
        group.throughput(Throughput::Elements(samples::row_count(&batches)));
        for (way, salt_buckets, partition_count) in
            [("32 partitions", 1, 32), ("200 partitions", 1, 200), ("salt of 8", 8, 32)]
        {
            let partitioning = Partitioning::Hash { columns: vec![0], salt_buckets };
            group.bench_with_input(BenchmarkId::new(way, skew_name), &batches, |bencher, batches| {
                bencher.iter(|| {
                    for batch in batches {
                        let placed =
                            place(&partitioning, black_box(batch), TaskRows::default(), partition_count);
                        black_box(placed.expect("room for it"));
                    }
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, partitioner);
criterion_main!(benches);
