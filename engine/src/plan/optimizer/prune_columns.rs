//! A column that nobody reads is neither generated nor shipped.

use std::collections::BTreeSet;

use super::OptimizerRule;
use crate::plan::{LogicalPlan, NamedExpr, RepartitionBy};

/// Narrows every scan and projection to the columns that are read above it.
#[derive(Debug)]
pub struct PruneColumns;

impl OptimizerRule for PruneColumns {
    fn name(&self) -> &'static str {
        "prune columns that nobody reads"
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        let all = names(&plan);
        prune(plan, &all)
    }
}

type Names = BTreeSet<String>;

fn names(plan: &LogicalPlan) -> Names {
    plan.schema().names().map(str::to_owned).collect()
}

/// Keeps at least the columns in `needed`.
fn prune(plan: LogicalPlan, needed: &Names) -> LogicalPlan {
    let mut below = needed.clone();
    match &plan {
        LogicalPlan::Scan { table, predicate, columns } => {
            let all = table.schema();
            let given = columns.clone().unwrap_or_else(|| all.names().map(str::to_owned).collect());
            let mut kept: Vec<String> = given.into_iter().filter(|name| needed.contains(name)).collect();
            // Rows without a column could not be counted: an integer is the cheapest.
            if kept.is_empty() {
                kept.extend(all.names().next().map(str::to_owned));
            }
            return LogicalPlan::Scan { table: *table, columns: Some(kept), predicate: predicate.clone() };
        }
        LogicalPlan::Rows { schema } => {
            let kept: Vec<usize> = schema
                .fields()
                .iter()
                .enumerate()
                .filter(|(_, field)| needed.contains(&field.name))
                .map(|(index, _)| index)
                .collect();
            return LogicalPlan::Rows { schema: schema.select(&kept) };
        }
        LogicalPlan::Filter { predicate, .. } => predicate.for_each_column(&mut |name| add(&mut below, name)),
        LogicalPlan::Sample { column, .. } => add(&mut below, column),
        LogicalPlan::Limit { .. } => {}
        LogicalPlan::Tokenize { column, token, .. } => {
            below.remove(token);
            add(&mut below, column);
        }
        LogicalPlan::Aggregate { keys, aggregates, .. } => {
            below = aggregates.iter().filter_map(|aggregate| aggregate.column.clone()).collect();
            keys.iter().for_each(|key| add(&mut below, key));
        }
        LogicalPlan::Repartition { by: RepartitionBy::RoundRobin, .. } => {}
        LogicalPlan::Repartition { by: RepartitionBy::Hash(columns), .. } => {
            columns.iter().for_each(|column| add(&mut below, column));
        }
        LogicalPlan::BestBy { key, order, .. } => {
            add(&mut below, key);
            order.iter().for_each(|order| add(&mut below, &order.column));
        }
        LogicalPlan::Join { key, .. } => add(&mut below, key),
        LogicalPlan::Project { .. } => return prune_project(plan, needed),
        LogicalPlan::Share { .. } => return prune_share(plan, needed),
    }
    plan.map_children(&mut |child| prune(child, &below))
}

fn prune_project(plan: LogicalPlan, needed: &Names) -> LogicalPlan {
    let LogicalPlan::Project { input, exprs } = plan else { return plan };
    let (mut kept, others): (Vec<NamedExpr>, Vec<NamedExpr>) =
        exprs.into_iter().partition(|named| needed.contains(&named.name));
    // Rows without a column could not be counted.
    if kept.is_empty() {
        kept.extend(others.into_iter().next());
    }
    let mut below = Names::new();
    for named in &kept {
        named.expr.for_each_column(&mut |name| add(&mut below, name));
    }
    LogicalPlan::Project { input: Box::new(prune(*input, &below)), exprs: kept }
}

fn prune_share(plan: LogicalPlan, needed: &Names) -> LogicalPlan {
    let LogicalPlan::Share { input, share, wide, narrow } = plan else { return plan };
    let (wide, narrow) = (prune(*wide, needed), prune(*narrow, needed));
    // The row id decides which branch a row takes.
    let mut below = Names::from(["prompt_id".to_owned()]);
    for branch in [&wide, &narrow] {
        rows_read(branch, &mut below);
    }
    let schema = LogicalPlan::Share {
        input: Box::new(prune(*input, &below)),
        share,
        wide: Box::new(wide),
        narrow: Box::new(narrow),
    };
    with_rows_schema(schema)
}

/// The columns that a branch's `Rows` keeps.
fn rows_read(branch: &LogicalPlan, below: &mut Names) {
    if let LogicalPlan::Rows { schema } = branch {
        schema.names().for_each(|name| add(below, name));
    }
    branch.children().into_iter().for_each(|child| rows_read(child, below));
}

/// Both branches see the rows as the input gives them: a branch that reads less just leaves columns alone.
fn with_rows_schema(plan: LogicalPlan) -> LogicalPlan {
    let LogicalPlan::Share { input, share, wide, narrow } = plan else { return plan };
    let schema = input.schema();
    let give = |branch: LogicalPlan| replace_schema(branch, &schema);
    LogicalPlan::Share { wide: Box::new(give(*wide)), narrow: Box::new(give(*narrow)), input, share }
}

fn replace_schema(branch: LogicalPlan, schema: &crate::columnar::Schema) -> LogicalPlan {
    match branch {
        LogicalPlan::Rows { .. } => LogicalPlan::Rows { schema: schema.clone() },
        other => other.map_children(&mut |child| replace_schema(child, schema)),
    }
}

fn add(names: &mut Names, name: &str) {
    names.insert(name.to_owned());
}
