//! A small table is cheaper to copy everywhere than a large one is to move.

use super::{Choice, OptimizerRule};
use crate::columnar::{DataType, Schema};
use crate::dataset::{DataSpec, Table};
use crate::plan::{JoinMethod, LogicalPlan, PlanOptions, RowFlow, RowShare};

/// About as many bytes as a text of the data takes, with its offset: ten words of five letters.
const TEXT_BYTES: u64 = 64;
/// Bytes of a number.
const NUMBER_BYTES: u64 = 8;

/// Lets a join's build side go to every executor when it is estimated to be no larger than a threshold.
#[derive(Debug)]
pub struct BroadcastJoin {
    /// Rows of `prompts`.
    rows: u64,
    /// Rows of `rewards`, and distinct values of a key.
    keys: u64,
    /// At most so many bytes.
    threshold_bytes: u64,
}

impl BroadcastJoin {
    /// The rule for tables of these sizes, with the options' threshold.
    pub fn new(data: &DataSpec, options: &PlanOptions) -> Self {
        BroadcastJoin { rows: data.rows, keys: data.keys, threshold_bytes: options.tactics.broadcast_bytes }
    }

    /// Bytes of a plan's rows, from above: a filter is not known to drop any.
    fn bytes(&self, plan: &LogicalPlan) -> u64 {
        self.row_count(plan).saturating_mul(row_bytes(&plan.schema()))
    }

    fn row_count(&self, plan: &LogicalPlan) -> u64 {
        let inputs: Vec<u64> = plan.children().into_iter().map(|input| self.row_count(input)).collect();
        match plan.row_flow() {
            RowFlow::Table(Table::Prompts) | RowFlow::Branch => self.rows,
            RowFlow::Table(Table::Rewards) => self.keys,
            RowFlow::Table(Table::Own(table)) => table.row_count(),
            RowFlow::Same | RowFlow::Part => inputs[0],
            RowFlow::Sampled(share) => share_of(inputs[0], share),
            // About ten words, from above.
            RowFlow::Words => inputs[0].saturating_mul(18),
            RowFlow::AtMost(row_count) => inputs[0].min(row_count),
            RowFlow::Groups(keys) if keys.is_empty() => 1,
            RowFlow::Groups(keys) if keys == ["prompt_hash"] => inputs[0].min(self.keys),
            RowFlow::Groups(_) => inputs[0],
            // A key of the build side may stand there often.
            RowFlow::Pairs => inputs[0].saturating_mul(inputs[1]),
            RowFlow::Sum => inputs.into_iter().fold(0, u64::saturating_add),
        }
    }
}

fn share_of(rows: u64, share: RowShare) -> u64 {
    ((u128::from(rows) * u128::from(share.threshold)) >> 32) as u64 + 1
}

fn row_bytes(schema: &Schema) -> u64 {
    let bytes = |data_type| match data_type {
        DataType::Int64 | DataType::Float64 => NUMBER_BYTES,
        DataType::Utf8 => TEXT_BYTES,
    };
    schema.fields().iter().map(|field| bytes(field.data_type)).sum()
}

impl OptimizerRule for BroadcastJoin {
    fn name(&self) -> &'static str {
        "broadcast the small side of a join"
    }

    fn choice(&self) -> Choice {
        Choice::Broadcast
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        let mut plan = plan.map_children(&mut |child| self.apply(child));
        if let LogicalPlan::Join { build, method, .. } = &mut plan
            && self.bytes(build) <= self.threshold_bytes
        {
            *method = JoinMethod::Broadcast;
        }
        plan
    }
}
