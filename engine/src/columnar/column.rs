//! One column of a batch.

use super::{Bitmap, DataType, Utf8Column};
use crate::error::{EngineError, Piece, Result};
use crate::room::{self, collect, with_room};

/// No row: where [`Column::take_or_null`] puts a NULL.
pub const NO_ROW: u32 = u32::MAX;

/// Fixed-width values and which of them are not NULL.
#[derive(Debug, Clone, PartialEq)]
pub struct Primitive<T> {
    values: Vec<T>,
    validity: Option<Bitmap>,
}

impl<T: Copy + Default> Primitive<T> {
    /// Values, none of them NULL.
    pub fn new(values: Vec<T>) -> Self {
        Primitive { values, validity: None }
    }

    /// Values and their validity; a bitmap without a NULL is dropped and a NULL's value becomes the default, so that
    /// equal columns compare equal.
    ///
    /// # Panics
    /// When the bitmap has another length.
    pub fn with_validity(mut values: Vec<T>, validity: Option<Bitmap>) -> Self {
        if let Some(bitmap) = &validity {
            assert_eq!(bitmap.len(), values.len(), "a validity bit for each value");
        }
        let validity = validity.filter(|bitmap| bitmap.count_ones() < bitmap.len());
        validity.iter().flat_map(Bitmap::zeros).for_each(|row| values[row] = T::default());
        Primitive { values, validity }
    }

    /// All values; a NULL's value is the type's default.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The validity bitmap; `None` when nothing is NULL.
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// Whether value `index` is not NULL.
    #[inline]
    pub fn is_valid(&self, index: usize) -> bool {
        self.validity.as_ref().is_none_or(|validity| validity.get(index))
    }

    /// Value `index`, `None` for NULL.
    #[inline]
    pub fn get(&self, index: usize) -> Option<T> {
        self.is_valid(index).then(|| self.values[index])
    }

    /// The values at `indices`, in that order.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] comes when room is refused.
    pub fn take(&self, indices: &[u32]) -> Result<Primitive<T>> {
        let values = collect(indices.iter().map(|&index| self.values[index as usize]))?;
        let validity = self.validity.as_ref().map(|bitmap| bitmap.take(indices)).transpose()?;
        Ok(Primitive::with_validity(values, validity))
    }

    /// Values one by one; `None` is NULL.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] comes when room is refused.
    ///
    /// # Panics
    /// When the iterator does not know how many values it has at most.
    pub fn of(all: impl IntoIterator<Item = Option<T>>) -> Result<Primitive<T>> {
        let all = all.into_iter();
        let room = all.size_hint().1.expect("the values are counted");
        let (mut values, mut validity) = (with_room(room)?, Bitmap::default());
        for value in all {
            validity.push(value.is_some())?;
            values.push(value.unwrap_or_default());
        }
        Ok(Primitive::with_validity(values, Some(validity)))
    }

    /// So many times the same value.
    pub(crate) fn filled(value: T, len: usize) -> Result<Primitive<T>> {
        Ok(Primitive::new(room::filled(value, len)?))
    }

    fn take_or_null(&self, indices: &[u32]) -> Result<Primitive<T>> {
        let value = |&index: &u32| self.values.get(index as usize).copied().unwrap_or_default();
        let values = collect(indices.iter().map(value))?;
        let is_valid = |index: u32| index != NO_ROW && self.is_valid(index as usize);
        let validity = Bitmap::from_fn(indices.len(), |at| is_valid(indices[at]))?;
        Ok(Primitive::with_validity(values, Some(validity)))
    }

    /// The values at `places`, each of which is a column's number and a row of it.
    fn gather(columns: &[&Primitive<T>], places: &[(u32, u32)]) -> Result<Primitive<T>> {
        let runs: Vec<&[T]> = columns.iter().map(|column| column.values()).collect();
        let values = collect(places.iter().map(|&(column, row)| runs[column as usize][row as usize]))?;
        let validity = validity_at(places, |column| columns[column].validity(), columns.len())?;
        Ok(Primitive::with_validity(values, validity))
    }

    fn concat<'a>(columns: impl Iterator<Item = &'a Primitive<T>> + Clone) -> Result<Primitive<T>>
    where
        T: 'a,
    {
        let mut values = with_room(columns.clone().map(|column| column.values.len()).sum())?;
        columns.clone().for_each(|column| values.extend_from_slice(&column.values));
        let validity = Bitmap::concat(columns.map(|column| (column.validity(), column.values.len())))?;
        Ok(Primitive::with_validity(values, validity))
    }
}

/// Whether the rows at `places` are valid; `None` when no column has a NULL.
fn validity_at<'a>(
    places: &[(u32, u32)],
    validity: impl Fn(usize) -> Option<&'a Bitmap>,
    column_count: usize,
) -> Result<Option<Bitmap>> {
    if (0..column_count).all(|column| validity(column).is_none()) {
        return Ok(None);
    }
    let is_valid = |(column, row): (u32, u32)| {
        validity(column as usize).is_none_or(|validity| validity.get(row as usize))
    };
    Bitmap::of_values(places, is_valid).map(Some)
}

/// For a table that is written out by hand.
impl<T: Copy + Default> FromIterator<Option<T>> for Primitive<T> {
    /// # Panics
    /// When there is no room: see [`Primitive::of`].
    fn from_iter<I: IntoIterator<Item = Option<T>>>(values: I) -> Self {
        Primitive::of(values.into_iter().collect::<Vec<_>>()).expect("room for a table written out by hand")
    }
}

/// A column of one of the three types.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// The column holds 64-bit integers.
    Int64(Primitive<i64>),
    /// The column holds doubles.
    Float64(Primitive<f64>),
    /// The column holds text.
    Utf8(Utf8Column),
}

impl Column {
    /// The type of its values.
    pub fn data_type(&self) -> DataType {
        match self {
            Column::Int64(_) => DataType::Int64,
            Column::Float64(_) => DataType::Float64,
            Column::Utf8(_) => DataType::Utf8,
        }
    }

    /// The column has so many values, NULLs included.
    pub fn len(&self) -> usize {
        match self {
            Column::Int64(column) => column.values().len(),
            Column::Float64(column) => column.values().len(),
            Column::Utf8(column) => column.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of its values in memory, without the bitmap: 8 a number; of text the bytes and 4 an offset.
    pub fn byte_count(&self) -> usize {
        match self {
            Column::Int64(_) | Column::Float64(_) => 8 * self.len(),
            Column::Utf8(column) => column.byte_count() + 4 * column.len(),
        }
    }

    /// The validity bitmap; `None` when nothing is NULL.
    pub fn validity(&self) -> Option<&Bitmap> {
        match self {
            Column::Int64(column) => column.validity(),
            Column::Float64(column) => column.validity(),
            Column::Utf8(column) => column.validity(),
        }
    }

    /// The values at `indices`, in that order.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`], and [`EngineError::TooLarge`] of text.
    pub fn take(&self, indices: &[u32]) -> Result<Column> {
        Ok(match self {
            Column::Int64(column) => Column::Int64(column.take(indices)?),
            Column::Float64(column) => Column::Float64(column.take(indices)?),
            Column::Utf8(column) => Column::Utf8(column.take(indices)?),
        })
    }

    /// The values at `indices`, in that order, and NULL where the index is [`NO_ROW`].
    ///
    /// # Errors
    /// The errors are those of [`Column::take`].
    pub fn take_or_null(&self, indices: &[u32]) -> Result<Column> {
        Ok(match self {
            Column::Int64(column) => Column::Int64(column.take_or_null(indices)?),
            Column::Float64(column) => Column::Float64(column.take_or_null(indices)?),
            Column::Utf8(column) => Column::Utf8(column.take_or_null(indices)?),
        })
    }

    /// The column as one of integers.
    ///
    /// # Panics
    /// When the column holds something else: the planner checks types before anything runs.
    pub fn as_int64(&self) -> &Primitive<i64> {
        match self {
            Column::Int64(column) => column,
            Column::Float64(_) | Column::Utf8(_) => panic!("the planner promised an Int64 column"),
        }
    }

    /// The column as one of doubles.
    ///
    /// # Panics
    /// When the column holds something else: the planner checks types before anything runs.
    pub fn as_float64(&self) -> &Primitive<f64> {
        match self {
            Column::Float64(column) => column,
            Column::Int64(_) | Column::Utf8(_) => panic!("the planner promised a Float64 column"),
        }
    }

    /// The column as one of text.
    ///
    /// # Panics
    /// When the column holds something else: the planner checks types before anything runs.
    pub fn as_utf8(&self) -> &Utf8Column {
        match self {
            Column::Utf8(column) => column,
            Column::Int64(_) | Column::Float64(_) => panic!("the planner promised a Utf8 column"),
        }
    }

    /// The values of all columns, one after the other.
    ///
    /// # Errors
    /// As [`Column::take`]; [`EngineError::TooLarge`] of rows, whose numbers are 32 bits.
    ///
    /// # Panics
    /// When there is no column, or when they differ in type.
    pub fn concat<'a>(columns: impl Iterator<Item = &'a Column> + Clone) -> Result<Column> {
        let needed = columns.clone().map(|column| column.len() as u64).sum();
        let limit = u64::from(NO_ROW);
        if needed > limit {
            return Err(EngineError::TooLarge { piece: Piece::Rows, needed, limit });
        }
        let data_type = columns.clone().next().expect("at least one column").data_type();
        Ok(match data_type {
            DataType::Int64 => Column::Int64(Primitive::concat(columns.map(Column::as_int64))?),
            DataType::Float64 => Column::Float64(Primitive::concat(columns.map(Column::as_float64))?),
            DataType::Utf8 => Column::Utf8(Utf8Column::concat(columns.map(Column::as_utf8))?),
        })
    }

    /// The values at `places`, each of which is a column's number and a row of it.
    pub(super) fn gather(data_type: DataType, columns: &[&Column], places: &[(u32, u32)]) -> Result<Column> {
        fn all<'a, T>(columns: &[&'a Column], of: fn(&'a Column) -> &'a T) -> Vec<&'a T> {
            columns.iter().map(|column| of(column)).collect()
        }
        Ok(match data_type {
            DataType::Int64 => Column::Int64(Primitive::gather(&all(columns, Column::as_int64), places)?),
            DataType::Float64 => {
                Column::Float64(Primitive::gather(&all(columns, Column::as_float64), places)?)
            }
            DataType::Utf8 => {
                let columns = all(columns, Column::as_utf8);
                let validity = validity_at(places, |column| columns[column].validity(), columns.len())?;
                let value = |&(column, row): &(u32, u32)| Some((columns[column as usize], row as usize));
                Column::Utf8(Utf8Column::gather(places.iter().map(value), validity)?)
            }
        })
    }

    /// A column without a value.
    pub fn empty(data_type: DataType) -> Column {
        match data_type {
            DataType::Int64 => Column::Int64(Primitive::new(Vec::new())),
            DataType::Float64 => Column::Float64(Primitive::new(Vec::new())),
            DataType::Utf8 => Column::Utf8(Utf8Column::default()),
        }
    }

    /// A column of `len` NULLs.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] comes when room is refused.
    pub fn nulls(data_type: DataType, len: usize) -> Result<Column> {
        let none = Some(Bitmap::filled(len, false)?);
        Ok(match data_type {
            DataType::Int64 => Column::Int64(Primitive::with_validity(room::filled(0, len)?, none)),
            DataType::Float64 => Column::Float64(Primitive::with_validity(room::filled(0.0, len)?, none)),
            DataType::Utf8 => Column::Utf8(Utf8Column::gather((0..len).map(|_| None), none)?),
        })
    }

    /// Value `index` as text for people and CSV files; `None` is NULL.
    pub fn text(&self, index: usize) -> Option<String> {
        match self {
            Column::Int64(column) => column.get(index).map(|value| value.to_string()),
            Column::Float64(column) => column.get(index).map(|value| value.to_string()),
            Column::Utf8(column) => column.is_valid(index).then(|| column.value(index).to_owned()),
        }
    }
}
