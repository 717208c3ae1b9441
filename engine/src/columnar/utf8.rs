//! Text: all bytes in one run, and where each value begins.

use std::ops::Range;

use super::Bitmap;
use crate::error::{EngineError, Piece, Result};
use crate::room::{self, reserve_for, with_room};

/// Bytes that a short value is copied with, whatever its length.
const WORD_BYTES: usize = 8;

/// A column of UTF-8 text. Where a value begins is 32 bits, so one column holds less than 4 GiB; whatever would be longer is
/// [`EngineError::TooLarge`], and is not begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Utf8Column {
    /// `len + 1` ascending positions in `bytes`; value `i` is `bytes[offsets[i]..offsets[i + 1]]`.
    offsets: Vec<u32>,
    bytes: Vec<u8>,
    validity: Option<Bitmap>,
}

impl Default for Utf8Column {
    fn default() -> Self {
        Utf8Column { offsets: vec![0], bytes: Vec::new(), validity: None }
    }
}

/// The longest text that a column can hold, in bytes.
const MOST_BYTES: u64 = u32::MAX as u64;

/// The error of a column whose text is so long.
#[cold]
fn too_large(byte_count: u64) -> EngineError {
    EngineError::TooLarge { piece: Piece::Text, needed: byte_count, limit: MOST_BYTES }
}

impl Utf8Column {
    /// An empty column with room.
    ///
    /// # Errors
    /// [`EngineError::TooLarge`] comes when there are too many rows or bytes, [`EngineError::OutOfMemory`] when room is
    /// refused.
    pub fn with_room(row_count: usize, byte_count: u64) -> Result<Self> {
        if byte_count > MOST_BYTES {
            return Err(too_large(byte_count));
        }
        let mut offsets = with_room(row_count.saturating_add(1))?;
        offsets.push(0);
        // The last value may be short as well.
        let bytes = with_room(
            usize::try_from(byte_count).map_or(usize::MAX, |count| count.saturating_add(WORD_BYTES)),
        )?;
        Ok(Utf8Column { offsets, bytes, validity: None })
    }

    /// A column of these values; `None` is NULL.
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    pub fn of<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> Result<Self> {
        let mut column = Utf8Column::default();
        for value in values {
            match value {
                Some(value) => column.push(value.as_ref())?,
                None => column.push_null()?,
            }
        }
        Ok(column)
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
    ) -> std::result::Result<Self, &'static str> {
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
        let is_empty = |row: usize| offsets[row] == offsets[row + 1];
        if !validity.iter().flat_map(Bitmap::zeros).all(is_empty) {
            return Err("no text where it is NULL");
        }
        Ok(Utf8Column { offsets, bytes, validity: some_null(validity) })
    }

    /// The column has so many values, NULLs included.
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
        let byte_count = (end - start).min(WORD_BYTES);
        let mut word = [0; WORD_BYTES];
        match self.bytes.get(start..start + WORD_BYTES) {
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

    /// Makes room for one more value of so many bytes.
    #[inline]
    fn reserve(&mut self, byte_count: usize) -> Result<()> {
        let end = self.bytes.len() as u64 + byte_count as u64;
        if end > MOST_BYTES {
            return Err(too_large(end));
        }
        reserve_for(&mut self.bytes, byte_count + WORD_BYTES)?;
        reserve_for(&mut self.offsets, 1)
    }

    /// The column grows by one value.
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    #[inline]
    pub fn push(&mut self, value: &str) -> Result<()> {
        self.reserve(value.len())?;
        self.bytes.extend_from_slice(value.as_bytes());
        self.close_value(true)
    }

    /// The column grows by a NULL.
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    pub fn push_null(&mut self) -> Result<()> {
        self.reserve(0)?;
        if self.validity.is_none() {
            self.validity = Some(Bitmap::filled(self.len(), true)?);
        }
        self.close_value(false)
    }

    /// Adds a value given in pieces, joined as they are.
    ///
    /// # Errors
    /// As [`Utf8Column::with_room`]; the column then ends within the value, and is of no use.
    pub fn push_pieces<'a>(&mut self, pieces: impl IntoIterator<Item = &'a str>) -> Result<()> {
        for piece in pieces {
            self.reserve(piece.len())?;
            self.bytes.extend_from_slice(piece.as_bytes());
        }
        self.close_value(true)
    }

    /// Adds each word of a text as a value, split at ASCII white space, which leaves UTF-8 whole. The number of words is
    /// returned.
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    #[inline]
    pub fn push_words(&mut self, text: &Utf8Column, index: usize) -> Result<usize> {
        let text = text.bytes_at(index);
        self.reserve(text.len())?;
        reserve_for(&mut self.offsets, text.len() / 2 + 1)?;
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
        if let Some(validity) = &mut self.validity {
            (0..word_count).try_for_each(|_| validity.push(true))?;
        }
        Ok(word_count)
    }

    /// Ends a value for which there was room.
    #[inline]
    fn close_value(&mut self, valid: bool) -> Result<()> {
        self.offsets.push(self.bytes.len() as u32);
        match &mut self.validity {
            Some(validity) => validity.push(valid),
            None => Ok(()),
        }
    }

    /// Adds value `index` of another column, NULL or not.
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    #[inline]
    pub fn push_from(&mut self, other: &Utf8Column, index: usize) -> Result<()> {
        if !other.is_valid(index) {
            return self.push_null();
        }
        self.reserve(other.byte_count_at(index))?;
        self.copy_from(other, index);
        self.close_value(true)
    }

    /// Copies the bytes of another column's value. There is room for them, and for a word.
    #[inline]
    fn copy_from(&mut self, other: &Utf8Column, index: usize) {
        match other.byte_count_at(index) {
            // A word at once: copying a run whose length is not known is a call, in wasm one out of the module.
            short @ 0..=WORD_BYTES => {
                let end = self.bytes.len() + short;
                self.bytes.extend_from_slice(&other.first_word(index).to_le_bytes());
                self.bytes.truncate(end);
            }
            _ => self.bytes.extend_from_slice(other.bytes_at(index)),
        }
    }

    /// These values, each of a column and at an index of it; of `None` no text. The bitmap says which are NULL.
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    pub(crate) fn gather<'a>(
        values: impl ExactSizeIterator<Item = Option<(&'a Utf8Column, usize)>> + Clone,
        validity: Option<Bitmap>,
    ) -> Result<Utf8Column> {
        let byte_counts = values.clone().flatten().map(|(column, index)| column.byte_count_at(index) as u64);
        let mut gathered = Utf8Column::with_room(values.len(), byte_counts.sum())?;
        for value in values {
            if let Some((column, index)) = value {
                gathered.copy_from(column, index);
            }
            gathered.offsets.push(gathered.bytes.len() as u32);
        }
        gathered.validity = some_null(validity);
        Ok(gathered)
    }

    /// The values of all columns, one after the other.
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    pub(super) fn concat<'a>(columns: impl Iterator<Item = &'a Utf8Column> + Clone) -> Result<Utf8Column> {
        let row_count = columns.clone().map(Utf8Column::len).sum();
        let byte_count = columns.clone().map(|column| column.byte_count() as u64).sum();
        let mut all = Utf8Column::with_room(row_count, byte_count)?;
        for column in columns.clone() {
            let start = all.bytes.len() as u32;
            all.bytes.extend_from_slice(&column.bytes);
            all.offsets.extend(column.offsets[1..].iter().map(|offset| start + offset));
        }
        all.validity = Bitmap::concat(columns.map(|column| (column.validity(), column.len())))?;
        Ok(all)
    }

    /// The values at `range`.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] comes when room is refused.
    pub fn slice(&self, range: Range<usize>) -> Result<Utf8Column> {
        let offsets = &self.offsets[range.start..=range.end];
        let (start, end) = (offsets[0], offsets[range.len()]);
        let bit = |validity: &Bitmap| Bitmap::from_fn(range.len(), |at| validity.get(range.start + at));
        Ok(Utf8Column {
            offsets: room::collect(offsets.iter().map(|offset| offset - start))?,
            bytes: room::copied(&self.bytes[start as usize..end as usize])?,
            validity: some_null(self.validity.as_ref().map(bit).transpose()?),
        })
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
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    pub fn take(&self, indices: &[u32]) -> Result<Utf8Column> {
        let validity = self.validity.as_ref().map(|validity| validity.take(indices)).transpose()?;
        Utf8Column::gather(indices.iter().map(|&index| Some((self, index as usize))), validity)
    }

    /// The values at `indices`, in that order, and NULL where the index is [`super::NO_ROW`].
    ///
    /// # Errors
    /// The errors are those of [`Utf8Column::with_room`].
    pub(super) fn take_or_null(&self, indices: &[u32]) -> Result<Utf8Column> {
        let is_known = |index: u32| index != super::NO_ROW;
        let validity = Bitmap::of_values(indices, |index| is_known(index) && self.is_valid(index as usize))?;
        let value = |&index: &u32| is_known(index).then_some((self, index as usize));
        Utf8Column::gather(indices.iter().map(value), Some(validity))
    }
}

/// A bitmap, unless nothing is NULL.
fn some_null(validity: Option<Bitmap>) -> Option<Bitmap> {
    validity.filter(|validity| validity.count_ones() < validity.len())
}
