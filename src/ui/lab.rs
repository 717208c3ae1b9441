//! What every part of the page is given: the session, and the slices of its state that most parts read.

use std::sync::Arc;
use std::time::Duration;

use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::plan::Planned;
use shuffle_engine::scenario::InvalidScenario;

use crate::browser::location;
use crate::session::Session;
use shuffle_view::permalink::{self, View};
use shuffle_view::scope::check_runs_here;
use shuffle_view::state::RunState;

/// How long the address waits for a hand to rest.
const ADDRESS_REST: Duration = Duration::from_millis(150);

/// One mount of the page. A copy is the same mount.
#[derive(Clone, Copy)]
pub(super) struct Lab {
    pub(super) session: Session,
    /// The session's whole state. It changes with every task that ends: slice it with [`Lab::slice`].
    pub(super) state: RwSignal<RunState>,
    /// How the reader looks at it.
    pub(super) view: RwSignal<View>,
    /// What the controls show.
    pub(super) scenario: Memo<Scenario>,
    /// Its plan.
    pub(super) plan: Memo<Option<Arc<Planned>>>,
    /// The field that was given something it cannot take.
    pub(super) field_error: Memo<Option<InvalidScenario>>,
}

impl Lab {
    /// A session on what the page's address says.
    pub(super) fn from_address() -> Self {
        let (link, repairs) = permalink::decode(&location::query_string());
        let session = Session::new(link.scenario, repairs);
        let state = session.state();
        let lab = Lab {
            session,
            state,
            view: RwSignal::new(link.view),
            scenario: Memo::new(move |_| state.with(|state| state.scenario.clone())),
            plan: Memo::new(move |_| state.with(|state| state.plan.clone())),
            field_error: Memo::new(move |_| state.with(|state| state.field_error.clone())),
        };
        lab.keep_address();
        lab
    }

    /// Lets the address follow what is shown. It is left as it came until something changes, so that a link that had to
    /// be repaired can still be read beside its notice.
    fn keep_address(self) {
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
        Memo::new(move |_| state.with(&part))
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

    /// The query string of what is shown.
    pub(super) fn query(&self) -> String {
        let (scenario, view) = (self.scenario.get_untracked(), self.view.get_untracked());
        permalink::encode(&permalink::Link { scenario, view })
    }
}
