//! Operators: parameters plus one loop over batches.
//!
//! An operator is pushed batches and pushes its own to the next; it does not know which edge feeds it, a
//! scan or a shuffle. Narrow ones answer each batch at once, the hash operators keep a table until the end.
//!
//! ```text
//!  push(batch) ─> filter ─> project ─> hash aggregate ─┐ (keeps a table)
//!  finish() ───────────────────────────────────────────┴─> batches ─> next
//! ```

mod composite_keys;
mod dedup;
mod evaluate;
mod exact_sum;
mod filter;
mod group_keys;
mod groups;
mod hash_aggregate;
mod hash_join;
mod homes;
mod key_table;
mod limit;
mod project;
mod sample;
mod scan;
mod slot_table;
mod sort;
mod text_table;
mod tokenize;

pub use evaluate::{evaluate, evaluate_predicate};
pub use exact_sum::ExactSum;
pub use group_keys::GroupKeys;
pub use hash_join::BuildTable;
pub use key_table::KeyTable;
pub use scan::scan;
pub use text_table::TextTable;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::columnar::{Bitmap, RecordBatch};
use crate::error::Result;
use crate::plan::{BuildInput, OperatorSpec};

/// What an operator gives its batches to.
pub type Sink<'a> = &'a mut dyn FnMut(RecordBatch) -> Result<()>;

/// A running operator: one step of a pipeline.
pub trait Operator: Send {
    /// Takes a batch of the input; of a join that is the probe side.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`] and [`crate::EngineError::TooLarge`], from here or from behind the sink.
    fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()>;

    /// Takes a batch of the build input, before any other. Only the head of a join's stage has one.
    ///
    /// # Errors
    /// As [`Operator::push`].
    fn push_build(&mut self, _batch: &RecordBatch) -> Result<()> {
        unreachable!("only a join has a build side, and the stage graph puts it at the head")
    }

    /// The rows that stay, from an operator that does nothing but leave rows out.
    ///
    /// # Errors
    /// As [`Operator::push`].
    fn select(&self, _batch: &RecordBatch) -> Result<Option<Bitmap>> {
        Ok(None)
    }

    /// Takes the rows of a batch that have a bit, at least one of them. Who need not have them side by side saves the copy.
    ///
    /// # Errors
    /// As [`Operator::push`].
    fn push_selected(&mut self, batch: &RecordBatch, kept: &Bitmap, sink: Sink<'_>) -> Result<()> {
        self.push(&batch.take(&kept.ones()?)?, sink)
    }

    /// The input has ended. The operator gives out what it kept.
    ///
    /// # Errors
    /// As [`Operator::push`].
    fn finish(&mut self, _sink: Sink<'_>) -> Result<()> {
        Ok(())
    }
}

/// Running operators, each of which gives its batches to the next.
pub struct Pipeline {
    operators: Vec<Box<dyn Operator>>,
}

/// Says how many operators there are. Their tables of rows are nothing to print.
impl fmt::Debug for Pipeline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pipeline of {}", self.operators.len())
    }
}

impl Pipeline {
    /// A pipeline of these operators, which have seen no row yet.
    pub fn new(specs: &[OperatorSpec]) -> Self {
        Pipeline::with_tables(specs, &BTreeMap::new())
    }

    /// As [`Pipeline::new`], with the tables of broadcast build sides, by shuffle.
    ///
    /// # Panics
    /// When a table is missing: whoever sets a task up has made it.
    pub fn with_tables(specs: &[OperatorSpec], tables: &BTreeMap<u32, Arc<BuildTable>>) -> Self {
        Pipeline { operators: specs.iter().map(|spec| build(spec, tables)).collect() }
    }

    /// Sends a batch through all operators. What comes out of the last one goes into the sink.
    ///
    /// # Errors
    /// As [`Operator::push`].
    pub fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        push_through(&mut self.operators, batch, sink)
    }

    /// Sends a batch of the build input to the first operator.
    ///
    /// # Errors
    /// As [`Operator::push`].
    pub fn push_build(&mut self, batch: &RecordBatch) -> Result<()> {
        self.operators.first_mut().expect("a stage with a build input begins with a join").push_build(batch)
    }

    /// Ends the input. Each operator in turn gives out what it kept.
    ///
    /// # Errors
    /// As [`Operator::push`].
    pub fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        for index in 0..self.operators.len() {
            let (head, tail) = self.operators[index..].split_first_mut().expect("index is below the length");
            head.finish(&mut |batch| push_through(tail, &batch, sink))?;
        }
        Ok(())
    }
}

fn push_through(operators: &mut [Box<dyn Operator>], batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
    let Some((head, tail)) = operators.split_first_mut() else { return sink(batch.clone()) };
    if let Some(kept) = head.select(batch)? {
        return match kept.count_ones() {
            0 => Ok(()),
            all if all == batch.row_count() => push_through(tail, batch, sink),
            _ => push_selected(tail, batch, &kept, sink),
        };
    }
    match tail {
        [] => head.push(batch, sink),
        tail => head.push(batch, &mut |batch| push_through(tail, &batch, sink)),
    }
}

fn push_selected(
    operators: &mut [Box<dyn Operator>],
    batch: &RecordBatch,
    kept: &Bitmap,
    sink: Sink<'_>,
) -> Result<()> {
    match operators.split_first_mut() {
        None => sink(batch.take(&kept.ones()?)?),
        Some((head, tail)) => head.push_selected(batch, kept, &mut |batch| push_through(tail, &batch, sink)),
    }
}

fn build(spec: &OperatorSpec, tables: &BTreeMap<u32, Arc<BuildTable>>) -> Box<dyn Operator> {
    match spec.clone() {
        OperatorSpec::Filter { predicate } => Box::new(filter::Filter::new(predicate)),
        OperatorSpec::Project { exprs, schema } => Box::new(project::Project::new(exprs, schema)),
        OperatorSpec::Tokenize { column, schema } => Box::new(tokenize::Tokenize::new(column, schema)),
        OperatorSpec::Sample { column, share } => Box::new(sample::Sample::new(column, share)),
        OperatorSpec::Limit { row_count } => Box::new(limit::Limit::new(row_count)),
        OperatorSpec::Sort { keys } => Box::new(sort::Sort::new(keys)),
        OperatorSpec::HashAggregate { keys, aggregates, step, input_schema, schema } => {
            Box::new(hash_aggregate::HashAggregate::new(keys, aggregates, step, &input_schema, schema))
        }
        OperatorSpec::Dedup { key, order, schema } => Box::new(dedup::Dedup::new(key, order, schema)),
        OperatorSpec::HashJoin(spec) => {
            let build = spec.build;
            let join = hash_join::HashJoin::new(spec);
            Box::new(match build {
                BuildInput::Shuffle => join,
                BuildInput::Broadcast(shuffle) => {
                    join.with_table(tables.get(&shuffle).expect("the task has made its tables").clone())
                }
            })
        }
    }
}
