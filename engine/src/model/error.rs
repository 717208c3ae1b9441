//! The error says how far predictions are off, against runs that the fit did not see.

use serde::{Deserialize, Serialize};

use super::calibrate::{CalibrationError, CalibrationRun, calibrate};
use super::cost::CostModel;
use super::observe::{Group, groups};
use super::timeline::Timeline;
use super::{ModelError, ModelMicros};
use crate::cluster::WallMicros;

/// One scenario, predicted and measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PredictedRun {
    /// How many executors ran.
    pub workers: u32,
    /// How many rows `prompts` has.
    pub rows: u64,
    /// The predicted wall, in microseconds.
    pub predicted: ModelMicros,
    /// The measured wall, in microseconds: the median over the scenario's runs.
    pub measured: WallMicros,
    /// The error, |predicted - measured| / measured, in percent.
    pub percent: f64,
}

/// How far predictions of several scenarios are off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PredictionError {
    /// The mean absolute error, in percent.
    pub mape: f64,
    /// The largest absolute error, in percent.
    pub worst: f64,
    /// Each scenario, predicted and measured.
    pub runs: Vec<PredictedRun>,
}

impl PredictionError {
    /// Predicts runs that `cost` was not fitted to, and compares. Runs with more workers than cores are left out. `None`
    /// when nothing is left.
    ///
    /// # Errors
    /// [`ModelError::Uncalibrated`] for a stage of which `cost` knows nothing; [`ModelError::Mismatch`] for a report of
    /// another scenario.
    pub fn of(cost: &CostModel, runs: &[CalibrationRun]) -> Result<Option<Self>, ModelError> {
        let groups = groups(runs)?;
        let seen = groups.iter().filter(|group| group.scenario.workers <= cost.cores);
        let compared = seen.map(|group| compare(cost, group)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::over(compared))
    }

    fn over(runs: Vec<PredictedRun>) -> Option<Self> {
        if runs.is_empty() {
            return None;
        }
        let mape = runs.iter().map(|run| run.percent).sum::<f64>() / runs.len() as f64;
        let worst = runs.iter().map(|run| run.percent).fold(0.0, f64::max);
        Some(PredictionError { mape, worst, runs })
    }
}

fn compare(cost: &CostModel, group: &Group) -> Result<PredictedRun, ModelError> {
    let predicted = Timeline::totals(&group.counters, cost, group.scenario.workers)?.wall;
    let wall = group.wall();
    let percent = if wall > 0.0 { 100.0 * (predicted.0 - wall).abs() / wall } else { 0.0 };
    Ok(PredictedRun {
        workers: group.scenario.workers,
        rows: group.scenario.rows,
        predicted,
        measured: WallMicros(wall.round() as u64),
        percent,
    })
}

/// Leaves each scenario out in turn, fits to the others and predicts it. Scenarios of fewer than `rows_min` rows are empty
/// shuffles: they are fitted to but not predicted, and so are scenarios whose stages no other run has. `None` when
/// nothing is left.
///
/// # Errors
/// Those of [`calibrate`].
pub fn leave_one_out(
    runs: &[CalibrationRun],
    cores: u32,
    rows_min: u64,
) -> Result<Option<PredictionError>, CalibrationError> {
    let mut compared = Vec::new();
    for group in groups(runs)? {
        if group.scenario.rows < rows_min || group.scenario.workers > cores {
            continue;
        }
        let others: Vec<CalibrationRun> =
            runs.iter().filter(|run| &run.scenario != group.scenario).cloned().collect();
        let calibration = match calibrate(&others, cores) {
            Ok(calibration) => calibration,
            Err(CalibrationError::NoSingleWorker { .. }) => continue,
            Err(other @ CalibrationError::Model(_)) => return Err(other),
        };
        match compare(&calibration.cost, &group) {
            Ok(run) => compared.push(run),
            Err(ModelError::Uncalibrated { .. }) => {}
            Err(
                other @ (ModelError::Engine(_)
                | ModelError::Mismatch { .. }
                | ModelError::NotModelled { .. }
                | ModelError::Workers { .. }),
            ) => {
                return Err(other.into());
            }
        }
    }
    Ok(PredictionError::over(compared))
}
