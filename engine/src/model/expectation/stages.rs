//! Follows the expected rows through the stages.

use super::places::{Amounts, PlacedBy};
use super::population::seen;
use super::written::Written;
use super::{ModelError, People};
use crate::dataset::Table;
use crate::dataset::sizes::By;
use crate::model::counters::{StageCounters, TaskCounters, Volume, empty_stage};
use crate::plan::{
    BinaryOperator, Branch, Expr, OperatorSpec, Output, StageGraph, StageSource, StageSpec, Value,
};

/// How often a value stands in the rows, when it is expected so often among all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Level {
    /// Once for each row.
    Rows,
    /// Once in each task that has it.
    PerTask { tasks: f64 },
    /// Once in each of its places, of so many.
    Merged { places: f64, tasks: Option<f64> },
    /// Once in all rows of the stage together.
    Groups,
}

/// Rows on their way through the tasks of a stage.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// What tells them apart.
    pub(super) by: By,
    /// The rows of `prompts` that they came from.
    pub(super) prompts: f64,
    pub(super) level: Level,
    /// The rows that each task is expected to have, by the task's index.
    pub(super) rows: Vec<f64>,
    /// The only language that is left.
    language: Option<String>,
}

impl Flow {
    fn scale(&mut self, share: f64) {
        self.prompts *= share;
        self.rows.iter_mut().for_each(|rows| *rows *= share);
    }
}

impl People {
    /// How many rows each value has.
    pub(super) fn amounts(&mut self, flow: &Flow) -> Amounts {
        self.amounts_at(flow.by, flow.prompts, flow.level)
    }

    fn amounts_at(&mut self, by: By, rows: f64, level: Level) -> Amounts {
        let mapped = |amounts: Amounts, of: &dyn Fn(f64) -> f64| Amounts {
            heavy: amounts.heavy.into_iter().map(of).collect(),
            crowd: amounts.crowd.into_iter().map(of).collect(),
        };
        match (by, level) {
            (By::EveryKey | By::Row, _) => self.shares.map(|_| 1.0),
            (By::Key, Level::Rows) => self.shares.map(|share| rows * share),
            (By::Key, Level::Groups) => self.shares.map(|share| seen(rows * share)),
            (By::Key, Level::PerTask { tasks }) => {
                self.shares.map(|share| tasks * seen(rows * share / tasks))
            }
            (By::Word, Level::Rows) => self.words().map(rows, false, |words| words),
            (By::Word, Level::Groups) => self.words().map(rows, true, seen),
            (By::Word, Level::PerTask { tasks }) => {
                self.words().map(rows / tasks, true, |words| tasks * seen(words))
            }
            (By::Key | By::Word, Level::Merged { places, tasks }) => {
                let before = tasks.map_or(Level::Rows, |tasks| Level::PerTask { tasks });
                let before = self.amounts_at(by, rows, before);
                mapped(before, &|rows| places * seen(rows / places))
            }
        }
    }

    fn total(&self, amounts: &Amounts) -> f64 {
        if amounts.crowd.is_empty() { amounts.heavy.iter().sum() } else { self.shares.total(amounts) }
    }
}

/// What each task of each stage is expected to read and write.
pub(super) fn counters(graph: &StageGraph, people: &mut People) -> Result<Vec<StageCounters>, ModelError> {
    let mut written: Vec<Written> = Vec::new();
    let mut stages = Vec::new();
    for spec in graph.stages() {
        let (counted, output) = Stage { spec, people, written: &written }.follow(graph)?;
        stages.push(counted);
        written.extend(output);
    }
    Ok(stages)
}

/// The part of the rows that takes the branch with the exchange.
pub(super) fn wide_share(stage: &StageSpec) -> f64 {
    stage.share.map_or(1.0, |(share, _)| share.threshold as f64 / (1u64 << 32) as f64)
}

pub(super) fn scans_prompts(stage: &StageSpec) -> bool {
    matches!(&stage.source, StageSource::Scan { table: Table::Prompts, .. })
}

struct Stage<'a> {
    spec: &'a StageSpec,
    people: &'a mut People,
    written: &'a [Written],
}

/// What comes into the tasks, beside the rows that flow on.
struct Source {
    flow: Flow,
    rows_in: Vec<f64>,
    read_bytes: Vec<f64>,
    read_blocks: u64,
}

impl Stage<'_> {
    fn follow(mut self, graph: &StageGraph) -> Result<(StageCounters, Option<Written>), ModelError> {
        let spec = self.spec;
        let Source { mut flow, rows_in, read_bytes, read_blocks } = self.source()?;
        for operator in &spec.prefix {
            self.pass(operator, &mut flow)?;
        }
        let (mut rows_out, mut rows_result) = (vec![0.0; rows_in.len()], vec![0.0; rows_in.len()]);
        let add =
            |sums: &mut [f64], rows: &[f64]| sums.iter_mut().zip(rows).for_each(|(sum, rows)| *sum += rows);
        let mut output = None;
        for (index, branch) in spec.branches.iter().enumerate() {
            let mut flow = flow.clone();
            if spec.share.is_some() {
                let wide = wide_share(spec);
                flow.scale(if index == 0 { wide } else { 1.0 - wide });
            }
            for operator in &branch.operators {
                self.pass(operator, &mut flow)?;
            }
            add(&mut rows_out, &flow.rows);
            match self.write(branch, flow.clone())? {
                Some(written) => output = Some(written),
                None => add(&mut rows_result, &flow.rows),
            }
        }
        let whole = |value: f64| value.round().max(0.0) as u64;
        let mut counted = empty_stage(graph, spec);
        for at in 0..rows_in.len() {
            let read = Volume { rows: whole(rows_in[at]), bytes: whole(read_bytes[at]), blocks: read_blocks };
            counted.tasks.push(TaskCounters {
                rows_in: whole(rows_in[at]),
                rows_out: whole(rows_out[at]),
                rows_result: whole(rows_result[at]),
                read: if spec.reads_shuffle() { read } else { Volume::default() },
                written: output.as_ref().map_or(Volume::default(), |written| {
                    let own = &written.flow.rows;
                    let part = own[at] / own.iter().sum::<f64>().max(f64::MIN_POSITIVE);
                    let blocks = written.partition_rows.len() as u64;
                    // Where nothing is expected, the blocks are still written, empty.
                    let of_bytes = if own.iter().sum::<f64>() > 0.0 { part } else { 1.0 / own.len() as f64 };
                    Volume {
                        rows: whole(written.rows() * part),
                        bytes: whole(written.bytes() * of_bytes),
                        blocks,
                    }
                }),
            });
        }
        Ok((counted, output))
    }

    fn source(&mut self) -> Result<Source, ModelError> {
        match &self.spec.source {
            StageSource::Scan { table, predicate, .. } => {
                let tasks = u64::from(self.spec.task_count);
                let (count, by) = match table {
                    Table::Prompts => (self.people.data.rows, By::Key),
                    Table::Rewards => (self.people.data.keys, By::EveryKey),
                    Table::Own(_) => return Err(ModelError::NotModelled { what: "a table of one's own" }),
                };
                let rows: Vec<f64> = (0..tasks)
                    .map(|task| (count * (task + 1) / tasks - count * task / tasks) as f64)
                    .collect();
                let mut flow = Flow {
                    by,
                    prompts: count as f64,
                    level: Level::Rows,
                    rows: rows.clone(),
                    language: None,
                };
                if let Some(predicate) = predicate {
                    self.filter(&predicate.predicate, &mut flow)?;
                }
                let nothing = vec![0.0; rows.len()];
                Ok(Source { flow, rows_in: rows, read_bytes: nothing, read_blocks: 0 })
            }
            StageSource::Shuffle { build, probe } => {
                let [probe] = probe.as_slice() else {
                    return Err(ModelError::NotModelled { what: "a union" });
                };
                let streamed = self.shuffle(*probe);
                let mut flow = Flow { rows: streamed.partition_rows.clone(), ..streamed.flow.clone() };
                flow.language = None;
                let mut source = Source {
                    rows_in: flow.rows.clone(),
                    read_bytes: streamed.partition_bytes.clone(),
                    read_blocks: u64::from(streamed.map_tasks),
                    flow,
                };
                for build in build {
                    let build = self.shuffle(*build);
                    let add = |sums: &mut [f64], more: &[f64]| {
                        sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
                    };
                    add(&mut source.rows_in, &build.partition_rows);
                    add(&mut source.read_bytes, &build.partition_bytes);
                    source.read_blocks += u64::from(build.map_tasks);
                }
                Ok(source)
            }
            StageSource::InPlace { .. } => Err(ModelError::NotModelled { what: "a sort" }),
        }
    }

    fn shuffle(&self, shuffle: u32) -> &Written {
        let found = self.written.iter().find(|written| written.shuffle == shuffle);
        found.expect("a shuffle that is read was written before")
    }

    fn pass(&mut self, operator: &OperatorSpec, flow: &mut Flow) -> Result<(), ModelError> {
        match operator {
            OperatorSpec::Filter { predicate } => self.filter(predicate, flow)?,
            OperatorSpec::Sample { share, .. } => flow.scale(share.threshold as f64 / (1u64 << 32) as f64),
            OperatorSpec::Project { .. } | OperatorSpec::HashJoin(_) => {}
            OperatorSpec::Sort { .. } => return Err(ModelError::NotModelled { what: "a sort" }),
            OperatorSpec::Tokenize { .. } => {
                let texts = self.people.texts();
                let words = texts.words_a_row(&self.people.shares, flow.language.as_deref());
                flow.rows.iter_mut().for_each(|rows| *rows *= words);
                flow.by = By::Word;
            }
            OperatorSpec::Limit { row_count } => {
                flow.rows.iter_mut().for_each(|rows| *rows = rows.min(*row_count as f64));
            }
            OperatorSpec::HashAggregate { .. } | OperatorSpec::Dedup { .. } => self.group(flow),
        }
        Ok(())
    }

    /// Rows of one key become one: in each task, or, behind an exchange, in each partition where the key is.
    fn group(&mut self, flow: &mut Flow) {
        let StageSource::Shuffle { probe, .. } = &self.spec.source else {
            let tasks = flow.rows.len() as f64;
            flow.level = Level::PerTask { tasks };
            let amounts = self.people.amounts(flow);
            let all = self.people.total(&amounts);
            return flow.rows.fill(all / tasks);
        };
        let Some(&shuffle) = probe.first() else { return };
        let by = self.shuffle(shuffle).places.by;
        if by.salts == 1 {
            flow.level = Level::Groups;
            let (places, amounts) = (self.people.places(by), self.people.amounts(flow));
            flow.rows = places.sum(&amounts);
            return;
        }
        // Two salts of one key that share a partition meet there.
        let places = self.people.places(PlacedBy { is_replicated: true, ..by });
        let tasks = match flow.level {
            Level::PerTask { tasks } => Some(tasks),
            Level::Rows | Level::Merged { .. } | Level::Groups => None,
        };
        flow.level = Level::Merged { places: places.mean_places, tasks };
        let mut amounts = self.people.amounts(flow);
        let each = |amount: &mut f64| *amount /= places.mean_places;
        amounts.heavy.iter_mut().chain(&mut amounts.crowd).for_each(each);
        flow.rows = places.sum(&amounts);
    }

    /// The only condition whose rows are known before a run is a language.
    fn filter(&mut self, predicate: &Expr<usize>, flow: &mut Flow) -> Result<(), ModelError> {
        let unknown = ModelError::NotModelled { what: "how many rows a condition lets pass" };
        let Expr::Binary { operator: BinaryOperator::Eq, left, right } = predicate else {
            return Err(unknown);
        };
        let (Expr::Column(_), Expr::Literal(Value::Utf8(language))) = (left.as_ref(), right.as_ref()) else {
            return Err(unknown);
        };
        let texts = self.people.texts();
        flow.scale(texts.share_of_language(&self.people.shares, language));
        flow.language = Some(language.clone());
        Ok(())
    }

    fn write(&mut self, branch: &Branch, flow: Flow) -> Result<Option<Written>, ModelError> {
        match &branch.output {
            Output::Result { .. } => Ok(None),
            Output::Shuffle { shuffle, partitioning, partition_count, schema } => {
                Written::of(self.people, (*shuffle, partitioning, *partition_count), flow, schema).map(Some)
            }
        }
    }
}
