//! A deduplication gives, of the rows of each key, the one that an ordering puts first.
//!
//! ```text
//!  words │ key │ rank in each column of the ordering ... │ place │ which ranks are not NULL's, once one was │
//!                                                           └──> batch, row of `kept`
//! ```
//!
//! A rank is a column's value as a whole number that compares as the ordering does, so one comparison decides
//! whatever the type, and finding a key brings its best ranks along. Few rows win: the n-th of a key does so with
//! chance 1/n. Those are copied once a batch.

use std::cmp::Ordering;
use std::sync::Arc;

use super::groups::Groups;
use super::slot_table::RUN_ROWS;
use super::{Operator, Sink};
use crate::columnar::order::{bits_of_float, bits_of_int};
use crate::columnar::{BATCH_ROWS, Bitmap, Column, RecordBatch, Schema};
use crate::error::Result;
use crate::plan::{Direction, OrderBy};
use crate::room::{collect, reserve_for};

/// The place of a key's best row before its first row.
const NOWHERE: u64 = u64::MAX;

/// Keeps one row a key, in an order that the rows alone decide. Of rows that the ordering does not tell apart, the
/// first: an ordering that ends in a unique column makes the answer the same for every order of rows. NULL is the worst.
#[derive(Debug)]
pub(super) struct Dedup {
    key: usize,
    order: Vec<OrderBy<usize>>,
    schema: Arc<Schema>,
    groups: Groups,
    /// Words that say which of the best ranks are not NULL's, a bit each. None before the first NULL.
    validity_words: usize,
    /// Rows that were the best when they came.
    kept: Vec<RecordBatch>,
    kept_count: usize,
    /// Of the batch at hand: each row's rank in the ordering's first column, and the rows that won.
    ranks: Vec<u64>,
    winners: Vec<u32>,
    /// Of the run at hand: where the words of each row's key begin.
    positions: Vec<u32>,
}

impl Dedup {
    pub(super) fn new(key: usize, order: Vec<OrderBy<usize>>, schema: Arc<Schema>) -> Self {
        let mut initial = vec![0; order.len().max(1)];
        initial.push(NOWHERE);
        Dedup {
            key,
            groups: Groups::new(vec![key], &[schema.fields()[key].data_type], initial),
            order,
            schema,
            validity_words: 0,
            kept: Vec::new(),
            kept_count: 0,
            ranks: Vec::new(),
            winners: Vec::new(),
            positions: Vec::new(),
        }
    }

    /// Where a key's words hold its best row's place: behind the ranks.
    fn place_at(&self) -> usize {
        self.order.len().max(1)
    }

    /// With the first NULL it must be kept which ranks are one's: as numbers they are those of the worst value.
    fn note_nulls(&mut self, batch: &RecordBatch) -> Result<()> {
        let is_nullable = |order: &OrderBy<usize>| batch.column(order.column).validity().is_some();
        if self.validity_words == 0 && self.order.iter().any(is_nullable) {
            for _ in 0..self.order.len().div_ceil(64) {
                self.groups.add_word(u64::MAX, 0)?;
                self.validity_words += 1;
            }
        }
        Ok(())
    }

    /// Notes which rows from `start` on are the best so far, one for each position.
    fn compare(&mut self, batch: &RecordBatch, start: usize) {
        let place_at = self.place_at();
        let width = place_at + 1 + self.validity_words;
        let Dedup { groups, order, winners, kept, .. } = self;
        let words = groups.words_mut();
        let batch_index = kept.len() as u64;
        for ((&position, &rank), row) in self.positions.iter().zip(&self.ranks[start..]).zip(start..) {
            let at = position as usize;
            if rank < words[at] {
                continue;
            }
            let best = &mut words[at..at + width];
            if rank == best[0] && best[place_at] != NOWHERE && !is_better(order, batch, row, best) {
                continue;
            }
            for (index, by) in order.iter().enumerate() {
                let rank = rank_at(batch.column(by.column), row, by.direction);
                best[index] = rank.unwrap_or(0);
                if let Some(word) = best.get_mut(place_at + 1 + index / 64) {
                    let bit = 1 << (index % 64);
                    *word = if rank.is_some() { *word | bit } else { *word & !bit };
                }
            }
            // Who wins a second time in one batch takes the place of the first.
            let place = &mut best[place_at];
            if *place >> 32 == batch_index && *place != NOWHERE {
                winners[*place as u32 as usize] = row as u32;
            } else {
                *place = batch_index << 32 | winners.len() as u64;
                winners.push(row as u32);
            }
        }
    }

    /// The best rows of these keys.
    fn best_rows(&self, positions: &[u32]) -> Result<RecordBatch> {
        let (words, place_at) = (self.groups.words(), self.place_at());
        let place = |&position: &u32| {
            let place = words[position as usize + place_at];
            ((place >> 32) as u32, place as u32)
        };
        let places = collect(positions.iter().map(place))?;
        RecordBatch::gather(&self.schema, &self.kept, &places)
    }

    /// Only the best rows, key by key: what was kept and then beaten is forgotten.
    fn compact(&mut self) -> Result<()> {
        let positions = self.groups.positions()?;
        let runs = || positions.chunks(BATCH_ROWS);
        let kept = runs().map(|positions| self.best_rows(positions)).collect::<Result<_>>()?;
        let place_at = self.place_at();
        let words = self.groups.words_mut();
        for (batch_index, positions) in (0u64..).zip(runs()) {
            for (row, &position) in (0u64..).zip(positions) {
                words[position as usize + place_at] = batch_index << 32 | row;
            }
        }
        (self.kept, self.kept_count) = (kept, positions.len());
        Ok(())
    }
}

impl Operator for Dedup {
    fn push(&mut self, batch: &RecordBatch, _sink: Sink<'_>) -> Result<()> {
        self.note_nulls(batch)?;
        self.groups.prepare(batch)?;
        self.winners.clear();
        reserve_for(&mut self.winners, batch.row_count())?;
        self.ranks.clear();
        reserve_for(&mut self.ranks, batch.row_count())?;
        match self.order.first() {
            Some(first) => rank_all(batch.column(first.column), first.direction, &mut self.ranks),
            None => self.ranks.resize(batch.row_count(), 0),
        }
        for start in (0..batch.row_count()).step_by(RUN_ROWS) {
            let rows = start..(start + RUN_ROWS).min(batch.row_count());
            self.groups.locate(batch, rows, &mut self.positions)?;
            self.compare(batch, start);
        }
        if !self.winners.is_empty() {
            self.kept_count += self.winners.len();
            let is_whole = self.winners.len() == batch.row_count();
            self.kept.push(if is_whole { batch.clone() } else { batch.take(&self.winners)? });
        }
        // So memory follows the keys and not the rows, and a row is copied a constant number of times.
        if self.kept_count > 2 * self.groups.len() + 4 * BATCH_ROWS {
            self.compact()?;
        }
        Ok(())
    }

    fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        for positions in self.groups.positions()?.chunks(BATCH_ROWS) {
            sink(self.best_rows(positions)?)?;
        }
        *self = Dedup::new(self.key, std::mem::take(&mut self.order), self.schema.clone());
        Ok(())
    }
}

/// Whether a row comes before the best of its key, column by column; a NULL's rank is 0 and so can a value's be.
fn is_better(order: &[OrderBy<usize>], batch: &RecordBatch, row: usize, best: &[u64]) -> bool {
    let validity = &best[order.len().max(1) + 1..];
    let compared = order.iter().enumerate().map(|(index, by)| {
        let rank = rank_at(batch.column(by.column), row, by.direction);
        let is_best_valid = validity.get(index / 64).is_none_or(|word| word >> (index % 64) & 1 == 1);
        rank.unwrap_or(0).cmp(&best[index]).then(rank.is_some().cmp(&is_best_valid))
    });
    compared.fold(Ordering::Equal, Ordering::then).is_gt()
}

/// The ranks of a whole column.
fn rank_all(column: &Column, direction: Direction, ranks: &mut Vec<u64>) {
    match column {
        Column::Int64(ints) => {
            ranks.extend(ints.values().iter().map(|&value| rank_of(bits_of_int(value), direction)));
        }
        Column::Float64(floats) => {
            ranks.extend(floats.values().iter().map(|&value| rank_of(bits_of_float(value), direction)));
        }
        Column::Utf8(_) => panic!("the planner promised an ordering by numbers"),
    }
    column.validity().into_iter().flat_map(Bitmap::zeros).for_each(|row| ranks[row] = 0);
}

/// The rank of one row; `None` is NULL's.
#[inline]
fn rank_at(column: &Column, row: usize, direction: Direction) -> Option<u64> {
    let bits = match column {
        Column::Int64(ints) => ints.get(row).map(bits_of_int),
        Column::Float64(floats) => floats.get(row).map(bits_of_float),
        Column::Utf8(_) => panic!("the planner promised an ordering by numbers"),
    };
    bits.map(|bits| rank_of(bits, direction))
}

#[inline]
fn rank_of(bits: u64, direction: Direction) -> u64 {
    match direction {
        Direction::Highest => bits,
        Direction::Lowest => !bits,
    }
}
