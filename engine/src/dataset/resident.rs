//! Scans kept in memory, for benchmarks: the second scan of a partition costs no generating.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Dataset, Scan, Source, Table};
use crate::columnar::{BATCH_ROWS, RecordBatch};
use crate::error::Result;

/// The batches of each partition that was scanned, of one dataset.
#[derive(Debug, Default)]
pub struct ResidentScans {
    batches: BTreeMap<(&'static str, u32, Vec<usize>), Vec<RecordBatch>>,
}

impl ResidentScans {
    /// Forgets everything: the dataset has changed, or memory is wanted.
    pub fn clear(&mut self) {
        self.batches.clear();
    }

    /// A scan of the kept batches, which are generated now if this is the first.
    ///
    /// # Errors
    /// The errors are those of [`Scan::next_batch`].
    pub fn scan(
        &mut self,
        dataset: &Arc<Dataset>,
        table: &Table,
        partition: u32,
        columns: &[usize],
    ) -> Result<Scan> {
        let name = match table {
            Table::Prompts => "prompts",
            Table::Rewards => "rewards",
            // It is in memory already.
            Table::Own(_) => return Ok(dataset.scan(table, partition, columns)),
        };
        let key = (name, partition, columns.to_vec());
        let mut generated = dataset.scan(table, partition, columns);
        let batches = match self.batches.get(&key) {
            Some(batches) => batches.clone(),
            None => {
                let all = std::iter::from_fn(|| generated.next_batch(BATCH_ROWS).transpose());
                let batches = all.collect::<Result<Vec<_>>>()?;
                self.batches.insert(key, batches.clone());
                batches
            }
        };
        Ok(Scan { source: Source::Resident(batches.into_iter()), ..generated })
    }
}
