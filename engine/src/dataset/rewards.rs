//! The table `rewards`: every key once, in the order of its rank.

use std::ops::Range;

use super::keys::KeyDistribution;
use super::{take_rows, take_values};
use crate::columnar::{Column, Primitive};
use crate::error::Result;
use crate::random::Streams;
use crate::room::{collect, copied};

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

    pub(super) fn next(&mut self, row_limit: usize, distribution: &KeyDistribution) -> Result<Option<Rows>> {
        let Some(ranks) = take_rows(&mut self.rows, row_limit) else { return Ok(None) };
        let keys = collect(ranks.map(|rank| distribution.key_of_rank(rank)))?;
        Ok(Some(Rows { keys }))
    }
}

impl Rows {
    /// One column of the table.
    pub(super) fn column(&self, index: usize, streams: Streams) -> Result<Column> {
        Ok(match index {
            0 => Column::Int64(Primitive::new(copied(&self.keys)?)),
            1 => {
                let reward = |key: &i64| {
                    (streams.number("rewards.reward", *key as u64) >> 44) as f64 / (1u64 << 20) as f64
                };
                Column::Float64(Primitive::new(collect(self.keys.iter().map(reward))?))
            }
            other => unreachable!("rewards has two columns, the planner asked for column {other}"),
        })
    }

    /// The rows that stand at these places.
    pub(super) fn take(&self, kept: &[u32]) -> Result<Rows> {
        Ok(Rows { keys: take_values(&self.keys, kept)? })
    }
}
