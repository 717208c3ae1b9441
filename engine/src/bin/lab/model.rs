//! `lab model`: calibrates on this machine's threads, predicts any W, says how far off it was.

use serde_json::json;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::model::{
    CalibrationRun, Counters, ModelCurve, PredictionError, calibrate, calibration_scenarios, check_modelled,
    leave_one_out, worker_grid,
};
use shuffle_engine::scenario::limits::{MAX_MODEL_WORKERS, MAX_WORKERS};
use shuffle_engine::{EngineError, Scenario};

use super::failure::Failure;
use super::output::{self, counted};

/// Runs of each W that the prediction is compared with: some before the calibration, some after it, so that a
/// machine that is slower for a while is slower for both.
const RUNS_BEFORE: usize = 2;
const RUNS_AFTER: usize = 3;
/// Runs of fewer rows are empty shuffles.
const WORK_ROWS: u64 = 2_000;

pub(crate) fn model(scenario: &Scenario, workers: Option<&[u32]>) -> Result<(), Failure> {
    if let Some(&too_many) = workers.and_then(|list| list.iter().find(|&&count| count > MAX_MODEL_WORKERS)) {
        let sentence = format!("is {too_many}, must be at most {MAX_MODEL_WORKERS}");
        return Err(Failure::input("--workers", sentence));
    }
    check_described(scenario)?;
    let cores = super::run::cores().min(MAX_WORKERS);
    let mut cluster = ThreadCluster::new(cores);
    let probes = calibration_scenarios(scenario, cores);
    output::say(&format!(
        "{} to calibrate on {}",
        counted(probes.len() as u64, "run"),
        counted(cores.into(), "core")
    ));
    let compared = compared_scenarios(scenario, cores);
    let warm_up = run(&mut cluster, &compared[0])?;
    let mut unseen = measure(&mut cluster, &compared, RUNS_BEFORE)?;
    let runs = probes.iter().map(|probe| run(&mut cluster, probe)).collect::<Result<Vec<_>, _>>()?;
    unseen.extend(measure(&mut cluster, &compared, RUNS_AFTER)?);

    let calibration = calibrate(&runs, cores).map_err(other)?;
    calibration.warnings.iter().for_each(|warning| output::say(&warning));
    let cost = &calibration.cost;
    let counters = Counters::from_report(&warm_up.report, &warm_up.scenario).map_err(other)?;
    let asked = workers.map_or_else(|| worker_grid(MAX_MODEL_WORKERS), <[u32]>::to_vec);
    let curve = ModelCurve::new(&counters, cost, &asked).map_err(other)?;
    let own = ModelCurve::new(&counters, cost, &[scenario.workers]).map_err(other)?;
    let error = PredictionError::of(cost, &unseen).map_err(other)?;
    let left_out = leave_one_out(&runs, cores, WORK_ROWS).map_err(other)?;
    let wall_micros = own.points.first().map(|point| point.wall);
    for point in workers.map_or(&own.points, |_| &curve.points) {
        output::say(&format!(
            "{}: {:.1} ms modelled",
            counted(point.workers.into(), "worker"),
            point.wall.0 / 1e3
        ));
    }
    if let Some(error) = &error {
        let measured = error.runs.iter().map(|run| run.workers.to_string()).collect::<Vec<_>>().join(", ");
        output::say(&format!(
            "measured here on {measured} workers: the model is off by {:.1} % on average, {:.1} % at worst",
            error.mape, error.worst
        ));
    }
    output::json(&json!({
        "version": 1,
        "clock": "model",
        "workers": scenario.workers,
        "wall_micros": wall_micros,
        "cores": cores,
        "constants": cost.explain(),
        "points": curve.points,
        "best_workers": curve.best_workers(),
        "error": error,
        "leave_one_out": left_out,
        "measured": {"clock": "wall", "runs": measured_points(&compared, &unseen)},
    }))
}

/// Refuses, before anything runs, what the model does not describe. A tactic that the plan makes no use of does no harm.
fn check_described(scenario: &Scenario) -> Result<(), Failure> {
    if scenario.action.fetches() {
        let sentence = "the model describes runs whose rows stay with the workers, so it must be write";
        return Err(Failure::input("action", sentence));
    }
    let graph = scenario.plan()?.stages;
    check_modelled(&graph).map_err(|error| Failure::input("tactics.broadcast_bytes", error.to_string()))
}

/// The scenario itself, for W up to the cores.
fn compared_scenarios(scenario: &Scenario, cores: u32) -> Vec<Scenario> {
    let mut counts = vec![1, 2, cores / 2, cores];
    counts.retain(|&count| (1..=cores).contains(&count));
    counts.sort_unstable();
    counts.dedup();
    counts.into_iter().map(|workers| Scenario { workers, ..scenario.clone() }).collect()
}

/// Runs that the calibration does not see.
fn measure(
    cluster: &mut ThreadCluster,
    scenarios: &[Scenario],
    rounds: usize,
) -> Result<Vec<CalibrationRun>, Failure> {
    (0..rounds).flat_map(|_| scenarios).map(|scenario| Ok(run(cluster, scenario)?)).collect()
}

fn measured_points(scenarios: &[Scenario], runs: &[CalibrationRun]) -> Vec<serde_json::Value> {
    let points = scenarios.iter().map(|scenario| {
        let own = runs.iter().filter(|run| &run.scenario == scenario);
        let mut walls: Vec<u64> = own.map(|run| run.report.wall_micros).collect();
        walls.sort_unstable();
        json!({"workers": scenario.workers, "wall_micros": walls[walls.len() / 2], "all_wall_micros": walls})
    });
    points.collect()
}

fn run(cluster: &mut ThreadCluster, scenario: &Scenario) -> Result<CalibrationRun, EngineError> {
    let outcome = cluster.run(&scenario.job()?, |_| {})?;
    Ok(CalibrationRun { scenario: scenario.clone(), report: JobReport::new(&outcome) })
}

fn other(error: impl std::fmt::Display) -> Failure {
    Failure::Other(error.to_string())
}
