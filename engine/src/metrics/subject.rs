//! Whether a figure of the report has a subject in this run. One that has none is absent, rather than a number about
//! something else.

use super::{HotKey, StageReport};
use crate::cluster::JobOutcome;
use crate::plan::Output;
use crate::shuffle::spark_hash::{SEED, hash_long, pmod};

/// The stage whose partitions are compared: the first that read an exchange, without one the last.
pub(super) fn observed(stages: &[StageReport]) -> Option<&StageReport> {
    stages.iter().find(|stage| stage.exchange.is_some()).or(stages.last())
}

/// The rows of a stage's partitions, when there are several and every one of them ran. A show stops early, and one
/// partition is neither even nor uneven.
pub(super) fn compared_rows(stage: &StageReport) -> Option<&[u64]> {
    let rows = stage.partitions.rows.as_slice();
    (rows.len() > 1 && rows.len() == stage.tasks as usize).then_some(rows)
}

/// The hot key as this run has met it: with a reduce partition only where all of its rows met in one.
pub(super) fn hot_key(outcome: &JobOutcome, observed: Option<&StageReport>) -> Option<HotKey> {
    let heavy_keys = outcome.heavy_keys()?;
    let key = heavy_keys.keys.first()?;
    let partitions = observed.filter(|stage| meets_by_key(outcome, stage.id)).map(|stage| stage.tasks);
    Some(HotKey {
        value: key.key,
        rows: key.at_least,
        rows_at_most: key.at_most,
        share: key.at_least as f64 / heavy_keys.rows as f64,
        partition: partitions.map(|count| pmod(hash_long(key.key, SEED), count)),
    })
}

/// Whether a stage read rows that were placed by the key alone. Salt spreads a key over several partitions, and a
/// broadcast brings its rows to every executor.
fn meets_by_key(outcome: &JobOutcome, stage: u32) -> bool {
    if outcome.exchange_of(stage).is_none() {
        return false;
    }
    let shuffles = outcome.graph.stage(stage).shuffles_read();
    let places_by_key = |output: &Output| match output {
        Output::Shuffle { shuffle, partitioning, .. } => {
            let is_unsalted = partitioning.one_column().is_some_and(|(_, salt_buckets)| salt_buckets <= 1);
            is_unsalted && shuffles.contains(shuffle)
        }
        Output::Result { .. } => false,
    };
    let outputs = |shuffle: &u32| {
        outcome.graph.writer_of(*shuffle).branches.iter().any(|branch| places_by_key(&branch.output))
    };
    !shuffles.is_empty() && shuffles.iter().all(outputs)
}
