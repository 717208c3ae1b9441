//! Blocks: what one map task sends to one reduce partition, as bytes.
//!
//! ```text
//!  "SLB" version │ rows u32 │ columns u32 │ bytes u32 │ column │ column │ ...      16-byte header
//!  column: type u8, has_validity u8, 2 x 0, text bytes u32 │ validity │ offsets u32... │ values / text
//! ```
//!
//! Every run is padded to eight bytes; numbers are little-endian; a bitmap and the offsets are Arrow's. A
//! block says how long it is, so blocks stand back to back in one buffer. [`ColumnLayout`] computes sizes
//! before a byte is written: the scatter of [`crate::shuffle`] writes each value once, at its place.
//!
//! Rows have one written form, bitmaps without a NULL apart: padding is zero and so is the value of a NULL, or
//! the block is refused. A sum adds a NULL's value without asking, so it must not be anything else.

use std::sync::Arc;

use super::{Bitmap, Column, DataType, Primitive, RecordBatch, Schema, Utf8Column};
use crate::error::{EngineError, Result};
use crate::room::{collect, copied};

/// First bytes of every block; the last is the version of this layout.
pub const BLOCK_MAGIC: [u8; 4] = *b"SLB\x01";
/// Bytes of the header.
pub const HEADER_BYTES: usize = 16;
/// Bytes before each column's runs.
const COLUMN_HEADER_BYTES: usize = 8;

/// Rounds up to the alignment of a run.
pub const fn padded(bytes: usize) -> usize {
    bytes.saturating_add(7) & !7
}

/// Where each run of one column begins, in bytes from the block's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnLayout {
    /// The column's header begins here.
    pub header: usize,
    /// The bitmap begins here, when there is one.
    pub validity: usize,
    /// The offsets of a Utf8 column begin here.
    pub offsets: usize,
    /// The values, or the bytes of text, begin here.
    pub values: usize,
    /// The column ends before this byte.
    pub end: usize,
}

impl ColumnLayout {
    /// The layout of a column that begins at `header`. `text_bytes` is 0 for fixed-width types. What no
    /// memory can hold ends past [`MOST_BYTES`] in any case.
    pub fn new(
        header: usize,
        data_type: DataType,
        row_count: usize,
        has_validity: bool,
        text_bytes: usize,
    ) -> Self {
        let validity = header.saturating_add(COLUMN_HEADER_BYTES);
        let bitmap = if has_validity { padded(row_count.div_ceil(8)) } else { 0 };
        let offsets = validity.saturating_add(bitmap);
        let (values, end) = match data_type {
            DataType::Int64 | DataType::Float64 => {
                (offsets, offsets.saturating_add(row_count.saturating_mul(8)))
            }
            DataType::Utf8 => {
                let values = offsets.saturating_add(padded(row_count.saturating_add(1).saturating_mul(4)));
                (values, values.saturating_add(padded(text_bytes)))
            }
        };
        ColumnLayout { header, validity, offsets, values, end }
    }
}

/// The most bytes of a block, and so the most rows: both are written in 32 bits.
pub const MOST_BYTES: u64 = padded(u32::MAX as usize - 15) as u64;

/// Writes the header of a block into its first bytes.
///
/// # Panics
/// When the block has more than [`MOST_BYTES`]: whoever lays it out checks that.
pub fn write_header(block: &mut [u8], row_count: usize, column_count: usize) {
    let byte_count = u32::try_from(block.len()).expect("whoever lays a block out checks its size");
    block[..4].copy_from_slice(&BLOCK_MAGIC);
    block[4..8].copy_from_slice(&(row_count as u32).to_le_bytes());
    block[8..12].copy_from_slice(&(column_count as u32).to_le_bytes());
    block[12..16].copy_from_slice(&byte_count.to_le_bytes());
}

/// Writes the header of a column.
pub fn write_column_header(
    block: &mut [u8],
    at: usize,
    data_type: DataType,
    has_validity: bool,
    text_bytes: usize,
) {
    let code = match data_type {
        DataType::Int64 => 0,
        DataType::Float64 => 1,
        DataType::Utf8 => 2,
    };
    block[at..at + 4].copy_from_slice(&[code, u8::from(has_validity), 0, 0]);
    block[at + 4..at + 8].copy_from_slice(&(text_bytes as u32).to_le_bytes());
}

/// Reads the first block of `bytes`; returns it and how many bytes it took.
///
/// # Errors
/// [`EngineError::Protocol`] when the bytes are not a block of this schema; nothing is read past their end.
pub fn decode(bytes: &[u8], schema: &Arc<Schema>) -> Result<(RecordBatch, usize)> {
    let header = bytes.get(..HEADER_BYTES).ok_or_else(|| malformed("a header of 16 bytes", bytes.len()))?;
    if header[..4] != BLOCK_MAGIC {
        return Err(malformed("a block of version 1", format_args!("{:02x?}", &header[..4])));
    }
    let [row_count, column_count, byte_count] = [4, 8, 12].map(|at| read_u32(header, at) as usize);
    let block = bytes.get(..byte_count).ok_or_else(|| malformed("the whole block", bytes.len()))?;
    if column_count != schema.fields().len() {
        return Err(malformed("the columns of the schema", column_count));
    }
    // Each column takes at least four bytes a row: the sums below stay inside 32 bits.
    if row_count > byte_count / 4 {
        return Err(malformed("room for its rows", row_count));
    }
    let mut at = HEADER_BYTES;
    let mut columns = Vec::with_capacity(column_count);
    for field in schema.fields() {
        let (column, end) = decode_column(block, at, field.data_type, row_count)?;
        columns.push(Arc::new(column));
        at = end;
    }
    if at != byte_count {
        return Err(malformed("a block that ends with its last column", byte_count));
    }
    let batch = RecordBatch { schema: schema.clone(), columns, row_count };
    Ok((batch, byte_count))
}

fn decode_column(block: &[u8], at: usize, data_type: DataType, row_count: usize) -> Result<(Column, usize)> {
    let header =
        block.get(at..at + COLUMN_HEADER_BYTES).ok_or_else(|| malformed("a column header", block.len()))?;
    let expected = match data_type {
        DataType::Int64 => 0,
        DataType::Float64 => 1,
        DataType::Utf8 => 2,
    };
    if header[0] != expected || header[1] > 1 {
        return Err(malformed(&format!("a column of {data_type:?}"), format_args!("{:02x?}", &header[..4])));
    }
    let (has_validity, text_bytes) = (header[1] == 1, read_u32(header, 4) as usize);
    if text_bytes > block.len() || (text_bytes > 0 && data_type != DataType::Utf8) {
        return Err(malformed("room for its text", text_bytes));
    }
    let layout = ColumnLayout::new(at, data_type, row_count, has_validity, text_bytes);
    if layout.end > block.len() {
        return Err(malformed(&format!("{} bytes", layout.end), block.len()));
    }
    let bitmap = &block[layout.validity..layout.offsets];
    let validity = has_validity.then(|| Bitmap::from_bytes(bitmap, row_count)).transpose()?;
    let values = &block[layout.values..layout.end];
    // A fixed-width column has no offsets and no bytes behind its values.
    let (offsets, after_offsets, text, after_text) = match data_type {
        DataType::Int64 | DataType::Float64 => (&[][..], &[][..], &[][..], &[][..]),
        DataType::Utf8 => {
            let (offsets, after_offsets) = block[layout.offsets..layout.values].split_at(4 * (row_count + 1));
            let (text, after_text) = values.split_at(text_bytes);
            (offsets, after_offsets, text, after_text)
        }
    };
    let paddings = [&header[2..4], after_offsets, after_text];
    if !paddings.into_iter().all(is_zero) || (has_validity && !ends_with_zeros(bitmap, row_count)) {
        return Err(malformed("zeros as padding", "others"));
    }
    let column = match data_type {
        DataType::Int64 => {
            let values = read_words(values, i64::from_le_bytes)?;
            check_nulls(validity.as_ref(), |row| values[row] == 0)?;
            Column::Int64(Primitive::with_validity(values, validity))
        }
        DataType::Float64 => {
            let values = read_words(values, f64::from_le_bytes)?;
            check_nulls(validity.as_ref(), |row| values[row].to_bits() == 0)?;
            Column::Float64(Primitive::with_validity(values, validity))
        }
        DataType::Utf8 => {
            let offsets = collect(offsets.chunks_exact(4).map(|chunk| read_u32(chunk, 0)))?;
            let column = Utf8Column::try_new(offsets, copied(text)?, validity)
                .map_err(|what| malformed(what, "others"))?;
            Column::Utf8(column)
        }
    };
    Ok((column, layout.end))
}

/// Whether a bitmap's bytes hold nothing past its bits.
fn ends_with_zeros(bitmap: &[u8], bit_count: usize) -> bool {
    let (whole, rest) = (bit_count / 8, bit_count % 8);
    let last = bitmap.get(whole).map_or(0, |byte| byte >> rest);
    last == 0 && is_zero(bitmap.get(whole + 1..).unwrap_or_default())
}

fn is_zero(padding: &[u8]) -> bool {
    padding.iter().all(|&byte| byte == 0)
}

/// Refuses a NULL with a value.
fn check_nulls(validity: Option<&Bitmap>, is_default: impl Fn(usize) -> bool) -> Result<()> {
    match validity.into_iter().flat_map(Bitmap::zeros).find(|&row| !is_default(row)) {
        None => Ok(()),
        Some(row) => Err(malformed("zero where it is NULL", format_args!("a value in row {row}"))),
    }
}

fn read_words<T>(bytes: &[u8], from_bytes: impl Fn([u8; 8]) -> T) -> Result<Vec<T>> {
    collect(bytes.chunks_exact(8).map(|chunk| from_bytes(chunk.try_into().expect("chunks of eight bytes"))))
}

fn read_u32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn malformed(expected: &str, got: impl std::fmt::Display) -> EngineError {
    EngineError::Protocol { expected: format!("a block with {expected}"), got: got.to_string() }
}
