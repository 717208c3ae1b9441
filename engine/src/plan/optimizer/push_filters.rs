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
use crate::plan::{Expr, JoinKey, JoinKind, LogicalPlan, NamedExpr};

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
fn push(plan: LogicalPlan, conditions: Vec<Expr>) -> LogicalPlan {
    let Parted { plan, below, rest } = part(plan, conditions);
    let mut below = below.into_iter();
    let pushed = plan.map_children(&mut |child| push(child, below.next().unwrap_or_default()));
    keep(pushed, rest)
}

/// A node that is no filter, and the conditions on its rows.
struct Parted {
    plan: LogicalPlan,
    /// What can be decided on the rows of each input.
    below: Vec<Vec<Expr>>,
    /// What is decided above the node.
    rest: Vec<Expr>,
}

/// Says of each condition where it is decided. Adjacent filters become conditions, a scan keeps its own.
#[inline(never)]
fn part(mut plan: LogicalPlan, mut conditions: Vec<Expr>) -> Parted {
    while let LogicalPlan::Filter { input, predicate } = plan {
        let mut all = predicate.conjuncts();
        all.append(&mut conditions);
        (plan, conditions) = (*input, all);
    }
    let (below, rest) = match &mut plan {
        LogicalPlan::Scan { predicate, .. } => {
            *predicate = Expr::all(predicate.take().into_iter().chain(conditions).collect());
            (Vec::new(), Vec::new())
        }
        LogicalPlan::Project { exprs, .. } => {
            let (below, rest) = through(exprs, conditions);
            (vec![below], rest)
        }
        LogicalPlan::Join { probe, keys, kind, .. } => {
            let sides = Sides { keys, kind: *kind, probe: probe.schema() };
            let (below, rest) = sides.split(conditions);
            (below.into(), rest)
        }
        other => {
            let (below, rest): (Vec<Expr>, Vec<Expr>) =
                conditions.into_iter().partition(|condition| other.lets_pass(&columns_of(condition)));
            (vec![below; other.children().len()], rest)
        }
    };
    Parted { plan, below, rest }
}

/// The conditions that can be decided below a projection, as they read there, and the others.
fn through(exprs: &[NamedExpr], conditions: Vec<Expr>) -> (Vec<Expr>, Vec<Expr>) {
    let (mut below, mut rest) = (Vec::new(), Vec::new());
    let computed = Computed::new(exprs);
    for condition in conditions {
        let passes = !computed.stores_condition_for(&condition) && computed.is_read_once([&condition]);
        match passes.then(|| computed.substitute(&condition)).flatten() {
            Some(condition) => below.push(condition),
            None => rest.push(condition),
        }
    }
    (below, rest)
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
#[inline(never)]
fn keep(plan: LogicalPlan, conditions: Vec<Expr>) -> LogicalPlan {
    match Expr::all(conditions) {
        None => plan,
        Some(predicate) => LogicalPlan::Filter { input: Box::new(plan), predicate },
    }
}
