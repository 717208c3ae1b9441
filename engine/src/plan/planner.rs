//! The planner: names become indices, and an `Exchange` goes wherever rows of one key must meet.
//!
//! The tactics live here, since they change the method and not the intent:
//!
//! ```text
//!  plain       aggregate <- Exchange(key) <- rows
//!  combine     merge     <- Exchange(key) <- aggregate <- rows
//!  salt        merge     <- Exchange(key) <- aggregate <- Exchange(key, salt) <- rows
//! ```
//!
//! The best row of a key is found likewise: the best of each part's best is the best.

use std::sync::Arc;

use super::expr::Expr;
use super::logical::{Aggregate, AggregateFunction, LogicalPlan, OrderBy, PlanError};
use super::physical::{Partitioning, PhysicalPlan};
use crate::columnar::{DataType, Schema};
use crate::scenario::{Scenario, Tactics};

const INTEGER: &[DataType] = &[DataType::Int64];
const TEXT: &[DataType] = &[DataType::Utf8];
/// What rows can be grouped and placed by.
const KEY: &[DataType] = &[DataType::Int64, DataType::Utf8];
/// What rows can be ordered by.
const ORDER: &[DataType] = &[DataType::Int64, DataType::Float64];

/// Turns a logical plan into a physical one.
#[derive(Debug, Clone, Copy)]
pub struct Planner {
    tactics: Tactics,
}

impl Planner {
    /// A planner with the scenario's tactics.
    pub fn new(scenario: &Scenario) -> Self {
        Planner { tactics: scenario.tactics }
    }

    /// The physical plan.
    ///
    /// # Errors
    /// A column that does not exist or has another type than its operator works on.
    pub fn plan(&self, plan: &LogicalPlan) -> Result<PhysicalPlan, PlanError> {
        let schema = Arc::new(plan.try_schema()?);
        match plan {
            LogicalPlan::Scan { table, .. } => {
                let all = table.schema();
                let column_indices =
                    schema.names().map(|name| index(&all, name)).collect::<Result<_, _>>()?;
                Ok(PhysicalPlan::Scan { table: *table, column_indices, schema })
            }
            LogicalPlan::Rows { .. } => Ok(PhysicalPlan::Rows { schema }),
            LogicalPlan::Filter { input, predicate } => {
                let input = self.plan(input)?;
                let predicate = predicate.try_map(&mut |name| index(input.schema(), name))?;
                Ok(PhysicalPlan::Filter { input: Box::new(input), predicate })
            }
            LogicalPlan::Project { input, exprs } => {
                let input = self.plan(input)?;
                let exprs = exprs
                    .iter()
                    .map(|named| named.expr.try_map(&mut |name| index(input.schema(), name)))
                    .collect::<Result<_, _>>()?;
                Ok(PhysicalPlan::Project { input: Box::new(input), exprs, schema })
            }
            LogicalPlan::Tokenize { input, column, .. } => {
                let input = self.plan(input)?;
                let column = typed_index(input.schema(), column, TEXT, "tokenize")?;
                Ok(PhysicalPlan::Tokenize { input: Box::new(input), column, schema })
            }
            LogicalPlan::Aggregate { input, key, aggregates } => {
                let input = self.plan(input)?;
                let key = typed_index(input.schema(), key, KEY, "group by")?;
                self.aggregate(input, key, aggregates, schema)
            }
            LogicalPlan::BestBy { input, key, order } => self.best_by(self.plan(input)?, key, order),
            LogicalPlan::Join { probe, build, key } => {
                self.join(self.plan(probe)?, self.plan(build)?, key, schema)
            }
            LogicalPlan::Repartition { input, key } => {
                let input = self.plan(input)?;
                let column = typed_index(input.schema(), key, KEY, "repartition")?;
                Ok(exchange(input, self.salted(column)))
            }
            LogicalPlan::Share { input, share, wide, narrow } => {
                let input = self.plan(input)?;
                let row_id = typed_index(input.schema(), "prompt_id", INTEGER, "share")?;
                let (wide, narrow) = (Box::new(self.plan(wide)?), Box::new(self.plan(narrow)?));
                Ok(PhysicalPlan::Share { input: Box::new(input), share: *share, row_id, wide, narrow })
            }
        }
    }

    fn aggregate(
        &self,
        input: PhysicalPlan,
        key: usize,
        aggregates: &[Aggregate],
        schema: Arc<Schema>,
    ) -> Result<PhysicalPlan, PlanError> {
        let raw: Vec<Aggregate<usize>> = aggregates
            .iter()
            .map(|aggregate| {
                let column = aggregate
                    .column
                    .as_ref()
                    .map(|name| typed_index(input.schema(), name, INTEGER, "sum"))
                    .transpose()?;
                Ok(Aggregate { function: aggregate.function, column, name: aggregate.name.clone() })
            })
            .collect::<Result<_, PlanError>>()?;
        let hash_aggregate = |input: PhysicalPlan, key: usize, aggregates: &[Aggregate<usize>]| {
            let (input, aggregates, schema) = (Box::new(input), aggregates.to_vec(), schema.clone());
            PhysicalPlan::HashAggregate { input, key, aggregates, schema }
        };
        // Counts of counts are summed; a partial result has the key first, then the aggregates in order.
        let merging: Vec<Aggregate<usize>> = raw
            .iter()
            .enumerate()
            .map(|(at, aggregate)| Aggregate {
                function: AggregateFunction::Sum,
                column: Some(at + 1),
                name: aggregate.name.clone(),
            })
            .collect();
        let mut plan = if self.tactics.combine {
            let combined = hash_aggregate(input, key, &raw);
            hash_aggregate(exchange(combined, self.salted(0)), 0, &merging)
        } else {
            let (shipped, key, raw) = only_read(input, key, raw);
            hash_aggregate(exchange(shipped, self.salted(key)), key, &raw)
        };
        if self.tactics.salt_buckets() > 1 {
            // A key's rows met in several partitions: its partial results meet once more.
            plan = hash_aggregate(exchange(plan, unsalted(0)), 0, &merging);
        }
        Ok(plan)
    }

    /// As an aggregate, but the best row of a part has the columns of its rows.
    fn best_by(&self, input: PhysicalPlan, key: &str, order: &[OrderBy]) -> Result<PhysicalPlan, PlanError> {
        let key = typed_index(input.schema(), key, KEY, "best by")?;
        let order: Vec<OrderBy<usize>> = order
            .iter()
            .map(|order| {
                let column = typed_index(input.schema(), &order.column, ORDER, "an ordering")?;
                Ok(OrderBy { column, direction: order.direction })
            })
            .collect::<Result<_, PlanError>>()?;
        let best_by =
            |input: PhysicalPlan| PhysicalPlan::BestBy { input: Box::new(input), key, order: order.clone() };
        let rows = if self.tactics.combine { best_by(input) } else { input };
        let mut plan = best_by(exchange(rows, self.salted(key)));
        if self.tactics.salt_buckets() > 1 {
            plan = best_by(exchange(plan, unsalted(key)));
        }
        Ok(plan)
    }

    fn join(
        &self,
        probe: PhysicalPlan,
        build: PhysicalPlan,
        key: &str,
        schema: Arc<Schema>,
    ) -> Result<PhysicalPlan, PlanError> {
        let probe_key = typed_index(probe.schema(), key, INTEGER, "join")?;
        let build_key = typed_index(build.schema(), key, INTEGER, "join")?;
        let salt_buckets = self.tactics.salt_buckets();
        let build_partitioning = if salt_buckets > 1 {
            Partitioning::ReplicatedHash { column: build_key, salt_buckets }
        } else {
            unsalted(build_key)
        };
        Ok(PhysicalPlan::HashJoin {
            probe: Box::new(exchange(probe, self.salted(probe_key))),
            build: Box::new(exchange(build, build_partitioning)),
            probe_key,
            build_key,
            schema,
        })
    }

    fn salted(&self, column: usize) -> Partitioning {
        Partitioning::Hash { column, salt_buckets: self.tactics.salt_buckets() }
    }
}

fn unsalted(column: usize) -> Partitioning {
    Partitioning::Hash { column, salt_buckets: 1 }
}

fn exchange(input: PhysicalPlan, partitioning: Partitioning) -> PhysicalPlan {
    PhysicalPlan::Exchange { input: Box::new(input), partitioning }
}

/// Ships only what an aggregate reads: the key first, then the columns that are summed.
fn only_read(
    input: PhysicalPlan,
    key: usize,
    aggregates: Vec<Aggregate<usize>>,
) -> (PhysicalPlan, usize, Vec<Aggregate<usize>>) {
    let mut read = vec![key];
    for column in aggregates.iter().filter_map(|aggregate| aggregate.column) {
        if !read.contains(&column) {
            read.push(column);
        }
    }
    if read.len() == input.schema().fields().len() {
        return (input, key, aggregates);
    }
    let at = |column: usize| read.iter().position(|&other| other == column).expect("listed just above");
    let aggregates = aggregates
        .into_iter()
        .map(|aggregate| Aggregate { column: aggregate.column.map(at), ..aggregate })
        .collect();
    let schema = Arc::new(input.schema().select(&read));
    let exprs = read.iter().map(|&column| Expr::Column(column)).collect();
    (PhysicalPlan::Project { input: Box::new(input), exprs, schema }, 0, aggregates)
}

fn index(schema: &Schema, name: &str) -> Result<usize, PlanError> {
    schema.index_of(name).ok_or_else(|| PlanError::UnknownColumn {
        column: name.to_owned(),
        columns: schema.names().map(str::to_owned).collect(),
    })
}

fn typed_index(
    schema: &Schema,
    name: &str,
    expected: &'static [DataType],
    operator: &'static str,
) -> Result<usize, PlanError> {
    let at = index(schema, name)?;
    let got = schema.fields()[at].data_type;
    if expected.contains(&got) {
        return Ok(at);
    }
    Err(PlanError::TypeMismatch { column: name.to_owned(), expected, got, operator })
}

impl LogicalPlan {
    /// The columns of the plan's rows.
    ///
    /// # Panics
    /// When the plan names a column that does not exist; [`LogicalPlan::try_schema`] reports it.
    pub fn schema(&self) -> Schema {
        self.try_schema().expect("a plan of a query names columns that exist")
    }

    /// The columns of the plan's rows.
    ///
    /// # Errors
    /// A column that does not exist or has the wrong type.
    pub fn try_schema(&self) -> Result<Schema, PlanError> {
        match self {
            LogicalPlan::Scan { table, columns: None } => Ok(table.schema()),
            LogicalPlan::Scan { table, columns: Some(columns) } => {
                let all = table.schema();
                let indices = columns.iter().map(|name| index(&all, name)).collect::<Result<Vec<_>, _>>()?;
                Ok(all.select(&indices))
            }
            LogicalPlan::Rows { schema } => Ok(schema.clone()),
            LogicalPlan::Filter { input, .. }
            | LogicalPlan::BestBy { input, .. }
            | LogicalPlan::Repartition { input, .. } => input.try_schema(),
            LogicalPlan::Project { input, exprs } => {
                let below = input.try_schema()?;
                let fields = exprs
                    .iter()
                    .map(|named| Ok((named.name.as_str(), expr_type(&named.expr, &below)?)))
                    .collect::<Result<Vec<_>, PlanError>>()?;
                Ok(Schema::new(fields))
            }
            LogicalPlan::Tokenize { input, column, token } => {
                let below = input.try_schema()?;
                let renamed = below.fields().iter().map(|field| {
                    let name = if &field.name == column { token } else { &field.name };
                    (name.as_str(), field.data_type)
                });
                Ok(Schema::new(renamed))
            }
            LogicalPlan::Aggregate { input, key, aggregates } => {
                let below = input.try_schema()?;
                let key_type = below.fields()[index(&below, key)?].data_type;
                let counts = aggregates.iter().map(|aggregate| (aggregate.name.as_str(), DataType::Int64));
                Ok(Schema::new(std::iter::once((key.as_str(), key_type)).chain(counts)))
            }
            LogicalPlan::Join { probe, build, key } => {
                let (probe, build) = (probe.try_schema()?, build.try_schema()?);
                let others = build.fields().iter().filter(|field| &field.name != key);
                let fields =
                    probe.fields().iter().chain(others).map(|field| (field.name.as_str(), field.data_type));
                Ok(Schema::new(fields))
            }
            LogicalPlan::Share { narrow, .. } => narrow.try_schema(),
        }
    }
}

fn expr_type(expr: &Expr, schema: &Schema) -> Result<DataType, PlanError> {
    match expr {
        Expr::Column(name) => Ok(schema.fields()[index(schema, name)?].data_type),
        Expr::Literal(value) => Ok(value.data_type()),
        Expr::Scale { input, .. } => match expr_type(input, schema)? {
            DataType::Float64 => Ok(DataType::Float64),
            got => Err(PlanError::TypeMismatch {
                column: format!("{input:?}"),
                expected: &[DataType::Float64],
                got,
                operator: "scale",
            }),
        },
    }
}
