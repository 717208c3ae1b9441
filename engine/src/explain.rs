//! What the optimizer's rules save, measured: the same question run without rules, then with one more rule each time.
//!
//! ```text
//!  variants(scenario)   as written        ── run ──> cost
//!                       + push filters    ── run ──> cost      the difference is what the rule saved
//!                       + prune columns   ── run ──> cost
//! ```
//!
//! Nothing here is estimated, and nothing here runs: whoever has a cluster runs the jobs and hands the reports in.

use serde::{Deserialize, Serialize};

use crate::cluster::Job;
use crate::error::Result;
use crate::metrics::JobReport;
use crate::plan::{Optimizer, Planned, queries};
use crate::scenario::Scenario;

/// The scenario's question with some of its rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// The rule that it has and the one before it has not; `None` for the plan as it is written.
    pub rule: Option<String>,
    /// The logical plan's text.
    pub plan: String,
    /// What to run.
    pub job: Job,
}

/// The plan as written, then with one more rule each: those that change nothing are left out.
///
/// # Errors
/// [`crate::EngineError::InvalidScenario`].
pub fn variants(scenario: &Scenario) -> Result<Vec<Variant>> {
    scenario.validate()?;
    let names = Optimizer::for_scenario(scenario).rule_names();
    let mut variants: Vec<Variant> = Vec::new();
    for count in 0..=names.len() {
        let optimizer = Optimizer::for_scenario(scenario).truncated(count);
        let planned = Planned::new(queries::logical_plan(scenario), &optimizer, scenario)?;
        let plan = planned.optimized.plan.to_string();
        if variants.last().is_some_and(|before| before.plan == plan) {
            continue;
        }
        let rule = count.checked_sub(1).map(|at| names[at].to_owned());
        variants.push(Variant { rule, plan, job: Job::new(scenario.clone(), planned, scenario.action) });
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
        let mut walls: Vec<u64> = reports.iter().map(|report| report.wall_micros).collect();
        walls.sort_unstable();
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
