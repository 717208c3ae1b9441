//! What columns a plan gives: computed from the bottom up, so a wrong name or type is found before anything runs.

use super::error::{INTEGER, NUMBER, index, typed_index};
use super::expr::Expr;
pub(super) use super::kinds::condition;
use super::logical::{LogicalPlan, NamedExpr, RepartitionBy};
use super::wide::{Aggregate, AggregateFunction, SortKey};
use super::{PlanError, error};
use crate::columnar::{DataType, Schema};

type Result<T> = std::result::Result<T, PlanError>;

impl LogicalPlan {
    /// The columns of the plan's rows.
    ///
    /// # Panics
    /// When the plan names a column that does not exist; [`LogicalPlan::try_schema`] reports it.
    pub fn schema(&self) -> Schema {
        self.try_schema().expect("a plan that was checked names columns that exist")
    }

    /// The columns of the plan's rows. Checks the whole plan.
    ///
    /// # Errors
    /// The first column that does not exist or has the wrong type.
    pub fn try_schema(&self) -> Result<Schema> {
        let inputs =
            self.children().into_iter().map(LogicalPlan::try_schema).collect::<Result<Vec<Schema>>>()?;
        self.schema_over(&inputs.iter().collect::<Vec<_>>())
    }
}

pub(super) fn scan(all: &Schema, columns: Option<&[String]>, predicate: Option<&Expr>) -> Result<Schema> {
    if let Some(predicate) = predicate {
        condition(predicate, all, "filter")?;
    }
    let Some(columns) = columns else { return Ok(all.clone()) };
    if columns.is_empty() {
        return Err(PlanError::Malformed { operator: "scan", reason: "no column" });
    }
    let indices = columns.iter().map(|name| index(all, name)).collect::<Result<Vec<_>>>()?;
    unique(all.select(&indices), "scan")
}

pub(super) fn project(below: &Schema, exprs: &[NamedExpr]) -> Result<Schema> {
    if exprs.is_empty() {
        return Err(PlanError::Malformed { operator: "select", reason: "no column" });
    }
    let fields = exprs
        .iter()
        .map(|named| Ok((named.name.as_str(), named.expr.kind(below)?.data_type())))
        .collect::<Result<Vec<_>>>()?;
    unique(Schema::new(fields), "select")
}

pub(super) fn aggregate(below: &Schema, keys: &[String], aggregates: &[Aggregate]) -> Result<Schema> {
    if keys.is_empty() && aggregates.is_empty() {
        return Err(PlanError::Malformed { operator: "agg", reason: "neither a key nor an aggregate" });
    }
    let keys = keys.iter().map(|key| Ok((key.as_str(), below.fields()[index(below, key)?].data_type)));
    let results =
        aggregates.iter().map(|aggregate| Ok((aggregate.name.as_str(), aggregate.data_type(below)?)));
    unique(Schema::new(keys.chain(results).collect::<Result<Vec<_>>>()?), "agg")
}

pub(super) fn repartition(below: &Schema, by: &RepartitionBy) -> Result<Schema> {
    match by {
        RepartitionBy::RoundRobin => {}
        RepartitionBy::Hash(columns) if columns.is_empty() => {
            return Err(PlanError::Malformed { operator: "repartition", reason: "no column to hash" });
        }
        RepartitionBy::Hash(columns) => columns.iter().try_for_each(|name| index(below, name).map(drop))?,
    }
    Ok(below.clone())
}

pub(super) fn sort(below: &Schema, keys: &[SortKey]) -> Result<Schema> {
    if keys.is_empty() {
        return Err(PlanError::Malformed { operator: "sort", reason: "no column to sort by" });
    }
    keys.iter().try_for_each(|key| index(below, &key.column).map(drop))?;
    Ok(below.clone())
}

pub(super) fn share(input: &Schema, wide: &Schema, narrow: &Schema) -> Result<Schema> {
    typed_index(input, "prompt_id", INTEGER, "share")?;
    if wide == narrow {
        return Ok(narrow.clone());
    }
    Err(PlanError::Malformed { operator: "share", reason: "its branches end in different columns" })
}

pub(super) fn unique(schema: Schema, operator: &'static str) -> Result<Schema> {
    if schema.names().any(str::is_empty) {
        return Err(PlanError::unnamed(operator));
    }
    match schema.duplicate() {
        None => Ok(schema),
        Some(name) => Err(PlanError::DuplicateColumn { column: name.to_owned(), operator }),
    }
}

impl Aggregate {
    /// The type of the result's column.
    ///
    /// # Errors
    /// A column that does not exist, or that cannot be added up.
    pub fn data_type(&self, below: &Schema) -> Result<DataType> {
        let Some(column) = &self.column else {
            let is_count = self.function == AggregateFunction::Count;
            let malformed = PlanError::Malformed { operator: "agg", reason: "only a count is of whole rows" };
            return if is_count { Ok(DataType::Int64) } else { Err(malformed) };
        };
        let own = |expected, operator| {
            Ok(below.fields()[typed_index(below, column, expected, operator)?].data_type)
        };
        match self.function {
            AggregateFunction::Count | AggregateFunction::CountDistinct => {
                own(error::ANY, "count").map(|_| DataType::Int64)
            }
            AggregateFunction::Sum => own(NUMBER, "sum"),
            AggregateFunction::Avg => own(NUMBER, "avg").map(|_| DataType::Float64),
            AggregateFunction::Min | AggregateFunction::Max => own(error::ANY, "min and max"),
        }
    }
}
