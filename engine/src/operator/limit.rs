//! A limit passes on the first rows that come in, in their order, and drops the rest.

use super::{Operator, Sink};
use crate::columnar::RecordBatch;
use crate::error::Result;

/// Lets at most so many rows pass.
#[derive(Debug)]
pub(super) struct Limit {
    row_count: u64,
    left: u64,
}

impl Limit {
    pub(super) fn new(row_count: u64) -> Self {
        Limit { row_count, left: row_count }
    }
}

impl Operator for Limit {
    fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        let rows = batch.row_count() as u64;
        if rows <= self.left {
            self.left -= rows;
            return if rows == 0 { Ok(()) } else { sink(batch.clone()) };
        }
        match std::mem::take(&mut self.left) {
            0 => Ok(()),
            left => sink(batch.first(left as usize)?),
        }
    }

    fn finish(&mut self, _sink: Sink<'_>) -> Result<()> {
        self.left = self.row_count;
        Ok(())
    }
}
