//! What a tab runs, what the model describes, and what they do not.

use crate::words;
use shuffle_engine::Scenario;
use shuffle_engine::cluster::Action;
use shuffle_engine::model::check_modelled;
use shuffle_engine::plan::StageGraph;
use shuffle_engine::scenario::{InvalidScenario, limits};

/// Checks that a tab can run this scenario: its fields are within their limits, and it has no more workers than a tab holds.
///
/// # Errors
/// The error names the field that is beyond its limits.
pub fn check_runs_here(scenario: &Scenario) -> Result<(), InvalidScenario> {
    scenario.validate()?;
    scenario.check_workers(limits::MAX_WORKERS, words::link::IN_A_TAB)
}

/// Why nothing is modelled for such a run, in a sentence; `None` where the model applies.
pub fn unmodelled(action: Action, graph: &StageGraph) -> Option<String> {
    if action.fetches() {
        return Some(words::model::ONLY_MEASURED.to_owned());
    }
    let reason = check_modelled(graph).err()?;
    Some(words::model::no_line_stands(&reason))
}
