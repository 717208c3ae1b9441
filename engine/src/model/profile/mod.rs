//! Profiles: how an engine goes about a job, as data.
//!
//! A [`CostModel`](super::CostModel) has two halves. Its terms say what one thing costs. Its profile says which things
//! happen and in which order. The timeline reads both and decides neither.
//!
//! To describe another engine, add a file of data beside [`this_machine`] and a golden text of what it does with a small
//! job. A behaviour that no profile has yet is a new variant here; the compiler then names the places in the timeline that must
//! learn it.

mod this_machine;

pub use this_machine::THIS_MACHINE;

use super::terms::SharedCost;

/// How an engine goes about a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile {
    /// Tasks that an executor holds at a time: one runs, and it can begin the others without asking the driver.
    pub tasks_in_hand: usize,
    /// When a stage that reads may begin.
    pub boundary: Boundary,
    /// Which executor runs which reduce partition.
    pub owners: Owners,
    /// How blocks move from one executor to another.
    pub exchange: ExchangeKind,
    /// Costs that were measured elsewhere. A term has this value until a run of the machine shows a better one; a term that
    /// is not listed is free until then.
    pub assumed: &'static [Assumed],
}

/// When a stage that reads may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// It begins when every task of its parents has ended and every block has arrived.
    Barrier,
}

/// Which executor runs which reduce partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owners {
    /// The driver deals partitions out in order, each to the executor that has the fewest bytes so far.
    FewestBytes,
}

/// How blocks move from one executor to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeKind {
    /// Each executor sends every other one message, which holds all its blocks for it: W(W-1) messages.
    OneMessageAPeer,
}

/// A cost that was measured elsewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assumed {
    /// Of what.
    pub cost: SharedCost,
    /// How much, in the unit of the cost's term.
    pub value: f64,
    /// What was measured, and where.
    pub because: &'static str,
}
