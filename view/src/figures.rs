//! From the session's state to what each chart takes. Pure, so that a test can ask what a figure will show.

use shuffle_engine::metrics::{JobReport, StageReport};
use shuffle_engine::model::{ModelMicros, ModelPhases};
use shuffle_engine::scenario::limits;

use crate::charts::heat_map::HeatMapData;
use crate::charts::load::{Clock, HotKey, LoadData, LoadMeasure, WorkerLoad};
use crate::charts::shuffle_cost::{MeasuredExchange, ModelledExchange, ShuffleCostData};
use crate::charts::wall_clock::{MeasuredPoint, ModelledPoint, WallClockData};
use crate::charts::{PhaseMicros, units};
use crate::forecast::{Basis, Forecast};
use crate::permalink::{ExchangeOf, LoadBy, Reach};
use crate::state::{Measurement, ModelPoint, RunState};
use crate::words;

/// A hot key below this share is one among many: naming it would blame it for nothing.
const WORTH_NAMING: f64 = 0.02;

/// Right end of an axis of workers.
pub fn max_workers(reach: Reach) -> u32 {
    match reach {
        Reach::Near => limits::MAX_WORKERS,
        Reach::Far => limits::MAX_MODEL_WORKERS,
    }
}

/// The sweep, the last run and the model, over workers. Runs whose rows came to the driver are no part of it.
pub fn wall_clock(state: &RunState, reach: Reach) -> WallClockData {
    let mut measured: Vec<MeasuredPoint> = state
        .sweep
        .iter()
        .map(|point| {
            let range = point.walls_micros.first().copied().zip(point.walls_micros.last().copied());
            MeasuredPoint { measured_range_micros: range, ..measured_point(point.workers, &point.median) }
        })
        .collect();
    let mut time_sliced = Vec::new();
    if let Some(run) = current_run(state) {
        let workers = run.scenario.workers;
        if workers > state.cores {
            time_sliced.push(measured_point(workers, &run.report));
        } else if measured.iter().all(|point| point.workers != workers) {
            let at = measured.partition_point(|point| point.workers < workers);
            measured.insert(at, measured_point(workers, &run.report));
        }
    }
    let model = state.modelled();
    let modelled = modelled_points(state, reach);
    // Where nothing ran with the chosen number of workers, the model says where the time would go.
    let workers = state.scenario.workers;
    let has_run = measured.iter().chain(&time_sliced).any(|point| point.workers == workers);
    let foreseen = model.filter(|_| !has_run).and_then(|model| model.at(workers));
    let single = state.sweep.iter().find(|point| point.workers == 1);
    WallClockData {
        measured,
        time_sliced,
        modelled: modelled
            .iter()
            .map(|point| ModelledPoint {
                workers: point.workers,
                modelled_wall_micros: point.wall.0.round() as u64,
            })
            .collect(),
        modelled_phases: foreseen.map(|point| modelled_phases(&point.phases)),
        belief: model.map(|model| model.fit.belief()).unwrap_or_default(),
        cores: state.cores,
        max_workers: max_workers(reach),
        selected_workers: state.scenario.workers,
        best_workers: model.map(|model| model.best_workers),
        ideal_single_worker_micros: single.map(|point| point.median.wall_micros),
        guess: None,
    }
}

/// The corners of the modelled lines. Those that a forecast leaves out are computed when the axis goes so far.
fn modelled_points(state: &RunState, reach: Reach) -> Vec<ModelPoint> {
    let mut points = state.modelled().map(|model| model.points.clone()).unwrap_or_default();
    if let (None, Some(forecast), Reach::Far) = (&state.model, &state.forecast, reach) {
        points.extend(forecast.far_points());
    }
    points
}

fn modelled_phases(phases: &ModelPhases) -> PhaseMicros {
    let micros = |time: ModelMicros| time.0.round() as u64;
    PhaseMicros {
        compute: micros(phases.compute),
        write: micros(phases.write),
        transfer: micros(phases.transfer),
        read: micros(phases.read),
        waiting: micros(phases.waiting),
    }
}

/// The last run, if it is of what the controls show and its rows stayed with the workers, as those of a sweep do.
fn current_run(state: &RunState) -> Option<&Measurement> {
    state.run.as_ref().filter(|run| state.is_current() && run.rows_stayed())
}

fn measured_point(workers: u32, report: &JobReport) -> MeasuredPoint {
    MeasuredPoint {
        workers,
        measured_wall_micros: report.wall_micros,
        measured_range_micros: None,
        phases: mean_phases(report),
    }
}

/// The mean over the workers; what is left of the wall is waiting.
pub fn mean_phases(report: &JobReport) -> PhaseMicros {
    let phases = &report.executors.phases;
    let count = phases.len().max(1) as u64;
    let mean =
        |part: fn(&shuffle_engine::metrics::PhaseMicros) -> u64| phases.iter().map(part).sum::<u64>() / count;
    let mut mean = PhaseMicros {
        compute: mean(|phases| phases.compute.0),
        write: mean(|phases| phases.write.0),
        transfer: mean(|phases| phases.transfer.0),
        read: mean(|phases| phases.read.0),
        waiting: 0,
    };
    mean.waiting = report.wall_micros.saturating_sub(mean.busy());
    mean
}

/// The stage whose rows the load chart shows: the first that reads a shuffle, else the last.
pub fn observed_stage(report: &JobReport) -> Option<&StageReport> {
    report.stages.iter().find(|stage| stage.exchange.is_some()).or(report.stages.last())
}

/// The load of each worker: what is foreseen while the controls show what has not run, else what the last run counted.
pub fn load(state: &RunState, by: LoadBy) -> Option<LoadData> {
    if let Some(forecast) = state.foreseen() {
        return Some(foreseen_load(state, forecast, by));
    }
    let run = state.run.as_ref()?;
    let stage = observed_stage(&run.report)?;
    let hot = hot_worker(run, stage);
    let executors = &run.report.executors;
    let workers =
        stage.executors.rows.iter().zip(&executors.phases).zip(&executors.waiting_micros).enumerate();
    let workers = workers.map(|(index, ((&rows, phases), &waiting))| WorkerLoad {
        rows,
        hot_rows: hot.map_or(0, |(owner, hot_rows)| if owner == index { hot_rows.min(rows) } else { 0 }),
        phases: PhaseMicros {
            compute: phases.compute.0,
            write: phases.write.0,
            transfer: phases.transfer.0,
            read: phases.read.0,
            waiting,
        },
    });
    let hot_key = run.report.skew.hot_key.filter(|_| hot.is_some());
    Some(LoadData {
        workers: workers.collect(),
        hot_key: hot_key.map(|key| HotKey {
            name: words::chart::key(&units::count(key.value.unsigned_abs())),
            row_share: key.share,
        }),
        clock: Clock::Measured,
        rows: Basis::Counted,
        measure: match by {
            LoadBy::Rows => LoadMeasure::Rows,
            LoadBy::Time => LoadMeasure::Time,
        },
        guess: None,
    })
}

/// The load that each worker is going to have. Without constants for its stages there are no times, so rows are shown.
fn foreseen_load(state: &RunState, forecast: &Forecast, by: LoadBy) -> LoadData {
    let rows = forecast.worker_rows();
    let phases = match by {
        LoadBy::Time => foreseen_phases(state, forecast),
        LoadBy::Rows => None,
    };
    let tactics = forecast.scenario.tactics;
    let hot = forecast.hot_key.filter(|hot| hot.share >= WORTH_NAMING && !tactics.combine);
    let owner = hot.and_then(|hot| {
        let owners = forecast.counters.owners(forecast.observed_stage()?, forecast.scenario.workers);
        Some((*owners.get(hot.partition? as usize)? as usize, hot.rows))
    });
    let workers = rows.iter().enumerate().map(|(index, &rows)| WorkerLoad {
        rows,
        hot_rows: owner.filter(|(owner, _)| *owner == index).map_or(0, |(_, hot_rows)| hot_rows.min(rows)),
        phases: phases.as_ref().and_then(|phases| phases.get(index)).map(modelled_phases).unwrap_or_default(),
    });
    LoadData {
        workers: workers.collect(),
        hot_key: hot.filter(|_| owner.is_some()).map(|hot| HotKey {
            name: words::chart::key(&units::count(hot.value.unsigned_abs())),
            row_share: hot.share,
        }),
        clock: Clock::Modelled,
        rows: forecast.basis,
        measure: if phases.is_some() { LoadMeasure::Time } else { LoadMeasure::Rows },
        guess: None,
    }
}

/// Where the time of each worker goes, by the fit of this scenario or by the constants of an earlier one.
fn foreseen_phases(state: &RunState, forecast: &Forecast) -> Option<Vec<ModelPhases>> {
    forecast.worker_phases(&state.modelled()?.fit)
}

/// The worker that holds all rows of the hot key, and how many they are; `None` where a fix has split or merged them.
fn hot_worker(run: &Measurement, stage: &StageReport) -> Option<(usize, u64)> {
    let hot = run.report.skew.hot_key.filter(|hot| hot.share >= WORTH_NAMING)?;
    let tactics = run.scenario.tactics;
    // A broadcast has no owners: its readers scan, and the hot key's rows are everywhere.
    if !stage.reads_shuffle() || tactics.combine || tactics.salt_buckets() > 1 {
        return None;
    }
    let owner = stage.partitions.executor.get(hot.partition? as usize)?;
    Some((*owner as usize, hot.rows))
}

/// The bill of the last run's shuffle, and what exchanges cost against workers.
pub fn exchange_cost(state: &RunState, of: ExchangeOf, reach: Reach) -> ShuffleCostData {
    let of_this = |of: ExchangeOf| match of {
        ExchangeOf::Messages => (message_exchanges(state), Vec::new()),
        ExchangeOf::Scenario => (scenario_exchanges(state), modelled_exchanges(state, reach)),
    };
    if let Some(forecast) = state.foreseen() {
        let (measured, modelled) = of_this(of);
        let (block_bytes, blocks) = forecast.written();
        let (workers, reduce) = (state.scenario.workers, state.scenario.reduce_partitions.max(1));
        return ShuffleCostData {
            measured,
            modelled,
            selected_workers: workers,
            max_workers: max_workers(reach),
            map_tasks: (blocks / u64::from(reduce)) as u32,
            reduce_partitions: if blocks == 0 { 0 } else { reduce },
            block_bytes,
            // Of the bytes that each worker writes, all but its own part cross.
            link_bytes: block_bytes / u64::from(workers) * u64::from(workers - 1),
            is_foreseen: true,
            guess: None,
        };
    }
    let report = state.run.as_ref().map(|run| &run.report);
    // A task that broadcasts writes one block, for everybody.
    let is_broadcast = report.is_some_and(|report| report.stages.iter().any(StageReport::reads_broadcast));
    let reduce = match &state.run {
        Some(run) if !is_broadcast => run.scenario.reduce_partitions.max(1),
        Some(_) | None => 1,
    };
    let blocks = report.map_or(0, JobReport::shuffle_blocks);
    let (measured, modelled) = of_this(of);
    ShuffleCostData {
        measured,
        modelled,
        selected_workers: state.scenario.workers,
        max_workers: max_workers(reach),
        // A query may shuffle twice: the map tasks of both, so that M x R is what was really written.
        map_tasks: (blocks / u64::from(reduce)) as u32,
        reduce_partitions: if blocks == 0 { 0 } else { reduce },
        block_bytes: report.map_or(0, JobReport::shuffle_bytes),
        link_bytes: report.map_or(0, crossing_bytes),
        guess: None,
        is_foreseen: false,
    }
}

fn message_exchanges(state: &RunState) -> Vec<MeasuredExchange> {
    let point = |workers, micros: &[u64]| {
        let median = micros.get(micros.len() / 2).copied()?;
        Some(MeasuredExchange { workers, measured_exchange_micros: median })
    };
    state.exchanges.iter().filter_map(|exchange| point(exchange.workers, &exchange.micros)).collect()
}

fn scenario_exchanges(state: &RunState) -> Vec<MeasuredExchange> {
    let point = |workers, report: &JobReport| {
        let exchanges = report.stages.iter().filter_map(|stage| stage.exchange.as_ref());
        let micros: Vec<u64> = exchanges.map(|exchange| exchange.micros).collect();
        let sum = micros.iter().sum();
        (!micros.is_empty()).then_some(MeasuredExchange { workers, measured_exchange_micros: sum })
    };
    let swept = state.sweep.iter().filter_map(|swept| point(swept.workers, &swept.median));
    let mut points: Vec<MeasuredExchange> = swept.collect();
    if let Some(own) = current_run(state).and_then(|run| point(run.scenario.workers, &run.report))
        && points.iter().all(|point| point.workers != own.workers)
    {
        let at = points.partition_point(|point| point.workers < own.workers);
        points.insert(at, own);
    }
    points
}

fn modelled_exchanges(state: &RunState, reach: Reach) -> Vec<ModelledExchange> {
    let points = modelled_points(state, reach);
    let exchange = points.iter().map(|point| ModelledExchange {
        workers: point.workers,
        modelled_exchange_micros: point.exchange.0.round() as u64,
    });
    exchange.collect()
}

fn crossing_bytes(report: &JobReport) -> u64 {
    let traffic = traffic_of(report);
    let crossing = |(index, bytes): (usize, &u64)| {
        if index / traffic.workers == index % traffic.workers { 0 } else { *bytes }
    };
    traffic.bytes.iter().enumerate().map(crossing).sum()
}

/// Who sent how much to whom in the last run; `None` where nothing was exchanged.
pub fn traffic(state: &RunState) -> Option<HeatMapData> {
    let report = &state.run.as_ref()?.report;
    report.stages.iter().any(|stage| stage.exchange.is_some()).then(|| traffic_of(report))
}

/// All exchanges of a run, added up.
fn traffic_of(report: &JobReport) -> HeatMapData {
    let workers = report.executors.phases.len();
    let mut bytes = vec![0; workers * workers];
    for exchange in report.stages.iter().filter_map(|stage| stage.exchange.as_ref()) {
        for (sum, sent) in bytes.iter_mut().zip(exchange.link_bytes.iter().flatten()) {
            *sum += sent;
        }
    }
    HeatMapData { workers, bytes, guess: None }
}
