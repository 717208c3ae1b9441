//! The timeline: what W executors would do, task by task, on the second clock.
//!
//! ```text
//!  driver     ┤launch├ ... ┤done, launch├ ...     ┤exchange├ ... ┤launch├
//!  executor 0 ──[read|compute|write][...]── wait ──[transfer]──[read|compute]──
//!  executor 1 ──[..............straggler........]──[transfer]──[...]── wait ───
//! ```
//!
//! Everything that the real driver does is done here in its order: tasks go out in partition order to whoever
//! has a hand free, an exchange waits for the last parent task, reduce partitions are dealt by
//! [`assign`](crate::cluster::exchange::assign) and run where they are owned. Each executor has a core of its own.
//! Busy and waiting add up to the wall for each executor; a task's launch counts as waiting, since the
//! measured clock has no phase for it either.

use serde::{Deserialize, Serialize};

use super::cost::CostModel;
use super::counters::{Counters, StageCounters};
use super::schedule::{Exchange, Schedule, TaskRef};
use super::{ModelError, ModelMicros};
use crate::cluster::exchange::assign;
use crate::metrics::Phase;
use crate::scenario::limits::MAX_MODEL_WORKERS;

/// One executor's time, by phase. The five add up to the wall.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelPhases {
    /// Scanning and operators.
    pub compute: ModelMicros,
    /// Placing rows and writing blocks.
    pub write: ModelMicros,
    /// From the driver's word to exchange until the last block has arrived.
    pub transfer: ModelMicros,
    /// Turning blocks into batches.
    pub read: ModelMicros,
    /// The rest: launches, barriers, stragglers elsewhere, nothing to do.
    pub waiting: ModelMicros,
}

/// An executor busy with one thing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Who.
    pub executor: u32,
    /// The stage; for a transfer, the stage that will read.
    pub stage: u32,
    /// The partition; `None` for a transfer.
    pub partition: Option<u32>,
    /// What.
    pub phase: Phase,
    /// From when, after the start of the run.
    pub start: ModelMicros,
    /// Until when.
    pub end: ModelMicros,
}

/// A predicted run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Executors.
    pub workers: u32,
    /// From the start to the moment when the driver has heard of the last task.
    pub wall: ModelMicros,
    /// From the driver's first word to exchange to the last executor's answer, over all exchanges.
    pub exchange: ModelMicros,
    /// Each executor, by index.
    pub executors: Vec<ModelPhases>,
    /// What each did, in no particular order; empty unless asked for.
    pub spans: Vec<Span>,
}

/// No run can be shorter than any of these.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// All tasks' work over the number of executors.
    pub work_over_workers: ModelMicros,
    /// The longest task.
    pub largest_task: ModelMicros,
    /// The longest chain of one task from each stage to the next.
    pub critical_path: ModelMicros,
}

impl ModelPhases {
    /// All but waiting.
    pub fn busy(&self) -> ModelMicros {
        ModelMicros(self.compute.0 + self.write.0 + self.transfer.0 + self.read.0)
    }
}

impl Timeline {
    /// Predicts a run on `workers` executors, with every span.
    ///
    /// # Errors
    /// [`ModelError::Workers`] out of 1 to [`MAX_MODEL_WORKERS`], or [`ModelError::Uncalibrated`].
    pub fn predict(counters: &Counters, cost: &CostModel, workers: u32) -> Result<Self, ModelError> {
        let mut spans = Vec::new();
        let mut timeline = simulate(counters, cost, workers, Some(&mut spans))?;
        timeline.spans = spans;
        Ok(timeline)
    }

    /// The same without spans: quicker.
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

impl Bounds {
    /// The bounds of a run on `workers` executors: work and waits for the data, no overhead of any kind.
    ///
    /// # Errors
    /// As [`Timeline::predict`].
    pub fn of(counters: &Counters, cost: &CostModel, workers: u32) -> Result<Self, ModelError> {
        check_workers(workers)?;
        let slow_down = cost.slow_down(workers);
        let (mut work, mut largest_task) = (0.0f64, 0.0f64);
        let mut path_to = vec![0.0f64; counters.stages.len()];
        for (at, stage) in counters.stages.iter().enumerate() {
            let before = stage.parents.iter().map(|&parent| path_to[parent as usize]).fold(0.0, f64::max);
            let micros = task_refs(stage, cost, slow_down)?;
            let longest = micros.iter().map(TaskRef::busy).fold(0.0, f64::max);
            work += micros.iter().map(TaskRef::busy).sum::<f64>();
            largest_task = largest_task.max(longest);
            path_to[at] = before + longest;
        }
        Ok(Bounds {
            work_over_workers: ModelMicros(work / f64::from(workers)),
            largest_task: ModelMicros(largest_task),
            critical_path: ModelMicros(path_to.into_iter().fold(0.0, f64::max)),
        })
    }
}

fn check_workers(workers: u32) -> Result<(), ModelError> {
    if (1..=MAX_MODEL_WORKERS).contains(&workers) { Ok(()) } else { Err(ModelError::Workers { workers }) }
}

fn task_refs(stage: &StageCounters, cost: &CostModel, slow_down: f64) -> Result<Vec<TaskRef>, ModelError> {
    let rows =
        cost.stage(&stage.signature).ok_or_else(|| ModelError::Uncalibrated { stage: stage.name.clone() })?;
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
                driver: cost.driver_message.value + cost.driver_number.nanos(numbers(task.written.blocks)),
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
        let owner_of = assign(&Counters::partition_bytes(stage), workers);
        let flows = Exchange::of(stage, counters, &owners, &owner_of, workers);
        exchange_micros += schedule.exchange(stage.stage, &flows, owner_of.len() as u64);
        schedule.run_owned(&task_refs(stage, cost, slow_down)?, &owner_of);
        owners[stage.stage as usize] = owner_of;
    }
    let (wall, executors) = schedule.finish();
    let exchange = ModelMicros(exchange_micros);
    Ok(Timeline { workers, wall: ModelMicros(wall), exchange, executors, spans: Vec::new() })
}
