//! The data that every benchmark reads: prompts of a Zipfian and a uniform scenario, scanned once.

use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::columnar::{BATCH_ROWS, RecordBatch};
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::OperatorSpec;
use shuffle_engine::scenario::Skew;

/// The two ways in which keys are spread: many rows a key, and one hot key among many.
#[allow(dead_code, reason = "each benchmark includes this file and uses what it needs")]
pub(crate) const SKEWS: [(&str, Skew); 2] =
    [("uniform", Skew::Uniform {}), ("hot key 0.3", Skew::HotKey { share: 0.3 })];

/// A quarter of a million rows over 20,000 keys.
pub(crate) fn scenario(skew: Skew) -> Scenario {
    Scenario { skew, rows: 250_000, keys: 20_000, map_partitions: 1, ..Scenario::default() }
}

/// These columns of a table, in batches.
pub(crate) fn batches(skew: Skew, table: Table, columns: &[usize]) -> Vec<RecordBatch> {
    let mut scan =
        Arc::new(Dataset::new(&scenario(skew).data()).expect("room for its tables")).scan(&table, 0, columns);
    std::iter::from_fn(|| scan.next_batch(BATCH_ROWS).expect("room for a batch")).collect()
}

/// Rows in all.
pub(crate) fn row_count(batches: &[RecordBatch]) -> u64 {
    batches.iter().map(|batch| batch.row_count() as u64).sum()
}

/// Sends batches through operators; all that comes out.
#[allow(dead_code, reason = "each benchmark includes this file and uses what it needs")]
pub(crate) fn run(specs: &[OperatorSpec], batches: &[RecordBatch]) -> Vec<RecordBatch> {
    let (mut pipeline, mut out) = (Pipeline::new(specs), Vec::new());
    let mut keep = |batch| {
        out.push(batch);
        Ok(())
    };
    batches.iter().try_for_each(|batch| pipeline.push(batch, &mut keep)).expect("a benchmark's batch fits");
    pipeline.finish(&mut keep).expect("a benchmark's batch fits");
    out
}
