//! What goes wrong in a browser, mostly in silence: each ends the run with a named error, and the pool goes on.

use shuffle_engine::cluster::{Deadlines, WallMicros};
use shuffle_engine::{EngineError, Scenario};
use shuffle_lab::browser::task::sleep;
use shuffle_lab::browser::{Note, Pool, RunOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{job, report_of};

fn scenario() -> Scenario {
    Scenario { rows: 20_000, workers: 3, ..Scenario::default() }
}

/// A silent worker is given up after half a second, so that a test takes less than one.
fn impatient() -> RunOptions {
    let deadlines =
        Deadlines { silence: WallMicros(450_000), tick: WallMicros(50_000), ..Deadlines::default() };
    RunOptions { deadlines, ..RunOptions::default() }
}

/// Runs on a pool that something was done to, and again on the pool as it is afterwards.
async fn run_after(harm: impl FnOnce(&Pool)) -> EngineError {
    let pool = Pool::new();
    let before = report_of(&pool, &scenario()).await.result;
    harm(&pool);
    let error = pool.run(job(&scenario()), impatient()).await.expect_err("the run cannot end well");
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
async fn a_worker_whose_memory_is_full_is_named_and_replaced() {
    let error = run_after(|pool| pool.misbehave(1, "memory")).await;
    let EngineError::ExecutorLost { executor, reason } = error else { panic!("{error}") };
    assert_eq!(executor, 1);
    assert!(reason.contains("memory") || reason.contains("unreachable"), "{reason}");
}

#[wasm_bindgen_test]
async fn a_run_during_which_the_tab_was_hidden_says_so() {
    let pool = Pool::new();
    let shown = pool.run(job(&scenario()), RunOptions::default()).await.expect("the run ends well");
    assert_eq!(shown.notes, Vec::new());
    let document = web_sys::window().and_then(|window| window.document()).expect("tests run in a page");
    let (hidden, long) = (pool.clone(), Scenario { rows: 1_000_000, ..scenario() });
    let run = async move { hidden.run(job(&long), RunOptions::default()).await };
    let hide = async {
        sleep(0).await;
        let event = web_sys::Event::new("visibilitychange").expect("an event can be made");
        document.dispatch_event(&event).expect("it can be dispatched");
    };
    let (finished, ()) = futures_util::join!(run, hide);
    let notes = finished.expect("the run ends well all the same").notes;
    assert!(notes.contains(&Note::Hidden), "{notes:?}");
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
