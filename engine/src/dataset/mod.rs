//! The tables: two that are generated, never shipped, and those of a user's own ([`OwnTable`]). Partition `p` follows from `(seed, table, p)` alone.
//!
//! ```text
//! prompts  prompt_id 0..rows   prompt_hash (the key, skewed)   language, text (of the key)   score (of the row)
//! rewards  prompt_hash, every key once                         reward (of the key)
//! ```
//!
//! A prompt's text and language belong to its key: two rows with one `prompt_hash` are the same prompt,
//! scored twice. Each column draws from its own stream, so a scan that leaves columns out reads the same
//! values in the others. Scores are exact multiples of 2^-20 and one in 50 is NULL ("not scored yet").

mod csv;
mod keys;
mod own;
pub(crate) mod population;
mod prompts;
mod resident;
mod rewards;
pub(crate) mod sizes;
mod spec;
mod text;

pub use csv::{CsvError, CsvFault, read_csv};
pub use keys::KeyDistribution;
pub(crate) use keys::{rotated, rotation};
pub use own::{OwnTable, TableError};
pub use resident::ResidentScans;
pub use spec::{DataSpec, Skew};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::columnar::{Bitmap, Column, DataType, RecordBatch, Schema};
use crate::error::Result;
use crate::random::Streams;
use crate::room::{check_room, collect};
pub(crate) use text::TextSource;

/// A table that plans can scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Table {
    /// The facts: `rows` of them.
    Prompts,
    /// One reward for each key.
    Rewards,
    /// A table of a user's own. It is not written down: only executors of the same process can scan it.
    #[serde(skip)]
    Own(OwnTable),
}

impl Table {
    /// The two generated tables.
    pub const ALL: [Table; 2] = [Table::Prompts, Table::Rewards];

    /// The name in SQL.
    pub fn name(&self) -> &str {
        match self {
            Table::Prompts => "prompts",
            Table::Rewards => "rewards",
            Table::Own(table) => table.name(),
        }
    }

    /// The table has these columns.
    pub fn schema(&self) -> Schema {
        match self {
            Table::Prompts => Schema::new([
                ("prompt_id", DataType::Int64),
                ("prompt_hash", DataType::Int64),
                ("language", DataType::Utf8),
                ("text", DataType::Utf8),
                ("score", DataType::Float64),
            ]),
            Table::Rewards => Schema::new([("prompt_hash", DataType::Int64), ("reward", DataType::Float64)]),
            Table::Own(table) => Schema::clone(table.schema()),
        }
    }
}

/// Both tables, ready to be scanned: the alias tables are built once and shared by all tasks.
#[derive(Debug)]
pub struct Dataset {
    spec: DataSpec,
    streams: Streams,
    keys: KeyDistribution,
    text: TextSource,
}

impl Dataset {
    /// Builds the alias tables: O(keys).
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`] comes when room is refused.
    pub fn new(spec: &DataSpec) -> Result<Self> {
        let streams = Streams::new(spec.seed);
        let keys = KeyDistribution::new(spec.keys, spec.skew, &streams)?;
        // A vocabulary is of a fixed size, and its alias table does not ask for room.
        check_room(TextSource::BYTES)?;
        Ok(Dataset { spec: *spec, streams, keys, text: TextSource::new(streams) })
    }

    /// What the content follows from.
    pub fn spec(&self) -> &DataSpec {
        &self.spec
    }

    /// How rows spread over keys.
    pub fn keys(&self) -> &KeyDistribution {
        &self.keys
    }

    /// The rows of `table` in all partitions.
    pub fn row_count(&self, table: &Table) -> u64 {
        match table {
            Table::Prompts => self.spec.rows,
            Table::Rewards => self.spec.keys,
            Table::Own(table) => table.row_count(),
        }
    }

    /// Number of partitions of every table.
    pub fn partition_count(&self) -> u32 {
        self.spec.partitions
    }

    /// The row ids of one partition: as equal as whole numbers allow.
    pub fn partition_rows(&self, table: &Table, partition: u32) -> std::ops::Range<u64> {
        let at = |index: u64| self.row_count(table) * index / u64::from(self.spec.partitions);
        at(u64::from(partition))..at(u64::from(partition) + 1)
    }

    /// Scans one partition, a batch at a time.
    pub fn scan(self: &Arc<Self>, table: &Table, partition: u32, column_indices: &[usize]) -> Scan {
        let rows = self.partition_rows(table, partition);
        Scan {
            dataset: self.clone(),
            schema: Arc::new(table.schema().select(column_indices)),
            source: match table {
                Table::Prompts => Source::Prompts(prompts::Prompts::new(self.streams, partition, rows)),
                Table::Rewards => Source::Rewards(rewards::Rewards::new(rows)),
                Table::Own(table) => Source::Own { table: table.clone(), rows },
            },
            table: table.clone(),
            column_indices: column_indices.to_vec(),
            filter: None,
            scanned: Scanned::default(),
        }
    }
}

/// One bit a row: whether it stays.
type Keep = dyn FnMut(&RecordBatch) -> Result<Bitmap> + Send;

/// A condition on rows that are being generated.
pub struct RowFilter {
    /// The table's columns that it reads.
    pub column_indices: Vec<usize>,
    /// One bit a row of a batch of these columns: whether it stays.
    pub keep: Box<Keep>,
}

impl std::fmt::Debug for RowFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowFilter").field("column_indices", &self.column_indices).finish_non_exhaustive()
    }
}

/// What a scan has generated so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scanned {
    /// Rows drawn, before any filter.
    pub rows: u64,
    /// Bytes of the values made: of every row those that the filter reads, of the rows that stay the others.
    pub bytes: u64,
}

/// A scan in progress.
#[derive(Debug)]
pub struct Scan {
    dataset: Arc<Dataset>,
    schema: Arc<Schema>,
    source: Source,
    table: Table,
    column_indices: Vec<usize>,
    filter: Option<RowFilter>,
    scanned: Scanned,
}

#[derive(Debug)]
enum Source {
    Prompts(prompts::Prompts),
    Rewards(rewards::Rewards),
    Own { table: OwnTable, rows: std::ops::Range<u64> },
    Resident(std::vec::IntoIter<RecordBatch>),
}

/// Rows of which nothing but their numbers is made yet.
enum Rows {
    Prompts(prompts::Rows),
    Rewards(rewards::Rows),
    Own(own::Rows),
}

impl Scan {
    /// Only rows that pass: columns that the filter does not read are made only for these.
    pub fn filtered(self, filter: RowFilter) -> Self {
        Scan { filter: Some(filter), ..self }
    }

    /// What it has generated so far.
    pub fn scanned(&self) -> Scanned {
        self.scanned
    }

    /// The next rows: drawn are at most `row_limit`, a filter may leave fewer, or none. `None` at the end.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`] and, of text, [`crate::EngineError::TooLarge`].
    pub fn next_batch(&mut self, row_limit: usize) -> Result<Option<RecordBatch>> {
        let needed = |index: usize| {
            let filtered = self.filter.iter().flat_map(|filter| &filter.column_indices);
            self.column_indices.iter().chain(filtered).any(|&other| other == index)
        };
        let dataset = &self.dataset;
        let rows = match &mut self.source {
            Source::Prompts(prompts) => prompts.next(row_limit, &dataset.keys, needed)?.map(Rows::Prompts),
            Source::Rewards(rewards) => rewards.next(row_limit, &dataset.keys)?.map(Rows::Rewards),
            Source::Own { table, rows } => table.next(rows, row_limit)?.map(Rows::Own),
            Source::Resident(batches) => {
                let batch = batches.next();
                self.scanned.rows += batch.as_ref().map_or(0, |batch| batch.row_count() as u64);
                return Ok(batch);
            }
        };
        let Some(mut rows) = rows else { return Ok(None) };
        self.scanned.rows += rows.len() as u64;
        if let Some(RowFilter { column_indices, keep }) = &mut self.filter {
            let schema = Arc::new(self.table.schema().select(column_indices));
            let read = rows.columns(column_indices, dataset)?;
            self.scanned.bytes += read.iter().map(|column| column.byte_count() as u64).sum::<u64>();
            let kept = keep(&RecordBatch::new(schema, read))?;
            if kept.count_ones() < rows.len() {
                rows = rows.take(&kept.ones()?)?;
            }
            // What the filter has read is made twice, which is cheaper to say than to avoid: it is counted once.
        }
        let columns = rows.columns(&self.column_indices, dataset)?;
        let is_new =
            |index: &usize| self.filter.as_ref().is_none_or(|filter| !filter.column_indices.contains(index));
        let made = self.column_indices.iter().zip(&columns).filter(|(index, _)| is_new(index));
        self.scanned.bytes += made.map(|(_, column)| column.byte_count() as u64).sum::<u64>();
        Ok(Some(RecordBatch::new(self.schema.clone(), columns)))
    }
}

impl Rows {
    fn len(&self) -> usize {
        match self {
            Rows::Prompts(rows) => rows.ids.len(),
            Rows::Rewards(rows) => rows.keys.len(),
            Rows::Own(rows) => rows.len(),
        }
    }

    fn columns(&self, indices: &[usize], dataset: &Dataset) -> Result<Vec<Arc<Column>>> {
        let column = |&index: &usize| match self {
            Rows::Prompts(rows) => rows.column(index, &dataset.text).map(Arc::new),
            Rows::Rewards(rows) => rows.column(index, dataset.streams).map(Arc::new),
            Rows::Own(rows) => rows.column(index),
        };
        indices.iter().map(column).collect()
    }

    fn take(self, kept: &[u32]) -> Result<Rows> {
        Ok(match self {
            Rows::Prompts(rows) => Rows::Prompts(rows.take(kept)?),
            Rows::Rewards(rows) => Rows::Rewards(rows.take(kept)?),
            Rows::Own(rows) => Rows::Own(rows.take(kept)?),
        })
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

/// The values at `indices`; of a column that was not drawn, none.
fn take_values<T: Copy>(values: &[T], indices: &[u32]) -> Result<Vec<T>> {
    let indices = if values.is_empty() { &[] } else { indices };
    collect(indices.iter().map(|&index| values[index as usize]))
}
