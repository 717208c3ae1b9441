//! Blocks: what the scatter writes, the reader reads; and no bytes whatever make the reader panic.

use std::sync::Arc;

use proptest::prelude::*;
use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema, Utf8Column, block};
use shuffle_engine::shuffle::{MapOutput, Placement, ShuffleWrite};

use crate::interpreter::{Row, bag_of, rows_of};
use crate::samples::Draw;

type Cells = (Option<i64>, Option<String>, Option<f64>);

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new([("key", DataType::Int64), ("text", DataType::Utf8), ("score", DataType::Float64)]))
}

fn batch(rows: &[Cells]) -> RecordBatch {
    let texts = Utf8Column::of(rows.iter().map(|row| row.1.as_ref())).expect("short texts");
    let keys = rows.iter().map(|row| row.0).collect::<Primitive<i64>>();
    let scores = rows.iter().map(|row| row.2).collect::<Primitive<f64>>();
    RecordBatch::new(schema(), vec![Column::Int64(keys), Column::Utf8(texts), Column::Float64(scores)])
}

fn write(batches: Vec<(RecordBatch, Placement)>, partition_count: u32) -> MapOutput {
    let mut write = ShuffleWrite::new(partition_count);
    batches.into_iter().for_each(|(batch, placement)| write.push(batch, placement));
    write.finish(&schema()).expect("a test's blocks fit")
}

/// A block with NULLs, empty and multi-byte text.
fn sample_block() -> Vec<u8> {
    let rows: Vec<Cells> = (0..37)
        .map(|row: i64| {
            let text = ["", "ka", "größer", "漢字かな"][row as usize % 4].to_owned();
            (
                (row % 5 != 0).then_some(row * 1_000_003),
                (row % 7 != 0).then_some(text),
                Some(row as f64 / 8.0),
            )
        })
        .collect();
    let placement = Placement { rows: None, partitions: vec![0; rows.len()] };
    write(vec![(batch(&rows), placement)], 1).block(0).to_vec()
}

fn any_rows() -> impl Strategy<Value = Vec<Cells>> {
    let cells = (
        prop::option::weighted(0.9, any::<i64>()),
        prop::option::weighted(0.9, "\\PC{0,12}"),
        prop::option::weighted(0.9, -1e9..1e9f64),
    );
    prop::collection::vec(cells, 0..70)
}

#[test]
fn a_block_with_any_one_bit_flipped_is_read_or_refused_without_a_panic() {
    let block = sample_block();
    let (whole, _) = block::decode(&block, &schema()).expect("unchanged, it is fine");
    let mut refused = 0;
    for bit in 0..8 * block.len() {
        let mut flipped = block.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match block::decode(&flipped, &schema()) {
            Ok((batch, _)) => drop(rows_of(&batch)),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 8 * 16, "{refused} of {} flips refused, those of the header at least", 8 * block.len());
    assert_eq!(whole.row_count(), 37);
}

#[test]
fn a_block_cut_at_any_byte_is_refused() {
    let block = sample_block();
    for end in 0..block.len() {
        assert!(block::decode(&block[..end], &schema()).is_err(), "{end} of {} bytes", block.len());
    }
}

#[test]
fn a_block_is_refused_under_another_schema() {
    let block = sample_block();
    let others = [
        Schema::default(),
        Schema::new([("key", DataType::Int64)]),
        Schema::new([("a", DataType::Int64), ("b", DataType::Int64), ("c", DataType::Float64)]),
        Schema::new([("a", DataType::Utf8), ("b", DataType::Utf8), ("c", DataType::Utf8)]),
        Schema::new(["a", "b", "c", "d"].map(|name| (name, DataType::Int64))),
    ];
    for other in others {
        assert!(block::decode(&block, &Arc::new(other.clone())).is_err(), "{other:?}");
    }
}

#[test]
fn a_block_with_many_bytes_changed_is_read_or_refused_without_a_panic() {
    let (block, mut draw) = (sample_block(), Draw::new(1));
    for _ in 0..20_000 {
        let mut changed = block.clone();
        for _ in 0..1 + draw.below(6) {
            // Mostly in the headers, where it matters.
            let at = if draw.below(3) > 0 { draw.below(40) } else { draw.below(block.len()) };
            changed[at] = draw.one_of(&[0, 1, 2, 3, 7, 8, 16, 127, 128, 255]);
        }
        if let Ok((batch, byte_count)) = block::decode(&changed, &schema()) {
            assert!(byte_count <= changed.len(), "nothing is read past the end");
            drop(rows_of(&batch));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_of_blocks_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = block::decode(&bytes, &schema());
        // The same behind a good beginning.
        let mut block = block::BLOCK_MAGIC.to_vec();
        block.extend_from_slice(&bytes);
        let _ = block::decode(&block, &schema());
    }

    #[test]
    fn every_row_comes_back_in_its_own_block_and_in_its_order(
        batches in prop::collection::vec(any_rows(), 0..4),
        partition_count in 1u32..9,
        seed in any::<u64>(),
    ) {
        let mut draw = Draw::new(seed);
        let mut expected: Vec<Vec<Row>> = vec![Vec::new(); partition_count as usize];
        let mut placed = Vec::new();
        for rows in &batches {
            let batch = batch(rows);
            let partitions: Vec<u32> =
                rows.iter().map(|_| draw.below(partition_count as usize) as u32).collect();
            for (row, &partition) in rows_of(&batch).into_iter().zip(&partitions) {
                expected[partition as usize].push(row);
            }
            placed.push((batch, Placement { rows: None, partitions }));
        }
        let output = write(placed, partition_count);
        prop_assert_eq!(output.block_count(), partition_count as usize);
        for (partition, rows) in (0..).zip(expected) {
            let bytes = output.block(partition);
            let (batch, byte_count) = block::decode(bytes, &schema()).expect("what was written");
            prop_assert_eq!(byte_count, bytes.len());
            prop_assert_eq!(bytes.len() % 8, 0, "blocks stand on eight bytes");
            prop_assert_eq!(output.block_rows()[partition as usize] as usize, rows.len());
            prop_assert_eq!(rows_of(&batch), rows);
        }
    }

    #[test]
    fn replicated_rows_are_written_as_often_as_they_are_placed(rows in any_rows(), copies in 1usize..4) {
        let batch = batch(&rows);
        let entries: Vec<u32> = (0..rows.len() as u32).flat_map(|row| vec![row; copies]).collect();
        let partitions = vec![0; entries.len()];
        let output = write(vec![(batch.clone(), Placement { rows: Some(entries), partitions })], 1);
        let (read, _) = block::decode(output.block(0), &schema()).expect("what was written");
        let mut once = bag_of([&batch]);
        once.values_mut().for_each(|count| *count *= copies as u64);
        prop_assert_eq!(bag_of([&read]), once);
    }
}
