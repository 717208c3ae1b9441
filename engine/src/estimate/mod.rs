//! How much memory a run will take, before it starts: an upper bound for one executor. [`crate::cluster::Job`] asks for it
//! when it is made and told a limit.
//!
//! ```text
//!  DataSpec ──> DataSizes: heavy keys and words one by one, the rest as one crowd
//!  StageGraph ─> for each stage:  blocks written + blocks received + the task at hand   <─ the largest moment counts
//! ```
//!
//! An estimate is pure: it generates no row. It assumes what a run may do at worst (an executor that is ahead of the
//! others takes more tasks, a growing table doubles), not what it must, so it is up to three times what is really held.
//! `tests/heap` compares it with the heap of real runs.

mod spread;
mod task;

use std::sync::Arc;

use crate::cluster::Job;
use crate::cluster::exchange::assign;
use crate::columnar::Schema;
use crate::dataset::Skew;
use crate::dataset::sizes::{DataSizes, Rows};
use crate::error::{EngineError, Result};
use crate::plan::{Partitioning, StageGraph};
use crate::room::SPARE_BYTES;
use spread::Spread;

/// What an executor holds besides: its stack, the vocabulary, messages of control; and the room that large buffers leave.
const BASE_BYTES: f64 = 1_048_576.0 + SPARE_BYTES as f64;
/// A key of the alias tables: 12 bytes, and as much again while they are built.
const ALIAS_BYTES: f64 = 24.0;
/// A block's header and padding, and its places in the store and in messages.
const BLOCK_BYTES: f64 = 16.0 + 128.0;
/// A column's header and padding in each block.
const BLOCK_COLUMN_BYTES: f64 = 8.0 + 16.0;
/// Executors are not equally fast: one may take this many times its part of the tasks.
const AHEAD: f64 = 1.25;

/// Rows that are dealt in turn lie as if each key had so many salts: nearly even.
const DEALT: u32 = 1_024;

/// Small things that are not counted one by one: indices of rows, numbers of groups, hashes of a batch.
const TASK_SLACK: f64 = 1.1;

/// The memory that one executor needs, at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryEstimate {
    /// The bytes that it needs at the same time.
    pub per_executor_bytes: u64,
    /// The moment when it needs them, and what they are for.
    pub largest: Moment,
}

/// What a worker's memory can hold: wasm addresses 4 GiB, of which an allocator cannot use every hole.
pub const WASM_LIMIT_BYTES: u64 = (4 << 30) - (256 << 20);

/// What an executor can address on the target that this is compiled for; `None` where memory is not what limits addresses.
pub const TARGET_LIMIT_BYTES: Option<u64> =
    if cfg!(target_pointer_width = "32") { Some(WASM_LIMIT_BYTES) } else { None };

impl MemoryEstimate {
    /// Whether a run fits where each executor may use so many bytes.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] when it does not.
    pub fn check(&self, limit_bytes: u64) -> Result<()> {
        if self.per_executor_bytes <= limit_bytes {
            return Ok(());
        }
        Err(EngineError::OutOfMemory { needed_bytes: self.per_executor_bytes, limit_bytes })
    }
}

/// What an executor holds while it runs the tasks of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moment {
    /// The stage whose tasks run.
    pub stage: u32,
    /// Bytes of the generator's tables, and of what every executor has.
    pub tables_bytes: u64,
    /// Bytes of the blocks that its own tasks wrote and that are still needed.
    pub written_bytes: u64,
    /// Bytes of the blocks that came from others, and of one message on its way.
    pub received_bytes: u64,
    /// Bytes of the batches and hash tables of the task at hand.
    pub task_bytes: u64,
}

impl Moment {
    /// The sum, in bytes.
    pub fn bytes(&self) -> u64 {
        self.tables_bytes + self.written_bytes + self.received_bytes + self.task_bytes
    }
}

/// Estimates a run of a job.
pub fn estimate(job: &Job) -> MemoryEstimate {
    let graph = &job.graph;
    let sizes = Sizes::new(job);
    let mut written: Vec<Written> = Vec::new();
    let mut largest = Moment::default();
    for stage in graph.stages() {
        let inputs: Vec<&Written> =
            written.iter().filter(|shuffle| stage.parents().contains(&shuffle.shuffle)).collect();
        let work = task::Work::of(stage, &inputs, &sizes);
        // Blocks of the other shuffles are there until their stage runs; blocks of this one's until it is over.
        let still_needed = written.iter().filter(|shuffle| shuffle.is_needed_from(stage.id, graph));
        let own: f64 = still_needed.map(|shuffle| shuffle.own_bytes).sum();
        let out = work.output.as_ref().map_or(0.0, |shuffle| shuffle.own_bytes);
        let received: f64 = inputs.iter().map(|shuffle| shuffle.received_bytes).sum();
        let moment = Moment {
            stage: stage.id,
            tables_bytes: (BASE_BYTES + sizes.tables_bytes) as u64,
            written_bytes: (own + out) as u64,
            received_bytes: received as u64,
            task_bytes: (TASK_SLACK * work.task_bytes) as u64,
        };
        if moment.bytes() > largest.bytes() {
            largest = moment;
        }
        written.extend(work.output);
    }
    MemoryEstimate { per_executor_bytes: largest.bytes(), largest }
}

/// What all tasks of a stage write into one shuffle.
#[derive(Debug, Clone)]
struct Written {
    shuffle: u32,
    /// Its rows.
    rows: Rows,
    /// Rows by reduce partition.
    partition_rows: Vec<f64>,
    row_bytes: f64,
    schema: Arc<Schema>,
    /// Partitions in which one key can be.
    key_spread: f64,
    map_tasks: f64,
    /// Rows of the largest task that writes.
    most_task_rows: f64,
    /// What one executor's tasks write.
    own_bytes: f64,
    /// What the executor with most receives, and one message on its way.
    received_bytes: f64,
}

impl Written {
    /// Whether a stage from this one on reads it.
    fn is_needed_from(&self, stage: u32, graph: &StageGraph) -> bool {
        graph.stages().iter().any(|other| other.id >= stage && other.parents().contains(&self.shuffle))
    }

    /// Rows of all partitions.
    fn count(&self) -> f64 {
        self.partition_rows.iter().sum()
    }

    /// Rows of the largest partition.
    fn most_rows(&self) -> f64 {
        self.partition_rows.iter().copied().fold(0.0, f64::max)
    }
}

/// What a run has, beside its stages.
struct Sizes {
    data: DataSizes,
    executors: u32,
    /// The generator's tables.
    tables_bytes: f64,
}

impl Sizes {
    fn new(job: &Job) -> Self {
        let is_uniform = matches!(job.data.skew, Skew::Uniform {});
        Sizes {
            data: DataSizes::new(&job.data),
            executors: job.run.workers,
            tables_bytes: if is_uniform { 0.0 } else { ALIAS_BYTES * job.data.keys as f64 },
        }
    }

    /// Tasks of so many that one executor may run.
    fn tasks_of_one(&self, task_count: f64) -> f64 {
        let part = (task_count / f64::from(self.executors)).ceil();
        let ahead = if self.executors == 1 { part } else { (part * AHEAD).ceil() + 1.0 };
        ahead.min(task_count)
    }

    /// What the tasks of a stage write.
    fn written(
        &self,
        shuffle: u32,
        (rows, most_task_rows): (Rows, f64),
        task_count: f64,
        to: &Destination,
    ) -> Written {
        let spread = Spread { partitions: to.partitions, salts: to.salts, is_replicated: to.is_replicated };
        let population = self.data.population(rows.by);
        let partition_rows = spread.rows(population, rows.count, rows.is_distinct.then_some(task_count));
        let row_bytes = self.data.row_bytes(&to.schema);
        let block_bytes = BLOCK_BYTES + BLOCK_COLUMN_BYTES * to.schema.fields().len() as f64;
        let bytes: Vec<u64> =
            partition_rows.iter().map(|rows| (rows * row_bytes + block_bytes * task_count) as u64).collect();
        let all: u64 = bytes.iter().sum();
        let owners = assign(&bytes, self.executors);
        let mut received = vec![0; self.executors as usize];
        for (owner, bytes) in owners.into_iter().zip(&bytes) {
            received[owner as usize] += bytes;
        }
        let most = received.into_iter().max().unwrap_or(0) as f64;
        // What an executor keeps for itself is not sent; one message is there twice while it is copied.
        let others = f64::from(self.executors - 1) / f64::from(self.executors);
        let received_bytes = match (self.executors, to.is_broadcast) {
            (1, _) => 0.0,
            _ if to.stays => 0.0,
            (_, true) => all as f64,
            (_, false) => most * (others + 1.0 / f64::from(self.executors)),
        };
        let own_bytes = all as f64 / task_count * self.tasks_of_one(task_count);
        let key_spread = f64::from(to.salts.clamp(1, to.partitions));
        Written {
            shuffle,
            rows,
            partition_rows,
            row_bytes,
            schema: to.schema.clone(),
            key_spread,
            map_tasks: task_count,
            most_task_rows,
            own_bytes,
            received_bytes,
        }
    }
}

/// Where a branch's rows go, if it is a shuffle.
struct Destination {
    schema: Arc<Schema>,
    salts: u32,
    is_replicated: bool,
    is_broadcast: bool,
    /// Whether each task's rows stay where they are.
    stays: bool,
    /// Reduce partitions.
    partitions: u32,
}

impl Destination {
    fn of(partitioning: &Partitioning, partitions: u32, schema: Arc<Schema>) -> Self {
        let salted = |salts, is_replicated| Destination {
            schema,
            salts,
            is_replicated,
            is_broadcast: false,
            stays: false,
            partitions,
        };
        match partitioning {
            Partitioning::Hash { salt_buckets, .. } => salted(*salt_buckets, false),
            Partitioning::ReplicatedHash { salt_buckets, .. } => salted(*salt_buckets, true),
            // A key's rows go everywhere.
            Partitioning::RoundRobin => salted(DEALT, false),
            // The rows of a value are in one range, as those of a key are in one partition.
            Partitioning::Range { .. } => salted(1, false),
            Partitioning::InPlace { .. } => Destination { stays: true, ..salted(1, false) },
            Partitioning::Single => salted(1, false),
            Partitioning::Broadcast => Destination { is_broadcast: true, ..salted(1, false) },
        }
    }
}
