//! What is said of a scenario before it has run: what its tasks will count, and what the model makes of that with the constants of
//! an earlier fit. It follows every move of a control at once; a run takes its place when the hand rests.

use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::model::{
    Counters, Expectation, ExpectedHotKey, ModelCurve, ModelMicros, ModelPhases, Timeline,
};
use shuffle_engine::plan::StageGraph;
use shuffle_engine::scenario::limits::{MAX_MODEL_WORKERS, MAX_WORKERS};

use crate::demand::Needs;
use crate::state::{Fit, Measurement, ModelPoint, ModelView, without_workers};

/// Numbers of workers at which the curve has a corner while a hand moves, as far as a run can have workers.
const NEAR: [u32; 19] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56];
/// Those past them: no more than are needed to see where the curve turns.
const PAST: [u32; 4] = [MAX_WORKERS, 96, 128, 256];
/// Those that are computed only when the axis goes so far.
const FAR: [u32; 5] = [384, 512, 1_024, 2_048, MAX_MODEL_WORKERS];

/// Where the counters come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Basis {
    /// A run counted them: they are exact. The number of workers does not matter.
    #[default]
    Counted,
    /// They are what a run is expected to count.
    Expected,
}

/// What is said of a scenario before it has run.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The scenario that it is about.
    pub scenario: Scenario,
    /// Where the counters come from.
    pub basis: Basis,
    /// What each task reads and writes.
    pub counters: Arc<Counters>,
    /// The key with most rows.
    pub hot_key: Option<ExpectedHotKey>,
    /// The times; `None` where no fit of this browser knows the stages.
    pub curve: Option<ModelView>,
    /// Kept for the next one.
    expectation: Option<Arc<Expectation>>,
}

/// What a forecast follows from, beside the scenario.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The stages of the scenario's plan.
    pub graph: &'a StageGraph,
    /// The last run that was measured, whatever scenario it was of.
    pub run: Option<&'a Measurement>,
    /// Fits of this browser, the newest last.
    pub fits: &'a [Arc<Fit>],
    /// What somebody will see of it.
    pub needs: Needs,
}

impl Forecast {
    /// The forecast of a scenario; `None` where the model does not describe it, and where nobody sees it. What the one before has
    /// found out is used again.
    pub fn of(scenario: &Scenario, known: Known<'_>, before: Option<&Forecast>) -> Option<Self> {
        let Known { graph, run, fits, needs } = known;
        if scenario.action.fetches() || !(needs.sweep || needs.loads) {
            return None;
        }
        let same = before.filter(|before| without_workers(&before.scenario) == without_workers(scenario));
        let mut expectation = before.and_then(|before| before.expectation.clone());
        let is_known = same.is_some_and(|same| same.basis == Basis::Counted);
        let counted = run.filter(|_| !is_known).and_then(|run| counted(scenario, run, graph));
        let (basis, counters, hot_key) = match (counted, same) {
            (Some(counters), _) => (Basis::Counted, Arc::new(counters), run.and_then(counted_hot_key)),
            (None, Some(same)) => (same.basis, same.counters.clone(), same.hot_key),
            (None, None) => {
                let expected = Expectation::of(&scenario.data(), graph, expectation.as_deref()).ok()?;
                let expected = expectation.insert(Arc::new(expected));
                (Basis::Expected, expected.counters.clone(), expected.hot_key)
            }
        };
        let fit = needs.sweep.then(|| fit_for(fits, &counters)).flatten();
        let curve = fit.and_then(|fit| curve(&counters, fit, scenario.workers));
        Some(Forecast { scenario: scenario.clone(), basis, counters, hot_key, curve, expectation })
    }

    /// The stage whose rows the load chart shows: the first that reads a shuffle, else the last.
    pub fn observed_stage(&self) -> Option<u32> {
        let stages = &self.counters.stages;
        stages.iter().find(|stage| !stage.parents.is_empty()).or(stages.last()).map(|stage| stage.stage)
    }

    /// Rows of each partition of the observed stage.
    pub fn partition_rows(&self) -> Vec<u64> {
        let stage = self.observed_stage().and_then(|stage| self.counters.stages.get(stage as usize));
        stage.map(|stage| stage.tasks.iter().map(|task| task.rows_in).collect()).unwrap_or_default()
    }

    /// Rows that each worker reads in the observed stage.
    pub fn worker_rows(&self) -> Vec<u64> {
        let mut rows = vec![0; self.scenario.workers as usize];
        let Some(stage) = self.observed_stage() else { return rows };
        let owners = self.counters.owners(stage, self.scenario.workers);
        owners.into_iter().zip(self.partition_rows()).for_each(|(owner, own)| rows[owner as usize] += own);
        rows
    }

    /// Where the time of each worker goes, on the model's clock.
    pub fn worker_phases(&self, fit: &Fit) -> Option<Vec<ModelPhases>> {
        let timeline = Timeline::totals(&self.counters, &fit.cost, self.scenario.workers).ok()?;
        Some(timeline.executors)
    }

    /// Bytes and blocks that all stages write.
    pub fn written(&self) -> (u64, u64) {
        let tasks = || self.counters.stages.iter().flat_map(|stage| &stage.tasks);
        (tasks().map(|task| task.written.bytes).sum(), tasks().map(|task| task.written.blocks).sum())
    }

    /// Points of the curve past those that a hand needs, up to what a cluster may have.
    pub fn far_points(&self) -> Vec<ModelPoint> {
        let Some(curve) = &self.curve else { return Vec::new() };
        points(&self.counters, &curve.fit, &FAR).unwrap_or_default()
    }
}

/// The counters of a run of the same scenario, if there is one.
fn counted(scenario: &Scenario, run: &Measurement, graph: &StageGraph) -> Option<Counters> {
    let is_same = without_workers(&run.scenario) == without_workers(scenario);
    is_same.then(|| Counters::of_stages(&run.report, graph, scenario.reduce_partitions).ok())?
}

fn counted_hot_key(run: &Measurement) -> Option<ExpectedHotKey> {
    let hot = run.report.skew.hot_key?;
    Some(ExpectedHotKey { value: hot.value, rows: hot.rows, share: hot.share, partition: hot.partition })
}

/// The newest fit that knows all of these stages.
fn fit_for<'a>(fits: &'a [Arc<Fit>], counters: &Counters) -> Option<&'a Arc<Fit>> {
    let knows =
        |fit: &&Arc<Fit>| counters.stages.iter().all(|stage| fit.cost.stage(&stage.signature).is_some());
    fits.iter().rev().find(knows)
}

fn curve(counters: &Counters, fit: &Arc<Fit>, selected: u32) -> Option<ModelView> {
    let mut workers = [&NEAR[..], &PAST].concat();
    workers.push(selected);
    let points = points(counters, fit, &workers)?;
    let best_workers = best_of(&points)?;
    Some(ModelView { points, best_workers, fit: fit.clone() })
}

fn points(counters: &Counters, fit: &Fit, workers: &[u32]) -> Option<Vec<ModelPoint>> {
    let curve = ModelCurve::new(counters, &fit.cost, workers).ok()?;
    Some(curve.points.iter().map(ModelPoint::of).collect())
}

/// The best number of workers, chosen as [`ModelCurve::best_workers`] does.
fn best_of(points: &[ModelPoint]) -> Option<u32> {
    let shortest = points.iter().map(|point| point.wall.0).min_by(f64::total_cmp)?;
    points.iter().find(|point| point.wall.0 <= shortest * 1.01).map(|point| point.workers)
}

/// What was said before a run, beside what the run then was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landing {
    /// The wall that the model foresaw and the one that was measured, in microseconds; `None` where nothing was foreseen, and where
    /// workers shared cores, which the model does not describe.
    pub wall: Option<(ModelMicros, u64)>,
    /// Rows of the largest partition, expected and counted.
    pub largest: Option<(u64, u64)>,
}

impl Landing {
    /// What a run makes of the forecast of the same scenario.
    pub fn of(forecast: &Forecast, run: &Measurement, cores: u32) -> Option<Self> {
        if forecast.scenario != run.scenario || !run.notes.is_empty() {
            return None;
        }
        let workers = run.scenario.workers;
        let foreseen = forecast.curve.as_ref().and_then(|curve| curve.wall_at(workers));
        let wall = foreseen.filter(|_| workers <= cores).map(|wall| (wall, run.report.wall_micros));
        let expected = forecast.partition_rows().into_iter().max();
        let counted =
            crate::figures::observed_stage(&run.report).and_then(|stage| stage.partitions.rows.iter().max());
        let largest = match forecast.basis {
            Basis::Expected => expected.zip(counted.copied()),
            Basis::Counted => None,
        };
        Some(Landing { wall, largest })
    }
}
