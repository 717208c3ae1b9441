//! Hash join: a table of the build side's keys, then each probe row finds its matches.

use std::sync::Arc;

use super::{KeyTable, Operator, Sink};
use crate::columnar::{BATCH_ROWS, RecordBatch, Schema};
use crate::error::Result;

/// Where a chain of build rows ends.
const END: u32 = u32::MAX;

/// Inner equi-join on Int64 keys; NULL meets nothing.
#[derive(Debug)]
pub(super) struct HashJoin {
    probe_key: usize,
    build_key: usize,
    /// The build columns that come out: all but its key.
    build_columns: Vec<usize>,
    schema: Arc<Schema>,
    build: Vec<RecordBatch>,
    table: Option<BuildTable>,
}

/// The build side, put together once its input has ended.
#[derive(Debug)]
struct BuildTable {
    rows: RecordBatch,
    keys: KeyTable,
    /// The first row of each key's number; further rows of the key follow through `next`.
    first: Vec<u32>,
    next: Vec<u32>,
}

impl BuildTable {
    fn new(rows: RecordBatch, key: usize) -> Self {
        let mut table = BuildTable {
            keys: KeyTable::default(),
            first: Vec::new(),
            next: vec![END; rows.row_count()],
            rows,
        };
        let keys = table.rows.column(key).as_int64();
        // Backwards, so that a chain lists its rows in their order.
        for row in (0..table.rows.row_count()).rev() {
            let Some(key) = keys.get(row) else { continue };
            let number = table.keys.insert(key) as usize;
            if number == table.first.len() {
                table.first.push(row as u32);
            } else {
                table.next[row] = std::mem::replace(&mut table.first[number], row as u32);
            }
        }
        table
    }
}

impl HashJoin {
    pub(super) fn new(
        probe_key: usize,
        build_key: usize,
        build_schema: &Schema,
        _kind: crate::plan::JoinKind,
        schema: Arc<Schema>,
    ) -> Self {
        HashJoin {
            probe_key,
            build_key,
            build_columns: (0..build_schema.fields().len()).filter(|&column| column != build_key).collect(),
            schema,
            build: Vec::new(),
            table: None,
        }
    }

    fn emit(&self, table: &BuildTable, batch: &RecordBatch, matches: &Matches, sink: Sink<'_>) -> Result<()> {
        let mut columns = batch.take(&matches.probe_rows).columns().to_vec();
        columns.extend(
            self.build_columns
                .iter()
                .map(|&column| Arc::new(table.rows.column(column).take(&matches.build_rows))),
        );
        sink(RecordBatch::new(self.schema.clone(), columns))
    }
}

/// Pairs of rows that met.
#[derive(Debug, Default)]
struct Matches {
    probe_rows: Vec<u32>,
    build_rows: Vec<u32>,
}

impl Operator for HashJoin {
    fn push_build(&mut self, batch: &RecordBatch) -> Result<()> {
        self.build.push(batch.clone());
        Ok(())
    }

    fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        if self.table.is_none() {
            // No build row at all: nothing can match.
            let Some(rows) = RecordBatch::concat(&std::mem::take(&mut self.build)) else { return Ok(()) };
            self.table = Some(BuildTable::new(rows, self.build_key));
        }
        let Some(table) = &self.table else { return Ok(()) };
        let keys = batch.column(self.probe_key).as_int64();
        let mut matches = Matches::default();
        for row in 0..batch.row_count() {
            let number = keys.get(row).and_then(|key| table.keys.get(key));
            let mut build_row = number.map_or(END, |number| table.first[number as usize]);
            while build_row != END {
                matches.probe_rows.push(row as u32);
                matches.build_rows.push(build_row);
                build_row = table.next[build_row as usize];
            }
            // One probe row can match many: what has gathered leaves before it grows past a few batches.
            if matches.probe_rows.len() >= BATCH_ROWS {
                self.emit(table, batch, &matches, sink)?;
                matches = Matches::default();
            }
        }
        if matches.probe_rows.is_empty() { Ok(()) } else { self.emit(table, batch, &matches, sink) }
    }

    fn finish(&mut self, _sink: Sink<'_>) -> Result<()> {
        self.build.clear();
        self.table = None;
        Ok(())
    }
}
