//! Rows that are together already need not meet again, and rows that will move anyway need not move before.
//!
//! ```text
//!  group by key, language             group by key, language, placed already
//!    dedup by key              ->       dedup by key
//!      repartition by key                 scan
//!        scan
//! ```

use super::OptimizerRule;
use crate::plan::{LogicalPlan, Reach};

/// Drops a repartition whose placement the next wide operator undoes, and marks groupings whose rows an operator below has
/// brought together.
#[derive(Debug)]
pub struct DropNeedlessExchange {
    /// Whether exchanges by key are salted: then the rows of a join or a repartition are not together by key.
    pub is_salted: bool,
}

impl OptimizerRule for DropNeedlessExchange {
    fn name(&self) -> &'static str {
        "drop needless exchanges"
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        let mut plan = plan.map_children(&mut |child| self.apply(child));
        if plan.reach() == Reach::PlacedAnew {
            plan = plan.map_children(&mut without_repartition);
        }
        let below = plan.children().first().and_then(|input| self.placed_by(input));
        if let Some(grouping) = plan.grouping() {
            // Rows that agree in all keys agree in those that placed them.
            let is_among = |column: &String| grouping.keys.contains(column);
            // What is combined before an exchange needs that exchange.
            grouping.hints.placed =
                !grouping.hints.combine && below.is_some_and(|columns| columns.iter().all(is_among));
        }
        plan
    }
}

impl DropNeedlessExchange {
    /// Columns whose equal values are in one partition; `None` when nothing is known.
    fn placed_by(&self, plan: &LogicalPlan) -> Option<Vec<String>> {
        let below = plan.children().first().and_then(|input| self.placed_by(input));
        plan.placement(below, self.is_salted)
    }
}

/// The same rows, wherever they are: below narrow operators a repartition is dropped.
fn without_repartition(plan: LogicalPlan) -> LogicalPlan {
    match plan {
        LogicalPlan::Repartition { input, .. } => without_repartition(*input),
        narrow if narrow.reach() == Reach::Narrow => narrow.map_children(&mut without_repartition),
        other => other,
    }
}
