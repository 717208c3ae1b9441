//! Columns, not rows: a batch holds each column as one run of memory, in Arrow's layout.
//!
//! ```text
//!            prompt_hash   Int64      language   Utf8
//!  validity   1 1 1                   1 0 1          (a bit a row; absent when nothing is NULL)
//!  values     17 4 17                 offsets 0 2 2 4   bytes "ende"
//! ```
//!
//! An operator is then one loop over a slice, and a block on the wire is these same runs behind a header
//! ([`block`]).

mod bitmap;
pub mod block;
mod column;
pub(crate) mod order;
mod row_hash;
mod schema;
mod utf8;

pub use bitmap::Bitmap;
pub use column::{Column, NO_ROW, Primitive};
pub use row_hash::RowDigest;
pub use schema::{DataType, Field, Schema};
pub use utf8::Utf8Column;

use std::sync::Arc;

use crate::error::Result;
use crate::room::collect;

/// Rows an operator handles at a time: large enough to amortise a call, small enough to stay in a core's
/// second-level cache and to keep an executor's turn short. (Daft's morsels are 128 Ki rows, DuckDB's
/// vectors 2 Ki.)
pub const BATCH_ROWS: usize = 16 * 1024;

/// Some rows of one schema, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordBatch {
    schema: Arc<Schema>,
    /// Shared: a batch that keeps a column, or all its rows, copies no value.
    columns: Vec<Arc<Column>>,
    row_count: usize,
}

impl RecordBatch {
    /// The columns become a batch with the names of the schema.
    ///
    /// # Panics
    /// When the columns do not have the schema's types or differ in length: a bug in an operator.
    pub fn new<C: Into<Arc<Column>>>(schema: Arc<Schema>, columns: Vec<C>) -> Self {
        let columns: Vec<Arc<Column>> = columns.into_iter().map(Into::into).collect();
        let row_count = columns.first().map_or(0, |column| column.len());
        assert_eq!(schema.fields().len(), columns.len(), "a batch has a column for each field");
        for (field, column) in schema.fields().iter().zip(&columns) {
            assert_eq!(column.data_type(), field.data_type, "column {} has its field's type", field.name);
            assert_eq!(column.len(), row_count, "column {} is as long as the others", field.name);
        }
        RecordBatch { schema, columns, row_count }
    }

    /// No row of these columns.
    pub fn empty(schema: Arc<Schema>) -> Self {
        let columns: Vec<Column> =
            schema.fields().iter().map(|field| Column::empty(field.data_type)).collect();
        RecordBatch::new(schema, columns)
    }

    /// The names and types.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// All columns, in the schema's order.
    pub fn columns(&self) -> &[Arc<Column>] {
        &self.columns
    }

    /// One column, by its index in the schema.
    pub fn column(&self, column_index: usize) -> &Column {
        &self.columns[column_index]
    }

    /// The batch has so many rows.
    pub fn row_count(&self) -> usize {
        self.row_count
    }

    /// The rows at `indices`, in that order.
    ///
    /// # Errors
    /// The errors are those of [`Column::take`].
    pub fn take(&self, indices: &[u32]) -> Result<RecordBatch> {
        let columns = self.columns.iter().map(|column| Ok(Arc::new(column.take(indices)?)));
        let (schema, row_count) = (self.schema.clone(), indices.len());
        Ok(RecordBatch { schema, columns: columns.collect::<Result<_>>()?, row_count })
    }

    /// The first `row_count` rows.
    ///
    /// # Errors
    /// The errors are those of [`Column::take`].
    pub(crate) fn first(&self, row_count: usize) -> Result<RecordBatch> {
        self.take(&collect(0..row_count as u32)?)
    }

    /// The rows at `places`, each of which is a batch's number and a row of it.
    ///
    /// # Errors
    /// The errors are those of [`Column::take`].
    ///
    /// # Panics
    /// When a batch has another schema.
    pub(crate) fn gather(
        schema: &Arc<Schema>,
        batches: &[RecordBatch],
        places: &[(u32, u32)],
    ) -> Result<RecordBatch> {
        let fields = schema.fields().iter().enumerate();
        let columns = fields.map(|(index, field)| {
            let columns: Vec<&Column> = batches.iter().map(|batch| batch.column(index)).collect();
            Column::gather(field.data_type, &columns, places)
        });
        Ok(RecordBatch::new(schema.clone(), columns.collect::<Result<Vec<_>>>()?))
    }

    /// All rows of `batches`, one after the other; `None` when there is no batch.
    ///
    /// # Errors
    /// The errors are those of [`Column::concat`].
    ///
    /// # Panics
    /// When the batches differ in their columns' types.
    pub fn concat(batches: &[RecordBatch]) -> Result<Option<RecordBatch>> {
        let Some(first) = batches.first() else { return Ok(None) };
        let columns = (0..first.columns.len())
            .map(|index| Column::concat(batches.iter().map(|batch| batch.column(index))));
        Ok(Some(RecordBatch::new(first.schema.clone(), columns.collect::<Result<Vec<_>>>()?)))
    }

    /// One row as text for people and CSV files; `None` is NULL.
    pub fn row_text(&self, row_index: usize) -> Vec<Option<String>> {
        self.columns.iter().map(|column| column.text(row_index)).collect()
    }
}
