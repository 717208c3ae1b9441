//! Keys of several columns as one: each column numbers its own values, and two numbers make one 64-bit key.
//!
//! ```text
//!  language ── 3 ──┐
//!  prompt_id ─ 7 ──┴─ (3, 7) ── 12 ──┐
//!  score ───────────────────── 5 ────┴─ (12, 5)   the row's key
//! ```
//!
//! So several keys never meet as a row.

use super::group_keys::GroupKeys;
use super::key_table::KeyTable;
use crate::columnar::{Bitmap, Column, DataType};
use crate::error::Result;
use crate::room::{collect, filled, reserve_for};

/// Numbers the values of two or more columns, and pairs the numbers. NULL is a value of its own.
#[derive(Debug)]
pub(super) struct CompositeKeys {
    columns: Vec<GroupKeys>,
    /// `pairs[i]` numbers what the columns up to `i + 1` make together; the last pair is not numbered.
    pairs: Vec<KeyTable>,
}

impl CompositeKeys {
    /// No key yet, of columns of these types.
    pub(super) fn new(types: &[DataType]) -> Self {
        CompositeKeys {
            columns: types.iter().map(|&data_type| GroupKeys::new(data_type)).collect(),
            pairs: vec![KeyTable::default(); types.len() - 2],
        }
    }

    /// Puts each row's key into `keys`, in place of what was there. Values that are new are numbered now.
    pub(super) fn number(&mut self, columns: &[&Column], keys: &mut Vec<i64>) -> Result<()> {
        let (mut numbers, mut right) = (Vec::new(), Vec::new());
        self.columns[0].number(columns[0], &mut numbers)?;
        for (index, group) in self.columns.iter_mut().enumerate().skip(1) {
            group.number(columns[index], &mut right)?;
            keys.clear();
            reserve_for(keys, numbers.len())?;
            keys.extend(numbers.iter().zip(&right).map(|(&left, &right)| pair(left, right)));
            if let Some(pairs) = self.pairs.get_mut(index - 1) {
                numbers.clear();
                pairs.number(keys, None, &mut numbers)?;
            }
        }
        Ok(())
    }

    /// Each row's key, and whether there is one: a row with a value that was not numbered, or with a NULL, has none.
    pub(super) fn find(&self, columns: &[&Column]) -> Result<(Vec<i64>, Bitmap)> {
        let row_count = columns[0].len();
        let mut has_key = filled(true, row_count)?;
        let mut note = |numbers: &[u32], missing: u32| {
            has_key.iter_mut().zip(numbers).for_each(|(has_key, &number)| *has_key &= number != missing);
        };
        let (mut numbers, mut right, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        self.columns[0].find(columns[0], &mut numbers)?;
        note(&numbers, GroupKeys::MISSING);
        for (index, group) in self.columns.iter().enumerate().skip(1) {
            group.find(columns[index], &mut right)?;
            note(&right, GroupKeys::MISSING);
            keys = collect(numbers.iter().zip(&right).map(|(&left, &right)| pair(left, right)))?;
            if let Some(pairs) = self.pairs.get(index - 1) {
                numbers.clear();
                pairs.find(&keys, &mut numbers)?;
                note(&numbers, GroupKeys::MISSING);
            }
        }
        Ok((keys, Bitmap::from_fn(row_count, |row| has_key[row])?))
    }

    /// The columns that the keys stand for: each pair is taken apart into the one before it and a column's number.
    pub(super) fn take(&self, mut keys: Vec<i64>) -> Result<Vec<Column>> {
        let mut taken = Vec::with_capacity(self.columns.len());
        for (index, column) in self.columns.iter().enumerate().skip(1).rev() {
            let rights = collect(keys.iter().map(|&pair| pair as u32))?;
            taken.push(column.take(&rights)?);
            let lefts = keys.iter().map(|&pair| (pair as u64 >> 32) as usize);
            keys = match index.checked_sub(2) {
                Some(before) => collect(lefts.map(|left| self.pairs[before].keys()[left]))?,
                None => collect(lefts.map(|left| left as i64))?,
            };
        }
        let firsts = collect(keys.iter().map(|&number| number as u32))?;
        taken.push(self.columns[0].take(&firsts)?);
        taken.reverse();
        Ok(taken)
    }
}

/// Two numbers as one key.
fn pair(left: u32, right: u32) -> i64 {
    (u64::from(left) << 32 | u64::from(right)) as i64
}
