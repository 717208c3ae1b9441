//! The table `rewards`: every key once, in the order of its rank.

use std::ops::Range;

use super::keys::KeyDistribution;
use super::take_rows;
use crate::columnar::{Column, Primitive};
use crate::random::Streams;

/// A scan of one partition of `rewards`.
#[derive(Debug)]
pub(super) struct Rewards {
    rows: Range<u64>,
    column_indices: Vec<usize>,
    streams: Streams,
}

impl Rewards {
    pub(super) fn new(streams: Streams, rows: Range<u64>, column_indices: &[usize]) -> Self {
        Rewards { rows, column_indices: column_indices.to_vec(), streams }
    }

    pub(super) fn next(&mut self, row_limit: usize, distribution: &KeyDistribution) -> Option<Vec<Column>> {
        let ranks = take_rows(&mut self.rows, row_limit)?;
        let keys: Vec<i64> = ranks.map(|rank| distribution.key_of_rank(rank)).collect();
        let columns = self.column_indices.iter().map(|index| match index {
            0 => Column::Int64(Primitive::new(keys.clone())),
            1 => {
                let reward = |key: &i64| {
                    (self.streams.number("rewards.reward", *key as u64) >> 44) as f64 / (1u64 << 20) as f64
                };
                Column::Float64(Primitive::new(keys.iter().map(reward).collect()))
            }
            other => unreachable!("rewards has two columns, the planner asked for column {other}"),
        });
        Some(columns.collect())
    }
}
