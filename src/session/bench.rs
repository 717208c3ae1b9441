//! What `cargo xtask bench` times in the page: the engine's own code over data that is in memory already.
//!
//! `bench(name, {scenario, repeats})` answers `{name, rows, groups, checksum, micros}`, one time a repeat, from
//! call to answer. The checksum, taken off the clock, is the exact sum over the groups of key x count^2 in decimal digits:
//! it notices a row in the wrong group. `bench("exchange_blocks", {workers, block_bytes, rounds, repeats})` answers
//! `{name, blocks, micros}`, the mean of a round. The other side of each comparison is in `tests/bench`.

use std::cell::RefCell;
use std::sync::Arc;

use js_sys::{Array, BigInt64Array, Error, Object, Reflect};
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::{Clock, Collect};
use shuffle_engine::columnar::{BATCH_ROWS, DataType, RecordBatch, Schema};
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::{Aggregate, AggregateFunction, AggregateStep, OperatorSpec};
use shuffle_engine::scenario::{Query, Skew, Tactics};
use shuffle_engine::{EngineError, Scenario};
use wasm_bindgen::{JsCast, JsValue};

use super::Session;
use super::api::{js_error, read_scenario, set};
use crate::browser::RunOptions;
use crate::browser::clock::BrowserClock;
use crate::browser::task::next_turn;

/// The place of `prompt_hash` in `prompts`.
const KEY_COLUMN: usize = 1;
/// Bytes of a block before its values: its header and its one column's.
const BLOCK_OVERHEAD_BYTES: u64 = 24;

thread_local! {
    /// The key column of the scenario asked for last.
    static KEYS: RefCell<Option<(Scenario, Vec<RecordBatch>)>> = const { RefCell::new(None) };
}

/// Groups and what they add up to.
struct Grouped {
    groups: u64,
    rows: u64,
    checksum: i128,
}

/// Runs a benchmark by name.
///
/// # Errors
/// An unknown name, bad options, or what ended a run.
pub(super) async fn bench(session: &Session, name: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
    let repeats = whole(options, "repeats").unwrap_or(1).max(1);
    match name.as_string().as_deref() {
        Some("local_count_by_key") => local_count_by_key(&scenario_of(options)?, repeats).await,
        Some("shuffled_count_by_key") => {
            shuffled_count_by_key(session, &scenario_of(options)?, repeats).await
        }
        Some("exchange_blocks") => exchange_blocks(session, options, repeats).await,
        _ => {
            Err(Error::new("name: is not one of local_count_by_key, shuffled_count_by_key, exchange_blocks")
                .into())
        }
    }
}

/// The key column of a scenario, all partitions in order, for the other side of a comparison.
///
/// # Errors
/// A scenario that cannot run.
pub(super) async fn data(options: &JsValue) -> Result<JsValue, JsValue> {
    let batches = resident_keys(&scenario_of(options)?).await;
    let row_count: usize = batches.iter().map(RecordBatch::row_count).sum();
    let keys = BigInt64Array::new_with_length(row_count as u32);
    let mut at = 0;
    for batch in &batches {
        let end = at + batch.row_count() as u32;
        keys.subarray(at, end).copy_from(batch.column(0).as_int64().values());
        at = end;
    }
    Ok(keys.into())
}

async fn local_count_by_key(scenario: &Scenario, repeats: u64) -> Result<JsValue, JsValue> {
    let batches = resident_keys(scenario).await;
    let mut micros = Vec::new();
    let mut grouped = Vec::new();
    for _ in 0..repeats {
        next_turn().await;
        let started = BrowserClock.now();
        grouped = group(&batches).map_err(|error| js_error(&error))?;
        micros.push(BrowserClock.now().since(started).0);
    }
    Ok(answer("local_count_by_key", Some(&add_up(&grouped)), &micros))
}

/// Counts the keys with the operator that every plan uses.
fn group(batches: &[RecordBatch]) -> Result<Vec<RecordBatch>, EngineError> {
    let count = Aggregate { function: AggregateFunction::Count, column: None, name: "count".to_owned() };
    let schema = Arc::new(Schema::new([("prompt_hash", DataType::Int64), ("count", DataType::Int64)]));
    let input_schema = Arc::new(Schema::new([("prompt_hash", DataType::Int64)]));
    let (keys, aggregates, step) = (vec![0], vec![count], AggregateStep::Complete);
    let operator = OperatorSpec::HashAggregate { keys, aggregates, step, input_schema, schema };
    let mut pipeline = Pipeline::new(&[operator]);
    let mut grouped = Vec::new();
    let mut keep = |batch| {
        grouped.push(batch);
        Ok(())
    };
    batches.iter().try_for_each(|batch| pipeline.push(batch, &mut keep))?;
    pipeline.finish(&mut keep)?;
    Ok(grouped)
}

fn add_up(batches: &[RecordBatch]) -> Grouped {
    let mut grouped = Grouped { groups: 0, rows: 0, checksum: 0 };
    for batch in batches {
        let (keys, counts) = (batch.column(0).as_int64().values(), batch.column(1).as_int64().values());
        for (&key, &count) in keys.iter().zip(counts) {
            grouped.groups += 1;
            grouped.rows += count as u64;
            grouped.checksum += i128::from(key) * i128::from(count) * i128::from(count);
        }
    }
    grouped
}

async fn shuffled_count_by_key(
    session: &Session,
    scenario: &Scenario,
    repeats: u64,
) -> Result<JsValue, JsValue> {
    let pool = session.pool();
    let options = || RunOptions { resident: true, ..RunOptions::default() };
    // The workers generate and keep their partitions in a run that nobody times.
    pool.run(scenario, options()).await.map_err(|error| js_error(&error))?;
    let mut micros = Vec::new();
    let mut digests = Vec::new();
    for _ in 0..repeats {
        let started = BrowserClock.now();
        let finished = pool.run(scenario, options()).await.map_err(|error| js_error(&error))?;
        micros.push(BrowserClock.now().since(started).0);
        digests.push(JobReport::new(&finished.outcome, None).result.digest);
    }
    // The rows stay with the workers: the same digest from a cluster in this thread stands for them.
    let local =
        LocalCluster::new(0).run(scenario, Collect::Rows, &BrowserClock).map_err(|error| js_error(&error))?;
    let expected = JobReport::new(&local, None).result.digest;
    if digests.iter().any(|digest| *digest != expected) {
        return Err(Error::new("the workers' answer is not that of one thread").into());
    }
    let rows: Vec<RecordBatch> = local.tasks.into_iter().flat_map(|record| record.done.rows).collect();
    Ok(answer("shuffled_count_by_key", Some(&add_up(&rows)), &micros))
}

/// All-to-all among real workers, through the whole protocol: what the driver measured between its word to exchange and the
/// last worker's answer.
async fn exchange_blocks(session: &Session, options: &JsValue, repeats: u64) -> Result<JsValue, JsValue> {
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
    let mut micros = Vec::new();
    for _ in 0..repeats {
        let mut sum = 0;
        for _ in 0..rounds {
            let finished = session
                .pool()
                .run(&scenario, RunOptions::default())
                .await
                .map_err(|error| js_error(&error))?;
            sum += finished.outcome.exchanges.iter().map(|exchange| exchange.micros.0).sum::<u64>();
        }
        micros.push(sum / rounds);
    }
    let result = answer("exchange_blocks", None, &micros);
    set(result.unchecked_ref(), "blocks", &(workers * (workers - 1)).into());
    Ok(result)
}

/// The key column in memory, made when it is first asked for.
async fn resident_keys(scenario: &Scenario) -> Vec<RecordBatch> {
    let known = KEYS.with_borrow(|keys| {
        keys.as_ref().filter(|(of, _)| of == scenario).map(|(_, batches)| batches.clone())
    });
    if let Some(batches) = known {
        return batches;
    }
    let dataset = Arc::new(Dataset::new(scenario));
    let mut batches = Vec::new();
    for partition in 0..dataset.partition_count() {
        let mut scan = dataset.scan(Table::Prompts, partition, &[KEY_COLUMN]);
        while let Some(batch) = scan.next_batch(BATCH_ROWS) {
            batches.push(batch);
        }
        next_turn().await;
    }
    KEYS.with_borrow_mut(|keys| *keys = Some((scenario.clone(), batches.clone())));
    batches
}

fn answer(name: &str, grouped: Option<&Grouped>, micros: &[u64]) -> JsValue {
    let result = Object::new();
    set(&result, "name", &name.into());
    let micros: Array = micros.iter().map(|&micros| JsValue::from_f64(micros as f64)).collect();
    set(&result, "micros", &micros);
    if let Some(Grouped { groups, rows, checksum }) = grouped {
        set(&result, "rows", &JsValue::from_f64(*rows as f64));
        set(&result, "groups", &JsValue::from_f64(*groups as f64));
        set(&result, "checksum", &checksum.to_string().into());
    }
    result.into()
}

fn scenario_of(options: &JsValue) -> Result<Scenario, JsValue> {
    let scenario = Reflect::get(options, &"scenario".into()).unwrap_or(JsValue::UNDEFINED);
    read_scenario(&scenario).map_err(|error| js_error(&error.into()))
}

fn whole(options: &JsValue, name: &str) -> Option<u64> {
    Some(Reflect::get(options, &name.into()).ok()?.as_f64()? as u64)
}
