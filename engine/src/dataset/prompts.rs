//! The table `prompts`.

use std::ops::Range;

use rand::RngExt;

use super::keys::KeyDistribution;
use super::take_rows;
use super::text::TextSource;
use crate::columnar::{Bitmap, Column, Primitive, Utf8Column};
use crate::random::{Streams, Xoshiro256PlusPlus};

/// One score in this many is NULL.
const UNSCORED_ONE_IN: u64 = 50;

/// A scan of one partition of `prompts`.
#[derive(Debug)]
pub(super) struct Prompts {
    rows: Range<u64>,
    column_indices: Vec<usize>,
    keys: Xoshiro256PlusPlus,
    scores: Xoshiro256PlusPlus,
}

impl Prompts {
    pub(super) fn new(streams: Streams, partition: u32, rows: Range<u64>, column_indices: &[usize]) -> Self {
        Prompts {
            rows,
            column_indices: column_indices.to_vec(),
            keys: streams.stream("prompts.prompt_hash", partition.into()),
            scores: streams.stream("prompts.score", partition.into()),
        }
    }

    pub(super) fn next(
        &mut self,
        row_limit: usize,
        distribution: &KeyDistribution,
        text: &TextSource,
    ) -> Option<Vec<Column>> {
        let ids = take_rows(&mut self.rows, row_limit)?;
        let row_count = (ids.end - ids.start) as usize;
        // Three columns follow from the key, so it is drawn whenever one of them is read.
        let mut keys = Vec::new();
        if self.column_indices.iter().any(|index| (1..=3).contains(index)) {
            distribution.draw(&mut self.keys, row_count, &mut keys);
        }
        let columns = self.column_indices.iter().map(|index| match index {
            0 => Column::Int64(Primitive::new((ids.start as i64..ids.end as i64).collect())),
            1 => Column::Int64(Primitive::new(keys.clone())),
            2 => {
                let mut column = Utf8Column::with_capacity(row_count, 2 * row_count);
                keys.iter().for_each(|&key| column.push(text.language(key)));
                Column::Utf8(column)
            }
            3 => {
                // About ten words of five letters.
                let mut column = Utf8Column::with_capacity(row_count, 60 * row_count);
                keys.iter().for_each(|&key| text.push_text(key, &mut column));
                Column::Utf8(column)
            }
            4 => scores(&mut self.scores, row_count),
            other => unreachable!("prompts has five columns, the planner asked for column {other}"),
        });
        Some(columns.collect())
    }
}

/// Scores in [0, 1), exact multiples of 2^-20: their text is short and their sums do not round.
fn scores(rng: &mut Xoshiro256PlusPlus, row_count: usize) -> Column {
    let draws: Vec<u64> = (0..row_count).map(|_| rng.random()).collect();
    let values = draws
        .iter()
        .map(|draw| {
            if draw.is_multiple_of(UNSCORED_ONE_IN) { 0.0 } else { (draw >> 44) as f64 / (1u64 << 20) as f64 }
        })
        .collect();
    let validity = Bitmap::from_fn(row_count, |row| !draws[row].is_multiple_of(UNSCORED_ONE_IN));
    Column::Float64(Primitive::with_validity(values, Some(validity)))
}
