//! What the page shows of the model: predictions, the constants behind them, and how far they are believed.

use std::sync::Arc;

use shuffle_engine::model::{CostModel, CurvePoint, ModelMicros, ModelPhases};

use crate::charts::wall_clock::Belief;

/// What the model says for the scenario at hand, over workers.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelView {
    /// Predicted walls, ascending by workers.
    pub points: Vec<ModelPoint>,
    /// The fewest workers with which the predicted wall is about as short as it gets.
    pub best_workers: u32,
    /// The fit that says so.
    pub fit: Arc<Fit>,
}

impl ModelView {
    /// The point of this many workers, if it was predicted.
    pub fn at(&self, workers: u32) -> Option<&ModelPoint> {
        self.points.iter().find(|point| point.workers == workers)
    }

    /// The predicted wall with this many workers, if it was predicted.
    pub fn wall_at(&self, workers: u32) -> Option<ModelMicros> {
        self.at(workers).map(|point| point.wall)
    }
}

/// The constants of this browser for some kinds of stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The fitted cost model, which has the cost of each stage.
    pub cost: CostModel,
    /// Predicted against measured; `None` when there were too few runs to leave one out.
    pub accuracy: Option<ModelAccuracy>,
    /// The constants, as a reader opens them.
    pub constants: Vec<ModelConstant>,
}

impl Fit {
    /// How far its predictions are believed.
    pub fn belief(&self) -> Belief {
        self.accuracy.map_or(Belief::Line, |accuracy| {
            let (mean, band) = (accuracy.mean_error, accuracy.worst_error.max(accuracy.mean_error));
            match mean {
                _ if mean <= LINE_WITHIN => Belief::Line,
                _ if mean <= BELIEVED_WITHIN => Belief::Band { error: band },
                _ => Belief::Unknown { error: band },
            }
        })
    }
}

/// Predictions that are off by more than this on average are drawn as a band.
const LINE_WITHIN: f64 = 0.10;
/// Predictions that are off by more than this on average are not believed: no best number of workers is named.
const BELIEVED_WITHIN: f64 = 0.30;

/// One prediction of the curve over workers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelPoint {
    /// The number of workers that is predicted for.
    pub workers: u32,
    /// The wall, if each worker had a core.
    pub wall: ModelMicros,
    /// The exchange's part of it.
    pub exchange: ModelMicros,
    /// Where the time goes: the mean over the workers.
    pub phases: ModelPhases,
}

impl ModelPoint {
    /// A point of a curve.
    pub fn of(point: &CurvePoint) -> Self {
        let CurvePoint { workers, wall, exchange, phases } = *point;
        ModelPoint { workers, wall, exchange, phases }
    }
}

/// How far predictions were off, for runs that the fit did not see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelAccuracy {
    /// Mean absolute error, as a share of the measured wall.
    pub mean_error: f64,
    /// The largest error of them, as a share of the measured wall.
    pub worst_error: f64,
    /// Predictions that were compared.
    pub run_count: u32,
}

/// A constant that a reader can open.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConstant {
    /// The name of the constant, as `compute: scan prompts`.
    pub name: String,
    /// With its unit: `14.2 ns a row`.
    pub value: String,
    /// The formula that the constant enters.
    pub formula: String,
    /// Where it comes from.
    pub source: String,
}
