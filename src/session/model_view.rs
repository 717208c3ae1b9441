//! From runs to what the page shows of the model.

use shuffle_engine::Scenario;
use shuffle_engine::metrics::JobReport;

use super::state::{Measurement, ModelView, RunState};

/// A run to fit the model to.
pub(super) type CalibrationRun = (Scenario, JobReport);

/// The short runs that the model wants beside the sweep.
pub(super) fn calibration_scenarios(_scenario: &Scenario, _cores: u32) -> Vec<Scenario> {
    Vec::new()
}

pub(super) fn run(scenario: Scenario, report: JobReport) -> CalibrationRun {
    (scenario, report)
}

pub(super) fn runs_of_sweep(_state: &RunState) -> Vec<CalibrationRun> {
    Vec::new()
}

pub(super) fn fit(
    _scenario: &Scenario,
    _run: &Measurement,
    _runs: &[CalibrationRun],
) -> Result<ModelView, String> {
    Err("The model is not fitted yet.".to_owned())
}
