//! A job is a plan over some data, who runs it, and what is to become of the rows.

use serde::{Deserialize, Serialize};

use crate::dataset::DataSpec;
use crate::error::Result;
use crate::estimate::estimate;
use crate::plan::{PlanTrace, Planned, StageGraph};

/// What a cluster runs: stages, the data, the executors, and what becomes of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The rows that its scans generate.
    pub data: DataSpec,
    /// Who runs the job, and what becomes of the rows.
    pub run: RunSpec,
    /// The stages that compute the answer.
    pub graph: StageGraph,
    /// How the plan came about, in texts.
    pub trace: PlanTrace,
}

impl Job {
    /// The job of a plan that was made for this data.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`] when an executor is estimated to need more than [`RunSpec::memory_limit_bytes`].
    pub fn new(data: DataSpec, run: RunSpec, planned: Planned) -> Result<Self> {
        Job { data, run, trace: planned.trace(), graph: planned.stages }.checked()
    }

    /// The same job on so many executors. No plan depends on their number.
    ///
    /// # Errors
    /// As [`Job::new`]: fewer executors need more memory each.
    pub fn on(self, workers: u32) -> Result<Self> {
        Job { run: RunSpec { workers, ..self.run }, ..self }.checked()
    }

    /// The same job with so many bytes for each executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn within(self, memory_limit_bytes: u64) -> Result<Self> {
        let run = RunSpec { memory_limit_bytes: Some(memory_limit_bytes), ..self.run };
        Job { run, ..self }.checked()
    }

    /// The job, if it fits. Every job passes here before it runs.
    fn checked(self) -> Result<Self> {
        if let Some(limit_bytes) = self.run.memory_limit_bytes {
            estimate(&self).check(limit_bytes)?;
        }
        Ok(self)
    }
}

/// Who runs a job, and what becomes of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSpec {
    /// The number of executors that share the tasks.
    pub workers: u32,
    /// What becomes of the rows.
    #[serde(with = "PackedAction")]
    pub action: Action,
    /// The way in which blocks travel between executors.
    pub strategy: Strategy,
    /// Bytes that each executor may use, by an estimate that is made before the run. `None` means that nobody knows: a run
    /// that is too large then ends when an allocation fails.
    pub memory_limit_bytes: Option<u64>,
}

/// What becomes of the rows that a plan gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// The rows stay with the executors. Their number and digest are reported.
    Write {},
    /// All rows come to the driver, if they fit there.
    Collect {
        /// The place in the pipeline at which rows are collected.
        of: CollectPoint,
        /// Bytes that the driver may use for them.
        memory_bytes: u64,
    },
    /// The first rows come to the driver: those of the lowest partitions, of which no more are run than are needed.
    Show {
        /// At most so many rows come.
        rows: u64,
        /// Bytes that the driver may use for them. Only the driver reads this, so it is not written down.
        #[serde(skip)]
        memory_bytes: u64,
    },
}

/// An [`Action`] as it travels. A form without the names of fields cannot have a `kind` that is read before the rest.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Action")]
enum PackedAction {
    Write {},
    Collect { of: CollectPoint, memory_bytes: u64 },
    Show { rows: u64, memory_bytes: u64 },
}

impl Default for Action {
    fn default() -> Self {
        Action::Write {}
    }
}

impl Action {
    /// The number of rows that a show brings when nothing else is said: as many as Spark's `show()`.
    pub const SHOWN_ROWS: u64 = 20;

    /// The rows of the answer come to the driver, which may use as much memory for them as it gets without a word.
    pub fn collect() -> Self {
        Action::Collect { of: CollectPoint::Result, memory_bytes: DRIVER_MEMORY_BYTES }
    }

    /// The first rows come to the driver, which may use as much memory for them as it gets without a word.
    pub fn show(rows: u64) -> Self {
        Action::Show { rows, memory_bytes: DRIVER_MEMORY_BYTES }
    }

    /// The number of rows beyond which a task need not go; `None` when all rows are wanted.
    pub fn row_limit(self) -> Option<u64> {
        match self {
            Action::Show { rows, .. } => Some(rows),
            Action::Write {} | Action::Collect { .. } => None,
        }
    }

    /// Whether rows come to the driver.
    pub fn fetches(self) -> bool {
        match self {
            Action::Write {} => false,
            Action::Collect { .. } | Action::Show { .. } => true,
        }
    }

    /// Bytes that the driver may use for rows. When nothing was said it is the default, 1 GiB.
    pub fn memory_bytes(self) -> u64 {
        match self {
            Action::Collect { memory_bytes, .. } | Action::Show { memory_bytes, .. } => memory_bytes,
            Action::Write {} => DRIVER_MEMORY_BYTES,
        }
    }
}

/// Which rows a collect asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectPoint {
    /// The rows of the answer are collected.
    #[default]
    Result,
    /// The rows that go into the wide step are collected: a `collect()` in mid-pipeline, which pulls the whole data set.
    Input,
}

/// How blocks travel between executors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Every executor sends to every other, over W(W-1) links.
    #[default]
    Direct,
}

/// Spark's `spark.driver.maxResultSize`: 1 GiB.
const DRIVER_MEMORY_BYTES: u64 = 1 << 30;
