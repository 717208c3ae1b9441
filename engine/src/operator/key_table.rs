//! A hash table from Int64 keys to dense numbers, the heart of every hash operator.
//!
//! Open addressing with linear probing in a power-of-two array; a slot holds the key and its number
//! together, so a hit touches one cache line. Slots are picked by the *high* bits of a multiplication:
//! placement took Murmur's low bits, and a table indexed by the same bits would be full of gaps.

/// No number: an empty slot.
const EMPTY: u32 = u32::MAX;
/// 2^64 / golden ratio, odd: Fibonacci hashing (Knuth, TAOCP 3, 6.4).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Debug, Clone, Copy)]
struct Slot {
    key: i64,
    number: u32,
}

/// Numbers distinct keys 0, 1, 2... in the order in which they are first seen. NULL is a key of its own.
#[derive(Debug, Clone)]
pub struct KeyTable {
    slots: Vec<Slot>,
    /// How far a hash is shifted down to an index.
    shift: u32,
    keys: Vec<i64>,
    null_number: Option<u32>,
}

impl Default for KeyTable {
    fn default() -> Self {
        KeyTable::with_slots(1 << 8)
    }
}

impl KeyTable {
    fn with_slots(slot_count: usize) -> Self {
        KeyTable {
            slots: vec![Slot { key: 0, number: EMPTY }; slot_count],
            shift: 64 - slot_count.trailing_zeros(),
            keys: Vec::new(),
            null_number: None,
        }
    }

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

    /// The number of `key`, given to it now if it is new.
    #[inline]
    pub fn insert(&mut self, key: i64) -> u32 {
        if self.keys.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = self.home(key);
        loop {
            let slot = self.slots[at & mask];
            if slot.number == EMPTY {
                let number = self.keys.len() as u32;
                self.slots[at & mask] = Slot { key, number };
                self.keys.push(key);
                return number;
            }
            if slot.key == key {
                return slot.number;
            }
            at += 1;
        }
    }

    /// The number of NULL, given to it now if it is new.
    pub fn insert_null(&mut self) -> u32 {
        *self.null_number.get_or_insert_with(|| {
            self.keys.push(0);
            (self.keys.len() - 1) as u32
        })
    }

    /// The number of `key`, if it was seen.
    #[inline]
    pub fn get(&self, key: i64) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut at = self.home(key);
        loop {
            let slot = self.slots[at & mask];
            if slot.number == EMPTY {
                return None;
            }
            if slot.key == key {
                return Some(slot.number);
            }
            at += 1;
        }
    }

    #[inline]
    fn home(&self, key: i64) -> usize {
        ((key as u64 ^ (key as u64 >> 32)).wrapping_mul(MULTIPLIER) >> self.shift) as usize
    }

    fn grow(&mut self) {
        let mut grown = KeyTable::with_slots(self.slots.len() * 4);
        let mask = grown.slots.len() - 1;
        for slot in self.slots.iter().filter(|slot| slot.number != EMPTY) {
            let mut at = grown.home(slot.key);
            while grown.slots[at & mask].number != EMPTY {
                at += 1;
            }
            grown.slots[at & mask] = *slot;
        }
        self.slots = grown.slots;
        self.shift = grown.shift;
    }
}
