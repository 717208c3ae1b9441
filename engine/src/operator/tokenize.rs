//! A tokenizer gives one row for each word of a text. A batch can grow tenfold, so its words leave in several batches.

use std::sync::Arc;

use super::{Operator, Sink};
use crate::columnar::{BATCH_ROWS, Column, RecordBatch, Schema, Utf8Column};
use crate::error::Result;
use crate::room::{reserve_for, with_room};

/// Splits a text column at ASCII white space; the other columns repeat for each word. NULL has no words.
#[derive(Debug)]
pub(super) struct Tokenize {
    column: usize,
    schema: Arc<Schema>,
}

impl Tokenize {
    pub(super) fn new(column: usize, schema: Arc<Schema>) -> Self {
        Tokenize { column, schema }
    }

    fn emit(&self, batch: &RecordBatch, rows: &[u32], tokens: Utf8Column, sink: Sink<'_>) -> Result<()> {
        let mut tokens = Some(tokens);
        let columns = batch.columns().iter().enumerate().map(|(index, column)| {
            match tokens.take_if(|_| index == self.column) {
                Some(tokens) => Ok(Column::Utf8(tokens)),
                None => column.take(rows),
            }
        });
        sink(RecordBatch::new(self.schema.clone(), columns.collect::<Result<Vec<_>>>()?))
    }
}

impl Operator for Tokenize {
    fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        let texts = batch.column(self.column).as_utf8();
        let room = || Utf8Column::with_room(BATCH_ROWS, 6 * BATCH_ROWS as u64);
        let (mut rows, mut tokens) = (with_room(BATCH_ROWS)?, room()?);
        for row in 0..batch.row_count() {
            if !texts.is_valid(row) {
                continue;
            }
            let word_count = tokens.push_words(texts, row)?;
            reserve_for(&mut rows, word_count)?;
            rows.extend(std::iter::repeat_n(row as u32, word_count));
            if rows.len() >= BATCH_ROWS {
                self.emit(batch, &rows, std::mem::replace(&mut tokens, room()?), sink)?;
                rows.clear();
            }
        }
        if rows.is_empty() { Ok(()) } else { self.emit(batch, &rows, tokens, sink) }
    }
}
