//! Shuffle write: two passes, one copy.
//!
//! First every row's partition is computed as its batch comes by. When the task ends, a histogram says how many
//! rows (and bytes of text) each block holds, prefix sums say where each block and each of its columns begins,
//! and one loop a column scatters every value straight to its place on the wire.

use super::Placement;
use crate::columnar::block::{
    BLOCK_MAGIC, ColumnLayout, HEADER_BYTES, MOST_BYTES, write_column_header, write_header,
};
use crate::columnar::{Column, DataType, RecordBatch, Schema};
use crate::error::{EngineError, Piece, Result};
use crate::room::filled;

/// All blocks of one map task, back to back in the order of their reduce partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapOutput {
    bytes: Vec<u8>,
    /// Where block r begins; one more entry for the end.
    starts: Vec<usize>,
    /// Rows of block r.
    rows: Vec<u32>,
}

impl MapOutput {
    /// Number of blocks: reduce partitions.
    pub fn block_count(&self) -> usize {
        self.rows.len()
    }

    /// The block for one reduce partition.
    pub fn block(&self, reduce: u32) -> &[u8] {
        &self.bytes[self.starts[reduce as usize]..self.starts[reduce as usize + 1]]
    }

    /// The length of the block for one reduce partition, in bytes.
    pub fn block_length(&self, reduce: u32) -> u32 {
        u32::try_from(self.block(reduce).len()).expect("no block is written that is longer than MOST_BYTES")
    }

    /// Rows of each block.
    pub fn block_rows(&self) -> &[u32] {
        &self.rows
    }

    /// Bytes of each block.
    pub fn block_bytes(&self) -> impl Iterator<Item = u64> {
        self.starts.windows(2).map(|ends| (ends[1] - ends[0]) as u64)
    }
}

/// Gathers a map task's rows and turns them into blocks.
#[derive(Debug)]
pub struct ShuffleWrite {
    partition_count: u32,
    batches: Vec<(RecordBatch, Placement)>,
    row_count: u64,
}

impl ShuffleWrite {
    /// A write into `partition_count` blocks.
    pub fn new(partition_count: u32) -> Self {
        ShuffleWrite { partition_count, batches: Vec::new(), row_count: 0 }
    }

    /// Rows gathered so far, before replication.
    pub fn row_count(&self) -> u64 {
        self.row_count
    }

    /// Takes a batch and where its rows go.
    pub fn push(&mut self, batch: RecordBatch, placement: Placement) {
        self.row_count += batch.row_count() as u64;
        self.batches.push((batch, placement));
    }

    /// Writes the blocks.
    ///
    /// # Errors
    /// [`EngineError::OutOfMemory`] when the buffer cannot be had; [`EngineError::TooLarge`] when a block's length is not one of
    /// 32 bits.
    pub fn finish(self, schema: &Schema) -> Result<MapOutput> {
        let histogram = Histogram::of(&self.batches, schema, self.partition_count as usize);
        let layouts = histogram.layouts(schema)?;
        let mut bytes = filled(0, *layouts.starts.last().expect("an end after the last block"))?;
        histogram.write_headers(schema, &layouts, &mut bytes);
        for column in 0..schema.fields().len() {
            scatter_column(column, &self.batches, &layouts.columns[column], &layouts.starts, &mut bytes);
        }
        debug_assert!(bytes.is_empty() || bytes.starts_with(&BLOCK_MAGIC), "blocks begin with their magic");
        // A row takes four bytes at least, and a block's bytes are counted in 32 bits.
        let rows = histogram.rows.iter().map(|&rows| rows as u32).collect();
        Ok(MapOutput { bytes, starts: layouts.starts, rows })
    }
}

/// How much each block holds.
struct Histogram {
    rows: Vec<usize>,
    /// Bytes of text, by column, then block; empty for fixed-width columns.
    text_bytes: Vec<Vec<usize>>,
    /// Whether a column has a bitmap in every block: when any of its batches has one.
    has_validity: Vec<bool>,
}

/// Where each block begins, and where each column begins in each block.
struct Layouts {
    starts: Vec<usize>,
    /// By column, then block; positions are relative to the block.
    columns: Vec<Vec<ColumnLayout>>,
}

impl Histogram {
    fn of(batches: &[(RecordBatch, Placement)], schema: &Schema, partition_count: usize) -> Self {
        let mut rows = vec![0usize; partition_count];
        for (_, placement) in batches {
            placement.partitions.iter().for_each(|&partition| rows[partition as usize] += 1);
        }
        let text_bytes = (0..schema.fields().len())
            .map(|column| text_histogram(column, batches, schema, partition_count))
            .collect();
        let has_validity = (0..schema.fields().len())
            .map(|column| batches.iter().any(|(batch, _)| batch.column(column).validity().is_some()))
            .collect();
        Histogram { rows, text_bytes, has_validity }
    }

    fn layouts(&self, schema: &Schema) -> Result<Layouts> {
        let mut starts = vec![0usize];
        let mut columns = vec![Vec::with_capacity(self.rows.len()); schema.fields().len()];
        for (partition, &rows) in self.rows.iter().enumerate() {
            let mut at = HEADER_BYTES;
            for (column, field) in schema.fields().iter().enumerate() {
                let text_bytes = self.text_bytes[column].get(partition).copied().unwrap_or(0);
                let has_validity = self.has_validity[column];
                let layout = ColumnLayout::new(at, field.data_type, rows, has_validity, text_bytes);
                at = layout.end;
                columns[column].push(layout);
            }
            if at as u64 > MOST_BYTES {
                return Err(EngineError::TooLarge {
                    piece: Piece::Block,
                    needed: at as u64,
                    limit: MOST_BYTES,
                });
            }
            // More than can be addressed is refused by the allocator.
            starts.push(starts[partition].saturating_add(at));
        }
        Ok(Layouts { starts, columns })
    }

    fn write_headers(&self, schema: &Schema, layouts: &Layouts, bytes: &mut [u8]) {
        for (partition, &rows) in self.rows.iter().enumerate() {
            let block = &mut bytes[layouts.starts[partition]..layouts.starts[partition + 1]];
            write_header(block, rows, schema.fields().len());
            for (column, field) in schema.fields().iter().enumerate() {
                let text_bytes = self.text_bytes[column].get(partition).copied().unwrap_or(0);
                let at = layouts.columns[column][partition].header;
                write_column_header(block, at, field.data_type, self.has_validity[column], text_bytes);
            }
        }
    }
}

fn text_histogram(
    column: usize,
    batches: &[(RecordBatch, Placement)],
    schema: &Schema,
    partition_count: usize,
) -> Vec<usize> {
    if schema.fields()[column].data_type != DataType::Utf8 {
        return Vec::new();
    }
    let mut text_bytes = vec![0; partition_count];
    for (batch, placement) in batches {
        let texts = batch.column(column).as_utf8();
        for_each_entry(placement, |row, partition| {
            let of_partition: &mut usize = &mut text_bytes[partition];
            *of_partition = of_partition.saturating_add(texts.byte_count_at(row));
        });
    }
    text_bytes
}

/// Calls `f(row, partition)` for every entry of a placement.
#[inline]
fn for_each_entry(placement: &Placement, mut f: impl FnMut(usize, usize)) {
    match &placement.rows {
        None => {
            placement.partitions.iter().enumerate().for_each(|(row, &partition)| f(row, partition as usize));
        }
        Some(rows) => {
            rows.iter()
                .zip(&placement.partitions)
                .for_each(|(&row, &partition)| f(row as usize, partition as usize));
        }
    }
}

fn scatter_column(
    column: usize,
    batches: &[(RecordBatch, Placement)],
    layouts: &[ColumnLayout],
    starts: &[usize],
    bytes: &mut [u8],
) {
    let position = |run: fn(&ColumnLayout) -> usize| -> Vec<usize> {
        layouts.iter().zip(starts).map(|(layout, start)| start + run(layout)).collect()
    };
    let mut values = position(|layout| layout.values);
    let mut offsets = Offsets { at: position(|layout| layout.offsets), ends: vec![0; layouts.len()] };
    for (batch, placement) in batches {
        match batch.column(column) {
            Column::Int64(ints) => {
                let ints = ints.values();
                for_each_entry(placement, |row, partition| {
                    put_word(bytes, &mut values[partition], ints[row] as u64)
                });
            }
            Column::Float64(floats) => {
                let floats = floats.values();
                for_each_entry(placement, |row, partition| {
                    put_word(bytes, &mut values[partition], floats[row].to_bits());
                });
            }
            Column::Utf8(texts) => for_each_entry(placement, |row, partition| {
                let text = texts.bytes_at(row);
                let at = values[partition];
                bytes[at..at + text.len()].copy_from_slice(text);
                values[partition] += text.len();
                offsets.put(bytes, partition, text.len());
            }),
        }
    }
    // A column has a bitmap in all of a task's blocks or in none.
    if layouts.iter().any(|layout| layout.offsets > layout.validity) {
        scatter_validity(column, batches, &position(|layout| layout.validity), bytes);
    }
}

#[inline]
fn put_word(bytes: &mut [u8], at: &mut usize, word: u64) {
    bytes[*at..*at + 8].copy_from_slice(&word.to_le_bytes());
    *at += 8;
}

/// The offsets of a text column's values, in every block.
struct Offsets {
    at: Vec<usize>,
    ends: Vec<u32>,
}

impl Offsets {
    /// Writes where the value ends: one place after where it begins, which is zero at first.
    fn put(&mut self, bytes: &mut [u8], partition: usize, text_bytes: usize) {
        self.ends[partition] += text_bytes as u32;
        self.at[partition] += 4;
        let at = self.at[partition];
        bytes[at..at + 4].copy_from_slice(&self.ends[partition].to_le_bytes());
    }
}

fn scatter_validity(column: usize, batches: &[(RecordBatch, Placement)], starts: &[usize], bytes: &mut [u8]) {
    let mut rows = vec![0usize; starts.len()];
    for (batch, placement) in batches {
        let validity = batch.column(column).validity();
        for_each_entry(placement, |row, partition| {
            let valid = validity.is_none_or(|validity| validity.get(row));
            let at = rows[partition];
            bytes[starts[partition] + at / 8] |= u8::from(valid) << (at % 8);
            rows[partition] += 1;
        });
    }
}
