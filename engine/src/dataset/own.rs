//! Tables of a user's own: batches that are kept in memory and read partition by partition.
//!
//! A plan that scans such a table holds the table itself, so its rows travel with the plan as a shared pointer: no executor of
//! the same process needs to be told of it before, and a frame keeps its table even when another one takes the name. Nothing
//! writes the rows down, so a plan that holds such a table cannot be sent to an executor of another process: to write it as
//! JSON is an error that names the variant.

use std::ops::Range;
use std::sync::Arc;

use crate::columnar::{Column, RecordBatch, Schema};
use crate::error;
use crate::room::{collect, copied};

/// A table of a user's own. Clones share its rows; two of them are equal when they share.
#[derive(Clone)]
pub struct OwnTable {
    held: Arc<Held>,
}

struct Held {
    name: String,
    schema: Arc<Schema>,
    batches: Vec<RecordBatch>,
    row_count: u64,
}

/// What is wrong with a table that somebody wants to register.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The name is that of a table that is there already.
    #[error("there is a table {name:?} already")]
    NameTaken {
        /// The name that was given.
        name: String,
    },
    /// The name is empty.
    #[error("a table's name is empty")]
    NoName,
    /// There is no batch, so nobody can tell the columns.
    #[error("table {name:?} has no batch: one without rows would tell its columns")]
    NoBatch {
        /// The name of the table.
        name: String,
    },
    /// There is a batch, but no column.
    #[error("table {name:?} has no column")]
    NoColumn {
        /// The name of the table.
        name: String,
    },
    /// A column's name is empty.
    #[error("column {number} of table {name:?} has an empty name")]
    UnnamedColumn {
        /// The name of the table.
        name: String,
        /// The column's number, from 1.
        number: usize,
    },
    /// Two columns have one name.
    #[error("table {name:?} has two columns {column:?}")]
    DuplicateColumn {
        /// The name of the table.
        name: String,
        /// The name that both columns have.
        column: String,
    },
    /// A batch has other columns than the first one.
    #[error("batch {batch} of table {name:?} has the columns {got}, but the first has {expected}")]
    OtherColumns {
        /// The name of the table.
        name: String,
        /// The batch's number, from 0.
        batch: usize,
        /// The first batch's columns with their types.
        expected: String,
        /// The columns of this batch with their types.
        got: String,
    },
    /// A batch has more rows than its rows' numbers can count.
    #[error("batch {batch} of table {name:?} has {rows} rows, of at most {}", u32::MAX)]
    TooManyRows {
        /// The name of the table.
        name: String,
        /// The batch's number, from 0.
        batch: usize,
        /// The number of rows that the batch has.
        rows: usize,
    },
    /// Its CSV text cannot be read.
    #[error(transparent)]
    Csv(super::CsvError),
}

impl std::fmt::Debug for OwnTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnTable")
            .field("name", &self.held.name)
            .field("row_count", &self.held.row_count)
            .finish_non_exhaustive()
    }
}

impl PartialEq for OwnTable {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.held, &other.held)
    }
}

impl Eq for OwnTable {}

impl OwnTable {
    /// A table of these rows. The first batch tells the columns.
    ///
    /// # Errors
    /// An empty name, no batch, no column, a column without a name, two columns of one name, a batch with other columns, or one
    /// with too many rows.
    pub fn new(name: &str, batches: Vec<RecordBatch>) -> Result<Self, TableError> {
        if name.is_empty() {
            return Err(TableError::NoName);
        }
        let name = name.to_owned();
        let Some(schema) = batches.first().map(|batch| batch.schema().clone()) else {
            return Err(TableError::NoBatch { name });
        };
        let names: Vec<&str> = schema.names().collect();
        if names.is_empty() {
            return Err(TableError::NoColumn { name });
        }
        if let Some(at) = names.iter().position(|column| column.is_empty()) {
            return Err(TableError::UnnamedColumn { name, number: at + 1 });
        }
        if let Some((_, column)) = names.iter().enumerate().find(|(at, column)| names[..*at].contains(column))
        {
            return Err(TableError::DuplicateColumn { name, column: (*column).to_owned() });
        }
        if let Some(batch) = batches.iter().position(|batch| **batch.schema() != *schema) {
            let (expected, got) = (listed(&schema), listed(batches[batch].schema()));
            return Err(TableError::OtherColumns { name, batch, expected, got });
        }
        check_row_counts(&name, batches.iter().map(RecordBatch::row_count))?;
        let row_count = batches.iter().map(|batch| batch.row_count() as u64).sum();
        Ok(OwnTable { held: Arc::new(Held { name, schema, batches, row_count }) })
    }

    /// The table goes by this name.
    pub fn name(&self) -> &str {
        &self.held.name
    }

    /// The table has these columns.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.held.schema
    }

    /// The number of rows.
    pub fn row_count(&self) -> u64 {
        self.held.row_count
    }

    /// The next at most `row_limit` of these rows, taken off the front. They are of one batch, so there may be fewer.
    pub(super) fn next(&self, rows: &mut Range<u64>, row_limit: usize) -> error::Result<Option<Rows>> {
        if rows.is_empty() {
            return Ok(None);
        }
        let mut first_row = 0;
        for batch in &self.held.batches {
            let end = first_row + batch.row_count() as u64;
            if rows.start < end {
                let stop = rows.end.min(end).min(rows.start + row_limit as u64);
                let taken = (rows.start - first_row) as u32..(stop - first_row) as u32;
                rows.start = stop;
                let is_all = taken.len() == batch.row_count();
                let taken = (!is_all).then(|| collect(taken)).transpose()?;
                return Ok(Some(Rows { batch: batch.clone(), taken }));
            }
            first_row = end;
        }
        Ok(None)
    }
}

/// Refuses a batch whose rows 32 bits cannot number.
fn check_row_counts(name: &str, row_counts: impl Iterator<Item = usize>) -> Result<(), TableError> {
    match row_counts.enumerate().find(|(_, rows)| u32::try_from(*rows).is_err()) {
        None => Ok(()),
        Some((batch, rows)) => Err(TableError::TooManyRows { name: name.to_owned(), batch, rows }),
    }
}

/// `key Int64, note Utf8`.
fn listed(schema: &Schema) -> String {
    let fields = schema.fields().iter().map(|field| format!("{} {:?}", field.name, field.data_type));
    fields.collect::<Vec<_>>().join(", ")
}

/// Some rows of a batch; all of them when nothing was taken out.
pub(super) struct Rows {
    batch: RecordBatch,
    taken: Option<Vec<u32>>,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.taken.as_ref().map_or(self.batch.row_count(), Vec::len)
    }

    pub(super) fn column(&self, index: usize) -> error::Result<Arc<Column>> {
        match &self.taken {
            None => Ok(self.batch.columns()[index].clone()),
            Some(taken) => self.batch.column(index).take(taken).map(Arc::new),
        }
    }

    pub(super) fn take(self, kept: &[u32]) -> error::Result<Rows> {
        let taken = match self.taken {
            None => copied(kept)?,
            Some(taken) => collect(kept.iter().map(|&row| taken[row as usize]))?,
        };
        Ok(Rows { taken: Some(taken), ..self })
    }
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[test]
    fn a_batch_whose_rows_32_bits_cannot_number_is_refused() {
        let most = u32::MAX as usize;
        assert_eq!(check_row_counts("mine", [0, most].into_iter()), Ok(()));
        let refused =
            check_row_counts("mine", [most, most + 1, most + 2].into_iter()).expect_err("one row too many");
        assert_eq!(
            refused.to_string(),
            "batch 1 of table \"mine\" has 4294967296 rows, of at most 4294967295"
        );
    }
}
