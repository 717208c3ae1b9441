//! What a shuffle holds, and what the stage that reads it makes of it.
//!
//! As much of the reader is run as its counters need: where rows go into the result their number is enough, and that
//! follows from the keys; where they go into further blocks, text and NULLs decide how long those are, so the
//! reader's operators run for real.

use crate::columnar::{RecordBatch, Schema};
use crate::error::Result;
use crate::operator::{GroupKeys, Pipeline};
use crate::plan::{OperatorSpec, Output, Partitioning, RowFlow, StageGraph, StageSpec};
use crate::shuffle::Placement;

/// One shuffle, by reduce partition.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) rows: Vec<u64>,
    pub(super) bytes: Vec<u64>,
    /// Tasks that write it.
    pub(super) map_count: u64,
    pub(super) reader: Reader,
}

/// What becomes of the rows.
#[derive(Debug)]
pub(super) enum Reader {
    /// As many rows leave a task as stream into it: `rewards` has every key once, a bare exchange changes nothing.
    SameRows,
    /// A row a key.
    Groups(Groups),
    /// A pipeline a reduce partition.
    Tasks(Vec<ReduceTask>),
}

/// Distinct keys. Each lives in one partition.
#[derive(Debug)]
pub(super) struct Groups {
    key: usize,
    keys: GroupKeys,
    numbers: Vec<u32>,
    /// Keys of each reduce partition.
    pub(super) key_counts: Vec<u64>,
}

/// A reduce task's operators, and what they have given out.
#[derive(Debug)]
pub(super) struct ReduceTask {
    pipeline: Pipeline,
    rows: Vec<RecordBatch>,
}

impl Tally {
    /// Nothing counted yet, of a shuffle that `reader` reads.
    pub(super) fn new(graph: &StageGraph, shuffle: u32, reader: &StageSpec, partition_count: u32) -> Self {
        let nothing = vec![0; partition_count as usize];
        Tally {
            rows: nothing.clone(),
            bytes: nothing,
            map_count: u64::from(graph.writer_of(shuffle).task_count),
            reader: Reader::new(graph, shuffle, reader, partition_count),
        }
    }
}

impl Reader {
    fn new(graph: &StageGraph, shuffle: u32, spec: &StageSpec, partition_count: u32) -> Self {
        let operators: Vec<OperatorSpec> =
            spec.prefix.iter().chain(&spec.branches[0].operators).cloned().collect();
        let flows: Vec<RowFlow<usize>> = operators.iter().map(OperatorSpec::row_flow).collect();
        let (schema, partitioning) = written(graph.writer_of(shuffle));
        let is_last = spec.shuffle_written().is_none();
        match flows.as_slice() {
            [] | [RowFlow::Same | RowFlow::Pairs] if is_last => Reader::SameRows,
            [RowFlow::Groups(keys)] if is_last && is_placed_by(&partitioning, keys) => {
                Reader::Groups(Groups {
                    key: keys[0],
                    keys: GroupKeys::new(schema.fields()[keys[0]].data_type),
                    numbers: Vec::new(),
                    key_counts: vec![0; partition_count as usize],
                })
            }
            flows => {
                assert!(!flows.contains(&RowFlow::Pairs), "no query does anything with the rows of a join");
                let task = || ReduceTask { pipeline: Pipeline::new(&operators), rows: Vec::new() };
                Reader::Tasks((0..partition_count).map(|_| task()).collect())
            }
        }
    }

    /// Takes rows in the order in which the reduce tasks would read them.
    pub(super) fn take(&mut self, batch: &RecordBatch, placement: &Placement) -> Result<()> {
        match self {
            Reader::SameRows => Ok(()),
            Reader::Groups(groups) => groups.take(batch, placement),
            Reader::Tasks(tasks) => {
                let mut rows = vec![Vec::new(); tasks.len()];
                for (entry, &partition) in placement.partitions.iter().enumerate() {
                    let row = placement.rows.as_ref().map_or(entry as u32, |rows| rows[entry]);
                    rows[partition as usize].push(row);
                }
                let mut taken = tasks.iter_mut().zip(rows).filter(|(_, rows)| !rows.is_empty());
                taken.try_for_each(|(task, rows)| task.push(&batch.take(&rows)))
            }
        }
    }
}

impl Groups {
    fn take(&mut self, batch: &RecordBatch, placement: &Placement) -> Result<()> {
        let mut seen = self.keys.len();
        self.keys.number(batch.column(self.key), &mut self.numbers)?;
        // Numbers are given in turn: a key that is new has the next one.
        for (&number, &partition) in self.numbers.iter().zip(&placement.partitions) {
            if number as usize == seen {
                self.key_counts[partition as usize] += 1;
                seen += 1;
            }
        }
        Ok(())
    }
}

impl ReduceTask {
    fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        let ReduceTask { pipeline, rows } = self;
        pipeline.push(batch, &mut |batch| {
            rows.push(batch);
            Ok(())
        })
    }

    /// The rows that leave the task.
    pub(super) fn finish(mut self) -> Result<Vec<RecordBatch>> {
        let ReduceTask { pipeline, rows } = &mut self;
        pipeline.finish(&mut |batch| {
            rows.push(batch);
            Ok(())
        })?;
        Ok(self.rows)
    }
}

/// Whether rows are placed by the one column that they are grouped by: then each group is in one partition.
fn is_placed_by(partitioning: &Partitioning, keys: &[usize]) -> bool {
    matches!(keys, [key] if *partitioning == Partitioning::by_column(*key))
}

/// The columns that a stage ships, and how it places them.
fn written(spec: &StageSpec) -> (&Schema, Partitioning) {
    let written = spec.branches.iter().find_map(|branch| match &branch.output {
        Output::Shuffle { schema, partitioning, .. } => Some((schema.as_ref(), partitioning.clone())),
        Output::Result { .. } => None,
    });
    written.expect("the writer of a shuffle writes one")
}
