//! The text of a physical plan: columns are `#` and where they stand.

use std::fmt::{Display, Formatter, Result};

use super::{columns, indices};
use crate::plan::{Partitioning, PhysicalPlan};

impl Display for PhysicalPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write_physical(self, f, 0, "")
    }
}

fn write_physical(plan: &PhysicalPlan, f: &mut Formatter<'_>, depth: usize, label: &str) -> Result {
    write!(f, "{:1$}{label}", "", 2 * depth)?;
    let labels: &[&str] = match plan {
        PhysicalPlan::Scan { table, predicate, schema, .. } => {
            write!(f, "Scan {} [{}]", table.name(), columns(schema))?;
            super::write_scan_predicate(predicate.as_ref(), *table, f)?;
            &[]
        }
        PhysicalPlan::Operator { spec, .. } => {
            write!(f, "{}{}", spec.words().plan, spec.parameters())?;
            &[""]
        }
        PhysicalPlan::HashJoin { probe_key, build_key, kind, .. } => {
            write!(f, "HashJoin {kind} probe #{probe_key} = build #{build_key}")?;
            &["probe: ", "build: "]
        }
        PhysicalPlan::Exchange { partitioning, .. } => {
            write!(f, "Exchange {partitioning}")?;
            &[""]
        }
        PhysicalPlan::Share { share, row_id, .. } => {
            write!(f, "Share {share} of rows by #{row_id}")?;
            &["input: ", "wide: ", "narrow: "]
        }
        PhysicalPlan::Rows { schema } => {
            write!(f, "Rows [{}]", columns(schema))?;
            &[]
        }
    };
    writeln!(f)?;
    let mut children = labels.iter().zip(plan.children());
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
