//! A query in one thread, over batches that are in memory.

use shuffle_engine::EngineError;
use shuffle_engine::cluster::Clock;
use shuffle_engine::columnar::RecordBatch;
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::OperatorSpec;
use wasm_bindgen::JsValue;

use super::super::script::js_error;
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

/// What came out: rows of the result that were kept, and the one row of totals over all of them.
#[derive(Default)]
struct Output {
    kept: Vec<RecordBatch>,
    totals: Vec<RecordBatch>,
}

pub(super) async fn run(query: LocalQuery, options: &JsValue, repeats: u64) -> Result<Measured, JsValue> {
    let scenario = scenario_of(options)?;
    let limit = whole(options, "limit").unwrap_or(0) as i64;
    let (table, columns) = query.source();
    let build =
        if query.has_build() { data::scan(&scenario, BenchTable::Build, &[0, 1]).await } else { Vec::new() };
    let inputs = Inputs { rows: data::scan(&scenario, table, columns).await, build };
    let (operators, adding_up) = (query.operators(limit), query.adding_up());
    let mut micros = Vec::new();
    let mut output = Output::default();
    for _ in 0..repeats {
        // The result before is given back first: a table of this size would be paid for once more.
        output.kept.clear();
        next_turn().await;
        let started = BrowserClock.now();
        output = compute(query, &operators, &adding_up, &inputs).map_err(|error| js_error(&error))?;
        micros.push(BrowserClock.now().since(started).0);
    }
    Ok(Measured { micros, answer: answer(query, &output) })
}

fn compute(
    query: LocalQuery,
    operators: &[OperatorSpec],
    adding_up: &OperatorSpec,
    inputs: &Inputs,
) -> Result<Output, EngineError> {
    if query.streams() {
        let all = [operators, std::slice::from_ref(adding_up)].concat();
        return Ok(Output { kept: Vec::new(), totals: collect(&all, &inputs.build, &inputs.rows)? });
    }
    let kept = collect(operators, &inputs.build, &inputs.rows)?;
    let totals = collect(std::slice::from_ref(adding_up), &[], &kept)?;
    Ok(Output { kept, totals })
}

/// What comes out of a pipeline.
fn collect(
    operators: &[OperatorSpec],
    build: &[RecordBatch],
    rows: &[RecordBatch],
) -> Result<Vec<RecordBatch>, EngineError> {
    let mut pipeline = Pipeline::new(operators);
    let mut collected = Vec::new();
    let mut keep = |batch| {
        collected.push(batch);
        Ok(())
    };
    build.iter().try_for_each(|batch| pipeline.push_build(batch))?;
    rows.iter().try_for_each(|batch| pipeline.push(batch, &mut keep))?;
    pipeline.finish(&mut keep)?;
    Ok(collected)
}

fn answer(query: LocalQuery, output: &Output) -> Vec<(&'static str, JsValue)> {
    let mut checksums = query.checksums();
    output.kept.iter().for_each(|batch| query.check(batch, &mut checksums));
    // No row at all adds up to nothing.
    let total = |column: usize| -> i64 {
        output.totals.iter().flat_map(|batch| batch.column(column).as_int64().values()).sum()
    };
    let totals = (0..).zip(query.totals()).map(|(column, (name, _))| (*name, decimal(total(column))));
    totals.chain(checksums.into_iter().map(|(name, sum)| (name, decimal(sum)))).collect()
}
