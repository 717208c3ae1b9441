//! A hash aggregate finds the group of each row, and then adds the row's values to what it keeps of that group: the group's words.
//! Each aggregate has a loop of its own over the batch.
//!
//! ```text
//!  batch ── a run of 256 rows  ── groups: where do each row's words begin? ──┐
//!                                 part: add the column to the word at ... <──┤
//!                                 part: ...                               <──┘
//! ```
//!
//! The words of a run's groups are in the nearest cache when the parts come to add: finding them brought them there.

mod distinct;
mod output;
mod part;

use std::sync::Arc;

use self::distinct::DistinctPairs;
use self::output::Outcome;
use self::part::{Part, PartKind};
use super::groups::Groups;
use super::slot_table::RUN_ROWS;
use super::{GroupKeys, Operator, Sink};
use crate::columnar::{BATCH_ROWS, Bitmap, Column, DataType, RecordBatch, Schema};
use crate::error::Result;
use crate::plan::{Aggregate, AggregateFunction, AggregateStep};

/// One row a distinct key, in an order that the rows alone decide. Without a key one row for all, even for none.
#[derive(Debug)]
pub(super) struct HashAggregate {
    keys: Vec<usize>,
    aggregates: Vec<Aggregate<usize>>,
    step: AggregateStep,
    input_schema: Arc<Schema>,
    schema: Arc<Schema>,
    groups: Groups,
    parts: Vec<Part>,
    outcomes: Vec<Outcome>,
    /// Of the run at hand: where the words of each row's group begin.
    positions: Vec<u32>,
}

impl HashAggregate {
    pub(super) fn new(
        keys: Vec<usize>,
        aggregates: Vec<Aggregate<usize>>,
        step: AggregateStep,
        input_schema: &Arc<Schema>,
        schema: Arc<Schema>,
    ) -> Self {
        let mut parts = Vec::new();
        let outcomes = aggregates
            .iter()
            .map(|aggregate| Outcome::plan(aggregate, step, input_schema, &mut parts))
            .collect();
        let types: Vec<DataType> = keys.iter().map(|&key| input_schema.fields()[key].data_type).collect();
        let initial = parts.iter().flat_map(|part| part.kind.initial()).copied().collect();
        HashAggregate {
            groups: Groups::new(keys.clone(), &types, initial),
            keys,
            aggregates,
            step,
            input_schema: input_schema.clone(),
            schema,
            parts,
            outcomes,
            positions: Vec::new(),
        }
    }

    /// As long as a column has no NULL, every group has seen a value of it. With the first NULL that must be kept.
    fn note_nulls(&mut self, batch: &RecordBatch) -> Result<()> {
        self.keep_seen(|column| batch.column(column).validity().is_some())
    }

    /// Keeps from now on which groups have seen a value of those columns.
    fn keep_seen(&mut self, is_due: impl Fn(usize) -> bool) -> Result<()> {
        for index in 0..self.parts.len() {
            let part = &self.parts[index];
            let (column, seen) = (part.column, PartKind::Seen);
            let is_new =
                part.kind.needs_seen() && is_due(column) && find_part(&self.parts, &seen, column).is_none();
            if is_new {
                let at = self.parts.iter().map(|part| part.kind.initial().len()).sum();
                self.groups.add_word(1, 0)?;
                self.parts.push(Part { kind: seen, column, at });
            }
        }
        Ok(())
    }
}

/// The part that keeps this of the column, if there is one.
fn find_part(parts: &[Part], kind: &PartKind, column: usize) -> Option<usize> {
    parts.iter().position(|part| part.column == column && part.kind.is_alike(kind))
}

/// What a part adds up: nothing when it counts rows.
fn input_of<'b>(part: &Part, batch: &'b RecordBatch) -> Option<&'b Column> {
    match part.kind {
        PartKind::Rows => None,
        _ => Some(batch.column(part.column)),
    }
}

impl Operator for HashAggregate {
    fn push(&mut self, batch: &RecordBatch, _sink: Sink<'_>) -> Result<()> {
        self.note_nulls(batch)?;
        self.groups.prepare(batch)?;
        if self.groups.is_global() {
            for part in &mut self.parts {
                let column = input_of(part, batch);
                part.add_all(self.groups.words_mut(), column, batch.row_count(), &mut self.positions)?;
            }
            return Ok(());
        }
        for start in (0..batch.row_count()).step_by(RUN_ROWS) {
            let rows = start..(start + RUN_ROWS).min(batch.row_count());
            self.groups.locate(batch, rows, &mut self.positions)?;
            for part in &mut self.parts {
                let column = input_of(part, batch);
                part.add(self.groups.words_mut(), &self.positions, column, start)?;
            }
        }
        Ok(())
    }

    fn push_selected(&mut self, batch: &RecordBatch, kept: &Bitmap, sink: Sink<'_>) -> Result<()> {
        if !self.groups.is_global() || !self.parts.iter().all(|part| part.kind.adds_selected()) {
            return self.push(&batch.take(&kept.ones()?)?, sink);
        }
        self.note_nulls(batch)?;
        self.groups.prepare(batch)?;
        for part in &mut self.parts {
            part.add_selected(self.groups.words_mut(), input_of(part, batch), kept);
        }
        Ok(())
    }

    fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        if self.groups.is_without_rows() {
            self.keep_seen(|_| true)?;
        }
        let positions = self.groups.positions()?;
        for positions in positions.chunks(BATCH_ROWS) {
            let mut columns = self.groups.key_columns(positions)?;
            for outcome in &self.outcomes {
                outcome.columns(&self.parts, self.groups.words(), positions, self.step, &mut columns)?;
            }
            sink(RecordBatch::new(self.schema.clone(), columns))?;
        }
        let aggregates = std::mem::take(&mut self.aggregates);
        let (keys, input_schema) = (std::mem::take(&mut self.keys), self.input_schema.clone());
        *self = HashAggregate::new(keys, aggregates, self.step, &input_schema, self.schema.clone());
        Ok(())
    }
}

impl Outcome {
    /// Finds or adds the parts that an aggregate needs.
    fn plan(
        aggregate: &Aggregate<usize>,
        step: AggregateStep,
        input_schema: &Schema,
        parts: &mut Vec<Part>,
    ) -> Self {
        let column = aggregate.column.unwrap_or(0);
        let mut keep = |kind: PartKind, column: usize| {
            find_part(parts, &kind, column).unwrap_or_else(|| {
                let at = parts.iter().map(|part| part.kind.initial().len()).sum();
                parts.push(Part { kind, column, at });
                parts.len() - 1
            })
        };
        let data_type = || input_schema.fields()[column].data_type;
        let sum = || match data_type() {
            DataType::Int64 => PartKind::SumInt,
            DataType::Float64 => PartKind::SumFloat(Vec::new()),
            // The state of a sum of doubles.
            DataType::Utf8 => PartKind::SumText(Vec::new()),
        };
        let is_state = matches!(step, AggregateStep::Merge | AggregateStep::Final);
        match aggregate.function {
            AggregateFunction::Count if is_state => Outcome::Count(keep(PartKind::SumInt, column)),
            AggregateFunction::Count if aggregate.column.is_none() => Outcome::Count(keep(PartKind::Rows, 0)),
            AggregateFunction::Count => Outcome::Count(keep(PartKind::Values, column)),
            AggregateFunction::CountDistinct => {
                let pairs = DistinctPairs::new(GroupKeys::new(data_type()));
                Outcome::CountDistinct(keep(PartKind::Distinct(Box::new(pairs)), column))
            }
            AggregateFunction::Sum => Outcome::Sum(keep(sum(), column)),
            AggregateFunction::Avg => {
                let (is_int, sum) = (data_type() == DataType::Int64, keep(sum(), column));
                // Of states each word is a column of its own, and they add up one by one.
                let upper = match (is_int, is_state) {
                    (false, _) => None,
                    (true, false) => Some(keep(PartKind::SumUpper, column)),
                    (true, true) => Some(keep(PartKind::SumInt, column + 1)),
                };
                let count = match (is_state, is_int) {
                    (false, _) => keep(PartKind::Values, column),
                    (true, false) => keep(PartKind::SumInt, column + 1),
                    (true, true) => keep(PartKind::SumInt, column + 2),
                };
                Outcome::Avg { sum, upper, count }
            }
            AggregateFunction::Min => match data_type() {
                DataType::Utf8 => Outcome::Text(keep(PartKind::MinText(Vec::new()), column)),
                data_type => Outcome::Extreme(keep(PartKind::Min, column), data_type),
            },
            AggregateFunction::Max => match data_type() {
                DataType::Utf8 => Outcome::Text(keep(PartKind::MaxText(Vec::new()), column)),
                data_type => Outcome::Extreme(keep(PartKind::Max, column), data_type),
            },
        }
    }
}
