//! A cast turns the values of one type into values of another.

use std::fmt::Write;
use std::sync::Arc;

use crate::columnar::{Bitmap, Column, DataType, Primitive, Utf8Column};
use crate::error::Result;
use crate::plan::{cast_float, cast_text};
use crate::room::collect;

/// The column as one of another type; NULL where a value has none.
pub(super) fn cast(column: Arc<Column>, to: DataType) -> Result<Arc<Column>> {
    Ok(Arc::new(match (column.as_ref(), to) {
        (Column::Int64(_), DataType::Int64)
        | (Column::Float64(_), DataType::Float64)
        | (Column::Utf8(_), DataType::Utf8) => return Ok(column),
        (Column::Int64(ints), DataType::Float64) => {
            let values = collect(ints.values().iter().map(|&value| value as f64))?;
            let validity = ints.validity().map(Bitmap::copied).transpose()?;
            Column::Float64(Primitive::with_validity(values, validity))
        }
        (Column::Float64(floats), DataType::Int64) => {
            let value = |row| floats.get(row).and_then(cast_float);
            Column::Int64(Primitive::of((0..floats.values().len()).map(value))?)
        }
        (Column::Utf8(texts), DataType::Int64) => {
            Column::Int64(Primitive::of(valid(texts).map(|text| cast_text(text?)))?)
        }
        (Column::Utf8(texts), DataType::Float64) => {
            Column::Float64(Primitive::of(valid(texts).map(|text| cast_text(text?)))?)
        }
        (Column::Int64(ints), DataType::Utf8) => Column::Utf8(written(ints, |value| value)?),
        (Column::Float64(floats), DataType::Utf8) => Column::Utf8(written(floats, |value| value + 0.0)?),
    }))
}

fn valid(texts: &Utf8Column) -> impl Iterator<Item = Option<&str>> {
    (0..texts.len()).map(|row| texts.is_valid(row).then(|| texts.value(row)))
}

/// The numbers as texts. Of doubles there is one zero: values that are equal are written alike.
fn written<T: Copy + Default + std::fmt::Display>(
    numbers: &Primitive<T>,
    of: impl Fn(T) -> T,
) -> Result<Utf8Column> {
    let row_count = numbers.values().len();
    let (mut texts, mut text) = (Utf8Column::with_room(row_count, 8 * row_count as u64)?, String::new());
    for row in 0..row_count {
        match numbers.get(row) {
            None => texts.push_null()?,
            Some(value) => {
                text.clear();
                // Writing into a string cannot fail.
                let _ = write!(text, "{}", of(value));
                texts.push(&text)?;
            }
        }
    }
    Ok(texts)
}
