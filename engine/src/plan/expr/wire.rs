//! How an expression travels: as the list of its nodes, each behind what it is made of.
//!
//! ```text
//!  a + 1 > b     [a, 1, +, b, >]
//! ```
//!
//! The list is as flat for a deep expression as for a shallow one, so no format's limit on nesting is met. Whoever reads it
//! checks the depth, because what arrives may be anything.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{BinaryOperator, Expr, MAX_EXPR_DEPTH, UnaryOperator, Value};

/// Rules may make an expression a little deeper than it may be written.
const MAX_READ_DEPTH: usize = 2 * MAX_EXPR_DEPTH;

/// A node without what it is made of, as it is written.
#[derive(Serialize)]
enum NodeRef<'a, C> {
    Column(&'a C),
    Literal(&'a Value),
    Unary(&'a UnaryOperator),
    Binary(BinaryOperator),
    Case,
}

/// The same, as it is read.
#[derive(Deserialize)]
enum Node<C> {
    Column(C),
    Literal(Value),
    Unary(UnaryOperator),
    Binary(BinaryOperator),
    Case,
}

impl<C: Serialize> Serialize for Expr<C> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // From the root down, right before left: the list from behind.
        let (mut waiting, mut nodes) = (vec![self], Vec::new());
        while let Some(expr) = waiting.pop() {
            nodes.push(match expr {
                Expr::Column(column) => NodeRef::Column(column),
                Expr::Literal(value) => NodeRef::Literal(value),
                Expr::Unary { operator, .. } => NodeRef::Unary(operator),
                Expr::Binary { operator, .. } => NodeRef::Binary(*operator),
                Expr::Case { .. } => NodeRef::Case,
                Expr::Refused(_) => {
                    return Err(S::Error::custom("an expression past a limit does not travel"));
                }
            });
            waiting.extend(expr.children());
        }
        nodes.reverse();
        nodes.serialize(to)
    }
}

impl<'de, C: Deserialize<'de>> Deserialize<'de> for Expr<C> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut made: Vec<(Expr<C>, usize)> = Vec::new();
        for node in Vec::<Node<C>>::deserialize(from)? {
            let mut below = 0;
            let mut operand = || {
                let (expr, depth) = made.pop()?;
                below = below.max(depth);
                Some(Box::new(expr))
            };
            let expr = match node {
                Node::Column(column) => Some(Expr::Column(column)),
                Node::Literal(value) => Some(Expr::Literal(value)),
                Node::Unary(operator) => operand().map(|input| Expr::Unary { operator, input }),
                Node::Binary(operator) => {
                    let (right, left) = (operand(), operand());
                    left.zip(right).map(|(left, right)| Expr::Binary { operator, left, right })
                }
                Node::Case => {
                    let (otherwise, then, condition) = (operand(), operand(), operand());
                    let branches = then.zip(otherwise).zip(condition);
                    branches.map(|((then, otherwise), condition)| Expr::Case { condition, then, otherwise })
                }
            };
            let expr = expr.ok_or_else(|| D::Error::custom("an operator without its operands"))?;
            if below >= MAX_READ_DEPTH {
                return Err(D::Error::custom(format_args!(
                    "an expression of more than {MAX_READ_DEPTH} operators on top of each other"
                )));
            }
            made.push((expr, below + 1));
        }
        match (made.pop(), made.is_empty()) {
            (Some((expr, _)), true) => Ok(expr),
            _ => Err(D::Error::custom("not one expression")),
        }
    }
}
