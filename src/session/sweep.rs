//! What is measured around a run: the walls over workers, the exchanges, and the short runs that the model is fitted to.

use leptos::prelude::WithUntracked;
use shuffle_engine::Scenario;
use shuffle_engine::cluster::Job;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::metrics::skew::ascending;
use shuffle_engine::model::{CalibrationRun, calibration_scenarios};
use shuffle_engine::scenario::{Skew, Tactics};

use crate::browser::clock::BrowserClock;
use shuffle_view::resolution::runs_for;

use super::notes;
use super::work::{SWEEP_RUNS, Stop, Work};
use shuffle_view::demand::{MAX_SWEEP_CORES, exchange_points, sweep_points};
use shuffle_view::model_view;
use shuffle_view::state::{Activity, ExchangePoint, Notice, RunEvent, SweepPoint};

/// The page says how far the calibration is after this many of its short runs.
const PROBES_A_WORD: usize = 6;
/// Runs of each exchange point, after one that warms up.
const EXCHANGE_RUNS: usize = 7;

impl Work {
    pub(super) async fn sweep(&self, job: &Job) -> Result<(), Stop> {
        let points = sweep_points(self.session.state.with_untracked(|state| state.cores));
        let known = self
            .session
            .state
            .with_untracked(|state| state.sweep.iter().map(|point| point.workers).collect::<Vec<_>>());
        for (done, &workers) in points.iter().enumerate().filter(|(_, workers)| !known.contains(workers)) {
            self.announce(Activity::Sweeping { done: done as u32, total: points.len() as u32 }).await?;
            let reports = self.repeat(&job.clone().on(workers)?, SWEEP_RUNS).await?;
            let walls_micros = reports.iter().map(|report| report.wall_micros).collect();
            let median = reports[reports.len() / 2].clone();
            self.show(RunEvent::Swept(Box::new(SweepPoint { workers, walls_micros, median })))?;
        }
        Ok(())
    }

    pub(super) async fn measure_exchanges(&self, scenario: &Scenario) -> Result<(), Stop> {
        let points = exchange_points(scenario.workers);
        for (done, &workers) in points.iter().enumerate() {
            let is_known = self
                .session
                .state
                .with_untracked(|state| state.exchanges.iter().any(|point| point.workers == workers));
            if is_known {
                continue;
            }
            self.announce(Activity::Sweeping { done: done as u32, total: points.len() as u32 }).await?;
            let reports = self.repeat(&empty_exchange(workers).job()?, EXCHANGE_RUNS).await?;
            let micros = ascending(reports.iter().filter_map(exchange_micros).collect());
            self.show(RunEvent::Exchanged(ExchangePoint { workers, micros }))?;
        }
        Ok(())
    }

    /// Short runs of this scenario's stages; `None` when the model is fitted already, or when they would say nothing.
    pub(super) async fn run_probes(&self, scenario: &Scenario) -> Result<Option<Vec<CalibrationRun>>, Stop> {
        if self.session.state.with_untracked(|state| state.model.is_some()) {
            return Ok(None);
        }
        let scenarios = calibration_scenarios(scenario, self.sweep_cores());
        let mut probes = Vec::with_capacity(scenarios.len());
        for (done, probe) in scenarios.iter().enumerate() {
            if done.is_multiple_of(PROBES_A_WORD) {
                let total = scenarios.len() as u32;
                self.announce(Activity::Calibrating { done: done as u32, total }).await?;
            }
            let (report, notes) = self.measured(&probe.job()?).await?;
            if !notes.is_empty() {
                // A run in a hidden tab, or with fewer workers, is not what it says.
                return Ok(None);
            }
            probes.push(model_view::run(probe.clone(), report));
        }
        Ok(Some(probes))
    }

    /// Fits the model to the probes and tries it on the sweep.
    pub(super) fn fit(&self, scenario: &Scenario, probes: &[CalibrationRun]) -> Result<(), Stop> {
        let (measured, unseen) = self
            .session
            .state
            .with_untracked(|state| (state.run.clone(), model_view::unseen_runs(scenario, &state.sweep)));
        match measured.map(|measured| {
            model_view::fit(&measured, probes, &unseen, self.sweep_cores(), BrowserClock::tick_micros())
        }) {
            Some(Ok(model)) => self.show(RunEvent::Modelled(Box::new(model))),
            Some(Err(error)) => self.show(RunEvent::Noticed(Notice { field: None, text: error.to_string() })),
            None => Ok(()),
        }
    }

    /// Cores up to which real runs are made.
    fn sweep_cores(&self) -> u32 {
        self.session.state.with_untracked(|state| state.cores.min(MAX_SWEEP_CORES))
    }

    /// The reports of several runs after one that warms up, by wall.
    async fn repeat(&self, job: &Job, runs: usize) -> Result<Vec<JobReport>, Stop> {
        let mut reports = Vec::with_capacity(runs);
        self.session.pool().run(job.clone(), self.quiet()).await?;
        for _ in 0..runs {
            let (report, _) = self.measured(job).await?;
            insert_by_wall(&mut reports, report);
        }
        Ok(reports)
    }

    /// One measurement, and what a reader of it has to know: a run or, where the clock cannot time one, the mean of several.
    pub(super) async fn measured(&self, job: &Job) -> Result<(JobReport, Vec<String>), Stop> {
        let tick_micros = BrowserClock::tick_micros();
        let mut reports: Vec<JobReport> = Vec::new();
        let mut runs = 1;
        while (reports.len() as u64) < runs {
            let finished = self.session.pool().run(job.clone(), self.quiet()).await?;
            self.check()?;
            let report = JobReport::new(&finished.outcome);
            if !finished.notes.is_empty() {
                return Ok((report, notes::sentences(&finished.notes)));
            }
            if reports.is_empty() {
                runs = runs_for(report.wall_micros, tick_micros);
            }
            reports.push(report);
        }
        let mean = JobReport::mean(&reports).unwrap_or_else(|| reports.swap_remove(0));
        Ok((mean, Vec::new()))
    }
}

/// Puts the report of a repeated run in its place by wall: the middle one is the median. There are few.
pub(super) fn insert_by_wall(reports: &mut Vec<JobReport>, report: JobReport) {
    let at = reports.partition_point(|known| known.wall_micros <= report.wall_micros);
    reports.insert(at, report);
}

/// A shuffle with hardly a row in it: a block for each pair of workers, so that what is measured is the messages.
fn empty_exchange(workers: u32) -> Scenario {
    Scenario {
        rows: 1,
        keys: 1,
        skew: Skew::Uniform {},
        workers,
        map_partitions: workers,
        reduce_partitions: workers,
        tactics: Tactics::default(),
        ..Scenario::default()
    }
}

fn exchange_micros(report: &JobReport) -> Option<u64> {
    report.stages.iter().find_map(|stage| stage.exchange.as_ref()).map(|exchange| exchange.micros)
}
