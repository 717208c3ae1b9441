//! The session: the state in a signal, and the work that each change sets off.
//!
//! ```text
//!  change ─> (hand rests) ─> run ─> without remedies ─> probes ─> sweep ─> exchanges ─> fit
//!     ^                                                                              │
//!     └── a newer change ends the work of an older one, wherever it is ──────────────┘
//! ```

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::{LocalStorage, RwSignal, StoredValue, Update, WithUntracked, WithValue};
use shuffle_engine::cluster::Progress;
use shuffle_engine::dataset::Dataset;
use shuffle_engine::metrics::{HotKey, JobReport};
use shuffle_engine::model::{CalibrationRun, HistogramBuilder, KeyHistogram, calibration_scenarios};
use shuffle_engine::scenario::{InvalidScenario, Skew, Tactics};
use shuffle_engine::{EngineError, Scenario};
use wasm_bindgen_futures::spawn_local;

use super::demand::{MAX_SWEEP_CORES, exchange_points, sweep_points};
use super::model_view;
use super::state::{
    Activity, ExchangePoint, Measurement, Notice, RunEvent, RunState, SweepPoint, without_remedies,
    without_workers,
};
use crate::browser::task::{in_slices, sleep};
use crate::browser::{CancelToken, Pool, RunOptions, Watch, location};

/// How long a hand must rest before the run begins.
const REST_MILLIS: i32 = 250;
/// Runs of each point of a sweep, after one that warms up.
const SWEEP_RUNS: usize = 5;
/// A run that takes longer than this is not repeated for a median.
const REPEAT_LIMIT_MICROS: u64 = 600_000;
/// Drawing takes a core from the workers: what is timed begins this long after the page has changed.
const DRAWING_MILLIS: i32 = 100;
/// The page says how far the calibration is after this many of its short runs.
const PROBES_A_WORD: usize = 6;
/// Runs of each exchange point, after one that warms up.
const EXCHANGE_RUNS: usize = 7;

/// One mount's session. A copy is the same session.
#[derive(Clone, Copy)]
pub struct Session {
    state: RwSignal<RunState>,
    inner: StoredValue<Inner, LocalStorage>,
}

struct Inner {
    pool: Pool,
    /// Counts changes: work that belongs to an older one stops.
    generation: Rc<Cell<u64>>,
    /// What ends the work under way.
    cancel: Rc<RefCell<CancelToken>>,
    /// The last histogram and what it was counted for.
    histogram: Rc<RefCell<Option<(Scenario, KeyHistogram)>>>,
}

/// Why a piece of work ended early.
enum Stop {
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
            | EngineError::Protocol { .. }
            | EngineError::ExecutorLost { .. }) => Stop::Failed(other),
        }
    }
}

impl Session {
    /// A session that begins to work at once.
    pub fn new(scenario: Scenario, repairs: Vec<InvalidScenario>) -> Self {
        let state = RunState::new(scenario, repairs, location::core_count());
        let inner = Inner {
            pool: Pool::new(),
            generation: Rc::default(),
            cancel: Rc::default(),
            histogram: Rc::default(),
        };
        let session = Session { state: RwSignal::new(state), inner: StoredValue::new_local(inner) };
        session.pursue(0);
        session
    }

    /// The state, to be rendered.
    pub fn state(&self) -> RwSignal<RunState> {
        self.state
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
        self.apply(RunEvent::Changed(scenario));
        self.pursue(REST_MILLIS);
    }

    /// The reader typed what a field cannot take. What runs, and what is shown, stays.
    pub fn reject(&self, error: InvalidScenario) {
        self.apply(RunEvent::Rejected(error));
    }

    /// Runs the scenario again.
    pub fn run_again(&self) {
        self.pursue(0);
    }

    /// Measures the sweep again, and fits the model to it.
    pub fn sweep_again(&self) {
        self.state.update(|state| {
            state.sweep.clear();
            state.exchanges.clear();
            state.model = None;
        });
        self.pursue(0);
    }

    /// Stops all work.
    pub fn cancel(&self) {
        self.next_generation();
        self.apply(RunEvent::Stopped);
    }

    /// Takes a notice away.
    pub fn dismiss(&self, notice: usize) {
        self.apply(RunEvent::Dismissed(notice));
    }

    fn apply(&self, event: RunEvent) {
        self.state.update(|state| state.apply(event));
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

    fn pursue(&self, rest_millis: i32) {
        let (generation, cancel) = self.next_generation();
        let session = *self;
        spawn_local(async move {
            let work = Work { session, generation, cancel };
            match work.do_all(rest_millis).await {
                Ok(()) => session.apply(RunEvent::Rested),
                Err(Stop::Stale) => {}
                Err(Stop::Failed(error)) => session.apply(RunEvent::Failed(error.to_string())),
            }
        });
    }

    /// Where the hot key is, counted in the data: O(rows) once for each dataset, in slices.
    async fn hot_key(
        &self,
        scenario: &Scenario,
        cancel: &CancelToken,
    ) -> Result<Option<HotKey>, EngineError> {
        let cache = self.inner.with_value(|inner| inner.histogram.clone());
        let counted_for = Scenario { reduce_partitions: 1, ..without_workers(&without_remedies(scenario)) };
        let known = cache
            .borrow()
            .as_ref()
            .filter(|(of, _)| *of == counted_for)
            .map(|(_, histogram)| histogram.hot_key(scenario.reduce_partitions));
        if let Some(hot_key) = known {
            return Ok(hot_key);
        }
        let mut builder = HistogramBuilder::new(scenario, Arc::new(Dataset::new(scenario)));
        let histogram = in_slices(|| {
            if cancel.is_set() { Some(Err(EngineError::Cancelled)) } else { builder.step().map(Ok) }
        })
        .await?;
        let hot_key = histogram.hot_key(scenario.reduce_partitions);
        *cache.borrow_mut() = Some((counted_for, histogram));
        Ok(hot_key)
    }

    /// Runs a scenario and reports on it.
    pub(super) async fn measure(
        &self,
        scenario: &Scenario,
        options: RunOptions,
    ) -> Result<Measurement, EngineError> {
        let cancel = options.cancel.clone();
        let finished = self.pool().run(scenario, options).await?;
        let hot_key = self.hot_key(&finished.outcome.scenario, &cancel).await?;
        let report = JobReport::new(&finished.outcome, hot_key);
        let walls_micros = vec![report.wall_micros];
        Ok(Measurement { scenario: finished.outcome.scenario, report, walls_micros, notes: finished.notes })
    }
}

/// The work of one generation.
#[derive(Clone)]
struct Work {
    session: Session,
    generation: u64,
    cancel: CancelToken,
}

impl Work {
    async fn do_all(&self, rest_millis: i32) -> Result<(), Stop> {
        if rest_millis > 0 {
            sleep(rest_millis).await;
        }
        self.check()?;
        let scenario = self.session.state.with_untracked(|state| state.scenario.clone());
        let is_as_asked = self.run(&scenario).await?;
        self.run_without_remedies(&scenario).await?;
        if !is_as_asked {
            // Without its workers, or in a hidden tab, a sweep would measure something else than it says.
            return Ok(());
        }
        // First the probes, then the runs that the model is tried on: code that has run a hundred times is faster than
        // code that has run five times, and the model should know the former.
        let probes = self.run_probes(&scenario).await?;
        self.sweep(&scenario).await?;
        self.measure_exchanges(&scenario).await?;
        probes.map_or(Ok(()), |probes| self.fit(&scenario, &probes))
    }

    /// Goes on only while no newer change has come.
    fn check(&self) -> Result<(), Stop> {
        let newest = self.session.inner.with_value(|inner| inner.generation.get());
        if newest == self.generation { Ok(()) } else { Err(Stop::Stale) }
    }

    fn show(&self, event: RunEvent) -> Result<(), Stop> {
        self.check()?;
        self.session.apply(event);
        Ok(())
    }

    /// Shows what is being done, and lets it be drawn before anything is timed.
    async fn announce(&self, activity: Activity) -> Result<(), Stop> {
        self.show(RunEvent::Working(activity))?;
        sleep(DRAWING_MILLIS).await;
        self.check()
    }

    fn watch(&self) -> Watch {
        let work = self.clone();
        Rc::new(move |Progress { tasks_done, task_count }| {
            // A stale run's progress is nobody's.
            let _ = work.show(RunEvent::Working(Activity::Running { done: tasks_done, total: task_count }));
        })
    }

    fn quiet(&self) -> RunOptions {
        RunOptions { cancel: self.cancel.clone(), ..RunOptions::default() }
    }

    /// Whether it ran as it was asked to, with nothing to be said about it.
    async fn run(&self, scenario: &Scenario) -> Result<bool, Stop> {
        self.show(RunEvent::Working(Activity::Running { done: 0, total: 0 }))?;
        let measurement =
            self.session.measure(scenario, RunOptions { watch: self.watch(), ..self.quiet() }).await?;
        for text in &measurement.notes {
            self.show(RunEvent::Noticed(Notice { field: None, text: text.clone() }))?;
        }
        self.show(RunEvent::Ran(Box::new(measurement.clone())))?;
        let is_as_asked = measurement.notes.is_empty();
        if let Some(median) = self.median_of_more(measurement).await? {
            self.show(RunEvent::Ran(Box::new(median)))?;
        }
        Ok(is_as_asked)
    }

    /// The first run meets cold code and cold memory. When runs are short it was only the warm-up, and the median of several
    /// more is shown in its place; `None` when they would take too long.
    async fn median_of_more(&self, first: Measurement) -> Result<Option<Measurement>, Stop> {
        if first.report.wall_micros > REPEAT_LIMIT_MICROS || !first.notes.is_empty() {
            return Ok(None);
        }
        sleep(DRAWING_MILLIS).await;
        let mut reports = Vec::with_capacity(SWEEP_RUNS);
        for _ in 0..SWEEP_RUNS {
            let finished = self.session.pool().run(&first.scenario, self.quiet()).await?;
            self.check()?;
            reports.push(JobReport::new(&finished.outcome, first.report.skew.hot_key));
        }
        reports.sort_by_key(|report| report.wall_micros);
        let walls_micros = reports.iter().map(|report| report.wall_micros).collect();
        let report = reports.swap_remove(reports.len() / 2);
        Ok(Some(Measurement { report, walls_micros, ..first }))
    }

    async fn run_without_remedies(&self, scenario: &Scenario) -> Result<(), Stop> {
        let baseline = without_remedies(scenario);
        let is_known = self.session.state.with_untracked(|state| state.comparison().is_some());
        if *scenario == baseline || is_known {
            return Ok(());
        }
        self.announce(Activity::Comparing).await?;
        let first = self.session.measure(&baseline, self.quiet()).await?;
        let median = self.median_of_more(first.clone()).await?;
        self.show(RunEvent::RanBaseline(Box::new(median.unwrap_or(first))))
    }

    async fn sweep(&self, scenario: &Scenario) -> Result<(), Stop> {
        let points = sweep_points(self.session.state.with_untracked(|state| state.cores));
        let known = self
            .session
            .state
            .with_untracked(|state| state.sweep.iter().map(|point| point.workers).collect::<Vec<_>>());
        for (done, &workers) in points.iter().enumerate().filter(|(_, workers)| !known.contains(workers)) {
            self.announce(Activity::Sweeping { done: done as u32, total: points.len() as u32 }).await?;
            let reports = self.repeat(&Scenario { workers, ..scenario.clone() }, SWEEP_RUNS).await?;
            let walls_micros = reports.iter().map(|report| report.wall_micros).collect();
            let median = reports[reports.len() / 2].clone();
            self.show(RunEvent::Swept(Box::new(SweepPoint { workers, walls_micros, median })))?;
        }
        Ok(())
    }

    async fn measure_exchanges(&self, scenario: &Scenario) -> Result<(), Stop> {
        let points = exchange_points(scenario.workers);
        for (done, &workers) in points.iter().enumerate() {
            let is_known = self
                .session
                .state
                .with_untracked(|state| state.exchanges.iter().any(|point| point.workers == workers));
            if is_known {
                continue;
            }
            self.announce(Activity::Sweeping { done: done as u32, total: points.len() as u32 }).await?;
            let reports = self.repeat(&empty_exchange(workers), EXCHANGE_RUNS).await?;
            let mut micros: Vec<u64> = reports.iter().filter_map(exchange_micros).collect();
            micros.sort_unstable();
            self.show(RunEvent::Exchanged(ExchangePoint { workers, micros }))?;
        }
        Ok(())
    }

    /// Short runs of this scenario's stages; `None` when the model is fitted already, or when they would say nothing.
    async fn run_probes(&self, scenario: &Scenario) -> Result<Option<Vec<CalibrationRun>>, Stop> {
        if self.session.state.with_untracked(|state| state.model.is_some()) {
            return Ok(None);
        }
        let scenarios = calibration_scenarios(scenario, self.sweep_cores());
        let mut probes = Vec::with_capacity(scenarios.len());
        for (done, probe) in scenarios.iter().enumerate() {
            if done.is_multiple_of(PROBES_A_WORD) {
                let total = scenarios.len() as u32;
                self.announce(Activity::Calibrating { done: done as u32, total }).await?;
            }
            let finished = self.session.pool().run(probe, self.quiet()).await?;
            self.check()?;
            if !finished.notes.is_empty() {
                // A run in a hidden tab, or with fewer workers, is not what it says.
                return Ok(None);
            }
            probes.push(model_view::run(probe.clone(), JobReport::new(&finished.outcome, None)));
        }
        Ok(Some(probes))
    }

    /// Fits the model to the probes and tries it on the sweep.
    fn fit(&self, scenario: &Scenario, probes: &[CalibrationRun]) -> Result<(), Stop> {
        let (measured, unseen) = self
            .session
            .state
            .with_untracked(|state| (state.run.clone(), model_view::unseen_runs(scenario, &state.sweep)));
        match measured.map(|measured| model_view::fit(&measured, probes, &unseen, self.sweep_cores())) {
            Some(Ok(model)) => self.show(RunEvent::Modelled(Box::new(model))),
            Some(Err(error)) => self.show(RunEvent::Noticed(Notice { field: None, text: error.to_string() })),
            None => Ok(()),
        }
    }

    /// Cores up to which real runs are made.
    fn sweep_cores(&self) -> u32 {
        self.session.state.with_untracked(|state| state.cores.min(MAX_SWEEP_CORES))
    }

    /// The reports of several runs after one that warms up, by wall.
    async fn repeat(&self, scenario: &Scenario, runs: usize) -> Result<Vec<JobReport>, Stop> {
        let mut reports = Vec::with_capacity(runs);
        for index in 0..=runs {
            let finished = self.session.pool().run(scenario, self.quiet()).await?;
            self.check()?;
            if index > 0 {
                reports.push(JobReport::new(&finished.outcome, None));
            }
        }
        reports.sort_by_key(|report| report.wall_micros);
        Ok(reports)
    }
}

/// A shuffle with hardly a row in it: a block for each pair of workers, so that what is measured is the messages.
fn empty_exchange(workers: u32) -> Scenario {
    Scenario {
        rows: 1,
        keys: 1,
        skew: Skew::Uniform {},
        workers,
        map_partitions: workers,
        reduce_partitions: workers,
        tactics: Tactics::default(),
        ..Scenario::default()
    }
}

fn exchange_micros(report: &JobReport) -> Option<u64> {
    report.stages.iter().find_map(|stage| stage.exchange.as_ref()).map(|exchange| exchange.micros)
}
