//! The timeline says what W executors would do, task by task, on the second clock.
//!
//! ```text
//!  driver     ┤launch├ ... ┤done, launch├ ...     ┤exchange├ ... ┤launch├
//!  executor 0 ──[read|compute|write][...]── wait ──[transfer]──[read|compute]──
//!  executor 1 ──[..............straggler........]──[transfer]──[...]── wait ───
//! ```
//!
//! The timeline does what the driver does, in the driver's order, as the model's [`Profile`](super::Profile) says: tasks go
//! out in partition order to whoever has a hand free, an exchange waits for the last parent task, and reduce partitions
//! are dealt out by [`assign`](crate::cluster::exchange::assign) and run where they are owned. Each executor has a core of its own.
//! Busy and waiting add up to the wall for each executor. A task's launch counts as waiting, since the
//! measured clock has no phase for it either.

use serde::Serialize;

use super::cost::CostModel;
use super::counters::{Counters, StageCounters};
use super::profile::{Boundary, Owners};
use super::schedule::{Exchange, Schedule, TaskRef};
use super::{ModelError, ModelMicros};
use crate::cluster::exchange::assign;
use crate::metrics::Phase;
use crate::scenario::limits::MAX_MODEL_WORKERS;

/// One executor's time, by phase. The five add up to the wall.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ModelPhases {
    /// The executor scans, or runs operators.
    pub compute: ModelMicros,
    /// The executor places rows and writes blocks.
    pub write: ModelMicros,
    /// The executor sends and receives blocks, from the driver's word until the last block has arrived.
    pub transfer: ModelMicros,
    /// The executor turns blocks into batches.
    pub read: ModelMicros,
    /// The executor does none of these: it launches a task, waits at a barrier or has nothing to do.
    pub waiting: ModelMicros,
}

/// A time during which an executor is busy with one thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The executor's index.
    pub executor: u32,
    /// The stage of the task; for a transfer, the stage that will read.
    pub stage: u32,
    /// The partition of the task; `None` for a transfer.
    pub partition: Option<u32>,
    /// What the executor does.
    pub phase: Phase,
    /// When it begins, after the start of the run.
    pub start: ModelMicros,
    /// When it ends, after the start of the run.
    pub end: ModelMicros,
}

/// A predicted run.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// How many executors run.
    pub workers: u32,
    /// The wall lasts from the start until the driver has heard of the last task.
    pub wall: ModelMicros,
    /// All exchanges together. Each lasts from the driver's first word to the last executor's answer.
    pub exchange: ModelMicros,
    /// Each executor's time, by index.
    pub executors: Vec<ModelPhases>,
    /// What each executor does, in no particular order. [`Timeline::totals`] leaves it empty.
    pub spans: Vec<Span>,
}

impl ModelPhases {
    /// All phases but waiting.
    pub fn busy(&self) -> ModelMicros {
        ModelMicros(self.compute.0 + self.write.0 + self.transfer.0 + self.read.0)
    }
}

impl Timeline {
    /// Predicts a run on `workers` executors, with every span.
    ///
    /// # Errors
    /// [`ModelError::Workers`] when `workers` is not from 1 to [`MAX_MODEL_WORKERS`]; [`ModelError::Uncalibrated`] when
    /// `cost` has no row costs for a stage.
    pub fn predict(counters: &Counters, cost: &CostModel, workers: u32) -> Result<Self, ModelError> {
        let mut spans = Vec::new();
        let mut timeline = simulate(counters, cost, workers, Some(&mut spans))?;
        timeline.spans = spans;
        Ok(timeline)
    }

    /// Predicts the same run without its spans, which is quicker.
    ///
    /// # Errors
    /// As [`Timeline::predict`].
    pub fn totals(counters: &Counters, cost: &CostModel, workers: u32) -> Result<Self, ModelError> {
        simulate(counters, cost, workers, None)
    }

    /// Each phase's mean over the executors: the parts of a stacked bar as high as the wall.
    pub fn mean_phases(&self) -> ModelPhases {
        let count = self.executors.len().max(1) as f64;
        let mean = |phase: fn(&ModelPhases) -> ModelMicros| {
            ModelMicros(self.executors.iter().map(|executor| phase(executor).0).sum::<f64>() / count)
        };
        ModelPhases {
            compute: mean(|phases| phases.compute),
            write: mean(|phases| phases.write),
            transfer: mean(|phases| phases.transfer),
            read: mean(|phases| phases.read),
            waiting: mean(|phases| phases.waiting),
        }
    }
}

fn check_workers(workers: u32) -> Result<(), ModelError> {
    if (1..=MAX_MODEL_WORKERS).contains(&workers) { Ok(()) } else { Err(ModelError::Workers { workers }) }
}

fn task_refs(stage: &StageCounters, cost: &CostModel, slow_down: f64) -> Result<Vec<TaskRef>, ModelError> {
    let rows =
        cost.stage(&stage.signature).ok_or_else(|| ModelError::Uncalibrated { stage: stage.name.clone() })?;
    // The driver hears the rows and the bytes of each block.
    let numbers = |blocks: u64| 2 * blocks;
    Ok((0u32..)
        .zip(&stage.tasks)
        .map(|(partition, task)| {
            let alone = cost.task(rows, task);
            TaskRef {
                stage: stage.stage,
                partition,
                launch: alone.launch,
                read: alone.read * slow_down,
                compute: alone.compute * slow_down,
                write: alone.write * slow_down,
                driver: cost.driver_message(numbers(task.written.blocks)),
            }
        })
        .collect())
}

fn simulate(
    counters: &Counters,
    cost: &CostModel,
    workers: u32,
    spans: Option<&mut Vec<Span>>,
) -> Result<Timeline, ModelError> {
    check_workers(workers)?;
    let slow_down = cost.slow_down(workers);
    let mut schedule = Schedule::new(workers, cost, spans);
    // Who ran each task, by stage.
    let mut owners: Vec<Vec<u32>> = vec![Vec::new(); counters.stages.len()];
    let mut scans = Vec::new();
    for stage in counters.stages.iter().filter(|stage| stage.parents.is_empty()) {
        scans.extend(task_refs(stage, cost, slow_down)?);
        owners[stage.stage as usize] = vec![0; stage.tasks.len()];
    }
    schedule.run_shared(&scans, &mut |task, executor| {
        owners[task.stage as usize][task.partition as usize] = executor;
    });
    let mut exchange_micros = 0.0;
    for stage in counters.stages.iter().filter(|stage| !stage.parents.is_empty()) {
        let owner_of = match cost.profile.owners {
            Owners::FewestBytes => assign(&Counters::partition_bytes(stage), workers),
        };
        let flows = Exchange::of(stage, counters, &owners, &owner_of, workers);
        exchange_micros += match cost.profile.boundary {
            Boundary::Barrier => schedule.exchange(stage.stage, &flows, owner_of.len() as u64),
        };
        schedule.run_owned(&task_refs(stage, cost, slow_down)?, &owner_of);
        owners[stage.stage as usize] = owner_of;
    }
    let (wall, executors) = schedule.finish();
    let exchange = ModelMicros(exchange_micros);
    Ok(Timeline { workers, wall: ModelMicros(wall), exchange, executors, spans: Vec::new() })
}
