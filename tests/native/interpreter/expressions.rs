//! Expressions, for one row.
//!
//! A value is `Some` or NULL; a condition is true, false or NULL, by the tables of SQL's three-valued logic.

use shuffle_engine::columnar::{DataType, Schema};
use shuffle_engine::plan::{BinaryOperator, Expr, UnaryOperator, Value};

use super::cell::{Cell, cell_of, compare, float};
use super::spark;

/// A row under its columns' names.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) schema: &'a Schema,
    pub(super) names: &'a [String],
    pub(super) row: &'a [Option<Cell>],
}

impl Named<'_> {
    fn column(&self, name: &str) -> Option<Cell> {
        self.row[super::rows::place_of(self.names, name)].clone()
    }

    fn type_of(&self, expr: &Expr) -> DataType {
        expr.kind(self.schema).expect("a plan that was checked").data_type()
    }
}

/// The value of an expression; of a condition 1, 0 or NULL.
pub(super) fn value_of(expr: &Expr, row: Named<'_>) -> Option<Cell> {
    match expr {
        Expr::Column(name) => row.column(name),
        Expr::Literal(value) => cell_of(value),
        Expr::Unary { operator, input } => match operator {
            UnaryOperator::Not
            | UnaryOperator::IsNull
            | UnaryOperator::Contains(_)
            | UnaryOperator::InList(_) => truth_of(expr, row).map(|truth| Cell::Int(truth.into())),
            UnaryOperator::Cast(to) => cast(&value_of(input, row)?, *to),
            UnaryOperator::Length => {
                value_of(input, row).map(|text| Cell::Int(text.as_text().chars().count() as i64))
            }
            UnaryOperator::Lower => {
                value_of(input, row).map(|text| Cell::Text(text.as_text().to_lowercase()))
            }
            UnaryOperator::TokenCount => {
                let words = |text: Cell| text.as_text().split_ascii_whitespace().count();
                value_of(input, row).map(|text| Cell::Int(words(text) as i64))
            }
            UnaryOperator::Hash => Some(Cell::Int(spark::hash(value_of(input, row).as_ref()).into())),
        },
        Expr::Binary { operator, left, right } if operator.is_arithmetic() => {
            arithmetic(*operator, &value_of(left, row)?, &value_of(right, row)?)
        }
        Expr::Binary { operator: BinaryOperator::Coalesce, left, right } => {
            let value = value_of(left, row).or_else(|| value_of(right, row))?;
            Some(widened(value, &[left, right], row))
        }
        Expr::Binary { .. } => truth_of(expr, row).map(|truth| Cell::Int(truth.into())),
        Expr::Case { condition, then, otherwise } => {
            let chosen = if truth_of(condition, row) == Some(true) { then } else { otherwise };
            Some(widened(value_of(chosen, row)?, &[then, otherwise], row))
        }
        Expr::Refused(_) => panic!("{expr} is in no plan that runs"),
    }
}

/// A value as one of the type that a choice between expressions has: an integer beside a double is a double.
fn widened(value: Cell, choices: &[&Expr], row: Named<'_>) -> Cell {
    match value {
        Cell::Int(value) if choices.iter().any(|expr| row.type_of(expr) == DataType::Float64) => {
            float(value as f64)
        }
        other => other,
    }
}

/// A value as one of another type. Of a text the digits are read one by one.
fn cast(value: &Cell, to: DataType) -> Option<Cell> {
    match (value, to) {
        (Cell::Int(_), DataType::Int64)
        | (Cell::Float(_), DataType::Float64)
        | (Cell::Text(_), DataType::Utf8) => Some(value.clone()),
        (Cell::Int(value), DataType::Float64) => Some(float(*value as f64)),
        (Cell::Int(value), DataType::Utf8) => Some(Cell::Text(value.to_string())),
        (Cell::Float(bits), DataType::Int64) => {
            let value = f64::from_bits(*bits);
            let fits = value.is_finite() && value >= -(2f64.powi(63)) && value < 2f64.powi(63);
            fits.then_some(Cell::Int(value as i128 as i64))
        }
        (Cell::Float(bits), DataType::Utf8) => Some(Cell::Text(f64::from_bits(*bits).to_string())),
        (Cell::Text(text), DataType::Float64) => text.trim_ascii().parse().ok().map(float),
        (Cell::Text(text), DataType::Int64) => int_of(text.trim_ascii()).map(Cell::Int),
    }
}

fn int_of(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let (mut value, mut digit_count, mut is_fraction) = (0i128, 0, false);
    for byte in digits {
        match byte {
            b'.' if !is_fraction => is_fraction = true,
            b'0'..=b'9' => {
                digit_count += 1;
                if !is_fraction {
                    value = (value * 10 + i128::from(byte - b'0')).min(1 << 100);
                }
            }
            _ => return None,
        }
    }
    if digit_count == 0 { None } else { i64::try_from(sign * value).ok() }
}

/// Of two values that are not NULL. Integers wrap around; what is divided by zero is NULL.
fn arithmetic(operator: BinaryOperator, left: &Cell, right: &Cell) -> Option<Cell> {
    match (operator, left, right) {
        (BinaryOperator::Divide, left, right) => {
            (right.as_f64() != 0.0).then(|| float(left.as_f64() / right.as_f64()))
        }
        (BinaryOperator::Remainder, left, right) => {
            let (left, right) = (left.as_int(), right.as_int());
            (right != 0).then(|| Cell::Int(left.wrapping_rem(right)))
        }
        (BinaryOperator::Add, Cell::Int(left), Cell::Int(right)) => {
            Some(Cell::Int(left.wrapping_add(*right)))
        }
        (BinaryOperator::Subtract, Cell::Int(left), Cell::Int(right)) => {
            Some(Cell::Int(left.wrapping_sub(*right)))
        }
        (BinaryOperator::Multiply, Cell::Int(left), Cell::Int(right)) => {
            Some(Cell::Int(left.wrapping_mul(*right)))
        }
        (BinaryOperator::Add, left, right) => Some(float(left.as_f64() + right.as_f64())),
        (BinaryOperator::Subtract, left, right) => Some(float(left.as_f64() - right.as_f64())),
        (BinaryOperator::Multiply, left, right) => Some(float(left.as_f64() * right.as_f64())),
        (other, ..) => panic!("{other:?} is no arithmetic"),
    }
}

/// Whether a condition is true; `None` is NULL.
pub(super) fn truth_of(expr: &Expr, row: Named<'_>) -> Option<bool> {
    match expr {
        Expr::Literal(Value::Truth(truth)) => Some(*truth),
        Expr::Literal(Value::Null(_)) => None,
        Expr::Unary { operator: UnaryOperator::Not, input } => truth_of(input, row).map(|truth| !truth),
        Expr::Unary { operator: UnaryOperator::IsNull, input } => Some(value_of(input, row).is_none()),
        Expr::Unary { operator: UnaryOperator::Contains(part), input } => {
            value_of(input, row).map(|text| text.as_text().contains(part.as_str()))
        }
        Expr::Unary { operator: UnaryOperator::InList(list), input } => {
            let value = value_of(input, row);
            if list.is_empty() {
                return Some(false);
            }
            let is_found = match value? {
                Cell::Int(value) => list.has_int(value),
                Cell::Float(bits) => list.has_float(f64::from_bits(bits)),
                Cell::Text(text) => list.has_text(text.as_bytes()),
            };
            if is_found || !list.has_null() { Some(is_found) } else { None }
        }
        Expr::Binary { operator: BinaryOperator::And, left, right } => {
            match (truth_of(left, row), truth_of(right, row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (None, _) | (_, None) => None,
                (Some(true), Some(true)) => Some(true),
            }
        }
        Expr::Binary { operator: BinaryOperator::Or, left, right } => {
            match (truth_of(left, row), truth_of(right, row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (None, _) | (_, None) => None,
                (Some(false), Some(false)) => Some(false),
            }
        }
        Expr::Binary { operator, left, right } => {
            let order = compare(&value_of(left, row)?, &value_of(right, row)?);
            Some(match operator {
                BinaryOperator::Eq => order.is_eq(),
                BinaryOperator::NotEq => order.is_ne(),
                BinaryOperator::Lt => order.is_lt(),
                BinaryOperator::LtEq => order.is_le(),
                BinaryOperator::Gt => order.is_gt(),
                BinaryOperator::GtEq => order.is_ge(),
                other => panic!("{other:?} is no comparison"),
            })
        }
        Expr::Column(_) | Expr::Literal(_) | Expr::Unary { .. } | Expr::Case { .. } | Expr::Refused(_) => {
            panic!("{expr} is no condition")
        }
    }
}
