//! The order of rows by some columns: a word of each row decides most comparisons, the columns themselves decide the rest.
//!
//! ```text
//!  first column:  value ─> a word that compares as the value does   (of a text its first eight bytes)
//!  two words differ ──> that is the order
//!  two words agree ───> the columns are compared, one after the other
//! ```

use std::cmp::Ordering;

use crate::columnar::order::{bits_of_float, bits_of_int};
use crate::columnar::{Column, DataType, RecordBatch, Schema};
use crate::plan::{SortDirection, SortKey};

/// A batch's columns that decide its rows' order, by the sort keys in their order.
#[derive(Debug)]
pub struct OrderedRows<'a> {
    keys: &'a [SortKey<usize>],
    columns: Vec<&'a Column>,
}

impl<'a> OrderedRows<'a> {
    /// The rows of a batch, in which the keys' columns stand where the keys say.
    pub fn new(batch: &'a RecordBatch, keys: &'a [SortKey<usize>]) -> Self {
        OrderedRows { keys, columns: keys.iter().map(|key| batch.column(key.column)).collect() }
    }

    /// The rows of a batch whose columns are the keys', in the keys' order, and nothing else.
    pub(super) fn of_keys(batch: &'a RecordBatch, keys: &'a [SortKey<usize>]) -> Self {
        OrderedRows { keys, columns: batch.columns().iter().map(AsRef::as_ref).collect() }
    }

    /// A word of each row. Where the words of two rows differ, the smaller one comes first.
    pub fn words(&self) -> impl Iterator<Item = u64> + '_ {
        let (key, column) = (&self.keys[0], self.columns[0]);
        let null = if key.nulls_first { 0 } else { u64::MAX };
        (0..column.len()).map(move |row| match word_at(column, row) {
            None => null,
            Some(word) => match key.direction {
                SortDirection::Ascending => word,
                SortDirection::Descending => !word,
            },
        })
    }

    /// Which of two rows comes first, of this batch and of another one.
    pub fn compare(&self, row: usize, others: &OrderedRows<'_>, other_row: usize) -> Ordering {
        let columns = self.columns.iter().zip(&others.columns).zip(self.keys);
        let mut compared = columns.map(|((column, others), key)| {
            compare_values((column, row), (others, other_row), key.direction, key.nulls_first)
        });
        compared.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Whether rows of the same word are always equal: when one column of numbers decides and has no NULL.
pub fn is_decided_by_words(keys: &[SortKey<usize>], schema: &Schema, batches: &[RecordBatch]) -> bool {
    let [key] = keys else { return false };
    let is_text = schema.fields()[key.column].data_type == DataType::Utf8;
    !is_text && batches.iter().all(|batch| batch.column(key.column).validity().is_none())
}

#[inline]
fn word_at(column: &Column, row: usize) -> Option<u64> {
    match column {
        Column::Int64(ints) => ints.get(row).map(bits_of_int),
        Column::Float64(floats) => floats.get(row).map(bits_of_float),
        // The first byte is the highest, so that words compare as the texts do.
        Column::Utf8(texts) => texts.is_valid(row).then(|| texts.first_word(row).swap_bytes()),
    }
}

fn compare_values(
    (column, row): (&Column, usize),
    (others, other_row): (&Column, usize),
    direction: SortDirection,
    nulls_first: bool,
) -> Ordering {
    let is_valid = |column: &Column, row| column.validity().is_none_or(|validity| validity.get(row));
    match (is_valid(column, row), is_valid(others, other_row)) {
        (true, true) => {}
        (false, false) => return Ordering::Equal,
        (valid, _) => return if valid == nulls_first { Ordering::Greater } else { Ordering::Less },
    }
    let ascending = match (column, others) {
        (Column::Utf8(texts), Column::Utf8(others)) => texts.bytes_at(row).cmp(others.bytes_at(other_row)),
        _ => word_at(column, row).cmp(&word_at(others, other_row)),
    };
    match direction {
        SortDirection::Ascending => ascending,
        SortDirection::Descending => ascending.reverse(),
    }
}
