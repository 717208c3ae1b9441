//! `lab run` and `lab sweep`.

use serde_json::json;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::{MonotonicClock, ThreadCluster};
use shuffle_engine::cluster::{Action, CollectPoint, JobOutcome};
use shuffle_engine::estimate::estimate;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::model::KeyHistogram;
use shuffle_engine::{EngineError, Scenario};

use super::arguments::Transport;
use super::csv::CsvFile;
use super::failure::Failure;

/// Runs of each point of a sweep, after one that warms up; the median one is reported.
const SWEEP_RUNS: usize = 5;

/// Runs a scenario; `memory_bytes` is what each executor may use, by an estimate that is made before the run.
pub(crate) fn run(
    scenario: &Scenario,
    transport: Transport,
    result: Option<&str>,
    memory_bytes: Option<u64>,
) -> Result<(), Failure> {
    let mut job = scenario.job()?;
    if let Some(memory_bytes) = memory_bytes {
        estimate(&job).check(memory_bytes)?;
    }
    // Rows that stay with the executors have to come here to be written.
    if result.is_some() && !job.run.action.fetches() {
        job.run.action = Action::Collect { of: CollectPoint::Result, memory_bytes: u64::MAX };
    }
    let mut outcome = match transport {
        Transport::Local => LocalCluster::new(scenario.seed).run(&job, &MonotonicClock::default()),
        Transport::Threads => ThreadCluster::new(scenario.workers).run(&job, |_| {}),
    }?;
    outcome.run.action = scenario.action;
    let report = report(scenario, &outcome);
    if let Some(path) = result {
        let mut csv = CsvFile::create(path, outcome.graph.schema())?;
        outcome.rows.iter().try_for_each(|batch| csv.write(batch))?;
        csv.finish()?;
        eprintln!("{} rows written to {path}", report.result.rows);
    }
    eprintln!(
        "{} on {} workers: {:.1} ms, {} rows, {} bytes shuffled",
        scenario.query.name(),
        scenario.workers,
        report.wall_micros as f64 / 1e3,
        report.result.rows,
        report.shuffle_bytes()
    );
    print(&json!(report));
    Ok(())
}

pub(crate) fn sweep(scenario: &Scenario, workers: &[u32]) -> Result<(), Failure> {
    let points: Vec<Scenario> =
        workers.iter().map(|&workers| Scenario { workers, ..scenario.clone() }).collect();
    // Nothing runs when one of them must not.
    points.iter().try_for_each(|point| point.validate())?;
    let job = scenario.job()?;
    let mut runs = Vec::new();
    for point in points {
        let count = point.workers;
        let job = job.clone().on(count);
        let mut cluster = ThreadCluster::new(count);
        let mut reports = (0..=SWEEP_RUNS)
            .map(|_| Ok(report(&point, &cluster.run(&job, |_| {})?)))
            .collect::<Result<Vec<_>, EngineError>>()?;
        reports.remove(0);
        reports.sort_by_key(|report| report.wall_micros);
        let walls: Vec<u64> = reports.iter().map(|report| report.wall_micros).collect();
        let median = reports.swap_remove(SWEEP_RUNS / 2);
        eprintln!("{count} workers: {:.1} ms", median.wall_micros as f64 / 1e3);
        runs.push(json!({"workers": count, "wall_micros": median.wall_micros, "all_wall_micros": walls, "report": median}));
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    print(&json!({"version": 1, "clock": "wall", "cores": cores, "runs": runs}));
    Ok(())
}

/// The report, with the hot key counted in the data once the clock has stopped.
fn report(scenario: &Scenario, outcome: &JobOutcome) -> JobReport {
    let histogram = KeyHistogram::of(scenario);
    JobReport::new(outcome, histogram.hot_key(scenario.reduce_partitions))
}

pub(crate) fn print(value: &serde_json::Value) {
    println!("{value}");
}
