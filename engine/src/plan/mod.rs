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

mod aggregate_steps;
mod cutter;
mod error;
mod expr;
mod facts;
mod join;
mod kinds;
mod limits;
mod logical;
pub mod optimizer;
mod options;
mod physical;
mod planner;
mod schema;
mod spec;
mod stage;
mod text;
mod union;
mod wide;

pub use error::PlanError;
pub use expr::{
    BinaryOperator, Expr, InList, Kind, MAX_EXPR_DEPTH, MAX_EXPR_NODES, Refusal, Then, UnaryOperator, Value,
    When, coalesce, col, lit, null, when,
};
pub(crate) use expr::{cast_float, cast_text};
pub use facts::{Held, Reach, RowFlow, SpecWords};
pub(crate) use limits::within_plan_limits;
pub use limits::{MAX_PLAN_DEPTH, MAX_PLAN_NODES};
pub use logical::{JoinMethod, LogicalPlan, NamedExpr, RepartitionBy};
pub use optimizer::{Optimized, Optimizer, OptimizerRule, RuleTrace};
pub use options::{PlanOptions, Tactics};
pub use physical::{Partitioning, PhysicalPlan, ScanPredicate};
pub use planner::Planner;
pub use spec::{BuildInput, JoinSpec, OperatorSpec};
pub use stage::{Branch, Output, Ranges, StageGraph, StageSource, StageSpec};
pub use wide::{
    Aggregate, AggregateFunction, AggregateStep, Direction, JoinKey, JoinKind, OrderBy, RowShare,
    SortDirection, SortKey, WideHints,
};

use serde::{Deserialize, Serialize};

use crate::dataset::DataSpec;

/// Every form of one plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The plan as the query was written.
    pub logical: LogicalPlan,
    /// The plan after the rules, with their trace.
    pub optimized: Optimized,
    /// The plan by indices, with exchanges.
    pub physical: PhysicalPlan,
    /// The stages that the driver runs.
    pub stages: StageGraph,
}

impl Planned {
    /// Plans with these rules, over this data.
    ///
    /// # Errors
    /// A column that does not exist or has another type than its operator works on.
    pub fn new(
        logical: LogicalPlan,
        optimizer: &Optimizer,
        data: &DataSpec,
        options: &PlanOptions,
    ) -> Result<Self, PlanError> {
        logical.check_size()?;
        logical.try_schema()?;
        let optimized = optimizer.run(logical.clone());
        let physical = Planner::new(options).plan(&optimized.plan)?;
        let stages = StageGraph::cut(&physical, data.partitions, options.reduce_partitions);
        Ok(Planned { logical, optimized, physical, stages })
    }

    /// How the plan came about, in words.
    pub fn trace(&self) -> PlanTrace {
        PlanTrace { written: self.logical.to_string(), rules: self.optimized.trace.clone() }
    }
}

/// A plan's way through the optimizer, as texts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlanTrace {
    /// The plan as it was written.
    pub written: String,
    /// The plan after each rule that changed something, in order.
    pub rules: Vec<RuleTrace>,
}
