//! A sample passes on a share of the rows. The hash of a column decides which.

use super::{Operator, Sink};
use crate::columnar::RecordBatch;
use crate::error::Result;
use crate::plan::RowShare;
use crate::room::collect;

/// Keeps the rows whose Int64 value hashes into the share. A NULL does not.
#[derive(Debug)]
pub(super) struct Sample {
    column: usize,
    share: RowShare,
}

impl Sample {
    pub(super) fn new(column: usize, share: RowShare) -> Self {
        Sample { column, share }
    }
}

impl Operator for Sample {
    fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        let ids = batch.column(self.column).as_int64();
        let is_in = |row: &u32| ids.get(*row as usize).is_some_and(|id| self.share.contains(id as u64));
        let kept = collect((0..batch.row_count() as u32).filter(is_in))?;
        if kept.is_empty() { Ok(()) } else { sink(batch.take(&kept)?) }
    }
}
