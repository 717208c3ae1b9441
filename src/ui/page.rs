//! A mount as a whole, in reading order: the page with its landmarks, or a figure in somebody else's page.

use leptos::prelude::*;
use shuffle_view::parts::Shown;

use super::lab::Lab;
use super::{controls, figures, footer, header, notices, plan, status, verdict};

/// The page.
pub(super) fn page(lab: Lab) -> impl IntoView {
    view! {
        <a class="skip" href=format!("#{}", lab.id("workers"))>"Skip to the controls"</a>
        {header::header(lab)}
        <main class="lab">{body(lab)}</main>
        {footer::footer(lab)}
    }
}

/// A figure: what its parts say, and a line about what this is. In a frame it is the document's main part; the page around
/// an element has one of its own.
pub(super) fn figure(lab: Lab, is_document: bool) -> impl IntoView {
    let body = body(lab);
    let place = if is_document {
        let name = view! { <h1 class="only-heard">"Shuffle Lab"</h1> };
        view! { <main class="lab slim" aria-label="Shuffle Lab">{name} {body}</main> }.into_any()
    } else {
        // A group, as all of its parts are: several figures on a page would be landmarks of one name.
        view! { <div class="lab slim" role="group" aria-label="Shuffle Lab">{body}</div> }.into_any()
    };
    view! {
        {place}
        {footer::line(lab, is_document)}
    }
}

fn body(lab: Lab) -> impl IntoView {
    view! {
        <div class="answer">
            {notices::notices(lab)}
            <Show when=move || lab.shows(Shown::Verdict) fallback=move || verdict::failure_alone(lab)>
                {verdict::verdict_section(lab)}
            </Show>
            {status::status(lab)}
        </div>
        {controls::controls(lab)}
        <div class="evidence">
            {figures::figures(lab)}
            <Show when=move || lab.shows(Shown::Plan)>{plan::plan_section(lab)}</Show>
        </div>
    }
}
