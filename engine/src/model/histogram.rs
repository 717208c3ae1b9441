//! How many rows each key has, counted in the seeded data itself.
//!
//! With it the rows of every reduce partition are known for any number of partitions in O(keys), before
//! anything has run.

use std::sync::Arc;

use crate::cluster::{Action, CollectPoint};
use crate::columnar::BATCH_ROWS;
use crate::dataset::{Dataset, Table};
use crate::metrics::HotKey;
use crate::plan::RowShare;
use crate::scenario::Scenario;
use crate::shuffle::spark_hash::{SEED, hash_long, pmod};

/// Rows by key, of those rows of `prompts` that take the wide branch. Empty for a query whose rows meet by another key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistogram {
    /// Rows of key k, for k from 0.
    counts: Vec<u32>,
    row_count: u64,
}

/// Counts one partition at a time, so that a page can breathe in between.
#[derive(Debug)]
pub struct HistogramBuilder {
    dataset: Arc<Dataset>,
    share: RowShare,
    next_partition: u32,
    histogram: KeyHistogram,
}

impl HistogramBuilder {
    /// Begins to count. A query without a wide branch is counted over all rows, as is what a collect takes before it.
    pub fn new(scenario: &Scenario, dataset: Arc<Dataset>) -> Self {
        let has_branch = match scenario.action {
            Action::Collect { of: CollectPoint::Input, .. } => false,
            Action::Collect { of: CollectPoint::Result, .. } | Action::Write {} | Action::Show { .. } => {
                scenario.query.is_wide()
            }
        };
        let share = if has_branch { scenario.shuffle_fraction } else { 1.0 };
        let key_count = if scenario.query.is_keyed_by_prompt() { scenario.keys } else { 0 };
        let counts = vec![0; key_count as usize];
        let histogram = KeyHistogram { counts, row_count: 0 };
        HistogramBuilder { dataset, share: RowShare::new(share), next_partition: 0, histogram }
    }

    /// Counts one more partition; the histogram once all are counted.
    pub fn step(&mut self) -> Option<KeyHistogram> {
        if self.histogram.counts.is_empty() {
            return Some(self.histogram.clone());
        }
        // The first two columns of `prompts` are the row's id and its key.
        let columns: &[usize] = if self.share.is_all() { &[1] } else { &[1, 0] };
        let mut scan = self.dataset.scan(&Table::Prompts, self.next_partition, columns);
        while let Some(batch) = scan.next_batch(BATCH_ROWS) {
            let keys = batch.column(0).as_int64().values();
            if self.share.is_all() {
                keys.iter().for_each(|&key| self.histogram.counts[key as usize] += 1);
                self.histogram.row_count += keys.len() as u64;
                continue;
            }
            let ids = batch.column(1).as_int64().values();
            for (&key, _) in keys.iter().zip(ids).filter(|(_, id)| self.share.contains(**id as u64)) {
                self.histogram.counts[key as usize] += 1;
                self.histogram.row_count += 1;
            }
        }
        self.next_partition += 1;
        (self.next_partition == self.dataset.partition_count()).then(|| self.histogram.clone())
    }
}

impl KeyHistogram {
    /// Counts all partitions at once: O(rows).
    pub fn of(scenario: &Scenario) -> Self {
        let mut builder = HistogramBuilder::new(scenario, Arc::new(Dataset::new(&scenario.data())));
        loop {
            if let Some(histogram) = builder.step() {
                return histogram;
            }
        }
    }

    /// Rows counted.
    pub fn row_count(&self) -> u64 {
        self.row_count
    }

    /// Every key that has rows, with its rows, ascending by key.
    pub fn iter(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, rows)| **rows > 0)
            .map(|(key, &rows)| (key as i64, rows.into()))
    }

    /// Rows of each reduce partition, when rows are placed by key: exact, O(keys).
    pub fn partition_rows(&self, partition_count: u32) -> Vec<u64> {
        let mut partition_rows = vec![0; partition_count as usize];
        for (key, rows) in self.iter() {
            partition_rows[pmod(hash_long(key, SEED), partition_count) as usize] += rows;
        }
        partition_rows
    }

    /// Distinct keys of each reduce partition.
    pub fn partition_keys(&self, partition_count: u32) -> Vec<u64> {
        let mut partition_keys = vec![0; partition_count as usize];
        for (key, _) in self.iter() {
            partition_keys[pmod(hash_long(key, SEED), partition_count) as usize] += 1;
        }
        partition_keys
    }

    /// The heaviest key, the smallest of equals, with the partition in which its rows meet when they are placed by key.
    pub fn hot_key(&self, partition_count: u32) -> Option<HotKey> {
        let (value, rows) = self.iter().max_by_key(|&(key, rows)| (rows, std::cmp::Reverse(key)))?;
        let partition = Some(pmod(hash_long(value, SEED), partition_count));
        Some(HotKey {
            value,
            rows,
            rows_at_most: rows,
            share: rows as f64 / self.row_count as f64,
            partition,
        })
    }
}
