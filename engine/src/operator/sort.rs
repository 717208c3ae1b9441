//! A sort keeps all rows of a task, and gives them in order when the input has ended.
//!
//! ```text
//!  word │ batch, row      sorted, then the rows are put together a batch at a time
//! ```
//!
//! Rows of one task are those of one range, so the tasks in their order give all rows in order.

use std::cmp::Ordering;

use super::{Operator, Sink};
use crate::columnar::{BATCH_ROWS, RecordBatch};
use crate::error::Result;
use crate::plan::SortKey;
use crate::room::{collect, with_room};
use crate::shuffle::{OrderedRows, is_decided_by_words};

/// Keeps all rows, and gives them in order when the input has ended. Rows that are equal in every key come in the order in
/// which they came in.
#[derive(Debug)]
pub(super) struct Sort {
    keys: Vec<SortKey<usize>>,
    kept: Vec<RecordBatch>,
}

impl Sort {
    pub(super) fn new(keys: Vec<SortKey<usize>>) -> Self {
        Sort { keys, kept: Vec::new() }
    }

    /// Where each row stands that is kept, in order.
    fn places(&self) -> Result<Vec<(u32, u32)>> {
        let batches: Vec<OrderedRows<'_>> =
            self.kept.iter().map(|batch| OrderedRows::new(batch, &self.keys)).collect();
        let row_count = self.kept.iter().map(RecordBatch::row_count).fold(0, usize::saturating_add);
        let mut rows: Vec<(u64, u32, u32)> = with_room(row_count)?;
        for (at, batch) in (0u32..).zip(&batches) {
            rows.extend(batch.words().zip(0u32..).map(|(word, row)| (word, at, row)));
        }
        let is_decided =
            self.kept.first().is_none_or(|first| is_decided_by_words(&self.keys, first.schema(), &self.kept));
        if is_decided {
            rows.sort_unstable();
        } else {
            rows.sort_unstable_by(|one, other| compare(&batches, one, other));
        }
        collect(rows.iter().map(|&(_, batch, row)| (batch, row)))
    }
}

/// By the words, then by the columns, then by the order of arrival.
fn compare(batches: &[OrderedRows<'_>], one: &(u64, u32, u32), other: &(u64, u32, u32)) -> Ordering {
    one.0
        .cmp(&other.0)
        .then_with(|| {
            let (first, second) = (&batches[one.1 as usize], &batches[other.1 as usize]);
            first.compare(one.2 as usize, second, other.2 as usize)
        })
        .then_with(|| (one.1, one.2).cmp(&(other.1, other.2)))
}

impl Operator for Sort {
    fn push(&mut self, batch: &RecordBatch, _sink: Sink<'_>) -> Result<()> {
        if batch.row_count() > 0 {
            self.kept.push(batch.clone());
        }
        Ok(())
    }

    fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        let places = self.places()?;
        for places in places.chunks(BATCH_ROWS) {
            let schema = self.kept[0].schema();
            sink(RecordBatch::gather(schema, &self.kept, places)?)?;
        }
        self.kept.clear();
        Ok(())
    }
}
