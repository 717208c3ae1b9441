//! One aggregation, taken apart into steps: which columns go into each and come out.
//!
//! A *state* is what can be put together with another state of the same group: a count for a count, a sum and a count
//! for an average. States are ordinary columns, so they cross an exchange as rows do.
//!
//! The average of integers divides their exact sum, which has 128 bits. It travels as two columns: the sum of the integers,
//! wrapping at 64 bits, and the sum of their upper halves. From these two the exact sum follows, for up to 2^32 rows.

use std::sync::Arc;

use super::expr::Expr;
use super::physical::PhysicalPlan;
use super::spec::OperatorSpec;
use super::wide::{Aggregate, AggregateFunction, AggregateStep};
use crate::columnar::{DataType, Schema};

/// The parameters that all steps share.
#[derive(Debug, Clone)]
pub(super) struct AggregateSteps {
    /// The input's columns that are keys.
    keys: Vec<usize>,
    /// Of the input's columns.
    aggregates: Vec<Aggregate<usize>>,
    /// Of each aggregate's column.
    input_types: Vec<Option<DataType>>,
    /// Keys, then states.
    states: Arc<Schema>,
    /// Keys, then results.
    results: Arc<Schema>,
}

impl AggregateSteps {
    pub(super) fn new(
        input: &Schema,
        keys: Vec<usize>,
        aggregates: Vec<Aggregate<usize>>,
        results: Arc<Schema>,
    ) -> Self {
        let fields = input.fields();
        let mut states: Vec<(String, DataType)> =
            keys.iter().map(|&key| (fields[key].name.clone(), fields[key].data_type)).collect();
        let input_types: Vec<Option<DataType>> =
            aggregates.iter().map(|aggregate| Some(fields[aggregate.column?].data_type)).collect();
        for (aggregate, data_type) in aggregates.iter().zip(&input_types) {
            let types = state_types(aggregate.function, *data_type);
            let name = |at: usize| {
                if at == 0 { aggregate.name.clone() } else { format!("{} ({at})", aggregate.name) }
            };
            states.extend(types.iter().enumerate().map(|(at, &data_type)| (name(at), data_type)));
        }
        let states = Schema::new(states.iter().map(|(name, data_type)| (name.as_str(), *data_type)));
        AggregateSteps { keys, aggregates, input_types, states: Arc::new(states), results }
    }

    /// The input's columns that are keys.
    pub(super) fn keys(&self) -> &[usize] {
        &self.keys
    }

    /// One step over `input`: rows for a first step, states for a later one.
    pub(super) fn apply(&self, input: PhysicalPlan, step: AggregateStep) -> PhysicalPlan {
        let (keys, aggregates) = match step {
            AggregateStep::Complete | AggregateStep::Partial => (self.keys.clone(), self.aggregates.clone()),
            AggregateStep::Merge | AggregateStep::Final => {
                ((0..self.keys.len()).collect(), self.of_states(input.schema()))
            }
        };
        let schema = match step {
            AggregateStep::Complete | AggregateStep::Final => self.results.clone(),
            AggregateStep::Partial | AggregateStep::Merge => self.states.clone(),
        };
        let input_schema = input.schema().clone();
        input.then(OperatorSpec::HashAggregate { keys, aggregates, step, input_schema, schema })
    }

    /// The aggregates over states: each names its first state's column.
    fn of_states(&self, states: &Schema) -> Vec<Aggregate<usize>> {
        let mut at = self.keys.len();
        let aggregates = self
            .aggregates
            .iter()
            .zip(&self.input_types)
            .map(|(aggregate, data_type)| {
                let first = at;
                at += state_types(aggregate.function, *data_type).len();
                Aggregate { column: Some(first), ..aggregate.clone() }
            })
            .collect();
        debug_assert_eq!(at, states.fields().len(), "every state has its column");
        aggregates
    }

    /// Ships only what is read: the keys first, then the columns that are aggregated.
    pub(super) fn only_read(&self, input: PhysicalPlan) -> (PhysicalPlan, AggregateSteps) {
        let mut read: Vec<usize> = Vec::new();
        for column in self.keys.iter().copied().chain(self.aggregates.iter().filter_map(|a| a.column)) {
            if !read.contains(&column) {
                read.push(column);
            }
        }
        // A count of rows reads nothing, but rows without a column cannot be counted.
        if read.is_empty() {
            read.push(0);
        }
        if read.len() == input.schema().fields().len() {
            return (input, self.clone());
        }
        let at = |column: usize| read.iter().position(|&other| other == column).expect("listed just above");
        let aggregates = self.aggregates.iter();
        let aggregates =
            aggregates.map(|aggregate| Aggregate { column: aggregate.column.map(at), ..aggregate.clone() });
        let steps = AggregateSteps {
            keys: self.keys.iter().map(|&key| at(key)).collect(),
            aggregates: aggregates.collect(),
            ..self.clone()
        };
        let schema = Arc::new(input.schema().select(&read));
        let exprs = read.iter().map(|&column| Expr::Column(column)).collect();
        (input.then(OperatorSpec::Project { exprs, schema }), steps)
    }
}

/// Types of a state's columns, of an aggregate of a column of this type.
fn state_types(function: AggregateFunction, data_type: Option<DataType>) -> Vec<DataType> {
    // An exact sum of doubles is wider than a double: it travels as text.
    let sum = match data_type {
        Some(DataType::Float64) => DataType::Utf8,
        Some(DataType::Int64 | DataType::Utf8) | None => DataType::Int64,
    };
    match function {
        AggregateFunction::Count | AggregateFunction::CountDistinct => vec![DataType::Int64],
        AggregateFunction::Sum => vec![sum],
        AggregateFunction::Min | AggregateFunction::Max => vec![data_type.unwrap_or(DataType::Int64)],
        AggregateFunction::Avg => match sum {
            DataType::Int64 => vec![DataType::Int64; 3],
            DataType::Float64 | DataType::Utf8 => vec![sum, DataType::Int64],
        },
    }
}
