//! The canonical text of every form of a plan: one node a line, inputs indented below. Where a node has several, each
//! says which it is.

use std::fmt::{Display, Formatter, Result};

use super::expr::{Comparison, Expr, Predicate, Value};
use super::logical::{Aggregate, AggregateFunction, Direction, LogicalPlan, OrderBy, RowShare};
use super::physical::{Partitioning, PhysicalPlan};
use super::stage::{OperatorSpec, Output, StageGraph, StageSource};
use crate::columnar::Schema;

impl Display for LogicalPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write_logical(self, f, 0, "")
    }
}

fn write_logical(plan: &LogicalPlan, f: &mut Formatter<'_>, depth: usize, label: &str) -> Result {
    write!(f, "{:1$}{label}", "", 2 * depth)?;
    let labels: &[&str] = match plan {
        LogicalPlan::Join { .. } => &JOIN_LABELS,
        LogicalPlan::Share { .. } => &SHARE_LABELS,
        LogicalPlan::Scan { .. }
        | LogicalPlan::Filter { .. }
        | LogicalPlan::Project { .. }
        | LogicalPlan::Tokenize { .. }
        | LogicalPlan::Aggregate { .. }
        | LogicalPlan::BestBy { .. }
        | LogicalPlan::Repartition { .. }
        | LogicalPlan::Rows { .. } => &[""],
    };
    match plan {
        LogicalPlan::Scan { table, columns } => {
            let columns = columns.as_ref().map_or("*".to_owned(), |columns| columns.join(", "));
            writeln!(f, "Scan {} [{columns}]", table.name())?;
        }
        LogicalPlan::Filter { predicate, .. } => writeln!(f, "Filter {predicate}")?,
        LogicalPlan::Project { exprs, .. } => {
            let exprs: Vec<String> = exprs
                .iter()
                .map(|named| match &named.expr {
                    Expr::Column(name) if name == &named.name => name.clone(),
                    expr => format!("{expr} as {}", named.name),
                })
                .collect();
            writeln!(f, "Project [{}]", exprs.join(", "))?;
        }
        LogicalPlan::Tokenize { column, token, .. } => writeln!(f, "Tokenize {column} as {token}")?,
        LogicalPlan::Aggregate { key, aggregates, .. } => {
            writeln!(f, "Aggregate by {key}{}", bracketed(aggregates))?;
        }
        LogicalPlan::BestBy { key, order, .. } => writeln!(f, "BestBy {key}{}", bracketed(order))?,
        LogicalPlan::Join { key, .. } => writeln!(f, "Join inner on {key}")?,
        LogicalPlan::Repartition { key, .. } => writeln!(f, "Repartition by {key}")?,
        LogicalPlan::Share { share, .. } => writeln!(f, "Share {share} of rows")?,
        LogicalPlan::Rows { schema } => writeln!(f, "Rows [{}]", columns(schema))?,
    }
    let mut children = labels.iter().zip(plan.children());
    children.try_for_each(|(label, child)| write_logical(child, f, depth + 1, label))
}

/// What the inputs of a join are, in their order.
const JOIN_LABELS: [&str; 2] = ["probe: ", "build: "];
/// What the inputs of a share are, in their order.
const SHARE_LABELS: [&str; 3] = ["input: ", "wide: ", "narrow: "];

impl Display for PhysicalPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write_physical(self, f, 0, "")
    }
}

fn write_physical(plan: &PhysicalPlan, f: &mut Formatter<'_>, depth: usize, label: &str) -> Result {
    write!(f, "{:1$}{label}", "", 2 * depth)?;
    let (labels, children): (&[&str], Vec<&PhysicalPlan>) = match plan {
        PhysicalPlan::Scan { table, schema, .. } => {
            writeln!(f, "Scan {} [{}]", table.name(), columns(schema))?;
            (&[], vec![])
        }
        PhysicalPlan::Filter { input, predicate } => {
            writeln!(f, "Filter {predicate}")?;
            (&[""], vec![input])
        }
        PhysicalPlan::Project { input, exprs, schema } => {
            writeln!(f, "Project {}", project(exprs, schema))?;
            (&[""], vec![input])
        }
        PhysicalPlan::Tokenize { input, column, .. } => {
            writeln!(f, "Tokenize #{column}")?;
            (&[""], vec![input])
        }
        PhysicalPlan::HashAggregate { input, key, aggregates, .. } => {
            writeln!(f, "HashAggregate by #{key}{}", bracketed(aggregates))?;
            (&[""], vec![input])
        }
        PhysicalPlan::BestBy { input, key, order } => {
            writeln!(f, "BestBy #{key}{}", bracketed(order))?;
            (&[""], vec![input])
        }
        PhysicalPlan::HashJoin { probe, build, probe_key, build_key, .. } => {
            writeln!(f, "HashJoin inner probe #{probe_key} = build #{build_key}")?;
            (&JOIN_LABELS, vec![probe, build])
        }
        PhysicalPlan::Exchange { input, partitioning } => {
            writeln!(f, "Exchange {partitioning}")?;
            (&[""], vec![input])
        }
        PhysicalPlan::Share { input, share, row_id, wide, narrow } => {
            writeln!(f, "Share {share} of rows by #{row_id}")?;
            (&SHARE_LABELS, vec![input, wide, narrow])
        }
        PhysicalPlan::Rows { schema } => {
            writeln!(f, "Rows [{}]", columns(schema))?;
            (&[], vec![])
        }
    };
    let mut children = labels.iter().zip(children);
    children.try_for_each(|(label, child)| write_physical(child, f, depth + 1, label))
}

impl Display for StageGraph {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for stage in self.stages() {
            write!(f, "stage {}: {} tasks, ", stage.id, stage.task_count)?;
            match &stage.source {
                StageSource::Scan { table, schema, .. } => {
                    writeln!(f, "scan {} [{}]", table.name(), columns(schema))?
                }
                StageSource::Shuffle { build: None, probe } => writeln!(f, "read shuffle {probe}")?,
                StageSource::Shuffle { build: Some(build), probe } => {
                    writeln!(f, "read shuffle {build} into a table, then shuffle {probe}")?;
                }
            }
            write_operators(&stage.prefix, f, 2)?;
            for (index, branch) in stage.branches.iter().enumerate() {
                let indent = match (stage.share, index) {
                    (None, _) => 2,
                    (Some((share, row_id)), 0) => {
                        writeln!(f, "  {share} of rows by #{row_id}:")?;
                        4
                    }
                    (Some(_), _) => {
                        writeln!(f, "  the rest:")?;
                        4
                    }
                };
                write_operators(&branch.operators, f, indent)?;
                match &branch.output {
                    Output::Shuffle { shuffle, partitioning, schema } => {
                        writeln!(
                            f,
                            "{:indent$}write shuffle {shuffle} {partitioning} [{}]",
                            "",
                            columns(schema)
                        )?;
                    }
                    Output::Result { schema } => writeln!(f, "{:indent$}result [{}]", "", columns(schema))?,
                }
            }
        }
        Ok(())
    }
}

fn write_operators(operators: &[OperatorSpec], f: &mut Formatter<'_>, indent: usize) -> Result {
    operators.iter().try_for_each(|operator| writeln!(f, "{:indent$}{operator}", ""))
}

impl Display for OperatorSpec {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            OperatorSpec::Filter { predicate } => write!(f, "filter {predicate}"),
            OperatorSpec::Project { exprs, schema } => write!(f, "project {}", project(exprs, schema)),
            OperatorSpec::Tokenize { column, .. } => write!(f, "tokenize #{column}"),
            OperatorSpec::HashAggregate { key, aggregates, .. } => {
                write!(f, "hash aggregate by #{key}{}", bracketed(aggregates))
            }
            OperatorSpec::BestBy { key, order, .. } => write!(f, "best by #{key}{}", bracketed(order)),
            OperatorSpec::HashJoin { probe_key, build_key, .. } => {
                write!(f, "hash join probe #{probe_key} = build #{build_key}")
            }
        }
    }
}

impl Display for Partitioning {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Partitioning::Hash { column, salt_buckets: 1 } => write!(f, "hash(#{column})"),
            Partitioning::Hash { column, salt_buckets } => {
                write!(f, "hash(#{column}, salt of {salt_buckets})")
            }
            Partitioning::ReplicatedHash { column, salt_buckets } => {
                write!(f, "hash(#{column}, each salt of {salt_buckets})")
            }
        }
    }
}

impl Display for RowShare {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let percent = self.threshold as f64 / (1u64 << 32) as f64 * 100.0;
        write!(f, "{} %", (percent * 100.0).round() / 100.0)
    }
}

impl<C: Display> Display for Aggregate<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let column = self.column.as_ref().map_or("*".to_owned(), |column| format!("#{column}"));
        match self.function {
            AggregateFunction::Count => write!(f, "count({column}) as {}", self.name),
            AggregateFunction::Sum => write!(f, "sum({column}) as {}", self.name),
        }
    }
}

impl<C: ColumnText> Display for OrderBy<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let direction = match self.direction {
            Direction::Highest => "highest",
            Direction::Lowest => "lowest",
        };
        write!(f, "{direction} {}", self.column.text())
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Value::Int64(value) => write!(f, "{value}"),
            Value::Float64(value) => write!(f, "{value}"),
            Value::Utf8(value) => write!(f, "'{value}'"),
            Value::Null(_) => write!(f, "NULL"),
        }
    }
}

/// A column in an expression: a name as it is, an index behind `#`.
trait ColumnText {
    fn text(&self) -> String;
}

impl ColumnText for String {
    fn text(&self) -> String {
        self.clone()
    }
}

impl ColumnText for usize {
    fn text(&self) -> String {
        format!("#{self}")
    }
}

impl<C: ColumnText> Display for Expr<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Expr::Column(column) => write!(f, "{}", column.text()),
            Expr::Literal(value) => write!(f, "{value}"),
            Expr::Scale { input, factor } => write!(f, "{input} * {factor}"),
        }
    }
}

impl<C: ColumnText> Display for Predicate<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Predicate::Compare { column, comparison, value } => {
                let sign = match comparison {
                    Comparison::Eq => "=",
                    Comparison::Lt => "<",
                    Comparison::Gt => ">",
                };
                write!(f, "{} {sign} {value}", column.text())
            }
            Predicate::And(left, right) => write!(f, "{left} and {right}"),
        }
    }
}

fn project(exprs: &[Expr<usize>], schema: &Schema) -> String {
    let exprs: Vec<String> =
        exprs.iter().zip(schema.names()).map(|(expr, name)| format!("{expr} as {name}")).collect();
    format!("[{}]", exprs.join(", "))
}

/// The aggregates behind a key; nothing when only the keys are wanted.
fn bracketed<T: Display>(parts: &[T]) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    if parts.is_empty() { String::new() } else { format!(" [{}]", parts.join(", ")) }
}

fn columns(schema: &Schema) -> String {
    schema.names().collect::<Vec<_>>().join(", ")
}
