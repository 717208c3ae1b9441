//! How large a plan may grow, for the reason that expressions have a limit: what walks down a tree needs a stack.

use super::expr::check_size;
use super::{LogicalPlan, PlanError};

/// Steps on top of each other in a plan, at most.
///
/// Measured with chains of each kind of step: with optimisation the stack is 1.6 KB a step at most, so that this many take
/// 0.4 MiB of the 1 MiB that a page has. Without, it is 2.9 KB (5.6 KB for columns each computed from the one before), and
/// the deepest expression above the deepest plan takes 1.4 MiB of the 2 MiB that a thread of Rust's has. Tests run chains
/// of this many steps on 512 KiB. What keeps it so: nothing is computed inside a recursion that a function beside it can do.
pub const MAX_PLAN_DEPTH: usize = 256;
/// Steps in a plan, at most: a plan that is joined with itself again and again doubles every time.
pub const MAX_PLAN_NODES: usize = 10_000;

impl LogicalPlan {
    /// Checks that the plan, however it was made, and its expressions are within the limits. Walks down without recursion.
    ///
    /// # Errors
    /// [`PlanError::OverLimit`].
    pub(crate) fn check_size(&self) -> Result<(), PlanError> {
        let (mut depth, mut nodes, mut waiting) = (0, 0, vec![(self, 1)]);
        while let Some((plan, level)) = waiting.pop() {
            (depth, nodes) = (depth.max(level), nodes + 1);
            plan.exprs().into_iter().try_for_each(check_size)?;
            if depth > MAX_PLAN_DEPTH || nodes > MAX_PLAN_NODES {
                break;
            }
            waiting.extend(plan.children().into_iter().map(|child| (child, level + 1)));
        }
        within_plan_limits(depth, nodes)
    }
}

/// Checks a plan of so many levels and nodes.
///
/// # Errors
/// [`PlanError::OverLimit`].
pub(crate) fn within_plan_limits(depth: usize, nodes: usize) -> Result<(), PlanError> {
    let within = |what, found, limit| {
        if found <= limit { Ok(()) } else { Err(PlanError::OverLimit { what, found, limit }) }
    };
    within("steps on top of each other in a plan", depth, MAX_PLAN_DEPTH)?;
    within("steps in a plan", nodes, MAX_PLAN_NODES)
}
