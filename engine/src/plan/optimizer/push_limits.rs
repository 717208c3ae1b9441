//! Rows beyond a limit need not be computed.

use super::OptimizerRule;
use crate::plan::LogicalPlan;

/// Moves limits below projections and makes one of two.
#[derive(Debug)]
pub struct PushLimits;

impl OptimizerRule for PushLimits {
    fn name(&self) -> &'static str {
        "push limits down"
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        match plan {
            LogicalPlan::Limit { input, row_count } => match *input {
                LogicalPlan::Project { input, exprs } => {
                    let limited = self.apply(LogicalPlan::Limit { input, row_count });
                    LogicalPlan::Project { input: Box::new(limited), exprs }
                }
                LogicalPlan::Limit { input, row_count: other } => {
                    self.apply(LogicalPlan::Limit { input, row_count: row_count.min(other) })
                }
                other => LogicalPlan::Limit { input: Box::new(self.apply(other)), row_count },
            },
            other => other.map_children(&mut |child| self.apply(child)),
        }
    }
}
