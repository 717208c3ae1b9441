//! Observations put measured times beside the counters that should explain them.
//!
//! This is the one place where the model reads the measured clock. What leaves it are microseconds of an
//! equation's right-hand side. All runs of one scenario are one group, and a group gives one figure: the median where
//! there is work, the mean of the lower half where microseconds are at stake. There a neighbour that takes the core for
//! a millisecond only ever adds, and a coarse clock rounds either way.

use super::ModelError;
use super::calibrate::CalibrationRun;
use super::counters::{Counters, StageCounters};
use crate::cluster::WallMicros;
use crate::metrics::{ExchangeReport, JobReport, PhaseMicros, StageReport};
use crate::scenario::Scenario;

/// All runs of one scenario.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) counters: Counters,
    pub(super) reports: Vec<&'a JobReport>,
}

/// An exchange, as its group saw it; features are those of the busiest executor.
#[derive(Debug, Clone, Copy)]
pub(super) struct ObservedExchange {
    /// Blocks sorted by owner, and received.
    pub(super) blocks: f64,
    /// Bytes sent and received.
    pub(super) bytes: f64,
    /// Messages sent and received.
    pub(super) messages: f64,
    /// The slowest executor's transfer.
    pub(super) transfer_micros: f64,
    /// What the driver saw beyond it.
    pub(super) driver_micros: f64,
}

/// Groups runs by scenario, in the order in which scenarios first come.
pub(super) fn groups(runs: &[CalibrationRun]) -> Result<Vec<Group<'_>>, ModelError> {
    let mut groups: Vec<Group> = Vec::new();
    for run in runs {
        match groups.iter_mut().find(|group| group.scenario == &run.scenario) {
            Some(group) => group.reports.push(&run.report),
            None => {
                let counters = Counters::from_report(&run.report, &run.scenario)?;
                groups.push(Group { scenario: &run.scenario, counters, reports: vec![&run.report] });
            }
        }
    }
    Ok(groups)
}

/// The one explicit way from the measured clock into an equation.
pub(super) fn measured(micros: WallMicros) -> f64 {
    micros.0 as f64
}

impl Group<'_> {
    /// The median over the runs of something measured.
    pub(super) fn median(&self, of: impl Fn(&JobReport) -> f64) -> f64 {
        median(self.reports.iter().map(|report| of(report)).collect())
    }

    /// The mean of the lower half (the middle one included) of something short.
    fn low_mean(&self, of: impl Fn(&JobReport) -> f64) -> f64 {
        let mut values: Vec<f64> = self.reports.iter().map(|report| of(report)).collect();
        values.sort_by(f64::total_cmp);
        values.truncate(values.len().div_ceil(2));
        values.iter().sum::<f64>() / values.len() as f64
    }

    /// The median wall.
    pub(super) fn wall(&self) -> f64 {
        self.median(|report| measured(WallMicros(report.wall_micros)))
    }

    /// A phase of a stage, over all executors.
    pub(super) fn stage_phase(&self, stage: &StageCounters, phase: fn(&PhaseMicros) -> WallMicros) -> f64 {
        let at = stage.stage as usize;
        self.median(|report| {
            report.stages[at].executors.phases.iter().map(|phases| measured(phase(phases))).sum()
        })
    }

    /// Compute, write and read of all stages and executors.
    pub(super) fn task_micros(&self) -> f64 {
        self.median(|report| {
            let all = report.executors.phases.iter();
            all.map(|phases| measured(phases.compute) + measured(phases.write) + measured(phases.read)).sum()
        })
    }

    /// Each task's time in a stage: its shape over the partitions. A coarse clock rounds each of them, so here the
    /// mean over the runs, which rounding does not bias.
    pub(super) fn partition_micros(&self, stage: &StageCounters) -> Vec<f64> {
        let mut sums = vec![0.0; stage.tasks.len()];
        for report in &self.reports {
            let busy = &report.stages[stage.stage as usize].partitions.busy_micros;
            sums.iter_mut().zip(busy).for_each(|(sum, &micros)| *sum += measured(WallMicros(micros)));
        }
        sums.iter().map(|sum| sum / self.reports.len() as f64).collect()
    }

    /// Time on one executor that is in no phase and in no exchange: task launches.
    pub(super) fn launch_micros(&self) -> f64 {
        self.low_mean(|report| {
            let busy: f64 =
                report.executors.busy_micros.iter().map(|&micros| measured(WallMicros(micros))).sum();
            let exchanges: f64 = report
                .stages
                .iter()
                .filter_map(|stage| Some(beyond_transfer(stage, stage.exchange.as_ref()?)))
                .sum();
            (measured(WallMicros(report.wall_micros)) - busy - exchanges).max(0.0)
        })
    }

    /// Its exchanges, in order.
    pub(super) fn exchanges(&self) -> Vec<ObservedExchange> {
        let reads = |stage: &&StageCounters| !stage.parents.is_empty();
        self.counters.stages.iter().filter(reads).filter_map(|stage| self.exchange(stage)).collect()
    }

    fn exchange(&self, stage: &StageCounters) -> Option<ObservedExchange> {
        let at = stage.stage as usize;
        let of = |report: &JobReport, value: fn(&StageReport, &ExchangeReport) -> f64| {
            let stage = &report.stages[at];
            stage.exchange.as_ref().map_or(0.0, |exchange| value(stage, exchange))
        };
        self.reports[0].stages[at].exchange.as_ref()?;
        let workers = f64::from(self.scenario.workers);
        Some(ObservedExchange {
            blocks: self.low_mean(|report| busiest_blocks(report, stage)),
            bytes: self.low_mean(|report| of(report, |_, exchange| busiest_bytes(exchange))),
            messages: 2.0 * (workers - 1.0),
            transfer_micros: self.low_mean(|report| of(report, |stage, _| slowest_transfer(stage))),
            driver_micros: self.low_mean(|report| of(report, beyond_transfer)),
        })
    }
}

fn slowest_transfer(stage: &StageReport) -> f64 {
    stage.executors.phases.iter().map(|phases| measured(phases.transfer)).fold(0.0, f64::max)
}

fn beyond_transfer(stage: &StageReport, exchange: &ExchangeReport) -> f64 {
    (measured(WallMicros(exchange.micros)) - slowest_transfer(stage)).max(0.0)
}

/// Bytes that the busiest executor sent and received.
fn busiest_bytes(exchange: &ExchangeReport) -> f64 {
    let links = &exchange.link_bytes;
    let crossing = |at: usize| {
        let sent: u64 = links[at].iter().sum::<u64>() - links[at][at];
        let received: u64 = links.iter().map(|row| row[at]).sum::<u64>() - links[at][at];
        (sent + received) as f64
    };
    (0..links.len()).map(crossing).fold(0.0, f64::max)
}

/// Blocks that the busiest executor sorted and received.
fn busiest_blocks(report: &JobReport, stage: &StageCounters) -> f64 {
    let owners = &report.stages[stage.stage as usize].partitions.executor;
    let writers =
        stage.parents.iter().flat_map(|&parent| &report.stages[parent as usize].partitions.executor);
    let writers: Vec<u32> = writers.copied().collect();
    let blocks = |executor: u32| {
        let wrote = writers.iter().filter(|writer| **writer == executor).count();
        let owns = owners.iter().filter(|owner| **owner == executor).count();
        (wrote * owners.len() + owns * (writers.len() - wrote)) as f64
    };
    let executor_count = report.executors.phases.len() as u32;
    (0..executor_count).map(blocks).fold(0.0, f64::max)
}

/// The median; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    (values[last / 2] + values[values.len() / 2]) / 2.0
}
