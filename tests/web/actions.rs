//! What becomes of the rows, with real workers.

use shuffle_engine::columnar::RowDigest;
use shuffle_engine::scenario::{Action, CollectPoint, Query};
use shuffle_engine::{EngineError, Scenario};
use shuffle_lab::browser::{Pool, RunOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{job, report_of};

fn scenario(query: Query, action: Action) -> Scenario {
    Scenario { rows: 50_000, keys: 2_000, workers: 3, query, action, ..Scenario::default() }
}

fn collect(memory_bytes: u64) -> Action {
    Action::Collect { of: CollectPoint::Result, memory_bytes }
}

#[wasm_bindgen_test]
async fn a_collect_brings_the_rows_whose_digest_a_write_reports() {
    let pool = Pool::new();
    for query in [Query::Narrow, Query::DedupBest, Query::Join] {
        let stayed = report_of(&pool, &scenario(query, Action::Write {})).await.result;
        let finished = pool.run(job(&scenario(query, collect(1 << 30))), RunOptions::default()).await;
        let rows = finished.expect("they fit").outcome.rows;
        let mut digest = RowDigest::default();
        rows.iter().for_each(|batch| digest.add_batch(batch));
        assert_eq!((digest.row_count, digest.hex()), (stayed.rows, stayed.digest), "{query:?}");
    }
}

#[wasm_bindgen_test]
async fn a_collect_that_does_not_fit_is_refused_before_a_row_is_sent_and_the_pool_goes_on() {
    let pool = Pool::new();
    let too_small = scenario(Query::Repartition, collect(100_000));
    let error = pool.run(job(&too_small), RunOptions::default()).await.expect_err("50,000 rows do not fit");
    assert!(
        matches!(error, EngineError::OutOfMemory { needed_bytes, limit_bytes: 100_000 } if needed_bytes > 1_000_000),
        "{error}"
    );
    assert_eq!(report_of(&pool, &scenario(Query::Repartition, Action::Write {})).await.result.rows, 50_000);
}

#[wasm_bindgen_test]
async fn a_show_runs_no_more_partitions_than_it_needs() {
    let pool = Pool::new();
    let report = report_of(&pool, &scenario(Query::Narrow, Action::show(5))).await;
    let fetched = report.fetched.expect("rows came");
    assert_eq!((fetched.rows, fetched.tasks_run, fetched.task_count), (5, 1, 32));
}
