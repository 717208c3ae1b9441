//! A choice takes each value from one of two columns.

use std::borrow::Cow;

use crate::columnar::{Bitmap, Column, Primitive, Utf8Column};
use crate::error::Result;
use crate::room::{collect, copied};

/// The value of `first` where there is a bit, else the value of `second`. An Int64 beside a Float64 is widened.
pub(super) fn choose(is_first: &Bitmap, first: &Column, second: &Column) -> Result<Column> {
    Ok(match (first, second) {
        (Column::Int64(first), Column::Int64(second)) => Column::Int64(numbers(
            is_first,
            (first.values(), first.validity()),
            (second.values(), second.validity()),
        )?),
        (Column::Utf8(first), Column::Utf8(second)) => Column::Utf8(texts(is_first, first, second)?),
        (first, second) => Column::Float64(numbers(
            is_first,
            (&doubles(first)?, first.validity()),
            (&doubles(second)?, second.validity()),
        )?),
    })
}

/// The doubles of a number column.
fn doubles(column: &Column) -> Result<Cow<'_, [f64]>> {
    Ok(match column {
        Column::Float64(column) => Cow::Borrowed(column.values()),
        Column::Int64(column) => Cow::Owned(collect(column.values().iter().map(|&value| value as f64))?),
        Column::Utf8(_) => panic!("the planner promised a number"),
    })
}

type Numbers<'a, T> = (&'a [T], Option<&'a Bitmap>);

fn numbers<T: Copy + Default>(
    is_first: &Bitmap,
    (first, first_validity): Numbers<'_, T>,
    (second, second_validity): Numbers<'_, T>,
) -> Result<Primitive<T>> {
    let mut values = copied(second)?;
    for (word_index, &word) in is_first.words().iter().enumerate() {
        let start = 64 * word_index;
        let end = (start + 64).min(values.len());
        let chunk = values[start..end].iter_mut().zip(&first[start..end]);
        chunk.enumerate().for_each(|(bit, (value, &first))| {
            *value = if word >> bit & 1 == 1 { first } else { *value };
        });
    }
    let validity = match (first_validity, second_validity) {
        (None, None) => None,
        (first, second) => {
            let valid = |validity: Option<&Bitmap>, chosen: &Bitmap| match validity {
                None => chosen.copied(),
                Some(validity) => chosen.and(validity),
            };
            Some(valid(first, is_first)?.or(&valid(second, &is_first.not()?)?)?)
        }
    };
    Ok(Primitive::with_validity(values, validity))
}

fn texts(is_first: &Bitmap, first: &Utf8Column, second: &Utf8Column) -> Result<Utf8Column> {
    let of = |row| if is_first.get(row) { first } else { second };
    let is_nullable = first.validity().is_some() || second.validity().is_some();
    let validity =
        is_nullable.then(|| Bitmap::from_fn(first.len(), |row| of(row).is_valid(row))).transpose()?;
    Utf8Column::gather((0..first.len()).map(|row| Some((of(row), row))), validity)
}
