//! Group keys give each distinct value of a column a number, from 0 on, whatever the column's type.

use std::ops::Range;

use super::{KeyTable, TextTable};
use crate::columnar::{Bitmap, Column, DataType, Primitive};
use crate::error::Result;
use crate::room::{collect, copied, reserve_for};

/// Numbers the distinct values of a column 0, 1, 2... in the order in which they are first seen. NULL is a value of its own.
#[derive(Debug, Clone)]
pub enum GroupKeys {
    /// Integers.
    Int64(KeyTable),
    /// Doubles, by their canonical bits.
    Float64(KeyTable),
    /// Text.
    Utf8(TextTable),
}

impl GroupKeys {
    /// What [`GroupKeys::find`] gives for a value that has no number.
    pub(super) const MISSING: u32 = u32::MAX;

    /// No key yet, of this type.
    pub fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::Int64 => GroupKeys::Int64(KeyTable::default()),
            DataType::Float64 => GroupKeys::Float64(KeyTable::default()),
            DataType::Utf8 => GroupKeys::Utf8(TextTable::default()),
        }
    }

    /// Distinct keys, NULL included.
    pub fn len(&self) -> usize {
        match self {
            GroupKeys::Int64(table) | GroupKeys::Float64(table) => table.len(),
            GroupKeys::Utf8(table) => table.len(),
        }
    }

    /// Whether there is no key yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts the number of each of the column's values into `numbers`, in place of what was there.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`].
    ///
    /// # Panics
    /// When the column is of another type.
    pub fn number(&mut self, column: &Column, numbers: &mut Vec<u32>) -> Result<()> {
        numbers.clear();
        match self {
            GroupKeys::Int64(table) => table.number(column.as_int64().values(), column.validity(), numbers),
            GroupKeys::Float64(table) => {
                table.number(&key_bits(column.as_float64().values())?, column.validity(), numbers)
            }
            GroupKeys::Utf8(table) => table.number(column.as_utf8(), numbers),
        }
    }

    /// Puts the number of each of the column's values into `numbers`, in place of what was there; [`GroupKeys::MISSING`] for
    /// NULL, and for a value that was never numbered.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`].
    ///
    /// # Panics
    /// When the column is of another type.
    pub(super) fn find(&self, column: &Column, numbers: &mut Vec<u32>) -> Result<()> {
        numbers.clear();
        match self {
            GroupKeys::Int64(table) => table.find(column.as_int64().values(), numbers)?,
            GroupKeys::Float64(table) => table.find(&key_bits(column.as_float64().values())?, numbers)?,
            GroupKeys::Utf8(table) => {
                let texts = column.as_utf8();
                let number = |row| table.get(texts, row).unwrap_or(GroupKeys::MISSING);
                reserve_for(numbers, texts.len())?;
                numbers.extend((0..texts.len()).map(number));
            }
        }
        let nulls = column.validity().into_iter().flat_map(Bitmap::zeros);
        nulls.for_each(|row| numbers[row] = GroupKeys::MISSING);
        Ok(())
    }

    /// The keys with these numbers.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`].
    pub fn column(&self, numbers: Range<usize>) -> Result<Column> {
        let validity = |null_number: Option<u32>| {
            null_number
                .map(|number| number as usize)
                .filter(|number| numbers.contains(number))
                .map(|number| Bitmap::from_fn(numbers.len(), |row| numbers.start + row != number))
                .transpose()
        };
        Ok(match self {
            GroupKeys::Int64(table) => {
                let validity = validity(table.null_number())?;
                Column::Int64(Primitive::with_validity(copied(&table.keys()[numbers])?, validity))
            }
            GroupKeys::Float64(table) => {
                let validity = validity(table.null_number())?;
                let keys = collect(table.keys()[numbers].iter().map(|&bits| f64::from_bits(bits as u64)))?;
                Column::Float64(Primitive::with_validity(keys, validity))
            }
            GroupKeys::Utf8(table) => Column::Utf8(table.keys().slice(numbers)?),
        })
    }

    /// The keys with these numbers, in this order.
    pub(super) fn take(&self, numbers: &[u32]) -> Result<Column> {
        Ok(match self {
            GroupKeys::Int64(table) => Column::Int64(take_keys(table, numbers, |key| key)?),
            GroupKeys::Float64(table) => {
                Column::Float64(take_keys(table, numbers, |bits| f64::from_bits(bits as u64))?)
            }
            GroupKeys::Utf8(table) => Column::Utf8(table.keys().take(numbers)?),
        })
    }
}

fn take_keys<T: Copy + Default>(
    table: &KeyTable,
    numbers: &[u32],
    value: fn(i64) -> T,
) -> Result<Primitive<T>> {
    let values = collect(numbers.iter().map(|&number| value(table.keys()[number as usize])))?;
    let validity = table.null_number().map(|null| Bitmap::from_fn(numbers.len(), |at| numbers[at] != null));
    Ok(Primitive::with_validity(values, validity.transpose()?))
}

/// Doubles as keys: equal numbers have equal bits. -0.0 is 0.0 and there is one NaN, as in Spark.
pub(super) fn key_bits(values: &[f64]) -> Result<Vec<i64>> {
    let canonical = |value: f64| if value.is_nan() { f64::NAN } else { value + 0.0 };
    collect(values.iter().map(|&value| canonical(value).to_bits() as i64))
}
