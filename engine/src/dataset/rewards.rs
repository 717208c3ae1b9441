//! The table `rewards`: every key once, in the order of its rank.

use std::ops::Range;

use super::keys::KeyDistribution;
use super::{take_rows, take_values};
use crate::columnar::{Column, Primitive};
use crate::random::Streams;

/// A scan of one partition of `rewards`.
#[derive(Debug)]
pub(super) struct Rewards {
    rows: Range<u64>,
}

/// Rows as their keys.
pub(super) struct Rows {
    pub(super) keys: Vec<i64>,
}

impl Rewards {
    pub(super) fn new(rows: Range<u64>) -> Self {
        Rewards { rows }
    }

    pub(super) fn next(&mut self, row_limit: usize, distribution: &KeyDistribution) -> Option<Rows> {
        let ranks = take_rows(&mut self.rows, row_limit)?;
        Some(Rows { keys: ranks.map(|rank| distribution.key_of_rank(rank)).collect() })
    }
}

impl Rows {
    /// One column of the table.
    pub(super) fn column(&self, index: usize, streams: Streams) -> Column {
        match index {
            0 => Column::Int64(Primitive::new(self.keys.clone())),
            1 => {
                let reward = |key: &i64| {
                    (streams.number("rewards.reward", *key as u64) >> 44) as f64 / (1u64 << 20) as f64
                };
                Column::Float64(Primitive::new(self.keys.iter().map(reward).collect()))
            }
            other => unreachable!("rewards has two columns, the planner asked for column {other}"),
        }
    }

    /// Only these rows.
    pub(super) fn take(&self, kept: &[u32]) -> Rows {
        Rows { keys: take_values(&self.keys, kept) }
    }
}
