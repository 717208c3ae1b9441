//! A column that nobody reads is neither generated nor shipped.

use std::collections::BTreeSet;

use super::OptimizerRule;
use crate::plan::{LogicalPlan, NamedExpr};

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
    if let LogicalPlan::Share { .. } = plan {
        return prune_share(plan, needed);
    }
    let plan = plan.narrowed(needed);
    let inputs_agree = plan.inputs_agree();
    let mut reads = (0..plan.children().len())
        .map(|input| plan.columns_read_of(input, needed))
        .collect::<Vec<_>>()
        .into_iter();
    plan.map_children(&mut |child| {
        let below = reads.next().expect("there are as many reads as children");
        let child = prune(child, &below);
        if inputs_agree { only(child, &below) } else { child }
    })
}

/// These columns and no others, in the order in which they come.
fn only(plan: LogicalPlan, needed: &Names) -> LogicalPlan {
    let schema = plan.schema();
    let kept: Vec<&str> = schema.names().filter(|name| needed.contains(*name)).collect();
    if kept.len() == schema.fields().len() {
        return plan;
    }
    let exprs = kept.into_iter().map(NamedExpr::column).collect();
    LogicalPlan::Project { input: Box::new(plan), exprs }
}

fn prune_share(plan: LogicalPlan, needed: &Names) -> LogicalPlan {
    let mut below = plan.columns_read(&Names::new());
    let LogicalPlan::Share { input, share, wide, narrow } = plan else { return plan };
    let (wide, narrow) = (prune(*wide, needed), prune(*narrow, needed));
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
        below.extend(schema.names().map(str::to_owned));
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
        other => {
            let inputs_agree = other.inputs_agree();
            other.map_children(&mut |child| {
                let before = names(&child);
                let child = replace_schema(child, schema);
                if inputs_agree { only(child, &before) } else { child }
            })
        }
    }
}
