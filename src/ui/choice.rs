//! A few exclusive choices side by side: native radio buttons, drawn as one strip.

use leptos::prelude::*;

/// One choice: its value and its words.
pub(super) type Labelled<T> = (T, &'static str);

/// A strip of radio buttons. `name` must be unique in the document.
pub(super) fn strip<T: Copy + PartialEq + Send + Sync + 'static>(
    name: String,
    legend: &'static str,
    options: Vec<Labelled<T>>,
    chosen: impl Fn() -> T + Copy + Send + Sync + 'static,
    choose: impl Fn(T) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let buttons = options
        .into_iter()
        .map(|(value, words)| {
            view! {
                <label class="strip-choice">
                    <input
                        type="radio"
                        name=name.clone()
                        prop:checked=move || chosen() == value
                        on:change=move |_| choose(value)
                    />
                    <span>{words}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="strip">
            <legend class="only-heard">{legend}</legend>
            {buttons}
        </fieldset>
    }
}
