//! A job: a plan on a scenario's data and executors, and what is to become of the rows.

use crate::error::Result;
use crate::plan::{PlanTrace, Planned, StageGraph, plan};
use crate::scenario::{Action, Scenario};

/// What a cluster runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The data, the executors and the partitions.
    pub scenario: Scenario,
    /// What is computed.
    pub graph: StageGraph,
    /// What becomes of the rows.
    pub action: Action,
    /// How the plan came about.
    pub trace: PlanTrace,
}

impl Job {
    /// A scenario's own job.
    ///
    /// # Errors
    /// [`crate::EngineError::InvalidScenario`] when the scenario is out of its limits.
    pub fn of(scenario: &Scenario) -> Result<Self> {
        Ok(Job::new(scenario.clone(), plan(scenario)?, scenario.action))
    }

    /// A plan over the data of a scenario that is valid.
    pub fn new(scenario: Scenario, planned: Planned, action: Action) -> Self {
        Job { scenario, trace: planned.trace(), graph: planned.stages, action }
    }
}
