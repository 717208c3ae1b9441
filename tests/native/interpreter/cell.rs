//! A value of the interpreter and how two of them compare.

use std::cmp::Ordering;

use shuffle_engine::plan::Value;

/// A value that is not NULL. Doubles are kept as bits, so that cells can be keys of a map; there is one zero and one NaN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Int(i64),
    Float(u64),
    Text(String),
}

/// A double as a cell: -0.0 is 0.0, and every NaN is the same.
pub(crate) fn float(value: f64) -> Cell {
    let one_of_each = if value.is_nan() { f64::NAN } else { value + 0.0 };
    Cell::Float(one_of_each.to_bits())
}

impl Cell {
    /// The number, an integer widened.
    pub(super) fn as_f64(&self) -> f64 {
        match self {
            Cell::Int(value) => *value as f64,
            Cell::Float(bits) => f64::from_bits(*bits),
            Cell::Text(text) => panic!("{text:?} is no number"),
        }
    }

    pub(super) fn as_text(&self) -> &str {
        match self {
            Cell::Text(text) => text,
            Cell::Int(_) | Cell::Float(_) => panic!("{self:?} is no text"),
        }
    }

    pub(super) fn as_int(&self) -> i64 {
        match self {
            Cell::Int(value) => *value,
            Cell::Float(_) | Cell::Text(_) => panic!("{self:?} is no integer"),
        }
    }
}

/// SQL's order of two values: numbers by size, NaN above all of them; text byte by byte.
pub(super) fn compare(left: &Cell, right: &Cell) -> Ordering {
    match (left, right) {
        (Cell::Int(left), Cell::Int(right)) => left.cmp(right),
        (Cell::Text(left), Cell::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
        (left, right) => {
            let (left, right) = (left.as_f64(), right.as_f64());
            match (left.is_nan(), right.is_nan()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => left.partial_cmp(&right).expect("neither is NaN"),
            }
        }
    }
}

/// A constant where a value is wanted: a truth value counts as 1 or 0.
pub(super) fn cell_of(value: &Value) -> Option<Cell> {
    match value {
        Value::Int64(value) => Some(Cell::Int(*value)),
        Value::Float64(value) => Some(float(*value)),
        Value::Utf8(value) => Some(Cell::Text(value.clone())),
        Value::Truth(value) => Some(Cell::Int((*value).into())),
        Value::Null(_) => None,
    }
}
