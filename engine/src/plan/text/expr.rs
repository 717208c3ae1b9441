//! The text of expressions, with as few parentheses as its reader needs.

use std::fmt::{Display, Formatter, Result};

use crate::plan::{BinaryOperator, Expr, UnaryOperator, Value};

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Value::Int64(value) => write!(f, "{value}"),
            Value::Float64(value) => write!(f, "{value}"),
            Value::Utf8(value) => write!(f, "'{}'", value.replace('\'', "''")),
            Value::Truth(value) => write!(f, "{value}"),
            Value::Null(_) => write!(f, "NULL"),
        }
    }
}

/// A column in an expression: a name as it is, an index behind `#`.
pub(super) trait ColumnText {
    fn text(&self) -> String;
}

impl ColumnText for String {
    fn text(&self) -> String {
        self.clone()
    }
}

impl ColumnText for usize {
    fn text(&self) -> String {
        format!("#{self}")
    }
}

impl<C: ColumnText> Display for Expr<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Expr::Column(column) => write!(f, "{}", column.text()),
            Expr::Literal(value) => write!(f, "{value}"),
            Expr::Unary { operator, input } => match operator {
                UnaryOperator::Not => write!(f, "not ({input})"),
                UnaryOperator::IsNull => {
                    write_operand(input, strength_of_comparison(), f)?;
                    write!(f, " is null")
                }
                UnaryOperator::Length => write!(f, "length({input})"),
                UnaryOperator::Lower => write!(f, "lower({input})"),
                UnaryOperator::Contains(part) => {
                    write!(f, "contains({input}, {})", Value::Utf8(part.clone()))
                }
                UnaryOperator::TokenCount => write!(f, "token_count({input})"),
                UnaryOperator::Hash => write!(f, "hash({input})"),
                UnaryOperator::InList(list) => {
                    write_operand(input, strength_of_comparison(), f)?;
                    write_list(&list.values(), f)
                }
                UnaryOperator::Cast(to) => write!(f, "cast({input} as {to:?})"),
            },
            Expr::Binary { operator: BinaryOperator::Coalesce, left, right } => {
                write!(f, "coalesce({left}, {right})")
            }
            Expr::Case { condition, then, otherwise } => {
                write!(f, "case when {condition} then {then} else {otherwise} end")
            }
            Expr::Refused(refusal) => write!(f, "<{}>", refusal.error()),
            Expr::Binary { operator, left, right } => {
                let own = strength(*operator);
                // A comparison beside a comparison always gets its parentheses.
                let beside = if own == strength_of_comparison() { own } else { own - 1 };
                write_operand(left, beside, f)?;
                write!(f, " {} ", sign(*operator))?;
                write_operand(right, own, f)
            }
        }
    }
}

/// An operand, in parentheses when its own operator binds no stronger than `outer`.
fn write_operand<C: ColumnText>(expr: &Expr<C>, outer: u8, f: &mut Formatter<'_>) -> Result {
    let own = match expr {
        Expr::Binary { operator, .. } => strength(*operator),
        Expr::Unary { operator: UnaryOperator::IsNull | UnaryOperator::InList(_), .. } => {
            strength_of_comparison()
        }
        Expr::Unary { .. } | Expr::Column(_) | Expr::Literal(_) | Expr::Case { .. } | Expr::Refused(_) => {
            u8::MAX
        }
    };
    if own <= outer { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

/// ` in (1, 2, NULL)`.
fn write_list(values: &[Option<Value>], f: &mut Formatter<'_>) -> Result {
    write!(f, " in (")?;
    for (at, value) in values.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        match value {
            Some(value) => write!(f, "{comma}{value}")?,
            None => write!(f, "{comma}NULL")?,
        }
    }
    write!(f, ")")
}

/// How strongly an operator binds.
fn strength(operator: BinaryOperator) -> u8 {
    use BinaryOperator::{
        Add, And, Coalesce, Divide, Eq, Gt, GtEq, Lt, LtEq, Multiply, NotEq, Or, Remainder, Subtract,
    };
    match operator {
        Or => 1,
        And => 2,
        Eq | NotEq | Lt | LtEq | Gt | GtEq => 3,
        Add | Subtract => 4,
        Multiply | Divide | Remainder => 5,
        // Written as a function.
        Coalesce => u8::MAX,
    }
}

fn strength_of_comparison() -> u8 {
    strength(BinaryOperator::Eq)
}

fn sign(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Remainder => "%",
        BinaryOperator::Eq => "=",
        BinaryOperator::NotEq => "<>",
        BinaryOperator::Lt => "<",
        BinaryOperator::LtEq => "<=",
        BinaryOperator::Gt => ">",
        BinaryOperator::GtEq => ">=",
        BinaryOperator::And => "and",
        BinaryOperator::Or => "or",
        BinaryOperator::Coalesce => "coalesce",
    }
}
