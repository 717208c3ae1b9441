//! What needs the rows of one key together: aggregates, the best row of a key, joins.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use shuffle_engine::plan::{Aggregate, AggregateFunction, Direction, OrderBy, SortDirection, SortKey};

use super::cell::{Cell, compare, float};
use super::exact_sum;
use super::rows::{Row, Rows, place_of};

/// One row for each distinct value of the keys; without keys one row in all, even of nothing.
pub(super) fn aggregate(input: &Rows, keys: &[String], aggregates: &[Aggregate]) -> Rows {
    let places: Vec<usize> = keys.iter().map(|key| place_of(&input.names, key)).collect();
    let mut groups: BTreeMap<Row, Vec<&Row>> = BTreeMap::new();
    if keys.is_empty() {
        groups.insert(Row::new(), Vec::new());
    }
    for row in &input.rows {
        let key = places.iter().map(|&at| row[at].clone()).collect();
        groups.entry(key).or_default().push(row);
    }
    let names = keys.iter().chain(aggregates.iter().map(|aggregate| &aggregate.name)).cloned().collect();
    let rows = groups.into_iter().map(|(mut row, group)| {
        row.extend(aggregates.iter().map(|aggregate| {
            let Some(column) = &aggregate.column else { return Some(Cell::Int(group.len() as i64)) };
            let at = place_of(&input.names, column);
            let values: Vec<&Cell> = group.iter().filter_map(|row| row[at].as_ref()).collect();
            of_values(aggregate.function, &values)
        }));
        row
    });
    Rows { names, rows: rows.collect() }
}

/// An aggregate of values that are not NULL.
fn of_values(function: AggregateFunction, values: &[&Cell]) -> Option<Cell> {
    let count = |count: usize| Some(Cell::Int(count as i64));
    let ordered = |left: &&&Cell, right: &&&Cell| compare(left, right);
    match function {
        AggregateFunction::Count => count(values.len()),
        AggregateFunction::CountDistinct => count(values.iter().collect::<BTreeSet<_>>().len()),
        AggregateFunction::Min => values.iter().min_by(ordered).map(|cell| (*cell).clone()),
        AggregateFunction::Max => values.iter().max_by(ordered).map(|cell| (*cell).clone()),
        AggregateFunction::Sum => sum(values),
        AggregateFunction::Avg => match values.first()? {
            Cell::Int(_) => {
                let exact = values.iter().map(|value| i128::from(value.as_int())).sum();
                Some(float(exact_sum::mean(exact, values.len())))
            }
            Cell::Float(_) | Cell::Text(_) => {
                sum(values).map(|sum| float(sum.as_f64() / values.len() as f64))
            }
        },
    }
}

/// Integers wrap around; doubles are added exactly and rounded once.
fn sum(values: &[&Cell]) -> Option<Cell> {
    match values.first()? {
        Cell::Int(_) => {
            Some(Cell::Int(values.iter().fold(0i64, |sum, value| sum.wrapping_add(value.as_int()))))
        }
        Cell::Float(_) => {
            let values: Vec<f64> = values.iter().map(|value| value.as_f64()).collect();
            Some(float(exact_sum::sum(&values)))
        }
        Cell::Text(text) => panic!("{text:?} cannot be added up"),
    }
}

/// Of each key's rows the best one; of equally good ones the first.
pub(super) fn dedup(input: &Rows, key: &str, order: &[OrderBy]) -> Rows {
    let at = place_of(&input.names, key);
    let mut best: BTreeMap<Option<Cell>, &Row> = BTreeMap::new();
    for row in &input.rows {
        let other = best.entry(row[at].clone()).or_insert(row);
        let decided = order.iter().map(|order| compare_rows(row, other, &input.names, order));
        if decided.fold(Ordering::Equal, Ordering::then).is_gt() {
            *other = row;
        }
    }
    Rows { names: input.names.clone(), rows: best.into_values().cloned().collect() }
}

/// Greater is better; NULL is the worst.
fn compare_rows(left: &Row, right: &Row, names: &[String], order: &OrderBy) -> Ordering {
    let at = place_of(names, &order.column);
    match (&left[at], &right[at]) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(left), Some(right)) => match order.direction {
            Direction::Highest => compare(left, right),
            Direction::Lowest => compare(right, left),
        },
    }
}

/// Which of two rows comes first when rows are sorted.
pub(super) fn compare_sorted(left: &Row, right: &Row, names: &[String], keys: &[SortKey]) -> Ordering {
    let compared = keys.iter().map(|key| {
        let at = place_of(names, &key.column);
        let null = if key.nulls_first { Ordering::Less } else { Ordering::Greater };
        match (&left[at], &right[at]) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => null,
            (Some(_), None) => null.reverse(),
            (Some(left), Some(right)) => match key.direction {
                SortDirection::Ascending => compare(left, right),
                SortDirection::Descending => compare(right, left),
            },
        }
    });
    compared.fold(Ordering::Equal, Ordering::then)
}
