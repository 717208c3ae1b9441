//! From the outer form to the inner ones. This is the only place where a scenario is taken apart.

use super::{InvalidScenario, Scenario, limits};
use crate::cluster::{Action, CollectPoint, Job, RunSpec};
use crate::dataset::DataSpec;
use crate::error::Result;
use crate::estimate;
use crate::frame::{DataFrame, Setup, scan};
use crate::plan::{LogicalPlan, Optimizer, PlanOptions, Planned, RowShare};

impl Scenario {
    /// What the tables hold.
    pub fn data(&self) -> DataSpec {
        DataSpec {
            seed: self.seed,
            rows: self.rows,
            keys: self.keys,
            skew: self.skew,
            partitions: self.map_partitions,
        }
    }

    /// How the plan is made.
    pub fn plan_options(&self) -> PlanOptions {
        PlanOptions { tactics: self.tactics, reduce_partitions: self.reduce_partitions }
    }

    /// Who runs it, and what becomes of the rows. An executor may use what the target that this is compiled for can address.
    pub fn run_spec(&self) -> RunSpec {
        let (workers, action, strategy) = (self.workers, self.action, self.strategy);
        RunSpec { workers, action, strategy, memory_limit_bytes: estimate::TARGET_LIMIT_BYTES }
    }

    /// What is asked for, as a data frame: the query's pipeline, or, for a collect in mid-pipeline, its input.
    fn frame(&self) -> DataFrame {
        match self.action {
            Action::Collect { of: CollectPoint::Input, .. } => scan("prompts"),
            Action::Collect { of: CollectPoint::Result, .. } | Action::Write {} | Action::Show { .. } => {
                self.query.pipeline(RowShare::new(self.shuffle_fraction))
            }
        }
    }

    /// The plan as it is written, before any rule.
    pub fn logical_plan(&self) -> LogicalPlan {
        self.frame().plan().expect("the pipelines name columns that exist").clone()
    }

    /// Every form of the plan, with the rules that the tactics allow.
    ///
    /// # Errors
    /// [`crate::EngineError::InvalidScenario`] when the scenario is out of its limits.
    pub fn plan(&self) -> Result<Planned> {
        let optimizer = Optimizer::chosen(&self.data(), &self.plan_options());
        self.plan_with(&optimizer)
    }

    /// Every form of the plan, with these rules.
    ///
    /// # Errors
    /// As [`Scenario::plan`].
    pub fn plan_with(&self, optimizer: &Optimizer) -> Result<Planned> {
        self.validate()?;
        Ok(Planned::new(self.logical_plan(), optimizer, &self.data(), &self.plan_options())?)
    }

    /// What a cluster runs. The scenario is validated and planned here, and nowhere after.
    ///
    /// # Errors
    /// As [`Scenario::plan`] and [`Scenario::job_of`].
    pub fn job(&self) -> Result<Job> {
        self.job_of(self.plan()?)
    }

    /// The job of a plan that was made for this scenario.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`] when it cannot fit the executors.
    pub fn job_of(&self, planned: Planned) -> Result<Job> {
        Job::new(self.data(), self.run_spec(), planned)
    }
}

impl TryFrom<Scenario> for Setup {
    type Error = InvalidScenario;

    /// The scenario's data, options and executors; its query is not looked at.
    fn try_from(scenario: Scenario) -> std::result::Result<Self, InvalidScenario> {
        scenario.validate()?;
        scenario.check_workers(limits::MAX_WORKERS, "in a context")?;
        Ok(Setup { data: scenario.data(), options: scenario.plan_options(), run: scenario.run_spec() })
    }
}
