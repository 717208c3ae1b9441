//! `lab explain`: the plan before and after each rule, and what each rule saved in real runs.

use serde_json::json;
use shuffle_engine::Scenario;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::explain::{Cost, Explanation, RUNS, variants};
use shuffle_engine::metrics::JobReport;

use super::failure::Failure;
use super::output;

pub(crate) fn explain(scenario: &Scenario) -> Result<(), Failure> {
    super::run::check_workers(scenario, "workers")?;
    let variants = variants(scenario)?;
    let mut cluster = ThreadCluster::new(scenario.workers);
    let mut reports: Vec<Vec<JobReport>> = vec![Vec::new(); variants.len()];
    for turn in 0..=RUNS {
        for (variant, reports) in variants.iter().zip(&mut reports) {
            let outcome = cluster.run(&variant.job, |_| {})?;
            if turn > 0 {
                reports.push(JobReport::new(&outcome));
            }
        }
    }
    let explanation = Explanation::new(scenario, &variants, &reports)?;
    output::say(&format!("as written: {}\n{}", words(explanation.cost, None), explanation.logical));
    let mut before = explanation.cost;
    for rule in &explanation.rules {
        output::say(&format!("{}: {}\n{}", rule.rule, words(rule.cost, Some(before)), rule.after));
        before = rule.cost;
    }
    output::say(&format!("with exchanges:\n{}\nstages:\n{}", explanation.physical, explanation.stages));
    output::json(&json!(explanation))
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
