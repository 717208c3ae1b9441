//! The executor: runs tasks, a bounded piece a turn, and exchanges blocks with its peers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::protocol::{
    ExchangeDone, FromExecutor, PROTOCOL_VERSION, Payload, PeerBlock, PeerMessage, Prepare, RESULT_SHUFFLE,
    RunId, TaskId, ToExecutor,
};
use super::task::{BroadcastTables, RunningTask, ShuffleInput, TaskContext};
use super::{Action, Clock, WallMicros};
use crate::dataset::{Dataset, ResidentScans};
use crate::error::{EngineError, Result};
use crate::plan::StageGraph;
use crate::shuffle::{BlockId, BlockSlice, BlockStore, MapOutput};

/// An executor that works on a long task still says so this often; see the driver's deadline.
const ALIVE_AFTER: WallMicros = WallMicros(300_000);

/// What reaches an executor.
#[derive(Debug)]
pub enum ExecutorEvent {
    /// From the driver.
    Driver(ToExecutor),
    /// From another executor.
    Peer(PeerMessage),
    /// It is its turn to work: sent whenever [`Executor::wants_turn`].
    Turn,
}

/// What an executor wants done.
#[derive(Debug)]
pub enum ExecutorEffect {
    /// Tell the driver.
    Driver(FromExecutor),
    /// Send a peer its blocks.
    Peer(u32, PeerMessage),
    /// Send the driver rows of the result.
    Rows(PeerMessage),
}

/// One executor. It keeps its dataset's tables between runs.
#[derive(Debug)]
pub struct Executor {
    id: u32,
    run: Option<Run>,
    /// A run that it was told of and has not prepared yet.
    pending: Option<(RunId, Box<Prepare>)>,
    dataset: Option<Arc<Dataset>>,
    /// What was scanned before, when the driver asks for it; of the dataset above.
    /// What was scanned, where it is kept.
    resident: Option<ResidentScans>,
    /// Blocks of a run that the driver has not announced here yet.
    early: Vec<PeerMessage>,
    /// The newest run that the driver announced here, whether or not it still goes on.
    newest: RunId,
    /// Dropped since the last report.
    stale_messages: u64,
}

#[derive(Debug)]
struct Run {
    id: RunId,
    graph: StageGraph,
    dataset: Arc<Dataset>,
    executor_count: u32,
    action: Action,
    /// Result rows of finished tasks, for an action that fetches them.
    results: BTreeMap<TaskId, Arc<MapOutput>>,
    to_fetch: VecDeque<TaskId>,
    /// Tables of broadcast build sides, made once for all tasks.
    tables: BroadcastTables,
    store: BlockStore,
    queue: VecDeque<TaskId>,
    task: Option<RunningTask>,
    input_ended: bool,
    exchange: Option<Exchange>,
    last_word: WallMicros,
}

/// An exchange in progress.
#[derive(Debug)]
struct Exchange {
    stage: u32,
    started: WallMicros,
    /// Peers that still have to be sent to, with the blocks for each.
    to_send: VecDeque<(u32, Outgoing)>,
    /// Peers whose message has not come.
    missing: u32,
    bytes_from: Vec<u64>,
}

/// The blocks for one owner.
#[derive(Debug, Default)]
struct Outgoing {
    blocks: Vec<PeerBlock>,
    pieces: Vec<(Arc<crate::shuffle::MapOutput>, u32)>,
}

impl Executor {
    /// Executor `id` of a cluster.
    pub fn new(id: u32) -> Self {
        Executor {
            id,
            run: None,
            pending: None,
            dataset: None,
            resident: None,
            early: Vec::new(),
            newest: RunId(0),
            stale_messages: 0,
        }
    }

    /// The executor keeps what it scans and scans it from memory the next time. This is for benchmarks, which then time
    /// operators and not the generator.
    pub fn keeping_scans(self) -> Self {
        Executor { resident: Some(ResidentScans::default()), ..self }
    }

    /// Its index in the cluster.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether there is work that waits only for a [`ExecutorEvent::Turn`].
    pub fn wants_turn(&self) -> bool {
        self.pending.is_some()
            || self.run.as_ref().is_some_and(|run| {
                run.task.is_some()
                    || !run.queue.is_empty()
                    || !run.to_fetch.is_empty()
                    || run.exchange.as_ref().is_some_and(|exchange| !exchange.to_send.is_empty())
            })
    }

    /// Handles one event. An error becomes [`FromExecutor::Failed`] and ends the run here.
    pub fn step(&mut self, event: ExecutorEvent, clock: &dyn Clock) -> Vec<ExecutorEffect> {
        let mut effects = Vec::new();
        let outcome = match event {
            ExecutorEvent::Driver(message) => self.hear_driver(message, clock, &mut effects),
            ExecutorEvent::Peer(message) => self.hear_peer(message, clock, &mut effects),
            ExecutorEvent::Turn => self.turn(clock, &mut effects),
        };
        match (outcome, &mut self.run) {
            (Err(error), Some(run)) => {
                effects.push(ExecutorEffect::Driver(FromExecutor::Failed(run.id, error.into())));
                self.run = None;
            }
            (Ok(()), Some(run)) if !effects.is_empty() => run.last_word = clock.now(),
            _ => {}
        }
        effects
    }

    fn hear_driver(
        &mut self,
        message: ToExecutor,
        clock: &dyn Clock,
        effects: &mut Vec<ExecutorEffect>,
    ) -> Result<()> {
        match message {
            // Answered at once: the tables are built in the next turn, which can take a while.
            ToExecutor::Prepare(id, prepare) => {
                self.run = None;
                self.pending = Some((id, prepare));
                effects.push(ExecutorEffect::Driver(FromExecutor::Alive(id)));
                Ok(())
            }
            ToExecutor::Launch(id, task) => {
                if let Some(run) = self.current(id) {
                    run.queue.push_back(task);
                }
                Ok(())
            }
            ToExecutor::Fetch(id, tasks) => {
                if let Some(run) = self.current(id) {
                    run.to_fetch.extend(tasks);
                }
                Ok(())
            }
            ToExecutor::Exchange { run: id, stage, shuffles, owners, broadcasts } => {
                let own = self.id;
                let Some(run) = self.current(id) else { return Ok(()) };
                run.start_exchange(own, stage, (&shuffles, &owners), &broadcasts, clock);
                let early = std::mem::take(&mut self.early);
                early.into_iter().try_for_each(|message| self.hear_peer(message, clock, effects))?;
                self.end_exchange(clock, effects);
                Ok(())
            }
            ToExecutor::Cancel(id) => {
                if self.pending.take_if(|(pending, _)| *pending == id).is_some() {
                    return Ok(());
                }
                if self.current(id).is_some() {
                    self.run = None;
                    self.early.clear();
                }
                Ok(())
            }
        }
    }

    /// Prepares, and says so.
    fn begin(
        &mut self,
        id: RunId,
        prepare: &Prepare,
        clock: &dyn Clock,
        effects: &mut Vec<ExecutorEffect>,
    ) -> Result<()> {
        if let Err(error) = self.prepare(id, prepare, clock) {
            self.run = None;
            effects.push(ExecutorEffect::Driver(FromExecutor::Failed(id, error.into())));
            return Ok(());
        }
        effects.push(ExecutorEffect::Driver(FromExecutor::Ready(id)));
        let early = std::mem::take(&mut self.early);
        early.into_iter().try_for_each(|message| self.hear_peer(message, clock, effects))
    }

    fn prepare(&mut self, id: RunId, prepare: &Prepare, clock: &dyn Clock) -> Result<()> {
        self.newest = id;
        if prepare.protocol != PROTOCOL_VERSION {
            let (expected, got) = (PROTOCOL_VERSION.to_string(), prepare.protocol.to_string());
            return Err(EngineError::Protocol { expected: format!("messages of version {expected}"), got });
        }
        let dataset = match self.dataset.take().filter(|dataset| *dataset.spec() == prepare.data) {
            Some(dataset) => dataset,
            None => {
                self.resident.iter_mut().for_each(ResidentScans::clear);
                Arc::new(Dataset::new(&prepare.data))
            }
        };
        self.dataset = Some(dataset.clone());
        let early_count = self.early.len();
        self.early.retain(|message| message.run >= id);
        self.stale_messages += (early_count - self.early.len()) as u64;
        self.run = Some(Run {
            id,
            graph: prepare.graph.clone(),
            dataset,
            executor_count: prepare.run.workers,
            action: prepare.run.action,
            results: BTreeMap::new(),
            to_fetch: VecDeque::new(),
            tables: BroadcastTables::default(),
            store: BlockStore::default(),
            queue: VecDeque::new(),
            task: None,
            input_ended: false,
            exchange: None,
            last_word: clock.now(),
        });
        Ok(())
    }

    /// The run with this id; a message for another is stale and counted.
    fn current(&mut self, id: RunId) -> Option<&mut Run> {
        let current = self.run.as_mut().filter(|run| run.id == id);
        if current.is_none() {
            self.stale_messages += 1;
        }
        current
    }

    fn hear_peer(
        &mut self,
        message: PeerMessage,
        clock: &dyn Clock,
        effects: &mut Vec<ExecutorEffect>,
    ) -> Result<()> {
        let has_ended = message.run == self.newest && self.run.is_none();
        if message.run < self.newest || has_ended {
            self.stale_messages += 1;
            return Ok(());
        }
        let announced = |exchange: &Exchange| exchange.stage == message.stage;
        let exchange = self
            .run
            .as_mut()
            .filter(|run| run.id == message.run && run.exchange.as_ref().is_some_and(announced));
        // A peer's blocks can overtake the driver's word that announces them.
        let Some(run) = exchange else {
            self.early.push(message);
            return Ok(());
        };
        run.receive(message)?;
        self.end_exchange(clock, effects);
        Ok(())
    }

    fn turn(&mut self, clock: &dyn Clock, effects: &mut Vec<ExecutorEffect>) -> Result<()> {
        let own = self.id;
        if let Some((id, prepare)) = self.pending.take() {
            return self.begin(id, &prepare, clock, effects);
        }
        let Some(run) = &mut self.run else { return Ok(()) };
        if let Some(exchange) = &mut run.exchange {
            if let Some((peer, outgoing)) = exchange.to_send.pop_front() {
                let (id, stage) = (run.id, exchange.stage);
                effects.push(ExecutorEffect::Peer(peer, outgoing.message(id, stage, own)));
            }
            self.end_exchange(clock, effects);
            return Ok(());
        }
        if let Some(task) = run.to_fetch.pop_front() {
            effects.push(ExecutorEffect::Rows(run.result_of(task, own)?));
            return Ok(());
        }
        run.work(self.resident.as_mut(), clock, effects)?;
        if effects.is_empty() && clock.now().since(run.last_word) > ALIVE_AFTER {
            effects.push(ExecutorEffect::Driver(FromExecutor::Alive(run.id)));
        }
        Ok(())
    }

    /// Reports the exchange once everything was sent and has arrived.
    fn end_exchange(&mut self, clock: &dyn Clock, effects: &mut Vec<ExecutorEffect>) {
        let Some(run) = &mut self.run else { return };
        let is_over = |exchange: &mut Exchange| exchange.to_send.is_empty() && exchange.missing == 0;
        if let Some(exchange) = run.exchange.take_if(is_over) {
            let done = ExchangeDone {
                stage: exchange.stage,
                bytes_from: exchange.bytes_from,
                micros: clock.now().since(exchange.started),
                stale_messages: std::mem::take(&mut self.stale_messages),
            };
            effects.push(ExecutorEffect::Driver(FromExecutor::ExchangeDone(run.id, Box::new(done))));
        }
    }
}

impl Outgoing {
    fn message(self, run: RunId, stage: u32, from: u32) -> PeerMessage {
        PeerMessage { run, stage, from, blocks: self.blocks, payload: Payload::Pieces(self.pieces) }
    }
}

impl Run {
    /// Sorts what was written by owner; what is owned here becomes readable at once.
    fn start_exchange(
        &mut self,
        own: u32,
        stage: u32,
        (shuffles, owners): (&[u32], &[u32]),
        broadcasts: &[u32],
        clock: &dyn Clock,
    ) {
        let started = clock.now();
        let mut outgoing: Vec<Outgoing> = (0..self.executor_count).map(|_| Outgoing::default()).collect();
        let mut bytes_from = vec![0; self.executor_count as usize];
        for &shuffle in shuffles {
            for (map, output) in self.store.take_written(shuffle) {
                for (reduce, (&owner, bytes)) in (0..).zip(owners.iter().zip(output.block_bytes())) {
                    let block = BlockId { shuffle, reduce, map };
                    if owner == own {
                        bytes_from[own as usize] += bytes;
                        self.store.offer(block, BlockSlice::Local { output: output.clone(), reduce });
                    } else {
                        let outgoing = &mut outgoing[owner as usize];
                        outgoing.blocks.push(PeerBlock { block, bytes: bytes as u32 });
                        outgoing.pieces.push((output.clone(), reduce));
                    }
                }
            }
        }
        for &shuffle in broadcasts {
            for (map, output) in self.store.take_written(shuffle) {
                let block = BlockId { shuffle, reduce: 0, map };
                let bytes = output.block(0).len() as u32;
                for (peer, outgoing) in (0..).zip(&mut outgoing).filter(|(peer, _)| *peer != own) {
                    debug_assert_ne!(peer, own, "its own rows stay where they are");
                    outgoing.blocks.push(PeerBlock { block, bytes });
                    outgoing.pieces.push((output.clone(), 0));
                }
                bytes_from[own as usize] += u64::from(bytes);
                self.store.offer(block, BlockSlice::Local { output, reduce: 0 });
            }
        }
        // Each executor begins with its right-hand neighbour, so that not all send to the first at once.
        let count = self.executor_count;
        let mut outgoing: Vec<_> = (0..count).zip(outgoing).filter(|(peer, _)| *peer != own).collect();
        outgoing.sort_by_key(|(peer, _)| (peer + count - own) % count);
        self.exchange =
            Some(Exchange { stage, started, to_send: outgoing.into(), missing: count - 1, bytes_from });
    }

    fn receive(&mut self, message: PeerMessage) -> Result<()> {
        let exchange = self.exchange.as_mut().expect("the caller saw an exchange of this stage");
        let payload = message.payload.into_bytes();
        let announced: usize = message.blocks.iter().map(|block| block.bytes as usize).sum();
        if announced != payload.len() {
            let (expected, got) = (format!("{announced} bytes of blocks"), payload.len().to_string());
            return Err(EngineError::Protocol { expected, got });
        }
        let Some(bytes_from) = exchange.bytes_from.get_mut(message.from as usize) else {
            let expected = format!("an executor below {}", self.executor_count);
            return Err(EngineError::Protocol { expected, got: message.from.to_string() });
        };
        *bytes_from += announced as u64;
        let Some(missing) = exchange.missing.checked_sub(1) else {
            let expected = "one message from each peer".to_owned();
            return Err(EngineError::Protocol { expected, got: format!("another from {}", message.from) });
        };
        exchange.missing = missing;
        let mut at = 0;
        for PeerBlock { block, bytes } in message.blocks {
            let range = at..at + bytes as usize;
            at = range.end;
            self.store.offer(block, BlockSlice::Received { payload: payload.clone(), range });
        }
        Ok(())
    }

    /// One piece of the task at hand.
    fn work(
        &mut self,
        resident: Option<&mut ResidentScans>,
        clock: &dyn Clock,
        effects: &mut Vec<ExecutorEffect>,
    ) -> Result<()> {
        let Some(task) = &mut self.task else {
            if let Some(task) = self.queue.pop_front() {
                self.task = Some(self.start(task, resident)?);
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
        let id = finished.done.task.expect("every task has its id");
        if let Some((shuffle, output)) = finished.written {
            self.store.keep(shuffle, id.partition, output);
        }
        if let Some(rows) = finished.result {
            self.results.insert(id, Arc::new(rows));
        }
        effects.push(ExecutorEffect::Driver(FromExecutor::TaskDone(self.id, Box::new(finished.done))));
        Ok(())
    }

    /// The rows of a finished task, as a message to the driver.
    fn result_of(&mut self, task: TaskId, own: u32) -> Result<PeerMessage> {
        let output = self.results.remove(&task).ok_or_else(|| EngineError::Protocol {
            expected: "a task whose rows are kept".to_owned(),
            got: format!("{task:?}"),
        })?;
        let block = BlockId { shuffle: RESULT_SHUFFLE, reduce: 0, map: task.partition };
        let blocks = vec![PeerBlock { block, bytes: output.block(0).len() as u32 }];
        let payload = Payload::Pieces(vec![(output, 0)]);
        Ok(PeerMessage { run: self.id, stage: task.stage, from: own, blocks, payload })
    }

    fn start(&mut self, task: TaskId, resident: Option<&mut ResidentScans>) -> Result<RunningTask> {
        let stage = self.graph.stage(task.stage);
        let inputs: Vec<ShuffleInput> = stage
            .parents()
            .into_iter()
            .map(|shuffle| {
                let writer = self.graph.writer_of(shuffle);
                let (_, schema) = writer.shuffle_written().expect("it writes this shuffle");
                ShuffleInput { shuffle, schema: schema.clone(), map_count: writer.task_count }
            })
            .collect();
        let context = TaskContext {
            dataset: &self.dataset,
            resident,
            inputs: &inputs,
            store: &mut self.store,
            tables: &mut self.tables,
            action: self.action,
        };
        RunningTask::new(task, stage, context)
    }
}
