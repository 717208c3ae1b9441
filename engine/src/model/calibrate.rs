//! Calibration fits the terms of a [`CostModel`] to this machine's own runs.
//!
//! Each kind of cost is fitted alone, from the runs that show it best, so that a large one cannot hide a small one:
//!
//! | terms | runs | what is explained |
//! |---|---|---|
//! | rows, bytes and blocks of tasks | one worker | a stage's write and read; each partition's compute |
//! | launch, block opened | one worker | the wall's rest beside phases and exchanges |
//! | exchange, blocks, bytes, peers | 1 to `cores` workers | the slowest executor's transfer |
//! | wake, driver | 1 to `cores` workers | an exchange's rest beside that |
//! | contention | 2 to `cores` workers | tasks' time over what one worker would have taken |
//!
//! Runs with more workers than cores are left out: their clocks tick while another worker has the core. A term that no run
//! shows keeps the value that the [profile](super::Profile) assumes.

use super::cost::{CostModel, StageCost};
use super::counters::TaskCounters;
use super::equations::{Column, Equations};
use super::observe::{Group, groups};
use super::profile::THIS_MACHINE;
use super::terms::{RowCost, SharedCost, Source};
use super::{ModelError, ModelMicros};
use crate::metrics::JobReport;
use crate::scenario::Scenario;

/// A run counts as work rather than as an empty shuffle from this much time in tasks.
const WORK_MICROS: f64 = 2_000.0;

/// A measured run.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationRun {
    /// The scenario that ran.
    pub scenario: Scenario,
    /// What was measured; it must be of this scenario.
    pub report: JobReport,
}

/// What came of a calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The fitted model.
    pub cost: CostModel,
    /// What the runs did not show.
    pub warnings: Vec<CalibrationWarning>,
}

/// Something that the runs did not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationWarning {
    /// No run with an exchange had 2 to `cores` workers.
    #[error("no run with 2 to {cores} workers: what peers and bytes between them cost is assumed")]
    NoPeers {
        /// Cores of the machine.
        cores: u32,
    },
    /// All runs on one worker have the same counters.
    #[error("one size only: what a row, a block and a launch cost cannot be told apart")]
    OneSize,
    /// Some runs had more workers than the machine has cores, and were left out.
    #[error("{runs} runs have more workers than the {cores} cores and were left out")]
    PastTheCores {
        /// How many runs.
        runs: usize,
        /// Cores of the machine.
        cores: u32,
    },
}

/// Why there is no calibration.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// No run had one worker, and only such a run shows what a row takes.
    #[error("no run with one worker among the {runs} given: rows and bytes cannot be priced")]
    NoSingleWorker {
        /// How many runs there were.
        runs: usize,
    },
    /// A run cannot be read: its report and its scenario do not belong together, or the model does not describe it.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Fits the terms of a machine with `cores` cores to runs of this engine.
///
/// # Errors
/// [`CalibrationError::NoSingleWorker`] without a run on one worker, or what is wrong with a run.
pub fn calibrate(runs: &[CalibrationRun], cores: u32) -> Result<Calibration, CalibrationError> {
    let all = groups(runs)?;
    let usable: Vec<&Group> = all.iter().filter(|group| group.scenario.workers <= cores.max(1)).collect();
    let alone: Vec<&Group> = usable.iter().copied().filter(|group| group.scenario.workers == 1).collect();
    if alone.is_empty() {
        return Err(CalibrationError::NoSingleWorker { runs: runs.len() });
    }
    let mut cost = CostModel::new(cores.max(1), THIS_MACHINE);
    fit_tasks(&mut cost, &alone);
    fit_launch(&mut cost, &alone);
    fit_exchange(&mut cost, &usable);
    fit_contention(&mut cost, &usable)?;
    let warnings = warnings(&all, &usable, &alone, cores);
    Ok(Calibration { cost, warnings })
}

fn warnings(all: &[Group], usable: &[&Group], alone: &[&Group], cores: u32) -> Vec<CalibrationWarning> {
    let mut warnings = Vec::new();
    let shuffles = |group: &&&Group| !group.exchanges().is_empty();
    if alone.iter().any(|group| shuffles(&group))
        && !usable.iter().filter(shuffles).any(|group| group.scenario.workers > 1)
    {
        warnings.push(CalibrationWarning::NoPeers { cores });
    }
    if alone.iter().all(|group| group.counters == alone[0].counters) {
        warnings.push(CalibrationWarning::OneSize);
    }
    let left_out = all.iter().filter(|group| group.scenario.workers > cores.max(1));
    let runs = left_out.map(|group| group.reports.len()).sum();
    if runs > 0 {
        warnings.push(CalibrationWarning::PastTheCores { runs, cores });
    }
    warnings
}

/// Writes and reads come first; what is left of each partition's time is compute.
fn fit_tasks(cost: &mut CostModel, alone: &[&Group]) {
    for stage in alone.iter().flat_map(|group| &group.counters.stages) {
        if cost.stage(&stage.signature).is_none() {
            cost.stages.push(StageCost::new(&stage.signature));
        }
    }
    let kinds = cost.stages.len();
    let shared = |costs: [SharedCost; 2]| costs.map(Column::Shared).to_vec();
    let mut columns = shared([SharedCost::ByteWritten, SharedCost::BlockWritten]);
    columns.extend((0..kinds).map(|kind| Column::Row(kind, RowCost::Written)));
    let mut writes = Equations::new(columns, cost);
    let mut reads = Equations::new(shared([SharedCost::ByteRead, SharedCost::BlockRead]), cost);
    for group in alone {
        for stage in &group.counters.stages {
            let sum = |of: fn(&TaskCounters) -> u64| stage.tasks.iter().map(of).sum::<u64>() as f64;
            let mut counts = vec![sum(|task| task.written.bytes), sum(|task| task.written.blocks)];
            let rows = sum(|task| task.written.rows);
            let is_own = |kind: &StageCost| kind.signature == stage.signature;
            counts.extend(cost.stages.iter().map(|kind| if is_own(kind) { rows } else { 0.0 }));
            if counts[1] > 0.0 {
                writes.add(&counts, group.stage_phase(stage, |phases| phases.write));
            }
            let counts = [sum(|task| task.read.bytes), sum(|task| task.read.blocks)];
            if counts[1] > 0.0 {
                reads.add(&counts, group.stage_phase(stage, |phases| phases.read));
            }
        }
    }
    writes.fit(cost);
    reads.fit(cost);
    for kind in 0..kinds {
        compute_equations(cost, kind, alone).fit(cost);
    }
}

/// Compute of one kind of stage, an equation for each partition. The partitions' times give the shape, the median of the
/// stage's compute gives the level.
fn compute_equations(cost: &CostModel, kind: usize, alone: &[&Group]) -> Equations {
    let columns = [RowCost::In, RowCost::Result, RowCost::Shuffled].map(|row| Column::Row(kind, row));
    let mut equations = Equations::new(columns.to_vec(), cost);
    let kind = &cost.stages[kind];
    for group in alone {
        for stage in group.counters.stages.iter().filter(|stage| stage.signature == kind.signature) {
            let level = group.stage_phase(stage, |phases| phases.compute);
            let shape: Vec<f64> = group
                .partition_micros(stage)
                .iter()
                .zip(&stage.tasks)
                .map(|(micros, task)| {
                    let known = cost.task(kind, task);
                    (micros - known.read - known.write).max(0.0)
                })
                .collect();
            let sum: f64 = shape.iter().sum();
            for (micros, task) in shape.iter().zip(&stage.tasks) {
                let share = if sum > 0.0 { micros / sum } else { 1.0 / stage.tasks.len() as f64 };
                let shuffled = task.rows_out - task.rows_result;
                let counts = [task.rows_in, task.rows_result, shuffled].map(|rows| rows as f64);
                equations.add(&counts, level * share);
            }
        }
    }
    equations
}

fn fit_launch(cost: &mut CostModel, alone: &[&Group]) {
    let columns = [SharedCost::Launch, SharedCost::BlockOpened].map(Column::Shared);
    let mut equations = Equations::new(columns.to_vec(), cost);
    for group in alone {
        let tasks = group.counters.stages.iter().flat_map(|stage| &stage.tasks);
        let opened: u64 = tasks.clone().map(|task| task.read.blocks).sum();
        equations.add(&[tasks.count() as f64, opened as f64], group.launch_micros());
    }
    equations.fit(cost);
}

fn fit_exchange(cost: &mut CostModel, usable: &[&Group]) {
    let columns =
        [SharedCost::Exchange, SharedCost::BlockExchanged, SharedCost::ByteMoved, SharedCost::PeerMessage];
    let mut transfers = Equations::new(columns.map(Column::Shared).to_vec(), cost);
    let columns = [SharedCost::Wake, SharedCost::DriverMessage, SharedCost::DriverNumber];
    let mut drivers = Equations::new(columns.map(Column::Shared).to_vec(), cost);
    for group in usable {
        let workers = f64::from(group.scenario.workers);
        let numbers = workers * (f64::from(group.scenario.reduce_partitions) + workers);
        for exchange in group.exchanges() {
            let counts = [1.0, exchange.blocks, exchange.bytes, exchange.messages];
            transfers.add(&counts, exchange.transfer_micros);
            drivers.add(&[1.0, 2.0 * workers, numbers], exchange.driver_micros);
        }
    }
    transfers.fit(cost);
    drivers.fit(cost);
}

/// Least squares through the origin: slow-down - 1 against the number of other cores at work.
fn fit_contention(cost: &mut CostModel, usable: &[&Group]) -> Result<(), ModelError> {
    let (mut upper, mut lower, mut observations) = (0.0, 0.0, 0);
    for group in usable.iter().filter(|group| group.scenario.workers > 1) {
        let alone = ModelMicros(task_micros(cost, group)?);
        let measured = group.task_micros();
        if alone.0 < WORK_MICROS || measured < WORK_MICROS {
            continue;
        }
        let others = f64::from(group.scenario.workers - 1);
        upper += others * (measured / alone.0 - 1.0);
        lower += others * others;
        observations += 1;
    }
    if observations > 0 {
        let slope = f64::max(upper / lower, 0.0);
        cost.set(SharedCost::Contention, slope, Source::Fitted { observations });
    }
    Ok(())
}

/// What a group's tasks would take with nobody beside them, in microseconds.
fn task_micros(cost: &CostModel, group: &Group) -> Result<f64, ModelError> {
    let mut micros = 0.0;
    for stage in &group.counters.stages {
        let rows = cost
            .stage(&stage.signature)
            .ok_or_else(|| ModelError::Uncalibrated { stage: stage.name.clone() })?;
        micros += stage
            .tasks
            .iter()
            .map(|task| cost.task(rows, task))
            .map(|task| task.read + task.compute + task.write)
            .sum::<f64>();
    }
    Ok(micros)
}
