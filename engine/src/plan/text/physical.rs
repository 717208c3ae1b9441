//! The text of a physical plan: columns are `#` and where they stand.

use std::fmt::{Display, Formatter, Result};

use super::stage::by;
use super::{JOIN_LABELS, SHARE_LABELS, bracketed, columns, indices, project};
use crate::plan::{Partitioning, PhysicalPlan};

impl Display for PhysicalPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write_physical(self, f, 0, "")
    }
}

fn write_physical(plan: &PhysicalPlan, f: &mut Formatter<'_>, depth: usize, label: &str) -> Result {
    write!(f, "{:1$}{label}", "", 2 * depth)?;
    let (labels, children): (&[&str], Vec<&PhysicalPlan>) = match plan {
        PhysicalPlan::Scan { table, predicate, schema, .. } => {
            write!(f, "Scan {} [{}]", table.name(), columns(schema))?;
            super::write_scan_predicate(predicate.as_ref(), *table, f)?;
            writeln!(f)?;
            (&[], vec![])
        }
        PhysicalPlan::Filter { input, predicate } => {
            writeln!(f, "Filter {predicate}")?;
            (&[""], vec![input])
        }
        PhysicalPlan::Project { input, exprs, schema } => {
            writeln!(f, "Project {}", project(exprs, schema))?;
            (&[""], vec![input])
        }
        PhysicalPlan::Tokenize { input, column, .. } => {
            writeln!(f, "Tokenize #{column}")?;
            (&[""], vec![input])
        }
        PhysicalPlan::Sample { input, column, share } => {
            writeln!(f, "Sample {share} of rows by #{column}")?;
            (&[""], vec![input])
        }
        PhysicalPlan::Limit { input, row_count } => {
            writeln!(f, "Limit {row_count}")?;
            (&[""], vec![input])
        }
        PhysicalPlan::HashAggregate { input, keys, aggregates, step, .. } => {
            writeln!(f, "HashAggregate {step}{}{}", by(keys), bracketed(aggregates))?;
            (&[""], vec![input])
        }
        PhysicalPlan::BestBy { input, key, order } => {
            writeln!(f, "BestBy #{key}{}", bracketed(order))?;
            (&[""], vec![input])
        }
        PhysicalPlan::HashJoin { probe, build, probe_key, build_key, kind, .. } => {
            writeln!(f, "HashJoin {kind} probe #{probe_key} = build #{build_key}")?;
            (&JOIN_LABELS, vec![probe, build])
        }
        PhysicalPlan::Exchange { input, partitioning } => {
            writeln!(f, "Exchange {partitioning}")?;
            (&[""], vec![input])
        }
        PhysicalPlan::Share { input, share, row_id, wide, narrow } => {
            writeln!(f, "Share {share} of rows by #{row_id}")?;
            (&SHARE_LABELS, vec![input, wide, narrow])
        }
        PhysicalPlan::Rows { schema } => {
            writeln!(f, "Rows [{}]", columns(schema))?;
            (&[], vec![])
        }
    };
    let mut children = labels.iter().zip(children);
    children.try_for_each(|(label, child)| write_physical(child, f, depth + 1, label))
}

impl Display for Partitioning {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Partitioning::Hash { columns, salt_buckets: 1 } => write!(f, "hash({})", indices(columns)),
            Partitioning::Hash { columns, salt_buckets } => {
                write!(f, "hash({}, salt of {salt_buckets})", indices(columns))
            }
            Partitioning::ReplicatedHash { columns, salt_buckets } => {
                write!(f, "hash({}, each salt of {salt_buckets})", indices(columns))
            }
            Partitioning::RoundRobin => write!(f, "round robin"),
            Partitioning::Single => write!(f, "to one partition"),
            Partitioning::Broadcast => write!(f, "to every executor"),
        }
    }
}
