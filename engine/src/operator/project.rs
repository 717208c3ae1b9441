//! A projection computes each of its columns with an expression.

use std::sync::Arc;

use super::{Operator, Sink, evaluate};
use crate::columnar::{RecordBatch, Schema};
use crate::error::Result;
use crate::plan::Expr;

/// Computes columns.
#[derive(Debug)]
pub(super) struct Project {
    exprs: Vec<Expr<usize>>,
    schema: Arc<Schema>,
}

impl Project {
    pub(super) fn new(exprs: Vec<Expr<usize>>, schema: Arc<Schema>) -> Self {
        Project { exprs, schema }
    }
}

impl Operator for Project {
    fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        let columns = self.exprs.iter().map(|expr| evaluate(expr, batch)).collect::<Result<Vec<_>>>()?;
        sink(RecordBatch::new(self.schema.clone(), columns))
    }
}
