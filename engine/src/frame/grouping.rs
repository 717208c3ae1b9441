//! Groups: computed keys and inputs become columns of their own below the aggregation.
//!
//! ```text
//!  group_by([(col("id") % 3).alias("id")]).agg([sum(col("id"))])
//!
//!  Project [id (1) as id, sum(id)]                 the names that the user gave
//!    Aggregate by id (1) [sum(id) as sum(id)]      the sum reads the input's column
//!      Project [.., id, id % 3 as id (1)]          a name that nothing else has
//! ```

use std::collections::BTreeSet;

use super::computed::{Computed, fresh};
use super::data_frame::{DataFrame, Written};
use crate::plan::{
    Aggregate, AggregateFunction, Direction, Expr, LogicalPlan, NamedExpr, OrderBy, PlanError, WideHints,
};

/// Rows on their way into groups.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "groups become rows with agg"]
pub struct GroupedFrame {
    input: DataFrame,
    keys: Vec<NamedExpr>,
}

impl GroupedFrame {
    pub(super) fn new(input: DataFrame, keys: Vec<NamedExpr>) -> Self {
        GroupedFrame { input, keys }
    }

    /// One row a group: its keys, then these.
    pub fn agg(self, aggregates: impl IntoIterator<Item = AggregateExpr>) -> DataFrame {
        self.agg_these(aggregates.into_iter().collect())
    }

    #[inline(never)]
    fn agg_these(self, aggregates: Vec<AggregateExpr>) -> DataFrame {
        let keys = self.keys;
        self.input.try_then(|written| group(written, keys, aggregates))
    }
}

/// The plan's rows in groups.
fn group(
    written: Written,
    keys: Vec<NamedExpr>,
    aggregates: Vec<AggregateExpr>,
) -> Result<Written, PlanError> {
    let names = keys.iter().map(|key| &key.name).chain(aggregates.iter().map(|aggregate| &aggregate.name));
    let names: Vec<String> = names.cloned().collect();
    check_names(&names)?;
    let mut inputs = Computed::over(written.schema());
    let columns = keys
        .into_iter()
        .map(|key| inputs.column_of(key.expr, &key.name))
        .collect::<Result<Vec<String>, PlanError>>()?;
    let mut grouped: Vec<String> = Vec::new();
    for column in &columns {
        if !grouped.contains(column) {
            grouped.push(column.clone());
        }
    }
    let mut taken: BTreeSet<String> = grouped.iter().chain(&names).cloned().collect();
    let mut made = Vec::new();
    for (at, aggregate) in aggregates.into_iter().enumerate() {
        let column = aggregate.input.map(|expr| inputs.column_of(expr, &format!("input {at}")));
        // A result may have the name of a column that is grouped by under another name.
        let is_key = grouped.contains(&aggregate.name);
        let name = if is_key { fresh(&aggregate.name, &mut taken) } else { aggregate.name };
        made.push(Aggregate { function: aggregate.function, column: column.transpose()?, name });
    }
    let computed = inputs.into_columns();
    let written = written.with_computed(&computed)?;
    for aggregate in &made {
        aggregate.data_type(written.schema()).map_err(|error| in_words_of(error, &computed))?;
    }
    let given: Vec<String> = columns.into_iter().chain(made.iter().map(|made| made.name.clone())).collect();
    let hints = WideHints::default();
    let written =
        written.then(|input| LogicalPlan::Aggregate { input, keys: grouped, aggregates: made, hints })?;
    if given == names {
        return Ok(written);
    }
    let renamed =
        given.iter().zip(names).map(|(given, name)| NamedExpr { expr: crate::plan::col(given), name });
    let exprs = renamed.collect();
    written.then(|input| LogicalPlan::Project { input, exprs })
}

fn check_names(names: &[String]) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| name.is_empty() || !seen.insert(name.as_str())) {
        None => Ok(()),
        Some(name) if name.is_empty() => Err(PlanError::unnamed("agg")),
        Some(name) => Err(PlanError::DuplicateColumn { column: name.clone(), operator: "agg" }),
    }
}

/// The error with the expression that the user wrote, where it names the column that was made of it.
fn in_words_of(error: PlanError, computed: &[NamedExpr]) -> PlanError {
    match error {
        PlanError::TypeMismatch { expr, expected, got, operator } => {
            let column = computed.iter().find(|named| expr == format!("column {:?}", named.name));
            let expr = column.map_or(expr, |named| format!("{:?}", named.expr.to_string()));
            PlanError::TypeMismatch { expr, expected, got, operator }
        }
        other => other,
    }
}

/// What is computed for each group; made by [`count`], [`sum`] and their like.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateExpr {
    function: AggregateFunction,
    input: Option<Expr>,
    name: String,
}

impl AggregateExpr {
    fn of(function: AggregateFunction, word: &str, input: impl Into<Expr>) -> Self {
        let input = input.into();
        let name = format!("{word}({input})");
        AggregateExpr { function, input: Some(input), name }
    }

    /// The same under another name.
    pub fn alias(self, name: &str) -> Self {
        AggregateExpr { name: name.to_owned(), ..self }
    }
}

/// Number of rows, as `count`.
pub fn count() -> AggregateExpr {
    AggregateExpr { function: AggregateFunction::Count, input: None, name: "count".to_owned() }
}

/// Number of values that are not NULL.
pub fn count_of(input: impl Into<Expr>) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Count, "count", input)
}

/// Number of distinct values that are not NULL.
pub fn count_distinct(input: impl Into<Expr>) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::CountDistinct, "count_distinct", input)
}

/// Sum.
pub fn sum(input: impl Into<Expr>) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Sum, "sum", input)
}

/// The smallest value.
pub fn min(input: impl Into<Expr>) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Min, "min", input)
}

/// The largest value.
pub fn max(input: impl Into<Expr>) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Max, "max", input)
}

/// The mean.
pub fn avg(input: impl Into<Expr>) -> AggregateExpr {
    AggregateExpr::of(AggregateFunction::Avg, "avg", input)
}

/// The largest value of a column is the best.
pub fn highest(column: &str) -> OrderBy {
    OrderBy { column: column.to_owned(), direction: Direction::Highest }
}

/// The smallest value of a column is the best.
pub fn lowest(column: &str) -> OrderBy {
    OrderBy { column: column.to_owned(), direction: Direction::Lowest }
}
