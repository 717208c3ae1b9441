//! Hash aggregate: number each row's key, then add into the column of that number.

use std::sync::Arc;

use super::{KeyTable, Operator, Sink};
use crate::columnar::{BATCH_ROWS, Bitmap, Column, Primitive, RecordBatch, Schema};
use crate::error::Result;
use crate::plan::{Aggregate, AggregateFunction};

/// One row a distinct key, in the order in which keys are first seen.
#[derive(Debug)]
pub(super) struct HashAggregate {
    key: usize,
    aggregates: Vec<Aggregate<usize>>,
    schema: Arc<Schema>,
    table: KeyTable,
    /// One run an aggregate, one value a key's number.
    states: Vec<Vec<i64>>,
    /// The key's number of each row of the batch at hand.
    numbers: Vec<u32>,
}

impl HashAggregate {
    pub(super) fn new(key: usize, aggregates: Vec<Aggregate<usize>>, schema: Arc<Schema>) -> Self {
        let states = vec![Vec::new(); aggregates.len()];
        HashAggregate { key, aggregates, schema, table: KeyTable::default(), states, numbers: Vec::new() }
    }

    fn number_keys(&mut self, keys: &Primitive<i64>) {
        self.numbers.clear();
        let table = &mut self.table;
        match keys.validity() {
            None => self.numbers.extend(keys.values().iter().map(|&key| table.insert(key))),
            Some(_) => self.numbers.extend((0..keys.values().len()).map(|row| match keys.get(row) {
                Some(key) => table.insert(key),
                None => table.insert_null(),
            })),
        }
    }
}

impl Operator for HashAggregate {
    fn push(&mut self, batch: &RecordBatch, _sink: Sink<'_>) -> Result<()> {
        self.number_keys(batch.column(self.key).as_int64());
        for (aggregate, state) in self.aggregates.iter().zip(&mut self.states) {
            state.resize(self.table.len(), 0);
            match (aggregate.function, aggregate.column) {
                (AggregateFunction::Count, _) => {
                    self.numbers.iter().for_each(|&number| state[number as usize] += 1);
                }
                (AggregateFunction::Sum, column) => {
                    let column = column.expect("a sum is of a column");
                    // A NULL's value is 0, which adds nothing.
                    let values = batch.column(column).as_int64().values();
                    for (&number, value) in self.numbers.iter().zip(values) {
                        state[number as usize] = state[number as usize].wrapping_add(*value);
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        let null_number = self.table.null_number().map(|number| number as usize);
        for start in (0..self.table.len()).step_by(BATCH_ROWS) {
            let rows = start..(start + BATCH_ROWS).min(self.table.len());
            let validity = null_number
                .filter(|number| rows.contains(number))
                .map(|number| Bitmap::from_fn(rows.len(), |row| start + row != number));
            let keys = Primitive::with_validity(self.table.keys()[rows.clone()].to_vec(), validity);
            let states = self.states.iter().map(|state| Primitive::new(state[rows.clone()].to_vec()));
            let columns = std::iter::once(keys).chain(states).map(Column::Int64).collect();
            sink(RecordBatch::new(self.schema.clone(), columns))?;
        }
        self.table = KeyTable::default();
        self.states.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}
