//! What the tasks of a stage are expected to write, and the bytes of the blocks.

use std::sync::Arc;

use super::places::{Amounts, PlacedBy, Places, Values};
use super::population::seen;
use super::stages::{Flow, Level};
use super::{ModelError, People};
use crate::columnar::block::HEADER_BYTES;
use crate::columnar::{DataType, Schema};
use crate::dataset::sizes::By;
use crate::plan::Partitioning;

/// A column's header in a block.
const COLUMN_HEADER_BYTES: f64 = 8.0;
/// One score in this many is NULL, and scores are the only column with NULLs that an exchange carries.
const UNSCORED: f64 = 1.0 / 50.0;
/// Every language is two letters.
const LANGUAGE_BYTES: f64 = 2.0;

/// One shuffle, as it is expected.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) shuffle: u32,
    /// The rows before the exchange, as a reader finds them again.
    pub(super) flow: Flow,
    /// Where the values are.
    pub(super) places: Arc<Places>,
    pub(super) map_tasks: u32,
    /// The rows that each reduce partition is expected to get, by the partition's index.
    pub(super) partition_rows: Vec<f64>,
    pub(super) partition_bytes: Vec<f64>,
}

impl Written {
    pub(super) fn of(
        people: &mut People,
        (shuffle, partitioning, partitions): (u32, &Partitioning, u32),
        flow: Flow,
        schema: &Schema,
    ) -> Result<Self, ModelError> {
        let (salts, is_replicated) = match partitioning {
            Partitioning::Hash { salt_buckets, .. } => (*salt_buckets, false),
            Partitioning::ReplicatedHash { salt_buckets, .. } => (*salt_buckets, true),
            Partitioning::RoundRobin
            | Partitioning::Range { .. }
            | Partitioning::InPlace { .. }
            | Partitioning::Single
            | Partitioning::Broadcast => {
                return Err(ModelError::NotModelled { what: "an exchange that is not by key" });
            }
        };
        let values = match flow.by {
            By::Key | By::EveryKey => people.keys(),
            By::Word => Values::Words,
            By::Row => return Err(ModelError::NotModelled { what: "a table of one's own" }),
        };
        let places = people.places(PlacedBy { values, partitions, salts: salts.max(1), is_replicated });
        let amounts = people.amounts(&flow);
        let partition_rows = places.sum(&amounts);
        let texts = texts(people, schema, flow.by, &amounts, &places, &partition_rows);
        let map_tasks = flow.rows.len() as f64;
        let unscored = unscored(people, &flow, map_tasks);
        let bytes = |(rows, text): (&f64, &f64)| {
            let a_block = rows / map_tasks;
            map_tasks * (block_bytes(schema, a_block, unscored)) + text + schema_bytes(schema) * rows
        };
        let partition_bytes = partition_rows.iter().zip(&texts).map(bytes).collect();
        let map_tasks = flow.rows.len() as u32;
        Ok(Written { shuffle, flow, places, map_tasks, partition_rows, partition_bytes })
    }

    pub(super) fn rows(&self) -> f64 {
        self.partition_rows.iter().sum()
    }

    pub(super) fn bytes(&self) -> f64 {
        self.partition_bytes.iter().sum()
    }
}

/// Bytes of all texts, by partition.
fn texts(
    people: &mut People,
    schema: &Schema,
    by: By,
    amounts: &Amounts,
    places: &Places,
    partition_rows: &[f64],
) -> Vec<f64> {
    let mut bytes = vec![0.0; partition_rows.len()];
    for field in schema.fields().iter().filter(|field| field.data_type == DataType::Utf8) {
        let of_word = by == By::Word && field.name != "language";
        let more: Vec<f64> = if of_word {
            let amounts = people.words().bytes(amounts);
            places.sum(&amounts)
        } else {
            partition_rows.iter().map(|rows| rows * LANGUAGE_BYTES).collect()
        };
        bytes.iter_mut().zip(more).for_each(|(bytes, more)| *bytes += more);
    }
    bytes
}

/// Bytes of a row that do not depend on its texts.
fn schema_bytes(schema: &Schema) -> f64 {
    let column = |data_type| match data_type {
        DataType::Int64 | DataType::Float64 => 8.0,
        DataType::Utf8 => 4.0,
    };
    schema.fields().iter().map(|field| column(field.data_type)).sum()
}

/// Bytes of a block that do not grow with each row: headers, bitmaps of scores, offsets and padding, as they are on average.
fn block_bytes(schema: &Schema, rows: f64, unscored: f64) -> f64 {
    let column = |name: &str, data_type| {
        let bitmap = if name == "score" { unscored * bitmap_bytes(rows) } else { 0.0 };
        let padding = match data_type {
            DataType::Int64 | DataType::Float64 => 0.0,
            // The last offset, and what both runs are padded with; an empty block has the last offset alone.
            DataType::Utf8 => 8.0 + 1.5 * seen(rows),
        };
        COLUMN_HEADER_BYTES + bitmap + padding
    };
    let columns = schema.fields().iter().map(|field| column(&field.name, field.data_type));
    HEADER_BYTES as f64 + columns.sum::<f64>()
}

/// A bit a row, in words of eight bytes.
fn bitmap_bytes(rows: f64) -> f64 {
    let words = rows / 64.0;
    8.0 * (words + seen(rows) * (1.0 - words.min(0.5)))
}

/// How likely it is that a task writes a score that is NULL, and so bitmaps.
fn unscored(people: &People, flow: &Flow, tasks: f64) -> f64 {
    let nulls = match flow.level {
        Level::Rows => flow.rows.iter().sum::<f64>() / tasks * UNSCORED,
        // The best row of a key has no score when none of its rows has.
        Level::PerTask { .. } | Level::Merged { .. } | Level::Groups => {
            let rows = flow.prompts / tasks;
            let none = people
                .shares
                .map(|share| libm::exp(-rows * share * (1.0 - UNSCORED)) - libm::exp(-rows * share));
            people.shares.total(&none)
        }
    };
    seen(nulls)
}
