//! Any rows, written into blocks and read again; then the same blocks with a few bytes changed, which reach deeper
//! into the reader than bytes drawn from nothing.

use std::sync::Arc;

use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema, Utf8Column, block};
use shuffle_engine::shuffle::{Placement, ShuffleWrite};

use super::{are_alike, block as check_block, schema};

/// Reads any bytes as rows: the schema, the number of blocks, changes to make, then for each row its block and cells.
pub fn rows(bytes: &[u8]) {
    let mut feed = Feed { rest: bytes };
    let pick = feed.byte();
    let (schema, partition_count) = (schema(pick), u32::from(feed.byte() % 8) + 1);
    let changes: Vec<(u16, u8)> = (0..feed.byte() % 4).map(|_| (feed.word() as u16, feed.byte())).collect();
    let (batch, partitions) = read_rows(&mut feed, &schema, partition_count);
    let mut write = ShuffleWrite::new(partition_count);
    write.push(batch.clone(), Placement { rows: None, partitions: partitions.clone() });
    let output = write.finish(&schema).expect("a few kilobytes have room");
    for partition in 0..partition_count {
        let written = output.block(partition);
        let mine: Vec<u32> =
            (0..).zip(&partitions).filter(|(_, at)| **at == partition).map(|(row, _)| row).collect();
        let (read, byte_count) = block::decode(written, &schema).expect("what was written can be read");
        assert_eq!((byte_count, read.row_count()), (written.len(), mine.len()));
        assert!(
            are_alike(&read, &batch.take(&mine).expect("it fits")),
            "block {partition} has its rows, in their order"
        );
        let mut changed = [&[pick], written].concat();
        for (at, value) in &changes {
            let at = 1 + usize::from(*at) % written.len();
            changed[at] ^= value;
        }
        check_block(&changed);
    }
}

fn read_rows(feed: &mut Feed<'_>, schema: &Arc<Schema>, partition_count: u32) -> (RecordBatch, Vec<u32>) {
    let mut partitions = Vec::new();
    let mut cells: Vec<Vec<Option<u64>>> = vec![Vec::new(); schema.fields().len()];
    let mut texts = vec![Utf8Column::default(); schema.fields().len()];
    while !feed.rest.is_empty() && !schema.fields().is_empty() {
        partitions.push(u32::from(feed.byte()) % partition_count);
        for (column, field) in schema.fields().iter().enumerate() {
            let tag = feed.byte();
            match field.data_type {
                DataType::Int64 | DataType::Float64 => {
                    cells[column].push((!tag.is_multiple_of(4)).then(|| feed.word()))
                }
                DataType::Utf8 if tag.is_multiple_of(4) => texts[column].push_null().expect("short texts"),
                DataType::Utf8 => texts[column]
                    .push(&String::from_utf8_lossy(feed.take(usize::from(tag >> 4))))
                    .expect("short texts"),
            }
        }
    }
    let columns: Vec<Column> = schema
        .fields()
        .iter()
        .zip(cells.into_iter().zip(texts))
        .map(|(field, (cells, texts))| match field.data_type {
            DataType::Int64 => {
                let ints = cells.into_iter().map(|cell| cell.map(|bits| bits as i64));
                Column::Int64(ints.collect::<Primitive<i64>>())
            }
            DataType::Float64 => {
                let floats = cells.into_iter().map(|cell| cell.map(f64::from_bits));
                Column::Float64(floats.collect::<Primitive<f64>>())
            }
            DataType::Utf8 => Column::Utf8(texts),
        })
        .collect();
    (RecordBatch::new(schema.clone(), columns), partitions)
}

/// Bytes taken from the front; zeros when there are none left.
struct Feed<'a> {
    rest: &'a [u8],
}

impl<'a> Feed<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    fn word(&mut self) -> u64 {
        let mut word = [0; 8];
        let taken = self.take(8);
        word[..taken.len()].copy_from_slice(taken);
        u64::from_le_bytes(word)
    }
}
