//! A job: a plan on a scenario's data and executors, and what is to become of the rows.

use crate::error::Result;
use crate::plan::{StageGraph, plan};
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
}

impl Job {
    /// A scenario's own job.
    ///
    /// # Errors
    /// [`crate::EngineError::InvalidScenario`] when the scenario is out of its limits.
    pub fn of(scenario: &Scenario) -> Result<Self> {
        let graph = plan(scenario)?.stages;
        Ok(Job { scenario: scenario.clone(), graph, action: scenario.action })
    }
}
