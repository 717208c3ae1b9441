//! One column of a batch.

use super::{Bitmap, DataType, Utf8Column};

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
    pub fn take(&self, indices: &[u32]) -> Primitive<T> {
        let values = indices.iter().map(|&index| self.values[index as usize]).collect();
        let validity = self
            .validity
            .as_ref()
            .map(|bitmap| Bitmap::from_fn(indices.len(), |at| bitmap.get(indices[at] as usize)));
        Primitive::with_validity(values, validity)
    }
}

impl<T: Copy + Default> Primitive<T> {
    fn take_or_null(&self, indices: &[u32]) -> Primitive<T> {
        let value = |&index: &u32| self.values.get(index as usize).copied().unwrap_or_default();
        let values = indices.iter().map(value).collect();
        let is_valid = |index: u32| index != NO_ROW && self.is_valid(index as usize);
        let validity = Bitmap::from_fn(indices.len(), |at| is_valid(indices[at]));
        Primitive::with_validity(values, Some(validity))
    }

    fn concat<'a>(columns: impl Iterator<Item = &'a Primitive<T>> + Clone) -> Primitive<T>
    where
        T: 'a,
    {
        let mut values = Vec::with_capacity(columns.clone().map(|column| column.values.len()).sum());
        columns.clone().for_each(|column| values.extend_from_slice(&column.values));
        let any_null = columns.clone().any(|column| column.validity.is_some());
        let validity = any_null.then(|| {
            let mut validity = Bitmap::default();
            for column in columns {
                (0..column.values.len()).for_each(|row| validity.push(column.is_valid(row)));
            }
            validity
        });
        Primitive::with_validity(values, validity)
    }
}

impl<T: Copy + Default> FromIterator<Option<T>> for Primitive<T> {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(values: I) -> Self {
        let mut validity = Bitmap::default();
        let values = values
            .into_iter()
            .map(|value| {
                validity.push(value.is_some());
                value.unwrap_or_default()
            })
            .collect();
        Primitive::with_validity(values, Some(validity))
    }
}

/// A column of one of the three types.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// 64-bit integers.
    Int64(Primitive<i64>),
    /// Doubles.
    Float64(Primitive<f64>),
    /// Text.
    Utf8(Utf8Column),
}

impl Column {
    /// Its type.
    pub fn data_type(&self) -> DataType {
        match self {
            Column::Int64(_) => DataType::Int64,
            Column::Float64(_) => DataType::Float64,
            Column::Utf8(_) => DataType::Utf8,
        }
    }

    /// Number of values.
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
    pub fn take(&self, indices: &[u32]) -> Column {
        match self {
            Column::Int64(column) => Column::Int64(column.take(indices)),
            Column::Float64(column) => Column::Float64(column.take(indices)),
            Column::Utf8(column) => Column::Utf8(column.take(indices)),
        }
    }

    /// The values at `indices`, in that order, and NULL where the index is [`NO_ROW`].
    pub fn take_or_null(&self, indices: &[u32]) -> Column {
        match self {
            Column::Int64(column) => Column::Int64(column.take_or_null(indices)),
            Column::Float64(column) => Column::Float64(column.take_or_null(indices)),
            Column::Utf8(column) => Column::Utf8(column.take_or_null(indices)),
        }
    }

    /// The integers.
    ///
    /// # Panics
    /// When the column holds something else: the planner checks types before anything runs.
    pub fn as_int64(&self) -> &Primitive<i64> {
        match self {
            Column::Int64(column) => column,
            Column::Float64(_) | Column::Utf8(_) => panic!("the planner promised an Int64 column"),
        }
    }

    /// The doubles.
    ///
    /// # Panics
    /// When the column holds something else: the planner checks types before anything runs.
    pub fn as_float64(&self) -> &Primitive<f64> {
        match self {
            Column::Float64(column) => column,
            Column::Int64(_) | Column::Utf8(_) => panic!("the planner promised a Float64 column"),
        }
    }

    /// The text.
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
    /// # Panics
    /// When there is no column, or when they differ in type.
    pub fn concat<'a>(columns: impl Iterator<Item = &'a Column> + Clone) -> Column {
        let data_type = columns.clone().next().expect("at least one column").data_type();
        match data_type {
            DataType::Int64 => Column::Int64(Primitive::concat(columns.map(Column::as_int64))),
            DataType::Float64 => Column::Float64(Primitive::concat(columns.map(Column::as_float64))),
            DataType::Utf8 => {
                let row_count = columns.clone().map(Column::len).sum();
                let mut all = Utf8Column::with_capacity(row_count, 0);
                for column in columns.map(Column::as_utf8) {
                    all.append(column);
                }
                Column::Utf8(all)
            }
        }
    }

    /// A column of `len` NULLs.
    pub fn nulls(data_type: DataType, len: usize) -> Column {
        let none = || Some(Bitmap::filled(len, false));
        match data_type {
            DataType::Int64 => Column::Int64(Primitive::with_validity(vec![0; len], none())),
            DataType::Float64 => Column::Float64(Primitive::with_validity(vec![0.0; len], none())),
            DataType::Utf8 => {
                let mut column = Utf8Column::with_capacity(len, 0);
                (0..len).for_each(|_| column.push_null());
                Column::Utf8(column)
            }
        }
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
