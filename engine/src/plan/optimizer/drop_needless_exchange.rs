//! Rows that are together already need not meet again, and rows that will move anyway need not move before.
//!
//! ```text
//!  group by key, language             group by key, language, placed already
//!    best by key               ->       best by key
//!      repartition by key                 scan
//!        scan
//! ```

use super::OptimizerRule;
use crate::plan::{Expr, JoinMethod, LogicalPlan, NamedExpr, RepartitionBy};

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
        let places_anew = match &plan {
            LogicalPlan::Aggregate { .. } | LogicalPlan::BestBy { .. } | LogicalPlan::Repartition { .. } => {
                true
            }
            LogicalPlan::Join { method, .. } => *method == JoinMethod::Shuffled,
            LogicalPlan::Scan { .. }
            | LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. } => false,
        };
        if places_anew {
            plan = plan.map_children(&mut without_repartition);
        }
        let input = match &plan {
            LogicalPlan::Aggregate { input, .. } | LogicalPlan::BestBy { input, .. } => self.placed_by(input),
            _ => None,
        };
        match &mut plan {
            LogicalPlan::Aggregate { keys, hints, .. } => {
                // Rows that agree in all keys agree in those that placed them.
                let is_among = |column: &String| keys.contains(column);
                hints.placed = input.is_some_and(|columns| columns.iter().all(is_among));
            }
            LogicalPlan::BestBy { key, hints, .. } => {
                hints.placed = input.is_some_and(|columns| columns.iter().all(|column| column == key));
            }
            _ => {}
        }
        plan
    }
}

impl DropNeedlessExchange {
    /// Columns whose equal values are in one partition; `None` when nothing is known.
    fn placed_by(&self, plan: &LogicalPlan) -> Option<Vec<String>> {
        match plan {
            LogicalPlan::Aggregate { keys, hints, input, .. } => {
                if hints.placed {
                    self.placed_by(input)
                } else {
                    (!keys.is_empty()).then(|| keys.clone())
                }
            }
            LogicalPlan::BestBy { key, hints, input, .. } => {
                if hints.placed {
                    self.placed_by(input)
                } else {
                    Some(vec![key.clone()])
                }
            }
            LogicalPlan::Join { method: JoinMethod::Broadcast, probe, .. } => self.placed_by(probe),
            LogicalPlan::Join { key, .. } => (!self.is_salted).then(|| vec![key.clone()]),
            LogicalPlan::Repartition { by: RepartitionBy::Hash(columns), .. } => {
                (!self.is_salted).then(|| columns.clone())
            }
            LogicalPlan::Filter { input, .. } | LogicalPlan::Sample { input, .. } => self.placed_by(input),
            LogicalPlan::Project { input, exprs } => {
                self.placed_by(input)?.iter().map(|column| renamed(column, exprs)).collect()
            }
            LogicalPlan::Tokenize { input, column, .. } => {
                self.placed_by(input).filter(|columns| !columns.contains(column))
            }
            LogicalPlan::Repartition { by: RepartitionBy::RoundRobin, .. }
            | LogicalPlan::Scan { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. } => None,
        }
    }
}

/// The name under which a column comes out of a projection.
fn renamed(column: &str, exprs: &[NamedExpr]) -> Option<String> {
    let is_it = |named: &&NamedExpr| matches!(&named.expr, Expr::Column(name) if name == column);
    exprs.iter().find(is_it).map(|named| named.name.clone())
}

/// The same rows, wherever they are: below narrow operators a repartition is dropped.
fn without_repartition(plan: LogicalPlan) -> LogicalPlan {
    match plan {
        LogicalPlan::Repartition { input, .. } => without_repartition(*input),
        narrow @ (LogicalPlan::Filter { .. }
        | LogicalPlan::Sample { .. }
        | LogicalPlan::Project { .. }
        | LogicalPlan::Tokenize { .. }) => narrow.map_children(&mut without_repartition),
        other => other,
    }
}
