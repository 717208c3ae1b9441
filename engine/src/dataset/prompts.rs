//! This file generates the table `prompts`.

use std::ops::Range;

use rand::RngExt;

use super::keys::KeyDistribution;
use super::text::TextSource;
use super::{take_rows, take_values};
use crate::columnar::{Bitmap, Column, Primitive, Utf8Column};
use crate::error::Result;
use crate::random::{Streams, Xoshiro256PlusPlus};
use crate::room::{collect, copied};

/// One score in this many is NULL.
const UNSCORED_ONE_IN: u64 = 50;
/// The column of scores; those from 1 to 3 follow from the key.
const SCORE: usize = 4;

/// A scan of one partition of `prompts`.
#[derive(Debug)]
pub(super) struct Prompts {
    rows: Range<u64>,
    keys: Xoshiro256PlusPlus,
    scores: Xoshiro256PlusPlus,
}

/// Rows as their draws: what is made of a draw can wait until a filter has spoken.
pub(super) struct Rows {
    pub(super) ids: Vec<i64>,
    /// Empty when no column follows from the key.
    keys: Vec<i64>,
    /// Empty when nobody reads scores.
    scores: Vec<u64>,
}

impl Prompts {
    pub(super) fn new(streams: Streams, partition: u32, rows: Range<u64>) -> Self {
        Prompts {
            rows,
            keys: streams.stream("prompts.prompt_hash", partition.into()),
            scores: streams.stream("prompts.score", partition.into()),
        }
    }

    /// The next rows; `is_read` tells which columns will be asked for.
    pub(super) fn next(
        &mut self,
        row_limit: usize,
        distribution: &KeyDistribution,
        is_read: impl Fn(usize) -> bool,
    ) -> Result<Option<Rows>> {
        let Some(ids) = take_rows(&mut self.rows, row_limit) else { return Ok(None) };
        let row_count = (ids.end - ids.start) as usize;
        let mut keys = Vec::new();
        if (1..=3).any(&is_read) {
            distribution.draw(&mut self.keys, row_count, &mut keys)?;
        }
        let score_count = if is_read(SCORE) { row_count } else { 0 };
        let scores = collect((0..score_count).map(|_| self.scores.random()))?;
        let ids = collect(ids.start as i64..ids.end as i64)?;
        Ok(Some(Rows { ids, keys, scores }))
    }
}

impl Rows {
    /// One column of the table.
    pub(super) fn column(&self, index: usize, text: &TextSource) -> Result<Column> {
        let row_count = self.keys.len();
        Ok(match index {
            0 => Column::Int64(Primitive::new(copied(&self.ids)?)),
            1 => Column::Int64(Primitive::new(copied(&self.keys)?)),
            2 => {
                let mut column = Utf8Column::with_room(row_count, 2 * row_count as u64)?;
                self.keys.iter().try_for_each(|&key| column.push(text.language(key)))?;
                Column::Utf8(column)
            }
            3 => {
                // About ten words of five letters.
                let mut column = Utf8Column::with_room(row_count, 60 * row_count as u64)?;
                self.keys.iter().try_for_each(|&key| text.push_text(key, &mut column))?;
                Column::Utf8(column)
            }
            SCORE => scores(&self.scores)?,
            other => unreachable!("prompts has five columns, the planner asked for column {other}"),
        })
    }

    /// The rows that stand at these places.
    pub(super) fn take(&self, kept: &[u32]) -> Result<Rows> {
        Ok(Rows {
            ids: take_values(&self.ids, kept)?,
            keys: take_values(&self.keys, kept)?,
            scores: take_values(&self.scores, kept)?,
        })
    }
}

/// Scores in [0, 1), exact multiples of 2^-20: their text is short and their sums do not round.
fn scores(draws: &[u64]) -> Result<Column> {
    let values = collect(draws.iter().map(|draw| {
        if draw.is_multiple_of(UNSCORED_ONE_IN) { 0.0 } else { (draw >> 44) as f64 / (1u64 << 20) as f64 }
    }))?;
    let validity = Bitmap::from_fn(draws.len(), |row| !draws[row].is_multiple_of(UNSCORED_ONE_IN))?;
    Ok(Column::Float64(Primitive::with_validity(values, Some(validity))))
}
