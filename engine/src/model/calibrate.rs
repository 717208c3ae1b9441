//! Calibration: constants from this machine's own runs.
//!
//! Each kind of cost is fitted alone, from the runs that show it best, so that a large one cannot hide a small one:
//!
//! | constants | runs | what is explained |
//! |---|---|---|
//! | rows, bytes and blocks of tasks | one worker | a stage's write and read; each partition's compute |
//! | launch, block opened | one worker | the wall's rest beside phases and exchanges |
//! | exchange, blocks, bytes, peers | 1 to `cores` workers | the slowest executor's transfer |
//! | wake, driver | 1 to `cores` workers | an exchange's rest beside that |
//! | contention | 2 to `cores` workers | tasks' time over what one worker would have taken |
//!
//! Runs with more workers than cores are left out: their clocks tick while another worker has the core. Every
//! equation is divided by its measurement, so that a percent of a small run counts like a percent of a large
//! one, down to the resolution of a browser's clock.

use super::cost::{Constant, CostModel, Source, StageCost};
use super::counters::TaskCounters;
use super::nnls::{Share, solve};
use super::observe::{Group, groups};
use super::{ModelError, ModelMicros};
use crate::metrics::JobReport;
use crate::scenario::Scenario;

/// A browser's clock ticks at 100 us where a page is not cross-origin isolated
/// (<https://www.w3.org/TR/hr-time-3/#clock-resolution>): what is shorter is not known to a percent.
const TICK_MICROS: f64 = 100.0;
/// A run counts as work rather than as an empty shuffle from this much time in tasks.
const WORK_MICROS: f64 = 2_000.0;

/// A measured run.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationRun {
    /// What was run.
    pub scenario: Scenario,
    /// What was measured.
    pub report: JobReport,
}

/// What came of a calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The constants.
    pub cost: CostModel,
    /// Runs that were used.
    pub runs_used: usize,
    /// What had to be assumed.
    pub warnings: Vec<CalibrationWarning>,
}

/// Something that the runs did not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationWarning {
    /// No shuffled run with 2 to `cores` workers.
    #[error("no run with 2 to {cores} workers: what peers and bytes between them cost is assumed")]
    NoPeers {
        /// Cores of the machine.
        cores: u32,
    },
    /// All runs on one worker have the same counters.
    #[error("one size only: what a row, a block and a launch cost cannot be told apart")]
    OneSize,
    /// Runs that were left out.
    #[error("{runs} runs have more workers than the {cores} cores and were left out")]
    PastTheCores {
        /// How many.
        runs: usize,
        /// Cores of the machine.
        cores: u32,
    },
}

/// Why there is no calibration.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// Without it there is no time of a row.
    #[error("no run with one worker among the {runs} given: rows and bytes cannot be priced")]
    NoSingleWorker {
        /// Runs given.
        runs: usize,
    },
    /// A run whose report and scenario do not belong together.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Fits the constants of a machine with `cores` cores.
///
/// # Errors
/// Names what is missing.
pub fn calibrate(runs: &[CalibrationRun], cores: u32) -> Result<Calibration, CalibrationError> {
    let all = groups(runs)?;
    let usable: Vec<&Group> = all.iter().filter(|group| group.scenario.workers <= cores.max(1)).collect();
    let alone: Vec<&Group> = usable.iter().copied().filter(|group| group.scenario.workers == 1).collect();
    if alone.is_empty() {
        return Err(CalibrationError::NoSingleWorker { runs: runs.len() });
    }
    let mut cost = CostModel::free(cores.max(1));
    fit_tasks(&mut cost, &alone);
    fit_launch(&mut cost, &alone);
    fit_exchange(&mut cost, &usable);
    fit_contention(&mut cost, &usable)?;
    let runs_used = usable.iter().map(|group| group.reports.len()).sum();
    let warnings = warnings(&all, &usable, &alone, cores);
    Ok(Calibration { cost, runs_used, warnings })
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

/// Equations with one right-hand side each, in microseconds; coefficients are in thousands of items, so that the
/// solution is in nanoseconds an item.
struct Equations {
    columns: usize,
    rows: Vec<(Vec<f64>, f64)>,
}

impl Equations {
    fn new(columns: usize) -> Self {
        Equations { columns, rows: Vec::new() }
    }

    fn add(&mut self, coefficients: Vec<f64>, micros: f64) {
        let weight = 1.0 / (micros + TICK_MICROS);
        self.rows.push((coefficients.into_iter().map(|value| value * weight).collect(), micros * weight));
    }

    /// The constants, by column; `assumed` gives a column's value when no equation has it.
    fn solve(&self, assumed: impl Fn(usize) -> Constant) -> Vec<Constant> {
        let solution = solve(self.columns, &self.rows);
        let observations =
            |column: usize| self.rows.iter().filter(|(row, _)| row[column] != 0.0).count() as u32;
        solution
            .values
            .iter()
            .zip(&solution.shares)
            .enumerate()
            .map(|(column, (&value, share))| match share {
                Share::Unseen => assumed(column),
                Share::Inseparable if value == 0.0 => Constant { value, source: Source::Inseparable },
                Share::Inseparable | Share::Fitted => {
                    Constant { value, source: Source::Fitted { observations: observations(column) } }
                }
            })
            .collect()
    }
}

fn thousands(count: u64) -> f64 {
    count as f64 / 1e3
}

fn nothing_written(_: usize) -> Constant {
    Constant::assumed(0.0, "no run had any")
}

/// Writes and reads first; what is left of each partition's time is compute.
fn fit_tasks(cost: &mut CostModel, alone: &[&Group]) {
    let mut signatures: Vec<&str> = Vec::new();
    for stage in alone.iter().flat_map(|group| &group.counters.stages) {
        if !signatures.contains(&stage.signature.as_str()) {
            signatures.push(&stage.signature);
        }
    }
    let kinds = signatures.len();
    let (mut writes, mut reads) = (Equations::new(2 + kinds), Equations::new(2));
    for group in alone {
        for stage in &group.counters.stages {
            let sum = |of: fn(&TaskCounters) -> u64| thousands(stage.tasks.iter().map(of).sum());
            let kind = signatures.iter().position(|signature| *signature == stage.signature);
            let mut row = vec![sum(|task| task.written.bytes), sum(|task| task.written.blocks)];
            row.extend(
                (0..kinds).map(|at| if Some(at) == kind { sum(|task| task.written.rows) } else { 0.0 }),
            );
            if row[1] > 0.0 {
                writes.add(row, group.stage_phase(stage, |phases| phases.write));
            }
            let row = vec![sum(|task| task.read.bytes), sum(|task| task.read.blocks)];
            if row[1] > 0.0 {
                reads.add(row, group.stage_phase(stage, |phases| phases.read));
            }
        }
    }
    let mut writes = writes.solve(nothing_written).into_iter();
    let mut reads = reads.solve(nothing_written).into_iter();
    take(&mut writes, &mut cost.byte_written);
    take(&mut writes, &mut cost.block_written);
    take(&mut reads, &mut cost.byte_read);
    take(&mut reads, &mut cost.block_read);
    cost.stages = signatures.iter().map(|signature| StageCost::free(signature, "no run had any")).collect();
    for stage in &mut cost.stages {
        take(&mut writes, &mut stage.row_written);
    }
    for at in 0..kinds {
        let fitted = fit_compute(cost, &cost.stages[at], alone);
        let stage = &mut cost.stages[at];
        let mut fitted = fitted.into_iter();
        take(&mut fitted, &mut stage.row_in);
        take(&mut fitted, &mut stage.row_result);
        take(&mut fitted, &mut stage.row_shuffled);
    }
}

fn take(from: &mut impl Iterator<Item = Constant>, to: &mut Constant) {
    if let Some(constant) = from.next() {
        *to = constant;
    }
}

/// Compute of one kind of stage, an equation a partition. The partitions' times give the shape, the median of the
/// stage's compute gives the level.
fn fit_compute(cost: &CostModel, kind: &StageCost, alone: &[&Group]) -> Vec<Constant> {
    let mut equations = Equations::new(3);
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
                let row = vec![thousands(task.rows_in), thousands(task.rows_result), thousands(shuffled)];
                equations.add(row, level * share);
            }
        }
    }
    equations.solve(nothing_written)
}

fn fit_launch(cost: &mut CostModel, alone: &[&Group]) {
    let mut equations = Equations::new(2);
    for group in alone {
        let tasks = group.counters.stages.iter().flat_map(|stage| &stage.tasks);
        let opened: u64 = tasks.clone().map(|task| task.read.blocks).sum();
        equations.add(vec![tasks.count() as f64, thousands(opened)], group.launch_micros());
    }
    let mut fitted = equations.solve(nothing_written).into_iter();
    take(&mut fitted, &mut cost.launch);
    take(&mut fitted, &mut cost.block_opened);
}

fn fit_exchange(cost: &mut CostModel, usable: &[&Group]) {
    let (mut transfers, mut drivers) = (Equations::new(4), Equations::new(3));
    for group in usable {
        let workers = f64::from(group.scenario.workers);
        let numbers = workers * (f64::from(group.scenario.reduce_partitions) + workers);
        for exchange in group.exchanges() {
            let row = vec![1.0, exchange.blocks / 1e3, exchange.bytes / 1e3, exchange.messages];
            transfers.add(row, exchange.transfer_micros);
            drivers.add(vec![1.0, 2.0 * workers, numbers / 1e3], exchange.driver_micros);
        }
    }
    let mut fitted = transfers
        .solve(|column| match column {
            2 => Constant::assumed(
                0.3,
                "Chromium 156 on two cores copied 2.2 GB/s out of a worker's memory and 7 GB/s into one",
            ),
            3 => Constant::assumed(6.8, "an empty exchange took Chromium 156 on two cores 6.8 us x W(W-1)"),
            _ => Constant::assumed(0.0, "no run exchanged anything"),
        })
        .into_iter();
    take(&mut fitted, &mut cost.exchange);
    take(&mut fitted, &mut cost.block_exchanged);
    take(&mut fitted, &mut cost.byte_moved);
    take(&mut fitted, &mut cost.peer_message);
    let mut fitted = drivers.solve(|_| Constant::assumed(0.0, "no run exchanged anything")).into_iter();
    take(&mut fitted, &mut cost.wake);
    take(&mut fitted, &mut cost.driver_message);
    take(&mut fitted, &mut cost.driver_number);
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
    cost.contention = if observations == 0 {
        Constant::assumed(0.0, "no run with work on 2 or more cores")
    } else {
        Constant { value: (upper / lower).max(0.0), source: Source::Fitted { observations } }
    };
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
