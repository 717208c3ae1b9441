//! Rows of one key that start out together need not travel one by one.

use super::{Choice, OptimizerRule};
use crate::plan::LogicalPlan;

/// Groups on the map side first, so that at most one row a key and map task crosses the exchange.
#[derive(Debug)]
pub struct CombineBeforeExchange;

impl OptimizerRule for CombineBeforeExchange {
    fn name(&self) -> &'static str {
        "combine before the exchange"
    }

    fn choice(&self) -> Choice {
        Choice::Combine
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        let mut plan = plan.map_children(&mut |child| self.apply(child));
        if let Some(grouping) = plan.grouping() {
            // One group of all is always combined.
            grouping.hints.combine =
                !grouping.hints.placed && grouping.has_small_states && !grouping.keys.is_empty();
        }
        plan
    }
}
