//! The naive interpreter: a logical plan as it is written, one row at a time.
//!
//! It is the other half of every differential test, so it shares no operator, no partitioner and no table with the
//! engine: rows are `Vec`s of cells, groups are a `BTreeMap`, a join is a lookup, sums are whole numbers of any size. Only
//! the scans are the engine's, since the generated rows are what both sides compute from, and the digest of an
//! answer is taken by [`RowDigest`](shuffle_engine::columnar::RowDigest) on batches made from the interpreter's rows.
//!
//! Rows keep the order of the scan as far as there is one: up to the first wide node. So a limit is known below it, and
//! above it only how many rows there are.

mod cell;
mod exact_sum;
mod expressions;
mod groups;
mod join;
mod rows;
mod spark;

use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::columnar::{BATCH_ROWS, Schema};
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::plan::{LogicalPlan, NamedExpr};

pub(crate) use cell::Cell;
pub(crate) use exact_sum::mean as mean_of_ints;
use expressions::{Named, truth_of, value_of};
use rows::place_of;
pub(crate) use rows::{Bag, Row, Rows, bag_of, rows_of};

/// The answer of a scenario's query, interpreted as it is written.
pub(crate) fn answer(scenario: &Scenario) -> Rows {
    interpret(&scenario.logical_plan(), &Source::new(scenario))
}

/// The answer of any plan over a scenario's tables.
pub(crate) fn interpret(plan: &LogicalPlan, source: &Source) -> Rows {
    evaluate(plan, source, None)
}

/// Both tables of a scenario, row by row.
pub(crate) struct Source {
    pub(crate) dataset: Arc<Dataset>,
    prompts: Rows,
    rewards: Rows,
}

impl Source {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let dataset = Arc::new(Dataset::new(&scenario.data()).expect("room for its tables"));
        let (prompts, rewards) = (scan(&dataset, &Table::Prompts), scan(&dataset, &Table::Rewards));
        Source { dataset, prompts, rewards }
    }

    fn table(&self, table: &Table) -> Rows {
        match table {
            Table::Prompts => self.prompts.clone(),
            Table::Rewards => self.rewards.clone(),
            Table::Own(_) => scan(&self.dataset, table),
        }
    }
}

fn scan(dataset: &Arc<Dataset>, table: &Table) -> Rows {
    let schema = table.schema();
    let all: Vec<usize> = (0..schema.fields().len()).collect();
    let mut rows = Vec::new();
    for partition in 0..dataset.partition_count() {
        let mut scan = dataset.scan(table, partition, &all);
        while let Some(batch) = scan.next_batch(BATCH_ROWS).expect("room for a batch") {
            rows.extend(rows_of(&batch));
        }
    }
    Rows { names: schema.names().map(str::to_owned).collect(), rows }
}

/// `branch` is what `Rows` stands for inside a `Share`.
fn evaluate(plan: &LogicalPlan, source: &Source, branch: Option<&Rows>) -> Rows {
    let of = |input: &LogicalPlan| evaluate(input, source, branch);
    match plan {
        LogicalPlan::Scan { table, columns, predicate } => {
            let all = source.table(table);
            let kept = match predicate {
                None => all,
                Some(predicate) => all.keep(&table.schema(), |row| truth_of(predicate, row) == Some(true)),
            };
            match columns {
                None => kept,
                Some(columns) => kept.select(columns),
            }
        }
        LogicalPlan::Rows { .. } => branch.expect("Rows stands inside a Share").clone(),
        LogicalPlan::Filter { input, predicate } => {
            of(input).keep(&input.schema(), |row| truth_of(predicate, row) == Some(true))
        }
        LogicalPlan::Sample { input, column, share } => {
            let (schema, input) = (input.schema(), of(input));
            let at = place_of(&input.names, column);
            let is_in = |cell: &Cell| share.contains(cell.as_int() as u64);
            input.keep(&schema, |row| row.row[at].as_ref().is_some_and(is_in))
        }
        LogicalPlan::Project { input, exprs } => project(&input.schema(), &of(input), exprs),
        LogicalPlan::Tokenize { input, column, token } => tokenize(of(input), column, token),
        LogicalPlan::Limit { input, row_count } => {
            let Rows { names, mut rows } = of(input);
            rows.truncate(usize::try_from(*row_count).unwrap_or(usize::MAX));
            Rows { names, rows }
        }
        LogicalPlan::Aggregate { input, keys, aggregates, hints: _ } => {
            groups::aggregate(&of(input), keys, aggregates)
        }
        LogicalPlan::Dedup { input, key, order, hints: _ } => groups::dedup(&of(input), key, order),
        LogicalPlan::Join { probe, build, keys, kind, method: _ } => {
            join::join(&of(probe), &of(build), keys, *kind)
        }
        LogicalPlan::Union { first, second } => {
            let Rows { names, mut rows } = of(first);
            rows.extend(of(second).select(&names).rows);
            Rows { names, rows }
        }
        LogicalPlan::Sort { input, keys } => {
            let Rows { names, mut rows } = of(input);
            rows.sort_by(|left, right| groups::compare_sorted(left, right, &names, keys));
            Rows { names, rows }
        }
        // Where a row is does not matter to what it is.
        LogicalPlan::Repartition { input, by: _ } => of(input),
        LogicalPlan::Share { input, share, wide, narrow } => {
            let Rows { names, rows } = of(input);
            let id = place_of(&names, "prompt_id");
            let (in_share, others) = rows.into_iter().partition(|row| match &row[id] {
                Some(Cell::Int(id)) => share.contains(*id as u64),
                other => panic!("a row id is an integer, not {other:?}"),
            });
            let mut both = evaluate(wide, source, Some(&Rows { names: names.clone(), rows: in_share }));
            let rest = evaluate(narrow, source, Some(&Rows { names, rows: others }));
            assert_eq!(both.names, rest.names, "both branches have the same columns");
            both.rows.extend(rest.rows);
            both
        }
    }
}

impl Rows {
    /// The rows for which `is_kept`.
    fn keep(self, schema: &Schema, is_kept: impl Fn(Named<'_>) -> bool) -> Rows {
        let Rows { names, mut rows } = self;
        rows.retain(|row| is_kept(Named { schema, names: &names, row }));
        Rows { names, rows }
    }
}

fn project(schema: &Schema, input: &Rows, exprs: &[NamedExpr]) -> Rows {
    let compute = |row: &Row| {
        let row = Named { schema, names: &input.names, row };
        exprs.iter().map(|named| value_of(&named.expr, row)).collect()
    };
    Rows {
        names: exprs.iter().map(|named| named.name.clone()).collect(),
        rows: input.rows.iter().map(compute).collect(),
    }
}

fn tokenize(input: Rows, column: &str, token: &str) -> Rows {
    let at = place_of(&input.names, column);
    let mut names = input.names;
    names[at] = token.to_owned();
    let mut rows = Vec::new();
    for row in input.rows {
        let Some(Cell::Text(text)) = row[at].clone() else { continue };
        for word in text.split_ascii_whitespace() {
            let mut row = row.clone();
            row[at] = Some(Cell::Text(word.to_owned()));
            rows.push(row);
        }
    }
    Rows { names, rows }
}
