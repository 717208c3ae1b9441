//! How large an expression may grow: what walks down a tree needs a stack, and a stack ends.
//!
//! Operators on expressions give no `Result`, so an expression that would grow past a limit becomes [`Expr::Refused`], a leaf
//! that says so. What is made of it is refused as well, and the plan in which it stands gives the error. Nothing deep is
//! ever built, so nothing deep has to be walked through, cloned or dropped.

use serde::{Deserialize, Serialize};

use super::{BinaryOperator, Expr};
use crate::plan::PlanError;

/// Operators on top of each other in an expression, at most. Rules may put a few conditions more on top of it, and an executor
/// takes twice as many. Tests evaluate, print and drop both on a stack of 1 MiB, which is what a page has. Without optimisation
/// a level takes 4.3 KB of stack, so this many take 1.1 MiB.
pub const MAX_EXPR_DEPTH: usize = 256;
/// Columns, constants and operators of an expression, at most.
pub const MAX_EXPR_NODES: usize = 40_000;

/// A limit that an expression would have been past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// So many operators on top of each other.
    Depth(usize),
    /// So many columns, constants and operators.
    Nodes(usize),
}

impl Refusal {
    /// The error of a plan in which it stands.
    pub(crate) fn error(self) -> PlanError {
        match self {
            Refusal::Depth(found) => {
                let what = "operators on top of each other in an expression";
                PlanError::OverLimit { what, found, limit: MAX_EXPR_DEPTH }
            }
            Refusal::Nodes(found) => {
                let what = "columns, constants and operators in an expression";
                PlanError::OverLimit { what, found, limit: MAX_EXPR_NODES }
            }
        }
    }
}

/// Whether an expression, however it was made, is within the limits; walks down no further than these.
///
/// # Errors
/// [`PlanError::OverLimit`].
pub(crate) fn check_size<C>(expr: &Expr<C>) -> Result<(), PlanError> {
    match expr.refusal() {
        None => Ok(()),
        Some(refusal) => Err(refusal.error()),
    }
}

impl<C> Expr<C> {
    /// Levels of the tree, a column being one, and all its nodes; below the first level past the limit nothing is looked at.
    fn size(&self, levels: usize) -> (usize, usize) {
        let below = |child: &Expr<C>| if levels == 0 { (0, 0) } else { child.size(levels - 1) };
        let (depth, nodes) = match self {
            Expr::Column(_) | Expr::Literal(_) | Expr::Refused(_) => (0, 0),
            Expr::Unary { input, .. } => below(input),
            Expr::Binary { left, right, .. } => {
                let ((left, left_nodes), (right, right_nodes)) = (below(left), below(right));
                (left.max(right), left_nodes + right_nodes)
            }
            Expr::Case { condition, then, otherwise } => {
                let [condition, then, otherwise] = [condition, then, otherwise].map(|child| below(child));
                (condition.0.max(then.0).max(otherwise.0), condition.1 + then.1 + otherwise.1)
            }
        };
        (depth + 1, nodes + 1)
    }

    /// The limit that it is past.
    fn refusal(&self) -> Option<Refusal> {
        if let Expr::Refused(refusal) = self {
            return Some(*refusal);
        }
        match self.size(MAX_EXPR_DEPTH) {
            (_, nodes) if nodes > MAX_EXPR_NODES => Some(Refusal::Nodes(nodes)),
            (depth, _) if depth > MAX_EXPR_DEPTH => Some(Refusal::Depth(depth)),
            _ => None,
        }
    }

    /// Whether it may stand where an expression is written.
    pub(crate) fn is_within_limits(&self) -> bool {
        self.refusal().is_none()
    }

    /// Whether it has at most so many columns, constants and operators, and is within the limits.
    pub(crate) fn is_within_nodes(&self, nodes: usize) -> bool {
        self.refusal().is_none() && self.size(MAX_EXPR_DEPTH).1 <= nodes
    }

    /// The expression, or what stands for one past a limit. A long chain of `and` or `or` or `coalesce` is balanced first.
    pub(super) fn within_limits(self) -> Self {
        if let Some(refusal) = self.children().find_map(|child| match child {
            Expr::Refused(refusal) => Some(*refusal),
            _ => None,
        }) {
            return Expr::Refused(refusal);
        }
        match (self.refusal(), self) {
            (None, expr) => expr,
            (Some(Refusal::Depth(_)), Expr::Binary { operator, left, right })
                if operator.is_associative() =>
            {
                let balanced = balanced(operator, Expr::Binary { operator, left, right }.operands(operator));
                balanced.refusal().map_or(balanced, Expr::Refused)
            }
            (Some(refusal), _) => Expr::Refused(refusal),
        }
    }

    /// All of these conditions: a chain where it is short, a balanced tree where it is long. For rules, which have no limit.
    pub(crate) fn all(conditions: Vec<Expr<C>>) -> Option<Expr<C>> {
        let is_short = conditions.len() <= MAX_EXPR_DEPTH / 2;
        let and = |left, right| Expr::Binary {
            operator: BinaryOperator::And,
            left: Box::new(left),
            right: Box::new(right),
        };
        match (is_short, conditions.is_empty()) {
            (_, true) => None,
            (true, false) => conditions.into_iter().reduce(and),
            (false, false) => Some(balanced(BinaryOperator::And, conditions)),
        }
    }
}

impl BinaryOperator {
    /// Whether parentheses in a chain of it change nothing.
    fn is_associative(self) -> bool {
        match self {
            BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Coalesce => true,
            // Int64 could be, but Float64 is not.
            BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Remainder
            | BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq => false,
        }
    }
}

/// A tree of a chain's operands that is as low as it can be.
fn balanced<C>(operator: BinaryOperator, mut operands: Vec<Expr<C>>) -> Expr<C> {
    while operands.len() > 1 {
        let (mut pairs, mut left) = (Vec::with_capacity(operands.len().div_ceil(2)), None);
        for operand in operands {
            match left.take() {
                None => left = Some(operand),
                Some(left) => {
                    pairs.push(Expr::Binary { operator, left: Box::new(left), right: Box::new(operand) });
                }
            }
        }
        pairs.extend(left);
        operands = pairs;
    }
    operands.pop().expect("a chain has operands")
}
