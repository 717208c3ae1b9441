//! What kind of value an expression gives, and whether its operators work on what they are given.

use super::PlanError;
use super::error::{ONE_SORT, index};
use super::expr::{BinaryOperator, Expr, InList, Kind, UnaryOperator, Value, check_size};
use crate::columnar::{DataType, Schema};

type Result<T> = std::result::Result<T, PlanError>;

/// Checks that an expression is a condition.
pub(super) fn condition(expr: &Expr, schema: &Schema, operator: &'static str) -> Result<()> {
    expect(expr, schema, &[Kind::Truth], operator).map(|_| ())
}

/// The kind of an expression, which has to be one of these.
fn expect(expr: &Expr, schema: &Schema, expected: &[Kind], operator: &'static str) -> Result<Kind> {
    let got = expr.kind(schema)?;
    if expected.contains(&got) {
        return Ok(got);
    }
    Err(PlanError::TypeMismatch { expr: text(expr), expected: expected.to_vec(), got, operator })
}

fn text(expr: &Expr) -> String {
    match expr {
        Expr::Column(name) => format!("column {name:?}"),
        other => format!("{other:?}", other = other.to_string()),
    }
}

/// The kind of an expression, which has to be one of these to stand beside another one.
fn expect_beside(
    right: &Expr,
    schema: &Schema,
    expected: &[Kind],
    left: (&Expr, Kind),
    operator: &'static str,
) -> Result<Kind> {
    let right_kind = right.kind(schema)?;
    if expected.contains(&right_kind) {
        return Ok(right_kind);
    }
    let (left, left_kind) = (text(left.0), left.1);
    Err(PlanError::TwoTypes { left, left_kind, right: text(right), right_kind, operator, needs: ONE_SORT })
}

const NUMBERS: [Kind; 2] = [Kind::Value(DataType::Int64), Kind::Value(DataType::Float64)];
const TEXTS: [Kind; 1] = [Kind::Value(DataType::Utf8)];
const VALUES: [Kind; 3] =
    [Kind::Value(DataType::Int64), Kind::Value(DataType::Float64), Kind::Value(DataType::Utf8)];

impl Expr {
    /// What the expression gives over columns of this schema.
    ///
    /// # Errors
    /// A column that does not exist, or an operator that does not work on what it is given.
    pub fn kind(&self, schema: &Schema) -> Result<Kind> {
        match self {
            Expr::Column(name) => Ok(Kind::Value(schema.fields()[index(schema, name)?].data_type)),
            Expr::Literal(value) => Ok(value.kind()),
            Expr::Unary { operator, input } => unary(operator, input, schema),
            Expr::Binary { operator, left, right } => binary(*operator, left, right, schema),
            Expr::Case { condition, then, otherwise } => {
                expect(condition, schema, &[Kind::Truth], "when")?;
                one_of(then, otherwise, schema, "when")
            }
            Expr::Refused(refusal) => Err(refusal.error()),
        }
    }

    /// The same expression over columns of this schema, where every column, choice or first value that stands for a condition
    /// is compared with 0: what is stored of a condition is 1, 0 or NULL.
    ///
    /// # Errors
    /// As [`Expr::kind`], and an expression past a limit.
    pub(crate) fn lowered(self, schema: &Schema) -> Result<Expr> {
        check_size(&self)?;
        let deeper = self.with_conditions(schema);
        check_size(&deeper)?;
        Ok(deeper)
    }

    /// As [`Expr::lowered`], of an expression that stands for a condition itself.
    ///
    /// # Errors
    /// As [`Expr::lowered`].
    pub(crate) fn into_condition(self, schema: &Schema) -> Result<Expr> {
        let lowered = self.lowered(schema)?.condition_of(schema);
        check_size(&lowered)?;
        Ok(lowered)
    }

    fn with_conditions(self, schema: &Schema) -> Expr {
        let boxed = |expr: Box<Expr>| Box::new(expr.with_conditions(schema));
        let condition = |expr: Box<Expr>| Box::new(expr.with_conditions(schema).condition_of(schema));
        match self {
            Expr::Column(_) | Expr::Literal(_) | Expr::Refused(_) => self,
            Expr::Unary { operator: UnaryOperator::Not, input } => {
                Expr::Unary { operator: UnaryOperator::Not, input: condition(input) }
            }
            Expr::Unary { operator, input } => Expr::Unary { operator, input: boxed(input) },
            Expr::Binary { operator, left, right } if operator.is_connective() => {
                Expr::Binary { operator, left: condition(left), right: condition(right) }
            }
            Expr::Binary { operator, left, right } => {
                Expr::Binary { operator, left: boxed(left), right: boxed(right) }
            }
            Expr::Case { condition: decides, then, otherwise } => {
                Expr::Case { condition: condition(decides), then: boxed(then), otherwise: boxed(otherwise) }
            }
        }
    }

    /// Compared with 0, if it may store a condition.
    fn condition_of(self, schema: &Schema) -> Expr {
        let may_store = match &self {
            Expr::Column(_) | Expr::Case { .. } => true,
            Expr::Binary { operator, .. } => *operator == BinaryOperator::Coalesce,
            Expr::Literal(_) | Expr::Unary { .. } | Expr::Refused(_) => false,
        };
        if may_store && self.kind(schema) == Ok(Kind::Value(DataType::Int64)) {
            let zero = Expr::Literal(Value::Int64(0));
            return Expr::Binary {
                operator: BinaryOperator::NotEq,
                left: Box::new(self),
                right: Box::new(zero),
            };
        }
        self
    }
}

/// The kind of one or the other: numbers, of which a Float64 makes both Float64, or texts. A condition is stored.
fn one_of(left: &Expr, right: &Expr, schema: &Schema, operator: &'static str) -> Result<Kind> {
    let (int, float) = (NUMBERS[0], NUMBERS[1]);
    let written = left.kind(schema)?;
    let left_kind = Kind::Value(written.data_type());
    let is_number = NUMBERS.contains(&left_kind);
    let beside: &[Kind] = if is_number {
        &[Kind::Value(DataType::Int64), Kind::Value(DataType::Float64), Kind::Truth]
    } else {
        &TEXTS
    };
    let right_kind = expect_beside(right, schema, beside, (left, written), operator)?;
    let right_kind = Kind::Value(right_kind.data_type());
    Ok(match is_number {
        true if left_kind == int && right_kind == int => int,
        true => float,
        false => left_kind,
    })
}

/// The kind of a list's values: only like is compared with like.
fn in_list(input: &Expr, list: &InList, schema: &Schema) -> Result<Kind> {
    let operator = "is_in";
    let input_kind = expect(input, schema, &VALUES, operator)?;
    let fits: &[Kind] = match (list.has_numbers(), list.has_texts()) {
        (false, false) => &VALUES,
        (true, false) => &NUMBERS,
        (false, true) => &TEXTS,
        (true, true) => {
            return Err(PlanError::Malformed { operator, reason: "a list is of numbers or of texts" });
        }
    };
    if fits.contains(&input_kind) {
        return Ok(Kind::Truth);
    }
    let (left, right) = (text(input), "a value of the list".to_owned());
    Err(PlanError::TwoTypes {
        left,
        left_kind: input_kind,
        right,
        right_kind: fits[0],
        operator,
        needs: ONE_SORT,
    })
}

fn unary(operator: &UnaryOperator, input: &Expr, schema: &Schema) -> Result<Kind> {
    let int = Kind::Value(DataType::Int64);
    match operator {
        UnaryOperator::Not => expect(input, schema, &[Kind::Truth], "not"),
        UnaryOperator::IsNull => input.kind(schema).map(|_| Kind::Truth),
        UnaryOperator::Length => expect(input, schema, &TEXTS, "length").map(|_| int),
        UnaryOperator::Lower => expect(input, schema, &TEXTS, "lower"),
        UnaryOperator::Contains(_) => expect(input, schema, &TEXTS, "contains").map(|_| Kind::Truth),
        UnaryOperator::TokenCount => expect(input, schema, &TEXTS, "token_count").map(|_| int),
        UnaryOperator::Hash => expect(input, schema, &VALUES, "hash").map(|_| int),
        UnaryOperator::InList(list) => in_list(input, list, schema),
        UnaryOperator::Cast(to) => input.kind(schema).map(|_| Kind::Value(*to)),
    }
}

fn binary(operator: BinaryOperator, left: &Expr, right: &Expr, schema: &Schema) -> Result<Kind> {
    use BinaryOperator::{
        Add, And, Coalesce, Divide, Eq, Gt, GtEq, Lt, LtEq, Multiply, NotEq, Or, Remainder, Subtract,
    };
    let (int, float) = (NUMBERS[0], NUMBERS[1]);
    match operator {
        Add | Subtract | Multiply | Divide => {
            let left = expect(left, schema, &NUMBERS, "arithmetic")?;
            let right = expect(right, schema, &NUMBERS, "arithmetic")?;
            let is_whole = operator != Divide && left == int && right == int;
            Ok(if is_whole { int } else { float })
        }
        Remainder => {
            expect(left, schema, &[int], "remainder")?;
            expect(right, schema, &[int], "remainder")
        }
        Eq | NotEq | Lt | LtEq | Gt | GtEq => {
            let operator = "a comparison";
            let kind = expect(left, schema, &VALUES, operator)?;
            let beside: &[Kind] = if NUMBERS.contains(&kind) { &NUMBERS } else { &TEXTS };
            expect_beside(right, schema, beside, (left, kind), operator).map(|_| Kind::Truth)
        }
        Coalesce => one_of(left, right, schema, "coalesce"),
        And | Or => {
            expect(left, schema, &[Kind::Truth], "and, or")?;
            expect(right, schema, &[Kind::Truth], "and, or")
        }
    }
}
