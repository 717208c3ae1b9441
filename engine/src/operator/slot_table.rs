//! An open-addressing table whose slots hold a key and, beside it, the words that belong to it.
//!
//! ```text
//!  words │ key │ value... ║ key │ value... ║  0  │         ║ key │ value... ║ ... ║ the marker's ║ NULL's │
//!        └── one slot ────┘                   empty
//! ```
//!
//! Finding a key brings its words along: the loops that then add to them, one an aggregate, find them in the nearest
//! cache. Work goes in runs of [`RUN_ROWS`] rows for that reason.
//!
//! A slot is picked by the *high* bits of a multiplication. Placement took Murmur's low bits, and a table indexed by the same
//! bits would be full of gaps; and a table of twice the slots has its keys in the same order, so that growing is two
//! streams, one read and one written, instead of a random walk.
//!
//! Keys that lie close together need no hash: once all of them fit between the least one and as many slots as the table has
//! anyway, a key's low bits are its slot and no two keys share one. Such a table is *direct*. It may be filled to the last
//! slot, so it is smaller, and neighbours share cache lines. The first key to find its slot taken ends that: it lies
//! outside the window, and the table is built again, wider or hashed.
//!
//! A key is stored with a marker's bits flipped, so that 0 says "empty" and fresh memory needs no filling. The marker itself
//! and NULL live behind the last slot.

use super::homes::{Homes, home, look_at_home};
use crate::columnar::Bitmap;
use crate::error::{EngineError, Piece, Result};
use crate::room::{collect, filled};

/// Rows that are looked up before their words are worked on: few enough for the words to stay in the first two caches.
pub(super) const RUN_ROWS: usize = 256;
/// Of a key that is not in the table.
pub(super) const MISSING: u32 = u32::MAX;
/// The one key that would be stored as 0; a number as unlikely as any other.
pub(super) const MARKER: u64 = 0x5db3_d742_c265_539d;
/// Places behind the last slot: the marker's and NULL's.
const SPECIAL: usize = 2;

/// Words of a cache line.
const LINE_WORDS: usize = 8;

/// Keys of 64 bits, each with the same number of words.
#[derive(Debug, Clone)]
pub(super) struct SlotTable {
    words: Vec<u64>,
    /// Where the first slot begins: at a cache line's start.
    base: usize,
    /// Words of a key and its value.
    width: usize,
    /// Words a slot, so that none lies across two cache lines when it could fit one.
    stride: usize,
    slot_count: usize,
    /// How far a hash is shifted down to a slot's index.
    shift: u32,
    /// Whether a key's slot is its low bits, and no two keys have the same.
    is_direct: bool,
    /// Slots that are taken; the special places are not counted.
    taken: usize,
    has_special: [bool; SPECIAL],
    /// The value of a key that was just added.
    initial: Vec<u64>,
}

impl SlotTable {
    /// An empty table of keys with this value at first. Room comes with the first rows.
    pub(super) fn new(initial: Vec<u64>) -> Self {
        SlotTable {
            words: Vec::new(),
            base: 0,
            width: initial.len() + 1,
            stride: stride_of(initial.len() + 1),
            slot_count: 0,
            shift: 63,
            is_direct: false,
            taken: 0,
            has_special: [false; SPECIAL],
            initial,
        }
    }

    /// Keys so far, NULL included.
    pub(super) fn len(&self) -> usize {
        self.taken + self.has_special.iter().filter(|&&has| has).count()
    }

    /// All words; positions point into them.
    pub(super) fn words(&self) -> &[u64] {
        &self.words[self.base..]
    }

    /// All words, to work on values. Keys must stay as they are.
    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words[self.base..]
    }

    /// Makes room for `rows` more keys, so that finding them moves nothing.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`].
    pub(super) fn reserve(&mut self, rows: usize) -> Result<()> {
        // A direct table has no chains; a slot stays empty all the same, for whoever looks for a key that is not there.
        if self.is_direct && self.taken + rows < self.slot_count {
            return Ok(());
        }
        let slot_count = self.slots_for(rows);
        if slot_count == self.slot_count { Ok(()) } else { self.rebuild(slot_count, &[]) }
    }

    /// Slots for `rows` more keys that are hashed. At most five in eight are taken: nearly all keys are found at their first or
    /// second slot.
    fn slots_for(&self, rows: usize) -> usize {
        let mut slot_count = self.slot_count.max(16);
        while (self.taken + rows) * 8 > slot_count * 5 {
            slot_count *= 2;
        }
        slot_count
    }

    /// Gives every key one more word: `existing` to those that are there, `initial` to those that will come.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`].
    pub(super) fn add_word(&mut self, existing: u64, initial: u64) -> Result<()> {
        self.initial.push(existing);
        self.rebuild(self.slot_count, &[])?;
        *self.initial.last_mut().expect("a word was pushed") = initial;
        Ok(())
    }

    /// Moves every slot into a new array; where values have become longer, the end of `initial` fills them up. `coming` are
    /// keys that will be looked up next.
    fn rebuild(&mut self, slot_count: usize, coming: &[i64]) -> Result<()> {
        let is_direct = self.fits_window(slot_count, coming);
        let (old_width, width) = (self.width, self.initial.len() + 1);
        let (old_stride, stride) = (self.stride, stride_of(width));
        (self.width, self.stride) = (width, stride);
        if slot_count == 0 {
            return Ok(());
        }
        let mut words = zeroed_words((slot_count + SPECIAL) * stride + LINE_WORDS)?;
        // An address decides where in memory the slots are, and nothing else.
        let base = words.as_ptr().align_offset(LINE_WORDS * size_of::<u64>()).min(LINE_WORDS);
        let (shift, mask) = (64 - slot_count.trailing_zeros(), slot_count - 1);
        let added = &self.initial[old_width - 1..];
        let put = |words: &mut [u64], at: usize, slot: &[u64]| {
            let (old, new) = words[at * stride..at * stride + width].split_at_mut(old_width);
            old.copy_from_slice(&slot[..old_width]);
            new.copy_from_slice(added);
        };
        let new_words = &mut words[base..];
        let (slots, special) = self.words[self.base..].split_at(self.slot_count * old_stride);
        special
            .chunks_exact(old_stride)
            .take(SPECIAL)
            .zip(slot_count..)
            .for_each(|(slot, at)| put(new_words, at, slot));
        for slot in slots.chunks_exact(old_stride).filter(|slot| slot[0] != 0) {
            let mut at = if is_direct { slot[0] as usize & mask } else { home(slot[0], shift) };
            while new_words[at * stride] != 0 {
                at = (at + 1) & mask;
            }
            put(new_words, at, slot);
        }
        (self.words, self.base, self.slot_count, self.shift) = (words, base, slot_count, shift);
        self.is_direct = is_direct;
        Ok(())
    }

    /// Whether all keys, these too, lie so close together that the low bits of no two agree. Keys far apart are noticed soon.
    fn fits_window(&self, slot_count: usize, coming: &[i64]) -> bool {
        let slots = self.words().chunks_exact(self.stride).take(self.slot_count);
        let keys = slots.filter(|slot| slot[0] != 0).map(|slot| (slot[0] ^ MARKER) as i64);
        let mut keys = coming.iter().copied().filter(|&key| key as u64 != MARKER).chain(keys);
        let (mut least, mut greatest) = (i64::MAX, i64::MIN);
        keys.all(|key| {
            (least, greatest) = (least.min(key), greatest.max(key));
            greatest.abs_diff(least) < slot_count as u64
        })
    }

    /// Puts into `positions` where each key's value begins; keys that are new are added. There must be room for them.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`].
    pub(super) fn locate(&mut self, keys: &[i64], positions: &mut Vec<u32>) -> Result<()> {
        // The stride as a constant saves a multiplication a probe, and the common ones have it.
        while !match self.stride {
            1 => self.locate_strided::<1>(keys, positions),
            2 => self.locate_strided::<2>(keys, positions),
            4 => self.locate_strided::<4>(keys, positions),
            8 => self.locate_strided::<8>(keys, positions),
            _ => self.locate_strided::<0>(keys, positions),
        } {
            self.rebuild(self.slots_for(keys.len()), keys)?;
        }
        // What cannot stand in a slot was passed over, and is rare.
        if has_marker(keys) {
            let marker = self.special(0);
            let rows = keys.iter().zip(positions).filter(|(key, _)| **key as u64 == MARKER);
            rows.for_each(|(_, position)| *position = marker);
        }
        Ok(())
    }

    /// As [`SlotTable::locate`], for keys of which those without a bit from `start` on are NULL.
    ///
    /// # Errors
    /// As [`SlotTable::locate`].
    pub(super) fn locate_nullable(
        &mut self,
        keys: &[i64],
        (validity, start): (&Bitmap, usize),
        positions: &mut Vec<u32>,
    ) -> Result<()> {
        let valid_or_marker = |(&key, row)| if validity.get(row) { key } else { MARKER as i64 };
        let keys = collect(keys.iter().zip(start..).map(valid_or_marker))?;
        let had_marker = self.has_special[0];
        self.locate(&keys, positions)?;
        self.has_special[0] = had_marker;
        for ((position, row), key) in positions.iter_mut().zip(start..).zip(keys) {
            if !validity.get(row) {
                *position = self.special(1);
            } else if key as u64 == MARKER {
                *position = self.special(0);
            }
        }
        Ok(())
    }

    /// Whether every key has a slot now; not so when a direct table met one outside its window.
    #[inline]
    fn locate_strided<const STRIDE: usize>(&mut self, keys: &[i64], positions: &mut Vec<u32>) -> bool {
        let stride = if STRIDE == 0 { self.stride } else { STRIDE };
        let (mask, homes) = (self.slot_count - 1, self.homes());
        let words = &mut self.words[self.base..][..(mask + 1) * stride];
        let mut elsewhere = [0; RUN_ROWS];
        let elsewhere = look_at_home(words, stride, homes, keys, positions, &mut elsewhere);
        let (initial, width) = (&self.initial, self.width);
        for &row in elsewhere {
            let stored = keys[row as usize] as u64 ^ MARKER;
            if stored == 0 {
                continue;
            }
            let mut slot = homes.of(stored);
            positions[row as usize] = loop {
                let at = slot * stride;
                let found = words[at];
                if found == stored {
                    break at as u32 + 1;
                }
                if found == 0 {
                    words[at] = stored;
                    words[at + 1..at + width].copy_from_slice(initial);
                    self.taken += 1;
                    break at as u32 + 1;
                }
                if homes.is_direct() {
                    return false;
                }
                slot = (slot + 1) & mask;
            };
        }
        true
    }

    fn homes(&self) -> Homes {
        if self.is_direct {
            Homes::Direct { mask: self.slot_count - 1 }
        } else {
            Homes::Hashed { shift: self.shift }
        }
    }

    /// Where the value of the marker (0) or of NULL (1) begins; it is added when it is new.
    fn special(&mut self, index: usize) -> u32 {
        let at = (self.slot_count + index) * self.stride + 1;
        if !self.has_special[index] {
            self.has_special[index] = true;
            let value = self.base + at..self.base + at + self.width - 1;
            self.words[value].copy_from_slice(&self.initial);
        }
        at as u32
    }

    /// Puts into `positions` where each key's value begins, [`MISSING`] for keys that are not there. Looks at numbers only:
    /// NULL is the caller's affair.
    pub(super) fn find(&self, keys: &[i64], positions: &mut Vec<u32>) {
        positions.clear();
        if self.slot_count == 0 {
            positions.resize(keys.len(), MISSING);
            return;
        }
        match self.stride {
            2 => self.find_strided::<2>(keys, positions),
            _ => self.find_strided::<0>(keys, positions),
        }
    }

    #[inline]
    fn find_strided<const STRIDE: usize>(&self, keys: &[i64], positions: &mut Vec<u32>) {
        let stride = if STRIDE == 0 { self.stride } else { STRIDE };
        let (mask, homes) = (self.slot_count - 1, self.homes());
        let words = &self.words()[..(mask + 1) * stride];
        let mut elsewhere = [0; RUN_ROWS];
        for &row in look_at_home(words, stride, homes, keys, positions, &mut elsewhere) {
            let stored = keys[row as usize] as u64 ^ MARKER;
            let mut slot = homes.of(stored);
            positions[row as usize] = loop {
                let at = slot * stride;
                let found = words[at];
                if found == stored {
                    break at as u32 + 1;
                }
                if found == 0 || homes.is_direct() {
                    break MISSING;
                }
                slot = (slot + 1) & mask;
            };
        }
        if has_marker(keys) {
            let at = if self.has_special[0] { (self.slot_count * self.stride) as u32 + 1 } else { MISSING };
            let rows = keys.iter().zip(positions).filter(|(key, _)| **key as u64 == MARKER);
            rows.for_each(|(_, position)| *position = at);
        }
    }

    /// Where the value of each key begins, in the order of the slots; the marker's and NULL's come last.
    pub(super) fn positions(&self) -> impl Iterator<Item = u32> {
        let taken = self.words().chunks_exact(self.stride).take(self.slot_count).map(|slot| slot[0] != 0);
        let places = taken.chain(self.has_special).zip((1..).step_by(self.stride));
        places.filter_map(|(is_taken, position)| is_taken.then_some(position))
    }

    /// The key whose value begins at `position`, 0 for NULL.
    #[inline]
    pub(super) fn key_at(&self, position: u32) -> i64 {
        let at = position as usize - 1;
        // The marker's place holds 0, as its key would be stored; so does NULL's.
        if at == (self.slot_count + 1) * self.stride { 0 } else { (self.words()[at] ^ MARKER) as i64 }
    }

    /// Where NULL's value begins, if it was seen.
    pub(super) fn null_position(&self) -> Option<u32> {
        self.has_special[1].then(|| ((self.slot_count + 1) * self.stride) as u32 + 1)
    }
}

/// Whether the marker is among the keys.
fn has_marker(keys: &[i64]) -> bool {
    keys.iter().fold(false, |any, &key| any | (key as u64 == MARKER))
}

/// Words from slot to slot: memory for time, since a slot across two cache lines costs two misses.
fn stride_of(width: usize) -> usize {
    if width <= LINE_WORDS { width.next_power_of_two() } else { width.next_multiple_of(LINE_WORDS) }
}

/// Zeros, of which each has a position of 32 bits: so a table is the same in a browser and outside.
fn zeroed_words(count: usize) -> Result<Vec<u64>> {
    check_positions(count as u64)?;
    filled(0, count)
}

/// Refuses a table of more words than there are positions.
pub(super) fn check_positions(needed: u64) -> Result<()> {
    let limit = u64::from(MISSING - 1);
    if needed > limit { Err(EngineError::TooLarge { piece: Piece::Table, needed, limit }) } else { Ok(()) }
}
