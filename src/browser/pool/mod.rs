//! The pool of workers: started on demand, kept warm, replaced when they die, one run at a time.

mod cores;
#[cfg(feature = "hooks")]
mod hooks;
mod resting;
mod starting;

pub use resting::Hold;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures_channel::oneshot;
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use shuffle_engine::EngineError;
use shuffle_engine::cluster::{
    Clock, ControlMessage, Deadlines, Driver, DriverEffect, DriverEvent, FromExecutor, Job, JobOutcome,
    Progress, RunId, ToExecutor,
};
use shuffle_engine::scenario::InvalidScenario;
use shuffle_engine::scenario::limits::MAX_WORKERS;
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker};

use super::alone::Alone;
use super::clock::BrowserClock;
use super::port;
use super::task::{CancelToken, Interval, Turnstile, sleep};
use super::worker::{ANSWER, FATAL, READY};

/// Hears how far a run is.
pub type Watch = Rc<dyn Fn(Progress)>;

/// How a run is made.
#[derive(Clone)]
pub struct RunOptions {
    /// Hears how far it is.
    pub watch: Watch,
    /// What ends it.
    pub cancel: CancelToken,
    /// How long the driver waits for a worker that owes an answer.
    pub deadlines: Deadlines,
}

impl Default for RunOptions {
    fn default() -> Self {
        RunOptions { watch: Rc::new(|_| {}), cancel: CancelToken::default(), deadlines: Deadlines::default() }
    }
}

/// What ended a run.
pub type PoolError = EngineError;

/// Why a worker cannot be used: the browser's words, its last ones, or ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct StartFailure(String);

/// Not all workers could be started.
struct TooFew {
    /// Workers that can be used, from the first on.
    ready: u32,
    /// Why the next one cannot.
    reason: StartFailure,
}

/// A run that came to its end.
#[derive(Debug)]
pub struct PoolOutcome {
    /// What was measured.
    pub outcome: JobOutcome,
    /// What a reader of the figures has to know; empty as a rule.
    pub notes: Vec<Note>,
}

/// What a reader of a run's figures has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// No worker can start: the engine ran in the page's own thread.
    NoWorker {
        /// Why none of them can start, in the browser's words or ours.
        reason: String,
    },
    /// Fewer workers could start than were asked for.
    FewerWorkers {
        /// The workers that could start.
        ready: u32,
        /// Those that were asked for.
        workers: u32,
        /// Why no more could.
        reason: String,
    },
    /// These were lost when nothing that they held was needed any more.
    LostWorkers(Vec<u32>),
    /// The tab was hidden during the run.
    Hidden,
}

/// The pool. Clones are the same pool.
#[derive(Clone)]
pub struct Pool {
    shared: Rc<Shared>,
}

struct Shared {
    state: RefCell<State>,
    turnstile: Turnstile,
    alone: Alone,
    /// Whether workers keep what they scan.
    keeps_scans: bool,
    /// Counts how often the tab was hidden or shown: times across such a change say nothing.
    visibility_changes: Rc<Cell<u32>>,
    on_visibility: Closure<dyn FnMut()>,
    /// Counted: as many as there are holds, and one.
    holds: Rc<()>,
    /// Runs that were asked for.
    uses: Cell<u64>,
    rest_millis: Cell<i32>,
}

/// A pool that may be gone.
struct WeakPool {
    shared: Weak<Shared>,
}

impl WeakPool {
    fn with(&self, f: impl FnOnce(&Pool)) {
        if let Some(shared) = self.shared.upgrade() {
            f(&Pool { shared });
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            // It was added; a document that is going away has nothing to remove it from.
            let _ = document.remove_event_listener_with_callback(
                "visibilitychange",
                self.on_visibility.as_ref().unchecked_ref(),
            );
        }
        for worker in self.state.get_mut().workers.iter().flatten() {
            worker.worker.terminate();
        }
    }
}

#[derive(Default)]
struct State {
    /// By executor; `None` where one died.
    workers: Vec<Option<PooledWorker>>,
    run_count: u32,
    running: Option<Running>,
}

struct PooledWorker {
    worker: Worker,
    /// Told once, when it is ready or has failed.
    starting: Option<oneshot::Sender<Result<(), StartFailure>>>,
    /// Told the number that it was asked for.
    answering: Option<oneshot::Sender<f64>>,
    /// Whether its ports to the others are there.
    is_connected: bool,
    _hear: Closure<dyn FnMut(MessageEvent)>,
    _fail: Closure<dyn FnMut(ErrorEvent)>,
}

struct Running {
    driver: Driver,
    finish: oneshot::Sender<Result<JobOutcome, EngineError>>,
    watch: Watch,
    cancel: CancelToken,
    _tick: Option<Interval>,
}

impl Default for Pool {
    fn default() -> Self {
        Pool::new()
    }
}

impl Pool {
    /// A pool without workers: they start with the first run.
    pub fn new() -> Self {
        Pool::with_scans(false)
    }

    fn with_scans(keeps_scans: bool) -> Self {
        let visibility_changes = Rc::new(Cell::new(0));
        let changes = visibility_changes.clone();
        let on_visibility = Closure::<dyn FnMut()>::new(move || changes.set(changes.get() + 1));
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            // Without it a hidden tab goes unnoticed, and nothing else.
            let _ = document
                .add_event_listener_with_callback("visibilitychange", on_visibility.as_ref().unchecked_ref());
        }
        let shared = Shared {
            state: RefCell::default(),
            turnstile: Turnstile::default(),
            alone: Alone::new(),
            keeps_scans,
            visibility_changes,
            on_visibility,
            holds: Rc::default(),
            uses: Cell::new(0),
            rest_millis: Cell::new(resting::REST_MILLIS),
        };
        let pool = Pool { shared: Rc::new(shared) };
        pool.end_with_the_page();
        pool
    }

    /// Runs a job, after the runs that were asked for before.
    ///
    /// # Errors
    /// More workers than a tab holds (nothing runs then), or what ended the run. The pool is usable again afterwards.
    pub async fn run(&self, job: Job, options: RunOptions) -> Result<PoolOutcome, PoolError> {
        check_workers(job.run.workers)?;
        self.shared.uses.set(self.shared.uses.get() + 1);
        let end = self.run_in_turn(job, options).await;
        self.let_go_later();
        end
    }

    async fn run_in_turn(&self, mut job: Job, options: RunOptions) -> Result<PoolOutcome, PoolError> {
        let workers = job.run.workers;
        let _turn = self.shared.turnstile.pass().await;
        let mut notes = Vec::new();
        let changes_before = self.shared.visibility_changes.get();
        let started = if options.cancel.is_set() { Ok(()) } else { self.start_workers(workers).await };
        if options.cancel.is_set() {
            return Err(EngineError::Cancelled);
        }
        let outcome = match started {
            Ok(()) => self.drive(job, options).await?,
            Err(TooFew { ready: 0, reason }) => {
                notes.push(Note::NoWorker { reason: reason.to_string() });
                self.shared.alone.run(&job, options.watch.as_ref(), &options.cancel).await?
            }
            Err(TooFew { ready, reason }) => {
                notes.push(Note::FewerWorkers { ready, workers, reason: reason.to_string() });
                job.run.workers = ready;
                self.drive(job, options).await?
            }
        };
        if !outcome.lost_executors.is_empty() {
            notes.push(Note::LostWorkers(outcome.lost_executors.clone()));
        }
        if self.shared.visibility_changes.get() != changes_before || is_hidden() {
            notes.push(Note::Hidden);
        }
        Ok(PoolOutcome { outcome, notes })
    }

    /// Starts workers before a run asks for them, and waits until all of them can be sent work.
    ///
    /// # Errors
    /// The first one that cannot be had.
    pub async fn warm_up(&self, worker_count: u32) -> Result<(), PoolError> {
        let _turn = self.shared.turnstile.pass().await;
        self.start_workers(worker_count).await.map_err(|TooFew { ready, reason }| EngineError::ExecutorLost {
            executor: ready,
            reason: reason.0,
        })
    }

    /// Ends the runs with this token: one under way returns [`EngineError::Cancelled`] at once, one that waits its turn
    /// does not begin.
    pub fn cancel(&self, token: &CancelToken) {
        token.set();
        let runs_now = {
            let state = self.shared.state.borrow();
            state.running.as_ref().is_some_and(|running| running.cancel.is_same(token))
        };
        if runs_now {
            self.event(DriverEvent::Cancel);
        }
    }

    /// Workers that are ready.
    pub fn worker_count(&self) -> usize {
        self.shared.state.borrow().workers.iter().flatten().filter(|worker| worker.starting.is_none()).count()
    }

    /// For callbacks, which must not keep the pool alive: it ends its workers when it goes.
    fn downgrade(&self) -> WeakPool {
        WeakPool { shared: Rc::downgrade(&self.shared) }
    }

    async fn drive(&self, job: Job, options: RunOptions) -> Result<JobOutcome, EngineError> {
        let (finish, finished) = oneshot::channel();
        let effects = {
            let mut state = self.shared.state.borrow_mut();
            state.run_count += 1;
            let deadlines = options.deadlines;
            let mut driver = Driver::new(RunId(state.run_count), job).with_deadlines(deadlines);
            let effects = driver.start(BrowserClock.now());
            let pool = self.downgrade();
            let tick = Interval::new((deadlines.tick.0 / 1_000) as i32, move || {
                pool.with(|pool| pool.event(DriverEvent::Tick))
            });
            state.running =
                Some(Running { driver, finish, watch: options.watch, cancel: options.cancel, _tick: tick });
            effects
        };
        self.perform(effects);
        let outcome = finished.await.unwrap_or(Err(EngineError::Cancelled));
        if let Err(EngineError::ExecutorLost { executor, .. }) = &outcome {
            self.discard(*executor);
        }
        outcome
    }

    /// Sends an event to the driver of the run under way and does what it wants.
    fn event(&self, event: DriverEvent) {
        let effects = {
            let mut state = self.shared.state.borrow_mut();
            let Some(running) = &mut state.running else { return };
            running.driver.step(event, BrowserClock.now())
        };
        self.perform(effects);
    }

    fn perform(&self, effects: Vec<DriverEffect>) {
        for effect in effects {
            match effect {
                DriverEffect::Send(executor, message) => self.send(executor, &message),
                DriverEffect::Progress(progress) => {
                    let watch =
                        self.shared.state.borrow().running.as_ref().map(|running| running.watch.clone());
                    if let Some(watch) = watch {
                        watch(progress);
                    }
                }
                DriverEffect::Finish(outcome) => {
                    let running = self.shared.state.borrow_mut().running.take();
                    if let Some(running) = running {
                        // Nobody waits any more when the page part that asked is gone.
                        let _ = running.finish.send(*outcome);
                    }
                }
            }
        }
    }

    fn send(&self, executor: u32, message: &ToExecutor) {
        let bytes = Uint8Array::from(message.encode().as_slice());
        if let Some(Some(worker)) = self.shared.state.borrow().workers.get(executor as usize) {
            // A worker that cannot be reached is found by its silence.
            let _ = worker.worker.post_message(&bytes);
        }
    }

    fn hear(&self, id: u32, data: &JsValue) {
        if let Some(bytes) = data.dyn_ref::<Uint8Array>() {
            return match FromExecutor::decode(&bytes.to_vec()) {
                Ok(message) => self.event(DriverEvent::Executor(id, message)),
                Err(error) => self.lost(id, &format!("it said what this page cannot read: {error}")),
            };
        }
        if data.has_type::<ArrayBuffer>() {
            return match port::receive(data) {
                Ok(rows) => self.event(DriverEvent::Rows(id, rows)),
                Err(error) => self.lost(id, &format!("it sent rows that this page cannot read: {error}")),
            };
        }
        let field = |name: &str| Reflect::get(data, &name.into()).ok().filter(|value| !value.is_undefined());
        if let Some(words) = field(FATAL) {
            self.lost(id, &words.as_string().unwrap_or_default());
        } else if field(READY).is_some() {
            self.started(id, Ok(()));
        } else if let Some(number) = field(ANSWER).and_then(|number| number.as_f64()) {
            self.answered(id, number);
        }
    }

    fn answered(&self, id: u32, number: f64) {
        let mut state = self.shared.state.borrow_mut();
        if let Some(Some(worker)) = state.workers.get_mut(id as usize)
            && let Some(answering) = worker.answering.take()
        {
            // Whoever asked may have stopped waiting.
            let _ = answering.send(number);
        }
    }

    /// A worker has died, and said so.
    fn lost(&self, id: u32, reason: &str) {
        self.started(id, Err(StartFailure(reason.to_owned())));
        let runs_on_it = {
            let state = self.shared.state.borrow();
            state.running.as_ref().is_some_and(|running| id < running.driver.executor_count())
        };
        self.discard(id);
        if runs_on_it {
            self.event(DriverEvent::Lost(id, reason.to_owned()));
        }
    }

    /// Ends a worker; the next run starts another in its place.
    fn discard(&self, id: u32) {
        let discarded = self.shared.state.borrow_mut().workers.get_mut(id as usize).and_then(Option::take);
        if let Some(discarded) = discarded {
            discarded.worker.set_onmessage(None);
            discarded.worker.set_onerror(None);
            discarded.worker.terminate();
            // Its closures may be on the stack right now: they go with the next turn of the event loop.
            wasm_bindgen_futures::spawn_local(async move {
                sleep(0).await;
                drop(discarded);
            });
        }
    }
}

/// A tab holds so many worker memories and no more.
fn check_workers(workers: u32) -> Result<(), InvalidScenario> {
    if workers <= MAX_WORKERS {
        return Ok(());
    }
    let reason = format!("is {workers}, but a tab holds the memories of at most {MAX_WORKERS} workers");
    Err(InvalidScenario::new("workers", reason))
}

fn is_hidden() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}
