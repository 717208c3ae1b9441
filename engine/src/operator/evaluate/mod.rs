//! An expression is computed for a whole batch at a time.
//!
//! ```text
//!  score * 100 >= 50        operand   operand   kernel
//!                           [0.2 NULL 0.9] 100  ─ multiply ─> [20 NULL 90]
//!                           [20 NULL 90]    50  ─ compare ──> true 0 0 1, false 1 0 0
//! ```
//!
//! A constant stays one value until a kernel meets it, so `x < 5` touches one column, not two. A condition is two bitmaps,
//! where it is true and where it is false; what is in neither is NULL, and `not` swaps the two.

mod cast;
mod choice;
mod numbers;
mod texts;
mod truth;

use std::sync::Arc;

use crate::columnar::{Bitmap, Column, DataType, Primitive, RecordBatch, Utf8Column};
use crate::error::Result;
use crate::plan::{BinaryOperator, Expr, Kind, UnaryOperator, Value};
use crate::room::collect;
use crate::shuffle::hash_column;
use truth::Truth;

/// The column that `expr` computes, one value a row; a condition gives 1, 0 or NULL.
///
/// # Errors
/// [`crate::EngineError::OutOfMemory`] and, of text, [`crate::EngineError::TooLarge`].
///
/// # Panics
/// When a column has another type than the planner promised.
pub fn evaluate(expr: &Expr<usize>, batch: &RecordBatch) -> Result<Arc<Column>> {
    column_of(operand(expr, batch)?, batch.row_count())
}

/// One bit a row: whether the condition is true. NULL is not true.
///
/// # Errors
/// As [`evaluate`].
///
/// # Panics
/// When `expr` is no condition, or a column has another type than the planner promised.
pub fn evaluate_predicate(expr: &Expr<usize>, batch: &RecordBatch) -> Result<Bitmap> {
    truth::evaluate_true(expr, batch)
}

/// What a kernel works on.
enum Operand {
    Column(Arc<Column>),
    Scalar(Value),
}

/// What is computed at a level stands in functions beside the recursion: inside it, it would take 11 KB of stack at every level
/// without optimisation.
fn operand(expr: &Expr<usize>, batch: &RecordBatch) -> Result<Operand> {
    let row_count = batch.row_count();
    match expr {
        Expr::Column(index) => Ok(Operand::Column(batch.columns()[*index].clone())),
        Expr::Literal(value) => Ok(Operand::Scalar(value.clone())),
        Expr::Unary { operator, input } => match operator {
            UnaryOperator::Not
            | UnaryOperator::IsNull
            | UnaryOperator::Contains(_)
            | UnaryOperator::InList(_) => stored(truth::evaluate(expr, batch)?),
            UnaryOperator::Cast(_)
            | UnaryOperator::Length
            | UnaryOperator::Lower
            | UnaryOperator::TokenCount
            | UnaryOperator::Hash => unary(operator, evaluate(input, batch)?),
        },
        Expr::Binary { operator, left, right } if operator.is_arithmetic() => {
            let (left, right) = (operand(left, batch)?, operand(right, batch)?);
            computed(numbers::arithmetic(*operator, &left, &right, row_count))
        }
        Expr::Binary { operator: BinaryOperator::Coalesce, left, right } => {
            let (left, right) = (evaluate(left, batch)?, evaluate(right, batch)?);
            coalesced(&left, &right, row_count)
        }
        Expr::Binary { .. } => stored(truth::evaluate(expr, batch)?),
        Expr::Case { condition, then, otherwise } => {
            let is_first = truth::evaluate_true(condition, batch)?;
            let (then, otherwise) = (evaluate(then, batch)?, evaluate(otherwise, batch)?);
            computed(choice::choose(&is_first, &then, &otherwise))
        }
        Expr::Refused(_) => panic!("the planner refuses an expression past a limit"),
    }
}

fn column_of(operand: Operand, row_count: usize) -> Result<Arc<Column>> {
    Ok(match operand {
        Operand::Column(column) => column,
        Operand::Scalar(value) => Arc::new(repeat(&value, row_count)?),
    })
}

fn computed(column: Result<Column>) -> Result<Operand> {
    Ok(Operand::Column(Arc::new(column?)))
}

/// A condition as a column.
#[inline(never)]
fn stored(truth: Truth) -> Result<Operand> {
    computed(truth.into_column())
}

#[inline(never)]
fn unary(operator: &UnaryOperator, input: Arc<Column>) -> Result<Operand> {
    Ok(Operand::Column(match operator {
        UnaryOperator::Cast(to) => cast::cast(input, *to)?,
        UnaryOperator::Length => Arc::new(texts::length(input.as_utf8())?),
        UnaryOperator::Lower => Arc::new(texts::lower(input.as_utf8())?),
        UnaryOperator::TokenCount => Arc::new(texts::token_count(input.as_utf8())?),
        UnaryOperator::Hash => {
            // Spark's hash is a signed 32-bit number.
            let hashes = hash_column(input.as_ref())?;
            let values = collect(hashes.into_iter().map(|hash| i64::from(hash as i32)))?;
            Arc::new(Column::Int64(Primitive::new(values)))
        }
        UnaryOperator::Not
        | UnaryOperator::IsNull
        | UnaryOperator::Contains(_)
        | UnaryOperator::InList(_) => unreachable!("a condition is computed as one"),
    }))
}

#[inline(never)]
fn coalesced(left: &Column, right: &Column, row_count: usize) -> Result<Operand> {
    let is_first = match left.validity() {
        Some(validity) => validity.copied()?,
        None => Bitmap::filled(row_count, true)?,
    };
    computed(choice::choose(&is_first, left, right))
}

impl Operand {
    /// Its type.
    fn data_type(&self) -> DataType {
        match self {
            Operand::Column(column) => column.data_type(),
            Operand::Scalar(value) => value.kind().data_type(),
        }
    }
}

impl Truth {
    /// 1, 0 or NULL.
    fn into_column(self) -> Result<Column> {
        let len = self.is_true.len();
        let values = collect((0..len).map(|row| i64::from(self.is_true.get(row))))?;
        Ok(Column::Int64(Primitive::with_validity(values, Some(self.is_true.or(&self.is_false)?))))
    }
}

fn repeat(value: &Value, row_count: usize) -> Result<Column> {
    Ok(match value {
        Value::Int64(value) => Column::Int64(Primitive::filled(*value, row_count)?),
        Value::Float64(value) => Column::Float64(Primitive::filled(*value, row_count)?),
        Value::Utf8(value) => {
            let one = Utf8Column::of([Some(value)])?;
            Column::Utf8(Utf8Column::gather((0..row_count).map(|_| Some((&one, 0))), None)?)
        }
        Value::Truth(value) => Column::Int64(Primitive::filled(i64::from(*value), row_count)?),
        Value::Null(Kind::Value(data_type)) => Column::nulls(*data_type, row_count)?,
        Value::Null(Kind::Truth) => Column::nulls(DataType::Int64, row_count)?,
    })
}
