//! The distinct values of all groups are kept in one table of pairs, each a group and a value. A pair that is new counts.

use crate::columnar::Column;
use crate::error::Result;
use crate::operator::{GroupKeys, KeyTable};
use crate::room::reserve_for;

/// The pairs that were seen. A group is known here by a number of its own: its words may move.
#[derive(Debug)]
pub(super) struct DistinctPairs {
    values: GroupKeys,
    pairs: KeyTable,
    group_count: u64,
    /// Of the batch at hand, numbered when its first row comes.
    value_numbers: Vec<u32>,
    /// Of the run at hand: pairs, their places and their numbers.
    keys: Vec<i64>,
    places: Vec<usize>,
    numbers: Vec<u32>,
}

impl DistinctPairs {
    /// No pair yet.
    pub(super) fn new(values: GroupKeys) -> Self {
        DistinctPairs {
            values,
            pairs: KeyTable::default(),
            group_count: 0,
            value_numbers: Vec::new(),
            keys: Vec::new(),
            places: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// Adds the rows from `start` on. Of the two words at each place the first is the group's number, from 1 on, the second
    /// counts.
    pub(super) fn add(
        &mut self,
        words: &mut [u64],
        places: impl Iterator<Item = usize>,
        column: &Column,
        start: usize,
    ) -> Result<()> {
        if start == 0 {
            self.values.number(column, &mut self.value_numbers)?;
        }
        self.keys.clear();
        self.places.clear();
        let rows = self.value_numbers.len() - start;
        reserve_for(&mut self.keys, rows)?;
        reserve_for(&mut self.places, rows)?;
        let validity = column.validity();
        for (place, (&value, row)) in places.zip(self.value_numbers[start..].iter().zip(start..)) {
            if validity.is_some_and(|validity| !validity.get(row)) {
                continue;
            }
            if words[place] == 0 {
                self.group_count += 1;
                words[place] = self.group_count;
            }
            self.keys.push((words[place] << 32 | u64::from(value)) as i64);
            self.places.push(place);
        }
        let mut next = self.pairs.len() as u32;
        self.numbers.clear();
        self.pairs.number(&self.keys, None, &mut self.numbers)?;
        // Numbers are given in turn: a row that has the next one brought a new pair.
        for (&place, &number) in self.places.iter().zip(&self.numbers) {
            if number == next {
                next += 1;
                words[place + 1] += 1;
            }
        }
        Ok(())
    }
}
