//! The keys of groups: a small number for each distinct value of a column, whatever its type.

use std::ops::Range;

use super::{KeyTable, TextTable};
use crate::columnar::{Bitmap, Column, DataType, Primitive};

/// Numbers the distinct values of an Int64 or Utf8 column 0, 1, 2... in the order in which they are first seen. NULL is a
/// value of its own.
#[derive(Debug, Clone)]
pub enum GroupKeys {
    /// Integers.
    Int64(KeyTable),
    /// Text.
    Utf8(TextTable),
}

impl GroupKeys {
    /// No key yet, of this type.
    ///
    /// # Panics
    /// For a type that is no key: the planner refuses it.
    pub fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::Int64 => GroupKeys::Int64(KeyTable::default()),
            DataType::Utf8 => GroupKeys::Utf8(TextTable::default()),
            DataType::Float64 => panic!("the planner promised a key of integers or of text"),
        }
    }

    /// Distinct keys, NULL included.
    pub fn len(&self) -> usize {
        match self {
            GroupKeys::Int64(table) => table.len(),
            GroupKeys::Utf8(table) => table.len(),
        }
    }

    /// Whether there is no key yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts the number of each of the column's values into `numbers`, in place of what was there.
    ///
    /// # Panics
    /// When the column is of another type.
    pub fn number(&mut self, column: &Column, numbers: &mut Vec<u32>) {
        numbers.clear();
        let rows = 0..column.len();
        match self {
            GroupKeys::Int64(table) => {
                let keys = column.as_int64();
                match keys.validity() {
                    None => numbers.extend(keys.values().iter().map(|&key| table.insert(key))),
                    Some(_) => numbers.extend(rows.map(|row| match keys.get(row) {
                        Some(key) => table.insert(key),
                        None => table.insert_null(),
                    })),
                }
            }
            GroupKeys::Utf8(table) => {
                let keys = column.as_utf8();
                match keys.validity() {
                    None => numbers.extend(rows.map(|row| table.insert(keys, row))),
                    Some(validity) => numbers.extend(rows.map(|row| {
                        if validity.get(row) { table.insert(keys, row) } else { table.insert_null() }
                    })),
                }
            }
        }
    }

    /// The keys with these numbers.
    pub fn column(&self, numbers: Range<usize>) -> Column {
        match self {
            GroupKeys::Int64(table) => {
                let null_number = table.null_number().map(|number| number as usize);
                let validity = null_number
                    .filter(|number| numbers.contains(number))
                    .map(|number| Bitmap::from_fn(numbers.len(), |row| numbers.start + row != number));
                Column::Int64(Primitive::with_validity(table.keys()[numbers].to_vec(), validity))
            }
            GroupKeys::Utf8(table) => Column::Utf8(table.keys().slice(numbers)),
        }
    }
}
