//! What the model describes, and what it does not.

use shuffle_engine::Scenario;
use shuffle_engine::model::check_modelled;

/// Why nothing is modelled for a scenario, in a sentence; `None` where the model applies.
pub fn unmodelled(scenario: &Scenario) -> Option<String> {
    if scenario.action.fetches() {
        return Some(
            "The sweep and the model describe runs whose rows stay with the workers; this one is only measured."
                .to_owned(),
        );
    }
    let reason = check_modelled(scenario).err()?;
    Some(format!("No modelled line: {reason}. What is measured stands by itself."))
}
