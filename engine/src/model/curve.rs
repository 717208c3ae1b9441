//! The curve over W shows from where on another executor does not help.

use serde::Serialize;

use super::cost::CostModel;
use super::counters::Counters;
use super::timeline::{ModelPhases, Timeline};
use super::{ModelError, ModelMicros};

/// Walls within this share of the best one count as the best: less than any machine's noise.
const BEST_WITHIN: f64 = 0.01;
/// Up to here the grid has every W.
const EVERY_WORKER: u32 = 40;
/// From there on each W is this much larger than the last.
const GRID_RATIO: f64 = 1.12;

/// The prediction for one W.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// How many executors run.
    pub workers: u32,
    /// The wall, in microseconds.
    #[serde(rename = "wall_micros")]
    pub wall: ModelMicros,
    /// The exchanges' part of the wall, in microseconds.
    #[serde(rename = "exchange_micros")]
    pub exchange: ModelMicros,
    /// Each phase's mean over the executors. The five add up to the wall.
    pub phases: ModelPhases,
}

/// A prediction for several W.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelCurve {
    /// One point for each W, ascending.
    pub points: Vec<CurvePoint>,
}

impl ModelCurve {
    /// Predicts a run for each W in `workers`; [`worker_grid`] gives a good choice.
    ///
    /// # Errors
    /// As [`Timeline::predict`].
    pub fn new(counters: &Counters, cost: &CostModel, workers: &[u32]) -> Result<Self, ModelError> {
        let mut ascending = workers.to_vec();
        ascending.sort_unstable();
        ascending.dedup();
        let points = ascending
            .into_iter()
            .map(|workers| {
                let timeline = Timeline::totals(counters, cost, workers)?;
                let phases = timeline.mean_phases();
                Ok(CurvePoint { workers, wall: timeline.wall, exchange: timeline.exchange, phases })
            })
            .collect::<Result<_, ModelError>>()?;
        Ok(ModelCurve { points })
    }

    /// The smallest W whose wall is within 1 % of the shortest: more executors gain nothing. `None` without points.
    pub fn best_workers(&self) -> Option<u32> {
        let shortest = self.points.iter().map(|point| point.wall.0).min_by(f64::total_cmp)?;
        let good = |point: &&CurvePoint| point.wall.0 <= shortest * (1.0 + BEST_WITHIN);
        self.points.iter().find(good).map(|point| point.workers)
    }
}

/// A grid of W: every one up to 40, then each about an eighth larger than the last, up to `max`.
pub fn worker_grid(max: u32) -> Vec<u32> {
    let mut workers: Vec<u32> = (1..=max.min(EVERY_WORKER)).collect();
    let mut next = f64::from(EVERY_WORKER) * GRID_RATIO;
    while next < f64::from(max) {
        workers.push(next.round() as u32);
        next *= GRID_RATIO;
    }
    if workers.last().is_some_and(|&last| last < max) {
        workers.push(max);
    }
    workers
}
