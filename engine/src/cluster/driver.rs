//! The driver: knows every task and every block's size, and never sees a row.

use std::collections::VecDeque;

use super::assign::assign;
use super::protocol::{
    ExchangeDone, FromExecutor, PROTOCOL_VERSION, Prepare, RunId, TaskDone, TaskId, ToExecutor,
};
use super::{Collect, WallMicros};
use crate::error::{EngineError, Result};
use crate::plan::{StageGraph, plan};
use crate::scenario::Scenario;

/// Tasks that an executor holds at a time: one to run, one to begin without asking.
const TASKS_IN_HAND: usize = 2;
/// An executor that owes an answer and says nothing for this long is lost; a working one says something every 0.3 s.
pub const SILENCE_LIMIT: WallMicros = WallMicros(10_000_000);
/// The same while it builds its tables, which it does in one go: 64 of them share a few cores.
pub const PREPARE_LIMIT: WallMicros = WallMicros(60_000_000);
/// Between two ticks lies about half a second. When more than this does, the driver itself was frozen (a hidden
/// tab, a closed lid), and silence proves nothing.
const FROZEN_AFTER: WallMicros = WallMicros(3_000_000);

/// What reaches the driver.
#[derive(Debug)]
pub enum DriverEvent {
    /// From an executor.
    Executor(u32, FromExecutor),
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

/// A finished task and who ran it.
#[derive(Debug, Clone)]
pub struct TaskRecord {
    /// The executor.
    pub executor: u32,
    /// What it did.
    pub done: TaskDone,
}

/// A finished exchange.
#[derive(Debug, Clone)]
pub struct ExchangeRecord {
    /// The stage that reads.
    pub stage: u32,
    /// The owner of each reduce partition.
    pub owners: Vec<u32>,
    /// From the driver's word to the last executor's answer.
    pub micros: WallMicros,
    /// Each executor's side.
    pub executors: Vec<ExchangeDone>,
}

/// Everything that was measured in a run.
#[derive(Debug, Clone)]
pub struct JobOutcome {
    /// What was run.
    pub scenario: Scenario,
    /// Its stages.
    pub graph: StageGraph,
    /// From the moment all executors were prepared to the last task's end.
    pub wall_micros: WallMicros,
    /// Every task, ordered by stage and partition.
    pub tasks: Vec<TaskRecord>,
    /// Every exchange, in order.
    pub exchanges: Vec<ExchangeRecord>,
    /// Messages of earlier runs that were dropped.
    pub stale_messages: u64,
}

/// One job's driver.
#[derive(Debug)]
pub struct Driver {
    run: RunId,
    scenario: Scenario,
    collect: Collect,
    resident: bool,
    graph: StageGraph,
    executors: Vec<ExecutorState>,
    /// Tasks that any executor may take.
    queue: VecDeque<TaskId>,
    /// Tasks left of each stage; `None` before it has begun.
    left: Vec<Option<u32>>,
    exchange: Option<RunningExchange>,
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
    /// A driver for one run of a scenario.
    ///
    /// # Errors
    /// [`EngineError::InvalidScenario`]; nothing was sent then.
    pub fn new(run: RunId, scenario: &Scenario, collect: Collect) -> Result<Self> {
        let graph = plan(scenario)?.stages;
        let executors = (0..scenario.workers).map(|_| ExecutorState::default()).collect();
        Ok(Driver {
            run,
            scenario: scenario.clone(),
            collect,
            resident: false,
            left: vec![None; graph.stages().len()],
            graph,
            executors,
            queue: VecDeque::new(),
            exchange: None,
            started: WallMicros(0),
            last_tick: WallMicros(0),
            tasks: Vec::new(),
            exchanges: Vec::new(),
            stale_messages: 0,
            finished: false,
        })
    }

    /// Lets executors keep what they scan, see [`Prepare::resident`].
    pub fn with_resident_data(mut self, resident: bool) -> Self {
        self.resident = resident;
        self
    }

    /// The run's id.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// Executors in its run.
    pub fn executor_count(&self) -> u32 {
        self.scenario.workers
    }

    /// Begins: every executor is told to prepare.
    pub fn start(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        self.last_tick = now;
        self.executors.iter_mut().for_each(|executor| executor.last_heard = now);
        let prepare = Prepare {
            protocol: PROTOCOL_VERSION,
            scenario: self.scenario.clone(),
            collect: self.collect,
            resident: self.resident,
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

    /// The clock starts: all scans are runnable.
    fn begin(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        self.started = now;
        for stage in self.graph.stages().iter().filter(|stage| !stage.reads_shuffle()) {
            self.left[stage.id as usize] = Some(stage.task_count);
            let tasks =
                (0..stage.task_count).map(|partition| TaskId { stage: stage.id, partition, attempt: 0 });
            self.queue.extend(tasks);
        }
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
        self.tasks.push(TaskRecord { executor, done });
        let left = self.left[stage as usize].as_mut().expect("a task ends after its stage has begun");
        *left -= 1;
        let stage_is_over = *left == 0;
        let mut effects = self.launch();
        effects.push(DriverEffect::Progress(self.progress()));
        if stage_is_over {
            if self.left.iter().all(|left| *left == Some(0)) {
                effects.push(self.finish(now));
            } else {
                effects.extend(self.start_exchange(now));
            }
        }
        effects
    }

    fn progress(&self) -> Progress {
        let task_count = self.graph.stages().iter().map(|stage| stage.task_count).sum();
        Progress { tasks_done: self.tasks.len() as u32, task_count }
    }

    /// Starts the exchange of the first stage whose parents are done, unless one is under way.
    fn start_exchange(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        let is_over = |shuffle: &u32| self.left[self.graph.writer_of(*shuffle).id as usize] == Some(0);
        let next = self.graph.stages().iter().find(|stage| {
            self.left[stage.id as usize].is_none() && stage.shuffles_read().iter().all(is_over)
        });
        let Some(stage) = next.filter(|_| self.exchange.is_none()) else { return Vec::new() };
        let (stage, shuffles) = (stage.id, stage.shuffles_read());
        let owners = assign(&self.partition_bytes(&shuffles), self.scenario.workers);
        let done = vec![None; self.executors.len()];
        self.exchange = Some(RunningExchange { stage, owners: owners.clone(), started: now, done });
        self.to_all(|run| ToExecutor::Exchange {
            run,
            stage,
            shuffles: shuffles.clone(),
            owners: owners.clone(),
        })
    }

    /// Bytes of each reduce partition over some shuffles.
    fn partition_bytes(&self, shuffles: &[u32]) -> Vec<u64> {
        let mut partition_bytes = vec![0; self.scenario.reduce_partitions as usize];
        for shuffle in shuffles {
            let writer = self.graph.writer_of(*shuffle).id;
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
        for (partition, &owner) in (0..).zip(&exchange.owners) {
            let task = TaskId { stage: exchange.stage, partition, attempt: 0 };
            self.executors[owner as usize].own_queue.push_back(task);
        }
        self.left[exchange.stage as usize] = Some(exchange.owners.len() as u32);
        self.exchanges.push(ExchangeRecord {
            stage: exchange.stage,
            owners: exchange.owners,
            micros: now.since(exchange.started),
            executors: exchange.done.into_iter().flatten().collect(),
        });
        self.launch()
    }

    fn tick(&mut self, now: WallMicros) -> Vec<DriverEffect> {
        if now.since(self.last_tick) > FROZEN_AFTER {
            self.executors.iter_mut().for_each(|executor| executor.last_heard = now);
        }
        self.last_tick = now;
        let silent = (0..).zip(&self.executors).find(|(index, executor)| {
            let owes_exchange =
                self.exchange.as_ref().is_some_and(|exchange| exchange.done[*index as usize].is_none());
            let limit = match executor.readiness {
                Readiness::Told => Some(SILENCE_LIMIT),
                Readiness::Preparing => Some(PREPARE_LIMIT),
                Readiness::Ready => (executor.in_hand > 0 || owes_exchange).then_some(SILENCE_LIMIT),
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

    fn finish(&mut self, now: WallMicros) -> DriverEffect {
        self.finished = true;
        let mut tasks = std::mem::take(&mut self.tasks);
        tasks.sort_by_key(|record| record.done.task);
        let executors = self.exchanges.iter().flat_map(|exchange| &exchange.executors);
        let stale_messages = self.stale_messages + executors.map(|done| done.stale_messages).sum::<u64>();
        let outcome = JobOutcome {
            scenario: self.scenario.clone(),
            graph: self.graph.clone(),
            wall_micros: now.since(self.started),
            tasks,
            stale_messages,
            exchanges: std::mem::take(&mut self.exchanges),
        };
        outcome.assert_conservation();
        DriverEffect::Finish(Box::new(Ok(outcome)))
    }

    fn to_all(&self, message: impl Fn(RunId) -> ToExecutor) -> Vec<DriverEffect> {
        (0..self.scenario.workers).map(|executor| DriverEffect::Send(executor, message(self.run))).collect()
    }
}

impl JobOutcome {
    /// The tasks of one stage, by partition.
    pub fn stage_tasks(&self, stage: u32) -> impl Iterator<Item = &TaskRecord> {
        self.tasks.iter().filter(move |record| record.done.task.is_some_and(|task| task.stage == stage))
    }

    /// The exchange that a stage read, if it read one.
    pub fn exchange_of(&self, stage: u32) -> Option<&ExchangeRecord> {
        self.exchanges.iter().find(|exchange| exchange.stage == stage)
    }

    /// Every row and byte that was written was read, partition by partition.
    ///
    /// # Panics
    /// When one was lost or doubled: the answer would be wrong, so there is none.
    fn assert_conservation(&self) {
        for stage in self.graph.stages().iter().filter(|stage| stage.reads_shuffle()) {
            let mut written = vec![(0u64, 0u64, 0u64); self.scenario.reduce_partitions as usize];
            for shuffle in stage.shuffles_read() {
                for record in self.stage_tasks(self.graph.writer_of(shuffle).id) {
                    let blocks = record.done.written_rows.iter().zip(&record.done.written_bytes);
                    for (sum, (&rows, &bytes)) in written.iter_mut().zip(blocks) {
                        *sum = (sum.0 + u64::from(rows), sum.1 + bytes, sum.2 + 1);
                    }
                }
            }
            for (record, written) in self.stage_tasks(stage.id).zip(&written) {
                let read = (record.done.read_rows, record.done.read_bytes, record.done.read_blocks);
                assert_eq!(
                    read, *written,
                    "rows, bytes and blocks read by {:?} are those written for it",
                    record.done.task
                );
            }
        }
    }
}
