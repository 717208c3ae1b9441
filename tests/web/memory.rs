//! Memory: what a pool holds after many runs is what it held after a few.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Query, Skew};
use shuffle_lab::browser::{Pool, memory_bytes};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::report_of;

/// Two runs with other tables, other plans and other blocks, so that nothing can be kept from one for the other.
fn scenarios() -> [Scenario; 2] {
    let small = Scenario { rows: 60_000, keys: 6_000, workers: 2, ..Scenario::default() };
    [
        Scenario { skew: Skew::Zipf { exponent: 1.1 }, query: Query::DedupBest, ..small.clone() },
        Scenario { seed: 7, rows: 50_000, keys: 9_000, query: Query::Join, ..small },
    ]
}

/// The page's memory, then each worker's.
async fn held_bytes(pool: &Pool) -> Vec<f64> {
    let mut bytes = vec![memory_bytes()];
    bytes.extend(pool.memory_bytes().await);
    bytes
}

#[wasm_bindgen_test]
async fn five_hundred_runs_in_a_row_grow_no_memory_by_more_than_a_tenth() {
    let (pool, mut after_50) = (Pool::new(), Vec::new());
    for (run, scenario) in (1..=500).zip(scenarios().iter().cycle()) {
        report_of(&pool, scenario).await;
        if run == 50 {
            after_50 = held_bytes(&pool).await;
            assert_eq!(after_50.len(), 3, "the page and two workers");
        }
    }
    let after_500 = held_bytes(&pool).await;
    wasm_bindgen_test::console_log!(
        "page, workers: {after_50:?} bytes after 50 runs, {after_500:?} after 500"
    );
    assert_eq!(pool.worker_count(), 2, "no worker was replaced");
    for (before, after) in after_50.iter().zip(&after_500) {
        assert!(*after <= before * 1.1, "{after_50:?} bytes after 50 runs, {after_500:?} after 500");
    }
}
