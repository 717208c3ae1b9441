//! Names and types of columns.

use serde::{Deserialize, Serialize};

/// The three types of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataType {
    /// 64-bit signed integer.
    Int64,
    /// IEEE 754 double.
    Float64,
    /// UTF-8 text.
    Utf8,
}

/// One column's name and type. Any column may hold NULLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// As in SQL.
    pub name: String,
    /// What it holds.
    pub data_type: DataType,
}

/// The columns of a table, a batch or a block, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schema {
    fields: Vec<Field>,
}

impl Schema {
    /// A schema of these columns.
    pub fn new<'a>(fields: impl IntoIterator<Item = (&'a str, DataType)>) -> Self {
        let fields =
            fields.into_iter().map(|(name, data_type)| Field { name: name.to_owned(), data_type }).collect();
        Schema { fields }
    }

    /// All columns, in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Where the column of this name stands.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// The columns at `indices`, in that order.
    pub fn select(&self, indices: &[usize]) -> Schema {
        Schema { fields: indices.iter().map(|&index| self.fields[index].clone()).collect() }
    }
}
