//! What one task holds: the batch at hand, hash tables, and rows that wait to be written.
//!
//! What each operator holds, and how many rows it gives, its facts say ([`Held`], [`crate::plan::RowFlow`]); what that is in bytes is
//! reckoned here.

use std::sync::Arc;

use super::{Destination, Sizes, Written};
use crate::columnar::{BATCH_ROWS, Schema};
use crate::dataset::population::upper;
use crate::dataset::sizes::Rows;
use crate::plan::{Branch, Held, OperatorSpec, Output, StageSource, StageSpec};

/// A vector that grows by doubling has room for twice its values.
const GROWN: f64 = 2.0;
/// A slot of a hash table.
const SLOT_BYTES: f64 = 16.0;
/// Columns of a batch exist once as they came and once as they are passed on.
const BATCH_COPIES: f64 = 2.0;

/// What a stage's largest task holds, and what all its tasks write.
pub(super) struct Work {
    pub(super) task_bytes: f64,
    pub(super) output: Option<Written>,
}

/// Rows on their way through one task, the largest.
#[derive(Clone)]
struct Flow {
    /// Of all tasks.
    all: Rows,
    /// Of the largest task.
    rows: f64,
    schema: Arc<Schema>,
    /// Over how many partitions an exchange has spread each key; `None` before one, where any task can have any key.
    spread: Option<f64>,
}

impl Work {
    pub(super) fn of(stage: &StageSpec, inputs: &[&Written], sizes: &Sizes) -> Self {
        let tasks = f64::from(stage.task_count);
        let (flow, mut task_bytes) = source(stage, inputs, sizes);
        let mut prefix = Operators { sizes, tasks, flow, kept_bytes: 0.0, stage, inputs };
        stage.prefix.iter().for_each(|operator| prefix.pass(operator));
        task_bytes += prefix.kept_bytes;
        let mut output = None;
        for (index, branch) in stage.branches.iter().enumerate() {
            let mut flow = prefix.flow.clone();
            if let Some((share, _)) = stage.share {
                let wide = share.threshold as f64 / (1u64 << 32) as f64;
                let taken = if index == 0 { wide } else { 1.0 - wide };
                flow.all.count = upper(flow.all.count * taken).min(flow.all.count);
                flow.rows = upper(flow.rows * taken).min(flow.rows);
            }
            let mut operators = Operators { flow, kept_bytes: 0.0, ..prefix };
            branch.operators.iter().for_each(|operator| operators.pass(operator));
            task_bytes += operators.kept_bytes;
            if let Some((written, waiting_bytes)) = operators.write(branch) {
                task_bytes += waiting_bytes;
                output = Some(written);
            }
        }
        Work { task_bytes, output }
    }
}

/// The rows that come in, and the bytes of the batch at hand.
fn source(stage: &StageSpec, inputs: &[&Written], sizes: &Sizes) -> (Flow, f64) {
    match &stage.source {
        StageSource::Scan { table, schema, .. } => {
            let all = sizes.data.table_rows(table);
            let rows = (all.count / f64::from(stage.task_count)).ceil();
            let row_bytes = sizes.data.row_bytes(schema);
            let flow = Flow { all, rows, schema: schema.clone(), spread: None };
            (flow, BATCH_COPIES * rows.min(BATCH_ROWS as f64) * row_bytes)
        }
        StageSource::InPlace { shuffles } => {
            let read = || shuffles.iter().map(|shuffle| written(inputs, *shuffle));
            let input = read().max_by(|one, other| one.count().total_cmp(&other.count()));
            let input = input.expect("a stage reads a shuffle");
            let all = Rows { count: read().map(Written::count).sum(), ..input.rows };
            // A task reads what one task wrote, which can be one block.
            let rows = read().map(|written| written.most_task_rows).fold(0.0, f64::max);
            let flow = Flow { all, rows, schema: input.schema.clone(), spread: None };
            (flow, BATCH_COPIES * rows * input.row_bytes)
        }
        StageSource::Shuffle { probe, .. } => {
            let read: Vec<&Written> = probe.iter().map(|shuffle| written(inputs, *shuffle)).collect();
            // Rows of several shuffles are taken to be told apart by what those of the largest are.
            let largest = read.iter().copied().max_by(|one, other| one.count().total_cmp(&other.count()));
            let input = largest.expect("a stage reads a shuffle");
            let sum = |of: fn(&Written) -> f64| read.iter().map(|written| of(written)).sum::<f64>();
            let rows = sum(Written::most_rows);
            // Blocks are read whole until a batch has come together.
            let batch = rows.min(BATCH_ROWS as f64 + upper(rows / sum(|written| written.map_tasks)));
            let all = Rows { count: sum(Written::count), ..input.rows };
            let schema = input.schema.clone();
            let flow = Flow { all, rows, schema, spread: Some(input.key_spread) };
            (flow, BATCH_COPIES * batch * input.row_bytes)
        }
    }
}

fn written<'a>(inputs: &[&'a Written], shuffle: u32) -> &'a Written {
    inputs.iter().find(|input| input.shuffle == shuffle).expect("a shuffle that is read was written before")
}

/// A row of operators in one task.
struct Operators<'a> {
    sizes: &'a Sizes,
    tasks: f64,
    flow: Flow,
    kept_bytes: f64,
    stage: &'a StageSpec,
    inputs: &'a [&'a Written],
}

impl Operators<'_> {
    /// Follows the rows through one operator and counts what it keeps.
    fn pass(&mut self, operator: &OperatorSpec) {
        let schema = operator.schema(&self.flow.schema);
        let (flow, row_bytes) = (operator.row_flow(), self.sizes.data.row_bytes(&schema));
        let before = Rows { count: self.flow.rows, ..self.flow.all };
        let after = flow.over(&[before], &self.sizes.data, |keys, _| self.groups(keys));
        self.kept_bytes += self.held_bytes(operator, after.count, row_bytes);
        // All tasks together have at most as many rows each as the largest.
        let growth = (after.count / before.count.max(1.0)).max(1.0);
        let count = (self.flow.all.count * growth).min(after.count * self.tasks);
        self.flow = Flow { all: Rows { count, ..after }, rows: after.count, schema, ..self.flow };
    }

    /// What an operator holds that gives so many rows of so many bytes.
    fn held_bytes(&self, operator: &OperatorSpec, rows: f64, row_bytes: f64) -> f64 {
        let batch_bytes = self.flow.rows.min(BATCH_ROWS as f64) * row_bytes;
        match operator.held() {
            Held::Nothing => 0.0,
            // The words' texts grow as they are cut, other columns are copied at their size.
            Held::Batch => batch_bytes * self.sizes.data.words_per_row,
            // The rows, the words and places that are sorted, and a batch that is put together.
            Held::Rows => rows * (row_bytes + 16.0 + 8.0) + batch_bytes,
            // A state takes 8 bytes of the row that comes out, keys the rest.
            Held::Groups => table_bytes(rows) + rows * GROWN * row_bytes,
            Held::BestRows { order } => {
                // Rows that were the best and then beaten are kept a while, and put together with the others.
                let kept = (2.0 * rows + 4.0 * BATCH_ROWS as f64).min(self.flow.rows);
                let rank_bytes = 16.0 * order.max(1) as f64 + 4.0;
                table_bytes(rows) + rows * GROWN * (8.0 + rank_bytes) + 2.0 * kept * row_bytes
            }
            Held::BuildTable => {
                let (rows, build_row_bytes) = self.build_side(operator);
                // The blocks' rows, and the same rows put together; then the first row and the next of each key.
                let table = rows * (2.0 * build_row_bytes + GROWN * (8.0 + 4.0) + 4.0);
                table_bytes(rows) + table + batch_bytes
            }
        }
    }

    /// Rows and width of the largest partition of a join's build side.
    fn build_side(&self, join: &OperatorSpec) -> (f64, f64) {
        let shuffles = match (join.broadcast(), &self.stage.source) {
            (Some(shuffle), _) => vec![shuffle],
            (None, StageSource::Shuffle { build, .. }) => build.clone(),
            (None, StageSource::Scan { .. } | StageSource::InPlace { .. }) => vec![],
        };
        let build = || shuffles.iter().map(|shuffle| written(self.inputs, *shuffle));
        let row_bytes = build().map(|written| written.row_bytes).fold(0.0, f64::max);
        (build().map(Written::most_rows).sum(), row_bytes)
    }

    /// Different values of some columns in the largest task.
    fn groups(&self, keys: &[usize]) -> f64 {
        let fields = self.flow.schema.fields();
        let names: Vec<&str> = keys.iter().map(|&key| fields[key].name.as_str()).collect();
        let Some(population) = self.sizes.data.grouped_by(self.flow.all.by, &names) else {
            return self.flow.rows;
        };
        match self.flow.spread {
            None => population.distinct(self.flow.rows),
            Some(spread) => upper(population.distinct(self.flow.all.count) * spread / self.tasks),
        }
    }

    /// What the branch writes, and what its task holds until it has.
    fn write(&self, branch: &Branch) -> Option<(Written, f64)> {
        let Output::Shuffle { shuffle, partitioning, partition_count, schema } = &branch.output else {
            return None;
        };
        let to = Destination::of(partitioning, *partition_count, schema.clone());
        let written = self.sizes.written(*shuffle, (self.flow.all, self.flow.rows), self.tasks, &to);
        let copies = if to.is_replicated { f64::from(to.salts.min(to.partitions)) } else { 1.0 };
        // All batches with their placement until the end, then the blocks beside them.
        let waiting = self.flow.rows
            * (self.sizes.data.row_bytes(schema) + 4.0 + if to.is_replicated { 8.0 * copies } else { 0.0 });
        Some((written, waiting + self.flow.rows * self.sizes.data.row_bytes(schema) * copies))
    }
}

/// A table of numbers for so many keys: it quadruples when it is half full, and both are there meanwhile.
fn table_bytes(keys: f64) -> f64 {
    let mut slots = 256.0;
    while keys * 2.0 >= slots {
        slots *= 4.0;
    }
    SLOT_BYTES * slots * 1.25
}
