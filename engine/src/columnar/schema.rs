//! Names and types of columns.

use serde::{Deserialize, Serialize};

/// The three types of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataType {
    /// A value is a 64-bit signed integer.
    Int64,
    /// A value is an IEEE 754 double.
    Float64,
    /// A value is a text in UTF-8.
    Utf8,
}

/// One column's name and type. Any column may hold NULLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The column is called so, as in SQL.
    pub name: String,
    /// The column holds values of this type.
    pub data_type: DataType,
}

/// The columns of a table, a batch or a block, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Fields", into = "Fields")]
pub struct Schema {
    fields: Vec<Field>,
    /// The columns' indices in the order of their names, of equal names the first one first: a plan may have thousands of
    /// columns, each of which is looked up.
    by_name: Vec<u32>,
}

/// What of a schema is written: the columns alone.
#[derive(Serialize, Deserialize)]
struct Fields {
    fields: Vec<Field>,
}

impl From<Fields> for Schema {
    fn from(read: Fields) -> Self {
        Schema::of_fields(read.fields)
    }
}

impl From<Schema> for Fields {
    fn from(schema: Schema) -> Self {
        Fields { fields: schema.fields }
    }
}

impl Schema {
    /// A schema of these columns.
    pub fn new<'a>(fields: impl IntoIterator<Item = (&'a str, DataType)>) -> Self {
        let field = |(name, data_type): (&str, DataType)| Field { name: name.to_owned(), data_type };
        Schema::of_fields(fields.into_iter().map(field).collect())
    }

    fn of_fields(fields: Vec<Field>) -> Self {
        let mut by_name: Vec<u32> = (0..fields.len() as u32).collect();
        by_name.sort_by(|&left, &right| fields[left as usize].name.cmp(&fields[right as usize].name));
        Schema { fields, by_name }
    }

    /// All columns, in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Where the column of this name stands.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        let at = self.place_of(name);
        let index = *self.by_name.get(at)? as usize;
        (self.fields[index].name == name).then_some(index)
    }

    /// How many names come before this one.
    fn place_of(&self, name: &str) -> usize {
        self.by_name.partition_point(|&index| self.fields[index as usize].name.as_str() < name)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// The name of the first column whose name another column before it has.
    pub fn duplicate(&self) -> Option<&str> {
        let name = |index: u32| self.fields[index as usize].name.as_str();
        let twice = self.by_name.windows(2).filter(|pair| name(pair[0]) == name(pair[1]));
        twice.map(|pair| pair[1]).min().map(name)
    }

    /// The columns at `indices`, in that order.
    pub fn select(&self, indices: &[usize]) -> Schema {
        Schema::of_fields(indices.iter().map(|&index| self.fields[index].clone()).collect())
    }

    /// These columns and one more; a column of its name takes its type where it stands.
    pub(crate) fn with(mut self, name: &str, data_type: DataType) -> Schema {
        match self.index_of(name) {
            Some(index) => self.fields[index].data_type = data_type,
            None => {
                self.by_name.insert(self.place_of(name), self.fields.len() as u32);
                self.fields.push(Field { name: name.to_owned(), data_type });
            }
        }
        self
    }
}
