//! Filter: a bit a row, then the rows whose bit is set.

use super::{Operator, Sink, evaluate_predicate};
use crate::columnar::RecordBatch;
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
        let kept = evaluate_predicate(&self.predicate, batch);
        match kept.count_ones() {
            0 => Ok(()),
            all if all == batch.row_count() => sink(batch.clone()),
            _ => sink(batch.take(&kept.ones())),
        }
    }
}
