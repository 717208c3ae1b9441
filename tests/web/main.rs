//! Tests that need a real browser: workers, ports, and the page's module in both.
//!
//! Run by `cargo xtask test web`, by `wasm-bindgen-test-runner` and chromedriver; empty natively.
#![cfg(target_family = "wasm")]

mod actions;
mod digests;
mod failures;
mod memory;
mod pool;
mod seeds;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::Job;
use shuffle_engine::metrics::JobReport;
use shuffle_lab::browser::{Pool, RunOptions};
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

/// The job of a scenario that is valid.
fn job(scenario: &Scenario) -> Job {
    scenario.job().expect("a valid scenario")
}

/// Runs a scenario on real workers.
async fn report_of(pool: &Pool, scenario: &Scenario) -> JobReport {
    let finished = pool.run(job(scenario), RunOptions::default()).await.expect("the run ends well");
    assert_eq!(finished.notes, Vec::new(), "nothing has to be said about the run");
    JobReport::new(&finished.outcome)
}
