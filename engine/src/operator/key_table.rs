//! A key table gives each distinct Int64 key a number, from 0 on. It is a [`SlotTable`] with one word for each key.

use super::group_keys::GroupKeys;
use super::slot_table::{RUN_ROWS, SlotTable};
use crate::columnar::Bitmap;
use crate::error::Result;
use crate::room::reserve_for;

/// Not numbered yet: what a key is found with that was added a moment ago.
const NEW: u64 = u64::MAX;

/// Numbers distinct keys 0, 1, 2... in the order in which they are first seen. NULL is a key of its own.
#[derive(Debug, Clone)]
pub struct KeyTable {
    slots: SlotTable,
    keys: Vec<i64>,
    null_number: Option<u32>,
    /// Of the run at hand: where each key's number stands.
    positions: Vec<u32>,
}

impl Default for KeyTable {
    fn default() -> Self {
        KeyTable {
            slots: SlotTable::new(vec![NEW]),
            keys: Vec::new(),
            null_number: None,
            positions: Vec::new(),
        }
    }
}

impl KeyTable {
    /// Distinct keys, NULL included.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key yet.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys by number; where the number is [`KeyTable::null_number`], the value is 0 and stands for NULL.
    pub fn keys(&self) -> &[i64] {
        &self.keys
    }

    /// The number of NULL, if it was seen.
    pub fn null_number(&self) -> Option<u32> {
        self.null_number
    }

    /// Appends the number of each key to `numbers`, [`GroupKeys::MISSING`] for one that was never numbered. NULL is the
    /// caller's affair.
    pub(super) fn find(&self, keys: &[i64], numbers: &mut Vec<u32>) -> Result<()> {
        reserve_for(numbers, keys.len())?;
        let (words, mut positions) = (self.slots.words(), Vec::with_capacity(RUN_ROWS));
        for run in keys.chunks(RUN_ROWS) {
            self.slots.find(run, &mut positions);
            // A position past the end is that of a key that is not there.
            let number =
                |&at: &u32| words.get(at as usize).map_or(GroupKeys::MISSING, |&number| number as u32);
            numbers.extend(positions.iter().map(number));
        }
        Ok(())
    }

    /// Appends the number of each key to `numbers`, given now to keys that are new.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`].
    pub fn number(&mut self, keys: &[i64], validity: Option<&Bitmap>, numbers: &mut Vec<u32>) -> Result<()> {
        reserve_for(numbers, keys.len())?;
        for (run, start) in keys.chunks(RUN_ROWS).zip((0..).step_by(RUN_ROWS)) {
            self.slots.reserve(run.len())?;
            reserve_for(&mut self.keys, run.len())?;
            match validity {
                None => self.slots.locate(run, &mut self.positions)?,
                Some(validity) => self.slots.locate_nullable(run, (validity, start), &mut self.positions)?,
            }
            let (words, all_keys) = (self.slots.words_mut(), &mut self.keys);
            numbers.extend(self.positions.iter().zip(run).map(|(&position, &key)| {
                let number = &mut words[position as usize];
                if *number == NEW {
                    *number = all_keys.len() as u64;
                    all_keys.push(key);
                }
                *number as u32
            }));
        }
        let null = self.slots.null_position();
        self.null_number = null.map(|position| self.slots.words()[position as usize] as u32);
        Ok(())
    }
}
