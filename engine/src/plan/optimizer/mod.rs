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
pub(crate) use fuse_maps::fused;
pub use prune_columns::PruneColumns;
pub use push_filters::PushFilters;
pub use push_limits::PushLimits;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Expr, LogicalPlan, NamedExpr, PlanOptions};
use crate::dataset::DataSpec;

/// A rewriting of the plan that keeps its answer.
pub trait OptimizerRule {
    /// A few words in the imperative, shown beside what the rule did.
    fn name(&self) -> &'static str;
    /// The plan as the rules have rewritten it.
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
    /// The name of the rule.
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

/// What a projection computes, by name: what is substituted into expressions above it.
struct Computed<'a>(BTreeMap<&'a str, &'a Expr>);

impl<'a> Computed<'a> {
    fn new(exprs: &'a [NamedExpr]) -> Self {
        let mut computed = BTreeMap::new();
        for named in exprs {
            computed.insert(named.name.as_str(), &named.expr);
        }
        Computed(computed)
    }

    /// Whether an expression reads a column that the projection stores a condition in: there 1, 0 or NULL is an Int64, which
    /// the condition itself is not.
    fn stores_condition_for(&self, expr: &Expr) -> bool {
        let mut reads = false;
        expr.for_each_column(&mut |name| {
            reads |= self.0.get(name.as_str()).is_some_and(|computed| computed.is_condition());
        });
        reads
    }

    /// Whether nothing that is computed is read twice by these expressions: substituted, it would be computed twice, and in a
    /// chain of projections that each read the one below twice, 2^n times.
    fn is_read_once<'b>(&self, exprs: impl IntoIterator<Item = &'b Expr>) -> bool {
        let mut reads: BTreeMap<&str, u32> = BTreeMap::new();
        for expr in exprs {
            expr.for_each_column(&mut |name| {
                if let Some((&name, computed)) = self.0.get_key_value(name.as_str())
                    && !matches!(computed, Expr::Column(_) | Expr::Literal(_))
                {
                    *reads.entry(name).or_default() += 1;
                }
            });
        }
        reads.values().all(|&count| count <= 1)
    }

    /// An expression, with each column replaced by what computes it; `None` where that would be past the limits.
    fn substitute(&self, expr: &Expr) -> Option<Expr> {
        let replaced: Result<Expr, std::convert::Infallible> = expr.try_replace(&mut |name: &String| {
            let computed = self.0.get(name.as_str());
            Ok(computed.map_or_else(|| Expr::Column(name.clone()), |computed| (*computed).clone()))
        });
        match replaced {
            Ok(expr) => expr.is_within_limits().then_some(expr),
        }
    }
}
