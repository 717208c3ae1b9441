//! Groups say which group each row belongs to, and hold each group's words: what an aggregate or a deduplication keeps of it.
//!
//! ```text
//!  no key ─────────────────────────────> one group
//!  Int64, Float64 ── 64 bits ──────────> a slot, key and words side by side
//!  several ── one key of all of them ────┘
//!  Utf8 ── a number ───────────────────> a row of words
//! ```

use super::group_keys::key_bits;
use crate::columnar::{Bitmap, Column, DataType, Primitive, RecordBatch};
use crate::error::Result;
use crate::operator::GroupKeys;
use crate::operator::composite_keys::CompositeKeys;
use crate::operator::slot_table::{RUN_ROWS, SlotTable, check_positions};
use crate::room::{collect, filled, reserve_for, with_room};
use std::ops::Range;

/// The groups of one operator.
#[derive(Debug)]
pub(super) struct Groups {
    columns: Vec<usize>,
    kind: Kind,
    /// Of the batch at hand: the 64-bit keys, where they are not the column's own, and the numbers of texts.
    keys: Vec<i64>,
    numbers: Vec<u32>,
}

#[derive(Debug)]
enum Kind {
    /// No key. There is one group, even of no rows: their count is 0.
    One { words: Vec<u64>, has_rows: bool },
    /// By 64-bit keys.
    Slots { table: SlotTable, key: SlotKey },
    /// By the numbers of texts; a row has one word at least, so that its number can be told from its position.
    Rows { words: Vec<u64>, initial: Vec<u64>, keys: GroupKeys },
}

/// What a slot's key stands for.
#[derive(Debug)]
enum SlotKey {
    Int64,
    Float64,
    Several(CompositeKeys),
}

impl Groups {
    /// No group yet; a new one's words are `initial`.
    pub(super) fn new(columns: Vec<usize>, types: &[DataType], initial: Vec<u64>) -> Self {
        let slots = |key| Kind::Slots { table: SlotTable::new(initial.clone()), key };
        let kind = match types {
            [] => Kind::One { words: initial.clone(), has_rows: false },
            [DataType::Int64] => slots(SlotKey::Int64),
            [DataType::Float64] => slots(SlotKey::Float64),
            [DataType::Utf8] => {
                let initial = if initial.is_empty() { vec![0] } else { initial };
                Kind::Rows { words: Vec::new(), initial, keys: GroupKeys::new(DataType::Utf8) }
            }
            several => slots(SlotKey::Several(CompositeKeys::new(several))),
        };
        Groups { columns, kind, keys: Vec::new(), numbers: Vec::new() }
    }

    /// Groups so far.
    pub(super) fn len(&self) -> usize {
        match &self.kind {
            Kind::One { .. } => 1,
            Kind::Slots { table, .. } => table.len(),
            Kind::Rows { keys, .. } => keys.len(),
        }
    }

    /// Whether there is but one group, whatever the rows.
    pub(super) fn is_global(&self) -> bool {
        matches!(self.kind, Kind::One { .. })
    }

    /// Whether there is a group of no row.
    pub(super) fn is_without_rows(&self) -> bool {
        matches!(self.kind, Kind::One { has_rows: false, .. })
    }

    /// Looks at a batch's keys, before [`Groups::locate`] is asked about its rows.
    pub(super) fn prepare(&mut self, batch: &RecordBatch) -> Result<()> {
        let Groups { columns, kind, keys, numbers } = self;
        match kind {
            Kind::One { has_rows, .. } => *has_rows |= batch.row_count() > 0,
            Kind::Slots { key: SlotKey::Int64, .. } => {}
            Kind::Slots { key: SlotKey::Float64, .. } => {
                *keys = key_bits(batch.column(columns[0]).as_float64().values())?;
            }
            Kind::Slots { key: SlotKey::Several(composite), .. } => {
                let columns: Vec<&Column> = columns.iter().map(|&column| batch.column(column)).collect();
                composite.number(&columns, keys)?;
            }
            Kind::Rows { words, initial, keys } => {
                keys.number(batch.column(columns[0]), numbers)?;
                let count = keys.len() * initial.len();
                check_positions(count as u64)?;
                let added = count - words.len();
                reserve_for(words, added)?;
                words.extend(initial.iter().copied().cycle().take(added));
            }
        }
        Ok(())
    }

    /// Puts into `positions` where the words of each row's group begin, for at most [`RUN_ROWS`] rows of the batch that
    /// was prepared. The positions hold until the next call.
    pub(super) fn locate(
        &mut self,
        batch: &RecordBatch,
        rows: Range<usize>,
        positions: &mut Vec<u32>,
    ) -> Result<()> {
        debug_assert!(rows.len() <= RUN_ROWS, "a run is at most {RUN_ROWS} rows");
        match &mut self.kind {
            Kind::One { .. } => {
                positions.clear();
                positions.resize(rows.len(), 0);
            }
            Kind::Slots { table, key } => {
                table.reserve(rows.len())?;
                let (keys, validity) = match key {
                    SlotKey::Int64 => {
                        let column = batch.column(self.columns[0]).as_int64();
                        (column.values(), column.validity())
                    }
                    SlotKey::Float64 => (self.keys.as_slice(), batch.column(self.columns[0]).validity()),
                    SlotKey::Several(_) => (self.keys.as_slice(), None),
                };
                let start = rows.start;
                match validity {
                    None => table.locate(&keys[rows], positions)?,
                    Some(validity) => table.locate_nullable(&keys[rows], (validity, start), positions)?,
                }
            }
            Kind::Rows { initial, .. } => {
                let stride = initial.len() as u32;
                positions.clear();
                positions.extend(self.numbers[rows].iter().map(|number| number * stride));
            }
        }
        Ok(())
    }

    /// The words of all groups.
    pub(super) fn words(&self) -> &[u64] {
        match &self.kind {
            Kind::One { words, .. } | Kind::Rows { words, .. } => words,
            Kind::Slots { table, .. } => table.words(),
        }
    }

    /// The words of all groups, to work on.
    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        match &mut self.kind {
            Kind::One { words, .. } | Kind::Rows { words, .. } => words,
            Kind::Slots { table, .. } => table.words_mut(),
        }
    }

    /// Gives every group one more word: `existing` to those that are there, `initial` to those that will come.
    pub(super) fn add_word(&mut self, existing: u64, new: u64) -> Result<()> {
        match &mut self.kind {
            Kind::One { words, has_rows } => words.push(if *has_rows { existing } else { new }),
            Kind::Slots { table, .. } => table.add_word(existing, new)?,
            Kind::Rows { words, initial, keys } => {
                let mut longer = with_room(words.len() + keys.len())?;
                for row in words.chunks_exact(initial.len()) {
                    longer.extend_from_slice(row);
                    longer.push(existing);
                }
                initial.push(new);
                *words = longer;
            }
        }
        Ok(())
    }

    /// Where the words of each group begin, in the order in which groups come out.
    pub(super) fn positions(&self) -> Result<Vec<u32>> {
        match &self.kind {
            Kind::One { .. } => filled(0, 1),
            Kind::Slots { table, .. } => {
                let mut positions = with_room(table.len())?;
                positions.extend(table.positions());
                Ok(positions)
            }
            Kind::Rows { initial, keys, .. } => {
                collect((0..keys.len() as u32).map(|number| number * initial.len() as u32))
            }
        }
    }

    /// The key columns of the groups at these positions.
    pub(super) fn key_columns(&self, positions: &[u32]) -> Result<Vec<Column>> {
        Ok(match &self.kind {
            Kind::One { .. } => Vec::new(),
            Kind::Slots { table, key } => {
                let keys = positions.iter().map(|&position| table.key_at(position));
                let null = table.null_position().filter(|null| positions.contains(null));
                let validity = null.map(|null| Bitmap::from_fn(positions.len(), |at| positions[at] != null));
                let validity = validity.transpose()?;
                match key {
                    SlotKey::Int64 => {
                        vec![Column::Int64(Primitive::with_validity(collect(keys)?, validity))]
                    }
                    SlotKey::Float64 => {
                        let floats = collect(keys.map(|bits| f64::from_bits(bits as u64)))?;
                        vec![Column::Float64(Primitive::with_validity(floats, validity))]
                    }
                    SlotKey::Several(composite) => composite.take(collect(keys)?)?,
                }
            }
            Kind::Rows { initial, keys, .. } => {
                // Positions come as they were given out: one after the other.
                let numbers = |position: &u32| *position as usize / initial.len();
                let range = match (positions.first(), positions.last()) {
                    (Some(first), Some(last)) => numbers(first)..numbers(last) + 1,
                    _ => 0..0,
                };
                vec![keys.column(range)?]
            }
        })
    }
}
