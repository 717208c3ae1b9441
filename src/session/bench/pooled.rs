//! What needs workers: a group-by through a real exchange, an all-to-all of small blocks, and starting them.

use js_sys::Error;
use shuffle_engine::Scenario;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Action, Clock, CollectPoint, Job, RunSpec};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::{Query, Skew, Tactics};
use wasm_bindgen::JsValue;

use super::super::Session;
use super::super::script::js_error;
use super::{Measured, decimal, scenario_of, whole};
use crate::browser::clock::BrowserClock;
use crate::browser::{Pool, RunOptions};

/// Bytes of a block before its values: its header and its one column's.
const BLOCK_OVERHEAD_BYTES: u64 = 24;

/// `count_by_key` on the session's pool, from the call until the last reduce task is done.
pub(super) async fn count_by_key(options: &JsValue, repeats: u64) -> Result<Measured, JsValue> {
    let scenario = &scenario_of(options)?;
    let job = scenario.job().map_err(|error| js_error(&error))?;
    let pool = Pool::keeping_scans();
    // The workers generate and keep their partitions in a run that nobody times.
    pool.run(job.clone(), RunOptions::default()).await.map_err(|error| js_error(&error))?;
    let mut micros = Vec::new();
    let mut digests = Vec::new();
    for _ in 0..repeats {
        let started = BrowserClock.now();
        let finished =
            pool.run(job.clone(), RunOptions::default()).await.map_err(|error| js_error(&error))?;
        micros.push(BrowserClock.now().since(started).0);
        digests.push(JobReport::new(&finished.outcome).result.digest);
    }
    // The rows stay with the workers: the same digest from a cluster in this thread stands for them.
    let action = Action::Collect { of: CollectPoint::Result, memory_bytes: u64::MAX };
    let collecting = Job { run: RunSpec { action, ..job.run }, ..job };
    let local = LocalCluster::new(0).run(&collecting, &BrowserClock).map_err(|error| js_error(&error))?;
    let expected = JobReport::new(&local).result.digest;
    if digests.iter().any(|digest| *digest != expected) {
        return Err(Error::new("the workers' answer is not that of one thread").into());
    }
    let (mut groups, mut rows, mut checksum) = (0, 0, 0i128);
    for batch in &local.rows {
        let (keys, counts) = (batch.column(0).as_int64().values(), batch.column(1).as_int64().values());
        for (&key, &count) in keys.iter().zip(counts) {
            groups += 1;
            rows += count;
            checksum += i128::from(key) * i128::from(count) * i128::from(count);
        }
    }
    let answer = vec![("groups", decimal(groups)), ("rows", decimal(rows)), ("checksum", decimal(checksum))];
    Ok(Measured { micros, answer })
}

/// All-to-all among real workers, through the whole protocol: what the driver measured between its word to exchange and
/// the last worker's answer; the mean of some rounds.
pub(super) async fn exchange(
    session: &Session,
    options: &JsValue,
    repeats: u64,
) -> Result<Measured, JsValue> {
    let workers = whole(options, "workers").unwrap_or(16) as u32;
    let block_bytes = whole(options, "block_bytes").unwrap_or(0);
    let rounds = whole(options, "rounds").unwrap_or(1).max(1);
    let rows_a_block = block_bytes.saturating_sub(BLOCK_OVERHEAD_BYTES) / 8;
    let scenario = Scenario {
        rows: (rows_a_block * u64::from(workers) * u64::from(workers)).max(1),
        skew: Skew::Uniform {},
        query: Query::CountByKey,
        tactics: Tactics::default(),
        workers,
        map_partitions: workers,
        reduce_partitions: workers,
        ..Scenario::default()
    };
    let job = scenario.job().map_err(|error| js_error(&error))?;
    let mut micros = Vec::new();
    for _ in 0..repeats {
        let mut sum = 0;
        for _ in 0..rounds {
            let finished = session
                .pool()
                .run(job.clone(), RunOptions::default())
                .await
                .map_err(|error| js_error(&error))?;
            sum += finished.outcome.exchanges.iter().map(|exchange| exchange.micros.0).sum::<u64>();
        }
        micros.push(sum / rounds);
    }
    Ok(Measured { micros, answer: vec![("blocks", (workers * (workers - 1)).into())] })
}

/// A pool from nothing until all its workers can be sent work, their ports to each other included. It ends afterwards,
/// outside the clock.
pub(super) async fn start_workers(options: &JsValue, repeats: u64) -> Result<Measured, JsValue> {
    let workers = whole(options, "workers").unwrap_or(16) as u32;
    let mut micros = Vec::new();
    let mut ready = 0;
    for _ in 0..repeats {
        let pool = Pool::new();
        let started = BrowserClock.now();
        pool.warm_up(workers).await.map_err(|error| js_error(&error))?;
        micros.push(BrowserClock.now().since(started).0);
        ready = pool.worker_count() as u32;
    }
    Ok(Measured { micros, answer: vec![("ready", ready.into())] })
}
