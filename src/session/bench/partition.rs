//! The partition kernel by itself: map tasks place their rows and write their blocks, as in every run.

use std::sync::Arc;

use shuffle_engine::EngineError;
use shuffle_engine::cluster::Clock;
use shuffle_engine::columnar::{RecordBatch, Schema, block};
use shuffle_engine::plan::Partitioning;
use shuffle_engine::shuffle::{MapOutput, ShuffleWrite, TaskRows, place};
use wasm_bindgen::JsValue;

use super::super::script::js_error;
use super::data::{self, BenchTable};
use super::{Measured, decimal, scenario_of, whole};
use crate::browser::clock::BrowserClock;
use crate::browser::task::next_turn;

/// The rows' keys and values into blocks; all map tasks' output stays in memory, as it does until an exchange.
pub(super) async fn run(options: &JsValue, repeats: u64) -> Result<Measured, JsValue> {
    let scenario = scenario_of(options)?;
    let partition_count = whole(options, "partitions").unwrap_or(64).max(1) as u32;
    let task_count = whole(options, "map_tasks").unwrap_or(64).max(1) as usize;
    let batches = data::scan(&scenario, BenchTable::Numbers, &[1, 2]).await;
    let schema = Arc::new(BenchTable::Numbers.schema().select(&[1, 2]));
    let batches_a_task = batches.len().div_ceil(task_count).max(1);
    let mut micros = Vec::new();
    let mut outputs = Vec::new();
    for _ in 0..repeats {
        outputs.clear();
        next_turn().await;
        let started = BrowserClock.now();
        for (task, rows) in (0..).zip(batches.chunks(batches_a_task)) {
            outputs.push(write(task, rows, &schema, partition_count).map_err(|error| js_error(&error))?);
        }
        micros.push(BrowserClock.now().since(started).0);
    }
    let answer = check(&outputs, &schema).map_err(|error| js_error(&error))?;
    Ok(Measured { micros, answer })
}

fn write(
    task: u32,
    batches: &[RecordBatch],
    schema: &Schema,
    partition_count: u32,
) -> Result<MapOutput, EngineError> {
    let by_key = Partitioning::by_column(0);
    let mut write = ShuffleWrite::new(partition_count);
    for batch in batches {
        let rows = TaskRows { task, first_row: write.row_count() };
        let placement = place(&by_key, batch, rows, partition_count).expect("room for it");
        write.push(batch.clone(), placement);
    }
    write.finish(schema)
}

/// Keys and values of the blocks, each weighed with its partition's number from 1 on.
fn check(outputs: &[MapOutput], schema: &Arc<Schema>) -> Result<Vec<(&'static str, JsValue)>, EngineError> {
    let (mut rows, mut keys, mut values) = (0, 0i128, 0i128);
    for output in outputs {
        for reduce in 0..output.block_count() as u32 {
            let (batch, _) = block::decode(output.block(reduce), schema)?;
            let weighed = |column: usize| {
                let sum: i128 =
                    batch.column(column).as_int64().values().iter().map(|&value| i128::from(value)).sum();
                sum * i128::from(reduce + 1)
            };
            rows += batch.row_count();
            keys += weighed(0);
            values += weighed(1);
        }
    }
    Ok(vec![("rows", decimal(rows)), ("keys", decimal(keys)), ("values", decimal(values))])
}
