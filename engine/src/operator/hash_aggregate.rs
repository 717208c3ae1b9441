//! Hash aggregate: number each row's key, then add into the column of that number.

use std::sync::Arc;

use super::{GroupKeys, Operator, Sink};
use crate::columnar::{BATCH_ROWS, Column, Primitive, RecordBatch, Schema};
use crate::error::Result;
use crate::plan::{Aggregate, AggregateFunction, AggregateStep};

/// One row a distinct key, in the order in which keys are first seen.
#[derive(Debug)]
pub(super) struct HashAggregate {
    key: usize,
    aggregates: Vec<Aggregate<usize>>,
    schema: Arc<Schema>,
    keys: GroupKeys,
    /// One run an aggregate, one value a key's number.
    states: Vec<Vec<i64>>,
    /// The key's number of each row of the batch at hand.
    numbers: Vec<u32>,
}

impl HashAggregate {
    pub(super) fn new(
        keys: Vec<usize>,
        mut aggregates: Vec<Aggregate<usize>>,
        step: AggregateStep,
        _input_schema: &Schema,
        schema: Arc<Schema>,
    ) -> Self {
        let key = keys[0];
        if matches!(step, AggregateStep::Merge | AggregateStep::Final) {
            aggregates.iter_mut().for_each(|aggregate| aggregate.function = AggregateFunction::Sum);
        }
        let states = vec![Vec::new(); aggregates.len()];
        // The key comes out first.
        let keys = GroupKeys::new(schema.fields()[0].data_type);
        HashAggregate { key, aggregates, schema, keys, states, numbers: Vec::new() }
    }
}

impl Operator for HashAggregate {
    fn push(&mut self, batch: &RecordBatch, _sink: Sink<'_>) -> Result<()> {
        self.keys.number(batch.column(self.key), &mut self.numbers);
        for (aggregate, state) in self.aggregates.iter().zip(&mut self.states) {
            state.resize(self.keys.len(), 0);
            match (aggregate.function, aggregate.column) {
                (AggregateFunction::Count, _) => {
                    self.numbers.iter().for_each(|&number| state[number as usize] += 1);
                }
                (_, column) => {
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
        for start in (0..self.keys.len()).step_by(BATCH_ROWS) {
            let rows = start..(start + BATCH_ROWS).min(self.keys.len());
            let keys = self.keys.column(rows.clone());
            let states = self.states.iter().map(|state| Primitive::new(state[rows.clone()].to_vec()));
            let columns = std::iter::once(keys).chain(states.map(Column::Int64)).collect();
            sink(RecordBatch::new(self.schema.clone(), columns))?;
        }
        self.keys = GroupKeys::new(self.schema.fields()[0].data_type);
        self.states.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}
