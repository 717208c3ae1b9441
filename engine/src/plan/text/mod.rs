//! The canonical text of every form of a plan: one node a line, inputs indented below. Where a node has several, each
//! says which it is.

mod expr;
mod physical;
mod stage;

use std::fmt::{Display, Formatter, Result};

use super::expr::Expr;
use super::logical::LogicalPlan;
use super::physical::ScanPredicate;
use super::wide::{
    Aggregate, AggregateFunction, AggregateStep, Direction, JoinKey, JoinKind, OrderBy, RowShare,
    SortDirection, SortKey, WideHints,
};
use crate::columnar::Schema;
use crate::dataset::Table;
use expr::ColumnText;

impl Display for LogicalPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write_logical(self, f, 0, "")
    }
}

fn write_logical(plan: &LogicalPlan, f: &mut Formatter<'_>, depth: usize, label: &str) -> Result {
    write!(f, "{:1$}{label}", "", 2 * depth)?;
    writeln!(f, "{}", plan.label())?;
    let mut children = plan.input_labels().iter().zip(plan.children());
    children.try_for_each(|(label, child)| write_logical(child, f, depth + 1, label))
}

impl Display for RowShare {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let percent = self.threshold as f64 / (1u64 << 32) as f64 * 100.0;
        write!(f, "{} %", (percent * 100.0).round() / 100.0)
    }
}

impl<C: ColumnText> Display for Aggregate<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let column = self.column.as_ref().map_or("*".to_owned(), ColumnText::text);
        let text = match self.function {
            AggregateFunction::Count => format!("count({column})"),
            AggregateFunction::CountDistinct => format!("count(distinct {column})"),
            AggregateFunction::Sum => format!("sum({column})"),
            AggregateFunction::Min => format!("min({column})"),
            AggregateFunction::Max => format!("max({column})"),
            AggregateFunction::Avg => format!("avg({column})"),
        };
        write!(f, "{text} as {}", self.name)
    }
}

impl Display for AggregateStep {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            AggregateStep::Complete => "complete",
            AggregateStep::Partial => "partial",
            AggregateStep::Merge => "merge",
            AggregateStep::Final => "final",
        })
    }
}

impl Display for JoinKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            JoinKind::Inner => "inner",
            JoinKind::LeftOuter => "left outer",
            JoinKind::Semi => "semi",
            JoinKind::Anti => "anti",
        })
    }
}

impl Display for WideHints {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(if self.combine { ", combined before the exchange" } else { "" })?;
        f.write_str(if self.placed { ", placed already" } else { "" })
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

impl<C: ColumnText> Display for SortKey<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let direction = match self.direction {
            SortDirection::Ascending => "ascending",
            SortDirection::Descending => "descending",
        };
        let nulls = if self.nulls_first { "first" } else { "last" };
        write!(f, "{} {direction}, NULL {nulls}", self.column.text())
    }
}

pub(super) fn project(exprs: &[Expr<usize>], schema: &Schema) -> String {
    let exprs: Vec<String> =
        exprs.iter().zip(schema.names()).map(|(expr, name)| format!("{expr} as {name}")).collect();
    format!("[{}]", exprs.join(", "))
}

/// The aggregates behind a key; nothing when only the keys are wanted.
pub(super) fn bracketed<T: Display>(parts: &[T]) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    if parts.is_empty() { String::new() } else { format!(" [{}]", parts.join(", ")) }
}

pub(super) fn columns(schema: &Schema) -> String {
    schema.names().collect::<Vec<_>>().join(", ")
}

/// ` by #0, #1`; nothing when there is one group.
pub(super) fn by(keys: &[usize]) -> String {
    if keys.is_empty() { String::new() } else { format!(" by {}", indices(keys)) }
}

/// `#0, #2`.
fn indices(columns: &[usize]) -> String {
    columns.iter().map(|column| format!("#{column}")).collect::<Vec<_>>().join(", ")
}

/// `language, prompt_id = id`: a key of one name is named once.
pub(super) fn named_join_keys(keys: &[JoinKey]) -> String {
    let text = |key: &JoinKey| match key.probe == key.build {
        true => key.probe.clone(),
        false => format!("{} = {}", key.probe, key.build),
    };
    keys.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// `probe #0 = build #2 and probe #1 = build #0`.
pub(super) fn join_keys(keys: &[JoinKey<usize>]) -> String {
    let text = |key: &JoinKey<usize>| format!("probe #{} = build #{}", key.probe, key.build);
    keys.iter().map(text).collect::<Vec<_>>().join(" and ")
}

/// ` where …`: a scan's condition, with the table's names.
pub(super) fn scan_condition(predicate: Option<&ScanPredicate>, table: &Table) -> String {
    let Some(ScanPredicate { column_indices, predicate }) = predicate else { return String::new() };
    let schema = table.schema();
    let named = predicate.try_map(&mut |&column| {
        Ok::<_, std::convert::Infallible>(schema.fields()[column_indices[column]].name.clone())
    });
    match named {
        Ok(named) => format!(" where {named}"),
    }
}
