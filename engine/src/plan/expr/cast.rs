//! One value as a value of another type.

use super::{Kind, Value};
use crate::columnar::DataType;

/// A double's whole part; `None` for what no Int64 is.
pub(crate) fn cast_float(value: f64) -> Option<i64> {
    // The least Int64 is a double, the one above the largest is too; NaN is in no range.
    let whole = value.trunc();
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole).then_some(whole as i64)
}

/// The number that a text is, as a value of a number type; `None` when it is none.
pub(crate) fn cast_text<T>(text: &str) -> Option<T>
where
    T: FromText,
{
    T::from_text(text.trim_ascii())
}

/// A number that can be read from a text.
pub(crate) trait FromText: Sized {
    fn from_text(text: &str) -> Option<Self>;
}

impl FromText for i64 {
    fn from_text(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        let is_number = digits.len() + fraction.len() > 0;
        if !is_number || !digits.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if digits.is_empty() { Some(0) } else { whole.parse().ok() }
    }
}

impl FromText for f64 {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A constant as one of another type.
pub(crate) fn cast_value(value: &Value, to: DataType) -> Value {
    let null = Value::Null(Kind::Value(to));
    match (value, to) {
        (Value::Null(_), _) => null,
        (Value::Truth(truth), to) => cast_value(&Value::Int64((*truth).into()), to),
        (Value::Int64(value), DataType::Int64) => Value::Int64(*value),
        (Value::Int64(value), DataType::Float64) => Value::Float64(*value as f64),
        (Value::Int64(value), DataType::Utf8) => Value::Utf8(value.to_string()),
        (Value::Float64(value), DataType::Int64) => cast_float(*value).map_or(null, Value::Int64),
        (Value::Float64(value), DataType::Float64) => Value::Float64(*value),
        // There is one zero: values that are equal are written alike.
        (Value::Float64(value), DataType::Utf8) => Value::Utf8((value + 0.0).to_string()),
        (Value::Utf8(text), DataType::Int64) => cast_text(text).map_or(null, Value::Int64),
        (Value::Utf8(text), DataType::Float64) => cast_text(text).map_or(null, Value::Float64),
        (Value::Utf8(text), DataType::Utf8) => Value::Utf8(text.clone()),
    }
}
