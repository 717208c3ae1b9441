//! Rows beyond a limit need not be computed.

use super::OptimizerRule;
use crate::plan::{LogicalPlan, Reach, RowFlow};

/// Moves limits below narrow nodes that give a row for each row, and makes one of two.
#[derive(Debug)]
pub struct PushLimits;

impl OptimizerRule for PushLimits {
    fn name(&self) -> &'static str {
        "push limits down"
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        match plan {
            LogicalPlan::Limit { input, row_count } => match *input {
                LogicalPlan::Limit { input, row_count: other } => {
                    self.apply(LogicalPlan::Limit { input, row_count: row_count.min(other) })
                }
                same if same.reach() == Reach::Narrow && same.row_flow() == RowFlow::Same => same
                    .map_children(&mut |child| {
                        self.apply(LogicalPlan::Limit { input: Box::new(child), row_count })
                    }),
                other => LogicalPlan::Limit { input: Box::new(self.apply(other)), row_count },
            },
            other => other.map_children(&mut |child| self.apply(child)),
        }
    }
}
