//! These kernels compute with numbers. Where an Int64 stands beside a Float64 it is widened first.

use std::borrow::Cow;

use super::Operand;
use crate::columnar::{Bitmap, Column, DataType, Primitive};
use crate::error::Result;
use crate::plan::{BinaryOperator, Value};
use crate::room::{collect, filled};

/// One side of a kernel: a run of values, or one value for all rows.
pub(super) enum Side<'a, T: Copy> {
    Values(Cow<'a, [T]>, Option<&'a Bitmap>),
    /// `None` is NULL.
    Scalar(Option<T>),
}

/// The integers of an operand that the planner promised to be Int64.
pub(super) fn ints(operand: &Operand) -> Side<'_, i64> {
    match operand {
        Operand::Column(column) => {
            let column = column.as_int64();
            Side::Values(Cow::Borrowed(column.values()), column.validity())
        }
        Operand::Scalar(Value::Int64(value)) => Side::Scalar(Some(*value)),
        Operand::Scalar(Value::Truth(value)) => Side::Scalar(Some(i64::from(*value))),
        Operand::Scalar(Value::Null(_)) => Side::Scalar(None),
        Operand::Scalar(Value::Float64(_) | Value::Utf8(_)) => panic!("the planner promised an Int64"),
    }
}

/// The doubles of an operand that the planner promised to be a number.
pub(super) fn floats(operand: &Operand) -> Result<Side<'_, f64>> {
    Ok(match operand {
        Operand::Column(column) => match column.as_ref() {
            Column::Float64(column) => Side::Values(Cow::Borrowed(column.values()), column.validity()),
            Column::Int64(column) => {
                let widened = collect(column.values().iter().map(|&value| value as f64))?;
                Side::Values(Cow::Owned(widened), column.validity())
            }
            Column::Utf8(_) => panic!("the planner promised a number"),
        },
        Operand::Scalar(Value::Float64(value)) => Side::Scalar(Some(*value)),
        Operand::Scalar(value) => match ints(&Operand::Scalar(value.clone())) {
            Side::Scalar(value) => Side::Scalar(value.map(|value| value as f64)),
            Side::Values(..) => unreachable!("one value is one value"),
        },
    })
}

impl<T: Copy> Side<'_, T> {
    /// Where it is not NULL; `None` where nothing is NULL.
    fn validity(&self, row_count: usize) -> Result<Option<Bitmap>> {
        match self {
            Side::Values(_, validity) => validity.map(Bitmap::copied).transpose(),
            Side::Scalar(Some(_)) => Ok(None),
            Side::Scalar(None) => Bitmap::filled(row_count, false).map(Some),
        }
    }
}

/// Where neither side is NULL; `None` where nothing is NULL.
pub(super) fn both_valid<T: Copy>(
    left: &Side<'_, T>,
    right: &Side<'_, T>,
    row_count: usize,
) -> Result<Option<Bitmap>> {
    match (left.validity(row_count)?, right.validity(row_count)?) {
        (Some(left), Some(right)) => left.and(&right).map(Some),
        (one, None) | (None, one) => Ok(one),
    }
}

/// `f` of each row's two values, in loops that a compiler can unroll.
fn map<T: Copy + Default, U: Copy + Default>(
    left: &Side<'_, T>,
    right: &Side<'_, T>,
    row_count: usize,
    f: impl Fn(T, T) -> U,
) -> Result<Vec<U>> {
    match (left, right) {
        (Side::Values(left, _), Side::Values(right, _)) => {
            collect(left.iter().zip(right.iter()).map(|(&left, &right)| f(left, right)))
        }
        (Side::Values(left, _), Side::Scalar(right)) => {
            let right = right.unwrap_or_default();
            collect(left.iter().map(|&left| f(left, right)))
        }
        (Side::Scalar(left), Side::Values(right, _)) => {
            let left = left.unwrap_or_default();
            collect(right.iter().map(|&right| f(left, right)))
        }
        (Side::Scalar(left), Side::Scalar(right)) => {
            filled(f(left.unwrap_or_default(), right.unwrap_or_default()), row_count)
        }
    }
}

/// A bit a row: `f` of its two values. Its loops are large, so each `f` has one copy of them.
#[inline(never)]
pub(super) fn test<T: Copy + Default>(
    left: &Side<'_, T>,
    right: &Side<'_, T>,
    row_count: usize,
    f: impl Fn(T, T) -> bool,
) -> Result<Bitmap> {
    match (left, right) {
        (Side::Values(left, _), Side::Values(right, _)) => {
            Bitmap::from_fn(row_count, |row| f(left[row], right[row]))
        }
        (Side::Values(left, _), Side::Scalar(right)) => {
            let right = right.unwrap_or_default();
            Bitmap::of_values(left, |left| f(left, right))
        }
        (Side::Scalar(left), Side::Values(right, _)) => {
            let left = left.unwrap_or_default();
            Bitmap::of_values(right, |right| f(left, right))
        }
        (Side::Scalar(left), Side::Scalar(right)) => {
            Bitmap::filled(row_count, f(left.unwrap_or_default(), right.unwrap_or_default()))
        }
    }
}

/// Adds, subtracts, multiplies, divides.
pub(super) fn arithmetic(
    operator: BinaryOperator,
    left: &Operand,
    right: &Operand,
    row_count: usize,
) -> Result<Column> {
    let is_whole = operator != BinaryOperator::Divide
        && left.data_type() == DataType::Int64
        && right.data_type() == DataType::Int64;
    Ok(if is_whole {
        Column::Int64(int_arithmetic(operator, &ints(left), &ints(right), row_count)?)
    } else {
        Column::Float64(float_arithmetic(operator, &floats(left)?, &floats(right)?, row_count)?)
    })
}

fn int_arithmetic(
    operator: BinaryOperator,
    left: &Side<'_, i64>,
    right: &Side<'_, i64>,
    row_count: usize,
) -> Result<Primitive<i64>> {
    let mut validity = both_valid(left, right, row_count)?;
    let values = match operator {
        BinaryOperator::Add => map(left, right, row_count, i64::wrapping_add),
        BinaryOperator::Subtract => map(left, right, row_count, i64::wrapping_sub),
        BinaryOperator::Multiply => map(left, right, row_count, i64::wrapping_mul),
        BinaryOperator::Remainder => {
            validity = and_nonzero(validity, left, right, row_count)?;
            map(left, right, row_count, |left, right| if right == 0 { 0 } else { left.wrapping_rem(right) })
        }
        other => panic!("the planner gives {other:?} of integers to another kernel"),
    };
    Ok(Primitive::with_validity(values?, validity))
}

fn float_arithmetic(
    operator: BinaryOperator,
    left: &Side<'_, f64>,
    right: &Side<'_, f64>,
    row_count: usize,
) -> Result<Primitive<f64>> {
    let mut validity = both_valid(left, right, row_count)?;
    let values = match operator {
        BinaryOperator::Add => map(left, right, row_count, |left, right| left + right),
        BinaryOperator::Subtract => map(left, right, row_count, |left, right| left - right),
        BinaryOperator::Multiply => map(left, right, row_count, |left, right| left * right),
        BinaryOperator::Divide => {
            validity = and_nonzero(validity, left, right, row_count)?;
            map(left, right, row_count, |left, right| left / right)
        }
        other => panic!("the planner gives {other:?} of doubles to another kernel"),
    };
    Ok(Primitive::with_validity(values?, validity))
}

/// Only rows whose divisor is not 0.
fn and_nonzero<T: Copy + Default + PartialEq>(
    validity: Option<Bitmap>,
    left: &Side<'_, T>,
    right: &Side<'_, T>,
    row_count: usize,
) -> Result<Option<Bitmap>> {
    let nonzero = test(left, right, row_count, |_, right| right != T::default())?;
    Ok(Some(match validity {
        None => nonzero,
        Some(validity) => validity.and(&nonzero)?,
    }))
}
