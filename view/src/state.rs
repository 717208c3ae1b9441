//! The state of one page or widget: a plain struct and the events that change it.

use std::sync::Arc;

use shuffle_engine::explain::Explanation;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::plan::Planned;
use shuffle_engine::scenario::link::Repair;
use shuffle_engine::scenario::{InvalidScenario, Tactics};
use shuffle_engine::{EngineError, Scenario};

pub use crate::activity::Activity;
pub use crate::charts::wall_clock::Belief;
use crate::demand::Needs;
use crate::forecast::{Forecast, Known, Landing};
pub use crate::modelled::{Fit, ModelAccuracy, ModelConstant, ModelPoint, ModelView};
use crate::permalink;
use crate::row_table::RowTable;
use crate::scope::unmodelled;

/// Fits that are kept: one for each query, and a few with tactics.
const MOST_FITS: usize = 16;

/// One real run, or the median one of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// What was run. It may have fewer workers than were asked for; then the notes say so.
    pub scenario: Scenario,
    /// What was measured, in the run with the median wall.
    pub report: JobReport,
    /// Walls of all runs, ascending, in microseconds.
    pub walls_micros: Vec<u64>,
    /// What a reader of its figures has to know.
    pub notes: Vec<String>,
    /// The rows that a show brought here.
    pub shown: Option<RowTable>,
    /// Why the model does not describe it, in a sentence; `None` where it does.
    pub unmodelled: Option<String>,
}

impl Measurement {
    /// Whether its rows stayed with the workers: the sweep and the model are about such runs, and about no others.
    pub fn rows_stayed(&self) -> bool {
        !self.scenario.action.fetches()
    }
}

/// What each rule of the optimizer saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Savings {
    /// Measured.
    pub explanation: Explanation,
    /// What a reader of its figures has to know.
    pub notes: Vec<String>,
}

/// What ended a run before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The rows do not fit into the driver's memory: what a reader should see happen once.
    DoesNotFit {
        /// Bytes of the rows.
        needed_bytes: u64,
        /// Bytes that the driver may use.
        limit_bytes: u64,
    },
    /// Anything else, in a sentence.
    Ended(String),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            // Without a limit it was the allocator that refused.
            EngineError::OutOfMemory { needed_bytes, limit_bytes } if limit_bytes > 0 => {
                Failure::DoesNotFit { needed_bytes, limit_bytes }
            }
            other @ (EngineError::InvalidScenario(_)
            | EngineError::InvalidPlan(_)
            | EngineError::OutOfMemory { .. }
            | EngineError::TooLarge { .. }
            | EngineError::Protocol { .. }
            | EngineError::ExecutorLost { .. }
            | EngineError::Cancelled) => Failure::Ended(other.to_string()),
        }
    }
}

/// Several runs of one worker count, after one that warmed up.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    /// Workers.
    pub workers: u32,
    /// Measured walls, ascending, in microseconds.
    pub walls_micros: Vec<u64>,
    /// The report of the run with the median wall.
    pub median: JobReport,
}

/// The exchange of a nearly empty shuffle with as many map and reduce partitions as workers, measured several times.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangePoint {
    /// Workers.
    pub workers: u32,
    /// Measured exchanges, ascending, in microseconds.
    pub micros: Vec<u64>,
}

/// Something to tell the reader, which does not go away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The field it is about, if it is about one.
    pub field: Option<String>,
    /// One or two sentences.
    pub text: String,
}

/// All that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// What the controls show; always valid.
    pub scenario: Scenario,
    /// Its plan; `None` only where the scenario has none, which the controls do not let happen.
    pub plan: Option<Arc<Planned>>,
    /// How often a plan was made here: once for each edit that needs another one.
    pub plans_made: u32,
    /// A field that was given something it cannot take; nothing ran, and what is shown stays.
    pub field_error: Option<InvalidScenario>,
    /// What the reader has to know.
    pub notices: Vec<Notice>,
    /// The last run that came to its end.
    pub run: Option<Measurement>,
    /// The same scenario without tactics, when [`RunState::run`] had some.
    pub baseline: Option<Measurement>,
    /// Measured walls over workers, ascending, for the scenario at hand whatever its workers.
    pub sweep: Vec<SweepPoint>,
    /// Measured exchanges over workers, ascending. They do not depend on the scenario.
    pub exchanges: Vec<ExchangePoint>,
    /// The model, fitted to this scenario's runs.
    pub model: Option<ModelView>,
    /// All fits of this browser that may serve again, the newest last.
    pub fits: Vec<Arc<Fit>>,
    /// What is said of the scenario before it has run.
    pub forecast: Option<Forecast>,
    /// What was said before the last run, beside what it then was.
    pub landing: Option<Landing>,
    /// What somebody will see.
    pub needs: Needs,
    /// What each rule saved, or what kept it from being known, when somebody has asked for it and the scenario is still
    /// the same.
    pub savings: Option<Result<Savings, Failure>>,
    /// What ended the last run before its time.
    pub failure: Option<Failure>,
    /// Cores of this machine: past them, a measured wall would only show time-slicing.
    pub cores: u32,
    /// How far the browser's clock moves at once, in microseconds; 0 while it is not known.
    pub tick_micros: u64,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// The reader moved a control.
    Changed(Scenario),
    /// The reader typed what a field cannot take.
    Rejected(InvalidScenario),
    /// The scenario has run.
    Ran(Box<Measurement>),
    /// It has run without tactics.
    RanBaseline(Box<Measurement>),
    /// A point of the sweep was measured.
    Swept(Box<SweepPoint>),
    /// An exchange was measured.
    Exchanged(ExchangePoint),
    /// The model was fitted.
    Modelled(Box<ModelView>),
    /// What each rule saves was measured, or cannot be.
    Explained(Box<Result<Savings, Failure>>),
    /// A run ended before its time.
    Failed(Failure),
    /// The machine was looked at.
    Looked {
        /// Its cores, as far as they were seen at work.
        cores: u32,
        /// How far its clock moves at once, in microseconds.
        tick_micros: u64,
    },
    /// There is something to tell.
    Noticed(Notice),
    /// Other parts are shown.
    Needed(Needs),
    /// The reader has read a notice.
    Dismissed(usize),
    /// What these notices say is no longer so.
    Forgotten(Vec<String>),
}

impl RunState {
    /// The state of a page that has just been opened.
    pub fn new(scenario: Scenario, repairs: Vec<Repair>, cores: u32) -> Self {
        let notices = repairs
            .into_iter()
            .map(|repair| Notice { text: permalink::note(&repair), field: Some(repair.wrong.field) })
            .collect();
        let mut state = RunState {
            plan: scenario.plan().ok().map(Arc::new),
            plans_made: 1,
            scenario,
            field_error: None,
            notices,
            run: None,
            baseline: None,
            sweep: Vec::new(),
            exchanges: Vec::new(),
            model: None,
            fits: Vec::new(),
            forecast: None,
            landing: None,
            needs: Needs::ALL,
            savings: None,
            failure: None,
            cores,
            tick_micros: 0,
        };
        state.foresee();
        state
    }

    /// What an event makes of it.
    pub fn apply(&mut self, event: RunEvent) {
        match event {
            RunEvent::Changed(scenario) => self.change(scenario),
            RunEvent::Rejected(error) => self.field_error = Some(error),
            RunEvent::Ran(measurement) => {
                self.failure = None;
                if self.baseline.as_ref().is_some_and(|baseline| !is_baseline_of(baseline, &measurement)) {
                    self.baseline = None;
                }
                // A first run lands on nothing that anybody saw; the median of several takes the place of a first one.
                let was_foreseen = self.run.is_some() && !self.is_current();
                let forecast = self.forecast.as_ref().filter(|_| was_foreseen || self.landing.is_some());
                self.landing = forecast.and_then(|forecast| Landing::of(forecast, &measurement, self.cores));
                self.run = Some(*measurement);
            }
            RunEvent::RanBaseline(measurement) => self.baseline = Some(*measurement),
            RunEvent::Swept(point) => {
                self.sweep.retain(|other| other.workers != point.workers);
                let at = self.sweep.partition_point(|other| other.workers < point.workers);
                self.sweep.insert(at, *point);
            }
            RunEvent::Exchanged(point) => {
                self.exchanges.retain(|other| other.workers != point.workers);
                let at = self.exchanges.partition_point(|other| other.workers < point.workers);
                self.exchanges.insert(at, point);
            }
            RunEvent::Modelled(model) => {
                self.keep(model.fit.clone());
                self.model = Some(*model);
            }
            RunEvent::Explained(savings) => self.savings = Some(*savings),
            RunEvent::Failed(reason) => self.failure = Some(reason),
            RunEvent::Looked { cores, tick_micros } => {
                if cores != self.cores {
                    // What was measured past them was time-slicing.
                    self.sweep.retain(|point| point.workers <= cores);
                }
                (self.cores, self.tick_micros) = (cores, tick_micros);
            }
            RunEvent::Noticed(notice) => {
                if !self.notices.contains(&notice) {
                    self.notices.push(notice);
                }
            }
            RunEvent::Needed(needs) => {
                self.needs = needs;
                self.foresee();
            }
            RunEvent::Forgotten(texts) => self.notices.retain(|notice| !texts.contains(&notice.text)),
            RunEvent::Dismissed(index) => {
                if index < self.notices.len() {
                    self.notices.remove(index);
                }
            }
        }
    }

    fn change(&mut self, scenario: Scenario) {
        self.field_error = None;
        // A sweep and a model hold for every number of workers, and for nothing else.
        if without_workers(&scenario) != without_workers(&self.scenario) {
            self.sweep.clear();
            self.model = None;
            self.plan = scenario.plan().ok().map(Arc::new);
            self.plans_made += 1;
        }
        if scenario != self.scenario {
            self.savings = None;
            // What did not fit may fit now.
            self.failure = None;
        }
        if scenario != self.scenario {
            self.landing = None;
            self.scenario = scenario;
            self.foresee();
        }
    }

    /// Says what there is to say before a run.
    fn foresee(&mut self) {
        let before = self.forecast.take();
        let Some(plan) = &self.plan else { return };
        // A model that was fitted to this scenario needs no other.
        let sweep = self.needs.sweep && self.model.is_none();
        let needs = Needs { sweep, loads: self.needs.loads || self.needs.sweep, ..self.needs };
        let known = Known { graph: &plan.stages, run: self.run.as_ref(), fits: &self.fits, needs };
        self.forecast = Forecast::of(&self.scenario, known, before.as_ref());
    }

    /// Keeps a fit, in place of an older one of the same stages.
    fn keep(&mut self, fit: Arc<Fit>) {
        let kinds =
            |fit: &Fit| fit.cost.stages.iter().map(|stage| stage.signature.clone()).collect::<Vec<_>>();
        self.fits.retain(|other| kinds(other) != kinds(&fit));
        self.fits.push(fit);
        if self.fits.len() > MOST_FITS {
            self.fits.remove(0);
        }
    }

    /// What the model says of what the controls show: by its own fit, else by the constants of an earlier one.
    pub fn modelled(&self) -> Option<&ModelView> {
        self.model.as_ref().or_else(|| self.forecast.as_ref()?.curve.as_ref())
    }

    /// What is said of what the controls show while it has not run.
    pub fn foreseen(&self) -> Option<&Forecast> {
        self.forecast.as_ref().filter(|_| !self.is_current())
    }

    /// Why the model does not describe what the controls show, in a sentence; `None` where it does.
    pub fn unmodelled(&self) -> Option<String> {
        unmodelled(self.scenario.action, &self.plan.as_ref()?.stages)
    }

    /// Whether what is shown as measured belongs to what the controls show.
    pub fn is_current(&self) -> bool {
        self.run.as_ref().is_some_and(|run| {
            without_workers(&run.scenario) == without_workers(&self.scenario)
                && (run.scenario.workers == self.scenario.workers || !run.notes.is_empty())
        })
    }

    /// The baseline, when it is the last run's.
    pub fn comparison(&self) -> Option<(&Measurement, &Measurement)> {
        let (run, baseline) = (self.run.as_ref()?, self.baseline.as_ref()?);
        is_baseline_of(baseline, run).then_some((baseline, run))
    }
}

/// The scenario, whatever its workers.
pub fn without_workers(scenario: &Scenario) -> Scenario {
    Scenario { workers: 1, ..scenario.clone() }
}

/// The scenario without tactics.
pub fn without_tactics(scenario: &Scenario) -> Scenario {
    Scenario { tactics: Tactics::default(), ..scenario.clone() }
}

fn is_baseline_of(baseline: &Measurement, run: &Measurement) -> bool {
    baseline.scenario == without_tactics(&run.scenario) && run.scenario != baseline.scenario
}
