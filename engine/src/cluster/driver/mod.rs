//! The driver knows every task and the size of every block. It sees no row that nobody asked for.
//!
//! ```text
//!  stage:  Waiting ─> Exchanging ─> Running ─> Over         (its tasks in one wave, unless rows are only shown)
//!  job:    stages ─> fetch of the rows, if the action wants them ─> outcome
//! ```

mod clocks;
mod exchanging;
mod executors;
mod fetch;
mod outcome;
mod stages;
mod tasks;

use std::collections::{BTreeSet, VecDeque};

use super::exchange::Reads;
use super::protocol::{FromExecutor, PROTOCOL_VERSION, PeerMessage, Prepare, RunId, TaskId, ToExecutor};
use super::{Deadlines, Job, WallMicros};
use crate::error::{EngineError, Result};
pub use clocks::ClockShift;
use executors::{ExecutorState, Life};
use fetch::Fetch;
pub use outcome::{ExchangeRecord, JobOutcome, TaskRecord};
use stages::StageState;
pub(crate) use tasks::TASKS_IN_HAND;

/// What can happen to the driver.
#[derive(Debug)]
pub enum DriverEvent {
    /// An executor has sent a message.
    Executor(u32, FromExecutor),
    /// An executor has sent rows of the result that were asked for.
    Rows(u32, PeerMessage),
    /// The transport has seen an executor die, for this reason.
    Lost(u32, String),
    /// Time has passed. A transport says so about twice a second.
    Tick,
    /// Somebody wants the run to end before it is over.
    Cancel,
}

/// What the driver wants the transport to do.
#[derive(Debug)]
pub enum DriverEffect {
    /// The transport sends this message to this executor.
    Send(u32, ToExecutor),
    /// The transport shows how far the run is.
    Progress(Progress),
    /// The run has ended with this outcome. No effect comes after this one.
    Finish(Box<Result<JobOutcome>>),
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// The number of tasks that are done.
    pub tasks_done: u32,
    /// The number of all tasks.
    pub task_count: u32,
}

/// The driver of one run of a job.
#[derive(Debug)]
pub struct Driver {
    run: RunId,
    job: Job,
    deadlines: Deadlines,
    reads: Reads,
    executors: Vec<ExecutorState>,
    /// Tasks that any executor may take.
    queue: VecDeque<TaskId>,
    /// How far each stage is.
    stages: Vec<StageState>,
    /// Shuffles whose blocks the executors were told to drop.
    released: BTreeSet<u32>,
    fetch: Option<Fetch>,
    /// When all executors were ready; `None` before.
    started: Option<WallMicros>,
    last_tick: WallMicros,
    /// What every task did that is over, in the order of stages and tasks.
    tasks: Vec<TaskRecord>,
    exchanges: Vec<ExchangeRecord>,
    lost_executors: Vec<u32>,
    stale_messages: u64,
    finished: bool,
}

impl Driver {
    /// A driver for one run of a job.
    pub fn new(run: RunId, job: Job) -> Self {
        Driver {
            run,
            deadlines: Deadlines::default(),
            reads: Reads::default(),
            executors: (0..job.run.workers).map(|_| ExecutorState::default()).collect(),
            queue: VecDeque::new(),
            stages: job.graph.stages().iter().map(|_| StageState::Waiting).collect(),
            job,
            released: BTreeSet::new(),
            fetch: None,
            started: None,
            last_tick: WallMicros(0),
            tasks: Vec::new(),
            exchanges: Vec::new(),
            lost_executors: Vec::new(),
            stale_messages: 0,
            finished: false,
        }
    }

    /// The same driver, which waits this long for its executors.
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Driver { deadlines, ..self }
    }

    /// The same driver, which makes the tasks of a stage in this way. Not every way is right for every plan, see [`Reads`].
    pub fn with_reads(self, reads: Reads) -> Self {
        Driver { reads, ..self }
    }

    /// The run's id.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// The number of executors in its run.
    pub fn executor_count(&self) -> u32 {
        self.job.run.workers
    }

    /// Begins the run: every executor is told to prepare.
    pub fn start(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        self.last_tick = now;
        self.executors.iter_mut().for_each(|executor| executor.last_heard = now);
        let prepare = Prepare {
            protocol: PROTOCOL_VERSION,
            data: self.job.data,
            run: self.job.run,
            graph: self.job.graph.clone(),
        };
        self.to_all(|run| ToExecutor::Prepare(run, Box::new(prepare.clone())))
    }

    /// Handles one event and says what has to be done. After [`DriverEffect::Finish`] nothing has to be done any more.
    pub fn step(&mut self, event: DriverEvent, now: WallMicros) -> Vec<DriverEffect> {
        if self.finished {
            return Vec::new();
        }
        match event {
            DriverEvent::Executor(executor, message) => self.hear(executor, message, now),
            DriverEvent::Rows(executor, message) => self.rows(executor, message, now),
            DriverEvent::Lost(executor, reason) => self.lost(executor, reason),
            DriverEvent::Tick => self.tick(now),
            DriverEvent::Cancel => self.fail(EngineError::Cancelled),
        }
    }

    fn hear(&mut self, executor: u32, message: FromExecutor, now: WallMicros) -> Vec<DriverEffect> {
        let (FromExecutor::Ready(run)
        | FromExecutor::TaskDone(run, _)
        | FromExecutor::ExchangeDone(run, _)
        | FromExecutor::Alive(run)
        | FromExecutor::Failed(run, _)) = &message;
        // Of another run: maybe a larger one, whose executors this one does not have. It proves no life in this run.
        if *run != self.run {
            return self.stale();
        }
        let Some(state) = self.heard(executor, now) else { return self.stale() };
        match message {
            FromExecutor::Alive(_) => {
                if state.life == Life::Told {
                    state.life = Life::Preparing;
                }
                Vec::new()
            }
            FromExecutor::Failed(_, error) => self.fail(error.into()),
            FromExecutor::Ready(_) => {
                state.life = Life::Ready;
                let all_ready = self.executors.iter().all(|executor| executor.life == Life::Ready);
                if all_ready && self.started.is_none() { self.begin(now) } else { Vec::new() }
            }
            FromExecutor::TaskDone(_, done) => self.task_done(executor, *done, now),
            FromExecutor::ExchangeDone(_, done) => self.exchange_done(executor, *done, now),
        }
    }

    /// The clock starts: every stage without parents runs.
    fn begin(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        self.started = Some(now);
        self.start_sources();
        self.launch(now)
    }

    /// A message came that nobody waits for.
    fn stale(&mut self) -> Vec<DriverEffect> {
        self.stale_messages += 1;
        Vec::new()
    }

    fn fail(&mut self, error: EngineError) -> Vec<DriverEffect> {
        self.finished = true;
        let mut effects = self.to_all(ToExecutor::End);
        effects.push(DriverEffect::Finish(Box::new(Err(error))));
        effects
    }

    fn finish(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        self.finished = true;
        let rows = match self.fetch.take().map(|fetch| fetch.into_rows(&self.job)) {
            None => Vec::new(),
            Some(Ok(rows)) => rows,
            Some(Err(error)) => return self.fail(error),
        };
        let tasks = std::mem::take(&mut self.tasks);
        let executors = self.exchanges.iter().flat_map(|exchange| &exchange.executors);
        let reported = executors.map(|done| done.stale_messages).fold(0, u64::saturating_add);
        let outcome = JobOutcome {
            data: self.job.data,
            run: self.job.run,
            rows,
            trace: self.job.trace.clone(),
            graph: self.job.graph.clone(),
            started: self.started.unwrap_or(now),
            clocks: self.executors.iter().map(|executor| executor.clock.shift()).collect(),
            wall_micros: self.started.map_or(WallMicros(0), |started| now.since(started)),
            task_counts: self.task_counts(),
            tasks,
            lost_executors: std::mem::take(&mut self.lost_executors),
            stale_messages: self.stale_messages.saturating_add(reported),
            exchanges: std::mem::take(&mut self.exchanges),
        };
        if let Err(error) = outcome.check_conservation() {
            return self.fail(error);
        }
        let mut effects = self.to_all(ToExecutor::End);
        effects.push(DriverEffect::Finish(Box::new(Ok(outcome))));
        effects
    }

    fn to_all(&self, message: impl Fn(RunId) -> ToExecutor) -> Vec<DriverEffect> {
        self.live().map(|executor| DriverEffect::Send(executor, message(self.run))).collect()
    }
}
