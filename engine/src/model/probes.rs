//! Probes are the short runs that tell the most about a scenario's costs.

use crate::scenario::{Query, Scenario, Skew};

/// Rows of the largest run: about 50 ms of work on one core.
const FULL_ROWS: u64 = 1_000_000;
/// The same for text, of which a row costs thirty times as much.
const FULL_TEXT_ROWS: u64 = 50_000;
/// Rows of an empty shuffle.
const FEW_ROWS: u64 = 1_000;
/// Keys of an empty shuffle.
const FEW_KEYS: u64 = 100;
/// Map and reduce partitions of the empty shuffles: blocks, tasks and the driver's numbers vary apart.
const WIDTHS: [(u32, u32); 4] = [(32, 32), (8, 128), (64, 4), (128, 64)];
/// Runs of the same work: the median of three forgets one interruption.
const REPEATS: usize = 3;

/// The runs to calibrate on for a scenario, on a machine with `cores` cores. They take a few hundred milliseconds in all and
/// should run in this order, after one run that warms up. They have the scenario's query, tactics (but for broadcasting) and
/// columns, so that their stages are of the same kinds.
///
/// - A quarter of the work with another share, on one core, shows what rows cost where they part ways, or do not.
/// - The work itself and a quarter of it, on 1, 2 and all cores, show what rows, bytes and contention cost.
/// - Empty shuffles of several widths, on 1, 2 and all cores, show what blocks, peers, launches and the driver cost.
pub fn calibration_scenarios(scenario: &Scenario, cores: u32) -> Vec<Scenario> {
    let full_rows = match scenario.query {
        Query::Narrow | Query::WordCount => FULL_TEXT_ROWS,
        Query::CountByKey | Query::DedupBest | Query::Distinct | Query::Join | Query::Repartition => {
            FULL_ROWS
        }
    };
    let mut full = Scenario { rows: scenario.rows.min(full_rows), workers: 1, ..scenario.clone() };
    // The scenario itself is not broadcast, or it would not be modelled; a smaller one might be.
    full.tactics.broadcast_bytes = 0;
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
    let empty = Scenario {
        rows: FEW_ROWS.min(scenario.rows),
        keys: FEW_KEYS.min(scenario.keys),
        skew: Skew::Uniform {},
        ..full.clone()
    };
    let widths = WIDTHS.map(|(map_partitions, reduce_partitions)| Scenario {
        map_partitions,
        reduce_partitions,
        ..empty.clone()
    });
    // Stages with and without a narrow branch are of different kinds. A reader who moves the share from one end to between both
    // finds the other kind calibrated, too; two shares tell a wide row from a narrow one.
    let elsewhere: &[f64] = match (scenario.query.is_wide(), share > 0.0 && share < 1.0) {
        (false, _) => &[],
        (true, true) => &[1.0],
        (true, false) => &[0.25, 0.75],
    };
    let mut scenarios = Vec::new();
    for &shuffle_fraction in elsewhere {
        let probe = Scenario { shuffle_fraction, ..quarter.clone() };
        scenarios.extend(std::iter::repeat_n(probe, REPEATS));
    }
    for probe in [full, quarter].into_iter().chain(widths) {
        // One and several workers take turns: a neighbour that slows the machine slows both. The data stay the
        // same meanwhile, so that nobody rebuilds tables.
        for _ in 0..REPEATS {
            scenarios.extend(worker_counts.iter().map(|&workers| Scenario { workers, ..probe.clone() }));
        }
    }
    scenarios
}
