//! These kernels compute with texts.

use crate::columnar::{Column, Primitive, Utf8Column};

/// Characters of each text.
pub(super) fn length(texts: &Utf8Column) -> Column {
    // In UTF-8 every character has one byte that does not continue another.
    let is_start = |byte: &&u8| (**byte as i8) >= -0x40;
    counts(texts, |bytes| bytes.iter().filter(is_start).count())
}

/// Words of each text, parted by ASCII white space.
pub(super) fn token_count(texts: &Utf8Column) -> Column {
    counts(texts, |bytes| {
        let is_word = |word: &&[u8]| !word.is_empty();
        bytes.split(u8::is_ascii_whitespace).filter(is_word).count()
    })
}

/// Each text in lower case.
pub(super) fn lower(texts: &Utf8Column) -> Column {
    let mut lower = Utf8Column::with_capacity(texts.len(), texts.len());
    for row in 0..texts.len() {
        if texts.is_valid(row) {
            lower.push(&texts.value(row).to_lowercase());
        } else {
            lower.push_null();
        }
    }
    Column::Utf8(lower)
}

/// A count of each text that is not NULL.
fn counts(texts: &Utf8Column, count: impl Fn(&[u8]) -> usize) -> Column {
    let values = (0..texts.len()).map(|row| count(texts.bytes_at(row)) as i64).collect();
    Column::Int64(Primitive::with_validity(values, texts.validity().cloned()))
}
