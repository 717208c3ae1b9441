//! The tables: generated, never shipped. Partition `p` follows from `(seed, table, p)` alone.
//!
//! ```text
//! prompts  prompt_id 0..rows   prompt_hash (the key, skewed)   language, text (of the key)   score (of the row)
//! rewards  prompt_hash, every key once                         reward (of the key)
//! ```
//!
//! A prompt's text and language belong to its key: two rows with one `prompt_hash` are the same prompt,
//! scored twice. Each column draws from its own stream, so a scan that leaves columns out reads the same
//! values in the others. Scores are exact multiples of 2^-20 and one in 50 is NULL ("not scored yet").

mod keys;
mod prompts;
mod resident;
mod rewards;
mod text;

pub use keys::KeyDistribution;
pub(crate) use keys::{rotated, rotation};
pub use resident::ResidentScans;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::columnar::{DataType, RecordBatch, Schema};
use crate::random::Streams;
use crate::scenario::{Scenario, Skew};
pub(crate) use text::TextSource;

/// A generated table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Table {
    /// The facts: `rows` of them.
    Prompts,
    /// One reward for each key.
    Rewards,
}

impl Table {
    /// Both tables.
    pub const ALL: [Table; 2] = [Table::Prompts, Table::Rewards];

    /// The name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Table::Prompts => "prompts",
            Table::Rewards => "rewards",
        }
    }

    /// All its columns.
    pub fn schema(self) -> Schema {
        match self {
            Table::Prompts => Schema::new([
                ("prompt_id", DataType::Int64),
                ("prompt_hash", DataType::Int64),
                ("language", DataType::Utf8),
                ("text", DataType::Utf8),
                ("score", DataType::Float64),
            ]),
            Table::Rewards => Schema::new([("prompt_hash", DataType::Int64), ("reward", DataType::Float64)]),
        }
    }
}

/// What decides the tables' content: two scenarios with one `DatasetKey` scan the same rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatasetKey {
    seed: u64,
    rows: u64,
    keys: u64,
    skew: Skew,
    partitions: u32,
}

/// Both tables of a scenario, ready to be scanned: the alias tables are built once and shared by all tasks.
#[derive(Debug)]
pub struct Dataset {
    key: DatasetKey,
    streams: Streams,
    keys: KeyDistribution,
    text: TextSource,
}

impl Dataset {
    /// Builds the alias tables: O(keys).
    pub fn new(scenario: &Scenario) -> Self {
        let streams = Streams::new(scenario.seed);
        Dataset {
            key: Dataset::key_of(scenario),
            streams,
            keys: KeyDistribution::new(scenario.keys, scenario.skew, &streams),
            text: TextSource::new(streams),
        }
    }

    /// What the content depends on.
    pub fn key_of(scenario: &Scenario) -> DatasetKey {
        DatasetKey {
            seed: scenario.seed,
            rows: scenario.rows,
            keys: scenario.keys,
            skew: scenario.skew,
            partitions: scenario.map_partitions,
        }
    }

    /// Whether this is the dataset of `scenario`.
    pub fn serves(&self, scenario: &Scenario) -> bool {
        self.key == Dataset::key_of(scenario)
    }

    /// How rows spread over keys.
    pub fn keys(&self) -> &KeyDistribution {
        &self.keys
    }

    /// The rows of `table` in all partitions.
    pub fn row_count(&self, table: Table) -> u64 {
        match table {
            Table::Prompts => self.key.rows,
            Table::Rewards => self.key.keys,
        }
    }

    /// Number of partitions of either table.
    pub fn partition_count(&self) -> u32 {
        self.key.partitions
    }

    /// The row ids of one partition: as equal as whole numbers allow.
    pub fn partition_rows(&self, table: Table, partition: u32) -> std::ops::Range<u64> {
        let at = |index: u64| self.row_count(table) * index / u64::from(self.key.partitions);
        at(u64::from(partition))..at(u64::from(partition) + 1)
    }

    /// Scans one partition, a batch at a time.
    pub fn scan(self: &Arc<Self>, table: Table, partition: u32, column_indices: &[usize]) -> Scan {
        let rows = self.partition_rows(table, partition);
        let schema = Arc::new(table.schema().select(column_indices));
        let source = match table {
            Table::Prompts => {
                Source::Prompts(prompts::Prompts::new(self.streams, partition, rows, column_indices))
            }
            Table::Rewards => Source::Rewards(rewards::Rewards::new(self.streams, rows, column_indices)),
        };
        Scan { dataset: self.clone(), schema, source }
    }
}

/// A scan in progress.
#[derive(Debug)]
pub struct Scan {
    dataset: Arc<Dataset>,
    schema: Arc<Schema>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Prompts(prompts::Prompts),
    Rewards(rewards::Rewards),
    Resident(std::vec::IntoIter<RecordBatch>),
}

impl Scan {
    /// The next rows, at most `row_limit`; `None` at the end.
    pub fn next_batch(&mut self, row_limit: usize) -> Option<RecordBatch> {
        let columns = match &mut self.source {
            Source::Prompts(prompts) => prompts.next(row_limit, &self.dataset.keys, &self.dataset.text),
            Source::Rewards(rewards) => rewards.next(row_limit, &self.dataset.keys),
            Source::Resident(batches) => return batches.next(),
        }?;
        Some(RecordBatch::new(self.schema.clone(), columns))
    }
}

/// The next at most `row_limit` ids of `rows`, taken off its front.
fn take_rows(rows: &mut std::ops::Range<u64>, row_limit: usize) -> Option<std::ops::Range<u64>> {
    if rows.is_empty() {
        return None;
    }
    let end = rows.end.min(rows.start + row_limit as u64);
    let taken = rows.start..end;
    rows.start = end;
    Some(taken)
}
