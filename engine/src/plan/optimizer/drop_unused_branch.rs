//! A branch that every row takes needs no choice; one that no row takes needs no exchange.

use super::OptimizerRule;
use crate::plan::LogicalPlan;

/// Replaces a `Share` of all or none of the rows by the branch that they take.
#[derive(Debug)]
pub struct DropUnusedBranch;

impl OptimizerRule for DropUnusedBranch {
    fn name(&self) -> &'static str {
        "drop the branch that no row takes"
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        match plan.map_children(&mut |child| self.apply(child)) {
            LogicalPlan::Share { input, share, wide, .. } if share.is_all() => replace_rows(*wide, &input),
            LogicalPlan::Share { input, share, narrow, .. } if share.is_none() => {
                replace_rows(*narrow, &input)
            }
            other => other,
        }
    }
}

fn replace_rows(branch: LogicalPlan, input: &LogicalPlan) -> LogicalPlan {
    match branch {
        LogicalPlan::Rows { .. } => input.clone(),
        other => other.map_children(&mut |child| replace_rows(child, input)),
    }
}
