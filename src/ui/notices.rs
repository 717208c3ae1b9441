//! What the reader has to know and may put away: repairs of the link, fewer workers than asked for, a hidden tab.

use leptos::prelude::*;

use super::lab::Lab;
use shuffle_view::words;

pub(super) fn notices(lab: Lab) -> impl IntoView {
    let notices = lab.slice(|state| state.notices.clone());
    let list = move || {
        notices
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, notice)| {
                view! {
                    <li class="notice">
                        <span>{notice.text}</span>
                        <button type="button" class="quiet" on:click=move |_| lab.session.dismiss(index)>
                            {words::notice::DISMISS}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    // The list is always there, so that a reader's software notices what comes into it.
    view! { <ul class="notices" role="list" aria-live="polite" aria-label=words::notice::NOTICES>{list}</ul> }
}
