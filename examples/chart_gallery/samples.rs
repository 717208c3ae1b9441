//! Made-up but plausible data for the gallery and the chart tests: a skewed count over 1,000,000 rows on a
//! machine with two cores, and the extremes that a chart has to survive.

use shuffle_engine::metrics::{ExchangeSpan, MessageSpan, TaskSpan, Timeline};
use shuffle_view::charts::PhaseMicros;
use shuffle_view::charts::heat_map::HeatMapData;
use shuffle_view::charts::load::{Clock, HotKey, LoadData, LoadMeasure, WorkerLoad};
use shuffle_view::charts::shuffle_cost::{MeasuredExchange, ModelledExchange, ShuffleCostData};
use shuffle_view::charts::timeline::{Straggler, TimelineData};
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

/// Four map tasks and two reduce tasks a worker, an exchange between them, and one task with the hot key.
pub(crate) fn timeline(workers: usize) -> TimelineData {
    let hot = workers as u32 * 2 / 3;
    let (mut spans, mut exchanges, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    let mut over = vec![0u64; workers];
    for task in 0..4 * workers as u32 {
        let executor = task % workers as u32;
        let (begin, compute) = (over[executor as usize] + 60, 7_000 + noise(u64::from(task)) % 2_000);
        let (write, pause) = (1_400 + noise(u64::from(task) + 99) % 300, 40);
        let end = begin + compute + write + pause;
        over[executor as usize] = end;
        spans.push(TaskSpan {
            task,
            executor,
            begin_micros: begin,
            end_micros: end,
            compute_micros: compute,
            write_micros: write,
            ..TaskSpan::default()
        });
    }
    let start = over.iter().max().map_or(0, |last| last + 100);
    for to in 0..workers as u32 {
        let mut last = start + 200;
        // A timeline keeps no more than a few thousand messages.
        let senders = (0..workers as u32).filter(|from| *from != to).take(63);
        for from in senders {
            let heavy = if to == hot { 90_000 } else { 20_000 };
            let sent = start + 150 + 300 * u64::from((to + workers as u32 - from) % workers as u32).min(20);
            let arrived = sent + 700 + noise(u64::from(from * 64 + to)) % 900;
            let bytes = heavy + noise(u64::from(from * 7 + to)) % 3_000;
            messages.push(MessageSpan {
                stage: 1,
                from,
                to,
                bytes,
                sent_micros: sent,
                arrived_micros: arrived,
            });
            last = last.max(arrived);
        }
        let side = ExchangeSpan { stage: 1, executor: to, begin_micros: start + 50, end_micros: last };
        exchanges.push(side);
        over[to as usize] = last;
    }
    for task in 0..2 * workers as u32 {
        let executor = task / 2;
        let begin = over[executor as usize] + 80;
        let factor = if task == 2 * hot + 1 { 6 } else { 1 };
        let (read, compute) = (2_000 * factor, (4_000 + noise(u64::from(task) + 5) % 900) * factor);
        over[executor as usize] = begin + read + compute;
        spans.push(TaskSpan {
            stage: 1,
            task,
            executor,
            begin_micros: begin,
            end_micros: begin + read + compute,
            read_micros: read,
            compute_micros: compute,
            ..TaskSpan::default()
        });
    }
    TimelineData {
        timeline: Timeline {
            wall_micros: over.iter().max().map_or(0, |last| last + 150),
            run: 1,
            runs: 1,
            spans,
            exchanges,
            messages,
            ..Timeline::default()
        },
        workers,
        stages: vec!["scan prompts".to_owned(), "read shuffle 0".to_owned()],
        straggler: Some(Straggler {
            stage: 1,
            task: 2 * hot + 1,
            words: format!("task {} holds key 51,234: 36 ms, the median 6.4 ms", 2 * hot + 1),
        }),
        window: None,
    }
}
