//! The optimizer: a list of small rules, each of which keeps the answer and leaves a trace.
//!
//! A rule is applied to the whole plan once, in the list's order; the trace keeps the plan's text before
//! and after each rule that changed something.

mod combine_before_exchange;
mod drop_unused_branch;
mod prune_columns;

pub use combine_before_exchange::CombineBeforeExchange;
pub use drop_unused_branch::DropUnusedBranch;
pub use prune_columns::PruneColumns;

use super::LogicalPlan;
use crate::scenario::Scenario;

/// A rewriting of the plan that keeps its answer.
pub trait OptimizerRule {
    /// A few words in the imperative, shown beside what the rule did.
    fn name(&self) -> &'static str;
    /// The rewritten plan.
    fn apply(&self, plan: LogicalPlan) -> LogicalPlan;
}

/// What one rule did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTrace {
    /// Which rule.
    pub rule: &'static str,
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
    /// The rules that a run of the scenario uses.
    pub fn for_scenario(scenario: &Scenario) -> Self {
        let mut rules: Vec<Box<dyn OptimizerRule>> = vec![Box::new(DropUnusedBranch), Box::new(PruneColumns)];
        // The scenario decides: rows that were put together before the exchange show no skew behind it.
        if scenario.tactics.combine {
            rules.push(Box::new(CombineBeforeExchange));
        }
        Optimizer { rules }
    }

    /// No rule at all: the plan as it is written.
    pub fn off() -> Self {
        Optimizer { rules: Vec::new() }
    }

    /// Applies every rule once.
    pub fn run(&self, plan: LogicalPlan) -> Optimized {
        let mut optimized = Optimized { plan, trace: Vec::new() };
        for rule in &self.rules {
            let after = rule.apply(optimized.plan.clone());
            if after != optimized.plan {
                optimized.trace.push(RuleTrace { rule: rule.name(), after: after.to_string() });
                optimized.plan = after;
            }
        }
        optimized
    }
}
