//! The driver: knows every task and every block's size, and sees no row that nobody asked for.
//!
//! ```text
//!  stage:  waits for its parents ─> exchange ─> waves of tasks ─> over      (one wave, unless rows are only shown)
//!  job:    stages ─> fetch of the rows, if the action wants them ─> outcome
//! ```

mod fetch;
mod outcome;
mod stages;

use std::collections::VecDeque;

use super::assign::assign;
use super::protocol::{
    ExchangeDone, FromExecutor, PROTOCOL_VERSION, PeerMessage, Prepare, RunId, TaskDone, TaskId, ToExecutor,
};
use super::{Deadlines, Job, WallMicros};
use crate::error::{EngineError, Result};
use fetch::Fetch;
pub use outcome::{ExchangeRecord, JobOutcome, TaskRecord};
use stages::StageProgress;

/// Tasks that an executor holds at a time: one to run, one to begin without asking.
const TASKS_IN_HAND: usize = 2;

/// What reaches the driver.
#[derive(Debug)]
pub enum DriverEvent {
    /// From an executor.
    Executor(u32, FromExecutor),
    /// Rows of the result that were asked for.
    Rows(u32, PeerMessage),
    /// The transport saw an executor die.
    Lost(u32, String),
    /// Time passes: send one about twice a second.
    Tick,
    /// Somebody wants the run to end.
    Cancel,
}

/// What the driver wants done.
#[derive(Debug)]
pub enum DriverEffect {
    /// Tell an executor.
    Send(u32, ToExecutor),
    /// Show how far the run is.
    Progress(Progress),
    /// The run has ended; nothing comes after this.
    Finish(Box<Result<JobOutcome>>),
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Tasks that ended.
    pub tasks_done: u32,
    /// Tasks in all.
    pub task_count: u32,
}

/// One job's driver.
#[derive(Debug)]
pub struct Driver {
    run: RunId,
    job: Job,
    deadlines: Deadlines,
    executors: Vec<ExecutorState>,
    /// Tasks that any executor may take.
    queue: VecDeque<TaskId>,
    /// How far each stage is.
    stages: Vec<StageProgress>,
    exchange: Option<RunningExchange>,
    fetch: Option<Fetch>,
    started: WallMicros,
    last_tick: WallMicros,
    tasks: Vec<TaskRecord>,
    exchanges: Vec<ExchangeRecord>,
    stale_messages: u64,
    finished: bool,
}

/// How far an executor is with preparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Readiness {
    /// It was told to, and has not answered.
    #[default]
    Told,
    /// It has heard, and builds its tables.
    Preparing,
    /// It is ready for tasks.
    Ready,
}

#[derive(Debug, Default)]
struct ExecutorState {
    readiness: Readiness,
    in_hand: usize,
    own_queue: VecDeque<TaskId>,
    last_heard: WallMicros,
}

#[derive(Debug)]
struct RunningExchange {
    stage: u32,
    owners: Vec<u32>,
    started: WallMicros,
    done: Vec<Option<ExchangeDone>>,
}

impl Driver {
    /// A driver for one run of a job.
    pub fn new(run: RunId, job: Job) -> Self {
        Driver {
            run,
            deadlines: Deadlines::default(),
            executors: (0..job.run.workers).map(|_| ExecutorState::default()).collect(),
            queue: VecDeque::new(),
            stages: job.graph.stages().iter().map(|stage| StageProgress::new(stage.task_count)).collect(),
            job,
            exchange: None,
            fetch: None,
            started: WallMicros(0),
            last_tick: WallMicros(0),
            tasks: Vec::new(),
            exchanges: Vec::new(),
            stale_messages: 0,
            finished: false,
        }
    }

    /// The same driver, which waits this long for its executors.
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Driver { deadlines, ..self }
    }

    /// The run's id.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// Executors in its run.
    pub fn executor_count(&self) -> u32 {
        self.job.run.workers
    }

    /// Begins: every executor is told to prepare.
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

    /// Handles one event. After [`DriverEffect::Finish`] there are no more effects.
    pub fn step(&mut self, event: DriverEvent, now: WallMicros) -> Vec<DriverEffect> {
        if self.finished {
            return Vec::new();
        }
        match event {
            DriverEvent::Executor(executor, message) => self.hear(executor, message, now),
            DriverEvent::Rows(executor, message) => self.rows(executor, message, now),
            DriverEvent::Lost(executor, reason) => self.fail(EngineError::ExecutorLost { executor, reason }),
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
            self.stale_messages += 1;
            return Vec::new();
        }
        self.executors[executor as usize].last_heard = now;
        match message {
            FromExecutor::Alive(_) => {
                let readiness = &mut self.executors[executor as usize].readiness;
                if *readiness == Readiness::Told {
                    *readiness = Readiness::Preparing;
                }
                Vec::new()
            }
            FromExecutor::Failed(_, error) => self.fail(error.into()),
            FromExecutor::Ready(_) => {
                self.executors[executor as usize].readiness = Readiness::Ready;
                let all_ready = self.executors.iter().all(|executor| executor.readiness == Readiness::Ready);
                if all_ready { self.begin(now) } else { Vec::new() }
            }
            FromExecutor::TaskDone(_, done) => self.task_done(executor, *done, now),
            FromExecutor::ExchangeDone(_, done) => self.exchange_done(executor, *done, now),
        }
    }

    /// The clock starts: every stage without parents is runnable.
    fn begin(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        self.started = now;
        let runnable = self.job.graph.stages().iter().filter(|stage| stage.parents().is_empty());
        let runnable: Vec<u32> = runnable.map(|stage| stage.id).collect();
        runnable.into_iter().for_each(|stage| self.release(stage, None));
        self.launch()
    }

    /// Hands tasks out, one to each executor in turn, until hands or queues are empty.
    fn launch(&mut self) -> Vec<DriverEffect> {
        let mut effects = Vec::new();
        for depth in 0..TASKS_IN_HAND {
            for (index, executor) in self.executors.iter_mut().enumerate() {
                if executor.in_hand > depth {
                    continue;
                }
                if let Some(task) = executor.own_queue.pop_front().or_else(|| self.queue.pop_front()) {
                    executor.in_hand += 1;
                    effects.push(DriverEffect::Send(index as u32, ToExecutor::Launch(self.run, task)));
                }
            }
        }
        effects
    }

    fn task_done(&mut self, executor: u32, done: TaskDone, now: WallMicros) -> Vec<DriverEffect> {
        let Some(stage) = done.task.map(|task| task.stage) else { return Vec::new() };
        self.executors[executor as usize].in_hand -= 1;
        // The rows that were wanted are there: what is still under way is of no use.
        if self.fetch.is_some() {
            return Vec::new();
        }
        self.tasks.push(TaskRecord { executor, done });
        let progress = &mut self.stages[stage as usize];
        progress.done += 1;
        let (wave_is_over, is_over) = (progress.wave_is_over(), progress.is_over());
        if wave_is_over && !is_over && !self.has_enough_rows() {
            self.release(stage, None);
        }
        let mut effects = self.launch();
        effects.push(DriverEffect::Progress(self.progress()));
        if wave_is_over {
            if self.has_enough_rows() || self.stages.iter().all(StageProgress::is_over) {
                effects.extend(self.fetch_or_finish(now));
            } else if is_over {
                effects.extend(self.start_exchange(now));
            }
        }
        effects
    }

    fn progress(&self) -> Progress {
        let task_count = self.job.graph.stages().iter().map(|stage| stage.task_count).sum();
        Progress { tasks_done: self.tasks.len() as u32, task_count }
    }

    /// Starts the exchange of the first stage whose parents are done, unless one is under way.
    fn start_exchange(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        let graph = &self.job.graph;
        let is_over = |shuffle: &u32| self.stages[graph.writer_of(*shuffle).id as usize].is_over();
        let next = graph
            .stages()
            .iter()
            .find(|stage| !self.stages[stage.id as usize].has_begun() && stage.parents().iter().all(is_over));
        let Some(stage) = next.filter(|_| self.exchange.is_none()) else { return Vec::new() };
        let (shuffles, broadcasts) = (stage.shuffles_read(), stage.broadcasts_read());
        let owners = if shuffles.is_empty() {
            Vec::new()
        } else {
            let partition_bytes = self.partition_bytes(&shuffles, stage.task_count);
            assign(&partition_bytes, self.job.run.workers)
        };
        let stage = stage.id;
        let done = vec![None; self.executors.len()];
        self.exchange = Some(RunningExchange { stage, owners: owners.clone(), started: now, done });
        self.to_all(|run| ToExecutor::Exchange {
            run,
            stage,
            shuffles: shuffles.clone(),
            owners: owners.clone(),
            broadcasts: broadcasts.clone(),
        })
    }

    /// Bytes of each reduce partition over some shuffles.
    fn partition_bytes(&self, shuffles: &[u32], partition_count: u32) -> Vec<u64> {
        let mut partition_bytes = vec![0; partition_count as usize];
        for shuffle in shuffles {
            let writer = self.job.graph.writer_of(*shuffle).id;
            for record in
                self.tasks.iter().filter(|record| record.done.task.is_some_and(|task| task.stage == writer))
            {
                for (sum, bytes) in partition_bytes.iter_mut().zip(&record.done.written_bytes) {
                    *sum += bytes;
                }
            }
        }
        partition_bytes
    }

    fn exchange_done(&mut self, executor: u32, done: ExchangeDone, now: WallMicros) -> Vec<DriverEffect> {
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.stage == done.stage) else {
            return Vec::new();
        };
        exchange.done[executor as usize] = Some(done);
        if exchange.done.iter().any(Option::is_none) {
            return Vec::new();
        }
        let exchange = self.exchange.take().expect("matched just above");
        self.release(exchange.stage, Some(&exchange.owners));
        self.exchanges.push(ExchangeRecord {
            stage: exchange.stage,
            owners: exchange.owners,
            micros: now.since(exchange.started),
            executors: exchange.done.into_iter().flatten().collect(),
        });
        self.launch()
    }

    fn tick(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        if now.since(self.last_tick) > self.deadlines.frozen {
            self.executors.iter_mut().for_each(|executor| executor.last_heard = now);
        }
        self.last_tick = now;
        let silent = (0..).zip(&self.executors).find(|(index, executor)| {
            let owes_exchange =
                self.exchange.as_ref().is_some_and(|exchange| exchange.done[*index as usize].is_none());
            let limit = match executor.readiness {
                Readiness::Told => Some(self.deadlines.silence),
                Readiness::Preparing => Some(self.deadlines.prepare),
                Readiness::Ready => {
                    let owes_rows = self.fetch.as_ref().is_some_and(|fetch| fetch.is_owed_by(*index));
                    (executor.in_hand > 0 || owes_exchange || owes_rows).then_some(self.deadlines.silence)
                }
            };
            limit.is_some_and(|limit| now.since(executor.last_heard) > limit)
        });
        match silent {
            None => Vec::new(),
            Some((executor, state)) => {
                let seconds = now.since(state.last_heard).0 as f64 / 1e6;
                self.fail(EngineError::ExecutorLost {
                    executor,
                    reason: format!("silent for {seconds:.1} s"),
                })
            }
        }
    }

    fn fail(&mut self, error: EngineError) -> Vec<DriverEffect> {
        self.finished = true;
        let mut effects = self.to_all(ToExecutor::Cancel);
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
        let mut tasks = std::mem::take(&mut self.tasks);
        tasks.sort_by_key(|record| record.done.task);
        let executors = self.exchanges.iter().flat_map(|exchange| &exchange.executors);
        let stale_messages = self.stale_messages + executors.map(|done| done.stale_messages).sum::<u64>();
        let outcome = JobOutcome {
            data: self.job.data,
            run: self.job.run,
            rows,
            trace: self.job.trace.clone(),
            graph: self.job.graph.clone(),
            wall_micros: now.since(self.started),
            tasks,
            stale_messages,
            exchanges: std::mem::take(&mut self.exchanges),
        };
        outcome.assert_conservation();
        vec![DriverEffect::Finish(Box::new(Ok(outcome)))]
    }

    fn to_all(&self, message: impl Fn(RunId) -> ToExecutor) -> Vec<DriverEffect> {
        (0..self.job.run.workers).map(|executor| DriverEffect::Send(executor, message(self.run))).collect()
    }
}
