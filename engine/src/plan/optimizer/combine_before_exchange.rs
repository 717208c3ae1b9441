//! Rows of one key that start out together need not travel one by one.

use super::{Choice, OptimizerRule};
use crate::plan::{AggregateFunction, LogicalPlan};

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
        match &mut plan {
            // The values of a set are as many as the rows that brought them; and one group of all is always combined.
            LogicalPlan::Aggregate { hints, keys, aggregates, .. } => {
                let has_set = aggregates.iter().any(|a| a.function == AggregateFunction::CountDistinct);
                hints.combine = !hints.placed && !has_set && !keys.is_empty();
            }
            LogicalPlan::BestBy { hints, .. } => hints.combine = !hints.placed,
            LogicalPlan::Scan { .. }
            | LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. } => {}
        }
        plan
    }
}
