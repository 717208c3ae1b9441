//! Actions: where a plan meets data and workers.

use super::{DataFrame, count};
use crate::cluster::local::LocalCluster;
use crate::cluster::{Action, Clock, Cluster, Job, JobOutcome, RunSpec, WallMicros};
use crate::columnar::RecordBatch;
use crate::dataset::DataSpec;
use crate::error::{InvalidScenario, Result};
use crate::metrics::JobReport;
use crate::plan::optimizer::all_rules;
use crate::plan::{LogicalPlan, Optimizer, PlanOptions, Planned};

/// Rows of a `show` without a limit, as Spark's.
const SHOW_ROWS: u64 = 20;

/// What a context is made of: some data, how plans over it are made, and who runs them. A [`crate::Scenario`] becomes one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setup {
    /// What the tables hold.
    pub data: DataSpec,
    /// How plans are made.
    pub options: PlanOptions,
    /// Executors, and the memory that their driver may use.
    pub run: RunSpec,
}

/// Some data, and a cluster that runs plans over it.
pub struct Context {
    setup: Setup,
    cluster: Box<dyn Cluster>,
    driver_memory_bytes: u64,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("setup", &self.setup).finish_non_exhaustive()
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
    fn run(&mut self, job: &Job) -> Result<JobOutcome> {
        self.0.run(job, &Stopped)
    }
}

impl Context {
    /// Plans run on this cluster, over the tables of the setup, on as many executors as it says. A [`crate::Scenario`] is
    /// taken as a setup; its query is not looked at.
    ///
    /// # Errors
    /// [`crate::EngineError::InvalidScenario`].
    pub fn new(
        setup: impl TryInto<Setup, Error = InvalidScenario>,
        cluster: Box<dyn Cluster>,
    ) -> Result<Self> {
        let setup = setup.try_into()?;
        Ok(Context { setup, cluster, driver_memory_bytes: setup.run.action.memory_bytes() })
    }

    /// All executors in this thread, one message at a time, without a clock: for tests and examples.
    ///
    /// # Errors
    /// As [`Context::new`].
    pub fn local(setup: impl TryInto<Setup, Error = InvalidScenario>) -> Result<Self> {
        let setup = setup.try_into()?;
        let cluster = LocalCluster::new(setup.data.seed);
        Ok(Context {
            setup,
            cluster: Box::new(Untimed(cluster)),
            driver_memory_bytes: setup.run.action.memory_bytes(),
        })
    }

    /// A thread for each executor.
    ///
    /// # Errors
    /// As [`Context::new`].
    #[cfg(not(target_family = "wasm"))]
    pub fn threads(setup: impl TryInto<Setup, Error = InvalidScenario>) -> Result<Self> {
        let setup = setup.try_into()?;
        let cluster = crate::cluster::threads::ThreadCluster::new(setup.run.workers);
        Ok(Context {
            setup,
            cluster: Box::new(cluster),
            driver_memory_bytes: setup.run.action.memory_bytes(),
        })
    }

    /// What a collect or a show may bring to the driver, in bytes. Without a word it is the setup's, or 1 GiB.
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
        let Setup { data, options, .. } = &self.setup;
        Ok(Planned::new(plan, &Optimizer::new(all_rules(data, options)), data, options)?)
    }

    fn run(&mut self, plan: LogicalPlan, action: Action) -> Result<JobOutcome> {
        let planned = self.plan_logical(plan)?;
        let run = RunSpec { action, ..self.setup.run };
        self.cluster.run(&Job::new(self.setup.data, run, planned))
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
        let outcome = context.run(plan, Action::Show { rows, memory_bytes: context.driver_memory_bytes })?;
        let (tasks_run, task_count) = outcome.result_tasks();
        Ok(Shown { rows: outcome.rows, tasks_run, task_count })
    }
}
