//! The list of `is_in`: sorted once, searched for every row.

use serde::{Deserialize, Serialize};

use super::Value;

/// Constants in the order in which they are searched. Of equal ones there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InList {
    /// The integers of the list; a truth value is 1 or 0.
    ints: Vec<i64>,
    /// Doubles, as bits that compare as they do: -0.0 is 0.0, NaN equals NaN and is above everything.
    floats: Vec<u64>,
    /// The texts of the list.
    texts: Vec<String>,
    /// Whether NULL is in the list.
    has_null: bool,
}

impl FromIterator<Value> for InList {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let mut list = InList::default();
        for value in values {
            match value {
                Value::Int64(value) => list.ints.push(value),
                Value::Truth(value) => list.ints.push(value.into()),
                Value::Float64(value) => list.floats.push(rank(value)),
                Value::Utf8(value) => list.texts.push(value),
                Value::Null(_) => list.has_null = true,
            }
        }
        list.ints.sort_unstable();
        list.ints.dedup();
        list.floats.sort_unstable();
        list.floats.dedup();
        list.texts.sort_unstable();
        list.texts.dedup();
        list
    }
}

impl InList {
    /// Whether no value is in the list, not even NULL.
    pub fn is_empty(&self) -> bool {
        !self.has_null && !self.has_numbers() && self.texts.is_empty()
    }

    /// Whether NULL is in the list.
    pub fn has_null(&self) -> bool {
        self.has_null
    }

    /// Whether a number is in the list.
    pub fn has_numbers(&self) -> bool {
        !self.ints.is_empty() || !self.floats.is_empty()
    }

    /// Whether a text is in the list.
    pub fn has_texts(&self) -> bool {
        !self.texts.is_empty()
    }

    /// Whether it has this integer, or a double that equals it.
    pub fn has_int(&self, value: i64) -> bool {
        self.ints.binary_search(&value).is_ok()
            || (!self.floats.is_empty() && self.floats.binary_search(&rank(value as f64)).is_ok())
    }

    /// Whether it has this double, or an integer that equals it.
    pub fn has_float(&self, value: f64) -> bool {
        // Widening keeps the order of integers, so those that widen to one double stand side by side.
        let below = self.ints.partition_point(|&int| (int as f64) < value);
        self.ints.get(below).is_some_and(|&int| int as f64 == value)
            || self.floats.binary_search(&rank(value)).is_ok()
    }

    /// Whether it has this text.
    pub fn has_text(&self, value: &[u8]) -> bool {
        self.texts.binary_search_by(|text| text.as_bytes().cmp(value)).is_ok()
    }

    /// The values in their order, NULL the last.
    pub(crate) fn values(&self) -> Vec<Option<Value>> {
        let ints = self.ints.iter().map(|&value| Value::Int64(value));
        let floats = self.floats.iter().map(|&bits| Value::Float64(value_of(bits)));
        let texts = self.texts.iter().map(|text| Value::Utf8(text.clone()));
        let null = self.has_null.then_some(None);
        ints.chain(floats).chain(texts).map(Some).chain(null).collect()
    }

    /// Whether a constant is in it; `None` is NULL.
    pub(crate) fn contains(&self, value: &Value) -> Option<bool> {
        let is_found = match value {
            Value::Null(_) => return if self.is_empty() { Some(false) } else { None },
            Value::Int64(value) => self.has_int(*value),
            Value::Truth(value) => self.has_int((*value).into()),
            Value::Float64(value) => self.has_float(*value),
            Value::Utf8(value) => self.has_text(value.as_bytes()),
        };
        if is_found || !self.has_null { Some(is_found) } else { None }
    }
}

/// A double as an unsigned number of the same order.
fn rank(value: f64) -> u64 {
    let bits = if value.is_nan() { f64::NAN } else { value + 0.0 }.to_bits();
    bits ^ ((bits as i64 >> 63) as u64 | 1 << 63)
}

/// The double of a rank.
fn value_of(rank: u64) -> f64 {
    f64::from_bits(if rank >> 63 == 0 { !rank } else { rank ^ 1 << 63 })
}
