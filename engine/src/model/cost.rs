//! The cost model: a machine's terms, and the profile of the engine that runs on it.
//!
//! ```text
//!  task       launch + open x blocks read                                                 (counts as waiting)
//!             + [ read   = byte x bytes + block x blocks read
//!               + compute = row in x rows in + row out x rows into the result + row shuffled x rows shuffled
//!               + write  = row x rows + byte x bytes + block x blocks written ] x (1 + contention x other cores)
//!  exchange   fixed + block x blocks sorted and received + byte x bytes sent and received
//!             + message x 2(W-1)                                                          on each executor
//!  driver     message x messages + number x numbers in them, one after the other          (counts as waiting)
//! ```

use serde::Serialize;

use super::counters::TaskCounters;
use super::profile::Profile;
use super::terms::{RowCost, SharedCost, Source, Term};

/// The row costs of one kind of stage.
#[derive(Debug, Clone, PartialEq)]
pub struct StageCost {
    /// The stages that these costs hold for, see [`StageCounters::signature`](super::StageCounters::signature).
    pub signature: String,
    terms: [Term; RowCost::COUNT],
}

impl StageCost {
    /// A kind of stage that no run has shown: its rows are free.
    pub fn new(signature: &str) -> Self {
        StageCost { signature: signature.to_owned(), terms: RowCost::ALL.map(RowCost::unseen) }
    }

    /// The term of a cost.
    pub fn term(&self, cost: RowCost) -> &Term {
        &self.terms[cost as usize]
    }

    /// Gives a cost its value, in the unit of its term.
    pub fn set(&mut self, cost: RowCost, value: f64, source: Source) {
        let term = &mut self.terms[cost as usize];
        (term.value, term.source) = (value, source);
    }
}

/// What everything costs on one machine, and how its engine goes about a job.
#[derive(Debug, Clone, PartialEq)]
pub struct CostModel {
    /// Cores of the machine that was measured.
    pub cores: u32,
    /// What the engine does.
    pub profile: Profile,
    /// Row costs, by kind of stage.
    pub stages: Vec<StageCost>,
    terms: [Term; SharedCost::COUNT],
}

/// A term as the page and JSON show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The term's name. A row cost's begins with the kind of stage.
    pub name: String,
    /// How much, in `unit`.
    pub value: f64,
    /// The unit in words: `ns per row`, `us per task`.
    pub unit: String,
    /// The formula in which the value stands.
    pub formula: String,
    /// Where the value comes from, in words.
    pub source: String,
}

/// What one task takes, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct TaskCost {
    pub(super) launch: f64,
    pub(super) read: f64,
    pub(super) compute: f64,
    pub(super) write: f64,
}

impl CostModel {
    /// A machine of which no run is known: its terms have the values that the profile assumes, and all others are free.
    pub fn new(cores: u32, profile: Profile) -> Self {
        let terms = SharedCost::ALL.map(SharedCost::unseen);
        let mut model = CostModel { cores, profile, stages: Vec::new(), terms };
        for assumed in profile.assumed {
            let source = Source::Assumed { because: assumed.because.to_owned() };
            model.set(assumed.cost, assumed.value, source);
        }
        model
    }

    /// The term of a cost that all stages share.
    pub fn term(&self, cost: SharedCost) -> &Term {
        &self.terms[cost as usize]
    }

    /// Gives a shared cost its value, in the unit of its term.
    pub fn set(&mut self, cost: SharedCost, value: f64, source: Source) {
        let term = &mut self.terms[cost as usize];
        (term.value, term.source) = (value, source);
    }

    /// The row costs of a kind of stage; `None` when no run had such a stage.
    pub fn stage(&self, signature: &str) -> Option<&StageCost> {
        self.stages.iter().find(|stage| stage.signature == signature)
    }

    /// What `count` items cost, in microseconds.
    pub(super) fn times(&self, cost: SharedCost, count: f64) -> f64 {
        self.term(cost).times(count)
    }

    /// How many times longer a task takes when `workers` run. No more of them share this machine than it has cores, and
    /// the machine that is imagined past that is no worse.
    pub(super) fn slow_down(&self, workers: u32) -> f64 {
        let others = workers.min(self.cores).saturating_sub(1);
        1.0 + self.times(SharedCost::Contention, f64::from(others))
    }

    /// What a task takes when no other core is at work.
    pub(super) fn task(&self, stage: &StageCost, task: &TaskCounters) -> TaskCost {
        let row = |cost: RowCost, rows: u64| stage.term(cost).times(rows as f64);
        let shared = |cost: SharedCost, count: u64| self.times(cost, count as f64);
        let shuffled = task.rows_out - task.rows_result;
        TaskCost {
            launch: shared(SharedCost::Launch, 1) + shared(SharedCost::BlockOpened, task.read.blocks),
            read: shared(SharedCost::ByteRead, task.read.bytes)
                + shared(SharedCost::BlockRead, task.read.blocks),
            compute: row(RowCost::In, task.rows_in)
                + row(RowCost::Result, task.rows_result)
                + row(RowCost::Shuffled, shuffled),
            write: row(RowCost::Written, task.written.rows)
                + shared(SharedCost::ByteWritten, task.written.bytes)
                + shared(SharedCost::BlockWritten, task.written.blocks),
        }
    }

    /// What a message costs the driver, in microseconds: the message, and the numbers in it.
    pub(super) fn driver_message(&self, numbers: u64) -> f64 {
        self.times(SharedCost::DriverMessage, 1.0) + self.times(SharedCost::DriverNumber, numbers as f64)
    }

    /// Every term with its unit, formula and source: what stands behind a number on a chart.
    pub fn explain(&self) -> Vec<Explained> {
        let rows = self.stages.iter().flat_map(|stage| {
            let name = |term: &Term| format!("{}: {}", stage.signature, term.name);
            stage.terms.iter().map(move |term| explained(name(term), term))
        });
        rows.chain(self.terms.iter().map(|term| explained(term.name.to_owned(), term))).collect()
    }
}

fn explained(name: String, term: &Term) -> Explained {
    Explained {
        name,
        value: term.value,
        unit: term.unit.words().to_owned(),
        formula: term.formula.to_owned(),
        source: term.source.to_string(),
    }
}
