//! Actions: where a plan meets data and workers.

use crate::cluster::local::LocalCluster;
use crate::cluster::{Clock, Cluster, Collect, Job, JobOutcome, WallMicros};
use crate::columnar::RecordBatch;
use crate::error::Result;
use crate::metrics::JobReport;
use crate::plan::frame::{DataFrame, count};
use crate::plan::optimizer::all_rules;
use crate::plan::{LogicalPlan, Optimizer, Planned};
use crate::scenario::{Action, Scenario};

/// Rows of a `show` without a limit, as Spark's.
const SHOW_ROWS: u64 = 20;

/// A scenario's data, and a cluster that runs plans over it.
pub struct Context {
    scenario: Scenario,
    cluster: Box<dyn Cluster>,
    driver_memory_bytes: u64,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("scenario", &self.scenario).finish_non_exhaustive()
    }
}

/// A clock for runs that nobody times.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> WallMicros {
        WallMicros(0)
    }
}

/// The one-thread cluster, untimed.
struct Untimed(LocalCluster);

impl Cluster for Untimed {
    fn run_job(&mut self, job: &Job, collect: Collect) -> Result<JobOutcome> {
        self.0.run_job(job, collect, &Stopped)
    }
}

impl Context {
    /// Plans run on this cluster, over the tables of the scenario, on as many workers as it says. Its query is not looked at.
    ///
    /// # Errors
    /// [`crate::EngineError::InvalidScenario`].
    pub fn new(scenario: Scenario, cluster: Box<dyn Cluster>) -> Result<Self> {
        scenario.validate()?;
        let driver_memory_bytes = scenario.action.memory_bytes();
        Ok(Context { scenario, cluster, driver_memory_bytes })
    }

    /// All workers in this thread, one message at a time, without a clock: for tests and examples.
    ///
    /// # Errors
    /// As [`Context::new`].
    pub fn local(scenario: Scenario) -> Result<Self> {
        let cluster = LocalCluster::new(scenario.seed);
        Context::new(scenario, Box::new(Untimed(cluster)))
    }

    /// A thread a worker.
    ///
    /// # Errors
    /// As [`Context::new`].
    #[cfg(not(target_family = "wasm"))]
    pub fn threads(scenario: Scenario) -> Result<Self> {
        scenario.validate()?;
        let cluster = crate::cluster::threads::ThreadCluster::new(scenario.workers);
        Context::new(scenario, Box::new(cluster))
    }

    /// What a collect may bring to the driver, in bytes; without a word the scenario's, or 1 GiB.
    pub fn with_driver_memory(self, bytes: u64) -> Self {
        Context { driver_memory_bytes: bytes, ..self }
    }

    /// Every form of a frame's plan, from its words to its stages.
    ///
    /// # Errors
    /// The first mistake in the frame.
    pub fn plan(&self, frame: &DataFrame) -> Result<Planned> {
        self.plan_logical(frame.plan()?.clone())
    }

    fn plan_logical(&self, plan: LogicalPlan) -> Result<Planned> {
        Ok(Planned::new(plan, &Optimizer::new(all_rules(&self.scenario)), &self.scenario)?)
    }

    fn run(&mut self, plan: LogicalPlan, action: Action) -> Result<JobOutcome> {
        let planned = self.plan_logical(plan)?;
        let job = Job::new(self.scenario.clone(), planned, action);
        self.cluster.run_job(&job, Collect::Nothing)
    }
}

/// What a show brought back.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The rows, in order.
    pub rows: Vec<RecordBatch>,
    /// Partitions of the last stage, or of those that give rows, that were run,
    pub tasks_run: u32,
    /// and of how many.
    pub task_count: u32,
}

impl Shown {
    /// Rows.
    pub fn row_count(&self) -> usize {
        self.rows.iter().map(RecordBatch::row_count).sum()
    }
}

impl DataFrame {
    /// Runs the plan; its rows stay with the workers. The report says what there was to do.
    ///
    /// # Errors
    /// The first mistake in the plan, or what ended the run.
    pub fn write(&self, context: &mut Context) -> Result<JobReport> {
        let outcome = context.run(self.plan()?.clone(), Action::Write {})?;
        Ok(JobReport::new(&outcome, None))
    }

    /// Runs the plan and brings back all rows.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`] when they are more than the driver may hold; else as [`DataFrame::write`].
    pub fn collect(&self, context: &mut Context) -> Result<Vec<RecordBatch>> {
        let action = Action::Collect { of: Default::default(), memory_bytes: context.driver_memory_bytes };
        Ok(context.run(self.plan()?.clone(), action)?.rows)
    }

    /// Runs the plan and counts its rows.
    ///
    /// # Errors
    /// As [`DataFrame::write`].
    pub fn count(&self, context: &mut Context) -> Result<u64> {
        let counted = self.clone().agg([count()]).collect(context)?;
        Ok(counted.iter().flat_map(|batch| batch.column(0).as_int64().values()).sum::<i64>() as u64)
    }

    /// Runs as much of the plan as it takes to bring back its first rows: those of its limit, or 20.
    ///
    /// # Errors
    /// As [`DataFrame::write`].
    pub fn show(&self, context: &mut Context) -> Result<Shown> {
        let (plan, rows) = match self.plan()?.clone() {
            LogicalPlan::Limit { input, row_count } => (*input, row_count),
            other => (other, SHOW_ROWS),
        };
        let outcome = context.run(plan, Action::Show { rows })?;
        let (tasks_run, task_count) = outcome.result_tasks();
        Ok(Shown { rows: outcome.rows, tasks_run, task_count })
    }
}
