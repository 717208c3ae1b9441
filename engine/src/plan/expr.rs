//! Expressions over the columns of a batch: by name in a logical plan, by index in a physical one.
//!
//! `Expr<String>` and `Expr<usize>` are one enum: the planner's whole work on an expression is to
//! replace each name by where it stands.

use crate::columnar::DataType;

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An integer.
    Int64(i64),
    /// A double.
    Float64(f64),
    /// Text.
    Utf8(String),
    /// NULL of a type.
    Null(DataType),
}

impl Value {
    /// Its type.
    pub fn data_type(&self) -> DataType {
        match self {
            Value::Int64(_) => DataType::Int64,
            Value::Float64(_) => DataType::Float64,
            Value::Utf8(_) => DataType::Utf8,
            Value::Null(data_type) => *data_type,
        }
    }
}

/// What computes a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr<C = String> {
    /// A column as it is.
    Column(C),
    /// The same value in every row.
    Literal(Value),
    /// A Float64 column times a constant; NULL stays NULL.
    Scale {
        /// What is multiplied.
        input: Box<Expr<C>>,
        /// By how much.
        factor: f64,
    },
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Less.
    Lt,
    /// Greater.
    Gt,
}

/// What decides whether a row stays. A row stays where the predicate is true: NULL drops it, as in SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate<C = String> {
    /// A column beside a constant.
    Compare {
        /// The column.
        column: C,
        /// How.
        comparison: Comparison,
        /// The constant, of the column's type.
        value: Value,
    },
    /// Both.
    And(Box<Predicate<C>>, Box<Predicate<C>>),
}

impl<C> Expr<C> {
    /// Replaces every column.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<D, E>(&self, f: &mut impl FnMut(&C) -> Result<D, E>) -> Result<Expr<D>, E> {
        Ok(match self {
            Expr::Column(column) => Expr::Column(f(column)?),
            Expr::Literal(value) => Expr::Literal(value.clone()),
            Expr::Scale { input, factor } => {
                Expr::Scale { input: Box::new(input.try_map(f)?), factor: *factor }
            }
        })
    }
}

impl<C> Predicate<C> {
    /// Replaces every column.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<D, E>(&self, f: &mut impl FnMut(&C) -> Result<D, E>) -> Result<Predicate<D>, E> {
        Ok(match self {
            Predicate::Compare { column, comparison, value } => {
                Predicate::Compare { column: f(column)?, comparison: *comparison, value: value.clone() }
            }
            Predicate::And(left, right) => {
                Predicate::And(Box::new(left.try_map(f)?), Box::new(right.try_map(f)?))
            }
        })
    }
}

impl Expr {
    /// Calls `f` with the name of every column read.
    pub fn for_each_column(&self, f: &mut impl FnMut(&str)) {
        let visited: Result<Expr<()>, std::convert::Infallible> = self.try_map(&mut |name: &String| {
            f(name);
            Ok(())
        });
        debug_assert!(visited.is_ok(), "the visitor cannot fail");
    }
}

impl Predicate {
    /// Calls `f` with the name of every column read.
    pub fn for_each_column(&self, f: &mut impl FnMut(&str)) {
        let visited: Result<Predicate<()>, std::convert::Infallible> = self.try_map(&mut |name: &String| {
            f(name);
            Ok(())
        });
        debug_assert!(visited.is_ok(), "the visitor cannot fail");
    }
}

/// A column by name.
pub fn col(name: &str) -> Expr {
    Expr::Column(name.to_owned())
}

/// An integer constant.
pub fn lit(value: i64) -> Expr {
    Expr::Literal(Value::Int64(value))
}

/// `column = text`.
pub fn text_eq(column: &str, text: &str) -> Predicate {
    let value = Value::Utf8(text.to_owned());
    Predicate::Compare { column: column.to_owned(), comparison: Comparison::Eq, value }
}
