//! Made-up but plausible data for the gallery and the chart tests: a skewed count over 1,000,000 rows on a
//! machine with two cores, and the extremes that a chart has to survive.

use shuffle_view::charts::PhaseMicros;
use shuffle_view::charts::heat_map::HeatMapData;
use shuffle_view::charts::load::{Clock, HotKey, LoadData, LoadMeasure, WorkerLoad};
use shuffle_view::charts::shuffle_cost::{MeasuredExchange, ModelledExchange, ShuffleCostData};
use shuffle_view::charts::wall_clock::{MeasuredPoint, ModelledPoint, WallClockData};
use shuffle_view::forecast::Basis;
use shuffle_view::state::Belief;

/// A small, fixed generator: samples shall not depend on a library's version.
fn noise(seed: u64) -> u64 {
    let mixed = (seed ^ (seed >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40
}

/// Time divides by W but for a hot key of 31 %, and links cost their square.
fn modelled_micros(workers: u32) -> u64 {
    let w = u64::from(workers);
    160_000 + 440_000 / w + 2_600 * w + 3 * w * w
}

fn measured(workers: u32, cores: u32) -> MeasuredPoint {
    let slow = u64::from(workers.div_ceil(cores).max(1));
    let wall = match workers {
        1 => 611_000,
        2 => 402_000,
        more => 380_000 + 6_000 * u64::from(more) + 4_000 * slow,
    };
    let shuffle = if workers == 1 { 40 } else { 70 };
    let phases = PhaseMicros {
        compute: wall * (520 - shuffle) / 1_000,
        write: wall * 2 * shuffle / 1_000,
        transfer: wall * shuffle / 1_000,
        read: wall * 3 * shuffle / 2_000,
        waiting: 0,
    };
    let waiting = wall - phases.busy();
    MeasuredPoint {
        workers,
        measured_wall_micros: wall,
        measured_range_micros: Some((wall * 96 / 100, wall * 109 / 100)),
        phases: PhaseMicros { waiting, ..phases },
    }
}

/// The corners of a modelled line up to `max`.
pub(crate) fn model_counts(max: u32) -> Vec<u32> {
    let mut counts: Vec<u32> = (1..=16.min(max)).collect();
    counts.extend((0..=10).map(|power| 1 << power).filter(|w| *w <= max && *w > 16));
    counts.extend([24, 48, 96, 192, 384, 768].into_iter().filter(|w| *w <= max));
    counts.sort_unstable();
    counts
}

/// Two cores, runs at 1 and 2, three with shared cores, the model up to `max_workers`.
pub(crate) fn wall_clock(selected_workers: u32, max_workers: u32) -> WallClockData {
    WallClockData {
        measured: [1, 2].into_iter().filter(|w| *w <= max_workers).map(|w| measured(w, 2)).collect(),
        time_sliced: [4, 8, 16].into_iter().filter(|w| *w <= max_workers).map(|w| measured(w, 2)).collect(),
        modelled: model_counts(max_workers)
            .into_iter()
            .map(|workers| ModelledPoint { workers, modelled_wall_micros: modelled_micros(workers) })
            .collect(),
        modelled_phases: None,
        belief: Belief::Line,
        cores: 2,
        max_workers,
        selected_workers,
        best_workers: Some(13.min(max_workers)),
        ideal_single_worker_micros: Some(611_000),
        guess: None,
    }
}

/// Eight cores, every number of workers measured.
pub(crate) fn wall_clock_eight_cores() -> WallClockData {
    let measured = (1..=8u32).map(|workers| {
        let point = measured(workers, 8);
        let wall = modelled_micros(workers) * 101 / 100;
        let scale = |micros: u64| micros * wall / point.measured_wall_micros;
        let phases = PhaseMicros {
            compute: scale(point.phases.compute),
            write: scale(point.phases.write),
            transfer: scale(point.phases.transfer),
            read: scale(point.phases.read),
            waiting: 0,
        };
        MeasuredPoint {
            workers,
            measured_wall_micros: wall,
            measured_range_micros: None,
            phases: PhaseMicros { waiting: wall - phases.busy(), ..phases },
        }
    });
    WallClockData {
        measured: measured.collect(),
        time_sliced: Vec::new(),
        cores: 8,
        ideal_single_worker_micros: None,
        guess: None,
        ..wall_clock(13, 64)
    }
}

/// One hot key of 31 % among otherwise even keys.
pub(crate) fn load(workers: usize, measure: LoadMeasure) -> LoadData {
    let rows = 1_000_000u64;
    let hot_rows = 310_000;
    let hot_worker = workers * 2 / 3;
    let even = (rows - hot_rows) / workers.max(1) as u64;
    let worker = |index: usize| {
        let own = even + noise(index as u64 + 7) % (even / 12 + 1);
        let hot = if index == hot_worker { hot_rows } else { 0 };
        let busy = (own + hot) * 6 / 10;
        let phases = PhaseMicros {
            compute: busy * 70 / 100,
            write: busy * 9 / 100,
            transfer: busy * 7 / 100,
            read: busy * 14 / 100,
            waiting: 0,
        };
        let wall = (even + even / 12 + hot_rows) * 6 / 10;
        WorkerLoad {
            rows: own + hot,
            hot_rows: hot,
            phases: PhaseMicros { waiting: wall.saturating_sub(phases.busy()), ..phases },
        }
    };
    LoadData {
        workers: (0..workers).map(worker).collect(),
        hot_key: Some(HotKey { name: "key 51,234".to_owned(), row_share: 0.31 }),
        clock: Clock::Measured,
        rows: Basis::Counted,
        measure,
        guess: None,
    }
}

/// The same shuffle against W.
pub(crate) fn shuffle_cost(selected_workers: u32, max_workers: u32) -> ShuffleCostData {
    let exchange = |w: u32| {
        let w = u64::from(w);
        90_000 / w + 2_400 * w
    };
    ShuffleCostData {
        measured: [1, 2, 4, 8]
            .into_iter()
            .filter(|w| *w <= max_workers)
            .map(|workers| MeasuredExchange {
                workers,
                measured_exchange_micros: exchange(workers) * 104 / 100,
            })
            .collect(),
        modelled: model_counts(max_workers)
            .into_iter()
            .map(|workers| ModelledExchange { workers, modelled_exchange_micros: exchange(workers) })
            .collect(),
        selected_workers,
        max_workers,
        map_tasks: selected_workers,
        reduce_partitions: selected_workers,
        block_bytes: 8_100_000,
        link_bytes: 7_087_500,
        guess: None,
        is_foreseen: false,
    }
}

/// Even traffic with one column that receives a third.
pub(crate) fn heat_map(workers: usize) -> HeatMapData {
    let hot = workers * 2 / 3;
    let cell = |index: usize| {
        let (from, to) = (index / workers, index % workers);
        let even = 5_500_000 / (workers * workers) as u64;
        let jitter = noise(index as u64 * 31 + from as u64) % (even / 5 + 1);
        let extra = if to == hot { 2_600_000 / workers as u64 } else { 0 };
        even + jitter + extra
    };
    HeatMapData { workers, bytes: (0..workers * workers).map(cell).collect(), guess: None }
}
