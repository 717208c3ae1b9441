//! Actions: where a plan meets data and workers.

use std::collections::BTreeMap;

use super::{DataFrame, Shown, count, scan};
use crate::cluster::local::LocalCluster;
use crate::cluster::{Action, Clock, Cluster, Job, JobOutcome, RunSpec, WallMicros};
use crate::columnar::{RecordBatch, Schema};
use crate::dataset::{DataSpec, OwnTable, Table, TableError, read_csv};
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
    /// The tables that were registered, by name.
    tables: BTreeMap<String, OwnTable>,
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
    /// [`crate::EngineError::InvalidScenario`] names the field that is wrong.
    pub fn new(
        setup: impl TryInto<Setup, Error = InvalidScenario>,
        cluster: Box<dyn Cluster>,
    ) -> Result<Self> {
        let setup = setup.try_into()?;
        Ok(Context {
            setup,
            cluster,
            driver_memory_bytes: setup.run.action.memory_bytes(),
            tables: BTreeMap::new(),
        })
    }

    /// All executors in this thread, one message at a time, without a clock: for tests and examples.
    ///
    /// # Errors
    /// The errors are those of [`Context::new`].
    pub fn local(setup: impl TryInto<Setup, Error = InvalidScenario>) -> Result<Self> {
        let setup = setup.try_into()?;
        let cluster = LocalCluster::new(setup.data.seed);
        Ok(Context {
            setup,
            cluster: Box::new(Untimed(cluster)),
            driver_memory_bytes: setup.run.action.memory_bytes(),
            tables: BTreeMap::new(),
        })
    }

    /// A thread for each executor.
    ///
    /// # Errors
    /// The errors are those of [`Context::new`].
    #[cfg(not(target_family = "wasm"))]
    pub fn threads(setup: impl TryInto<Setup, Error = InvalidScenario>) -> Result<Self> {
        let setup = setup.try_into()?;
        let cluster = crate::cluster::threads::ThreadCluster::new(setup.run.workers);
        Ok(Context {
            setup,
            cluster: Box::new(cluster),
            driver_memory_bytes: setup.run.action.memory_bytes(),
            tables: BTreeMap::new(),
        })
    }

    /// Makes a table of one's own rows known by a name. They are split evenly into as many partitions as the generated tables
    /// have, in their order: row i of n goes to partition i·partitions/n, whatever the batches.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use shuffle_engine::Scenario;
    /// use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema};
    /// use shuffle_engine::frame::{Context, col, lit};
    ///
    /// let schema = Arc::new(Schema::new([("id", DataType::Int64)]));
    /// let ids = Column::Int64(Primitive::new(vec![7, 8, 9]));
    /// let mut context = Context::local(Scenario { workers: 2, ..Scenario::default() })?;
    /// context.register("orders", vec![RecordBatch::new(schema, vec![ids])])?;
    /// let large = context.table("orders").filter(col("id").gt(lit(7)));
    /// assert_eq!(large.count(&mut context)?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The rows stay where they are: executors of this process share them.
    ///
    /// # Errors
    /// [`TableError`]: a name that is empty or taken, or batches that make no table.
    pub fn register(&mut self, name: &str, batches: Vec<RecordBatch>) -> std::result::Result<(), TableError> {
        let is_generated = Table::ALL.iter().any(|table| table.name() == name);
        if is_generated || self.tables.contains_key(name) {
            return Err(TableError::NameTaken { name: name.to_owned() });
        }
        self.tables.insert(name.to_owned(), OwnTable::new(name, batches)?);
        Ok(())
    }

    /// As [`Context::register`], with rows from a CSV text: what [`read_csv`] takes, and what `lab run --result` writes.
    ///
    /// # Errors
    /// As [`Context::register`]; or the line and column of what cannot be read.
    pub fn register_csv(
        &mut self,
        name: &str,
        text: &[u8],
        schema: &Schema,
    ) -> std::result::Result<(), TableError> {
        self.register(name, read_csv(text, schema)?)
    }

    /// All rows and columns of a table, generated or registered. A name that nobody knows is a mistake of the plan, which comes
    /// out as every other one.
    pub fn table(&self, name: &str) -> DataFrame {
        match self.tables.get(name) {
            Some(table) => DataFrame::of_table(Table::Own(table.clone())),
            None => scan(name).or_of(self.tables.keys()),
        }
    }

    /// What each executor may use, in bytes. A plan that is estimated to need more does not run; without a word nothing is
    /// estimated natively.
    pub fn with_executor_memory(mut self, bytes: u64) -> Self {
        self.setup.run.memory_limit_bytes = Some(bytes);
        self
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
        self.cluster.run(&Job::new(self.setup.data, run, planned)?)
    }
}

impl DataFrame {
    /// Runs the plan; its rows stay with the workers. The report says what there was to do.
    ///
    /// # Errors
    /// The first mistake in the plan, or what ended the run.
    pub fn write(&self, context: &mut Context) -> Result<JobReport> {
        let outcome = context.run(self.plan()?.clone(), Action::Write {})?;
        Ok(JobReport::new(&outcome))
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
    /// The errors are those of [`DataFrame::write`].
    pub fn count(&self, context: &mut Context) -> Result<u64> {
        let counted = self.clone().agg([count()]).collect(context)?;
        Ok(counted.iter().flat_map(|batch| batch.column(0).as_int64().values()).sum::<i64>() as u64)
    }

    /// Runs as much of the plan as it takes to bring back its first rows: those of its limit, or 20.
    ///
    /// # Errors
    /// The errors are those of [`DataFrame::write`].
    pub fn show(&self, context: &mut Context) -> Result<Shown> {
        let (plan, rows) = match self.plan()?.clone() {
            LogicalPlan::Limit { input, row_count } => (*input, row_count),
            other => (other, SHOW_ROWS),
        };
        let outcome = context.run(plan, Action::Show { rows, memory_bytes: context.driver_memory_bytes })?;
        let (tasks_run, task_count) = outcome.result_tasks();
        Ok(Shown { schema: self.schema()?, rows: outcome.rows, tasks_run, task_count })
    }
}
