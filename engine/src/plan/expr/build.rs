//! How expressions are written: methods, operators, constants.

use super::{BinaryOperator, Expr, Kind, UnaryOperator, Value};
use crate::columnar::DataType;

impl<C> Expr<C> {
    fn unary(self, operator: UnaryOperator) -> Self {
        Expr::Unary { operator, input: Box::new(self) }.within_limits()
    }

    fn binary(self, operator: BinaryOperator, right: Self) -> Self {
        Expr::Binary { operator, left: Box::new(self), right: Box::new(right) }.within_limits()
    }

    /// Whether the value equals another: `self = other`.
    pub fn eq(self, other: impl Into<Self>) -> Self {
        self.binary(BinaryOperator::Eq, other.into())
    }

    /// Whether the value differs from another: `self <> other`.
    pub fn not_eq(self, other: impl Into<Self>) -> Self {
        self.binary(BinaryOperator::NotEq, other.into())
    }

    /// Whether the value is less than another: `self < other`.
    pub fn lt(self, other: impl Into<Self>) -> Self {
        self.binary(BinaryOperator::Lt, other.into())
    }

    /// Whether the value is less than another or equal to it: `self <= other`.
    pub fn lt_eq(self, other: impl Into<Self>) -> Self {
        self.binary(BinaryOperator::LtEq, other.into())
    }

    /// Whether the value is greater than another: `self > other`.
    pub fn gt(self, other: impl Into<Self>) -> Self {
        self.binary(BinaryOperator::Gt, other.into())
    }

    /// Whether the value is greater than another or equal to it: `self >= other`.
    pub fn gt_eq(self, other: impl Into<Self>) -> Self {
        self.binary(BinaryOperator::GtEq, other.into())
    }

    /// Whether this condition and another are both true.
    pub fn and(self, other: impl Into<Self>) -> Self {
        self.binary(BinaryOperator::And, other.into())
    }

    /// Whether this condition or another is true.
    pub fn or(self, other: impl Into<Self>) -> Self {
        self.binary(BinaryOperator::Or, other.into())
    }

    /// Whether the value is NULL. The answer is never NULL itself.
    pub fn is_null(self) -> Self {
        self.unary(UnaryOperator::IsNull)
    }

    /// Whether the value is not NULL. The answer is never NULL itself.
    pub fn is_not_null(self) -> Self {
        !self.is_null()
    }

    /// The number of characters (not bytes) of a text, as Int64.
    pub fn length(self) -> Self {
        self.unary(UnaryOperator::Length)
    }

    /// The text in lower case.
    pub fn lower(self) -> Self {
        self.unary(UnaryOperator::Lower)
    }

    /// Whether a text has this one somewhere in it.
    pub fn contains(self, part: &str) -> Self {
        self.unary(UnaryOperator::Contains(part.to_owned()))
    }

    /// The number of words in a text, as Int64.
    pub fn token_count(self) -> Self {
        self.unary(UnaryOperator::TokenCount)
    }

    /// Spark's `hash` of the value, as Int64: what an exchange places rows by. Of NULL it is 42, the seed.
    pub fn hash(self) -> Self {
        self.unary(UnaryOperator::Hash)
    }

    /// Whether the value is one of these. As in SQL, NULL is in no list: then the answer is NULL, and so it is where the
    /// value is not found in a list that has a NULL. In an empty list is nothing, not even NULL.
    pub fn is_in(self, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        self.unary(UnaryOperator::InList(values.into_iter().map(Into::into).collect()))
    }

    /// The value as one of this type.
    ///
    /// | from | to | |
    /// |---|---|---|
    /// | Int64 | Float64 | the nearest double |
    /// | Float64 | Int64 | the whole part; NULL for NaN and for what no Int64 is |
    /// | Utf8 | Int64 | decimal digits with a sign and a fraction, which is cut off; NULL for any other text |
    /// | Utf8 | Float64 | a decimal number, `NaN`, `inf`; NULL for any other text |
    /// | Int64, Float64 | Utf8 | the shortest decimal digits that read as the same number, without an exponent; -0.0 is `0` |
    ///
    /// White space around a number in a text is not looked at. A condition is 1, 0 or NULL.
    pub fn cast(self, data_type: DataType) -> Self {
        self.unary(UnaryOperator::Cast(data_type))
    }
}

impl<C> std::ops::Not for Expr<C> {
    type Output = Self;
    fn not(self) -> Self {
        self.unary(UnaryOperator::Not)
    }
}

/// `-x` is `-1 * x`, which also turns the sign of a zero.
impl<C> std::ops::Neg for Expr<C> {
    type Output = Self;
    fn neg(self) -> Self {
        lit(-1).binary(BinaryOperator::Multiply, self)
    }
}

/// `col("a") + lit(1)`, `col("a") + 1` and the like.
macro_rules! arithmetic {
    ($($operator:ident $method:ident $variant:ident),*) => {$(
        impl<C, R: Into<Expr<C>>> std::ops::$operator<R> for Expr<C> {
            type Output = Self;
            fn $method(self, other: R) -> Self {
                self.binary(BinaryOperator::$variant, other.into())
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

/// Of each row the first of these values that is not NULL; NULL where all are.
///
/// # Panics
/// When there is no expression.
pub fn coalesce<C>(exprs: impl IntoIterator<Item = Expr<C>>) -> Expr<C> {
    let first = exprs.into_iter().reduce(|first, next| first.binary(BinaryOperator::Coalesce, next));
    first.expect("coalesce takes at least one expression")
}

/// Begins a choice: `when(condition).then(a).otherwise(b)`, with any number of `.when(..).then(..)` in between. The first
/// condition that is true decides.
pub fn when<C>(condition: impl Into<Expr<C>>) -> When<C> {
    When { decided: Vec::new(), condition: condition.into() }
}

/// A choice that lacks the value of its last condition.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a choice becomes an expression with then and otherwise"]
pub struct When<C = String> {
    decided: Vec<(Expr<C>, Expr<C>)>,
    condition: Expr<C>,
}

/// A choice that lacks the value of where no condition is true.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a choice becomes an expression with otherwise"]
pub struct Then<C = String> {
    decided: Vec<(Expr<C>, Expr<C>)>,
}

impl<C> When<C> {
    /// The value where the condition is true.
    pub fn then(mut self, value: impl Into<Expr<C>>) -> Then<C> {
        self.decided.push((self.condition, value.into()));
        Then { decided: self.decided }
    }
}

impl<C> Then<C> {
    /// Another condition, which is asked where none before it is true.
    pub fn when(self, condition: impl Into<Expr<C>>) -> When<C> {
        When { decided: self.decided, condition: condition.into() }
    }

    /// The value where no condition is true.
    pub fn otherwise(self, value: impl Into<Expr<C>>) -> Expr<C> {
        self.decided.into_iter().rev().fold(value.into(), |otherwise, (condition, then)| {
            let (condition, then) = (Box::new(condition), Box::new(then));
            Expr::Case { condition, then, otherwise: Box::new(otherwise) }.within_limits()
        })
    }
}

/// What is a constant is an expression as well.
macro_rules! constants {
    ($($constant:ty: $value:ident => $made:expr),* $(,)?) => {$(
        impl From<$constant> for Value {
            fn from($value: $constant) -> Self {
                $made
            }
        }

        impl<C> From<$constant> for Expr<C> {
            fn from(value: $constant) -> Self {
                Expr::Literal(value.into())
            }
        }
    )*};
}
constants!(
    i64: value => Value::Int64(value),
    i32: value => Value::Int64(value.into()),
    f64: value => Value::Float64(value),
    &str: value => Value::Utf8(value.to_owned()),
    String: value => Value::Utf8(value),
    bool: value => Value::Truth(value),
);
