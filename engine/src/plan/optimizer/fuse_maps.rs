//! Two passes over the same rows can be one.

use super::{Computed, OptimizerRule};
use crate::plan::{Expr, LogicalPlan, NamedExpr};

/// Makes one of adjacent filters and of adjacent projections, and drops projections that change nothing.
#[derive(Debug)]
pub struct FuseMaps;

impl OptimizerRule for FuseMaps {
    fn name(&self) -> &'static str {
        "fuse adjacent maps and filters"
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        match plan.map_children(&mut |child| self.apply(child)) {
            LogicalPlan::Filter { input, predicate } => match *input {
                LogicalPlan::Filter { input, predicate: first } => {
                    LogicalPlan::Filter { input, predicate: both(first, predicate) }
                }
                other => LogicalPlan::Filter { input: Box::new(other), predicate },
            },
            LogicalPlan::Project { input, exprs } => fuse(*input, exprs),
            other => other,
        }
    }
}

/// Two conditions as one; many in a row as a tree.
fn both(first: Expr, second: Expr) -> Expr {
    let both = |conditions| Expr::all(conditions).expect("two conditions or more");
    let chain = both(vec![first, second]);
    if chain.is_within_limits() { chain } else { both(chain.conjuncts()) }
}

fn fuse(input: LogicalPlan, exprs: Vec<NamedExpr>) -> LogicalPlan {
    let (input, exprs) = match input {
        LogicalPlan::Project { input, exprs: first } => match fused(&first, &exprs) {
            Some(exprs) => return fuse(*input, exprs),
            None => (LogicalPlan::Project { input, exprs: first }, exprs),
        },
        other => (other, exprs),
    };
    let is_unchanged = exprs.iter().all(NamedExpr::is_unchanged);
    if is_unchanged && exprs.iter().map(|named| named.name.as_str()).eq(input.schema().names()) {
        return input;
    }
    LogicalPlan::Project { input: Box::new(input), exprs }
}

/// The second projection over the first one's input, if nothing is then computed twice, or with a condition that the first one
/// stores as a number.
pub(crate) fn fused(first: &[NamedExpr], second: &[NamedExpr]) -> Option<Vec<NamedExpr>> {
    let computed = Computed::new(first);
    let keeps_kinds = second
        .iter()
        .all(|named| matches!(named.expr, Expr::Column(_)) || !computed.stores_condition_for(&named.expr));
    if !keeps_kinds || !computed.is_read_once(second.iter().map(|named| &named.expr)) {
        return None;
    }
    let substituted = |named: &NamedExpr| {
        Some(NamedExpr { expr: computed.substitute(&named.expr)?, name: named.name.clone() })
    };
    second.iter().map(substituted).collect()
}
