//! The work that each change sets off.
//!
//! ```text
//!  change ─> (hand rests) ─> run ─> without tactics ─> probes ─> sweep ─> exchanges ─> fit
//!                             └─> nothing more where rows come to the driver: the rest is about rows that stay
//!     ^                                                                              │
//!     └── a newer change ends the work of an older one, wherever it is ──────────────┘
//! ```

use std::rc::Rc;

use leptos::prelude::{Set, WithUntracked};
use shuffle_engine::cluster::{Job, Progress};
use shuffle_engine::{EngineError, Scenario};
use shuffle_view::scope::unmodelled;
use shuffle_view::state::{Activity, Measurement, Notice, RunEvent, without_tactics};

use super::session::{Session, Told};
use super::sweep::insert_by_wall;
use crate::browser::clock::BrowserClock;
use crate::browser::task::sleep;
use crate::browser::{CancelToken, RunOptions, Watch, location};
use shuffle_view::words;

/// Runs of each point of a sweep, after one that warms up.
pub(super) const SWEEP_RUNS: usize = 5;
/// A run that takes longer than this is not repeated for a median.
const REPEAT_LIMIT_MICROS: u64 = 600_000;
/// One that takes longer than this is slow even warm: in WebKit a first run takes up to a second, a warm one 50 ms.
const COLD_LIMIT_MICROS: u64 = 2_000_000;
/// Drawing takes a core from the workers: what is timed begins this long after the page has changed.
pub(super) const DRAWING_MILLIS: i32 = 100;

/// The step at which the work of a session begins.
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

/// The work of one generation.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) session: Session,
    generation: u64,
    cancel: CancelToken,
}

impl Work {
    pub(super) fn new(session: Session, generation: u64, cancel: CancelToken) -> Self {
        Work { session, generation, cancel }
    }

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
        if needs.sweep {
            self.look_at_the_machine().await?;
        }
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

    /// Finds out what its clock can tell and how many cores work at once, before anything is measured for every number of them.
    async fn look_at_the_machine(&self) -> Result<(), Stop> {
        let claimed = location::core_count();
        let cores = self.session.pool().cores(claimed).await;
        let tick_micros = BrowserClock::tick_micros();
        let known = self.session.state.with_untracked(|state| (state.cores, state.tick_micros));
        if known == (cores, tick_micros) {
            return self.check();
        }
        self.show(RunEvent::Looked { cores, tick_micros })?;
        if cores < claimed {
            let text = words::machine::fewer_cores(&claimed, &cores);
            self.show(RunEvent::Noticed(Notice { field: None, text }))?;
        }
        Ok(())
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
        let newest = self.session.newest();
        if newest == self.generation { Ok(()) } else { Err(Stop::Stale) }
    }

    pub(super) fn show(&self, event: RunEvent) -> Result<(), Stop> {
        self.check()?;
        self.session.apply(event);
        Ok(())
    }

    fn say(&self, activity: Activity) -> Result<(), Stop> {
        self.check()?;
        self.session.activity().set(activity);
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
        let is_slow = first.report.wall_micros > REPEAT_LIMIT_MICROS;
        if first.report.wall_micros > COLD_LIMIT_MICROS || !first.notes.is_empty() {
            return Ok(None);
        }
        sleep(DRAWING_MILLIS).await;
        let mut reports = Vec::with_capacity(SWEEP_RUNS);
        let job = job.clone().on(first.scenario.workers)?;
        if is_slow {
            // Cold code can take ten times as long as warm code: the second run tells.
            let (second, _) = self.measured(&job).await?;
            if second.wall_micros > REPEAT_LIMIT_MICROS {
                return Ok(Some(Measurement {
                    walls_micros: vec![second.wall_micros],
                    report: second,
                    ..first
                }));
            }
        }
        for _ in 0..SWEEP_RUNS {
            let (report, _) = self.measured(&job).await?;
            insert_by_wall(&mut reports, report);
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
