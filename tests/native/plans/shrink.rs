//! A smaller case that fails as well: nodes and parts of nodes are left out one at a time, as long as it still fails.

use shuffle_engine::Scenario;
use shuffle_engine::plan::{Expr, JoinMethod, LogicalPlan, NamedExpr, Planner, Value};
use shuffle_engine::scenario::{Skew, Tactics};

use super::analysis::has_one_answer;
use super::case::Case;

/// Tries at most so many smaller cases.
const MOST_TRIES: usize = 600;

/// The smallest failing case that leaving things out leads to, and how it fails.
pub(super) fn shrink(
    case: Case,
    error: String,
    check: impl Fn(&Case) -> Result<(), String>,
) -> (Case, String) {
    let (mut best, mut tries) = ((case, error), 0);
    'again: loop {
        for smaller in candidates(&best.0) {
            tries += 1;
            if tries > MOST_TRIES {
                return best;
            }
            let planner = Planner::new(&smaller.scenario.plan_options());
            if planner.plan(&smaller.plan).is_err() || !has_one_answer(&smaller.plan) {
                continue;
            }
            if let Err(error) = check(&smaller) {
                best = (smaller, error);
                continue 'again;
            }
        }
        return best;
    }
}

fn candidates(case: &Case) -> Vec<Case> {
    let of_plan = plans(&case.plan).into_iter().map(|plan| Case { plan, ..case.clone() });
    let of_data = scenarios(&case.scenario).into_iter().map(|scenario| Case { scenario, ..case.clone() });
    of_plan.chain(of_data).collect()
}

fn scenarios(scenario: &Scenario) -> Vec<Scenario> {
    let base = || scenario.clone();
    let smaller = [
        Scenario { tactics: Tactics::default(), ..base() },
        Scenario { workers: 1, ..base() },
        Scenario { map_partitions: 1, ..base() },
        Scenario { reduce_partitions: 1, ..base() },
        Scenario { skew: Skew::Uniform {}, ..base() },
        Scenario { seed: 0, ..base() },
        Scenario { rows: 1.max(scenario.rows / 2), ..base() },
        Scenario { keys: 1.max(scenario.keys / 2), ..base() },
        Scenario { rows: 1.max(scenario.rows - 1), ..base() },
        Scenario { map_partitions: 1.max(scenario.map_partitions - 1), ..base() },
        Scenario { reduce_partitions: 1.max(scenario.reduce_partitions - 1), ..base() },
    ];
    smaller.into_iter().filter(|smaller| smaller != scenario).collect()
}

/// Plans with one thing less.
fn plans(plan: &LogicalPlan) -> Vec<LogicalPlan> {
    // An input instead of the node, but nothing that stands for a share's rows.
    let mut smaller: Vec<LogicalPlan> = match plan {
        LogicalPlan::Share { input, .. } => vec![(**input).clone()],
        other => other.children().into_iter().cloned().collect(),
    };
    smaller.extend(parts(plan));
    for at in 0..plan.children().len() {
        for child in plans(plan.children()[at]) {
            let mut index = 0;
            smaller.push(plan.clone().map_children(&mut |other| {
                index += 1;
                if index == at + 1 { child.clone() } else { other }
            }));
        }
    }
    smaller
}

/// The same node with fewer or simpler parameters.
fn parts(plan: &LogicalPlan) -> Vec<LogicalPlan> {
    let plan = plan.clone();
    match plan {
        LogicalPlan::Scan { table, columns, predicate: Some(predicate) } => {
            let none = LogicalPlan::Scan { table: table.clone(), columns: columns.clone(), predicate: None };
            let simpler = simpler(&predicate).into_iter().map(|predicate| LogicalPlan::Scan {
                table: table.clone(),
                columns: columns.clone(),
                predicate: Some(predicate),
            });
            std::iter::once(none).chain(simpler).collect()
        }
        LogicalPlan::Scan { table, columns: Some(_), predicate } => {
            vec![LogicalPlan::Scan { table, columns: None, predicate }]
        }
        LogicalPlan::Filter { input, predicate } => simpler(&predicate)
            .into_iter()
            .map(|predicate| LogicalPlan::Filter { input: input.clone(), predicate })
            .collect(),
        LogicalPlan::Project { input, exprs } => {
            let simpler = exprs.iter().enumerate().flat_map(|(at, named)| {
                let exprs = &exprs;
                simpler(&named.expr).into_iter().map(move |expr| {
                    let mut exprs = exprs.clone();
                    exprs[at] = NamedExpr { expr, name: named.name.clone() };
                    exprs
                })
            });
            let lists: Vec<Vec<NamedExpr>> = without_one(&exprs).into_iter().chain(simpler).collect();
            lists.into_iter().map(|exprs| LogicalPlan::Project { input: input.clone(), exprs }).collect()
        }
        LogicalPlan::Aggregate { input, keys, aggregates, hints } => {
            let fewer_keys = without_one(&keys).into_iter().map(|keys| (keys, aggregates.clone()));
            let fewer = without_one(&aggregates).into_iter().map(|aggregates| (keys.clone(), aggregates));
            let node =
                |(keys, aggregates)| LogicalPlan::Aggregate { input: input.clone(), keys, aggregates, hints };
            fewer_keys.chain(fewer).map(node).collect()
        }
        LogicalPlan::Dedup { input, key, order, hints } => without_one(&order)
            .into_iter()
            .map(|order| LogicalPlan::Dedup { input: input.clone(), key: key.clone(), order, hints })
            .collect(),
        LogicalPlan::Sort { input, keys } => without_one(&keys)
            .into_iter()
            .filter(|keys| !keys.is_empty())
            .map(|keys| LogicalPlan::Sort { input: input.clone(), keys })
            .collect(),
        LogicalPlan::Join { probe, build, keys, kind, method } => {
            let join = |keys, method| LogicalPlan::Join {
                probe: probe.clone(),
                build: build.clone(),
                keys,
                kind,
                method,
            };
            let fewer = without_one(&keys).into_iter().map(|keys| join(keys, method));
            let shuffled =
                (method == JoinMethod::Broadcast).then(|| join(keys.clone(), JoinMethod::Shuffled));
            fewer.chain(shuffled).collect()
        }
        _ => vec![],
    }
}

fn without_one<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    let without = |at: usize| [&list[..at], &list[at + 1..]].concat();
    (0..list.len()).map(without).collect()
}

/// Parts of an expression, and the same expression with a simpler part. Some are of another kind: the schema will tell.
fn simpler(expr: &Expr) -> Vec<Expr> {
    let again =
        |expr: &Expr, put: &dyn Fn(Expr) -> Expr| simpler(expr).into_iter().map(put).collect::<Vec<_>>();
    match expr {
        Expr::Column(_) | Expr::Literal(Value::Truth(_)) | Expr::Refused(_) => vec![],
        Expr::Case { condition, then, otherwise } => {
            let put = |condition| Expr::Case {
                condition: Box::new(condition),
                then: then.clone(),
                otherwise: otherwise.clone(),
            };
            let parts = [condition, then, otherwise].map(|part| (**part).clone()).to_vec();
            [parts, again(condition, &put)].concat()
        }
        Expr::Literal(Value::Int64(value)) if *value != 1 => vec![Expr::Literal(Value::Int64(1))],
        Expr::Literal(_) => vec![],
        Expr::Unary { operator, input } => {
            let put = |input| Expr::Unary { operator: operator.clone(), input: Box::new(input) };
            [vec![(**input).clone(), Expr::Literal(Value::Truth(true))], again(input, &put)].concat()
        }
        Expr::Binary { operator, left, right } => {
            let binary = |left: &Expr, right: &Expr| Expr::Binary {
                operator: *operator,
                left: Box::new(left.clone()),
                right: Box::new(right.clone()),
            };
            let parts = vec![(**left).clone(), (**right).clone(), Expr::Literal(Value::Truth(true))];
            let lefts = again(left, &|left| binary(&left, right));
            [parts, lefts, again(right, &|right| binary(left, &right))].concat()
        }
    }
}
