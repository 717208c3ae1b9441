//! A bit a row, least significant first, in words of 64. Whatever makes a bitmap fails with
//! [`crate::EngineError::OutOfMemory`], and in no other way.

use crate::error::Result;
use crate::room::{self, with_room};

/// Bits, all of one column's rows or of one predicate's outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// `len` bits, all `value`.
    pub fn filled(len: usize, value: bool) -> Result<Self> {
        let words = room::filled(if value { u64::MAX } else { 0 }, len.div_ceil(64))?;
        let mut bitmap = Bitmap { words, len };
        bitmap.clear_tail();
        Ok(bitmap)
    }

    /// Bit `i` is `bit(i)`, built a word at a time.
    #[inline]
    pub fn from_fn(len: usize, mut bit: impl FnMut(usize) -> bool) -> Result<Self> {
        let mut words = with_room(len.div_ceil(64))?;
        let mut word_at = |start: usize, count: usize| {
            (0..count).fold(0u64, |word, offset| word | u64::from(bit(start + offset)) << offset)
        };
        // A constant number of bits is a loop that the compiler unrolls.
        words.extend((0..len / 64).map(|index| word_at(64 * index, 64)));
        if !len.is_multiple_of(64) {
            words.push(word_at(len / 64 * 64, len % 64));
        }
        Ok(Bitmap { words, len })
    }

    /// A bit a value, compared eight bytes at a time: the loop over values has no bit in it, so that a compiler makes vectors
    /// of it.
    #[inline]
    pub fn of_values<T: Copy>(values: &[T], bit: impl Fn(T) -> bool) -> Result<Self> {
        // Of eight bytes that are 0 or 1, this brings the lowest bit of each into the highest byte.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        let word_of = |values: &[T]| {
            let mut bytes = [0u8; 64];
            values.iter().zip(&mut bytes).for_each(|(&value, byte)| *byte = u8::from(bit(value)));
            let bytes = bytes.as_chunks::<8>().0.iter();
            let packed = bytes.map(|&bytes| u64::from_le_bytes(bytes).wrapping_mul(GATHER) >> 56);
            packed.rev().fold(0, |word, byte| word << 8 | byte)
        };
        let (chunks, rest) = values.as_chunks::<64>();
        let mut words = with_room(values.len().div_ceil(64))?;
        words.extend(chunks.iter().map(|chunk| word_of(chunk)));
        if !rest.is_empty() {
            words.push(word_of(rest));
        }
        Ok(Bitmap { words, len: values.len() })
    }

    /// From Arrow's bytes: bit `i` is bit `i % 8` of byte `i / 8`.
    ///
    /// # Panics
    /// When there are fewer than `len` bits.
    pub fn from_bytes(bytes: &[u8], len: usize) -> Result<Self> {
        assert!(bytes.len() * 8 >= len, "a bitmap of {len} bits needs {} bytes", len.div_ceil(8));
        let words = room::collect(bytes[..len.div_ceil(8)].chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        }))?;
        let mut bitmap = Bitmap { words, len };
        bitmap.clear_tail();
        Ok(bitmap)
    }

    /// The same bits once more.
    pub fn copied(&self) -> Result<Self> {
        Ok(Bitmap { words: room::copied(&self.words)?, len: self.len })
    }

    /// The bits at `indices`, in that order.
    pub(crate) fn take(&self, indices: &[u32]) -> Result<Self> {
        Bitmap::from_fn(indices.len(), |at| self.get(indices[at] as usize))
    }

    /// The bits of all columns, one after the other; where there is no bitmap as many ones as the column is long. `None` when
    /// there is none at all.
    pub(crate) fn concat<'a>(
        columns: impl Iterator<Item = (Option<&'a Bitmap>, usize)> + Clone,
    ) -> Result<Option<Self>> {
        if columns.clone().all(|(bitmap, _)| bitmap.is_none()) {
            return Ok(None);
        }
        let len = columns.clone().map(|(_, len)| len).sum();
        let bit_of = |bitmap: Option<&Bitmap>, row| bitmap.is_none_or(|bitmap| bitmap.get(row));
        let mut bits = columns.flat_map(|(bitmap, len)| (0..len).map(move |row| bit_of(bitmap, row)));
        Bitmap::from_fn(len, |_| bits.next().unwrap_or(true)).map(Some)
    }

    /// The bitmap has so many bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bits at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All bits; those past the end are zero.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Whether the bit at `index` is set.
    #[inline]
    pub fn get(&self, index: usize) -> bool {
        debug_assert!(index < self.len, "bit {index} of {}", self.len);
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// The bitmap grows by one bit.
    #[inline]
    pub fn push(&mut self, bit: bool) -> Result<()> {
        if self.len.is_multiple_of(64) {
            room::reserve_for(&mut self.words, 1)?;
            self.words.push(0);
        }
        let last = self.words.len() - 1;
        self.words[last] |= u64::from(bit) << (self.len % 64);
        self.len += 1;
        Ok(())
    }

    /// The bitmap has so many bits that are set.
    pub fn count_ones(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// How many bits are set in both.
    pub(crate) fn count_both(&self, other: &Bitmap) -> usize {
        assert_eq!(self.len, other.len, "two bitmaps of the same rows");
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// The result has the bits that are set in both.
    pub fn and(&self, other: &Bitmap) -> Result<Bitmap> {
        assert_eq!(self.len, other.len, "two bitmaps of the same rows");
        let words = room::collect(self.words.iter().zip(&other.words).map(|(a, b)| a & b))?;
        Ok(Bitmap { words, len: self.len })
    }

    /// The result has the bits that are set in either.
    pub fn or(&self, other: &Bitmap) -> Result<Bitmap> {
        assert_eq!(self.len, other.len, "two bitmaps of the same rows");
        let words = room::collect(self.words.iter().zip(&other.words).map(|(a, b)| a | b))?;
        Ok(Bitmap { words, len: self.len })
    }

    /// The result has the bits that are not set here.
    pub fn not(&self) -> Result<Bitmap> {
        let words = room::collect(self.words.iter().map(|word| !word))?;
        let mut bitmap = Bitmap { words, len: self.len };
        bitmap.clear_tail();
        Ok(bitmap)
    }

    /// The indices of the bits that are set, ascending.
    pub fn ones(&self) -> Result<Vec<u32>> {
        let mut indices = with_room(self.count_ones())?;
        for (start, &word) in (0..).step_by(64).zip(&self.words) {
            if word == u64::MAX {
                indices.extend(start..start + 64);
                continue;
            }
            let mut word = word;
            // The number of bits is known, so that the loop's end is no guess from bit to bit.
            indices.extend((0..word.count_ones()).map(|_| {
                let index = start + word.trailing_zeros();
                word &= word - 1;
                index
            }));
        }
        Ok(indices)
    }

    /// The indices of the bits that are not set, ascending, a word at a time.
    pub fn zeros(&self) -> impl Iterator<Item = usize> {
        let zeros_of = |(word_index, word): (usize, &u64)| {
            let mut rest = !word;
            std::iter::from_fn(move || {
                let at = (rest != 0).then(|| word_index * 64 + rest.trailing_zeros() as usize);
                rest &= rest.wrapping_sub(1);
                at
            })
        };
        self.words.iter().enumerate().flat_map(zeros_of).take_while(|&index| index < self.len)
    }

    /// Bits past the end are kept zero, so that words can be compared and counted.
    fn clear_tail(&mut self) {
        let used = self.len % 64;
        if let (true, Some(last)) = (used != 0, self.words.last_mut()) {
            *last &= (1 << used) - 1;
        }
    }
}
