//! The facts about each node of a logical plan.

use std::collections::BTreeSet;

use super::RowFlow;
use crate::columnar::Schema;
use crate::plan::error::{INTEGER, NUMBER, PlanError, TEXT, index, typed_index};
use crate::plan::expr::Expr;
use crate::plan::logical::{JoinMethod, LogicalPlan, NamedExpr, RepartitionBy};
use crate::plan::schema::{aggregate, condition, project, repartition, scan, share, sort, unique};
use crate::plan::text::{bracketed, columns, named_join_keys};
use crate::plan::wide::{Aggregate, AggregateFunction, WideHints};
use crate::plan::{join, union};

type Result<T> = std::result::Result<T, PlanError>;

/// How far rows go on their way through a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// There are no rows before it.
    Source,
    /// Each row is looked at alone, where it is.
    Narrow,
    /// Rows of several partitions or inputs meet, and where they were decides what comes out.
    Wide,
    /// Every row goes to the partition of its key or its turn, so where it was before does not matter.
    PlacedAnew,
}

/// How a node groups rows.
pub(in crate::plan) struct Grouping<'a> {
    /// The columns whose values a group agrees in.
    pub(in crate::plan) keys: &'a [String],
    /// What rules have found out.
    pub(in crate::plan) hints: &'a mut WideHints,
    /// Whether a group can be computed in two steps, before and after an exchange.
    pub(in crate::plan) has_small_states: bool,
}

impl LogicalPlan {
    /// How far rows go on their way through the node.
    pub fn reach(&self) -> Reach {
        match self {
            LogicalPlan::Scan { .. } | LogicalPlan::Rows { .. } => Reach::Source,
            LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Tokenize { .. } => Reach::Narrow,
            LogicalPlan::Limit { .. }
            | LogicalPlan::Union { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Join { method: JoinMethod::Broadcast, .. } => Reach::Wide,
            LogicalPlan::Aggregate { .. }
            | LogicalPlan::Dedup { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Join { method: JoinMethod::Shuffled, .. } => Reach::PlacedAnew,
        }
    }

    /// The columns that come out of the node, when its inputs give these.
    ///
    /// # Errors
    /// A column that does not exist, has the wrong type, or would come out twice.
    pub(crate) fn schema_over(&self, inputs: &[&Schema]) -> Result<Schema> {
        let input = || inputs[0].clone();
        match self {
            LogicalPlan::Scan { table, columns, predicate } => {
                scan(&table.schema(), columns.as_deref(), predicate.as_ref())
            }
            LogicalPlan::Rows { schema } => Ok(schema.clone()),
            LogicalPlan::Filter { predicate, .. } => {
                condition(predicate, inputs[0], "filter")?;
                Ok(input())
            }
            LogicalPlan::Sample { column, .. } => {
                typed_index(inputs[0], column, INTEGER, "sample")?;
                Ok(input())
            }
            LogicalPlan::Limit { .. } => Ok(input()),
            LogicalPlan::Project { exprs, .. } => project(inputs[0], exprs),
            LogicalPlan::Tokenize { column, token, .. } => {
                typed_index(inputs[0], column, TEXT, "tokenize")?;
                let renamed = inputs[0].fields().iter().map(|field| {
                    let name = if &field.name == column { token } else { &field.name };
                    (name.as_str(), field.data_type)
                });
                unique(Schema::new(renamed), "tokenize")
            }
            LogicalPlan::Aggregate { keys, aggregates, .. } => aggregate(inputs[0], keys, aggregates),
            LogicalPlan::Dedup { key, order, .. } => {
                index(inputs[0], key)?;
                for order in order {
                    typed_index(inputs[0], &order.column, NUMBER, "dedup")?;
                }
                Ok(input())
            }
            LogicalPlan::Join { keys, kind, .. } => join::schema(inputs[0], inputs[1], keys, *kind),
            LogicalPlan::Repartition { by, .. } => repartition(inputs[0], by),
            LogicalPlan::Sort { keys, .. } => sort(inputs[0], keys),
            LogicalPlan::Union { .. } => union::schema(inputs[0], inputs[1]),
            LogicalPlan::Share { .. } => share(inputs[0], inputs[1], inputs[2]),
        }
    }

    /// How many rows come out of the node.
    pub fn row_flow(&self) -> RowFlow<String> {
        match self {
            LogicalPlan::Scan { table, .. } => RowFlow::Table(table.clone()),
            LogicalPlan::Rows { .. } => RowFlow::Branch,
            LogicalPlan::Filter { .. } => RowFlow::Part,
            LogicalPlan::Sample { share, .. } => RowFlow::Sampled(*share),
            LogicalPlan::Project { .. } | LogicalPlan::Repartition { .. } | LogicalPlan::Sort { .. } => {
                RowFlow::Same
            }
            LogicalPlan::Tokenize { .. } => RowFlow::Words,
            LogicalPlan::Limit { row_count, .. } => RowFlow::AtMost(*row_count),
            LogicalPlan::Aggregate { keys, .. } => RowFlow::Groups(keys.clone()),
            LogicalPlan::Dedup { key, .. } => RowFlow::Groups(vec![key.clone()]),
            LogicalPlan::Join { kind, .. } if kind.only_selects() => RowFlow::Part,
            LogicalPlan::Join { .. } => RowFlow::Pairs,
            LogicalPlan::Union { .. } | LogicalPlan::Share { .. } => RowFlow::Sum,
        }
    }

    /// Whether the node gives no row, when of its inputs those give no row that are marked. The rows of a branch are
    /// taken to be none.
    pub(in crate::plan) fn is_empty_over(&self, is_empty: &[bool]) -> bool {
        match self {
            LogicalPlan::Rows { .. } => true,
            LogicalPlan::Scan { .. } | LogicalPlan::Share { .. } => false,
            LogicalPlan::Union { .. } => is_empty[0] && is_empty[1],
            // Of no rows an aggregate without keys gives one row.
            LogicalPlan::Aggregate { keys, .. } => !keys.is_empty() && is_empty[0],
            LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Dedup { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Join { .. } => is_empty[0],
        }
    }

    /// The columns that the input with this number has to give, when these are needed of the node.
    pub(in crate::plan) fn columns_read_of(
        &self,
        input: usize,
        needed: &BTreeSet<String>,
    ) -> BTreeSet<String> {
        match self {
            // The build side only decides which rows come out.
            LogicalPlan::Join { keys, kind, .. } if kind.only_selects() && input == 1 => {
                keys.iter().map(|key| key.build.clone()).collect()
            }
            LogicalPlan::Join { keys, kind, .. } if kind.only_selects() => {
                needed.iter().cloned().chain(keys.iter().map(|key| key.probe.clone())).collect()
            }
            all => all.columns_read(needed),
        }
    }

    /// The columns that each input has to give, when these are needed of the node.
    pub(in crate::plan) fn columns_read(&self, needed: &BTreeSet<String>) -> BTreeSet<String> {
        let mut read = needed.clone();
        match self {
            LogicalPlan::Scan { .. } | LogicalPlan::Rows { .. } => read.clear(),
            LogicalPlan::Filter { predicate, .. } => add_columns(predicate, &mut read),
            LogicalPlan::Sample { column, .. } => {
                read.insert(column.clone());
            }
            LogicalPlan::Join { keys, .. } => {
                read.extend(keys.iter().flat_map(|key| [key.probe.clone(), key.build.clone()]));
            }
            LogicalPlan::Limit { .. } => {}
            LogicalPlan::Project { exprs, .. } => {
                read.clear();
                exprs.iter().for_each(|named| add_columns(&named.expr, &mut read));
            }
            LogicalPlan::Tokenize { column, token, .. } => {
                read.remove(token);
                read.insert(column.clone());
            }
            LogicalPlan::Aggregate { keys, aggregates, .. } => {
                let aggregated = aggregates.iter().filter_map(|aggregate| aggregate.column.clone());
                read = aggregated.chain(keys.iter().cloned()).collect();
            }
            LogicalPlan::Dedup { key, order, .. } => {
                read.insert(key.clone());
                read.extend(order.iter().map(|order| order.column.clone()));
            }
            LogicalPlan::Repartition { by, .. } => match by {
                RepartitionBy::RoundRobin => {}
                RepartitionBy::Hash(columns) => read.extend(columns.iter().cloned()),
            },
            LogicalPlan::Sort { keys, .. } => read.extend(keys.iter().map(|key| key.column.clone())),
            // Rows without a column could not be counted.
            LogicalPlan::Union { first, .. } => {
                if read.is_empty() {
                    read.extend(first.schema().names().next().map(str::to_owned));
                }
            }
            // The row id decides which branch a row takes.
            LogicalPlan::Share { .. } => {
                read.insert("prompt_id".to_owned());
            }
        }
        read
    }

    /// The node itself without columns that are not needed. It keeps at least one: rows without a column could not be
    /// counted.
    pub(in crate::plan) fn narrowed(self, needed: &BTreeSet<String>) -> LogicalPlan {
        match self {
            LogicalPlan::Scan { table, predicate, columns } => {
                let all = table.schema();
                let given = columns.unwrap_or_else(|| all.names().map(str::to_owned).collect());
                let mut kept: Vec<String> = given.into_iter().filter(|name| needed.contains(name)).collect();
                // A table's first column is an integer, the cheapest.
                if kept.is_empty() {
                    kept.extend(all.names().next().map(str::to_owned));
                }
                LogicalPlan::Scan { table, columns: Some(kept), predicate }
            }
            LogicalPlan::Rows { schema } => {
                let is_kept = |at: &usize| needed.contains(&schema.fields()[*at].name);
                let kept: Vec<usize> = (0..schema.fields().len()).filter(is_kept).collect();
                LogicalPlan::Rows { schema: schema.select(&kept) }
            }
            LogicalPlan::Project { input, exprs } => {
                let (mut kept, others): (Vec<NamedExpr>, Vec<NamedExpr>) =
                    exprs.into_iter().partition(|named| needed.contains(&named.name));
                if kept.is_empty() {
                    kept.extend(others.into_iter().next());
                }
                LogicalPlan::Project { input, exprs: kept }
            }
            whole @ (LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Aggregate { .. }
            | LogicalPlan::Dedup { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Union { .. }
            | LogicalPlan::Share { .. }) => whole,
        }
    }

    /// Whether a condition that reads only these columns decides the same of the rows that go into the node as of those
    /// that come out. Conditions move through projections and joins too, but not as they stand.
    pub(in crate::plan) fn lets_pass(&self, read: &[String]) -> bool {
        match self {
            LogicalPlan::Sample { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Union { .. } => true,
            LogicalPlan::Tokenize { token, .. } => !read.contains(token),
            // A condition on the keys drops whole groups. One that reads nothing would drop the one row of no group.
            LogicalPlan::Aggregate { keys, .. } => {
                !keys.is_empty() && read.iter().all(|name| keys.contains(name))
            }
            LogicalPlan::Dedup { key, .. } => read.iter().all(|name| name == key),
            // Which rows are the first depends on which rows there are.
            LogicalPlan::Limit { .. }
            | LogicalPlan::Scan { .. }
            | LogicalPlan::Filter { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. } => false,
        }
    }

    /// The columns whose equal values are in one partition, when those of the first input's rows are `below`; `None` when
    /// nothing is known. Where exchanges by key are salted, the rows of a join or a repartition are not together by key.
    pub(in crate::plan) fn placement(
        &self,
        below: Option<Vec<String>>,
        is_salted: bool,
    ) -> Option<Vec<String>> {
        let unless_salted = |columns: &[String]| (!is_salted).then(|| columns.to_vec());
        match self {
            LogicalPlan::Aggregate { hints: WideHints { placed: true, .. }, .. }
            | LogicalPlan::Dedup { hints: WideHints { placed: true, .. }, .. }
            | LogicalPlan::Join { method: JoinMethod::Broadcast, .. }
            | LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. } => below,
            LogicalPlan::Aggregate { keys, .. } => (!keys.is_empty()).then(|| keys.clone()),
            LogicalPlan::Dedup { key, .. } => Some(vec![key.clone()]),
            LogicalPlan::Join { keys, .. } => {
                unless_salted(&keys.iter().map(|key| key.probe.clone()).collect::<Vec<_>>())
            }
            LogicalPlan::Repartition { by: RepartitionBy::Hash(columns), .. } => unless_salted(columns),
            // Rows that are equal in all keys are in one range.
            LogicalPlan::Sort { keys, .. } => Some(keys.iter().map(|key| key.column.clone()).collect()),
            LogicalPlan::Project { exprs, .. } => {
                below?.iter().map(|column| name_after(column, exprs)).collect()
            }
            LogicalPlan::Tokenize { column, .. } => below.filter(|columns| !columns.contains(column)),
            LogicalPlan::Repartition { by: RepartitionBy::RoundRobin, .. }
            | LogicalPlan::Scan { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Union { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. } => None,
        }
    }

    /// Whether all inputs have to give the very same columns.
    pub(in crate::plan) fn inputs_agree(&self) -> bool {
        match self {
            LogicalPlan::Union { .. } => true,
            LogicalPlan::Scan { .. }
            | LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Aggregate { .. }
            | LogicalPlan::Dedup { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. } => false,
        }
    }

    /// How the node groups rows; `None` where nothing is grouped.
    pub(in crate::plan) fn grouping(&mut self) -> Option<Grouping<'_>> {
        match self {
            LogicalPlan::Aggregate { keys, hints, aggregates, .. } => {
                Some(Grouping { keys, hints, has_small_states: has_small_states(aggregates) })
            }
            LogicalPlan::Dedup { key, hints, .. } => {
                Some(Grouping { keys: std::slice::from_ref(key), hints, has_small_states: true })
            }
            LogicalPlan::Scan { .. }
            | LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Join { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Union { .. }
            | LogicalPlan::Share { .. }
            | LogicalPlan::Rows { .. } => None,
        }
    }

    /// What the inputs are called in a text, where there are several.
    pub(in crate::plan) fn input_labels(&self) -> &'static [&'static str] {
        match self {
            LogicalPlan::Join { .. } => &["probe: ", "build: "],
            LogicalPlan::Union { .. } => &["first: ", "second: "],
            LogicalPlan::Share { .. } => &["input: ", "wide: ", "narrow: "],
            LogicalPlan::Scan { .. }
            | LogicalPlan::Filter { .. }
            | LogicalPlan::Sample { .. }
            | LogicalPlan::Project { .. }
            | LogicalPlan::Tokenize { .. }
            | LogicalPlan::Limit { .. }
            | LogicalPlan::Aggregate { .. }
            | LogicalPlan::Dedup { .. }
            | LogicalPlan::Repartition { .. }
            | LogicalPlan::Sort { .. }
            | LogicalPlan::Rows { .. } => &[""],
        }
    }

    /// The node in words, without its inputs.
    pub(in crate::plan) fn label(&self) -> String {
        match self {
            LogicalPlan::Scan { table, columns, predicate } => {
                let columns = columns.as_ref().map_or("*".to_owned(), |columns| columns.join(", "));
                let only = predicate.iter().map(|predicate| format!(" where {predicate}"));
                format!("Scan {} [{columns}]{}", table.name(), only.collect::<String>())
            }
            LogicalPlan::Filter { predicate, .. } => format!("Filter {predicate}"),
            LogicalPlan::Sample { column, share, .. } => format!("Sample {share} of rows by {column}"),
            LogicalPlan::Limit { row_count, .. } => format!("Limit {row_count}"),
            LogicalPlan::Project { exprs, .. } => {
                let text = |named: &NamedExpr| match named.is_unchanged() {
                    true => named.name.clone(),
                    false => format!("{} as {}", named.expr, named.name),
                };
                format!("Project [{}]", exprs.iter().map(text).collect::<Vec<_>>().join(", "))
            }
            LogicalPlan::Tokenize { column, token, .. } => format!("Tokenize {column} as {token}"),
            LogicalPlan::Aggregate { keys, aggregates, hints, .. } => {
                let by = if keys.is_empty() { String::new() } else { format!(" by {}", keys.join(", ")) };
                format!("Aggregate{by}{}{hints}", bracketed(aggregates))
            }
            LogicalPlan::Dedup { key, order, hints, .. } => {
                format!("Dedup {key}{}{hints}", bracketed(order))
            }
            LogicalPlan::Join { keys, kind, method, .. } => {
                let method = match method {
                    JoinMethod::Shuffled => "",
                    JoinMethod::Broadcast => ", build side broadcast",
                };
                format!("Join {kind} on {}{method}", named_join_keys(keys))
            }
            LogicalPlan::Repartition { by: RepartitionBy::Hash(columns), .. } => {
                format!("Repartition by {}", columns.join(", "))
            }
            LogicalPlan::Repartition { by: RepartitionBy::RoundRobin, .. } => {
                "Repartition round robin".to_owned()
            }
            LogicalPlan::Sort { keys, .. } => format!("Sort{}", bracketed(keys)),
            LogicalPlan::Union { .. } => "Union".to_owned(),
            LogicalPlan::Share { share, .. } => format!("Share {share} of rows"),
            LogicalPlan::Rows { schema } => format!("Rows [{}]", columns(schema)),
        }
    }
}

/// Whether groups can be computed in two steps, before and after an exchange. A set of values has no small state: its rows
/// meet once, whole.
pub(in crate::plan) fn has_small_states<C>(aggregates: &[Aggregate<C>]) -> bool {
    aggregates.iter().all(|aggregate| aggregate.function != AggregateFunction::CountDistinct)
}

/// The name under which a column comes out of a projection.
fn name_after(column: &str, exprs: &[NamedExpr]) -> Option<String> {
    let is_it = |named: &&NamedExpr| matches!(&named.expr, Expr::Column(name) if name == column);
    exprs.iter().find(is_it).map(|named| named.name.clone())
}

fn add_columns(expr: &Expr, read: &mut BTreeSet<String>) {
    expr.for_each_column(&mut |name| {
        read.insert(name.clone());
    });
}
