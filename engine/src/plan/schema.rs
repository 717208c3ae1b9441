//! What columns a plan gives: computed from the bottom up, so a wrong name or type is found before anything runs.

use super::error::{INTEGER, NUMBER, TEXT, index, typed_index};
use super::kinds::condition;
use super::logical::{LogicalPlan, NamedExpr, RepartitionBy};
use super::wide::{Aggregate, AggregateFunction};
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
        let below = self.children().into_iter().map(LogicalPlan::try_schema).collect::<Result<Vec<_>>>()?;
        self.schema_over(&below.iter().collect::<Vec<_>>())
    }

    /// The columns of this node's rows, when the rows of its children have these columns. Checks this node alone, so that a
    /// plan that grows node by node is checked once.
    ///
    /// # Errors
    /// The first column that does not exist or has the wrong type.
    pub(crate) fn schema_over(&self, below: &[&Schema]) -> Result<Schema> {
        match (self, below) {
            (LogicalPlan::Scan { table, columns, predicate }, _) => {
                let all = table.schema();
                if let Some(predicate) = predicate {
                    condition(predicate, &all, "filter")?;
                }
                let Some(columns) = columns else { return Ok(all) };
                if columns.is_empty() {
                    return Err(PlanError::Malformed { operator: "scan", reason: "no column" });
                }
                let indices = columns.iter().map(|name| index(&all, name)).collect::<Result<Vec<_>>>()?;
                unique(all.select(&indices), "scan")
            }
            (LogicalPlan::Rows { schema }, _) => Ok(schema.clone()),
            (LogicalPlan::Filter { predicate, .. }, [schema]) => {
                condition(predicate, schema, "filter")?;
                Ok((*schema).clone())
            }
            (LogicalPlan::Sample { column, .. }, [schema]) => {
                typed_index(schema, column, INTEGER, "sample")?;
                Ok((*schema).clone())
            }
            (LogicalPlan::Limit { .. }, [schema]) => Ok((*schema).clone()),
            (LogicalPlan::Project { exprs, .. }, [below]) => project(below, exprs),
            (LogicalPlan::Tokenize { column, token, .. }, [below]) => {
                typed_index(below, column, TEXT, "tokenize")?;
                let renamed = below.fields().iter().map(|field| {
                    let name = if &field.name == column { token } else { &field.name };
                    (name.as_str(), field.data_type)
                });
                unique(Schema::new(renamed), "tokenize")
            }
            (LogicalPlan::Aggregate { keys, aggregates, .. }, [below]) => aggregate(below, keys, aggregates),
            (LogicalPlan::BestBy { key, order, .. }, [schema]) => {
                index(schema, key)?;
                for order in order {
                    typed_index(schema, &order.column, NUMBER, "an ordering")?;
                }
                Ok((*schema).clone())
            }
            (LogicalPlan::Join { key, .. }, [probe, build]) => join(probe, build, key),
            (LogicalPlan::Repartition { by, .. }, [schema]) => {
                repartition(schema, by)?;
                Ok((*schema).clone())
            }
            (LogicalPlan::Share { .. }, [input, wide, narrow]) => {
                typed_index(input, "prompt_id", INTEGER, "share")?;
                if wide == narrow {
                    return Ok((*narrow).clone());
                }
                Err(PlanError::Malformed {
                    operator: "share",
                    reason: "its branches end in different columns",
                })
            }
            (_, below) => unreachable!("a node has as many children as it was given: {}", below.len()),
        }
    }
}

fn repartition(schema: &Schema, by: &RepartitionBy) -> Result<()> {
    match by {
        RepartitionBy::RoundRobin => Ok(()),
        RepartitionBy::Hash(columns) if columns.is_empty() => {
            Err(PlanError::Malformed { operator: "repartition", reason: "no column to hash" })
        }
        RepartitionBy::Hash(columns) => {
            columns.iter().try_for_each(|column| index(schema, column).map(|_| ()))
        }
    }
}

fn project(below: &Schema, exprs: &[NamedExpr]) -> Result<Schema> {
    if exprs.is_empty() {
        return Err(PlanError::Malformed { operator: "select", reason: "no column" });
    }
    let fields = exprs
        .iter()
        .map(|named| Ok((named.name.as_str(), named.expr.kind(below)?.data_type())))
        .collect::<Result<Vec<_>>>()?;
    unique(Schema::new(fields), "select")
}

fn aggregate(below: &Schema, keys: &[String], aggregates: &[Aggregate]) -> Result<Schema> {
    if keys.is_empty() && aggregates.is_empty() {
        return Err(PlanError::Malformed { operator: "group by", reason: "neither a key nor an aggregate" });
    }
    let keys = keys.iter().map(|key| Ok((key.as_str(), below.fields()[index(below, key)?].data_type)));
    let results =
        aggregates.iter().map(|aggregate| Ok((aggregate.name.as_str(), aggregate.data_type(below)?)));
    unique(Schema::new(keys.chain(results).collect::<Result<Vec<_>>>()?), "group by")
}

fn join(probe: &Schema, build: &Schema, key: &str) -> Result<Schema> {
    let key_type = probe.fields()[index(probe, key)?].data_type;
    typed_index(build, key, &[key_type], "the join")?;
    let others = build.fields().iter().filter(|field| field.name != key);
    let fields = probe.fields().iter().chain(others).map(|field| (field.name.as_str(), field.data_type));
    unique(Schema::new(fields), "join")
}

fn unique(schema: Schema, operator: &'static str) -> Result<Schema> {
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
            let malformed =
                PlanError::Malformed { operator: "group by", reason: "only a count is of whole rows" };
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
