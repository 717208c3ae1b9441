//! Blocks: rows a second scattered into 32 blocks, and read back from them, with numbers only and with text.

mod samples;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::columnar::{RecordBatch, Schema, block};
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::Partitioning;
use shuffle_engine::scenario::Skew;
use shuffle_engine::shuffle::{MapOutput, ShuffleWrite, TaskRows, place};

const PARTITIONS: u32 = 32;

/// What travels, and which of its columns is the key.
const COLUMNS: [(&str, &[usize], usize); 3] =
    [("key", &[1], 0), ("id, key, score", &[0, 1, 4], 1), ("key and text", &[1, 3], 0)];

fn write(batches: &[RecordBatch], schema: &Schema, key: usize) -> MapOutput {
    let mut write = ShuffleWrite::new(PARTITIONS);
    for batch in batches {
        let rows = TaskRows { task: 0, first_row: write.row_count() };
        let placement = place(&Partitioning::by_column(key), batch, rows, PARTITIONS).expect("room for it");
        write.push(batch.clone(), placement);
    }
    write.finish(schema).expect("a benchmark's blocks fit")
}

fn codec(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codec");
    for (name, columns, key) in COLUMNS {
        let batches = samples::batches(Skew::Uniform {}, Table::Prompts, columns);
        let schema = Arc::new(Table::Prompts.schema().select(columns));
        group.throughput(Throughput::Elements(samples::row_count(&batches)));
        group.bench_with_input(BenchmarkId::new("place and write", name), &batches, |bencher, batches| {
            bencher.iter(|| write(black_box(batches), &schema, key));
        });
        let output = write(&batches, &schema, key);
        group.bench_with_input(BenchmarkId::new("read", name), &output, |bencher, output| {
            bencher.iter(|| {
                for partition in 0..PARTITIONS {
                    let block = block::decode(black_box(output.block(partition)), &schema);
                    black_box(block.expect("a block that was just written"));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, codec);
criterion_main!(benches);
