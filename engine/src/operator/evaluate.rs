//! Expressions, a whole batch at a time.

use std::sync::Arc;

use crate::columnar::{Bitmap, Column, Primitive, RecordBatch, Utf8Column};
use crate::plan::{Comparison, Expr, Predicate, Value};

/// The column that `expr` computes, one value a row.
///
/// # Panics
/// When a column has another type than the planner promised.
pub fn evaluate(expr: &Expr<usize>, batch: &RecordBatch) -> Arc<Column> {
    match expr {
        Expr::Column(index) => batch.columns()[*index].clone(),
        Expr::Literal(value) => Arc::new(repeat(value, batch.row_count())),
        Expr::Scale { input, factor } => match evaluate(input, batch).as_ref() {
            Column::Float64(column) => {
                let values = column.values().iter().map(|value| value * factor).collect();
                Arc::new(Column::Float64(Primitive::with_validity(values, column.validity().cloned())))
            }
            Column::Int64(_) | Column::Utf8(_) => panic!("the planner promised a Float64 column"),
        },
    }
}

/// One bit a row: whether the predicate is true. NULL is not true.
///
/// # Panics
/// When a column has another type than the constant beside it.
pub fn evaluate_predicate(predicate: &Predicate<usize>, batch: &RecordBatch) -> Bitmap {
    match predicate {
        Predicate::Compare { column, comparison, value } => {
            let column = batch.column(*column);
            let bits = compare(column, *comparison, value);
            column.validity().map_or_else(|| bits.clone(), |validity| bits.and(validity))
        }
        Predicate::And(left, right) => evaluate_predicate(left, batch).and(&evaluate_predicate(right, batch)),
    }
}

fn compare(column: &Column, comparison: Comparison, value: &Value) -> Bitmap {
    match (column, value) {
        (_, Value::Null(_)) => Bitmap::filled(column.len(), false),
        (Column::Int64(column), Value::Int64(value)) => compare_all(column.values(), comparison, value),
        (Column::Float64(column), Value::Float64(value)) => compare_all(column.values(), comparison, value),
        (Column::Utf8(column), Value::Utf8(value)) => {
            let value = value.as_bytes();
            let len = column.len();
            match comparison {
                Comparison::Eq => Bitmap::from_fn(len, |row| column.bytes_at(row) == value),
                Comparison::Lt => Bitmap::from_fn(len, |row| column.bytes_at(row) < value),
                Comparison::Gt => Bitmap::from_fn(len, |row| column.bytes_at(row) > value),
            }
        }
        (column, value) => {
            panic!("the planner compares like with like, not {:?} with {value}", column.data_type())
        }
    }
}

fn compare_all<T: PartialOrd>(values: &[T], comparison: Comparison, value: &T) -> Bitmap {
    match comparison {
        Comparison::Eq => Bitmap::from_fn(values.len(), |row| values[row] == *value),
        Comparison::Lt => Bitmap::from_fn(values.len(), |row| values[row] < *value),
        Comparison::Gt => Bitmap::from_fn(values.len(), |row| values[row] > *value),
    }
}

fn repeat(value: &Value, row_count: usize) -> Column {
    match value {
        Value::Int64(value) => Column::Int64(Primitive::new(vec![*value; row_count])),
        Value::Float64(value) => Column::Float64(Primitive::new(vec![*value; row_count])),
        Value::Utf8(value) => {
            let mut column = Utf8Column::with_capacity(row_count, row_count * value.len());
            (0..row_count).for_each(|_| column.push(value));
            Column::Utf8(column)
        }
        Value::Null(data_type) => Column::nulls(*data_type, row_count),
    }
}
