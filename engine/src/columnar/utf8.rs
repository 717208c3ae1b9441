//! Text: all bytes in one run, and where each value begins.

use std::ops::Range;

use super::Bitmap;

/// A column of UTF-8 text.
#[derive(Debug, Clone, PartialEq)]
pub struct Utf8Column {
    /// `len + 1` ascending positions in `bytes`; value `i` is `bytes[offsets[i]..offsets[i + 1]]`.
    offsets: Vec<u32>,
    bytes: Vec<u8>,
    validity: Option<Bitmap>,
}

impl Default for Utf8Column {
    fn default() -> Self {
        Utf8Column::with_capacity(0, 0)
    }
}

impl Utf8Column {
    /// An empty column with room.
    pub fn with_capacity(row_count: usize, byte_count: usize) -> Self {
        let mut offsets = Vec::with_capacity(row_count + 1);
        offsets.push(0);
        Utf8Column { offsets, bytes: Vec::with_capacity(byte_count), validity: None }
    }

    /// From the runs of a block; a bitmap without a NULL is dropped, so that equal columns compare equal.
    ///
    /// # Errors
    /// One sentence when offsets are not ascending, do not end with the bytes, or cut UTF-8 apart, or when a NULL has
    /// text.
    pub fn try_new(
        offsets: Vec<u32>,
        bytes: Vec<u8>,
        validity: Option<Bitmap>,
    ) -> Result<Self, &'static str> {
        if offsets.first() != Some(&0) || offsets.last().map(|&last| last as usize) != Some(bytes.len()) {
            return Err("offsets that span the text's bytes");
        }
        if !offsets.is_sorted() {
            return Err("ascending offsets");
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| "UTF-8 text")?;
        if !offsets.iter().all(|&offset| text.is_char_boundary(offset as usize)) {
            return Err("offsets between characters");
        }
        let validity = validity.filter(|validity| validity.count_ones() < validity.len());
        let is_empty = |row: usize| offsets[row] == offsets[row + 1];
        if !validity.iter().flat_map(Bitmap::zeros).all(is_empty) {
            return Err("no text where it is NULL");
        }
        Ok(Utf8Column { offsets, bytes, validity })
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all values together.
    pub fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// Value `index`, whether or not it is NULL (then it is empty).
    #[inline]
    pub fn bytes_at(&self, index: usize) -> &[u8] {
        &self.bytes[self.offsets[index] as usize..self.offsets[index + 1] as usize]
    }

    /// Bytes of value `index`.
    #[inline]
    pub fn byte_count_at(&self, index: usize) -> usize {
        (self.offsets[index + 1] - self.offsets[index]) as usize
    }

    /// The first eight bytes of value `index`, the first one lowest; a shorter value is filled up with zeros.
    #[inline]
    pub fn first_word(&self, index: usize) -> u64 {
        let (start, end) = (self.offsets[index] as usize, self.offsets[index + 1] as usize);
        let byte_count = (end - start).min(8);
        let mut word = [0; 8];
        match self.bytes.get(start..start + 8) {
            // What follows is the next value's.
            Some(bytes) => {
                word.copy_from_slice(bytes);
                u64::from_le_bytes(word) & u64::MAX.checked_shr(64 - 8 * byte_count as u32).unwrap_or(0)
            }
            None => {
                word[..byte_count].copy_from_slice(&self.bytes[start..start + byte_count]);
                u64::from_le_bytes(word)
            }
        }
    }

    /// Value `index` as text.
    #[inline]
    pub fn value(&self, index: usize) -> &str {
        std::str::from_utf8(self.bytes_at(index)).expect("every way into a Utf8Column checks its text")
    }

    /// Adds a value.
    #[inline]
    pub fn push(&mut self, value: &str) {
        self.bytes.extend_from_slice(value.as_bytes());
        self.close_value(true);
    }

    /// Adds a NULL.
    pub fn push_null(&mut self) {
        let len = self.len();
        self.validity.get_or_insert_with(|| Bitmap::filled(len, true));
        self.close_value(false);
    }

    /// Adds a value given in pieces, joined as they are.
    pub fn push_pieces<'a>(&mut self, pieces: impl IntoIterator<Item = &'a str>) {
        for piece in pieces {
            self.bytes.extend_from_slice(piece.as_bytes());
        }
        self.close_value(true);
    }

    /// Adds each word of a text as a value, split at ASCII white space, which leaves UTF-8 whole. Returns their number.
    #[inline]
    pub fn push_words(&mut self, text: &Utf8Column, index: usize) -> usize {
        let text = text.bytes_at(index);
        let (start, len) = (self.bytes.len(), self.offsets.len());
        // Room for the worst case, every other byte a word; the rest is given back.
        self.bytes.resize(start + text.len(), 0);
        self.offsets.resize(len + text.len() / 2 + 1, 0);
        let (bytes, offsets) = (&mut self.bytes[start..], &mut self.offsets[len..]);
        let (mut byte_count, mut word_count, mut in_word) = (0, 0, false);
        // Where words end cannot be guessed, so nothing branches on it: bytes and ends are written to the next free
        // place, which moves on only if they count.
        for &byte in text {
            let is_space = byte.is_ascii_whitespace();
            bytes[byte_count] = byte;
            offsets[word_count] = (start + byte_count) as u32;
            word_count += usize::from(is_space & in_word);
            byte_count += usize::from(!is_space);
            in_word = !is_space;
        }
        if in_word {
            offsets[word_count] = (start + byte_count) as u32;
            word_count += 1;
        }
        self.bytes.truncate(start + byte_count);
        self.offsets.truncate(len + word_count);
        u32::try_from(self.bytes.len()).expect("a batch's text stays under 4 GiB");
        if let Some(validity) = &mut self.validity {
            (0..word_count).for_each(|_| validity.push(true));
        }
        word_count
    }

    fn close_value(&mut self, valid: bool) {
        let end = u32::try_from(self.bytes.len()).expect("a batch's text stays under 4 GiB");
        self.offsets.push(end);
        if let Some(validity) = &mut self.validity {
            validity.push(valid);
        }
    }

    /// Adds value `index` of another column, NULL or not.
    #[inline]
    pub fn push_from(&mut self, other: &Utf8Column, index: usize) {
        if other.is_valid(index) {
            self.bytes.extend_from_slice(other.bytes_at(index));
            self.close_value(true);
        } else {
            self.push_null();
        }
    }

    /// Adds all values of another column, NULL or not.
    pub fn append(&mut self, other: &Utf8Column) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(&other.bytes);
        u32::try_from(self.bytes.len()).expect("a column's text stays under 4 GiB");
        if self.validity.is_some() || other.validity.is_some() {
            let len = self.len();
            let validity = self.validity.get_or_insert_with(|| Bitmap::filled(len, true));
            (0..other.len()).for_each(|index| validity.push(other.is_valid(index)));
        }
        self.offsets.extend(other.offsets[1..].iter().map(|offset| start + offset));
    }

    /// The values at `range`.
    pub fn slice(&self, range: Range<usize>) -> Utf8Column {
        let offsets = &self.offsets[range.start..=range.end];
        let (start, end) = (offsets[0], offsets[range.len()]);
        let validity = self
            .validity
            .as_ref()
            .map(|validity| Bitmap::from_fn(range.len(), |at| validity.get(range.start + at)));
        Utf8Column {
            offsets: offsets.iter().map(|offset| offset - start).collect(),
            bytes: self.bytes[start as usize..end as usize].to_vec(),
            validity: validity.filter(|validity| validity.count_ones() < validity.len()),
        }
    }

    /// Whether value `index` is not NULL.
    #[inline]
    pub fn is_valid(&self, index: usize) -> bool {
        self.validity.as_ref().is_none_or(|validity| validity.get(index))
    }

    /// The validity bitmap; `None` when nothing is NULL.
    pub fn validity(&self) -> Option<&Bitmap> {
        self.validity.as_ref()
    }

    /// The values at `indices`, in that order.
    pub fn take(&self, indices: &[u32]) -> Utf8Column {
        let byte_count = indices.iter().map(|&index| self.bytes_at(index as usize).len()).sum();
        let mut taken = Utf8Column::with_capacity(indices.len(), byte_count);
        for &index in indices {
            taken.push_from(self, index as usize);
        }
        taken
    }

    /// The values at `indices`, in that order, and NULL where the index is [`super::NO_ROW`].
    pub(super) fn take_or_null(&self, indices: &[u32]) -> Utf8Column {
        let known = indices.iter().filter(|&&index| index != super::NO_ROW);
        let byte_count = known.map(|&index| self.bytes_at(index as usize).len()).sum();
        let mut taken = Utf8Column::with_capacity(indices.len(), byte_count);
        for &index in indices {
            match index {
                super::NO_ROW => taken.push_null(),
                index => taken.push_from(self, index as usize),
            }
        }
        taken
    }
}
