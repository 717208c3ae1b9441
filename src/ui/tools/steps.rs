//! Undo and redo of the controls: one step for each rest of the hand.

use std::time::Duration;

use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use shuffle_engine::Scenario;
use shuffle_view::history::History;

use super::super::lab::{Lab, memo};

/// How long a hand rests before what it has set is a step: a slider passes many values on its way to one.
const REST: Duration = Duration::from_millis(400);

/// The steps of one page. A copy is the same steps.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    lab: Lab,
    history: RwSignal<History<Scenario>>,
}

impl Steps {
    /// The steps of this page from now on.
    pub(super) fn of(lab: Lab) -> Self {
        let history = RwSignal::new(History::new(lab.scenario.get_untracked()));
        let mut rest = debounce(REST, move |scenario| history.update(|history| history.rest(scenario)));
        Effect::new(move |_| rest(lab.scenario.get()));
        Steps { lab, history }
    }

    pub(super) fn can_undo(self) -> Memo<bool> {
        memo(move || self.history.with(History::can_undo))
    }

    pub(super) fn can_redo(self) -> Memo<bool> {
        memo(move || self.history.with(History::can_redo))
    }

    pub(super) fn undo(self) {
        self.go(History::undo);
    }

    pub(super) fn redo(self) {
        self.go(History::redo);
    }

    fn go(self, way: fn(&mut History<Scenario>) -> Option<&Scenario>) {
        let shown = self.lab.scenario.get_untracked();
        let mut next = None;
        self.history.update(|history| {
            // What the hand has set and not yet rested at is a step, too.
            history.rest(shown);
            next = way(history).cloned();
        });
        if let Some(scenario) = next {
            self.lab.session.change(scenario);
        }
    }
}
