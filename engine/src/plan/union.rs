//! The union: all rows of two inputs of one schema, matched by the names of their columns.
//!
//! ```text
//!  Filter ok                 stage 0:  scan ── filter ok ──┐ write shuffle 0
//!    Union            ->     stage 1:  ...  ── filter ok ──┘ write shuffle 1
//!      first: Scan           stage 2:  read shuffle 0 and 1
//!      second: ...
//! ```
//!
//! A union has no exchange and no stage of its own. Each input keeps its stage, and the operators above the union run at the
//! end of both, up to the next exchange or the result. There each stage writes a shuffle of its own, placed alike, and the
//! stage that reads takes the blocks of the first input before those of the second. So every shuffle has one writer, what is
//! written is what is read, and which rows are the first is decided by the plan. A `show` runs the first input's
//! partitions before it begins with the second's.
//!
//! What needs the rows of both inputs in one stage brings them there: the build side of a broadcast join is sent through one
//! partition first, and a join whose probe side is a union is never broadcast, since each stage would have to be sent the
//! build side anew.

use super::error::{PlanError, index, index_of_type_of};
use super::expr::Expr;
use super::physical::{Partitioning, PhysicalPlan};
use super::spec::OperatorSpec;
use crate::columnar::Schema;

/// The columns of a union: the first input's, in their order.
///
/// # Errors
/// A column that only one of the inputs has, or that is of two types.
pub(super) fn schema(first: &Schema, second: &Schema) -> Result<Schema, PlanError> {
    for name in second.names() {
        index(first, name)?;
    }
    for (at, field) in first.fields().iter().enumerate() {
        index_of_type_of((first, at), (second, &field.name), ["this frame", "the other"], "a union")?;
    }
    Ok(first.clone())
}

/// A union of two plans, which have the same columns, maybe in another order.
pub(super) fn physical(first: PhysicalPlan, second: PhysicalPlan) -> Result<PhysicalPlan, PlanError> {
    let schema = first.schema().clone();
    let places = schema.names().map(|name| index(second.schema(), name)).collect::<Result<Vec<_>, _>>()?;
    let is_in_order = places.iter().copied().eq(0..places.len());
    let exprs = places.into_iter().map(Expr::Column).collect();
    let second = if is_in_order { second } else { second.then(OperatorSpec::Project { exprs, schema }) };
    Ok(PhysicalPlan::Union { first: Box::new(first), second: Box::new(second) })
}

/// The plan with its rows in one stage: those of several come together in one partition.
pub(super) fn in_one_stage(plan: PhysicalPlan) -> PhysicalPlan {
    if is_in_one_stage(&plan) { plan } else { plan.exchanged(Partitioning::Single) }
}

/// Whether the plan's rows are in one stage, that is, whether there is no union since the last exchange.
pub(super) fn is_in_one_stage(plan: &PhysicalPlan) -> bool {
    match plan {
        PhysicalPlan::Union { .. } => false,
        PhysicalPlan::Operator { input, .. } | PhysicalPlan::HashJoin { probe: input, .. } => {
            is_in_one_stage(input)
        }
        PhysicalPlan::Share { wide, .. } => is_in_one_stage(wide),
        PhysicalPlan::Scan { .. } | PhysicalPlan::Exchange { .. } | PhysicalPlan::Rows { .. } => true,
    }
}
