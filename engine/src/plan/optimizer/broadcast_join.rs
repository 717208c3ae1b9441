//! A small table is cheaper to copy everywhere than a large one is to move.

use super::{Choice, OptimizerRule};
use crate::columnar::{DataType, Schema};
use crate::dataset::{DataSpec, Table};
use crate::plan::{JoinMethod, LogicalPlan, PlanOptions, RowShare};

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
        match plan {
            LogicalPlan::Scan { table: Table::Prompts, .. } | LogicalPlan::Rows { .. } => self.rows,
            LogicalPlan::Scan { table: Table::Rewards, .. } => self.keys,
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::Project { input, .. }
            | LogicalPlan::BestBy { input, .. }
            | LogicalPlan::Repartition { input, .. }
            | LogicalPlan::Share { input, .. } => self.row_count(input),
            LogicalPlan::Sample { input, share, .. } => share_of(self.row_count(input), *share),
            // About ten words, from above.
            LogicalPlan::Tokenize { input, .. } => self.row_count(input).saturating_mul(18),
            LogicalPlan::Limit { input, row_count } => self.row_count(input).min(*row_count),
            LogicalPlan::Aggregate { input, keys, .. } => {
                let groups = if keys.as_slice() == ["prompt_hash"] { self.keys } else { u64::MAX };
                if keys.is_empty() { 1 } else { self.row_count(input).min(groups) }
            }
            // A key of the build side may stand there often.
            LogicalPlan::Join { probe, build, .. } => {
                self.row_count(probe).saturating_mul(self.row_count(build))
            }
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
