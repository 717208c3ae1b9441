//! A small table is cheaper to copy everywhere than a large one is to move.

use std::cell::OnceCell;

use super::{Choice, OptimizerRule};
use crate::dataset::DataSpec;
use crate::dataset::sizes::{DataSizes, Rows};
use crate::plan::{JoinMethod, LogicalPlan, PlanOptions, Reach};

/// Lets a join's build side go to every executor when it is estimated to be no larger than a threshold.
#[derive(Debug)]
pub struct BroadcastJoin {
    data: DataSpec,
    /// Reckoned when there is a join.
    sizes: OnceCell<DataSizes>,
    /// At most so many bytes.
    threshold_bytes: u64,
}

impl BroadcastJoin {
    /// The rule for tables of these sizes, with the options' threshold.
    pub fn new(data: &DataSpec, options: &PlanOptions) -> Self {
        let threshold_bytes = options.tactics.broadcast_bytes;
        BroadcastJoin { data: *data, sizes: OnceCell::new(), threshold_bytes }
    }

    /// Bytes of a plan's rows, from above: a filter is not known to drop any.
    fn bytes(&self, plan: &LogicalPlan) -> f64 {
        let sizes = self.sizes.get_or_init(|| DataSizes::new(&self.data));
        rows(plan, sizes).count * sizes.row_bytes(&plan.schema())
    }
}

/// The rows of a plan, at most.
fn rows(plan: &LogicalPlan, sizes: &DataSizes) -> Rows {
    let inputs: Vec<Rows> = plan.children().into_iter().map(|input| rows(input, sizes)).collect();
    plan.row_flow().over(&inputs, sizes, |columns, rows| {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        sizes.grouped_by(rows.by, &columns).map_or(rows.count, |values| values.distinct(rows.count))
    })
}

impl OptimizerRule for BroadcastJoin {
    fn name(&self) -> &'static str {
        "broadcast the small side of a join"
    }

    fn choice(&self) -> Choice {
        Choice::Broadcast
    }

    fn apply(&self, plan: LogicalPlan) -> LogicalPlan {
        self.apply_below(plan, false)
    }
}

impl BroadcastJoin {
    /// The plan with its small build sides broadcast. A join stays as it is where a grouping above counts on finding its rows
    /// together (`is_relied_on`): a broadcast join brings no rows together.
    fn apply_below(&self, mut plan: LogicalPlan, is_relied_on: bool) -> LogicalPlan {
        let counts_on_first = match plan.grouping() {
            Some(grouping) => grouping.hints.placed,
            None => is_relied_on && plan.reach() != Reach::PlacedAnew,
        };
        let mut is_first = true;
        plan = plan.map_children(&mut |child| {
            let is_relied_on = counts_on_first && std::mem::replace(&mut is_first, false);
            self.apply_below(child, is_relied_on)
        });
        if let LogicalPlan::Join { build, method, .. } = &mut plan
            && !is_relied_on
            && self.threshold_bytes > 0
            && self.bytes(build) <= self.threshold_bytes as f64
        {
            *method = JoinMethod::Broadcast;
        }
        plan
    }
}
