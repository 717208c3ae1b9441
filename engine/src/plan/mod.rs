//! From intent to tasks, in four forms.
//!
//! ```text
//!  LogicalPlan     what is wanted: columns by name, nothing about partitions
//!      │ Optimizer: a list of rules, each leaves a trace
//!  LogicalPlan     the same answer, less work
//!      │ Planner: columns by index, an Exchange wherever rows must meet
//!  PhysicalPlan
//!      │ StageGraph: cut at every Exchange
//!  StageGraph      stages of equal tasks; rows leave a stage through a shuffle or into the result
//! ```
//!
//! Every form has a canonical text ([`std::fmt::Display`]), which the golden tests and `lab explain` print.

mod expr;
mod logical;
pub mod optimizer;
mod physical;
mod planner;
pub mod queries;
mod stage;
mod text;

pub use expr::{Comparison, Expr, Predicate, Value, col, lit, text_eq};
pub use logical::{
    Aggregate, AggregateFunction, Direction, LogicalPlan, NamedExpr, OrderBy, PlanError, RowShare,
};
pub use optimizer::{Optimized, Optimizer, OptimizerRule, RuleTrace};
pub use physical::{Partitioning, PhysicalPlan};
pub use planner::Planner;
pub use stage::{Branch, OperatorSpec, Output, StageGraph, StageSource, StageSpec};

use crate::error::Result;
use crate::scenario::Scenario;

/// Every form of one scenario's plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// As the query is written.
    pub logical: LogicalPlan,
    /// After the rules, with their trace.
    pub optimized: Optimized,
    /// With exchanges.
    pub physical: PhysicalPlan,
    /// What the driver runs.
    pub stages: StageGraph,
}

/// Plans a scenario: every side of a cluster calls this and gets the same stages.
///
/// # Errors
/// [`crate::EngineError::InvalidScenario`] when the scenario is out of its limits.
pub fn plan(scenario: &Scenario) -> Result<Planned> {
    scenario.validate()?;
    let logical = queries::logical_plan(scenario);
    let optimized = Optimizer::standard().run(logical.clone());
    let physical = Planner::new(scenario)
        .plan(&optimized.plan)
        .expect("the queries name columns that exist, and rules keep them");
    let stages = StageGraph::cut(&physical, scenario);
    Ok(Planned { logical, optimized, physical, stages })
}
