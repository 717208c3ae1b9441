//! What the model describes, and what it does not.

use shuffle_engine::cluster::Action;
use shuffle_engine::model::check_modelled;
use shuffle_engine::plan::StageGraph;

/// Why nothing is modelled for such a run, in a sentence; `None` where the model applies.
pub fn unmodelled(action: Action, graph: &StageGraph) -> Option<String> {
    if action.fetches() {
        return Some(
            "The sweep and the model describe runs whose rows stay with the workers; this one is only measured."
                .to_owned(),
        );
    }
    let reason = check_modelled(graph).err()?;
    Some(format!("No modelled line: {reason}. What is measured stands by itself."))
}
