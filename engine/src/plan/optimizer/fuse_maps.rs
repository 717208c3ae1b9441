//! Two passes over the same rows can be one.

use super::{OptimizerRule, reads_condition, substitute};
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
                    LogicalPlan::Filter { input, predicate: first.and(predicate) }
                }
                other => LogicalPlan::Filter { input: Box::new(other), predicate },
            },
            LogicalPlan::Project { input, exprs } => fuse(*input, exprs),
            other => other,
        }
    }
}

fn fuse(input: LogicalPlan, exprs: Vec<NamedExpr>) -> LogicalPlan {
    match input {
        LogicalPlan::Project { input, exprs: first }
            if computes_once(&first, &exprs) && keeps_kinds(&first, &exprs) =>
        {
            let exprs = exprs
                .into_iter()
                .map(|named| NamedExpr { expr: substitute(&named.expr, &first), name: named.name })
                .collect();
            fuse(*input, exprs)
        }
        other => {
            let is_unchanged = exprs.iter().all(NamedExpr::is_unchanged);
            if is_unchanged && exprs.iter().map(|named| named.name.as_str()).eq(other.schema().names()) {
                return other;
            }
            LogicalPlan::Project { input: Box::new(other), exprs }
        }
    }
}

/// Whether nothing that the first projection computes would be computed twice.
fn computes_once(first: &[NamedExpr], second: &[NamedExpr]) -> bool {
    first.iter().filter(|named| !matches!(named.expr, Expr::Column(_) | Expr::Literal(_))).all(|named| {
        let mut reads = 0;
        let mut count = |name: &String| reads += usize::from(*name == named.name);
        second.iter().for_each(|other| other.expr.for_each_column(&mut count));
        reads <= 1
    })
}

/// Whether nothing computes with a condition that the first projection stores as a number.
fn keeps_kinds(first: &[NamedExpr], second: &[NamedExpr]) -> bool {
    second.iter().all(|named| matches!(named.expr, Expr::Column(_)) || !reads_condition(&named.expr, first))
}
