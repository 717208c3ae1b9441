//! The session: the state in a signal, and the work that each change sets off.
//!
//! ```text
//!  change ─> (hand rests) ─> run ─> without tactics ─> probes ─> sweep ─> exchanges ─> fit
//!                             └─> nothing more where rows come to the driver: the rest is about rows that stay
//!     ^                                                                              │
//!     └── a newer change ends the work of an older one, wherever it is ──────────────┘
//! ```

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::{
    GetUntracked, LocalStorage, RwSignal, Set, StoredValue, Update, WithUntracked, WithValue,
};
use shuffle_engine::cluster::{Job, Progress};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::link::Repair;
use shuffle_engine::scenario::{Action, InvalidScenario};
use shuffle_engine::{EngineError, Scenario};
use wasm_bindgen_futures::spawn_local;

use super::sweep::insert_by_wall;
use crate::browser::task::sleep;
use crate::browser::{CancelToken, Hold, Pool, RunOptions, Watch, location};
use shuffle_view::demand::Needs;
use shuffle_view::row_table::RowTable;
use shuffle_view::scope::unmodelled;
use shuffle_view::state::{Activity, Failure, Measurement, Notice, RunEvent, RunState, without_tactics};

/// How long a hand must rest before the run begins.
const REST_MILLIS: i32 = 250;
/// Runs of each point of a sweep, after one that warms up.
pub(super) const SWEEP_RUNS: usize = 5;
/// A run that takes longer than this is not repeated for a median.
const REPEAT_LIMIT_MICROS: u64 = 600_000;
/// Drawing takes a core from the workers: what is timed begins this long after the page has changed.
const DRAWING_MILLIS: i32 = 100;

/// What a session begins with.
pub struct Start {
    /// What is run.
    pub scenario: Scenario,
    /// What had to be repaired in the link that it came from.
    pub repairs: Vec<Repair>,
    /// Who runs it.
    pub pool: Pool,
    /// What somebody will see of the runs around it.
    pub needs: Needs,
    /// Hears what the host's page is told.
    pub tell: Rc<dyn Fn(Told<'_>)>,
}

/// What the page around a figure is told.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// The scenario has run.
    Ran(&'a Measurement),
    /// A run ended before its time.
    Failed(&'a EngineError),
    /// A field was given something it cannot take.
    Wrong(&'a InvalidScenario),
}

/// One mount's session. A copy is the same session.
#[derive(Clone, Copy)]
pub struct Session {
    pub(super) state: RwSignal<RunState>,
    activity: RwSignal<Activity>,
    inner: StoredValue<Inner, LocalStorage>,
}

struct Inner {
    pool: Pool,
    needs: Cell<Needs>,
    tell: Rc<dyn Fn(Told<'_>)>,
    /// Keeps the workers while the session is in sight.
    hold: RefCell<Option<Hold>>,
    /// Whether there is work that nobody could see so far.
    is_owed: Cell<bool>,
    /// Pieces of work that have not ended yet, stale ones included.
    under_way: Rc<Cell<u32>>,
    /// Counts changes: work that belongs to an older one stops.
    generation: Rc<Cell<u64>>,
    /// What ends the work under way.
    cancel: Rc<RefCell<CancelToken>>,
}

/// A piece of work under way, until it is dropped.
struct UnderWay(Rc<Cell<u32>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Where work begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Begin {
    /// With a run, when a hand has rested.
    Afresh {
        /// How long it must rest.
        rest_millis: i32,
    },
    /// With whatever is missing.
    GoOn,
}

/// Why a piece of work ended early.
pub(super) enum Stop {
    /// A newer change has taken over, or the reader stopped it.
    Stale,
    /// The engine's error.
    Failed(EngineError),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Cancelled => Stop::Stale,
            other @ (EngineError::InvalidScenario(_)
            | EngineError::InvalidPlan(_)
            | EngineError::OutOfMemory { .. }
            | EngineError::TooLarge { .. }
            | EngineError::Protocol { .. }
            | EngineError::ExecutorLost { .. }) => Stop::Failed(other),
        }
    }
}

impl Session {
    /// A session that begins to work when its place comes into sight ([`Session::see`]).
    pub fn new(start: Start) -> Self {
        let Start { scenario, repairs, pool, needs, tell } = start;
        let state = RunState::new(scenario, repairs, location::core_count());
        let inner = Inner {
            pool,
            generation: Rc::default(),
            cancel: Rc::default(),
            needs: Cell::new(needs),
            tell,
            hold: RefCell::default(),
            is_owed: Cell::new(true),
            under_way: Rc::default(),
        };
        Session {
            state: RwSignal::new(state),
            activity: RwSignal::new(Activity::Idle),
            inner: StoredValue::new_local(inner),
        }
    }

    /// The state, to be rendered.
    pub fn state(&self) -> RwSignal<RunState> {
        self.state
    }

    /// What is being done, to be rendered.
    pub fn activity(&self) -> RwSignal<Activity> {
        self.activity
    }

    /// The pool, for the page's script interface.
    pub fn pool(&self) -> Pool {
        self.inner.with_value(|inner| inner.pool.clone())
    }

    /// The reader moved a control to something valid.
    pub fn change(&self, scenario: Scenario) {
        if self.state.with_untracked(|state| state.scenario == scenario && state.field_error.is_none()) {
            return;
        }
        if matches!(self.activity.get_untracked(), Activity::Explaining { .. }) {
            self.activity.set(Activity::Idle);
        }
        self.apply(RunEvent::Changed(scenario));
        self.pursue(Begin::Afresh { rest_millis: REST_MILLIS });
    }

    /// The reader typed what a field cannot take. What runs, and what is shown, stays.
    pub fn reject(&self, error: InvalidScenario) {
        self.tell(Told::Wrong(&error));
        self.apply(RunEvent::Rejected(error));
    }

    /// Says something to the reader that does not go away by itself.
    pub fn notice(&self, notice: Notice) {
        self.apply(RunEvent::Noticed(notice));
    }

    /// Other parts are shown now, which may need runs that were not made.
    pub fn need(&self, needs: Needs) {
        let before = self.inner.with_value(|inner| inner.needs.replace(needs));
        if before != needs {
            self.pursue(Begin::GoOn);
        }
    }

    /// Runs the scenario again.
    pub fn run_again(&self) {
        self.pursue(Begin::Afresh { rest_millis: 0 });
    }

    /// Measures the sweep again, and fits the model to it.
    pub fn sweep_again(&self) {
        self.state.update(|state| {
            state.sweep.clear();
            state.exchanges.clear();
            state.model = None;
        });
        self.pursue(Begin::Afresh { rest_millis: 0 });
    }

    /// Stops all work.
    pub fn cancel(&self) {
        self.inner.with_value(|inner| inner.is_owed.set(false));
        self.stop();
    }

    /// Its place came into sight, or went out of it: off the screen, or into a hidden tab. Out of sight nothing runs and no
    /// worker is kept; what was interrupted goes on when it is seen again.
    pub fn see(&self, is_seen: bool) {
        let was_seen = self.is_seen();
        if is_seen == was_seen {
            return;
        }
        if is_seen {
            self.inner.with_value(|inner| inner.hold.replace(Some(inner.pool.hold())));
            if self.inner.with_value(|inner| inner.is_owed.take()) {
                self.pursue(Begin::GoOn);
            }
        } else {
            let is_owed = self.is_busy() || self.inner.with_value(|inner| inner.is_owed.get());
            self.inner.with_value(|inner| inner.is_owed.set(is_owed));
            self.stop();
            self.inner.with_value(|inner| inner.hold.replace(None));
        }
    }

    fn is_seen(&self) -> bool {
        self.inner.with_value(|inner| inner.hold.borrow().is_some())
    }

    /// Ends all work for good and waits until none of it is under way any more: then the session may be dropped.
    pub async fn end(self) {
        self.cancel();
        let under_way = self.inner.with_value(|inner| {
            inner.hold.replace(None);
            inner.under_way.clone()
        });
        while under_way.get() > 0 {
            sleep(DRAWING_MILLIS).await;
        }
    }

    /// Runs the scenario for a script, in sight or not, and shows what came of it.
    ///
    /// # Errors
    /// The engine's.
    pub async fn run_for_script(&self) -> Result<Measurement, EngineError> {
        let scenario = self.state.with_untracked(|state| state.scenario.clone());
        let job = scenario.job()?;
        let under_way = self.begin_work();
        let measurement = self.measure(&scenario, &job, RunOptions::default()).await;
        drop(under_way);
        let measurement = measurement?;
        if self.state.with_untracked(|state| state.scenario == scenario) {
            self.apply(RunEvent::Ran(Box::new(measurement.clone())));
            self.tell(Told::Ran(&measurement));
        }
        Ok(measurement)
    }

    /// Whether something is being done.
    pub(super) fn is_busy(&self) -> bool {
        self.activity.get_untracked() != Activity::Idle
    }

    /// Takes a notice away.
    pub fn dismiss(&self, notice: usize) {
        self.apply(RunEvent::Dismissed(notice));
    }

    pub(super) fn needs(&self) -> Needs {
        self.inner.with_value(|inner| inner.needs.get())
    }

    fn apply(&self, event: RunEvent) {
        self.state.update(|state| state.apply(event));
    }

    fn tell(&self, told: Told<'_>) {
        let tell = self.inner.with_value(|inner| inner.tell.clone());
        tell(told);
    }

    fn stop(&self) {
        self.next_generation();
        self.activity.set(Activity::Idle);
    }

    /// Ends the work of earlier generations, the run under way included.
    fn next_generation(&self) -> (u64, CancelToken) {
        self.inner.with_value(|inner| {
            inner.generation.set(inner.generation.get() + 1);
            let cancel = CancelToken::default();
            inner.pool.cancel(&inner.cancel.replace(cancel.clone()));
            (inner.generation.get(), cancel)
        })
    }

    fn pursue(&self, begin: Begin) {
        self.work(async move |work| work.do_all(begin).await);
    }

    /// Ends the work of earlier generations and begins this; out of sight it is only owed.
    pub(super) fn work(&self, work: impl AsyncFnOnce(&Work) -> Result<(), Stop> + 'static) {
        if !self.is_seen() {
            return self.inner.with_value(|inner| inner.is_owed.set(true));
        }
        let (generation, cancel) = self.next_generation();
        let session = *self;
        let under_way = self.begin_work();
        spawn_local(async move {
            let end = work(&Work { session, generation, cancel }).await;
            match end {
                Err(Stop::Stale) => {}
                Ok(()) => session.activity.set(Activity::Idle),
                Err(Stop::Failed(error)) => {
                    session.activity.set(Activity::Idle);
                    session.tell(Told::Failed(&error));
                    session.apply(RunEvent::Failed(Failure::from(error)));
                }
            }
            drop(under_way);
        });
    }

    fn begin_work(&self) -> UnderWay {
        let count = self.inner.with_value(|inner| inner.under_way.clone());
        count.set(count.get() + 1);
        UnderWay(count)
    }

    /// Runs a scenario's job and reports on it.
    pub(super) async fn measure(
        &self,
        scenario: &Scenario,
        job: &Job,
        options: RunOptions,
    ) -> Result<Measurement, EngineError> {
        let finished = self.pool().run(job.clone(), options).await?;
        let report = JobReport::new(&finished.outcome);
        let walls_micros = vec![report.wall_micros];
        let shown = matches!(scenario.action, Action::Show { .. }).then(|| RowTable::new(&finished.outcome));
        // Where some workers could not start, it ran on fewer.
        let scenario = Scenario { workers: finished.outcome.run.workers, ..scenario.clone() };
        let unmodelled = unmodelled(scenario.action, &job.graph);
        Ok(Measurement { scenario, report, walls_micros, notes: finished.notes, shown, unmodelled })
    }
}

/// The work of one generation.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) session: Session,
    generation: u64,
    cancel: CancelToken,
}

impl Work {
    pub(super) async fn do_all(&self, begin: Begin) -> Result<(), Stop> {
        if let Begin::Afresh { rest_millis: rest_millis @ 1.. } = begin {
            sleep(rest_millis).await;
        }
        self.check()?;
        let scenario = self.scenario();
        let job = self.job(&scenario)?;
        let known = match begin {
            Begin::Afresh { .. } => None,
            Begin::GoOn => self.known_run(),
        };
        let is_as_asked = match known {
            Some(known) => known.notes.is_empty(),
            None => self.run(&scenario, &job).await?,
        };
        if scenario.action.fetches() {
            return Ok(());
        }
        self.run_without_tactics(&scenario).await?;
        if !is_as_asked {
            // Without its workers, or in a hidden tab, a sweep would measure something else than it says.
            return Ok(());
        }
        // First the probes, then the runs that the model is tried on: code that has run a hundred times is faster than
        // code that has run five times, and the model should know the former.
        let needs = self.session.needs();
        let is_modelled = needs.sweep && unmodelled(scenario.action, &job.graph).is_none();
        let probes = if is_modelled { self.run_probes(&scenario).await? } else { None };
        if needs.sweep {
            self.sweep(&job).await?;
        }
        if needs.exchanges {
            self.measure_exchanges(&scenario).await?;
        }
        probes.map_or(Ok(()), |probes| self.fit(&scenario, &probes))
    }

    /// The run of what the controls show, if it was made.
    fn known_run(&self) -> Option<Measurement> {
        self.session.state.with_untracked(|state| {
            state.run.clone().filter(|_| state.is_current() && state.failure.is_none())
        })
    }

    /// What the controls show.
    pub(super) fn scenario(&self) -> Scenario {
        self.session.state.with_untracked(|state| state.scenario.clone())
    }

    /// The job of what the controls show, from the plan that was made when they were set.
    fn job(&self, scenario: &Scenario) -> Result<Job, EngineError> {
        let plan = self.session.state.with_untracked(|state| state.plan.clone());
        plan.map_or_else(|| scenario.job(), |plan| scenario.job_of((*plan).clone()))
    }

    /// Goes on only while no newer change has come.
    pub(super) fn check(&self) -> Result<(), Stop> {
        let newest = self.session.inner.with_value(|inner| inner.generation.get());
        if newest == self.generation { Ok(()) } else { Err(Stop::Stale) }
    }

    pub(super) fn show(&self, event: RunEvent) -> Result<(), Stop> {
        self.check()?;
        self.session.apply(event);
        Ok(())
    }

    fn say(&self, activity: Activity) -> Result<(), Stop> {
        self.check()?;
        self.session.activity.set(activity);
        Ok(())
    }

    /// Shows what is being done, and lets it be drawn before anything is timed.
    pub(super) async fn announce(&self, activity: Activity) -> Result<(), Stop> {
        self.say(activity)?;
        sleep(DRAWING_MILLIS).await;
        self.check()
    }

    fn watch(&self) -> Watch {
        let work = self.clone();
        Rc::new(move |Progress { tasks_done, task_count }| {
            // A stale run's progress is nobody's.
            let _ = work.say(Activity::Running { done: tasks_done, total: task_count });
        })
    }

    pub(super) fn quiet(&self) -> RunOptions {
        RunOptions { cancel: self.cancel.clone(), ..RunOptions::default() }
    }

    /// Whether it ran as it was asked to, with nothing to be said about it.
    async fn run(&self, scenario: &Scenario, job: &Job) -> Result<bool, Stop> {
        self.say(Activity::Running { done: 0, total: 0 })?;
        let measurement =
            self.session.measure(scenario, job, RunOptions { watch: self.watch(), ..self.quiet() }).await?;
        for text in &measurement.notes {
            self.show(RunEvent::Noticed(Notice { field: None, text: text.clone() }))?;
        }
        self.show(RunEvent::Ran(Box::new(measurement.clone())))?;
        let is_as_asked = measurement.notes.is_empty();
        match self.median_of_more(measurement.clone(), job).await? {
            Some(median) => {
                self.show(RunEvent::Ran(Box::new(median.clone())))?;
                self.session.tell(Told::Ran(&median));
            }
            None => self.session.tell(Told::Ran(&measurement)),
        }
        Ok(is_as_asked)
    }

    /// The first run meets cold code and cold memory. When runs are short it was only the warm-up, and the median of several
    /// more is shown in its place; `None` when they would take too long.
    async fn median_of_more(&self, first: Measurement, job: &Job) -> Result<Option<Measurement>, Stop> {
        if first.report.wall_micros > REPEAT_LIMIT_MICROS || !first.notes.is_empty() {
            return Ok(None);
        }
        sleep(DRAWING_MILLIS).await;
        let mut reports = Vec::with_capacity(SWEEP_RUNS);
        for _ in 0..SWEEP_RUNS {
            let finished =
                self.session.pool().run(job.clone().on(first.scenario.workers)?, self.quiet()).await?;
            self.check()?;
            insert_by_wall(&mut reports, JobReport::new(&finished.outcome));
        }
        let walls_micros = reports.iter().map(|report| report.wall_micros).collect();
        let report = reports.swap_remove(reports.len() / 2);
        Ok(Some(Measurement { report, walls_micros, ..first }))
    }

    async fn run_without_tactics(&self, scenario: &Scenario) -> Result<(), Stop> {
        let baseline = without_tactics(scenario);
        let is_known = self.session.state.with_untracked(|state| state.comparison().is_some());
        if *scenario == baseline || is_known {
            return Ok(());
        }
        self.announce(Activity::Comparing).await?;
        let job = baseline.job()?;
        let first = self.session.measure(&baseline, &job, self.quiet()).await?;
        let median = self.median_of_more(first.clone(), &job).await?;
        self.show(RunEvent::RanBaseline(Box::new(median.unwrap_or(first))))
    }
}
