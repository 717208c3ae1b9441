//! The pool: workers, ports between them, and what a run on them measures.

use shuffle_engine::cluster::Clock;
use shuffle_engine::scenario::Skew;
use shuffle_engine::{EngineError, Scenario};
use shuffle_lab::browser::clock::BrowserClock;
use shuffle_lab::browser::task::sleep;
use shuffle_lab::browser::{CancelToken, Pool, RunOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{job, report_of};

#[wasm_bindgen_test]
async fn one_two_eight_and_sixty_four_workers_give_one_answer() {
    let pool = Pool::new();
    let mut digests = Vec::new();
    for workers in [1, 2, 8, 64] {
        let scenario = Scenario { rows: 100_000, keys: 5_000, workers, ..Scenario::default() };
        let report = report_of(&pool, &scenario).await;
        assert_eq!(pool.worker_count(), workers as usize, "the pool has grown to the run's workers");
        assert_eq!(report.executors.busy_micros.len(), workers as usize);
        digests.push(report.result.digest);
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "{digests:?}");
}

#[wasm_bindgen_test]
async fn workers_stay_warm_between_runs() {
    let pool = Pool::new();
    let scenario = Scenario { rows: 10_000, workers: 4, ..Scenario::default() };
    report_of(&pool, &scenario).await;
    let fewer = Scenario { workers: 2, ..scenario };
    report_of(&pool, &fewer).await;
    assert_eq!(pool.worker_count(), 4);
}

#[wasm_bindgen_test]
async fn bytes_cross_every_link_between_two_workers_and_are_all_counted() {
    let pool = Pool::new();
    let skew = Skew::Uniform {};
    let scenario = Scenario { rows: 50_000, skew, workers: 4, ..Scenario::default() };
    let report = report_of(&pool, &scenario).await;
    let exchange = report.stages[1].exchange.as_ref().expect("the second stage reads a shuffle");
    assert_eq!(exchange.links, 12);
    let all: u64 = exchange.link_bytes.iter().flatten().sum();
    assert_eq!(all, report.stages[0].shuffle.bytes);
    assert!(exchange.link_bytes.iter().flatten().all(|&bytes| bytes > 0), "{:?}", exchange.link_bytes);
}

#[wasm_bindgen_test]
async fn more_workers_than_a_tab_holds_are_refused_before_one_starts() {
    let pool = Pool::new();
    let too_many = job(&Scenario::default()).on(65).expect("the lesson fits");
    let error = pool.run(too_many, RunOptions::default()).await.expect_err("65 workers are refused");
    assert!(matches!(error, EngineError::InvalidScenario(invalid) if invalid.field == "workers"));
    assert_eq!(pool.worker_count(), 0);
}

#[wasm_bindgen_test]
async fn a_cancelled_run_ends_within_a_tenth_of_a_second_and_the_next_one_is_right() {
    let pool = Pool::new();
    let small = Scenario { rows: 20_000, workers: 2, ..Scenario::default() };
    let before = report_of(&pool, &small).await.result;
    let cancel = CancelToken::default();
    let (long_pool, token) = (pool.clone(), cancel.clone());
    let ended_at = std::rc::Rc::new(std::cell::Cell::new(None));
    let ended = ended_at.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let long = Scenario { rows: 20_000_000, workers: 2, ..Scenario::default() };
        let options = RunOptions { cancel: token, ..RunOptions::default() };
        let outcome = long_pool.run(job(&long), options).await;
        assert!(matches!(outcome, Err(EngineError::Cancelled)), "{:?}", outcome.err());
        ended.set(Some(BrowserClock.now()));
    });
    sleep(300).await;
    assert!(ended_at.get().is_none(), "the long run is under way");
    let asked_at = BrowserClock.now();
    pool.cancel(&cancel);
    // The workers themselves must be free again, not only the promise: a small run gets through at once.
    let after = report_of(&pool, &small).await.result;
    let ended_at = ended_at.get().expect("the run has ended");
    assert!(ended_at.since(asked_at).0 < 100_000, "cancelled after {} us", ended_at.since(asked_at).0);
    assert_eq!(after, before);
}

#[wasm_bindgen_test]
async fn workers_that_nobody_needs_are_let_go_and_come_back_for_the_next_run() {
    let pool = Pool::new();
    pool.rest_after(100);
    let scenario = Scenario { rows: 1_000, workers: 2, ..Scenario::default() };
    let hold = pool.hold();
    let first = report_of(&pool, &scenario).await;
    sleep(400).await;
    assert_eq!(pool.worker_count(), 2, "somebody holds them");
    drop(hold);
    assert_eq!(pool.worker_count(), 2, "not at once");
    sleep(400).await;
    assert_eq!(pool.worker_count(), 0, "nobody does");
    assert_eq!(report_of(&pool, &scenario).await.result, first.result);
    sleep(400).await;
    assert_eq!(pool.worker_count(), 0, "a run of a script keeps them no longer than it lasts");
}
