//! The executor runs tasks, a bounded piece in each turn, and exchanges blocks with its peers.

mod exchange;
mod run;

use std::sync::Arc;

use super::protocol::{
    ExchangeDone, FromExecutor, PROTOCOL_VERSION, PeerMessage, Prepare, RunId, ToExecutor,
};
use super::{Clock, WallMicros};
use crate::dataset::{Dataset, ResidentScans};
use crate::error::{EngineError, Result};
use exchange::{Exchange, Order};
use run::Run;

/// An executor that works on a long task still says so this often; see the driver's deadline.
const ALIVE_AFTER: WallMicros = WallMicros(300_000);

/// What reaches an executor.
#[derive(Debug)]
pub enum ExecutorEvent {
    /// The driver has sent a message.
    Driver(ToExecutor),
    /// Another executor has sent blocks.
    Peer(PeerMessage),
    /// It is its turn to work: sent whenever [`Executor::wants_turn`].
    Turn,
}

/// What an executor wants done.
#[derive(Debug)]
pub enum ExecutorEffect {
    /// A message has to go to the driver.
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
        self.pending.is_some() || self.run.as_ref().is_some_and(Run::wants_turn)
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
            ToExecutor::Launch(id, task, reads) => {
                if let Some(run) = self.current(id) {
                    run.queue.push_back((task, reads));
                }
                Ok(())
            }
            ToExecutor::Fetch(id, tasks) => {
                if let Some(run) = self.current(id) {
                    run.to_fetch.extend(tasks);
                }
                Ok(())
            }
            ToExecutor::Exchange { run: id, stage, peers, routes, released, bounds } => {
                let own = self.id;
                let Some(run) = self.current(id) else { return Ok(()) };
                run.start_exchange(own, Order { stage, peers, routes, released, bounds }, clock)?;
                let early = std::mem::take(&mut self.early);
                early.into_iter().try_for_each(|message| self.hear_peer(message, clock, effects))?;
                self.end_exchange(clock, effects);
                Ok(())
            }
            ToExecutor::Ping(id) => {
                if self.current(id).is_some() {
                    effects.push(ExecutorEffect::Driver(FromExecutor::Alive(id)));
                }
                Ok(())
            }
            ToExecutor::End(id) => {
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
                Arc::new(Dataset::new(&prepare.data)?)
            }
        };
        self.dataset = Some(dataset.clone());
        let early_count = self.early.len();
        self.early.retain(|message| message.run >= id);
        self.stale_messages += (early_count - self.early.len()) as u64;
        self.run = Some(Run::new(id, prepare, dataset, clock.now()));
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
        run.receive(message, clock)?;
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
            if let Some((peer, message)) = exchange.next_message(run.id, own, clock) {
                effects.push(ExecutorEffect::Peer(peer, message));
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
        if let Some(exchange) = run.exchange.take_if(|exchange| exchange.is_over()) {
            let done = ExchangeDone {
                stage: exchange.stage,
                bytes_from: exchange.bytes_from,
                began: exchange.started,
                micros: clock.now().since(exchange.started),
                sent_after: exchange.sent_after,
                arrived_after: exchange.arrived_after,
                stale_messages: std::mem::take(&mut self.stale_messages),
            };
            effects.push(ExecutorEffect::Driver(FromExecutor::ExchangeDone(run.id, Box::new(done))));
        }
    }
}
