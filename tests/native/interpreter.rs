//! The naive interpreter: a logical plan as it is written, one row at a time.
//!
//! It is the other half of every differential test, so it shares no operator, no partitioner and no table with the
//! engine: rows are `Vec`s of cells, groups are a `BTreeMap`, a join is a lookup. Only the scans are the engine's,
//! since the generated rows are what both sides compute from, and the digest of an answer is taken by
//! [`RowDigest`] on batches made from the interpreter's rows.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use shuffle_engine::Scenario;
use shuffle_engine::columnar::{
    BATCH_ROWS, Column, DataType, Primitive, RecordBatch, RowDigest, Schema, Utf8Column,
};
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::plan::{
    Aggregate, AggregateFunction, Comparison, Direction, Expr, LogicalPlan, NamedExpr, OrderBy, Predicate,
    Value, queries,
};

/// A value that is not NULL. Doubles are kept as bits, so that cells have an order; -0.0 is kept as 0.0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Int(i64),
    Float(u64),
    Text(String),
}

/// One row; `None` is NULL.
pub(crate) type Row = Vec<Option<Cell>>;

/// How often each row occurs.
pub(crate) type Bag = BTreeMap<Row, u64>;

/// Rows under names.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// The answer of a scenario's query, interpreted as it is written.
pub(crate) fn answer(scenario: &Scenario) -> Rows {
    interpret(&queries::logical_plan(scenario), &Source::new(scenario))
}

/// The answer of any plan over a scenario's tables.
pub(crate) fn interpret(plan: &LogicalPlan, source: &Source) -> Rows {
    evaluate(plan, source, None)
}

/// Both tables of a scenario, row by row.
pub(crate) struct Source {
    prompts: Rows,
    rewards: Rows,
}

impl Source {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let dataset = Arc::new(Dataset::new(scenario));
        Source { prompts: scan(&dataset, Table::Prompts), rewards: scan(&dataset, Table::Rewards) }
    }

    fn table(&self, table: Table) -> &Rows {
        match table {
            Table::Prompts => &self.prompts,
            Table::Rewards => &self.rewards,
        }
    }
}

fn scan(dataset: &Arc<Dataset>, table: Table) -> Rows {
    let schema = table.schema();
    let all: Vec<usize> = (0..schema.fields().len()).collect();
    let mut rows = Vec::new();
    for partition in 0..dataset.partition_count() {
        let mut scan = dataset.scan(table, partition, &all);
        while let Some(batch) = scan.next_batch(BATCH_ROWS) {
            rows.extend(rows_of(&batch));
        }
    }
    Rows { names: schema.names().map(str::to_owned).collect(), rows }
}

/// `branch` is what `Rows` stands for inside a `Share`.
fn evaluate(plan: &LogicalPlan, source: &Source, branch: Option<&Rows>) -> Rows {
    match plan {
        LogicalPlan::Scan { table, columns } => {
            let all = source.table(*table);
            match columns {
                None => all.clone(),
                Some(columns) => all.select(columns),
            }
        }
        LogicalPlan::Rows { .. } => branch.expect("Rows stands inside a Share").clone(),
        LogicalPlan::Filter { input, predicate } => {
            let Rows { names, rows } = evaluate(input, source, branch);
            let rows = rows.into_iter().filter(|row| holds(predicate, &names, row)).collect();
            Rows { names, rows }
        }
        LogicalPlan::Project { input, exprs } => project(&evaluate(input, source, branch), exprs),
        LogicalPlan::Tokenize { input, column, token } => {
            tokenize(evaluate(input, source, branch), column, token)
        }
        LogicalPlan::Aggregate { input, key, aggregates } => {
            aggregate(&evaluate(input, source, branch), key, aggregates)
        }
        LogicalPlan::BestBy { input, key, order } => best_by(&evaluate(input, source, branch), key, order),
        LogicalPlan::Join { probe, build, key } => {
            join(&evaluate(probe, source, branch), &evaluate(build, source, branch), key)
        }
        // Where a row is does not matter to what it is.
        LogicalPlan::Repartition { input, .. } => evaluate(input, source, branch),
        LogicalPlan::Share { input, share, wide, narrow } => {
            let Rows { names, rows } = evaluate(input, source, branch);
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

fn project(input: &Rows, exprs: &[NamedExpr]) -> Rows {
    let compute = |row: &Row| exprs.iter().map(|named| value_of(&named.expr, &input.names, row)).collect();
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
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let mut row = row.clone();
            row[at] = Some(Cell::Text(word.to_owned()));
            rows.push(row);
        }
    }
    Rows { names, rows }
}

fn aggregate(input: &Rows, key: &str, aggregates: &[Aggregate]) -> Rows {
    let at = place_of(&input.names, key);
    let mut groups: BTreeMap<Option<Cell>, Vec<i64>> = BTreeMap::new();
    for row in &input.rows {
        let sums = groups.entry(row[at].clone()).or_insert_with(|| vec![0; aggregates.len()]);
        for (sum, aggregate) in sums.iter_mut().zip(aggregates) {
            *sum += match (aggregate.function, &aggregate.column) {
                (AggregateFunction::Count, _) => 1,
                (AggregateFunction::Sum, Some(column)) => match &row[place_of(&input.names, column)] {
                    Some(Cell::Int(value)) => *value,
                    None => 0,
                    other => panic!("a sum is of integers, not of {other:?}"),
                },
                (AggregateFunction::Sum, None) => panic!("a sum is of a column"),
            };
        }
    }
    let names = std::iter::once(key.to_owned());
    Rows {
        names: names.chain(aggregates.iter().map(|aggregate| aggregate.name.clone())).collect(),
        rows: groups
            .into_iter()
            .map(|(key, sums)| std::iter::once(key).chain(sums.into_iter().map(|sum| Some(Cell::Int(sum)))))
            .map(Iterator::collect)
            .collect(),
    }
}

fn best_by(input: &Rows, key: &str, order: &[OrderBy]) -> Rows {
    let at = place_of(&input.names, key);
    let mut best: BTreeMap<Option<Cell>, &Row> = BTreeMap::new();
    for row in &input.rows {
        let other = best.entry(row[at].clone()).or_insert(row);
        let decided = order.iter().map(|order| compare(row, other, &input.names, order));
        if decided.fold(Ordering::Equal, Ordering::then).is_gt() {
            *other = row;
        }
    }
    Rows { names: input.names.clone(), rows: best.into_values().cloned().collect() }
}

/// Greater is better; NULL is the worst.
fn compare(left: &Row, right: &Row, names: &[String], order: &OrderBy) -> Ordering {
    let at = place_of(names, &order.column);
    match (&left[at], &right[at]) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(left), Some(right)) => {
            let higher = compare_cells(left, right);
            match order.direction {
                Direction::Highest => higher,
                Direction::Lowest => higher.reverse(),
            }
        }
    }
}

fn compare_cells(left: &Cell, right: &Cell) -> Ordering {
    match (left, right) {
        (Cell::Int(left), Cell::Int(right)) => left.cmp(right),
        (Cell::Text(left), Cell::Text(right)) => left.cmp(right),
        (Cell::Float(left), Cell::Float(right)) => f64::from_bits(*left).total_cmp(&f64::from_bits(*right)),
        (left, right) => panic!("{left:?} and {right:?} are not of one type"),
    }
}

fn join(probe: &Rows, build: &Rows, key: &str) -> Rows {
    let (probe_at, build_at) = (place_of(&probe.names, key), place_of(&build.names, key));
    let without_key = |row: &Row| -> Row {
        row.iter().enumerate().filter(|(at, _)| *at != build_at).map(|(_, cell)| cell.clone()).collect()
    };
    let mut table: BTreeMap<Cell, Vec<Row>> = BTreeMap::new();
    for row in &build.rows {
        // NULL meets nothing.
        if let Some(cell) = &row[build_at] {
            table.entry(cell.clone()).or_default().push(without_key(row));
        }
    }
    let mut rows = Vec::new();
    for row in &probe.rows {
        let matches = row[probe_at].as_ref().and_then(|cell| table.get(cell));
        for other in matches.into_iter().flatten() {
            rows.push(row.iter().chain(other).cloned().collect());
        }
    }
    let others = build.names.iter().filter(|name| *name != key);
    Rows { names: probe.names.iter().chain(others).cloned().collect(), rows }
}

fn value_of(expr: &Expr, names: &[String], row: &Row) -> Option<Cell> {
    match expr {
        Expr::Column(name) => row[place_of(names, name)].clone(),
        Expr::Literal(value) => cell_of(value),
        Expr::Scale { input, factor } => match value_of(input, names, row) {
            None => None,
            Some(Cell::Float(bits)) => Some(float(f64::from_bits(bits) * factor)),
            Some(other) => panic!("only a double is scaled, not {other:?}"),
        },
    }
}

fn holds(predicate: &Predicate, names: &[String], row: &Row) -> bool {
    match predicate {
        Predicate::And(left, right) => holds(left, names, row) && holds(right, names, row),
        Predicate::Compare { column, comparison, value } => {
            let (Some(left), Some(right)) = (&row[place_of(names, column)], &cell_of(value)) else {
                return false;
            };
            let order = compare_cells(left, right);
            match comparison {
                Comparison::Eq => order.is_eq(),
                Comparison::Lt => order.is_lt(),
                Comparison::Gt => order.is_gt(),
            }
        }
    }
}

fn cell_of(value: &Value) -> Option<Cell> {
    match value {
        Value::Int64(value) => Some(Cell::Int(*value)),
        Value::Float64(value) => Some(float(*value)),
        Value::Utf8(value) => Some(Cell::Text(value.clone())),
        Value::Null(_) => None,
    }
}

fn float(value: f64) -> Cell {
    Cell::Float((value + 0.0).to_bits())
}

fn place_of(names: &[String], name: &str) -> usize {
    names
        .iter()
        .position(|other| other == name)
        .unwrap_or_else(|| panic!("there is no column {name} in {names:?}"))
}

impl Rows {
    fn select(&self, columns: &[String]) -> Rows {
        let places: Vec<usize> = columns.iter().map(|name| place_of(&self.names, name)).collect();
        let rows = self.rows.iter().map(|row| places.iter().map(|&at| row[at].clone()).collect()).collect();
        Rows { names: columns.to_vec(), rows }
    }

    /// The rows without their order.
    pub(crate) fn bag(&self) -> Bag {
        bag(self.rows.iter().cloned())
    }

    /// The engine's digest of these rows, in batches of an odd size, so that no batch border agrees by chance.
    pub(crate) fn digest(&self, schema: &Schema) -> RowDigest {
        assert!(schema.names().eq(self.names.iter().map(String::as_str)), "the schema names these columns");
        let schema = Arc::new(schema.clone());
        let mut digest = RowDigest::default();
        for rows in self.rows.chunks(997) {
            let columns = (0..self.names.len()).zip(schema.fields());
            let columns = columns.map(|(at, field)| column(rows, at, field.data_type)).collect();
            digest.add_batch(&RecordBatch::new(schema.clone(), columns));
        }
        digest
    }
}

fn bag(rows: impl IntoIterator<Item = Row>) -> Bag {
    let mut bag = Bag::new();
    for row in rows {
        *bag.entry(row).or_default() += 1;
    }
    bag
}

/// The rows of the engine's batches without their order.
pub(crate) fn bag_of<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>) -> Bag {
    bag(batches.into_iter().flat_map(rows_of))
}

/// A batch, turned on its side.
pub(crate) fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    (0..batch.row_count())
        .map(|row| batch.columns().iter().map(|column| cell_at(column, row)).collect())
        .collect()
}

fn cell_at(column: &Column, row: usize) -> Option<Cell> {
    match column {
        Column::Int64(ints) => ints.get(row).map(Cell::Int),
        Column::Float64(floats) => floats.get(row).map(float),
        Column::Utf8(texts) => texts.is_valid(row).then(|| Cell::Text(texts.value(row).to_owned())),
    }
}

fn column(rows: &[Row], at: usize, data_type: DataType) -> Column {
    let cells = rows.iter().map(|row| row[at].as_ref());
    match data_type {
        DataType::Int64 => Column::Int64(
            cells
                .map(|cell| {
                    cell.map(|cell| match cell {
                        Cell::Int(value) => *value,
                        other => panic!("{other:?} in a column of integers"),
                    })
                })
                .collect::<Primitive<i64>>(),
        ),
        DataType::Float64 => Column::Float64(
            cells
                .map(|cell| {
                    cell.map(|cell| match cell {
                        Cell::Float(bits) => f64::from_bits(*bits),
                        other => panic!("{other:?} in a column of doubles"),
                    })
                })
                .collect::<Primitive<f64>>(),
        ),
        DataType::Utf8 => {
            let mut texts = Utf8Column::default();
            for cell in cells {
                match cell {
                    None => texts.push_null(),
                    Some(Cell::Text(text)) => texts.push(text),
                    Some(other) => panic!("{other:?} in a column of text"),
                }
            }
            Column::Utf8(texts)
        }
    }
}
