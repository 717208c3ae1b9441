//! A hash table from text to small numbers, the heart of grouping by words.
//!
//! Most keys are short: up to eight bytes, packed into one word, *are* the key, so a slot alone decides. A longer key's
//! slot holds 64 bits of hash; its bytes are compared when word and length agree. All keys' bytes stand in one run,
//! in the order of their numbers, ready to leave as a column.
//!
//! Not Spark's hash: all rows of a reduce partition agree in that one's low bits (see [`super::KeyTable`]).

use std::ops::Range;

use super::slot_table::{RUN_ROWS, check_positions};
use crate::columnar::Utf8Column;
use crate::error::Result;
use crate::room::{filled, reserve_for};

/// No number: an empty slot.
const EMPTY: u32 = u32::MAX;
/// 2^64 / golden ratio, odd, as for numbers in [`super::KeyTable`].
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
/// Bytes that fit a word.
const SHORT: usize = 8;

#[derive(Debug, Clone, Copy)]
struct Slot {
    word: u64,
    byte_count: u32,
    number: u32,
}

/// Numbers distinct texts 0, 1, 2... in the order in which they are first seen. NULL is a key of its own.
#[derive(Debug, Clone)]
pub struct TextTable {
    slots: Vec<Slot>,
    /// How far a hash is shifted down to an index.
    shift: u32,
    keys: Utf8Column,
    null_number: Option<u32>,
}

impl Default for TextTable {
    fn default() -> Self {
        let slot_count = 1 << 6;
        TextTable {
            slots: vec![EMPTY_SLOT; slot_count],
            shift: shift_of(slot_count),
            keys: Utf8Column::default(),
            null_number: None,
        }
    }
}

impl TextTable {
    /// Distinct keys, NULL included.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key yet.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys by number; NULL is where it was first seen.
    pub fn keys(&self) -> &Utf8Column {
        &self.keys
    }

    /// Appends the number of each text to `numbers`, given now to texts that are new.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`].
    pub fn number(&mut self, texts: &Utf8Column, numbers: &mut Vec<u32>) -> Result<()> {
        reserve_for(numbers, texts.len())?;
        let first = numbers.len();
        for start in (0..texts.len()).step_by(RUN_ROWS) {
            let rows = start..(start + RUN_ROWS).min(texts.len());
            self.reserve(rows.len())?;
            let mut elsewhere = [0; RUN_ROWS];
            for &row in self.look_at_home(texts, rows, numbers, &mut elsewhere) {
                let row = row as usize;
                numbers[first + row] =
                    if texts.is_valid(row) { self.insert(texts, row)? } else { self.insert_null()? };
            }
        }
        Ok(())
    }

    /// Appends the number in each text's first slot, and returns the rows for which it is not known to be theirs: new and
    /// displaced texts, long ones, NULL. Nothing here waits for memory or guesses, as in [`super::slot_table`].
    #[inline]
    fn look_at_home<'r>(
        &self,
        texts: &Utf8Column,
        rows: Range<usize>,
        numbers: &mut Vec<u32>,
        elsewhere: &'r mut [u32; RUN_ROWS],
    ) -> &'r [u32] {
        let mut words = [(0u64, 0u32, 0u32); RUN_ROWS];
        for (row, (word, byte_count, at)) in rows.clone().zip(&mut words) {
            *byte_count = texts.byte_count_at(row) as u32;
            *word = texts.first_word(row);
            *at = home(*word, *byte_count, self.shift) as u32;
        }
        let mut count = 0;
        let is_nullable = texts.validity().is_some();
        numbers.extend(rows.zip(&words).map(|(row, &(word, byte_count, at))| {
            let slot = &self.slots[at as usize];
            elsewhere[count % RUN_ROWS] = row as u32;
            let is_found = (slot.word == word) & (slot.byte_count == byte_count) & (slot.number != EMPTY);
            count += usize::from(!is_found | (byte_count as usize > SHORT) | is_nullable);
            slot.number
        }));
        &elsewhere[..count]
    }

    /// The number of text `row` of a column, given to it now if it is new. There must be room for it.
    #[inline]
    fn insert(&mut self, texts: &Utf8Column, row: usize) -> Result<u32> {
        let bytes = texts.bytes_at(row);
        let (word, byte_count) = (word_of(texts, row, bytes), bytes.len() as u32);
        let mask = self.slots.len() - 1;
        let mut at = home(word, byte_count, self.shift);
        loop {
            let slot = self.slots[at & mask];
            if slot.number == EMPTY {
                let number = self.keys.len() as u32;
                self.keys.push_from(texts, row)?;
                self.slots[at & mask] = Slot { word, byte_count, number };
                return Ok(number);
            }
            let is_alike = slot.word == word && slot.byte_count == byte_count;
            if is_alike
                && (bytes.len() <= SHORT || are_equal(self.keys.bytes_at(slot.number as usize), bytes))
            {
                return Ok(slot.number);
            }
            at += 1;
        }
    }

    /// The number of text `row` of a column, if it was seen; NULL has none here.
    #[inline]
    pub fn get(&self, texts: &Utf8Column, row: usize) -> Option<u32> {
        if !texts.is_valid(row) {
            return None;
        }
        let bytes = texts.bytes_at(row);
        let (word, byte_count) = (word_of(texts, row, bytes), bytes.len() as u32);
        let mask = self.slots.len() - 1;
        let mut at = home(word, byte_count, self.shift);
        loop {
            let slot = self.slots[at & mask];
            if slot.number == EMPTY {
                return None;
            }
            let is_alike = slot.word == word && slot.byte_count == byte_count;
            if is_alike
                && (bytes.len() <= SHORT || are_equal(self.keys.bytes_at(slot.number as usize), bytes))
            {
                return Some(slot.number);
            }
            at += 1;
        }
    }

    /// The number of NULL, given to it now if it is new.
    fn insert_null(&mut self) -> Result<u32> {
        if let Some(number) = self.null_number {
            return Ok(number);
        }
        let number = self.keys.len() as u32;
        self.keys.push_null()?;
        self.null_number = Some(number);
        Ok(number)
    }

    /// Room for `rows` more texts: at most half of the slots are taken.
    fn reserve(&mut self, rows: usize) -> Result<()> {
        let mut slot_count = self.slots.len();
        while (self.keys.len() + rows) * 2 > slot_count {
            slot_count *= 2;
        }
        if slot_count == self.slots.len() {
            return Ok(());
        }
        // So a number is one of 32 bits.
        check_positions(2 * slot_count as u64)?;
        let (mask, shift) = (slot_count - 1, shift_of(slot_count));
        let mut grown = filled(EMPTY_SLOT, slot_count)?;
        for slot in self.slots.iter().filter(|slot| slot.number != EMPTY) {
            let mut at = home(slot.word, slot.byte_count, shift);
            while grown[at & mask].number != EMPTY {
                at += 1;
            }
            grown[at & mask] = *slot;
        }
        (self.slots, self.shift) = (grown, shift);
        Ok(())
    }
}

const EMPTY_SLOT: Slot = Slot { word: 0, byte_count: 0, number: EMPTY };

fn shift_of(slot_count: usize) -> u32 {
    64 - slot_count.trailing_zeros()
}

#[inline]
fn home(word: u64, byte_count: u32, shift: u32) -> usize {
    let mixed = (word ^ u64::from(byte_count)).wrapping_mul(MULTIPLIER);
    ((mixed ^ (mixed >> 32)).wrapping_mul(MULTIPLIER) >> shift) as usize
}

/// Up to eight bytes packed, so that texts of one length differ when their words do; of more bytes a hash.
#[inline]
fn word_of(texts: &Utf8Column, row: usize, bytes: &[u8]) -> u64 {
    if bytes.len() <= SHORT {
        return texts.first_word(row);
    }
    // The last word may overlap the one before it, which loses nothing.
    let last = bytes.len() - SHORT;
    (0..last).step_by(SHORT).chain([last]).fold(MULTIPLIER, |hash, at| {
        let word = u64::from_le_bytes(bytes[at..at + SHORT].try_into().expect("a slice of eight bytes"));
        (hash.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER)
    })
}

/// Whether two texts of the same length, more than eight bytes, are the same: a word at a time, which wasm's own comparison
/// is not.
#[inline]
fn are_equal(left: &[u8], right: &[u8]) -> bool {
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("a slice of eight bytes"));
    let last = left.len() - SHORT;
    let heads = left.chunks_exact(SHORT).zip(right.chunks_exact(SHORT));
    heads.fold(0, |differing, (left, right)| differing | (word(left) ^ word(right)))
        | (word(&left[last..]) ^ word(&right[last..]))
        == 0
}
