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
            LogicalPlan::Share { input, share, wide, narrow }
                if share.is_all() && is_empty_of_none(&narrow) =>
            {
                replace_rows(*wide, &input)
            }
            LogicalPlan::Share { input, share, wide, narrow }
                if share.is_none() && is_empty_of_none(&wide) =>
            {
                replace_rows(*narrow, &input)
            }
            other => other,
        }
    }
}

/// Whether a branch that no row takes gives no row: an aggregate without keys gives one even then.
fn is_empty_of_none(branch: &LogicalPlan) -> bool {
    let inputs: Vec<bool> = branch.children().into_iter().map(is_empty_of_none).collect();
    branch.is_empty_over(&inputs)
}

fn replace_rows(branch: LogicalPlan, input: &LogicalPlan) -> LogicalPlan {
    match branch {
        LogicalPlan::Rows { .. } => input.clone(),
        other => other.map_children(&mut |child| replace_rows(child, input)),
    }
}
