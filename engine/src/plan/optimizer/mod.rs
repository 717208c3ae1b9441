//! The optimizer: a list of small rules, each of which keeps the answer and leaves a trace.
//!
//! A rule is applied to the whole plan once, in the list's order; the trace keeps the plan's text before
//! and after each rule that changed something. What a rule saves is not estimated: both plans can be run.

mod broadcast_join;
mod combine_before_exchange;
mod drop_needless_exchange;
mod drop_unused_branch;
mod fold_constants;
mod fuse_maps;
mod prune_columns;
mod push_filters;
mod push_limits;

pub use broadcast_join::BroadcastJoin;
pub use combine_before_exchange::CombineBeforeExchange;
pub use drop_needless_exchange::DropNeedlessExchange;
pub use drop_unused_branch::DropUnusedBranch;
pub use fold_constants::FoldConstants;
pub use fuse_maps::FuseMaps;
pub use prune_columns::PruneColumns;
pub use push_filters::PushFilters;
pub use push_limits::PushLimits;

use serde::{Deserialize, Serialize};

use super::{Expr, LogicalPlan, NamedExpr, PlanOptions};
use crate::dataset::DataSpec;

/// A rewriting of the plan that keeps its answer.
pub trait OptimizerRule {
    /// A few words in the imperative, shown beside what the rule did.
    fn name(&self) -> &'static str;
    /// The rewritten plan.
    fn apply(&self, plan: LogicalPlan) -> LogicalPlan;
    /// What decides whether the rule is used.
    fn choice(&self) -> Choice {
        Choice::Always
    }
}

/// What decides whether a rule is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Nothing: it never hides what a run is about.
    Always,
    /// `tactics.broadcast_bytes`: a broadcast has no exchange by key at all.
    Broadcast,
    /// `tactics.combine`: rows that were put together before the exchange show no skew behind it.
    Combine,
}

/// What one rule did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    /// Which rule.
    pub rule: String,
    /// The plan's text after it.
    pub after: String,
}

/// An optimized plan and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimized {
    /// The plan to run.
    pub plan: LogicalPlan,
    /// The rules that changed something, in order.
    pub trace: Vec<RuleTrace>,
}

/// A list of rules.
pub struct Optimizer {
    rules: Vec<Box<dyn OptimizerRule>>,
}

impl Optimizer {
    /// These rules, in this order.
    pub fn new(rules: Vec<Box<dyn OptimizerRule>>) -> Self {
        Optimizer { rules }
    }

    /// The rules that the tactics allow. Two are theirs to choose: rows that were put together before the exchange show
    /// no skew behind it, and a broadcast has no exchange by key at all.
    pub fn chosen(data: &DataSpec, options: &PlanOptions) -> Self {
        let mut rules = all_rules(data, options);
        rules.retain(|rule| match rule.choice() {
            Choice::Always => true,
            Choice::Broadcast => options.tactics.broadcast_bytes > 0,
            Choice::Combine => options.tactics.combine,
        });
        Optimizer { rules }
    }

    /// No rule at all: the plan as it is written.
    pub fn off() -> Self {
        Optimizer { rules: Vec::new() }
    }

    /// The first `count` rules only.
    pub fn truncated(mut self, count: usize) -> Self {
        self.rules.truncate(count);
        self
    }

    /// The rules' names, in order.
    pub fn rule_names(&self) -> Vec<&'static str> {
        self.rules.iter().map(|rule| rule.name()).collect()
    }

    /// Applies every rule once.
    pub fn run(&self, plan: LogicalPlan) -> Optimized {
        let mut optimized = Optimized { plan, trace: Vec::new() };
        for rule in &self.rules {
            let after = rule.apply(optimized.plan.clone());
            if after != optimized.plan {
                optimized.trace.push(RuleTrace { rule: rule.name().to_owned(), after: after.to_string() });
                optimized.plan = after;
            }
        }
        optimized
    }
}

/// Every rule there is, in the order in which they help each other: where rows are placed is known once it is known
/// which joins are broadcast, and how large a table is once nobody reads its other columns.
pub fn all_rules(data: &DataSpec, options: &PlanOptions) -> Vec<Box<dyn OptimizerRule>> {
    let is_salted = options.tactics.salt_buckets() > 1;
    vec![
        Box::new(DropUnusedBranch),
        Box::new(FoldConstants),
        Box::new(PushFilters),
        Box::new(PushLimits),
        Box::new(PruneColumns),
        Box::new(BroadcastJoin::new(data, options)),
        Box::new(DropNeedlessExchange { is_salted }),
        Box::new(FuseMaps),
        Box::new(CombineBeforeExchange),
    ]
}

/// Whether an expression reads a column that a projection stores a condition in: there 1, 0 or NULL is an Int64, which the
/// condition itself is not.
fn reads_condition(expr: &Expr, exprs: &[NamedExpr]) -> bool {
    let mut reads = false;
    expr.for_each_column(&mut |name| {
        reads |= exprs.iter().any(|named| named.name == *name && named.expr.is_condition());
    });
    reads
}

/// An expression, with each column replaced by what computes it.
fn substitute(expr: &Expr, exprs: &[NamedExpr]) -> Expr {
    let replaced: Result<Expr, std::convert::Infallible> = expr.try_replace(&mut |name: &String| {
        let computed = exprs.iter().find(|named| named.name == *name);
        Ok(computed.map_or_else(|| Expr::Column(name.clone()), |named| named.expr.clone()))
    });
    match replaced {
        Ok(expr) => expr,
    }
}
