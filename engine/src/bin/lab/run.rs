//! `lab run` and `lab sweep`.

use serde_json::json;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::{MonotonicClock, ThreadCluster};
use shuffle_engine::cluster::{Action, CollectPoint, Job, JobOutcome};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::limits;
use shuffle_engine::{EngineError, Scenario};

use super::arguments::{Target, Transport};
use super::csv::Csv;
use super::failure::Failure;
use super::output::{self, Sink, counted};

/// Runs of each point of a sweep, after one that warms up; the median one is reported.
const SWEEP_RUNS: usize = 5;
/// Threads that the command line starts for each core, so that turns are taken and not merely waited for.
const WORKERS_A_CORE: u32 = 16;

/// Runs a scenario; `memory_bytes` is what each executor may use, by an estimate that is made before the run.
pub(crate) fn run(
    scenario: &Scenario,
    transport: Transport,
    result: Option<&str>,
    memory_bytes: Option<u64>,
) -> Result<(), Failure> {
    check_workers(scenario, "workers")?;
    let mut job = scenario.job()?;
    if let Some(memory_bytes) = memory_bytes {
        job = job.within(memory_bytes)?;
    }
    let sink = result.map(|name| Sink::open(&Target::File(name.to_owned()))).transpose()?;
    let outcome = perform(&job, transport)?;
    let report = JobReport::new(&outcome);
    if let Some(sink) = sink {
        let name = sink.name().to_owned();
        let outcome = match job.run.action.fetches() {
            true => outcome,
            // Rows that stay with the executors have to come here to be written. A run of its own brings them, so that the
            // report is of the job that was asked for.
            false => {
                job.run.action = Action::Collect { of: CollectPoint::Result, memory_bytes: u64::MAX };
                perform(&job, transport)?
            }
        };
        let mut csv = Csv::begin(sink, outcome.graph.schema())?;
        outcome.rows.iter().try_for_each(|batch| csv.write(batch))?;
        csv.finish()?;
        output::say(&format!("{} written to {name}", counted(report.result.rows, "row")));
    }
    output::say(&format!(
        "{} on {}: {:.1} ms, {}, {} shuffled",
        scenario.query.name(),
        counted(scenario.workers.into(), "worker"),
        report.wall_micros as f64 / 1e3,
        counted(report.result.rows, "row"),
        counted(report.shuffle_bytes(), "byte")
    ));
    output::json(&json!(report))
}

fn perform(job: &Job, transport: Transport) -> Result<JobOutcome, EngineError> {
    match transport {
        Transport::Local => LocalCluster::new(job.data.seed).run(job, &MonotonicClock::default()),
        Transport::Threads => ThreadCluster::new(job.run.workers).run(job, |_| {}),
    }
}

pub(crate) fn sweep(scenario: &Scenario, workers: &[u32]) -> Result<(), Failure> {
    let points: Vec<Scenario> =
        workers.iter().map(|&workers| Scenario { workers, ..scenario.clone() }).collect();
    // Nothing runs when one of them must not.
    points.iter().try_for_each(|point| check_workers(point, "--workers"))?;
    let job = scenario.job()?;
    let mut runs = Vec::new();
    for point in points {
        let count = point.workers;
        let job = job.clone().on(count)?;
        let mut cluster = ThreadCluster::new(count);
        let mut reports = (0..=SWEEP_RUNS)
            .map(|_| Ok(JobReport::new(&cluster.run(&job, |_| {})?)))
            .collect::<Result<Vec<_>, EngineError>>()?;
        reports.remove(0);
        reports.sort_by_key(|report| report.wall_micros);
        let walls: Vec<u64> = reports.iter().map(|report| report.wall_micros).collect();
        let median = reports.swap_remove(SWEEP_RUNS / 2);
        output::say(&format!(
            "{}: {:.1} ms",
            counted(count.into(), "worker"),
            median.wall_micros as f64 / 1e3
        ));
        runs.push(json!({"workers": count, "wall_micros": median.wall_micros, "all_wall_micros": walls, "report": median}));
    }
    output::json(&json!({"version": 1, "clock": "wall", "cores": cores(), "runs": runs}))
}

/// Processor cores that this program may use.
pub(crate) fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

/// Refuses, before anything runs, more executors than this machine is asked to start threads for. `field` is where they were
/// asked for.
pub(crate) fn check_workers(scenario: &Scenario, field: &str) -> Result<(), Failure> {
    let most = cores().saturating_mul(WORKERS_A_CORE).clamp(limits::MAX_WORKERS, limits::MAX_MODEL_WORKERS);
    let checked = scenario.check_workers(most, "on this machine");
    checked.map_err(|refusal| Failure::input(field, refusal.reason))
}
