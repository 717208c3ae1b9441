//! `lab explain`: the plan before and after each rule, and what each rule saved in real runs.

use serde_json::{Value, json};
use shuffle_engine::cluster::Collect;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::explain::{Cost, variants};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::plan::plan;
use shuffle_engine::scenario::Action;
use shuffle_engine::{EngineError, Scenario};

use super::failure::Failure;

/// Runs of each plan, after one that warms up; plans take turns, so that a slow moment of the machine meets all.
const RUNS: usize = 3;

pub(crate) fn explain(scenario: &Scenario) -> Result<(), Failure> {
    let planned = plan(scenario)?;
    let variants = variants(scenario)?;
    let mut cluster = ThreadCluster::new(scenario.workers);
    let mut reports: Vec<Vec<JobReport>> = vec![Vec::new(); variants.len()];
    for turn in 0..=RUNS {
        for (variant, reports) in variants.iter().zip(&mut reports) {
            let outcome = cluster.run_job(&variant.job, Collect::Nothing, |_| {})?;
            if turn > 0 {
                reports.push(JobReport::new(&outcome, None));
            }
        }
    }
    check_answers(scenario, &reports)?;
    let costs: Vec<Cost> = reports.iter().map(|reports| Cost::of(reports)).collect();
    for (at, variant) in variants.iter().enumerate() {
        let name = variant.rule.as_deref().unwrap_or("as written");
        eprintln!("{name}: {}\n{}", words(costs[at], at.checked_sub(1).map(|at| costs[at])), variant.plan);
    }
    eprintln!("with exchanges:\n{}\nstages:\n{}", planned.physical, planned.stages);
    let rules: Vec<Value> = variants
        .iter()
        .enumerate()
        .skip(1)
        .map(|(at, variant)| {
            json!({
                "rule": variant.rule,
                "before": variants[at - 1].plan,
                "after": variant.plan,
                "cost": costs[at],
                "saved": saved(costs[at - 1], costs[at]),
            })
        })
        .collect();
    super::run::print(&json!({
        "version": 1,
        "clock": "wall",
        "runs": RUNS,
        "logical": planned.logical.to_string(),
        "cost": costs[0],
        "rules": rules,
        "optimized": planned.optimized.plan.to_string(),
        "saved": saved(costs[0], costs[costs.len() - 1]),
        "physical": planned.physical.to_string(),
        "stages": planned.stages.to_string(),
    }));
    Ok(())
}

/// Every rule keeps the answer. Which rows are the first is not an answer: rules may place rows elsewhere.
fn check_answers(scenario: &Scenario, reports: &[Vec<JobReport>]) -> Result<(), Failure> {
    let is_show = matches!(scenario.action, Action::Show { .. });
    let expected = &reports[0][0].result;
    match reports.iter().flatten().find(|report| report.result != *expected && !is_show) {
        None => Ok(()),
        Some(other) => Err(EngineError::Protocol {
            expected: format!("the digest {} of the plan as written", expected.digest),
            got: other.result.digest.clone(),
        }
        .into()),
    }
}

/// What the second run took less than the first; negative where it took more.
fn saved(before: Cost, after: Cost) -> Value {
    let less = |of: fn(Cost) -> u64| i128::from(of(before)) - i128::from(of(after));
    json!({
        "scanned_rows": less(|cost| cost.scanned_rows),
        "scanned_bytes": less(|cost| cost.scanned_bytes),
        "shuffled_rows": less(|cost| cost.shuffled_rows),
        "shuffled_bytes": less(|cost| cost.shuffled_bytes),
        "moved_bytes": less(|cost| cost.moved_bytes),
        "wall_micros": less(|cost| cost.wall_micros),
    })
}

fn words(cost: Cost, before: Option<Cost>) -> String {
    let change = |of: fn(Cost) -> u64| match before.map(of) {
        Some(before) if before != of(cost) => format!(" (was {before})"),
        Some(_) | None => String::new(),
    };
    format!(
        "scans {} rows{}, {} bytes{}; shuffles {} rows{}, {} bytes{}; {:.1} ms",
        cost.scanned_rows,
        change(|cost| cost.scanned_rows),
        cost.scanned_bytes,
        change(|cost| cost.scanned_bytes),
        cost.shuffled_rows,
        change(|cost| cost.shuffled_rows),
        cost.shuffled_bytes,
        change(|cost| cost.shuffled_bytes),
        cost.wall_micros as f64 / 1e3
    )
}
