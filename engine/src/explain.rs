//! What the optimizer's rules save, measured: the same question run without rules, then with one more rule each time.
//!
//! ```text
//!  variants(scenario)   as written        ── run ──> cost
//!                       + push filters    ── run ──> cost      the difference is what the rule saved
//!                       + prune columns   ── run ──> cost
//! ```
//!
//! Nothing here is estimated, and nothing here runs: whoever has a cluster runs the jobs and hands the reports in, and an
//! [`Explanation`] comes out, which the command line prints and the page shows.

use serde::{Deserialize, Serialize};

use crate::cluster::Job;
use crate::error::{EngineError, Result};
use crate::metrics::skew::ascending;
use crate::metrics::{Clock, JobReport};
use crate::plan::Optimizer;
use crate::scenario::{Action, Scenario};

/// The version of an explanation's JSON.
pub const EXPLANATION_VERSION: u32 = 1;

/// Runs of each plan, after one that warms up; plans take turns, so that a slow moment of the machine meets all.
pub const RUNS: usize = 3;

/// The scenario's question with some of its rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// The rule that it has and the one before it has not; `None` for the plan as it is written.
    pub rule: Option<String>,
    /// The logical plan's text.
    pub plan: String,
    /// The job that runs it.
    pub job: Job,
}

/// The plan as written, then with one more rule each: those that change nothing are left out.
///
/// # Errors
/// [`crate::EngineError::InvalidScenario`] names the field that is wrong.
pub fn variants(scenario: &Scenario) -> Result<Vec<Variant>> {
    let optimizer = || Optimizer::chosen(&scenario.data(), &scenario.plan_options());
    let names = optimizer().rule_names();
    let mut variants: Vec<Variant> = Vec::new();
    for count in 0..=names.len() {
        let planned = scenario.plan_with(&optimizer().truncated(count))?;
        let plan = planned.optimized.plan.to_string();
        if variants.last().is_some_and(|before| before.plan == plan) {
            continue;
        }
        let rule = count.checked_sub(1).map(|at| names[at].to_owned());
        variants.push(Variant { rule, plan, job: scenario.job_of(planned)? });
    }
    Ok(variants)
}

/// What a run took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Rows that scans generated.
    pub scanned_rows: u64,
    /// Bytes of their values.
    pub scanned_bytes: u64,
    /// Rows that were written into blocks.
    pub shuffled_rows: u64,
    /// Bytes of the blocks.
    pub shuffled_bytes: u64,
    /// Bytes that crossed from one executor to another: a broadcast block crosses to each of them.
    pub moved_bytes: u64,
    /// Measured, in microseconds; of several runs the median.
    pub wall_micros: u64,
}

impl Cost {
    /// The counts of these reports of one job, and the median of their times.
    ///
    /// # Panics
    /// When there is no report.
    pub fn of(reports: &[JobReport]) -> Self {
        let first = reports.first().expect("a cost is of at least one run");
        let walls = walls(reports);
        Cost {
            scanned_rows: first.scanned_rows(),
            scanned_bytes: first.scanned_bytes(),
            shuffled_rows: first.shuffle_rows(),
            shuffled_bytes: first.shuffle_bytes(),
            moved_bytes: first.moved_bytes(),
            wall_micros: walls[walls.len() / 2],
        }
    }
}

/// What a run took less than another; negative where it took more. Fields as in [`Cost`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Saved {
    /// Rows that scans did not generate.
    pub scanned_rows: i64,
    /// Bytes of values that scans did not generate.
    pub scanned_bytes: i64,
    /// Rows that were not written into blocks.
    pub shuffled_rows: i64,
    /// Bytes that were not.
    pub shuffled_bytes: i64,
    /// Bytes that did not cross.
    pub moved_bytes: i64,
    /// The wall is shorter by so many microseconds.
    pub wall_micros: i64,
}

impl Saved {
    /// What was saved from the first cost to the second.
    pub fn between(before: Cost, after: Cost) -> Self {
        let less = |of: fn(Cost) -> u64| of(before).cast_signed() - of(after).cast_signed();
        Saved {
            scanned_rows: less(|cost| cost.scanned_rows),
            scanned_bytes: less(|cost| cost.scanned_bytes),
            shuffled_rows: less(|cost| cost.shuffled_rows),
            shuffled_bytes: less(|cost| cost.shuffled_bytes),
            moved_bytes: less(|cost| cost.moved_bytes),
            wall_micros: less(|cost| cost.wall_micros),
        }
    }
}

/// What each rule saved, and every form of the plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The version of this form, [`EXPLANATION_VERSION`].
    pub version: u32,
    /// Always [`Clock::Wall`]: costs are measured.
    pub clock: Clock,
    /// So many executors ran.
    pub workers: u32,
    /// Runs of each plan; counts are the same in all, the time is the median.
    pub runs: usize,
    /// The plan as it is written.
    pub logical: String,
    /// What the plan as it is written took.
    pub cost: Cost,
    /// Its walls, ascending, in microseconds.
    pub all_wall_micros: Vec<u64>,
    /// Each rule that changed the plan, in order.
    pub rules: Vec<RuleSavings>,
    /// The plan after all of them.
    pub optimized: String,
    /// What all of them saved together.
    pub saved: Saved,
    /// The physical plan, with its exchanges.
    pub physical: String,
    /// The same plan, cut into stages.
    pub stages: String,
    /// The digest that all plans gave; `None` of a show: rules may place rows elsewhere, so other rows may be the first.
    pub digest: Option<String>,
}

/// What one more rule changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleSavings {
    /// The rule that is spoken of, by its name.
    pub rule: String,
    /// The plan before the rule.
    pub before: String,
    /// The plan after the rule.
    pub after: String,
    /// What the plan took after it.
    pub cost: Cost,
    /// Its walls, ascending, in microseconds.
    pub all_wall_micros: Vec<u64>,
    /// Less than before it.
    pub saved: Saved,
}

impl Explanation {
    /// Puts the reports of all runs together: of each variant, in their order, as many as were made.
    ///
    /// # Errors
    /// A variant gave another answer than the plan as written, which is a bug in a rule.
    ///
    /// # Panics
    /// When a variant has no report.
    pub fn new(scenario: &Scenario, variants: &[Variant], reports: &[Vec<JobReport>]) -> Result<Self> {
        let digest = one_digest(scenario, reports)?;
        let planned = scenario.plan()?;
        let costs: Vec<Cost> = reports.iter().map(|reports| Cost::of(reports)).collect();
        let last = costs.len().checked_sub(1).expect("there is always the plan as written");
        let rule = |at: usize| RuleSavings {
            rule: variants[at].rule.clone().unwrap_or_default(),
            before: variants[at - 1].plan.clone(),
            after: variants[at].plan.clone(),
            cost: costs[at],
            all_wall_micros: walls(&reports[at]),
            saved: Saved::between(costs[at - 1], costs[at]),
        };
        Ok(Explanation {
            version: EXPLANATION_VERSION,
            clock: Clock::Wall,
            workers: scenario.workers,
            runs: reports[0].len(),
            logical: planned.logical.to_string(),
            cost: costs[0],
            all_wall_micros: walls(&reports[0]),
            rules: (1..=last).map(rule).collect(),
            optimized: planned.optimized.plan.to_string(),
            saved: Saved::between(costs[0], costs[last]),
            physical: planned.physical.to_string(),
            stages: planned.stages.to_string(),
            digest,
        })
    }
}

/// Every rule keeps the answer. Which rows are the first is not an answer.
fn one_digest(scenario: &Scenario, reports: &[Vec<JobReport>]) -> Result<Option<String>> {
    let mut results = reports.iter().flatten().map(|report| &report.result);
    let Some(expected) = results.next() else { return Ok(None) };
    match scenario.action {
        Action::Show { .. } => Ok(None),
        Action::Write {} | Action::Collect { .. } => match results.find(|result| *result != expected) {
            None => Ok(Some(expected.digest.clone())),
            Some(other) => Err(EngineError::Protocol {
                expected: format!("the digest {} of the plan as written", expected.digest),
                got: other.digest.clone(),
            }),
        },
    }
}

/// The walls in ascending order, in microseconds.
fn walls(reports: &[JobReport]) -> Vec<u64> {
    ascending(reports.iter().map(|report| report.wall_micros).collect())
}
