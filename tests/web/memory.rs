//! Memory: what a pool holds after many runs is what it held after a few.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Query, Skew};
use shuffle_lab::browser::{Pool, memory_bytes};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::report_of;

/// Two runs with other tables, other plans and other blocks, so that nothing can be kept from one for the other. Small, so
/// that what runs leave behind shows beside what one holds at its peak.
fn scenarios() -> [Scenario; 2] {
    let small = Scenario { rows: 60_000, keys: 6_000, workers: 2, map_partitions: 2, ..Scenario::default() };
    [
        Scenario { skew: Skew::Zipf { exponent: 1.1 }, query: Query::DedupBest, ..small.clone() },
        Scenario { seed: 7, rows: 1_500, keys: 400, query: Query::Join, ..small },
    ]
}

/// The page's memory, then each worker's.
async fn held_bytes(pool: &Pool) -> Vec<f64> {
    let mut bytes = vec![memory_bytes()];
    bytes.extend(pool.memory_bytes().await);
    bytes
}

/// A memory keeps the size of its highest peak, and how high a run's peak is depends on which message comes first: a
/// worker's memory was seen to take one or two steps of 448 KiB at any time, and to stay there.
const PEAK_BYTES: f64 = 1_048_576.0;

#[wasm_bindgen_test]
async fn five_hundred_runs_in_a_row_grow_no_memory_by_more_than_a_tenth_and_a_peak() {
    let (pool, mut held) = (Pool::new(), Vec::new());
    for (run, scenario) in (1..=500).zip(scenarios().iter().cycle()) {
        report_of(&pool, scenario).await;
        if run % 50 == 0 {
            held.push(held_bytes(&pool).await);
        }
    }
    wasm_bindgen_test::console_log!("page and workers, in bytes after every 50 runs: {held:?}");
    assert_eq!(pool.worker_count(), 2, "no worker was replaced");
    for memory in 0..3 {
        let bytes: Vec<f64> = held.iter().map(|held| held[memory]).collect();
        assert!(bytes[9] <= bytes[0] * 1.1 + PEAK_BYTES, "{bytes:?} after every 50 runs");
        // What is left behind adds up, page by page: with 1.3 KiB a run, in each of the nine intervals.
        let growths = bytes.windows(2).filter(|pair| pair[1] > pair[0]).count();
        assert!(growths <= 3, "a memory that grows again and again: {bytes:?} after every 50 runs");
    }
}
