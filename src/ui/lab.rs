//! What every part of a mount is given: the session, its own parts, and the slices of the state that most parts read.

use std::sync::Arc;
use std::time::Duration;

use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::plan::Planned;
use shuffle_engine::scenario::InvalidScenario;
use shuffle_view::charts::guess::{Guess, GuessOf};
use shuffle_view::parts::{Control, Parts, Shown};
use shuffle_view::permalink::{self, Link, View};
use shuffle_view::scope::check_runs_here;
use shuffle_view::state::{Activity, RunState};
use shuffle_view::verdict::{Verdict, verdict};

use crate::browser::location;
use crate::session::Session;

/// How long the address waits for a hand to rest.
const ADDRESS_REST: Duration = Duration::from_millis(150);

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// A page of its own.
    Page,
    /// A place in somebody else's page: one thing large, the rest on request.
    Figure,
}

/// One mount. A copy is the same mount.
#[derive(Clone, Copy)]
pub(super) struct Lab {
    pub(super) session: Session,
    /// The session's whole state: slice it with [`Lab::slice`].
    pub(super) state: RwSignal<RunState>,
    /// What is being done. It changes with every task that ends.
    pub(super) activity: RwSignal<Activity>,
    /// How the reader looks at it.
    pub(super) view: RwSignal<View>,
    pub(super) room: Room,
    /// What there is to set and to see.
    pub(super) parts: RwSignal<Parts>,
    /// The reader's bet, drawn into its chart.
    pub(super) guess: RwSignal<Option<Guess>>,
    /// What the mount began with, or was last given from outside.
    pub(super) start: RwSignal<Scenario>,
    /// What the controls show.
    pub(super) scenario: Memo<Scenario>,
    /// Its plan.
    pub(super) plan: Memo<Option<Arc<Planned>>>,
    /// What is said of the last run: several places say a part of it.
    pub(super) verdict: Memo<Option<Verdict>>,
    /// The field that was given something it cannot take.
    pub(super) field_error: Memo<Option<InvalidScenario>>,
    /// What every id of this mount begins with, so that several can stand in one document.
    prefix: StoredValue<String>,
}

impl Lab {
    /// A mount of a session. Two mounts of one session show the same runs.
    pub(super) fn new(
        session: Session,
        room: Room,
        prefix: &str,
        parts: Parts,
        view: RwSignal<View>,
    ) -> Self {
        let state = session.state();
        Lab {
            session,
            state,
            activity: session.activity(),
            view,
            room,
            parts: RwSignal::new(parts),
            guess: RwSignal::new(None),
            start: RwSignal::new(state.with_untracked(|state| state.scenario.clone())),
            scenario: memo(move || state.with(|state| state.scenario.clone())),
            plan: memo(move || state.with(|state| state.plan.clone())),
            verdict: memo(move || state.with(verdict)),
            field_error: memo(move || state.with(|state| state.field_error.clone())),
            prefix: StoredValue::new(prefix.to_owned()),
        }
    }

    /// The id of an element of this mount.
    pub(super) fn id(&self, name: &str) -> String {
        self.prefix.with_value(|prefix| format!("{prefix}{name}"))
    }

    /// The name of a landmark: in a page of its own. Several figures in one page would be landmarks of one name.
    pub(super) fn in_page<T>(&self, name: impl FnOnce() -> T) -> Option<T> {
        (self.room == Room::Page).then(name)
    }

    /// Whether a control is offered.
    pub(super) fn has(&self, control: Control) -> bool {
        self.parts.with(|parts| parts.has(control))
    }

    /// Whether a view is shown.
    pub(super) fn shows(&self, shown: Shown) -> bool {
        self.parts.with(|parts| parts.shows(shown))
    }

    /// Lets the document's address follow what is shown. It is left as it came until something changes, so that a link
    /// that had to be repaired can still be read beside its notice.
    pub(super) fn keep_address(self) {
        // A browser refuses more than about a hundred replacements in half a minute: one for each rest of the hand.
        let mut replace = debounce(ADDRESS_REST, move |query: String| location::replace_query_string(&query));
        Effect::new(move |first: Option<()>| {
            self.scenario.track();
            self.view.track();
            if first.is_some() {
                replace(self.query());
            }
        });
    }

    /// A part of the state that wakes its readers only when it has changed.
    pub(super) fn slice<T: PartialEq + Send + Sync + 'static>(
        &self,
        part: impl Fn(&RunState) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let state = self.state;
        memo(move || state.with(&part))
    }

    /// Changes the scenario if the result can run; otherwise says why at the field, and nothing runs.
    pub(super) fn edit(&self, change: impl FnOnce(&mut Scenario)) {
        let mut scenario = self.scenario.get_untracked();
        change(&mut scenario);
        match check_runs_here(&scenario) {
            Ok(()) => self.session.change(scenario),
            Err(error) => self.session.reject(error),
        }
    }

    /// Changes how the reader looks at it.
    pub(super) fn look(&self, change: impl FnOnce(&mut View)) {
        self.view.update(change);
    }

    /// What is shown, as a link.
    pub(super) fn link(&self) -> Link {
        Link {
            scenario: self.scenario.get_untracked(),
            view: self.view.get_untracked(),
            parts: self.parts.get_untracked(),
        }
    }

    /// The bet, where it is about this chart.
    pub(super) fn guess_of(&self, chart: GuessOf) -> Option<Guess> {
        self.guess.get().filter(|guess| guess.of == chart)
    }

    /// The query string of what is shown.
    pub(super) fn query(&self) -> String {
        permalink::encode(&self.link())
    }
}

/// A memo of a value. All memos of one type share their code.
pub(super) fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    memo_of(Box::new(value))
}

fn memo_of<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| value())
}
