//! Expressions over the columns of a batch: by name in a logical plan, by index in a physical one.
//!
//! `Expr<String>` and `Expr<usize>` are one enum: the planner's whole work on an expression is to
//! replace each name by where it stands. Four shapes are enough: a column, a constant, something of one
//! expression, something of two.
//!
//! ```
//! use shuffle_engine::plan::{col, lit};
//!
//! let expr = (col("score") * lit(100.0)).gt_eq(lit(50)).and(col("language").eq(lit("en")));
//! assert_eq!(expr.to_string(), "score * 100 >= 50 and language = 'en'");
//! ```

use serde::{Deserialize, Serialize};

use crate::columnar::DataType;

/// A constant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// An integer.
    Int64(i64),
    /// A double.
    Float64(#[serde(with = "bits")] f64),
    /// Text.
    Utf8(String),
    /// True or false: what a condition gives.
    Truth(bool),
    /// NULL of a kind.
    Null(Kind),
}

/// A double travels as its bits: JSON has no NaN and no infinity.
mod bits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        value.to_bits().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        u64::deserialize(from).map(f64::from_bits)
    }
}

/// What an expression gives for each row: a value of a column's type, or a truth value. A column of truth values is stored
/// as Int64: 1, 0 or NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A value.
    Value(DataType),
    /// True, false or, where a NULL decides, NULL.
    Truth,
}

impl Kind {
    /// The type of a column that holds it.
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Value(data_type) => data_type,
            Kind::Truth => DataType::Int64,
        }
    }
}

impl Value {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Int64(_) => Kind::Value(DataType::Int64),
            Value::Float64(_) => Kind::Value(DataType::Float64),
            Value::Utf8(_) => Kind::Value(DataType::Utf8),
            Value::Truth(_) => Kind::Truth,
            Value::Null(kind) => *kind,
        }
    }
}

/// Something of two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryOperator {
    /// Numbers; Int64 wraps around, as Java's does.
    Add,
    /// Numbers.
    Subtract,
    /// Numbers.
    Multiply,
    /// Numbers; a Float64 even of two Int64, and NULL where the divisor is 0, as in Spark.
    Divide,
    /// Int64; has the sign of the dividend, and is NULL where the divisor is 0.
    Remainder,
    /// Equal. NaN equals NaN, as in Spark.
    Eq,
    /// Not equal.
    NotEq,
    /// Less. Text is compared byte by byte; NaN is above every number.
    Lt,
    /// Less or equal.
    LtEq,
    /// Greater.
    Gt,
    /// Greater or equal.
    GtEq,
    /// Both are true; false when either is false, even beside a NULL.
    And,
    /// Either is true, even beside a NULL.
    Or,
}

impl BinaryOperator {
    /// Whether it computes a number.
    pub fn is_arithmetic(self) -> bool {
        use BinaryOperator::{
            Add, And, Divide, Eq, Gt, GtEq, Lt, LtEq, Multiply, NotEq, Or, Remainder, Subtract,
        };
        match self {
            Add | Subtract | Multiply | Divide | Remainder => true,
            Eq | NotEq | Lt | LtEq | Gt | GtEq | And | Or => false,
        }
    }

    /// Whether it is [`BinaryOperator::And`] or [`BinaryOperator::Or`].
    pub fn is_connective(self) -> bool {
        matches!(self, BinaryOperator::And | BinaryOperator::Or)
    }
}

/// Something of one expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnaryOperator {
    /// The opposite of a truth value; NULL stays NULL.
    Not,
    /// Whether a value is NULL; never NULL itself.
    IsNull,
    /// Characters (not bytes) of a text.
    Length,
    /// A text in lower case.
    Lower,
    /// Whether a text holds another.
    Contains(String),
    /// Words of a text, parted by ASCII white space.
    TokenCount,
    /// Spark's `hash` of any value, as Int64: what an exchange places rows by. Of NULL it is 42, the seed.
    Hash,
}

/// What computes a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Expr<C = String> {
    /// A column as it is.
    Column(C),
    /// The same value in every row.
    Literal(Value),
    /// Something of one expression.
    Unary {
        /// What.
        operator: UnaryOperator,
        /// Of this.
        input: Box<Expr<C>>,
    },
    /// Something of two expressions.
    Binary {
        /// What.
        operator: BinaryOperator,
        /// Of this,
        left: Box<Expr<C>>,
        /// and this.
        right: Box<Expr<C>>,
    },
}

impl<C> Expr<C> {
    /// Replaces every column by another expression.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_replace<D, E>(&self, f: &mut impl FnMut(&C) -> Result<Expr<D>, E>) -> Result<Expr<D>, E> {
        Ok(match self {
            Expr::Column(column) => f(column)?,
            Expr::Literal(value) => Expr::Literal(value.clone()),
            Expr::Unary { operator, input } => {
                Expr::Unary { operator: operator.clone(), input: Box::new(input.try_replace(f)?) }
            }
            Expr::Binary { operator, left, right } => Expr::Binary {
                operator: *operator,
                left: Box::new(left.try_replace(f)?),
                right: Box::new(right.try_replace(f)?),
            },
        })
    }

    /// Replaces every column by another column.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<D, E>(&self, f: &mut impl FnMut(&C) -> Result<D, E>) -> Result<Expr<D>, E> {
        self.try_replace(&mut |column| Ok(Expr::Column(f(column)?)))
    }

    /// Calls `f` with every column read, from left to right.
    pub fn for_each_column(&self, f: &mut impl FnMut(&C)) {
        match self {
            Expr::Column(column) => f(column),
            Expr::Literal(_) => {}
            Expr::Unary { input, .. } => input.for_each_column(f),
            Expr::Binary { left, right, .. } => {
                left.for_each_column(f);
                right.for_each_column(f);
            }
        }
    }

    /// Whether it gives a truth value: a column never does, what a projection stores of a condition is an Int64.
    pub fn is_condition(&self) -> bool {
        match self {
            Expr::Column(_) => false,
            Expr::Literal(value) => value.kind() == Kind::Truth,
            Expr::Unary { operator, .. } => match operator {
                UnaryOperator::Not | UnaryOperator::IsNull | UnaryOperator::Contains(_) => true,
                UnaryOperator::Length
                | UnaryOperator::Lower
                | UnaryOperator::TokenCount
                | UnaryOperator::Hash => false,
            },
            Expr::Binary { operator, .. } => !operator.is_arithmetic(),
        }
    }

    /// The conditions that must all be true for this one to be.
    pub fn conjuncts(self) -> Vec<Expr<C>> {
        match self {
            Expr::Binary { operator: BinaryOperator::And, left, right } => {
                let mut all = left.conjuncts();
                all.extend(right.conjuncts());
                all
            }
            other => vec![other],
        }
    }

    fn unary(self, operator: UnaryOperator) -> Self {
        Expr::Unary { operator, input: Box::new(self) }
    }

    fn binary(self, operator: BinaryOperator, right: Self) -> Self {
        Expr::Binary { operator, left: Box::new(self), right: Box::new(right) }
    }

    /// `self = other`.
    pub fn eq(self, other: Self) -> Self {
        self.binary(BinaryOperator::Eq, other)
    }

    /// `self <> other`.
    pub fn not_eq(self, other: Self) -> Self {
        self.binary(BinaryOperator::NotEq, other)
    }

    /// `self < other`.
    pub fn lt(self, other: Self) -> Self {
        self.binary(BinaryOperator::Lt, other)
    }

    /// `self <= other`.
    pub fn lt_eq(self, other: Self) -> Self {
        self.binary(BinaryOperator::LtEq, other)
    }

    /// `self > other`.
    pub fn gt(self, other: Self) -> Self {
        self.binary(BinaryOperator::Gt, other)
    }

    /// `self >= other`.
    pub fn gt_eq(self, other: Self) -> Self {
        self.binary(BinaryOperator::GtEq, other)
    }

    /// Both.
    pub fn and(self, other: Self) -> Self {
        self.binary(BinaryOperator::And, other)
    }

    /// Either.
    pub fn or(self, other: Self) -> Self {
        self.binary(BinaryOperator::Or, other)
    }

    /// Whether it is NULL.
    pub fn is_null(self) -> Self {
        self.unary(UnaryOperator::IsNull)
    }

    /// Whether it is not NULL.
    pub fn is_not_null(self) -> Self {
        !self.is_null()
    }

    /// Characters of a text.
    pub fn length(self) -> Self {
        self.unary(UnaryOperator::Length)
    }

    /// A text in lower case.
    pub fn lower(self) -> Self {
        self.unary(UnaryOperator::Lower)
    }

    /// Whether a text holds another.
    pub fn contains(self, part: &str) -> Self {
        self.unary(UnaryOperator::Contains(part.to_owned()))
    }

    /// Words of a text.
    pub fn token_count(self) -> Self {
        self.unary(UnaryOperator::TokenCount)
    }

    /// Spark's hash.
    pub fn hash(self) -> Self {
        self.unary(UnaryOperator::Hash)
    }
}

impl<C> std::ops::Not for Expr<C> {
    type Output = Self;
    fn not(self) -> Self {
        self.unary(UnaryOperator::Not)
    }
}

/// `col("a") + lit(1)` and the like.
macro_rules! arithmetic {
    ($($operator:ident $method:ident $variant:ident),*) => {$(
        impl<C> std::ops::$operator for Expr<C> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.binary(BinaryOperator::$variant, other)
            }
        }
    )*};
}
arithmetic!(Add add Add, Sub sub Subtract, Mul mul Multiply, Div div Divide, Rem rem Remainder);

/// A column by name.
pub fn col(name: &str) -> Expr {
    Expr::Column(name.to_owned())
}

/// A constant: an integer, a double, a text or a truth value.
pub fn lit<C>(value: impl Into<Value>) -> Expr<C> {
    Expr::Literal(value.into())
}

/// NULL, of a column's type.
pub fn null<C>(data_type: DataType) -> Expr<C> {
    Expr::Literal(Value::Null(Kind::Value(data_type)))
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int64(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Value::Int64(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Float64(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Utf8(value.to_owned())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Truth(value)
    }
}
