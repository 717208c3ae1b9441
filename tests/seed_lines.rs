//! What one seed gives, as one line: a hash of the very bytes that its tables have as blocks, and a small query's
//! digest. Shared by the native test, which writes `tests/golden/seeds.txt`, and the one in a browser.

use std::ops::RangeInclusive;
use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::Clock;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::columnar::BATCH_ROWS;
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::plan::Partitioning;
use shuffle_engine::random::{hash_bytes, mix64};
use shuffle_engine::scenario::{Query, Skew, Tactics};
use shuffle_engine::shuffle::{ShuffleWrite, TaskRows, place};

/// The seeds.
pub(crate) const ALL: RangeInclusive<u64> = 1..=1_000;

/// In turn, so that every query meets every skew.
const SKEWS: [Skew; 6] = [
    Skew::Uniform {},
    Skew::Zipf { exponent: 0.7 },
    Skew::Zipf { exponent: 1.1 },
    Skew::Zipf { exponent: 2.5 },
    Skew::HotKey { share: 0.3 },
    Skew::HotKey { share: 0.95 },
];

/// `SEED HASH-OF-BYTES ROWS DIGEST`.
pub(crate) fn line(seed: u64, clock: &dyn Clock) -> String {
    let scenario = scenario(seed);
    let outcome =
        LocalCluster::new(seed).run(&scenario.job().expect("a valid scenario"), clock).expect("it runs");
    let result = JobReport::new(&outcome).result;
    format!("{seed} {:016x} {} {}", hash_of_blocks(&scenario), result.rows, result.digest)
}

fn scenario(seed: u64) -> Scenario {
    let turn = seed as usize;
    Scenario {
        seed: seed * 9_007_199_254_739,
        rows: 200 + seed % 97,
        keys: 20 + seed % 31,
        skew: SKEWS[turn % SKEWS.len()],
        query: Query::ALL[turn % Query::ALL.len()],
        shuffle_fraction: [1.0, 0.37][turn % 2],
        workers: 1 + (seed % 3) as u32,
        map_partitions: 1 + (seed % 4) as u32,
        reduce_partitions: 1 + (seed % 5) as u32,
        tactics: Tactics { combine: turn.is_multiple_of(3), salt: (seed % 4) as u32, ..Tactics::default() },
        ..Scenario::default()
    }
}

/// One hash over every byte of both tables, written as the blocks of a shuffle by their key.
fn hash_of_blocks(scenario: &Scenario) -> u64 {
    let dataset = Arc::new(Dataset::new(&scenario.data()).expect("room for its tables"));
    let mut hash = 0;
    for table in Table::ALL {
        let schema = table.schema();
        let key = schema.index_of("prompt_hash").expect("both tables have it");
        let columns: Vec<usize> = (0..schema.fields().len()).collect();
        for partition in 0..scenario.map_partitions {
            let mut write = ShuffleWrite::new(scenario.reduce_partitions);
            let mut scan = dataset.scan(&table, partition, &columns);
            while let Some(batch) = scan.next_batch(BATCH_ROWS).expect("room for a batch") {
                let partitioning = Partitioning::by_column(key);
                let rows = TaskRows { task: partition, first_row: write.row_count() };
                let placement =
                    place(&partitioning, &batch, rows, scenario.reduce_partitions).expect("room for it");
                write.push(batch, placement);
            }
            let output = write.finish(&schema).expect("a few kilobytes have room");
            for reduce in 0..scenario.reduce_partitions {
                hash = mix64(hash ^ hash_bytes(output.block(reduce)));
            }
        }
    }
    hash
}
