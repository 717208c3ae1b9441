//! These kernels compute with texts.

use crate::columnar::{Bitmap, Column, Primitive, Utf8Column};
use crate::error::Result;
use crate::room::collect;

/// Characters of each text.
pub(super) fn length(texts: &Utf8Column) -> Result<Column> {
    // In UTF-8 every character has one byte that does not continue another.
    let is_start = |byte: &&u8| (**byte as i8) >= -0x40;
    counts(texts, |bytes| bytes.iter().filter(is_start).count())
}

/// Words of each text, parted by ASCII white space.
pub(super) fn token_count(texts: &Utf8Column) -> Result<Column> {
    counts(texts, |bytes| {
        let is_word = |word: &&[u8]| !word.is_empty();
        bytes.split(u8::is_ascii_whitespace).filter(is_word).count()
    })
}

/// Each text in lower case.
pub(super) fn lower(texts: &Utf8Column) -> Result<Column> {
    let mut lower = Utf8Column::with_room(texts.len(), texts.byte_count() as u64)?;
    for row in 0..texts.len() {
        if texts.is_valid(row) {
            lower.push(&texts.value(row).to_lowercase())?;
        } else {
            lower.push_null()?;
        }
    }
    Ok(Column::Utf8(lower))
}

/// A count of each text that is not NULL.
fn counts(texts: &Utf8Column, count: impl Fn(&[u8]) -> usize) -> Result<Column> {
    let values = collect((0..texts.len()).map(|row| count(texts.bytes_at(row)) as i64))?;
    let validity = texts.validity().map(Bitmap::copied).transpose()?;
    Ok(Column::Int64(Primitive::with_validity(values, validity)))
}
