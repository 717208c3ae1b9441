//! From measured runs to what the page shows of the model. Here, and nowhere else, does the page meet both clocks: measured
//! runs go in, constants and predictions come out.

use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::model::{CalibrationRun, Counters, ModelCurve, PredictionError, calibrate, worker_grid};
use shuffle_engine::scenario::limits::{MAX_MODEL_WORKERS, MAX_WORKERS};

use crate::charts::units;
use crate::resolution::TOO_COARSE_MICROS;
use crate::state::{Fit, Measurement, ModelAccuracy, ModelConstant, ModelPoint, ModelView, SweepPoint};
use crate::words;

/// The runs of a sweep, which the fit does not see: it is tried on them.
pub fn unseen_runs(scenario: &Scenario, sweep: &[SweepPoint]) -> Vec<CalibrationRun> {
    sweep
        .iter()
        .map(|point| run(Scenario { workers: point.workers, ..scenario.clone() }, point.median.clone()))
        .collect()
}

/// A measured run, as the fit takes it.
pub fn run(scenario: Scenario, report: JobReport) -> CalibrationRun {
    CalibrationRun { scenario, report }
}

/// Why there is no model: one sentence for the reader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", words::model::no_line(reason))]
pub struct NoModel {
    reason: String,
}

/// Fits the model to `runs`, predicts the measured scenario for every number of workers, and tries it on `unseen`.
///
/// # Errors
/// What is missing.
pub fn fit(
    measured: &Measurement,
    runs: &[CalibrationRun],
    unseen: &[CalibrationRun],
    cores: u32,
    tick_micros: u64,
) -> Result<ModelView, NoModel> {
    let no_model = |reason: &dyn std::fmt::Display| NoModel { reason: reason.to_string() };
    if tick_micros >= TOO_COARSE_MICROS {
        let tick = units::micros(tick_micros);
        return Err(no_model(&words::model::coarse_clock(&tick)));
    }
    let calibration = calibrate(runs, cores).map_err(|error| no_model(&error))?;
    let cost = &calibration.cost;
    let counters =
        Counters::from_report(&measured.report, &measured.scenario).map_err(|error| no_model(&error))?;
    // Every number of workers that can be chosen, and a coarser grid up to what a cluster may have.
    let mut workers: Vec<u32> = (1..=MAX_WORKERS).collect();
    workers.extend(worker_grid(MAX_MODEL_WORKERS));
    let curve = ModelCurve::new(&counters, cost, &workers).map_err(|error| no_model(&error))?;
    let accuracy = PredictionError::of(cost, unseen).map_err(|error| no_model(&error))?;
    let best_workers = curve.best_workers().ok_or_else(|| no_model(&words::model::NO_PREDICTION))?;
    let accuracy = accuracy.map(|error| ModelAccuracy {
        mean_error: error.mape / 100.0,
        worst_error: error.worst / 100.0,
        run_count: error.runs.len() as u32,
    });
    let constants = cost.explain().into_iter().map(|constant| ModelConstant {
        name: constant.name,
        value: format!("{} {}", significant(constant.value), constant.unit),
        formula: constant.formula,
        source: constant.source,
    });
    Ok(ModelView {
        points: curve.points.iter().map(ModelPoint::of).collect(),
        best_workers,
        fit: Arc::new(Fit { accuracy, constants: constants.collect(), cost: calibration.cost.clone() }),
    })
}

/// Three significant digits.
fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let decimals = (2 - value.abs().log10().floor() as i32).max(0) as usize;
    format!("{value:.decimals$}")
}
