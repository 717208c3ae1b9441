//! The session: the state in a signal, who may change it, and whether it is in sight.
//!
//! ```text
//!  see(true) ─> work that is owed begins       see(false) ─> work ends, is owed, workers may go
//!  change, run_again, sweep_again ─> `work`, in place of the work of an older change
//! ```

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::{
    GetUntracked, LocalStorage, RwSignal, Set, StoredValue, Update, WithUntracked, WithValue,
};
use shuffle_engine::cluster::Job;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::link::Repair;
use shuffle_engine::scenario::{Action, InvalidScenario};
use shuffle_engine::{EngineError, Scenario};
use shuffle_view::demand::Needs;
use shuffle_view::row_table::RowTable;
use shuffle_view::scope::unmodelled;
use shuffle_view::state::{Activity, Failure, Measurement, Notice, RunEvent, RunState};
use wasm_bindgen_futures::spawn_local;

use super::notes;
use super::work::{Begin, DRAWING_MILLIS, Stop, Work};
use crate::browser::task::sleep;
use crate::browser::{CancelToken, Hold, Pool, RunOptions, location};

/// How long a hand must rest before the run begins.
const REST_MILLIS: i32 = 250;

/// What a session begins with.
pub struct Start {
    /// The scenario that the session begins with.
    pub scenario: Scenario,
    /// What had to be repaired in the link that it came from.
    pub repairs: Vec<Repair>,
    /// The pool whose workers run the scenario.
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
pub(super) struct UnderWay(Rc<Cell<u32>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Session {
    /// A session that begins to work when its place comes into sight ([`Session::see`]).
    pub fn new(start: Start) -> Self {
        let Start { scenario, repairs, pool, needs, tell } = start;
        let mut state = RunState::new(scenario, repairs, location::core_count());
        state.apply(RunEvent::Needed(needs));
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

    /// Takes away what was said of something that has changed since.
    pub fn forget(&self, texts: Vec<String>) {
        if !texts.is_empty() {
            self.apply(RunEvent::Forgotten(texts));
        }
    }

    /// Other parts are shown now, which may need runs that were not made.
    pub fn need(&self, needs: Needs) {
        let before = self.inner.with_value(|inner| inner.needs.replace(needs));
        if before != needs {
            self.apply(RunEvent::Needed(needs));
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

    /// The reader stops all work: nothing goes on until a control is moved or a button is pressed.
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
            // Work that still waits for the hand to rest is under way, too.
            self.inner
                .with_value(|inner| inner.is_owed.set(inner.is_owed.get() || inner.under_way.get() > 0));
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

    /// Runs a scenario for a script, in sight or not, and shows what came of it if it is still what the controls show.
    ///
    /// # Errors
    /// The engine's error, when the run ends before its time.
    pub async fn run_for_script(&self, scenario: Scenario) -> Result<Measurement, EngineError> {
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

    /// The newest change: work that belongs to an older one stops.
    pub(super) fn newest(&self) -> u64 {
        self.inner.with_value(|inner| inner.generation.get())
    }

    pub(super) fn needs(&self) -> Needs {
        self.inner.with_value(|inner| inner.needs.get())
    }

    pub(super) fn apply(&self, event: RunEvent) {
        self.state.update(|state| state.apply(event));
    }

    pub(super) fn tell(&self, told: Told<'_>) {
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
            let end = work(&Work::new(session, generation, cancel)).await;
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
        Ok(Measurement {
            scenario,
            report,
            walls_micros,
            notes: notes::sentences(&finished.notes),
            shown,
            unmodelled,
        })
    }
}
