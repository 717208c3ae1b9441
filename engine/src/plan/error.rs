//! What can be wrong with a plan: each says what was asked for and what there is.

use super::expr::Kind;
use crate::columnar::{DataType, Schema};

/// A plan that names what does not exist, or asks of a column what its type cannot do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There is no table of this name.
    #[error("there is no table {table:?}; there are {}{}", .tables.join(", "), of_context(*.knows_registered, table))]
    UnknownTable {
        /// The name that was asked for.
        table: String,
        /// The names of the tables that exist.
        tables: Vec<String>,
        /// Whether they include what somebody has registered, which only a context knows.
        knows_registered: bool,
    },
    /// There is no column of this name.
    #[error("there is no column {column:?}; there are {}", .columns.join(", "))]
    UnknownColumn {
        /// The name that was asked for.
        column: String,
        /// The columns that exist, each with its type.
        columns: Vec<String>,
    },
    /// Two columns of one name would come out.
    #[error("there would be two columns {column:?} in {operator}")]
    DuplicateColumn {
        /// The name that both columns would have.
        column: String,
        /// The operator that refuses the plan.
        operator: &'static str,
    },
    /// An expression of another kind than an operator works on.
    #[error("{expr} is {}, but {operator} works on {}", name(*.got), names(.expected))]
    TypeMismatch {
        /// The column or expression, as text.
        expr: String,
        /// The kinds of expression that the operator takes.
        expected: Vec<Kind>,
        /// The kind of the expression that it was given.
        got: Kind,
        /// The operator that refuses the plan.
        operator: &'static str,
    },
    /// Two values that an operator puts side by side are not of one type.
    #[error("{left} is {} and {right} is {}, but {operator} needs both to be {needs}", name(*.left_kind), name(*.right_kind))]
    TwoTypes {
        /// The first column or expression, as text.
        left: String,
        /// Its kind.
        left_kind: Kind,
        /// The second one.
        right: String,
        /// Its kind.
        right_kind: Kind,
        /// The operator that refuses the plan.
        operator: &'static str,
        /// What both have to be, as half a sentence.
        needs: &'static str,
    },
    /// A plan or an expression that is too large to be walked through on a small stack.
    #[error("there are {found} {what}, at most {limit} may be")]
    OverLimit {
        /// What was counted, in the plural.
        what: &'static str,
        /// How many of them there are.
        found: usize,
        /// How many of them there may be.
        limit: usize,
    },
    /// A plan that would give no column, or a number of rows that cannot be.
    #[error("{operator}: {reason}")]
    Malformed {
        /// The operator that refuses the plan.
        operator: &'static str,
        /// What is wrong with it, as half a sentence.
        reason: &'static str,
    },
}

impl PlanError {
    /// A column would have no name.
    pub(crate) fn unnamed(operator: &'static str) -> Self {
        PlanError::Malformed { operator, reason: "a column's name is empty" }
    }

    /// There is no such column in a schema.
    pub(crate) fn unknown_column(column: &str, schema: &Schema) -> Self {
        let columns = schema.fields().iter().map(|field| format!("{} {:?}", field.name, field.data_type));
        PlanError::UnknownColumn { column: column.to_owned(), columns: columns.collect() }
    }
}

/// What both sides of a key or a union have to be.
pub(super) const ONE_TYPE: &str = "of one type";
/// What values have to be that are compared, or of which one is chosen.
pub(super) const ONE_SORT: &str = "numbers, or both texts";

/// What somebody may have meant who asked for a table without a context.
fn of_context(knows_registered: bool, table: &str) -> String {
    if knows_registered { String::new() } else { format!("; a registered table is context.table({table:?})") }
}

/// `Int64`, `a condition`.
fn name(kind: Kind) -> String {
    match kind {
        Kind::Value(data_type) => format!("{data_type:?}"),
        Kind::Truth => "a condition".to_owned(),
    }
}

/// `Int64 or Utf8`.
fn names(kinds: &[Kind]) -> String {
    kinds.iter().map(|&kind| name(kind)).collect::<Vec<_>>().join(" or ")
}

/// Every type: what rows can be grouped, placed and joined by.
pub(super) const ANY: &[DataType] = &[DataType::Int64, DataType::Float64, DataType::Utf8];
/// What can be added up and ordered.
pub(super) const NUMBER: &[DataType] = &[DataType::Int64, DataType::Float64];
/// What rows can be sampled and shared by.
pub(super) const INTEGER: &[DataType] = &[DataType::Int64];
/// What has words.
pub(super) const TEXT: &[DataType] = &[DataType::Utf8];

/// Where a column stands.
pub(super) fn index(schema: &Schema, name: &str) -> Result<usize, PlanError> {
    schema.index_of(name).ok_or_else(|| PlanError::unknown_column(name, schema))
}

/// Where a column stands that has to be of the type of another plan's column. `sides` are words for the two plans.
pub(super) fn index_of_type_of(
    (left, left_at): (&Schema, usize),
    (right, name): (&Schema, &str),
    sides: [&str; 2],
    operator: &'static str,
) -> Result<usize, PlanError> {
    let (at, field) = (index(right, name)?, &left.fields()[left_at]);
    let (left_kind, right_kind) = (Kind::Value(field.data_type), Kind::Value(right.fields()[at].data_type));
    if left_kind == right_kind {
        return Ok(at);
    }
    let text = |name: &str, side| format!("column {name:?} of {side}");
    let (left, right) = (text(&field.name, sides[0]), text(name, sides[1]));
    Err(PlanError::TwoTypes { left, left_kind, right, right_kind, operator, needs: ONE_TYPE })
}

/// Where a column of one of these types stands.
pub(super) fn typed_index(
    schema: &Schema,
    name: &str,
    expected: &[DataType],
    operator: &'static str,
) -> Result<usize, PlanError> {
    let at = index(schema, name)?;
    let got = schema.fields()[at].data_type;
    if expected.contains(&got) {
        return Ok(at);
    }
    Err(PlanError::TypeMismatch {
        expr: format!("column {name:?}"),
        expected: expected.iter().map(|&data_type| Kind::Value(data_type)).collect(),
        got: Kind::Value(got),
        operator,
    })
}
