//! Rows under names, bags of them, and their way from and to the engine's batches.

use std::collections::BTreeMap;
use std::sync::Arc;

use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, RowDigest, Schema, Utf8Column};

use super::cell::{Cell, float};

/// One row; `None` is NULL.
pub(crate) type Row = Vec<Option<Cell>>;

/// How often each row occurs.
pub(crate) type Bag = BTreeMap<Row, u64>;

/// Rows under names.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

pub(super) fn place_of(names: &[String], name: &str) -> usize {
    names
        .iter()
        .position(|other| other == name)
        .unwrap_or_else(|| panic!("there is no column {name} in {names:?}"))
}

impl Rows {
    pub(super) fn select(&self, columns: &[String]) -> Rows {
        let places: Vec<usize> = columns.iter().map(|name| place_of(&self.names, name)).collect();
        let rows = self.rows.iter().map(|row| places.iter().map(|&at| row[at].clone()).collect()).collect();
        Rows { names: columns.to_vec(), rows }
    }

    /// The rows without their order.
    pub(crate) fn bag(&self) -> Bag {
        bag(self.rows.iter().cloned())
    }

    /// The engine's digest of these rows, in batches of an odd size, so that no batch border agrees by chance.
    pub(crate) fn digest(&self, schema: &Schema) -> RowDigest {
        assert!(schema.names().eq(self.names.iter().map(String::as_str)), "the schema names these columns");
        let schema = Arc::new(schema.clone());
        let mut digest = RowDigest::default();
        for rows in self.rows.chunks(997) {
            let columns = (0..self.names.len()).zip(schema.fields());
            let columns = columns.map(|(at, field)| column(rows, at, field.data_type)).collect();
            digest.add_batch(&RecordBatch::new(schema.clone(), columns));
        }
        digest
    }
}

fn bag(rows: impl IntoIterator<Item = Row>) -> Bag {
    let mut bag = Bag::new();
    for row in rows {
        *bag.entry(row).or_default() += 1;
    }
    bag
}

/// The rows of the engine's batches without their order.
pub(crate) fn bag_of<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>) -> Bag {
    bag(batches.into_iter().flat_map(rows_of))
}

/// A batch, turned on its side.
pub(crate) fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    (0..batch.row_count())
        .map(|row| batch.columns().iter().map(|column| cell_at(column, row)).collect())
        .collect()
}

fn cell_at(column: &Column, row: usize) -> Option<Cell> {
    match column {
        Column::Int64(ints) => ints.get(row).map(Cell::Int),
        Column::Float64(floats) => floats.get(row).map(float),
        Column::Utf8(texts) => texts.is_valid(row).then(|| Cell::Text(texts.value(row).to_owned())),
    }
}

fn column(rows: &[Row], at: usize, data_type: DataType) -> Column {
    let cells = rows.iter().map(|row| row[at].as_ref());
    match data_type {
        DataType::Int64 => Column::Int64(
            cells
                .map(|cell| {
                    cell.map(|cell| match cell {
                        Cell::Int(value) => *value,
                        other => panic!("{other:?} in a column of integers"),
                    })
                })
                .collect::<Primitive<i64>>(),
        ),
        DataType::Float64 => Column::Float64(
            cells
                .map(|cell| {
                    cell.map(|cell| match cell {
                        Cell::Float(bits) => f64::from_bits(*bits),
                        other => panic!("{other:?} in a column of doubles"),
                    })
                })
                .collect::<Primitive<f64>>(),
        ),
        DataType::Utf8 => {
            let text = |cell: Option<&Cell>| match cell? {
                Cell::Text(text) => Some(text.clone()),
                other => panic!("{other:?} in a column of text"),
            };
            Column::Utf8(Utf8Column::of(cells.map(text)).expect("short texts"))
        }
    }
}
