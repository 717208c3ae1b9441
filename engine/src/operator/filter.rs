//! A filter computes one bit for each row. The next operator either skips the rows whose bit is 0 or is given a batch without
//! them.

use super::{Operator, Sink, evaluate_predicate};
use crate::columnar::{Bitmap, RecordBatch};
use crate::error::Result;
use crate::plan::Expr;

/// Keeps the rows for which a predicate is true.
#[derive(Debug)]
pub(super) struct Filter {
    predicate: Expr<usize>,
}

impl Filter {
    pub(super) fn new(predicate: Expr<usize>) -> Self {
        Filter { predicate }
    }
}

impl Operator for Filter {
    fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        sink(batch.take(&evaluate_predicate(&self.predicate, batch)?.ones()?)?)
    }

    fn select(&self, batch: &RecordBatch) -> Result<Option<Bitmap>> {
        evaluate_predicate(&self.predicate, batch).map(Some)
    }
}
