//! A bit a row, least significant first, in words of 64.

/// Bits, all of one column's rows or of one predicate's outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// `len` bits, all `value`.
    pub fn filled(len: usize, value: bool) -> Self {
        let mut bitmap = Bitmap { words: vec![if value { u64::MAX } else { 0 }; len.div_ceil(64)], len };
        bitmap.clear_tail();
        bitmap
    }

    /// Bit `i` is `bit(i)`, built a word at a time.
    #[inline]
    pub fn from_fn(len: usize, mut bit: impl FnMut(usize) -> bool) -> Self {
        let mut words = Vec::with_capacity(len.div_ceil(64));
        let mut word_at = |start: usize, count: usize| {
            (0..count).fold(0u64, |word, offset| word | u64::from(bit(start + offset)) << offset)
        };
        // A constant number of bits is a loop that the compiler unrolls.
        words.extend((0..len / 64).map(|index| word_at(64 * index, 64)));
        if !len.is_multiple_of(64) {
            words.push(word_at(len / 64 * 64, len % 64));
        }
        Bitmap { words, len }
    }

    /// From Arrow's bytes: bit `i` is bit `i % 8` of byte `i / 8`.
    ///
    /// # Panics
    /// When there are fewer than `len` bits.
    pub fn from_bytes(bytes: &[u8], len: usize) -> Self {
        assert!(bytes.len() * 8 >= len, "a bitmap of {len} bits needs {} bytes", len.div_ceil(8));
        let words = bytes[..len.div_ceil(8)]
            .chunks(8)
            .map(|chunk| {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                u64::from_le_bytes(word)
            })
            .collect();
        let mut bitmap = Bitmap { words, len };
        bitmap.clear_tail();
        bitmap
    }

    /// Number of bits.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bits at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bit `index`.
    #[inline]
    pub fn get(&self, index: usize) -> bool {
        debug_assert!(index < self.len, "bit {index} of {}", self.len);
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// Adds one bit.
    #[inline]
    pub fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        let last = self.words.len() - 1;
        self.words[last] |= u64::from(bit) << (self.len % 64);
        self.len += 1;
    }

    /// Bits that are set.
    pub fn count_ones(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Bits set in both.
    pub fn and(&self, other: &Bitmap) -> Bitmap {
        assert_eq!(self.len, other.len, "two bitmaps of the same rows");
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect();
        Bitmap { words, len: self.len }
    }

    /// Bits set in either.
    pub fn or(&self, other: &Bitmap) -> Bitmap {
        assert_eq!(self.len, other.len, "two bitmaps of the same rows");
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a | b).collect();
        Bitmap { words, len: self.len }
    }

    /// Bits not set.
    pub fn not(&self) -> Bitmap {
        let mut bitmap = Bitmap { words: self.words.iter().map(|word| !word).collect(), len: self.len };
        bitmap.clear_tail();
        bitmap
    }

    /// The indices of the bits that are set, ascending.
    pub fn ones(&self) -> Vec<u32> {
        let mut indices = Vec::with_capacity(self.count_ones());
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
        indices
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
