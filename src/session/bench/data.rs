//! The tables of the benchmark: keys and texts of the generator, and values that follow from the row's number by integer
//! arithmetic that any language repeats.

use std::cell::RefCell;
use std::sync::Arc;

use js_sys::{BigInt64Array, Error, Object, Uint8Array, Uint32Array};
use shuffle_engine::Scenario;
use shuffle_engine::columnar::{BATCH_ROWS, Column, DataType, Primitive, RecordBatch, Schema, Utf8Column};
use shuffle_engine::dataset::{Dataset, Table};
use wasm_bindgen::JsValue;

use super::super::script::set;
use crate::browser::task::next_turn;

/// `v` and `w` are (row x this, modulo 2^32) modulo [`VALUE_LIMIT`]: scattered, small, sums exact.
const MULTIPLIER: u32 = 2_654_435_761;
/// Above every value.
const VALUE_LIMIT: u32 = 1_000;

/// A table of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BenchTable {
    /// `id, key, v`: a row for each row of the scenario.
    Numbers,
    /// `key, w`: every key once.
    Build,
    /// `name, text`: "k" and the key's digits, and the generator's text.
    Texts,
}

thread_local! {
    /// What was made last; of one scenario, so that memory holds one data set.
    static TABLES: RefCell<Tables> = const { RefCell::new(Tables { of: None, made: Vec::new() }) };
}

struct Tables {
    of: Option<Scenario>,
    made: Vec<(BenchTable, Vec<RecordBatch>)>,
}

impl BenchTable {
    pub(super) fn by_name(name: &str) -> Option<Self> {
        match name {
            "numbers" => Some(BenchTable::Numbers),
            "build" => Some(BenchTable::Build),
            "texts" => Some(BenchTable::Texts),
            _ => None,
        }
    }

    /// All its columns.
    pub(super) fn schema(self) -> Schema {
        match self {
            BenchTable::Numbers => {
                Schema::new([("id", DataType::Int64), ("key", DataType::Int64), ("v", DataType::Int64)])
            }
            BenchTable::Build => Schema::new([("key", DataType::Int64), ("w", DataType::Int64)]),
            BenchTable::Texts => Schema::new([("name", DataType::Utf8), ("text", DataType::Utf8)]),
        }
    }

    /// The generator's table and columns that it is made of.
    fn source(self) -> (Table, &'static [usize]) {
        match self {
            BenchTable::Numbers => (Table::Prompts, &[0, 1]),
            BenchTable::Build => (Table::Rewards, &[0]),
            BenchTable::Texts => (Table::Prompts, &[1, 3]),
        }
    }

    /// The rows that follow from a batch of the source, whose first row has this number.
    fn make(self, schema: &Arc<Schema>, source: &RecordBatch, first_row: usize) -> RecordBatch {
        let mut columns = source.columns().to_vec();
        match self {
            BenchTable::Numbers | BenchTable::Build => {
                let rows = first_row..first_row + source.row_count();
                columns.push(Arc::new(Column::Int64(Primitive::new(rows.map(value_of).collect()))));
            }
            BenchTable::Texts => columns[0] = Arc::new(names(source.column(0).as_int64().values())),
        }
        RecordBatch::new(schema.clone(), columns)
    }
}

fn value_of(row: usize) -> i64 {
    i64::from((row as u32).wrapping_mul(MULTIPLIER) % VALUE_LIMIT)
}

fn names(keys: &[i64]) -> Column {
    let names = keys.iter().map(|key| Some(format!("k{key}")));
    Column::Utf8(Utf8Column::of(names).expect("room for a benchmark's keys"))
}

/// Some columns of a table, batch by batch, as a scan that reads only these would give them.
pub(super) async fn scan(scenario: &Scenario, table: BenchTable, columns: &[usize]) -> Vec<RecordBatch> {
    let schema = Arc::new(table.schema().select(columns));
    let select = |batch: &RecordBatch| {
        let selected = columns.iter().map(|&column| batch.columns()[column].clone()).collect();
        RecordBatch::new(schema.clone(), selected)
    };
    resident(scenario, table).await.iter().map(select).collect()
}

/// The whole table in memory, made when it is first asked for. Its columns are shared, not copied.
async fn resident(scenario: &Scenario, table: BenchTable) -> Vec<RecordBatch> {
    let known = TABLES.with_borrow_mut(|tables| {
        if tables.of.as_ref() != Some(scenario) {
            *tables = Tables { of: Some(scenario.clone()), made: Vec::new() };
        }
        tables.made.iter().find(|(made, _)| *made == table).map(|(_, batches)| batches.clone())
    });
    if let Some(batches) = known {
        return batches;
    }
    let dataset = Arc::new(Dataset::new(&scenario.data()).expect("room for its tables"));
    let (source, columns) = table.source();
    let schema = Arc::new(table.schema());
    let (mut batches, mut row_count) = (Vec::new(), 0);
    for partition in 0..dataset.partition_count() {
        let mut scan = dataset.scan(&source, partition, columns);
        while let Some(batch) = scan.next_batch(BATCH_ROWS).expect("room for a batch") {
            batches.push(table.make(&schema, &batch, row_count));
            row_count += batch.row_count();
        }
        next_turn().await;
    }
    TABLES.with_borrow_mut(|tables| tables.made.push((table, batches.clone())));
    batches
}

/// A column for scripts: a `BigInt64Array`, or `{offsets, bytes}` as Arrow has them.
///
/// # Errors
/// The table has no such column.
pub(super) async fn column(scenario: &Scenario, table: BenchTable, name: &str) -> Result<JsValue, JsValue> {
    let schema = table.schema();
    let index = schema.fields().iter().position(|field| field.name == name);
    let index = index.ok_or_else(|| Error::new("column: is unknown"))?;
    let batches = scan(scenario, table, &[index]).await;
    let columns = batches.iter().map(|batch| batch.column(0));
    Ok(match schema.fields()[index].data_type {
        DataType::Utf8 => texts_for_scripts(columns.map(Column::as_utf8)),
        DataType::Int64 | DataType::Float64 => {
            ints_for_scripts(columns.map(|column| column.as_int64().values()))
        }
    })
}

fn ints_for_scripts<'a>(runs: impl Iterator<Item = &'a [i64]> + Clone) -> JsValue {
    let ints = BigInt64Array::new_with_length(runs.clone().map(<[i64]>::len).sum::<usize>() as u32);
    let mut at = 0;
    for run in runs {
        let end = at + run.len() as u32;
        ints.subarray(at, end).copy_from(run);
        at = end;
    }
    ints.into()
}

fn texts_for_scripts<'a>(columns: impl Iterator<Item = &'a Utf8Column>) -> JsValue {
    let (mut offsets, mut bytes) = (vec![0u32], Vec::new());
    for column in columns {
        for row in 0..column.len() {
            bytes.extend_from_slice(column.bytes_at(row));
            offsets.push(bytes.len() as u32);
        }
    }
    let texts = Object::new();
    set(&texts, "offsets", &Uint32Array::from(offsets.as_slice()));
    set(&texts, "bytes", &Uint8Array::from(bytes.as_slice()));
    texts.into()
}
