//! Best by: of each key's rows, the one that an ordering puts first.
//!
//! ```text
//!  batch ── number each row's key ── compare its rank with the best of that number ─┐
//!  kept  <── the rows that won, gathered once a batch ──────────────────────────────┘
//! ```
//!
//! A rank is a column's value as a whole number that compares as the ordering does, so one comparison decides
//! whatever the type. Few rows win: the n-th of a key does so with chance 1/n.

use std::sync::Arc;

use super::order::{bits_of_float, bits_of_int};
use super::{GroupKeys, Operator, Sink};
use crate::columnar::{BATCH_ROWS, Column, RecordBatch, Schema};
use crate::error::Result;
use crate::plan::{Direction, OrderBy};

/// Before the first row of a key: below every rank.
const NOTHING: u128 = 0;
/// Of NULL: below every value's.
const NULL: u128 = 1;
/// What sets a value apart from [`NULL`] and [`NOTHING`].
const VALUE: u128 = 1 << 64;

/// Keeps one row a key, in the order in which keys are first seen. Of rows that the ordering does not tell apart, the
/// first: an ordering that ends in a unique column makes the answer the same for every order of rows. NULL is the worst.
#[derive(Debug)]
pub(super) struct BestBy {
    key: usize,
    order: Vec<OrderBy<usize>>,
    schema: Arc<Schema>,
    keys: GroupKeys,
    /// The best rank so far: one run a column of the ordering, one rank a key's number.
    best: Vec<Vec<u128>>,
    /// The best row so far of each key's number: its place in `kept`.
    places: Vec<u32>,
    /// Rows that were the best when they came.
    kept: Vec<RecordBatch>,
    kept_count: usize,
    /// Of the batch at hand: each row's key's number, its rank in the ordering's first column, the keys it improved.
    numbers: Vec<u32>,
    ranks: Vec<u128>,
    improved: Vec<u32>,
}

impl BestBy {
    pub(super) fn new(key: usize, order: Vec<OrderBy<usize>>, schema: Arc<Schema>) -> Self {
        BestBy {
            key,
            best: vec![Vec::new(); order.len().max(1)],
            order,
            keys: GroupKeys::new(schema.fields()[key].data_type),
            schema,
            places: Vec::new(),
            kept: Vec::new(),
            kept_count: 0,
            numbers: Vec::new(),
            ranks: Vec::new(),
            improved: Vec::new(),
        }
    }

    /// Finds the rows that are the best so far; their places are counted on from those that were kept.
    fn compare(&mut self, batch: &RecordBatch) {
        let BestBy { order, best, places, kept_count, numbers, ranks, improved, .. } = self;
        improved.clear();
        let (first_best, other_best) = best.split_first_mut().expect("there is at least one run of ranks");
        let other_orders = match order.split_first() {
            Some((first, others)) => {
                rank_all(batch.column(first.column), first.direction, ranks);
                others
            }
            None => {
                ranks.clear();
                ranks.resize(numbers.len(), NULL);
                &[]
            }
        };
        for (row, (&number, &rank)) in numbers.iter().zip(ranks.iter()).enumerate() {
            let key = number as usize;
            if rank < first_best[key] {
                continue;
            }
            let rank_in = |other: &OrderBy<usize>| rank_at(batch.column(other.column), row, other.direction);
            if rank == first_best[key] {
                let others = other_orders.iter().map(rank_in);
                if others.le(other_best.iter().map(|best| best[key])) {
                    continue;
                }
            }
            if (places[key] as usize) < *kept_count || first_best[key] == NOTHING {
                improved.push(number);
            }
            first_best[key] = rank;
            other_best.iter_mut().zip(other_orders).for_each(|(best, other)| best[key] = rank_in(other));
            places[key] = (*kept_count + row) as u32;
        }
    }

    /// Only the best rows, key by key: what was kept and then beaten is forgotten.
    fn compact(&mut self) {
        let Some(rows) = RecordBatch::concat(&std::mem::take(&mut self.kept)) else { return };
        self.kept.push(rows.take(&self.places));
        self.kept_count = self.places.len();
        self.places = (0..self.kept_count as u32).collect();
    }
}

impl Operator for BestBy {
    fn push(&mut self, batch: &RecordBatch, _sink: Sink<'_>) -> Result<()> {
        self.keys.number(batch.column(self.key), &mut self.numbers)?;
        self.best.iter_mut().for_each(|best| best.resize(self.keys.len(), NOTHING));
        self.places.resize(self.keys.len(), 0);
        self.compare(batch);
        let rows: Vec<u32> = self
            .improved
            .iter()
            .map(|&number| self.places[number as usize] - self.kept_count as u32)
            .collect();
        for (place, &number) in (self.kept_count as u32..).zip(&self.improved) {
            self.places[number as usize] = place;
        }
        if !rows.is_empty() {
            self.kept_count += rows.len();
            self.kept.push(batch.take(&rows));
        }
        // So memory follows the keys and not the rows, and a row is copied a constant number of times.
        if self.kept_count > 2 * self.keys.len() + 4 * BATCH_ROWS {
            self.compact();
        }
        Ok(())
    }

    fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        let rows = RecordBatch::concat(&std::mem::take(&mut self.kept));
        if let Some(rows) = rows {
            for places in self.places.chunks(BATCH_ROWS) {
                sink(rows.take(places))?;
            }
        }
        *self = BestBy::new(self.key, std::mem::take(&mut self.order), self.schema.clone());
        Ok(())
    }
}

/// The ranks of a whole column.
fn rank_all(column: &Column, direction: Direction, ranks: &mut Vec<u128>) {
    ranks.clear();
    match column {
        Column::Int64(ints) => {
            ranks.extend(ints.values().iter().map(|&value| rank_of(bits_of_int(value), direction)));
        }
        Column::Float64(floats) => {
            ranks.extend(floats.values().iter().map(|&value| rank_of(bits_of_float(value), direction)));
        }
        Column::Utf8(_) => panic!("the planner promised an ordering by numbers"),
    }
    if let Some(validity) = column.validity() {
        let nulls = ranks.iter_mut().enumerate().filter(|(row, _)| !validity.get(*row));
        nulls.for_each(|(_, rank)| *rank = NULL);
    }
}

#[inline]
fn rank_at(column: &Column, row: usize, direction: Direction) -> u128 {
    let bits = match column {
        Column::Int64(ints) => ints.get(row).map(bits_of_int),
        Column::Float64(floats) => floats.get(row).map(bits_of_float),
        Column::Utf8(_) => panic!("the planner promised an ordering by numbers"),
    };
    bits.map_or(NULL, |bits| rank_of(bits, direction))
}

#[inline]
fn rank_of(bits: u64, direction: Direction) -> u128 {
    let bits = match direction {
        Direction::Highest => bits,
        Direction::Lowest => !bits,
    };
    VALUE | u128::from(bits)
}
