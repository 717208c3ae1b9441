//! Which short runs tell the most about a scenario's costs.

use crate::scenario::{Query, Scenario, Skew};

/// Rows of the largest run: about 50 ms of work on one core.
const FULL_ROWS: u64 = 1_000_000;
/// The same for text, of which a row costs thirty times as much.
const FULL_TEXT_ROWS: u64 = 50_000;
/// Rows of an empty shuffle.
const FEW_ROWS: u64 = 1_000;
/// Keys of an empty shuffle.
const FEW_KEYS: u64 = 100;
/// Runs of the same work: the median of three forgets one interruption.
const REPEATS: usize = 3;

/// The runs that a page should do to calibrate for a scenario, a few hundred milliseconds in all; run them
/// in this order, after one that warms up. Same query, tactics and columns, so that the stages are of the same kinds.
///
/// - the work itself and a quarter of it, on one worker and on all cores: rows, bytes, contention;
/// - empty shuffles of several widths, on 1, 2 and all cores: blocks, peers, launches, the driver.
pub fn calibration_scenarios(scenario: &Scenario, cores: u32) -> Vec<Scenario> {
    let full_rows = match scenario.query {
        Query::Narrow | Query::WordCount => FULL_TEXT_ROWS,
        Query::CountByKey | Query::DedupBest | Query::Distinct | Query::Join | Query::Repartition => {
            FULL_ROWS
        }
    };
    let full = Scenario { rows: scenario.rows.min(full_rows), workers: 1, ..scenario.clone() };
    // Another share of wide rows tells a wide row's cost from a narrow one's. Below 1 and above 0 alike, so that
    // the plan keeps both branches.
    let share = scenario.shuffle_fraction;
    let quarter = Scenario {
        rows: (full.rows / 4).max(1),
        shuffle_fraction: if share > 0.0 && share < 1.0 { share / 2.0 } else { share },
        ..full.clone()
    };
    let cores = cores.clamp(1, crate::scenario::limits::MAX_WORKERS);
    let mut worker_counts = vec![1, 2, cores];
    worker_counts.retain(|&workers| workers <= cores);
    worker_counts.dedup();
    let mut scenarios = Vec::new();
    for &workers in &worker_counts {
        for work in [&full, &quarter] {
            scenarios.extend(std::iter::repeat_n(Scenario { workers, ..work.clone() }, REPEATS));
        }
        for (map_partitions, reduce_partitions) in [(32, 32), (8, 128), (64, 4), (128, 64)] {
            let empty = Scenario {
                rows: FEW_ROWS.min(scenario.rows),
                keys: FEW_KEYS.min(scenario.keys),
                skew: Skew::Uniform {},
                workers,
                map_partitions,
                reduce_partitions,
                ..scenario.clone()
            };
            scenarios.extend(std::iter::repeat_n(empty, REPEATS));
        }
    }
    scenarios
}
