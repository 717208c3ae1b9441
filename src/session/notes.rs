//! What a reader of a run's figures has to know, in sentences.

use shuffle_view::words::machine;

use crate::browser::Note;

/// A sentence for each note of a run.
pub(super) fn sentences(notes: &[Note]) -> Vec<String> {
    notes.iter().map(sentence).collect()
}

fn sentence(note: &Note) -> String {
    match note {
        Note::NoWorker { reason } => machine::no_worker(reason),
        Note::FewerWorkers { ready, workers, reason } => machine::fewer_workers(ready, workers, reason),
        Note::LostWorkers(lost) => {
            let names: Vec<String> = lost.iter().map(u32::to_string).collect();
            let says = if lost.len() == 1 { machine::lost_worker } else { machine::lost_workers };
            says(&names.join(", "))
        }
        Note::Hidden => machine::HIDDEN.to_owned(),
    }
}
