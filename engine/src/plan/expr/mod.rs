//! Expressions over the columns of a batch: by name in a logical plan, by index in a physical one.
//!
//! `Expr<String>` and `Expr<usize>` are one enum: the planner's whole work on an expression is to
//! replace each name by where it stands. Five shapes are enough: a column, a constant, something of one
//! expression, something of two, and a choice between two. `build.rs` has the methods that make them.
//!
//! ```
//! use shuffle_engine::plan::{col, lit};
//!
//! let expr = (col("score") * lit(100.0)).gt_eq(lit(50)).and(col("language").eq(lit("en")));
//! assert_eq!(expr.to_string(), "score * 100 >= 50 and language = 'en'");
//! ```

mod build;
mod cast;
mod in_list;
mod limits;
mod wire;

pub use build::{Then, When, coalesce, col, lit, null, when};
pub(crate) use cast::{cast_float, cast_text, cast_value};
pub use in_list::InList;
pub(crate) use limits::check_size;
pub use limits::{MAX_EXPR_DEPTH, MAX_EXPR_NODES, Refusal};

use serde::{Deserialize, Serialize};

use crate::columnar::DataType;

/// A constant in an expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// The constant is an integer.
    Int64(i64),
    /// The constant is a double.
    Float64(#[serde(with = "bits")] f64),
    /// The constant is a text.
    Utf8(String),
    /// The constant is true or false, as a condition gives it.
    Truth(bool),
    /// The constant is a NULL of this kind.
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
    /// The expression gives a value of this type.
    Value(DataType),
    /// The expression gives true, false or, where a NULL decides, NULL.
    Truth,
}

impl Kind {
    /// The type of a column that holds values of this kind.
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Value(data_type) => data_type,
            Kind::Truth => DataType::Int64,
        }
    }
}

impl Value {
    /// The kind of an expression that gives this constant.
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

/// What is computed of two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryOperator {
    /// The sum of two numbers. Int64 wraps around, as Java's does.
    Add,
    /// The difference of two numbers.
    Subtract,
    /// The product of two numbers.
    Multiply,
    /// The quotient of two numbers. It is a Float64 even of two Int64, and NULL where the divisor is 0, as in Spark.
    Divide,
    /// The remainder of two Int64. It has the sign of the dividend, and is NULL where the divisor is 0.
    Remainder,
    /// Whether two values are equal. NaN equals NaN, as in Spark.
    Eq,
    /// Whether two values differ.
    NotEq,
    /// Whether the left value is less than the right one. Text is compared byte by byte; NaN is above every number.
    Lt,
    /// Whether the left value is less than the right one or equal to it.
    LtEq,
    /// Whether the left value is greater than the right one.
    Gt,
    /// Whether the left value is greater than the right one or equal to it.
    GtEq,
    /// Whether both conditions are true. It is false when either is false, even beside a NULL.
    And,
    /// Whether either condition is true, even beside a NULL.
    Or,
    /// The left value, or the right one where the left is NULL.
    Coalesce,
}

impl BinaryOperator {
    /// Whether it computes a number.
    pub fn is_arithmetic(self) -> bool {
        use BinaryOperator::{
            Add, And, Coalesce, Divide, Eq, Gt, GtEq, Lt, LtEq, Multiply, NotEq, Or, Remainder, Subtract,
        };
        match self {
            Add | Subtract | Multiply | Divide | Remainder => true,
            Eq | NotEq | Lt | LtEq | Gt | GtEq | And | Or | Coalesce => false,
        }
    }

    /// Whether it gives a truth value: it compares, or connects conditions.
    pub fn is_condition(self) -> bool {
        !self.is_arithmetic() && self != BinaryOperator::Coalesce
    }

    /// Whether it is [`BinaryOperator::And`] or [`BinaryOperator::Or`].
    pub fn is_connective(self) -> bool {
        matches!(self, BinaryOperator::And | BinaryOperator::Or)
    }
}

/// What is computed of one expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnaryOperator {
    /// The opposite of a truth value; NULL stays NULL.
    Not,
    /// Whether a value is NULL; never NULL itself.
    IsNull,
    /// The number of characters (not bytes) of a text.
    Length,
    /// The text in lower case.
    Lower,
    /// Whether a text holds another.
    Contains(String),
    /// The number of words in a text, which are parted by ASCII white space.
    TokenCount,
    /// Spark's `hash` of any value, as Int64: what an exchange places rows by. Of NULL it is 42, the seed.
    Hash,
    /// Whether a value is one of a list.
    InList(InList),
    /// The value as one of another type, or NULL where there is none. See [`Expr::cast`].
    Cast(DataType),
}

/// What computes a column. On its way to an executor it is a list of its nodes, so that how deep it is does not matter to
/// the format it travels in.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr<C = String> {
    /// The value is that of a column.
    Column(C),
    /// The value is the same in every row.
    Literal(Value),
    /// The value is computed of one expression.
    Unary {
        /// What is computed.
        operator: UnaryOperator,
        /// The expression of which it is computed.
        input: Box<Expr<C>>,
    },
    /// The value is computed of two expressions.
    Binary {
        /// What is computed.
        operator: BinaryOperator,
        /// The expression on the left of the operator.
        left: Box<Expr<C>>,
        /// The expression on the right of the operator.
        right: Box<Expr<C>>,
    },
    /// One value where a condition is true, another where it is false or NULL.
    Case {
        /// The condition that decides which of the two values it is.
        condition: Box<Expr<C>>,
        /// The value where the condition is true.
        then: Box<Expr<C>>,
        /// The value where the condition is false or NULL.
        otherwise: Box<Expr<C>>,
    },
    /// What stands for an expression that grew past a limit while it was written. A plan with it is refused.
    Refused(Refusal),
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
            Expr::Case { condition, then, otherwise } => Expr::Case {
                condition: Box::new(condition.try_replace(f)?),
                then: Box::new(then.try_replace(f)?),
                otherwise: Box::new(otherwise.try_replace(f)?),
            },
            Expr::Refused(refusal) => Expr::Refused(*refusal),
        })
    }

    /// Replaces every column by another column.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<D, E>(&self, f: &mut impl FnMut(&C) -> Result<D, E>) -> Result<Expr<D>, E> {
        self.try_replace(&mut |column| Ok(Expr::Column(f(column)?)))
    }

    /// The expressions directly below, from left to right.
    pub(crate) fn children(&self) -> impl DoubleEndedIterator<Item = &Expr<C>> {
        let children: [Option<&Expr<C>>; 3] = match self {
            Expr::Column(_) | Expr::Literal(_) | Expr::Refused(_) => [None, None, None],
            Expr::Unary { input, .. } => [Some(&**input), None, None],
            Expr::Binary { left, right, .. } => [Some(&**left), Some(&**right), None],
            Expr::Case { condition, then, otherwise } => {
                [Some(&**condition), Some(&**then), Some(&**otherwise)]
            }
        };
        children.into_iter().flatten()
    }

    /// Calls `f` with every column read, from left to right.
    pub fn for_each_column(&self, f: &mut impl FnMut(&C)) {
        match self {
            Expr::Column(column) => f(column),
            other => other.children().for_each(|child| child.for_each_column(f)),
        }
    }

    /// Whether it gives a truth value: a column never does, what a projection stores of a condition is an Int64.
    pub fn is_condition(&self) -> bool {
        match self {
            Expr::Column(_) | Expr::Case { .. } | Expr::Refused(_) => false,
            Expr::Literal(value) => value.kind() == Kind::Truth,
            Expr::Unary { operator, .. } => match operator {
                UnaryOperator::Not
                | UnaryOperator::IsNull
                | UnaryOperator::Contains(_)
                | UnaryOperator::InList(_) => true,
                UnaryOperator::Length
                | UnaryOperator::Lower
                | UnaryOperator::TokenCount
                | UnaryOperator::Hash
                | UnaryOperator::Cast(_) => false,
            },
            Expr::Binary { operator, .. } => operator.is_condition(),
        }
    }

    /// The conditions that must all be true for this one to be.
    pub fn conjuncts(self) -> Vec<Expr<C>> {
        self.operands(BinaryOperator::And)
    }

    /// What a chain of one operator connects, from left to right.
    pub(crate) fn operands(self, chained: BinaryOperator) -> Vec<Expr<C>> {
        let (mut waiting, mut operands) = (vec![self], Vec::new());
        while let Some(expr) = waiting.pop() {
            match expr {
                Expr::Binary { operator, left, right } if operator == chained => {
                    waiting.extend([*right, *left])
                }
                other => operands.push(other),
            }
        }
        operands
    }
}
