//! A run, as an executor sees it, is the blocks that it holds, the tasks that it was given, and the rows that may be sent for.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::protocol::{
    FromExecutor, Payload, PeerBlock, PeerMessage, Prepare, RESULT_SHUFFLE, RunId, TaskId,
};
use super::super::task::{BroadcastTables, RunningTask, ShuffleInput, TaskContext, TaskRanges};
use super::super::{Action, Clock, WallMicros};
use super::ExecutorEffect;
use super::exchange::Exchange;
use crate::dataset::{Dataset, ResidentScans};
use crate::error::{EngineError, Result};
use crate::plan::{StageGraph, StageSpec};
use crate::shuffle::{BlockId, BlockStore, MapOutput, RangeBounds, ReadSpec, sampled_rows};

/// What an executor keeps of a run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: RunId,
    graph: StageGraph,
    dataset: Arc<Dataset>,
    pub(super) executor_count: u32,
    action: Action,
    /// Result rows of finished tasks, for an action that fetches them.
    results: BTreeMap<TaskId, Arc<MapOutput>>,
    pub(super) to_fetch: VecDeque<TaskId>,
    /// Tables of broadcast build sides, made once for all tasks.
    tables: BroadcastTables,
    /// What bounds the ranges into which each stage cuts its rows, by stage.
    bounds: BTreeMap<u32, Arc<RangeBounds>>,
    pub(super) store: BlockStore,
    /// Tasks that wait, each with what it reads.
    pub(super) queue: VecDeque<(TaskId, Vec<ReadSpec>)>,
    task: Option<RunningTask>,
    input_ended: bool,
    pub(super) exchange: Option<Exchange>,
    pub(super) last_word: WallMicros,
}

impl Run {
    pub(super) fn new(id: RunId, prepare: &Prepare, dataset: Arc<Dataset>, now: WallMicros) -> Self {
        Run {
            id,
            graph: prepare.graph.clone(),
            dataset,
            executor_count: prepare.run.workers,
            action: prepare.run.action,
            results: BTreeMap::new(),
            to_fetch: VecDeque::new(),
            tables: BroadcastTables::default(),
            bounds: BTreeMap::new(),
            store: BlockStore::default(),
            queue: VecDeque::new(),
            task: None,
            input_ended: false,
            exchange: None,
            last_word: now,
        }
    }

    pub(super) fn wants_turn(&self) -> bool {
        self.task.is_some()
            || !self.queue.is_empty()
            || !self.to_fetch.is_empty()
            || self.exchange.as_ref().is_some_and(Exchange::wants_turn)
    }

    /// Blocks are going to be exchanged, while a task may be half done.
    pub(super) fn interrupt_task(&mut self) {
        self.task.iter_mut().for_each(RunningTask::interrupt);
    }

    /// Drops what is left of a shuffle whose readers are over.
    pub(super) fn release(&mut self, shuffle: u32) {
        self.store.release(shuffle);
        self.tables.remove(&shuffle);
    }

    /// Keeps what bounds the ranges of a stage.
    pub(super) fn note_bounds(&mut self, stage: u32, bytes: &[u8]) -> Result<()> {
        let ranges = self.graph.stages().get(stage as usize).and_then(StageSpec::ranges);
        let ranges = ranges.ok_or_else(|| EngineError::Protocol {
            expected: "bounds for a stage that cuts its rows into ranges".to_owned(),
            got: format!("some for stage {stage}"),
        })?;
        let bounds = RangeBounds::decode(bytes, ranges)?;
        self.bounds.insert(stage, Arc::new(bounds));
        Ok(())
    }

    /// Does one piece of the task at hand.
    pub(super) fn work(
        &mut self,
        resident: Option<&mut ResidentScans>,
        clock: &dyn Clock,
        effects: &mut Vec<ExecutorEffect>,
    ) -> Result<()> {
        let Some(task) = &mut self.task else {
            if let Some((task, reads)) = self.queue.pop_front() {
                self.task = Some(self.start(task, &reads, resident, clock)?);
                self.input_ended = false;
            }
            return Ok(());
        };
        if !self.input_ended {
            self.input_ended = task.turn(clock)?;
            return Ok(());
        }
        let task = self.task.take().expect("matched just above");
        let finished = task.finish(clock)?;
        let id = finished.done.task;
        if let Some((shuffle, output)) = finished.written {
            self.store.keep(shuffle, id.index, output);
        }
        if let Some(rows) = finished.result {
            self.results.insert(id, Arc::new(rows));
        }
        effects.push(ExecutorEffect::Driver(FromExecutor::TaskDone(self.id, Box::new(finished.done))));
        Ok(())
    }

    /// The rows of a finished task, as a message to the driver.
    pub(super) fn result_of(&mut self, task: TaskId, own: u32) -> Result<PeerMessage> {
        let output = self.results.remove(&task).ok_or_else(|| EngineError::Protocol {
            expected: "a task whose rows are kept".to_owned(),
            got: format!("{task:?}"),
        })?;
        let block = BlockId { shuffle: RESULT_SHUFFLE, reduce: task.attempt, map: task.index };
        let blocks = vec![PeerBlock { block, bytes: output.block_length(0) }];
        let payload = Payload::Pieces(vec![(output, 0)]);
        Ok(PeerMessage { run: self.id, stage: task.stage, from: own, blocks, payload })
    }

    /// Rows that each task of a stage samples at least, for the stage that will cut them into ranges.
    fn sampled_rows(&self, stage: &StageSpec) -> usize {
        let Some((shuffle, _)) = stage.shuffle_written() else { return 0 };
        let reader = self.graph.stages().iter().find(|other| other.shuffles_read().contains(&shuffle));
        let rows =
            |reader: &StageSpec| Some(sampled_rows(reader.ranges()?.partition_count, reader.task_count));
        reader.and_then(rows).unwrap_or(0)
    }

    fn start(
        &mut self,
        task: TaskId,
        reads: &[ReadSpec],
        resident: Option<&mut ResidentScans>,
        clock: &dyn Clock,
    ) -> Result<RunningTask> {
        let unknown = |got: String| EngineError::Protocol { expected: "a task of this job".to_owned(), got };
        let Some(stage) = self.graph.stages().get(task.stage as usize) else {
            return Err(unknown(format!("{task:?}")));
        };
        if stage.scans() && task.index >= stage.task_count {
            return Err(unknown(format!("{task:?}")));
        }
        let input = |shuffle: u32| {
            let read = reads.iter().find(|read| read.shuffle == shuffle).cloned();
            let (_, schema) =
                self.graph.writer_of(shuffle).shuffle_written().expect("its writer writes this shuffle");
            let input = read.map(|read| ShuffleInput { read, schema: schema.clone() });
            input.ok_or_else(|| unknown(format!("{task:?} that reads nothing of shuffle {shuffle}")))
        };
        let inputs = stage.parents().into_iter().map(input).collect::<Result<Vec<_>>>()?;
        let ranges = TaskRanges {
            sampled_rows: self.sampled_rows(stage),
            bounds: self.bounds.get(&task.stage).cloned(),
        };
        let context = TaskContext {
            dataset: &self.dataset,
            resident,
            inputs: &inputs,
            store: &self.store,
            tables: &mut self.tables,
            action: self.action,
            ranges,
            clock,
        };
        RunningTask::new(task, stage, context)
    }
}
