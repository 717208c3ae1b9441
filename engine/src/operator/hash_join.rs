//! A hash join puts the build rows into a table by their keys, and then looks up each probe row.
//!
//! ```text
//!  build ── key: its first row ──> slots      next: the key's further rows, if any key has some
//!  probe ── find ── first rows ── gather the build columns; the probe's own stay as they are when every row met one
//! ```

use std::sync::Arc;

use super::composite_keys::CompositeKeys;
use super::group_keys::key_bits;
use super::slot_table::{RUN_ROWS, SlotTable};
use super::{Operator, Sink, TextTable};
use crate::columnar::{BATCH_ROWS, Bitmap, Column, DataType, NO_ROW, Primitive, RecordBatch};
use crate::error::Result;
use crate::plan::{JoinKind, JoinSpec};
use crate::room::{collect, filled, reserve_for, with_room};

/// Rows that agree in all keys meet. Keys are of any type; NULL meets nothing.
#[derive(Debug)]
pub(super) struct HashJoin {
    spec: JoinSpec,
    probe_keys: Vec<usize>,
    build: Vec<RecordBatch>,
    table: Option<Arc<BuildTable>>,
    /// Of the batch at hand: the first build row that each row meets; and room for those rows that meet one, of either side.
    first_rows: Vec<u32>,
    probe_rows: Vec<u32>,
    build_rows: Vec<u32>,
}

/// The build side, put together once its input has ended. Many tasks can read one.
#[derive(Debug)]
pub struct BuildTable {
    /// What comes out of a join.
    columns: Vec<Column>,
    /// Several key columns as one.
    composite: Option<CompositeKeys>,
    keys: BuildKeys,
    /// The next row of the same key, [`NO_ROW`] after the last; nothing when all keys differ.
    next: Vec<u32>,
}

#[derive(Debug)]
enum BuildKeys {
    /// A key's word is its first row.
    Slots(SlotTable),
    /// By the distance from the least key its first row: keys that lie close together need no hash. [`NO_ROW`] for those
    /// between them, and at the end for all that lie outside.
    Dense { least: i64, first_rows: Vec<u32> },
    /// Every key from the least on has one row, and rows stand in the order of their keys: the distance is the row.
    Ordered { least: i64, row_count: u32 },
    /// By a text's number its first row.
    Texts { table: TextTable, first_rows: Vec<u32> },
}

impl BuildTable {
    /// The table of these rows, the build side of a join.
    ///
    /// # Errors
    /// [`crate::EngineError::OutOfMemory`].
    pub fn new(batches: &[RecordBatch], join: &JoinSpec) -> Result<Self> {
        let all = |column: usize| match batches {
            [] => Ok(Column::empty(join.build_schema.fields()[column].data_type)),
            batches => Column::concat(batches.iter().map(|batch| batch.column(column))),
        };
        let key_columns = join.keys.iter().map(|key| all(key.build)).collect::<Result<Vec<_>>>()?;
        let mut next = Vec::new();
        let (composite, keys) = match key_columns.as_slice() {
            [key] => (None, BuildKeys::new(key, &mut next)?),
            several => {
                let several: Vec<&Column> = several.iter().collect();
                let types: Vec<DataType> = several.iter().map(|column| column.data_type()).collect();
                let (mut composite, mut numbered) = (CompositeKeys::new(&types), Vec::new());
                composite.number(&several, &mut numbered)?;
                let is_null = |column: &&Column, row| column.validity().is_some_and(|valid| !valid.get(row));
                let validity = several.iter().any(|column| column.validity().is_some()).then(|| {
                    Bitmap::from_fn(numbered.len(), |row| !several.iter().any(|column| is_null(column, row)))
                });
                let key = Column::Int64(Primitive::with_validity(numbered, validity.transpose()?));
                (Some(composite), BuildKeys::new(&key, &mut next)?)
            }
        };
        let columns = join.build_columns.iter().map(|&column| all(column)).collect::<Result<_>>()?;
        BuildTable { columns, composite, keys, next }.ordered()
    }

    /// Puts the rows in the order of their keys when there is one for each key from the least to the greatest, as in a
    /// table of numbered things: to find a row is then to subtract.
    fn ordered(self) -> Result<Self> {
        let BuildKeys::Dense { least, first_rows } = &self.keys else { return Ok(self) };
        let (_, rows) = first_rows.split_last().expect("the last place is for keys that lie outside");
        if !self.next.is_empty() || has_none(rows) {
            return Ok(self);
        }
        let keys = BuildKeys::Ordered { least: *least, row_count: rows.len() as u32 };
        let columns = self.columns.iter().map(|column| column.take(rows)).collect::<Result<_>>()?;
        Ok(BuildTable { columns, composite: self.composite, keys, next: Vec::new() })
    }

    /// Puts into `rows` the first build row that each row of a batch meets by these columns, or [`NO_ROW`].
    fn find_rows(&self, batch: &RecordBatch, columns: &[usize], rows: &mut Vec<u32>) -> Result<()> {
        let Some(composite) = &self.composite else {
            return self.find(batch.column(columns[0]), rows);
        };
        let columns: Vec<&Column> = columns.iter().map(|&column| batch.column(column)).collect();
        let (keys, has_key) = composite.find(&columns)?;
        self.find(&Column::Int64(Primitive::with_validity(keys, Some(has_key))), rows)
    }

    /// Puts into `rows` the first build row that each of the keys meets, or [`NO_ROW`].
    fn find(&self, keys: &Column, rows: &mut Vec<u32>) -> Result<()> {
        rows.clear();
        reserve_for(rows, keys.len())?;
        let float_bits;
        let (first_rows, bits) = match (&self.keys, keys) {
            (BuildKeys::Dense { least, first_rows }, Column::Int64(ints)) => {
                let outside = first_rows.len() as u64 - 1;
                let index = |key: i64| (key.wrapping_sub(*least) as u64).min(outside) as usize;
                rows.extend(ints.values().iter().map(|&key| first_rows[index(key)]));
                set_nulls(keys, rows);
                return Ok(());
            }
            (BuildKeys::Ordered { least, row_count }, Column::Int64(ints)) => {
                let row_of = |key: i64| {
                    let distance = key.wrapping_sub(*least) as u64;
                    if distance < u64::from(*row_count) { distance as u32 } else { NO_ROW }
                };
                rows.extend(ints.values().iter().map(|&key| row_of(key)));
                set_nulls(keys, rows);
                return Ok(());
            }
            (BuildKeys::Texts { table, first_rows }, Column::Utf8(texts)) => {
                rows.extend((0..texts.len()).map(|row| match table.get(texts, row) {
                    Some(number) => first_rows[number as usize],
                    None => NO_ROW,
                }));
                return Ok(());
            }
            (BuildKeys::Slots(table), Column::Int64(ints)) => (table, ints.values()),
            (BuildKeys::Slots(table), Column::Float64(floats)) => {
                float_bits = key_bits(floats.values())?;
                (table, float_bits.as_slice())
            }
            (_, keys) => panic!("the planner promised keys of one type, not {:?}", keys.data_type()),
        };
        let (words, mut positions) = (first_rows.words(), Vec::with_capacity(RUN_ROWS));
        for run in bits.chunks(RUN_ROWS) {
            first_rows.find(run, &mut positions);
            // A position past the end is that of a key that is not there.
            rows.extend(positions.iter().map(|&at| words.get(at as usize).map_or(NO_ROW, |&row| row as u32)));
        }
        set_nulls(keys, rows);
        Ok(())
    }
}

/// Whether some row meets nothing. It is rare to find one soon, so nothing stops at it.
fn has_none(rows: &[u32]) -> bool {
    rows.iter().fold(false, |any, &row| any | (row == NO_ROW))
}

/// NULL meets nothing.
fn set_nulls(keys: &Column, rows: &mut [u32]) {
    keys.validity().into_iter().flat_map(Bitmap::zeros).for_each(|row| rows[row] = NO_ROW);
}

/// The least key and the number of keys from there to the greatest, if they are worth an array: one that is no longer than
/// four times the rows takes less memory than their slots.
fn window_of(keys: &Column) -> Option<(i64, usize)> {
    let Column::Int64(ints) = keys else { return None };
    let is_valid = |row: usize| ints.is_valid(row);
    let valid = ints.values().iter().enumerate().filter(|(row, _)| is_valid(*row));
    let bounds =
        |(least, greatest): (i64, i64), (_, &key): (usize, &i64)| (least.min(key), greatest.max(key));
    let (least, greatest) = valid.fold((i64::MAX, i64::MIN), bounds);
    let distance = greatest.abs_diff(least);
    (least <= greatest && distance < 4 * ints.values().len() as u64).then(|| (least, distance as usize + 1))
}

impl BuildKeys {
    fn new(keys: &Column, next: &mut Vec<u32>) -> Result<Self> {
        *next = filled(NO_ROW, keys.len())?;
        let mut has_next = false;
        let is_valid = |row: usize| keys.validity().is_none_or(|validity| validity.get(row));
        // Backwards, so that a chain lists its rows in their order.
        let mut chain = |row: usize, first: u32| {
            next[row] = first;
            has_next |= first != NO_ROW;
            row as u32
        };
        let built = if let Column::Utf8(texts) = keys {
            let (mut table, mut numbers) = (TextTable::default(), Vec::new());
            table.number(texts, &mut numbers)?;
            let mut first_rows = filled(NO_ROW, table.len())?;
            for (row, number) in numbers.into_iter().enumerate().rev().filter(|(row, _)| is_valid(*row)) {
                let first = &mut first_rows[number as usize];
                *first = chain(row, *first);
            }
            BuildKeys::Texts { table, first_rows }
        } else if let Some((least, window)) = window_of(keys) {
            let mut first_rows = filled(NO_ROW, window + 1)?;
            let values = keys.as_int64().values();
            for (row, &key) in values.iter().enumerate().rev().filter(|(row, _)| is_valid(*row)) {
                let first = &mut first_rows[key.wrapping_sub(least) as usize];
                *first = chain(row, *first);
            }
            BuildKeys::Dense { least, first_rows }
        } else {
            let float_bits;
            let bits = match keys {
                Column::Float64(floats) => {
                    float_bits = key_bits(floats.values())?;
                    &float_bits
                }
                _ => keys.as_int64().values(),
            };
            let (mut table, mut positions) = (SlotTable::new(vec![u64::from(NO_ROW)]), Vec::new());
            for (run, keys_of_run) in bits.chunks(RUN_ROWS).enumerate().rev() {
                let start = run * RUN_ROWS;
                table.reserve(keys_of_run.len())?;
                match keys.validity() {
                    None => table.locate(keys_of_run, &mut positions)?,
                    Some(validity) => {
                        table.locate_nullable(keys_of_run, (validity, start), &mut positions)?
                    }
                }
                let words = table.words_mut();
                for (at, &position) in
                    positions.iter().enumerate().rev().filter(|(at, _)| is_valid(start + at))
                {
                    let first = &mut words[position as usize];
                    *first = u64::from(chain(start + at, *first as u32));
                }
            }
            BuildKeys::Slots(table)
        };
        if !has_next {
            *next = Vec::new();
        }
        Ok(built)
    }
}

impl HashJoin {
    pub(super) fn new(spec: JoinSpec) -> Self {
        HashJoin {
            probe_keys: spec.keys.iter().map(|key| key.probe).collect(),
            spec,
            build: Vec::new(),
            table: None,
            first_rows: Vec::new(),
            probe_rows: Vec::new(),
            build_rows: Vec::new(),
        }
    }

    /// With a table that is there already: every task of a broadcast join reads the same.
    pub(super) fn with_table(mut self, table: Arc<BuildTable>) -> Self {
        self.table = Some(table);
        self
    }

    /// Sends out the rows that met: these of the probe, all of them when it is `None`, each beside one of the build.
    fn emit(
        &self,
        table: &BuildTable,
        batch: &RecordBatch,
        probe_rows: Option<&[u32]>,
        build_rows: &[u32],
        sink: Sink<'_>,
    ) -> Result<()> {
        let mut columns = match probe_rows {
            None => batch.columns().to_vec(),
            Some([]) => return Ok(()),
            Some(rows) => batch.take(rows)?.columns().to_vec(),
        };
        for column in &table.columns {
            columns.push(Arc::new(match self.spec.kind {
                JoinKind::LeftOuter => column.take_or_null(build_rows)?,
                JoinKind::Inner | JoinKind::Semi | JoinKind::Anti => column.take(build_rows)?,
            }));
        }
        sink(RecordBatch::new(self.spec.schema.clone(), columns))
    }

    /// Sends out the rows that met something, or those that did not. How many build rows a row met does not matter.
    fn select_met(
        &self,
        table: &BuildTable,
        batch: &RecordBatch,
        has_met: bool,
        sink: Sink<'_>,
    ) -> Result<()> {
        let rows = (0..).zip(&self.first_rows).filter(|(_, first)| (**first != NO_ROW) == has_met);
        let rows = collect(rows.map(|(row, _)| row))?;
        let kept = if rows.len() == batch.row_count() { None } else { Some(rows.as_slice()) };
        self.emit(table, batch, kept, &[], sink)
    }

    /// Keys of the build side may repeat: each probe row walks along its chain.
    fn walk(&self, table: &BuildTable, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        let (mut probe_rows, mut build_rows) = (with_room(BATCH_ROWS)?, with_room(BATCH_ROWS)?);
        for (row, &first) in (0..).zip(&self.first_rows) {
            let mut build_row = first;
            while build_row != NO_ROW || (first == NO_ROW && self.spec.kind == JoinKind::LeftOuter) {
                // One probe row can match many: what has gathered leaves before it grows past a batch.
                if probe_rows.len() >= BATCH_ROWS {
                    self.emit(table, batch, Some(&probe_rows), &build_rows, sink)?;
                    probe_rows.clear();
                    build_rows.clear();
                }
                probe_rows.push(row);
                build_rows.push(build_row);
                if build_row == NO_ROW {
                    break;
                }
                build_row = table.next[build_row as usize];
            }
        }
        self.emit(table, batch, Some(&probe_rows), &build_rows, sink)
    }
}

impl Operator for HashJoin {
    fn push_build(&mut self, batch: &RecordBatch) -> Result<()> {
        self.build.push(batch.clone());
        Ok(())
    }

    fn push(&mut self, batch: &RecordBatch, sink: Sink<'_>) -> Result<()> {
        let table = match &self.table {
            Some(table) => table.clone(),
            None => {
                let build = std::mem::take(&mut self.build);
                let table = BuildTable::new(&build, &self.spec)?;
                self.table.insert(Arc::new(table)).clone()
            }
        };
        table.find_rows(batch, &self.probe_keys, &mut self.first_rows)?;
        match self.spec.kind {
            JoinKind::Inner | JoinKind::LeftOuter => {}
            JoinKind::Semi => return self.select_met(&table, batch, true, sink),
            JoinKind::Anti => return self.select_met(&table, batch, false, sink),
        }
        if !table.next.is_empty() {
            return self.walk(&table, batch, sink);
        }
        let is_whole = self.spec.kind == JoinKind::LeftOuter || !has_none(&self.first_rows);
        if is_whole {
            return self.emit(&table, batch, None, &self.first_rows, sink);
        }
        for rows in [&mut self.probe_rows, &mut self.build_rows] {
            if rows.len() < self.first_rows.len() {
                *rows = filled(0, self.first_rows.len())?;
            }
        }
        let mut count = 0;
        // Nobody can guess which rows meet one: each is written to the next free place, which moves on only if it did.
        let (probe_rows, build_rows) = (self.probe_rows.as_mut_slice(), self.build_rows.as_mut_slice());
        for (row, &build_row) in (0..).zip(&self.first_rows) {
            probe_rows[count] = row;
            build_rows[count] = build_row;
            count += usize::from(build_row != NO_ROW);
        }
        let (probe_rows, build_rows) = (&self.probe_rows[..count], &self.build_rows[..count]);
        self.emit(&table, batch, Some(probe_rows), build_rows, sink)
    }

    fn finish(&mut self, _sink: Sink<'_>) -> Result<()> {
        self.build.clear();
        self.table = None;
        Ok(())
    }
}
