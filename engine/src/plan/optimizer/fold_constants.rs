//! What is known before a row is seen is computed once.

use super::OptimizerRule;
use crate::plan::expr::cast_value;
use crate::plan::{BinaryOperator, Expr, Kind, LogicalPlan, UnaryOperator, Value};

/// Replaces expressions of constants by their value, and drops conditions that are always true.
#[derive(Debug)]
pub struct FoldConstants;

impl OptimizerRule for FoldConstants {
    fn name(&self) -> &'static str {
        "fold constants"
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        match plan.map_children(&mut |child| self.apply(child)).map_exprs(&mut fold) {
            LogicalPlan::Filter { input, predicate: Expr::Literal(Value::Truth(true)) } => *input,
            LogicalPlan::Scan { table, columns, predicate: Some(Expr::Literal(Value::Truth(true))) } => {
                LogicalPlan::Scan { table, columns, predicate: None }
            }
            other => other,
        }
    }
}

fn fold(expr: Expr) -> Expr {
    match expr {
        Expr::Column(_) | Expr::Literal(_) | Expr::Refused(_) => expr,
        Expr::Unary { operator, input } => match (operator, fold(*input)) {
            (UnaryOperator::Not, Expr::Unary { operator: UnaryOperator::Not, input }) => *input,
            (operator, Expr::Literal(value)) => match unary(&operator, &value) {
                Some(value) => Expr::Literal(value),
                None => Expr::Unary { operator, input: Box::new(Expr::Literal(value)) },
            },
            (operator, input) => Expr::Unary { operator, input: Box::new(input) },
        },
        Expr::Binary { operator, left, right } => binary(operator, fold(*left), fold(*right)),
        Expr::Case { condition, then, otherwise } => case(fold(*condition), fold(*then), fold(*otherwise)),
    }
}

/// A choice between constants; one between columns stays, for what it gives may be of another type than one of the two.
fn case(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    match (condition, then, otherwise) {
        (Expr::Literal(decides), Expr::Literal(then), Expr::Literal(otherwise)) => {
            let (then, otherwise) = alike(then, otherwise);
            Expr::Literal(if decides == Value::Truth(true) { then } else { otherwise })
        }
        (condition, then, otherwise) => {
            let [condition, then, otherwise] = [condition, then, otherwise].map(Box::new);
            Expr::Case { condition, then, otherwise }
        }
    }
}

/// Two constants as values of the one type that a choice between them has.
fn alike(left: Value, right: Value) -> (Value, Value) {
    use crate::columnar::DataType::Float64;
    let [left_type, right_type] = [&left, &right].map(|value| value.kind().data_type());
    let to = if left_type == right_type { left_type } else { Float64 };
    (cast_value(&left, to), cast_value(&right, to))
}

fn binary(operator: BinaryOperator, left: Expr, right: Expr) -> Expr {
    let truth = |expr: &Expr| match expr {
        Expr::Literal(Value::Truth(truth)) => Some(*truth),
        _ => None,
    };
    match (operator, truth(&left), truth(&right)) {
        (BinaryOperator::And, Some(true), _) | (BinaryOperator::Or, Some(false), _) => return right,
        (BinaryOperator::And, _, Some(true)) | (BinaryOperator::Or, _, Some(false)) => return left,
        (BinaryOperator::And, Some(false), _) | (BinaryOperator::Or, Some(true), _) => return left,
        (BinaryOperator::And, _, Some(false)) | (BinaryOperator::Or, _, Some(true)) => return right,
        _ => {}
    }
    if let (Expr::Literal(left), Expr::Literal(right)) = (&left, &right)
        && let Some(value) = of_two(operator, left, right)
    {
        return Expr::Literal(value);
    }
    Expr::Binary { operator, left: Box::new(left), right: Box::new(right) }
}

/// The value of something of one constant; `None` where it is left to the kernels.
fn unary(operator: &UnaryOperator, value: &Value) -> Option<Value> {
    match (operator, value) {
        (UnaryOperator::IsNull, value) => Some(Value::Truth(matches!(value, Value::Null(_)))),
        (UnaryOperator::Not, Value::Truth(truth)) => Some(Value::Truth(!truth)),
        (UnaryOperator::Not, Value::Null(kind)) => Some(Value::Null(*kind)),
        (UnaryOperator::Length, Value::Utf8(text)) => Some(Value::Int64(text.chars().count() as i64)),
        (UnaryOperator::Lower, Value::Utf8(text)) => Some(Value::Utf8(text.to_lowercase())),
        (UnaryOperator::Contains(part), Value::Utf8(text)) => {
            Some(Value::Truth(text.contains(part.as_str())))
        }
        (UnaryOperator::InList(list), value) => {
            Some(list.contains(value).map_or(Value::Null(Kind::Truth), Value::Truth))
        }
        (UnaryOperator::Cast(to), value) => Some(cast_value(value, *to)),
        // Spark's hash belongs to the exchange, words to the tokenizer.
        _ => None,
    }
}

/// The value of something of two constants, as the kernels compute it; `None` where it is left to them.
fn of_two(operator: BinaryOperator, left: &Value, right: &Value) -> Option<Value> {
    if operator.is_connective() {
        return None;
    }
    if operator == BinaryOperator::Coalesce {
        let (left, right) = alike(left.clone(), right.clone());
        return Some(if matches!(left, Value::Null(_)) { right } else { left });
    }
    if matches!(left, Value::Null(_)) || matches!(right, Value::Null(_)) {
        return Some(Value::Null(kind_of(operator, left, right)));
    }
    match (left, right) {
        (Value::Int64(left), Value::Int64(right)) if operator != BinaryOperator::Divide => {
            of_ints(operator, *left, *right)
        }
        (Value::Utf8(left), Value::Utf8(right)) => compared(operator, left.as_bytes().cmp(right.as_bytes())),
        (left, right) => of_floats(operator, number(left)?, number(right)?),
    }
}

fn kind_of(operator: BinaryOperator, left: &Value, right: &Value) -> Kind {
    use crate::columnar::DataType::{Float64, Int64};
    let is_float = |value: &Value| value.kind() == Kind::Value(Float64);
    match operator {
        BinaryOperator::Divide => Kind::Value(Float64),
        operator if !operator.is_arithmetic() => Kind::Truth,
        _ if is_float(left) || is_float(right) => Kind::Value(Float64),
        _ => Kind::Value(Int64),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int64(value) => Some(*value as f64),
        Value::Float64(value) => Some(*value),
        Value::Utf8(_) | Value::Truth(_) | Value::Null(_) => None,
    }
}

fn of_ints(operator: BinaryOperator, left: i64, right: i64) -> Option<Value> {
    match operator {
        BinaryOperator::Add => Some(Value::Int64(left.wrapping_add(right))),
        BinaryOperator::Subtract => Some(Value::Int64(left.wrapping_sub(right))),
        BinaryOperator::Multiply => Some(Value::Int64(left.wrapping_mul(right))),
        BinaryOperator::Remainder if right == 0 => {
            Some(Value::Null(Kind::Value(crate::columnar::DataType::Int64)))
        }
        BinaryOperator::Remainder => Some(Value::Int64(left.wrapping_rem(right))),
        _ => compared(operator, left.cmp(&right)),
    }
}

fn of_floats(operator: BinaryOperator, left: f64, right: f64) -> Option<Value> {
    match operator {
        BinaryOperator::Add => Some(Value::Float64(left + right)),
        BinaryOperator::Subtract => Some(Value::Float64(left - right)),
        BinaryOperator::Multiply => Some(Value::Float64(left * right)),
        BinaryOperator::Divide if right == 0.0 => {
            Some(Value::Null(Kind::Value(crate::columnar::DataType::Float64)))
        }
        BinaryOperator::Divide => Some(Value::Float64(left / right)),
        // NaN equals itself and is above every number.
        _ => {
            compared(operator, left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan())))
        }
    }
}

fn compared(operator: BinaryOperator, order: std::cmp::Ordering) -> Option<Value> {
    let holds = match operator {
        BinaryOperator::Eq => order.is_eq(),
        BinaryOperator::NotEq => order.is_ne(),
        BinaryOperator::Lt => order.is_lt(),
        BinaryOperator::LtEq => order.is_le(),
        BinaryOperator::Gt => order.is_gt(),
        BinaryOperator::GtEq => order.is_ge(),
        _ => return None,
    };
    Some(Value::Truth(holds))
}
