//! How many rows each key has, counted one by one in the generated data: what the sketch of a run is held to.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::columnar::BATCH_ROWS;
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::plan::RowShare;

/// Rows of each key, of those rows of `prompts` that take the wide branch.
pub(crate) fn key_counts(scenario: &Scenario) -> BTreeMap<i64, u64> {
    let share = RowShare::new(scenario.shuffle_fraction);
    let dataset = Arc::new(Dataset::new(&scenario.data()).expect("room for its tables"));
    let mut counts = BTreeMap::new();
    for partition in 0..dataset.partition_count() {
        // The first two columns of `prompts` are the row's id and its key.
        let mut scan = dataset.scan(&Table::Prompts, partition, &[0, 1]);
        while let Some(batch) = scan.next_batch(BATCH_ROWS).expect("room for a batch") {
            let (ids, keys) = (batch.column(0).as_int64().values(), batch.column(1).as_int64().values());
            for (_, &key) in ids.iter().zip(keys).filter(|(id, _)| share.contains(**id as u64)) {
                *counts.entry(key).or_default() += 1;
            }
        }
    }
    counts
}

/// The key with most rows and their number; the smallest of equals.
pub(crate) fn heaviest(counts: &BTreeMap<i64, u64>) -> Option<(i64, u64)> {
    counts.iter().map(|(&key, &rows)| (key, rows)).max_by_key(|&(key, rows)| (rows, Reverse(key)))
}
