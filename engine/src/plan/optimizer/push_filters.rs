//! A row that will be dropped had better be dropped early: best while it is generated.
//!
//! ```text
//!  Filter a > 1 and b = 2             Join
//!    Join                      ->       Scan left where a > 1
//!      Scan left                        Scan right where b = 2
//!      Scan right
//! ```

use super::{Computed, OptimizerRule};
use crate::columnar::Schema;
use crate::plan::{Expr, JoinKind, LogicalPlan};

/// Moves each condition as far down as it can be decided: through projections, samples, words, groups (a condition on
/// their keys) and joins, into the scan.
#[derive(Debug)]
pub struct PushFilters;

impl OptimizerRule for PushFilters {
    fn name(&self) -> &'static str {
        "push filters down"
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        push(plan, Vec::new())
    }
}

/// The plan, of whose rows only those remain for which every condition is true.
fn push(plan: LogicalPlan, mut conditions: Vec<Expr>) -> LogicalPlan {
    match plan {
        LogicalPlan::Filter { input, predicate } => {
            let mut all = predicate.conjuncts();
            all.append(&mut conditions);
            push(*input, all)
        }
        LogicalPlan::Scan { table, columns, predicate } => {
            let all = Expr::all(predicate.into_iter().chain(conditions).collect());
            LogicalPlan::Scan { table, columns, predicate: all }
        }
        LogicalPlan::Project { input, exprs } => {
            let (mut below, mut rest) = (Vec::new(), Vec::new());
            let computed = Computed::new(&exprs);
            for condition in conditions {
                let passes =
                    !computed.stores_condition_for(&condition) && computed.is_read_once([&condition]);
                match passes.then(|| computed.substitute(&condition)).flatten() {
                    Some(condition) => below.push(condition),
                    None => rest.push(condition),
                }
            }
            keep(LogicalPlan::Project { input: Box::new(push(*input, below)), exprs }, rest)
        }
        LogicalPlan::Join { probe, build, key, kind, method } => {
            let (sides, rest) = split_join(conditions, &key, kind, &probe.schema(), &build.schema());
            let [of_probe, of_build] = sides;
            let (probe, build) = (Box::new(push(*probe, of_probe)), Box::new(push(*build, of_build)));
            keep(LogicalPlan::Join { probe, build, key, kind, method }, rest)
        }
        other => {
            let (below, rest): (Vec<Expr>, Vec<Expr>) =
                conditions.into_iter().partition(|condition| other.lets_pass(&columns_of(condition)));
            keep(other.map_children(&mut |child| push(child, below.clone())), rest)
        }
    }
}

/// Conditions of the probe side, of the build side, and those that need both.
fn split_join(
    conditions: Vec<Expr>,
    key: &str,
    kind: JoinKind,
    probe: &Schema,
    build: &Schema,
) -> ([Vec<Expr>; 2], Vec<Expr>) {
    let (mut sides, mut rest) = ([Vec::new(), Vec::new()], Vec::new());
    for condition in conditions {
        let columns = columns_of(&condition);
        let is_of = |schema: &Schema| columns.iter().all(|name| schema.index_of(name).is_some());
        // Where unmatched rows stay, a condition on the build side would make a match an unmatched row.
        let is_inner = kind == JoinKind::Inner;
        match (is_of(probe), is_of(build) && is_inner) {
            (true, true) if columns.iter().all(|name| name == key) && !columns.is_empty() => {
                sides[0].push(condition.clone());
                sides[1].push(condition);
            }
            (true, _) => sides[0].push(condition),
            (false, true) => sides[1].push(condition),
            (false, false) => rest.push(condition),
        }
    }
    (sides, rest)
}

fn columns_of(expr: &Expr) -> Vec<String> {
    let mut columns = Vec::new();
    expr.for_each_column(&mut |name| columns.push(name.clone()));
    columns
}

/// A filter, where there is a condition.
fn keep(plan: LogicalPlan, conditions: Vec<Expr>) -> LogicalPlan {
    match Expr::all(conditions) {
        None => plan,
        Some(predicate) => LogicalPlan::Filter { input: Box::new(plan), predicate },
    }
}
