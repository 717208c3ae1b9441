//! A condition is true, false or unknown in each row. Unknown is what SQL says of a comparison with NULL.

use std::cmp::Ordering;
use std::sync::Arc;

use super::numbers::{Side, both_valid, floats, ints, test};
use super::{Operand, operand};
use crate::columnar::{Bitmap, Column, DataType, RecordBatch};
use crate::error::Result;
use crate::plan::{BinaryOperator, Expr, InList, UnaryOperator, Value};

/// Two bits a row. A row in neither is NULL.
pub(super) struct Truth {
    pub(super) is_true: Bitmap,
    pub(super) is_false: Bitmap,
}

impl Truth {
    /// From one bit a row, which counts where the row is valid.
    fn new(bits: Bitmap, validity: Option<&Bitmap>) -> Result<Self> {
        let opposite = bits.not()?;
        Ok(match validity {
            None => Truth { is_true: bits, is_false: opposite },
            Some(validity) => Truth { is_true: bits.and(validity)?, is_false: opposite.and(validity)? },
        })
    }
}

/// As with operands, what is computed at a level is no part of the recursion.
pub(super) fn evaluate(expr: &Expr<usize>, batch: &RecordBatch) -> Result<Truth> {
    let row_count = batch.row_count();
    match expr {
        Expr::Literal(value) => constant(value, row_count),
        Expr::Unary { operator: UnaryOperator::Not, input } => {
            let Truth { is_true, is_false } = evaluate(input, batch)?;
            Ok(Truth { is_true: is_false, is_false: is_true })
        }
        Expr::Unary { operator: UnaryOperator::IsNull, input } => nulls(operand(input, batch)?, row_count),
        Expr::Unary { operator: UnaryOperator::Contains(part), input } => {
            containing(part, &*super::evaluate(input, batch)?)
        }
        Expr::Unary { operator: UnaryOperator::InList(list), input } => {
            in_list(list, &*super::evaluate(input, batch)?, row_count)
        }
        Expr::Binary { operator: BinaryOperator::And, left, right } => {
            let (left, right) = (evaluate(left, batch)?, evaluate(right, batch)?);
            both(&left, &right)
        }
        Expr::Binary { operator: BinaryOperator::Or, left, right } => {
            let (left, right) = (evaluate(left, batch)?, evaluate(right, batch)?);
            either(&left, &right)
        }
        Expr::Binary { operator, left, right } => {
            let (left, right) = (operand(left, batch)?, operand(right, batch)?);
            compared(*operator, &left, &right, row_count)
        }
        Expr::Column(_) | Expr::Unary { .. } | Expr::Case { .. } | Expr::Refused(_) => {
            panic!("the planner promised a condition")
        }
    }
}

/// Where a condition is true, and no more than that where one bitmap is enough to know.
pub(super) fn evaluate_true(expr: &Expr<usize>, batch: &RecordBatch) -> Result<Bitmap> {
    match expr {
        Expr::Binary { operator: BinaryOperator::And, left, right } => {
            evaluate_true(left, batch)?.and(&evaluate_true(right, batch)?)
        }
        Expr::Binary { operator: BinaryOperator::Or, left, right } => {
            evaluate_true(left, batch)?.or(&evaluate_true(right, batch)?)
        }
        Expr::Binary { operator, left, right } => {
            let (left, right) = (operand(left, batch)?, operand(right, batch)?);
            compared_true(*operator, &left, &right, batch.row_count())
        }
        other => Ok(evaluate(other, batch)?.is_true),
    }
}

#[inline(never)]
fn constant(value: &Value, row_count: usize) -> Result<Truth> {
    Ok(Truth {
        is_true: Bitmap::filled(row_count, *value == Value::Truth(true))?,
        is_false: Bitmap::filled(row_count, *value == Value::Truth(false))?,
    })
}

#[inline(never)]
fn both(left: &Truth, right: &Truth) -> Result<Truth> {
    Ok(Truth { is_true: left.is_true.and(&right.is_true)?, is_false: left.is_false.or(&right.is_false)? })
}

#[inline(never)]
fn either(left: &Truth, right: &Truth) -> Result<Truth> {
    Ok(Truth { is_true: left.is_true.or(&right.is_true)?, is_false: left.is_false.and(&right.is_false)? })
}

#[inline(never)]
fn compared(operator: BinaryOperator, left: &Operand, right: &Operand, row_count: usize) -> Result<Truth> {
    let (bits, validity) = compare(operator, left, right, row_count)?;
    Truth::new(bits, validity.as_ref())
}

#[inline(never)]
fn compared_true(
    operator: BinaryOperator,
    left: &Operand,
    right: &Operand,
    row_count: usize,
) -> Result<Bitmap> {
    let (bits, validity) = compare(operator, left, right, row_count)?;
    match validity {
        None => Ok(bits),
        Some(validity) => bits.and(&validity),
    }
}

#[inline(never)]
fn containing(part: &str, column: &Column) -> Result<Truth> {
    let texts = column.as_utf8();
    let contains = Bitmap::from_fn(texts.len(), |row| texts.value(row).contains(part))?;
    Truth::new(contains, texts.validity())
}

/// Whether values are in a list. NULL is in none, unless the list is empty: then nothing is in it, for sure.
#[inline(never)]
fn in_list(list: &InList, column: &Column, row_count: usize) -> Result<Truth> {
    let is_found = match column {
        Column::Int64(ints) => Bitmap::of_values(ints.values(), |value| list.has_int(value)),
        Column::Float64(floats) => Bitmap::of_values(floats.values(), |value| list.has_float(value)),
        Column::Utf8(texts) => Bitmap::from_fn(row_count, |row| list.has_text(texts.bytes_at(row))),
    }?;
    if list.is_empty() {
        return Truth::new(is_found, None);
    }
    let truth = Truth::new(is_found, column.validity())?;
    if list.has_null() {
        return Ok(Truth { is_true: truth.is_true, is_false: Bitmap::filled(row_count, false)? });
    }
    Ok(truth)
}

/// Whether a value, or a condition, is NULL.
#[inline(never)]
fn nulls(operand: Operand, row_count: usize) -> Result<Truth> {
    let is_null = match operand {
        Operand::Scalar(value) => Bitmap::filled(row_count, matches!(value, Value::Null(_))),
        Operand::Column(column) => {
            column.validity().map_or_else(|| Bitmap::filled(row_count, false), Bitmap::not)
        }
    };
    Truth::new(is_null?, None)
}

/// One bit a row, and where it counts; `None` is everywhere.
fn compare(
    operator: BinaryOperator,
    left: &Operand,
    right: &Operand,
    row_count: usize,
) -> Result<(Bitmap, Option<Bitmap>)> {
    match (left.data_type(), right.data_type()) {
        (DataType::Int64, DataType::Int64) => {
            let (left, right) = (ints(left), ints(right));
            let bits = compare_numbers(operator, &left, &right, row_count, |a, b| a == b, |a, b| a < b)?;
            Ok((bits, both_valid(&left, &right, row_count)?))
        }
        (DataType::Utf8, DataType::Utf8) => compare_texts(operator, left, right, row_count),
        (DataType::Int64 | DataType::Float64, DataType::Int64 | DataType::Float64) => {
            let (left, right) = (floats(left)?, floats(right)?);
            let less = |left: f64, right: f64| left < right || (!left.is_nan() && right.is_nan());
            let equal = |left: f64, right: f64| left == right || (left.is_nan() && right.is_nan());
            let bits = compare_numbers(operator, &left, &right, row_count, equal, less)?;
            Ok((bits, both_valid(&left, &right, row_count)?))
        }
        (left, right) => panic!("the planner compares like with like, not {left:?} with {right:?}"),
    }
}

/// The comparison's answer for each row, as a bit. Two loops serve the six comparisons of a type: its order is total, so `a > b`
/// is `b < a`, and `a >= b` is the opposite of `a < b`.
fn compare_numbers<T: Copy + Default>(
    operator: BinaryOperator,
    left: &Side<'_, T>,
    right: &Side<'_, T>,
    row_count: usize,
    equal: impl Fn(T, T) -> bool + Copy,
    less: impl Fn(T, T) -> bool + Copy,
) -> Result<Bitmap> {
    match operator {
        BinaryOperator::Eq => test(left, right, row_count, equal),
        BinaryOperator::NotEq => test(left, right, row_count, equal)?.not(),
        BinaryOperator::Lt => test(left, right, row_count, less),
        BinaryOperator::GtEq => test(left, right, row_count, less)?.not(),
        BinaryOperator::Gt => test(right, left, row_count, less),
        BinaryOperator::LtEq => test(right, left, row_count, less)?.not(),
        other => panic!("{other:?} is no comparison"),
    }
}

fn compare_texts(
    operator: BinaryOperator,
    left: &Operand,
    right: &Operand,
    row_count: usize,
) -> Result<(Bitmap, Option<Bitmap>)> {
    let holds: fn(Ordering) -> bool = match operator {
        BinaryOperator::Eq => Ordering::is_eq,
        BinaryOperator::NotEq => Ordering::is_ne,
        BinaryOperator::Lt => Ordering::is_lt,
        BinaryOperator::LtEq => Ordering::is_le,
        BinaryOperator::Gt => Ordering::is_gt,
        BinaryOperator::GtEq => Ordering::is_ge,
        other => panic!("{other:?} is no comparison"),
    };
    let (left, right) = (Texts::of(left), Texts::of(right));
    let bits = match (operator, &left, &right) {
        // Lengths decide most of these.
        (BinaryOperator::Eq, Texts::Column(column), Texts::Scalar(Some(text))) => {
            let (column, text) = (column.as_utf8(), text.as_bytes());
            Bitmap::from_fn(row_count, |row| column.bytes_at(row) == text)
        }
        _ => Bitmap::from_fn(row_count, |row| holds(left.bytes(row).cmp(right.bytes(row)))),
    };
    let validity = Bitmap::from_fn(row_count, |row| left.is_valid(row) && right.is_valid(row))?;
    Ok((bits?, Some(validity)))
}

/// One side of a comparison of texts.
enum Texts {
    Column(Arc<Column>),
    /// `None` is NULL.
    Scalar(Option<String>),
}

impl Texts {
    fn of(operand: &Operand) -> Self {
        match operand {
            Operand::Column(column) => Texts::Column(column.clone()),
            Operand::Scalar(Value::Utf8(text)) => Texts::Scalar(Some(text.clone())),
            Operand::Scalar(_) => Texts::Scalar(None),
        }
    }

    fn bytes(&self, row: usize) -> &[u8] {
        match self {
            Texts::Column(column) => column.as_utf8().bytes_at(row),
            Texts::Scalar(text) => text.as_deref().unwrap_or_default().as_bytes(),
        }
    }

    fn is_valid(&self, row: usize) -> bool {
        match self {
            Texts::Column(column) => column.as_utf8().is_valid(row),
            Texts::Scalar(text) => text.is_some(),
        }
    }
}
