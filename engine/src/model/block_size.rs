//! How long a block is, before it is written.

use crate::columnar::block::{ColumnLayout, HEADER_BYTES};
use crate::columnar::{Column, DataType, RecordBatch, Schema};
use crate::shuffle::Placement;

use super::counters::Volume;

/// Bytes of one block. `has_validity` and `text_bytes` are by column; text is 0 for fixed-width types.
pub(super) fn block_bytes(
    schema: &Schema,
    row_count: usize,
    has_validity: &[bool],
    text_bytes: &[usize],
) -> u64 {
    let columns = schema.fields().iter().zip(has_validity).zip(text_bytes);
    let end = columns.fold(HEADER_BYTES, |at, ((field, &has_validity), &text_bytes)| {
        ColumnLayout::new(at, field.data_type, row_count, has_validity, text_bytes).end
    });
    end as u64
}

/// What one map task will write, gathered batch by batch: the histogram of the real writer without its rows.
#[derive(Debug)]
pub(super) struct WriteSizes {
    /// Rows placed so far, each once: salts are dealt in turn along a task.
    pub(super) placed_rows: u64,
    /// Rows of each block.
    pub(super) rows: Vec<usize>,
    /// Text bytes of each block, by column.
    text_bytes: Vec<Vec<usize>>,
    /// A column has a bitmap in every block of a task when any of its batches has one.
    has_validity: Vec<bool>,
}

impl WriteSizes {
    pub(super) fn new(schema: &Schema, partition_count: u32) -> Self {
        let columns = schema.fields().len();
        let text_bytes = vec![vec![0; columns]; partition_count as usize];
        WriteSizes {
            placed_rows: 0,
            rows: vec![0; partition_count as usize],
            text_bytes,
            has_validity: vec![false; columns],
        }
    }

    pub(super) fn push(&mut self, batch: &RecordBatch, placement: &Placement) {
        self.placed_rows += batch.row_count() as u64;
        placement.partitions.iter().for_each(|&partition| self.rows[partition as usize] += 1);
        for (at, column) in batch.columns().iter().enumerate() {
            self.has_validity[at] |= column.validity().is_some();
            let Column::Utf8(texts) = column.as_ref() else { continue };
            for (entry, &partition) in placement.partitions.iter().enumerate() {
                let row = placement.rows.as_ref().map_or(entry, |rows| rows[entry] as usize);
                self.text_bytes[partition as usize][at] += texts.bytes_at(row).len();
            }
        }
    }

    /// Bytes of each block, and all of them together.
    pub(super) fn finish(&self, schema: &Schema) -> (Vec<u64>, Volume) {
        debug_assert!(
            schema.fields().iter().enumerate().all(|(at, field)| field.data_type == DataType::Utf8
                || self.text_bytes.iter().all(|text| text[at] == 0)),
            "only text has text bytes"
        );
        let bytes: Vec<u64> = self
            .rows
            .iter()
            .zip(&self.text_bytes)
            .map(|(&rows, text)| block_bytes(schema, rows, &self.has_validity, text))
            .collect();
        let volume = Volume {
            rows: self.rows.iter().map(|&rows| rows as u64).sum(),
            bytes: bytes.iter().sum(),
            blocks: bytes.len() as u64,
        };
        (bytes, volume)
    }
}
