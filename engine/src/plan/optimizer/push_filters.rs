//! A row that will be dropped had better be dropped early: best while it is generated.
//!
//! ```text
//!  Filter a > 1 and b = 2             Join
//!    Join                      ->       Scan left where a > 1
//!      Scan left                        Scan right where b = 2
//!      Scan right
//! ```

use super::{Computed, OptimizerRule};
use crate::columnar::{DataType, Schema};
use crate::plan::{Expr, JoinKey, JoinKind, LogicalPlan};

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
        LogicalPlan::Join { probe, build, keys, kind, method } => {
            let sides = Sides { keys: &keys, kind, probe: probe.schema() };
            let ([of_probe, of_build], rest) = sides.split(conditions);
            let (probe, build) = (Box::new(push(*probe, of_probe)), Box::new(push(*build, of_build)));
            keep(LogicalPlan::Join { probe, build, keys, kind, method }, rest)
        }
        other => {
            let (below, rest): (Vec<Expr>, Vec<Expr>) =
                conditions.into_iter().partition(|condition| other.lets_pass(&columns_of(condition)));
            keep(other.map_children(&mut |child| push(child, below.clone())), rest)
        }
    }
}

/// A join, as far as conditions on its rows are concerned.
struct Sides<'a> {
    keys: &'a [JoinKey],
    kind: JoinKind,
    probe: Schema,
}

impl Sides<'_> {
    /// Conditions of the probe side, of the build side, and those that need both.
    fn split(&self, conditions: Vec<Expr>) -> ([Vec<Expr>; 2], Vec<Expr>) {
        let (mut sides, mut rest) = ([Vec::new(), Vec::new()], Vec::new());
        for condition in conditions {
            let columns = columns_of(&condition);
            let is_of_probe = columns.iter().all(|name| self.probe.index_of(name).is_some());
            match (is_of_probe, self.on_build(&condition)) {
                // A condition that reads nothing is decided once.
                (true, Some(on_build)) if !columns.is_empty() => {
                    sides[0].push(condition);
                    sides[1].push(on_build);
                }
                (true, _) => sides[0].push(condition),
                (false, Some(on_build)) => sides[1].push(on_build),
                (false, None) => rest.push(condition),
            }
        }
        (sides, rest)
    }

    /// The condition as it can be decided on the build side; `None` where it cannot be decided there.
    fn on_build(&self, condition: &Expr) -> Option<Expr> {
        match self.kind {
            JoinKind::Inner | JoinKind::Semi => {}
            // Where unmatched rows stay, a condition on the build side would make a match an unmatched row.
            JoinKind::LeftOuter | JoinKind::Anti => return None,
        }
        condition.try_map(&mut |name| self.build_name(name).ok_or(())).ok()
    }

    /// The build side's name for a column of the join's rows that has the same value there. Doubles that are equal can
    /// differ: 0.0 meets -0.0.
    fn build_name(&self, name: &str) -> Option<String> {
        match self.probe.index_of(name) {
            None => Some(name.to_owned()),
            Some(at) if self.probe.fields()[at].data_type == DataType::Float64 => None,
            Some(_) => self.keys.iter().find(|key| key.probe == name).map(|key| key.build.clone()),
        }
    }
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
