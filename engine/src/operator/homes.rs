//! A key's home is the slot of a [`super::slot_table::SlotTable`] in which it is looked for first. A whole run of keys is looked up at
//! a time.

use super::slot_table::{MARKER, RUN_ROWS};

/// 2^64 / golden ratio, odd: Fibonacci hashing (Knuth, TAOCP 3, 6.4).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Where a key is looked for first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Homes {
    /// The high bits of a multiplication.
    Hashed { shift: u32 },
    /// The key's low bits.
    Direct { mask: usize },
}

impl Homes {
    /// The first slot of a key as it is stored.
    #[inline]
    pub(super) fn of(self, stored: u64) -> usize {
        match self {
            Homes::Hashed { shift } => home(stored, shift),
            Homes::Direct { mask } => stored as usize & mask,
        }
    }

    /// Whether no other key can be where a key belongs.
    #[inline]
    pub(super) fn is_direct(self) -> bool {
        matches!(self, Homes::Direct { .. })
    }
}

/// Puts into `positions` where each key's value begins if the key is in its first slot, and returns the rows where it is
/// not. Nothing here waits for memory or guesses: loads of many rows are on their way together.
#[inline]
pub(super) fn look_at_home<'r>(
    words: &[u64],
    stride: usize,
    homes: Homes,
    keys: &[i64],
    positions: &mut Vec<u32>,
    elsewhere: &'r mut [u32; RUN_ROWS],
) -> &'r [u32] {
    positions.clear();
    let stored = keys.iter().map(|&key| key as u64 ^ MARKER);
    match homes {
        Homes::Hashed { shift } => {
            positions.extend(stored.map(|stored| (home(stored, shift) * stride) as u32));
        }
        Homes::Direct { mask } => {
            positions.extend(stored.map(|stored| ((stored as usize & mask) * stride) as u32));
        }
    }
    let mut count = 0;
    for (row, (&key, position)) in (0..).zip(keys.iter().zip(positions)) {
        elsewhere[count % RUN_ROWS] = row;
        count += usize::from(words[*position as usize] != key as u64 ^ MARKER);
        *position += 1;
    }
    &elsewhere[..count]
}

/// The first slot to look for a key in, unless the table is direct.
#[inline]
pub(super) fn home(stored: u64, shift: u32) -> usize {
    ((stored ^ (stored >> 32)).wrapping_mul(MULTIPLIER) >> shift) as usize
}
