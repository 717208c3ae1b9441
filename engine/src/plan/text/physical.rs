//! The text of a physical plan: columns are `#` and where they stand.

use std::fmt::{Display, Formatter, Result};

use super::{bracketed, indices};
use crate::plan::{Partitioning, PhysicalPlan};

impl Display for PhysicalPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write_physical(self, f, 0, "")
    }
}

fn write_physical(plan: &PhysicalPlan, f: &mut Formatter<'_>, depth: usize, label: &str) -> Result {
    writeln!(f, "{:1$}{label}{2}", "", 2 * depth, plan.label())?;
    let mut children = plan.input_labels().iter().zip(plan.children());
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
            Partitioning::Range { keys } => write!(f, "by range of{}", bracketed(keys)),
            Partitioning::InPlace { sampled } => write!(f, "in place, sampled by{}", bracketed(sampled)),
            Partitioning::Single => write!(f, "to one partition"),
            Partitioning::Broadcast => write!(f, "to every executor"),
        }
    }
}
