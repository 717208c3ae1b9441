//! What goes wrong in a browser, mostly in silence: each ends the run with a named error, and the pool goes on.

use shuffle_engine::{EngineError, Scenario};
use shuffle_lab::browser::task::sleep;
use shuffle_lab::browser::{Pool, RunOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::report_of;

fn scenario() -> Scenario {
    Scenario { rows: 20_000, workers: 3, ..Scenario::default() }
}

/// Runs on a pool that something was done to, and again on the pool as it is afterwards.
async fn run_after(harm: impl FnOnce(&Pool)) -> EngineError {
    let pool = Pool::new();
    let before = report_of(&pool, &scenario()).await.result;
    harm(&pool);
    let error = pool.run(&scenario(), RunOptions::default()).await.expect_err("the run cannot end well");
    let after = report_of(&pool, &scenario()).await.result;
    assert_eq!(after, before, "the worker was replaced and the answer is right");
    error
}

#[wasm_bindgen_test]
async fn a_worker_that_was_terminated_is_named_after_its_deadline_and_replaced() {
    // Nothing tells the page of a termination: only silence does.
    let error = run_after(|pool| pool.kill(1)).await;
    let EngineError::ExecutorLost { executor, reason } = error else { panic!("{error}") };
    assert_eq!(executor, 1);
    assert!(reason.starts_with("silent for"), "{reason}");
}

#[wasm_bindgen_test]
async fn a_worker_in_an_endless_loop_is_named_after_its_deadline_and_replaced() {
    let error = run_after(|pool| pool.misbehave(2, "loop")).await;
    assert!(matches!(error, EngineError::ExecutorLost { executor: 2, .. }), "{error}");
}

#[wasm_bindgen_test]
async fn a_worker_that_panics_is_named_with_its_words_and_replaced() {
    let error = run_after(|pool| pool.misbehave(0, "panic")).await;
    let EngineError::ExecutorLost { executor, reason } = error else { panic!("{error}") };
    assert_eq!(executor, 0);
    assert!(reason.contains("asked to panic by a test"), "{reason}");
}

#[wasm_bindgen_test]
async fn a_worker_that_dies_between_runs_is_replaced_before_the_next() {
    let pool = Pool::new();
    let before = report_of(&pool, &scenario()).await.result;
    pool.misbehave(1, "panic");
    sleep(300).await;
    assert_eq!(pool.worker_count(), 2, "its last words were heard");
    assert_eq!(report_of(&pool, &scenario()).await.result, before);
}
