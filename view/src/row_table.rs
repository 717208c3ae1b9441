//! Rows that came to the driver, as texts for a table.

use shuffle_engine::cluster::JobOutcome;
use shuffle_engine::columnar::{DataType, RecordBatch};

/// A few rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowTable {
    /// The columns' names.
    pub names: Vec<String>,
    /// Whether each column holds numbers.
    pub is_number: Vec<bool>,
    /// Each row's values; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

impl RowTable {
    /// The rows that a run brought to the driver.
    pub fn new(outcome: &JobOutcome) -> Self {
        let fields = outcome.graph.schema().fields();
        let rows =
            |batch: &RecordBatch| (0..batch.row_count()).map(|row| batch.row_text(row)).collect::<Vec<_>>();
        RowTable {
            names: fields.iter().map(|field| field.name.clone()).collect(),
            is_number: fields.iter().map(|field| field.data_type != DataType::Utf8).collect(),
            rows: outcome.rows.iter().flat_map(rows).collect(),
        }
    }
}
