//! What is known of a plan without running it: how many rows it gives at most, which of its columns hold no value twice,
//! whether its rows have an order, and whether it has one answer at all.
//!
//! Two nodes can leave their answer to chance. A limit does, unless its rows have an order: above a wide node only the
//! number of rows is known. The best row of a key does, unless the ordering tells all different rows of a key apart.

use std::collections::BTreeSet;

use shuffle_engine::Scenario;
use shuffle_engine::columnar::{DataType, Schema};
use shuffle_engine::dataset::Table;
use shuffle_engine::plan::{Expr, JoinKey, LogicalPlan, OrderBy};

/// Words in the longest generated text.
const MOST_WORDS: u64 = 18;

/// Rows that come out, at most.
pub(super) fn most_rows(plan: &LogicalPlan, scenario: &Scenario) -> u64 {
    let of = |input: &LogicalPlan| most_rows(input, scenario);
    match plan {
        LogicalPlan::Scan { table: Table::Prompts, .. } | LogicalPlan::Rows { .. } => scenario.rows,
        LogicalPlan::Scan { table: Table::Rewards, .. } => scenario.keys,
        LogicalPlan::Scan { table: Table::Own(table), .. } => table.row_count(),
        LogicalPlan::Limit { input, row_count } => of(input).min(*row_count),
        LogicalPlan::Tokenize { input, .. } => of(input) * MOST_WORDS,
        LogicalPlan::Aggregate { input, keys, .. } => {
            if keys.is_empty() {
                1
            } else {
                of(input)
            }
        }
        LogicalPlan::Join { probe, build, keys, kind, .. } => {
            if kind.only_selects() || meets_one(build, keys) {
                of(probe)
            } else {
                of(probe) * of(build).max(1)
            }
        }
        LogicalPlan::Union { first: one, second: other }
        | LogicalPlan::Share { wide: one, narrow: other, .. } => of(one) + of(other),
        LogicalPlan::Filter { input, .. }
        | LogicalPlan::Sample { input, .. }
        | LogicalPlan::Project { input, .. }
        | LogicalPlan::Dedup { input, .. }
        | LogicalPlan::Repartition { input, .. }
        | LogicalPlan::Sort { input, .. } => of(input),
    }
}

/// Whether a row meets one build row at most.
pub(super) fn meets_one(build: &LogicalPlan, keys: &[JoinKey]) -> bool {
    let unique = unique_columns(build);
    keys.iter().any(|key| unique.contains(&key.build))
}

/// The columns in which no value stands twice; NULL is a value.
pub(super) fn unique_columns(plan: &LogicalPlan) -> BTreeSet<String> {
    match plan {
        LogicalPlan::Scan { table, columns, .. } => {
            let id = match table {
                Table::Prompts => "prompt_id",
                Table::Rewards => "prompt_hash",
                Table::Own(_) => return BTreeSet::new(),
            };
            let is_read = columns.as_ref().is_none_or(|columns| columns.iter().any(|column| column == id));
            is_read.then(|| id.to_owned()).into_iter().collect()
        }
        LogicalPlan::Project { input, exprs } => {
            let below = unique_columns(input);
            let stays = exprs
                .iter()
                .filter(|named| matches!(&named.expr, Expr::Column(name) if below.contains(name)));
            stays.map(|named| named.name.clone()).collect()
        }
        LogicalPlan::Aggregate { keys, .. } => match keys.as_slice() {
            [key] => BTreeSet::from([key.clone()]),
            _ => BTreeSet::new(),
        },
        LogicalPlan::Dedup { input, key, .. } => {
            unique_columns(input).into_iter().chain([key.clone()]).collect()
        }
        LogicalPlan::Join { probe, build, keys, kind, .. } => {
            if kind.only_selects() || meets_one(build, keys) {
                unique_columns(probe)
            } else {
                BTreeSet::new()
            }
        }
        LogicalPlan::Filter { input, .. }
        | LogicalPlan::Sample { input, .. }
        | LogicalPlan::Limit { input, .. }
        | LogicalPlan::Repartition { input, .. }
        | LogicalPlan::Sort { input, .. } => unique_columns(input),
        // Of a share's rows the id tells them apart.
        LogicalPlan::Rows { .. } => BTreeSet::from(["prompt_id".to_owned()]),
        LogicalPlan::Tokenize { .. } | LogicalPlan::Union { .. } | LogicalPlan::Share { .. } => {
            BTreeSet::new()
        }
    }
}

/// Whether the rows come in an order that the plan decides: that of a scan, of one scan after another, or of a sort.
pub(super) fn is_ordered(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Scan { .. } => true,
        LogicalPlan::Filter { input, .. }
        | LogicalPlan::Sample { input, .. }
        | LogicalPlan::Project { input, .. }
        | LogicalPlan::Tokenize { input, .. }
        | LogicalPlan::Limit { input, .. } => is_ordered(input),
        LogicalPlan::Union { first, second } => is_ordered(first) && is_ordered(second),
        // Rows that are equal in every key keep their order, or are the same in every column.
        LogicalPlan::Sort { input, keys } => {
            let (unique, schema) = (unique_columns(input), input.schema());
            let is_key = |name: &str| keys.iter().any(|key| key.column == name);
            is_ordered(input)
                || keys.iter().any(|key| unique.contains(&key.column))
                || schema.names().all(is_key)
        }
        LogicalPlan::Aggregate { .. }
        | LogicalPlan::Dedup { .. }
        | LogicalPlan::Join { .. }
        | LogicalPlan::Repartition { .. }
        | LogicalPlan::Share { .. }
        | LogicalPlan::Rows { .. } => false,
    }
}

/// Whether nothing but a limit at the root is left to chance.
pub(super) fn has_one_answer(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Limit { input, .. } => nothing_is_left_to_chance(input),
        other => nothing_is_left_to_chance(other),
    }
}

fn nothing_is_left_to_chance(plan: &LogicalPlan) -> bool {
    let node = match plan {
        LogicalPlan::Limit { input, .. } => is_ordered(input),
        LogicalPlan::Dedup { input, key, order, .. } => {
            let unique = unique_columns(input);
            tells_rows_apart(order, key, &input.schema())
                || order.iter().any(|order| unique.contains(&order.column))
        }
        _ => true,
    };
    node && plan.children().into_iter().all(nothing_is_left_to_chance)
}

/// Whether rows of one key that the ordering calls equal are equal: it reads every other column.
fn tells_rows_apart(order: &[OrderBy], key: &str, schema: &Schema) -> bool {
    schema.names().all(|name| name == key || order.iter().any(|order| order.column == name))
}

/// The columns that an ordering can read.
pub(super) fn number_columns(schema: &Schema) -> Vec<String> {
    let numbers = schema.fields().iter().filter(|field| field.data_type != DataType::Utf8);
    numbers.map(|field| field.name.clone()).collect()
}
