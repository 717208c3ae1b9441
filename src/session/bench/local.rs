//! A query in one thread, over batches that are in memory.

use shuffle_engine::EngineError;
use shuffle_engine::cluster::Clock;
use shuffle_engine::columnar::RecordBatch;
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::OperatorSpec;
use wasm_bindgen::JsValue;

use super::super::api::js_error;
use super::data::{self, BenchTable};
use super::queries::LocalQuery;
use super::{Measured, decimal, scenario_of, whole};
use crate::browser::clock::BrowserClock;
use crate::browser::task::next_turn;

/// What a query reads.
struct Inputs {
    rows: Vec<RecordBatch>,
    build: Vec<RecordBatch>,
}

/// What came out: rows of the result that were kept, and the totals over all of them.
struct Output {
    kept: Vec<RecordBatch>,
    totals: Vec<i128>,
}

pub(super) async fn run(query: LocalQuery, options: &JsValue, repeats: u64) -> Result<Measured, JsValue> {
    let scenario = scenario_of(options)?;
    let limit = whole(options, "limit").unwrap_or(0) as i64;
    let (table, columns) = query.source();
    let build =
        if query.has_build() { data::scan(&scenario, BenchTable::Build, &[0, 1]).await } else { Vec::new() };
    let inputs = Inputs { rows: data::scan(&scenario, table, columns).await, build };
    let operators = query.operators(limit);
    let mut micros = Vec::new();
    let mut output = Output { kept: Vec::new(), totals: Vec::new() };
    for _ in 0..repeats {
        // The result before is given back first: a table of this size would be paid for once more.
        output.kept.clear();
        next_turn().await;
        let started = BrowserClock.now();
        output = compute(query, &operators, &inputs).map_err(|error| js_error(&error))?;
        micros.push(BrowserClock.now().since(started).0);
    }
    Ok(Measured { micros, answer: answer(query, &output) })
}

fn compute(query: LocalQuery, operators: &[OperatorSpec], inputs: &Inputs) -> Result<Output, EngineError> {
    let mut pipeline = Pipeline::new(operators);
    let mut output = Output { kept: Vec::new(), totals: vec![0; query.totals().len()] };
    let mut take = |batch: RecordBatch| {
        add(query, &batch, &mut output.totals);
        if !query.streams() {
            output.kept.push(batch);
        }
        Ok(())
    };
    inputs.build.iter().try_for_each(|batch| pipeline.push_build(batch))?;
    inputs.rows.iter().try_for_each(|batch| pipeline.push(batch, &mut take))?;
    pipeline.finish(&mut take)?;
    Ok(output)
}

fn add(query: LocalQuery, batch: &RecordBatch, totals: &mut [i128]) {
    for (total, (_, column)) in totals.iter_mut().zip(query.totals()) {
        *total += match column {
            None => batch.row_count() as i128,
            // A batch's sum fits: its values are below 2^40 and its rows below 2^20.
            Some(column) => i128::from(batch.column(*column).as_int64().values().iter().sum::<i64>()),
        };
    }
}

fn answer(query: LocalQuery, output: &Output) -> Vec<(&'static str, JsValue)> {
    let mut checksums = query.checksums();
    output.kept.iter().for_each(|batch| query.check(batch, &mut checksums));
    let totals = query.totals().iter().zip(&output.totals).map(|((name, _), total)| (*name, decimal(total)));
    totals.chain(checksums.into_iter().map(|(name, sum)| (name, decimal(sum)))).collect()
}
