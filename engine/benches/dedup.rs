//! Keeping the best row of each of 20,000 keys: rows a second.

mod samples;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::{Direction, OperatorSpec, OrderBy};

/// What a run of `dedup_best` reads: id, key, language and score.
const COLUMNS: [usize; 4] = [0, 1, 2, 4];

fn dedup(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dedup");
    let order = vec![
        OrderBy { column: 3, direction: Direction::Highest },
        OrderBy { column: 0, direction: Direction::Lowest },
    ];
    let schema = Arc::new(Table::Prompts.schema().select(&COLUMNS));
    let specs = [OperatorSpec::Dedup { key: 1, order, schema }];
    for (skew_name, skew) in samples::SKEWS {
        let batches = samples::batches(skew, Table::Prompts, &COLUMNS);
        group.throughput(Throughput::Elements(samples::row_count(&batches)));
        group.bench_with_input(BenchmarkId::new("highest score", skew_name), &batches, |bencher, batches| {
            bencher.iter(|| samples::run(&specs, black_box(batches)));
        });
    }
    group.finish();
}

criterion_group!(benches, dedup);
criterion_main!(benches);
