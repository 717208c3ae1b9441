//! `lab explain`.

use serde_json::json;
use shuffle_engine::Scenario;
use shuffle_engine::plan::plan;

use super::failure::Failure;

pub(crate) fn explain(scenario: &Scenario) -> Result<(), Failure> {
    let planned = plan(scenario)?;
    eprintln!("as written:\n{}", planned.logical);
    for step in &planned.optimized.trace {
        eprintln!("{}:\n{}", step.rule, step.after);
    }
    eprintln!("with exchanges:\n{}\nstages:\n{}", planned.physical, planned.stages);
    let rules: Vec<_> =
        planned.optimized.trace.iter().map(|step| json!({"rule": step.rule, "after": step.after})).collect();
    super::run::print(&json!({
        "version": 1,
        "logical": planned.logical.to_string(),
        "rules": rules,
        "physical": planned.physical.to_string(),
        "stages": planned.stages.to_string(),
    }));
    Ok(())
}
