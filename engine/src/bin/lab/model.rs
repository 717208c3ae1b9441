//! `lab model`: calibrates on this machine's threads, predicts any W, says how far off it was.

use serde_json::json;
use shuffle_engine::cluster::Collect;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::model::{
    CalibrationRun, Counters, ModelCurve, PredictionError, calibrate, calibration_scenarios, worker_grid,
};
use shuffle_engine::scenario::limits::{MAX_MODEL_WORKERS, MAX_WORKERS};
use shuffle_engine::{EngineError, Scenario};

use super::failure::Failure;

/// Runs of each W that the prediction is compared with.
const COMPARED_RUNS: usize = 5;

pub(crate) fn model(scenario: &Scenario, workers: Option<&[u32]>) -> Result<(), Failure> {
    if let Some(&too_many) = workers.and_then(|list| list.iter().find(|&&count| count > MAX_MODEL_WORKERS)) {
        return Err(Failure::Input(format!("--workers: is {too_many}, must be at most {MAX_MODEL_WORKERS}")));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = u32::try_from(cores).unwrap_or(MAX_WORKERS).min(MAX_WORKERS);
    let mut cluster = ThreadCluster::new(cores);
    let probes = calibration_scenarios(scenario, cores);
    eprintln!("{} runs to calibrate on {cores} cores", probes.len());
    run(&mut cluster, &Scenario { workers: 1, ..scenario.clone() })?;
    let runs = probes.iter().map(|probe| run(&mut cluster, probe)).collect::<Result<Vec<_>, _>>()?;
    let calibration =
        calibrate(&runs, cores).map_err(|error| Failure::Other(format!("calibration: {error}")))?;
    calibration.warnings.iter().for_each(|warning| eprintln!("{warning}"));

    let cost = &calibration.cost;
    let seen = measure(&mut cluster, scenario, cores)?;
    let counters = Counters::from_report(&seen[0].report, &seen[0].scenario).map_err(other)?;
    let mut asked = workers.map_or_else(|| worker_grid(MAX_MODEL_WORKERS), <[u32]>::to_vec);
    let curve = ModelCurve::new(&counters, cost, &asked).map_err(other)?;
    asked = vec![scenario.workers];
    let own = ModelCurve::new(&counters, cost, &asked).map_err(other)?;
    let error = PredictionError::of(cost, &seen).map_err(other)?;
    let wall_micros = own.points.first().map(|point| point.wall);
    if let (Some(point), Some(error)) = (own.points.first(), &error) {
        eprintln!(
            "{} workers: {:.1} ms modelled; over {} measured W the model is off by {:.1} % on average, {:.1} % at worst",
            point.workers,
            point.wall.0 / 1e3,
            error.runs.len(),
            error.mape,
            error.worst
        );
    }
    super::run::print(&json!({
        "version": 1,
        "clock": "model",
        "workers": scenario.workers,
        "wall_micros": wall_micros,
        "cores": cores,
        "constants": cost.explain(),
        "points": curve.points,
        "best_workers": curve.best_workers(),
        "error": error,
        "measured": {"clock": "wall", "runs": measured_points(&seen)},
    }));
    Ok(())
}

/// The scenario itself, for W up to the cores: runs that the calibration does not see.
fn measure(
    cluster: &mut ThreadCluster,
    scenario: &Scenario,
    cores: u32,
) -> Result<Vec<CalibrationRun>, Failure> {
    let mut counts = vec![1, 2, cores / 2, cores];
    counts.retain(|&count| (1..=cores).contains(&count));
    counts.sort_unstable();
    counts.dedup();
    let points = counts.into_iter().map(|workers| Scenario { workers, ..scenario.clone() });
    let repeated = points.flat_map(|point| std::iter::repeat_n(point, COMPARED_RUNS));
    repeated.map(|point| Ok(run(cluster, &point)?)).collect()
}

fn measured_points(runs: &[CalibrationRun]) -> Vec<serde_json::Value> {
    let points = runs.chunks(COMPARED_RUNS).map(|runs| {
        let mut walls: Vec<u64> = runs.iter().map(|run| run.report.wall_micros).collect();
        walls.sort_unstable();
        json!({"workers": runs[0].scenario.workers, "wall_micros": walls[walls.len() / 2], "all_wall_micros": walls})
    });
    points.collect()
}

fn run(cluster: &mut ThreadCluster, scenario: &Scenario) -> Result<CalibrationRun, EngineError> {
    let outcome = cluster.run(scenario, Collect::Nothing, |_| {})?;
    Ok(CalibrationRun { scenario: scenario.clone(), report: JobReport::new(&outcome, None) })
}

fn other(error: shuffle_engine::model::ModelError) -> Failure {
    Failure::Other(error.to_string())
}
