//! A mount as a whole, in reading order: the page with its landmarks, or a figure in somebody else's page.
//!
//! ```text
//!  page     head │ question, verdict │ its chart │ controls │ why, and in figures │ more questions, folded │ foot
//!  figure   verdict │ controls │ charts │ plan │ a line about what this is
//! ```
//!
//! That is the order on a phone and for the ear; where there is room, the controls stand beside what they change.

use leptos::prelude::*;
use shuffle_view::parts::Shown;

use super::lab::{Lab, memo};
use super::{controls, figures, footer, header, notices, plan, questions, status, verdict};
use shuffle_view::words;

/// The page.
pub(super) fn page(lab: Lab) -> impl IntoView {
    view! {
        <a class="skip" href=format!("#{}", lab.id("workers"))>{words::header::SKIP}</a>
        {header::header(lab)}
        <main class="lab">
            <div class="answer">
                {notices::notices(lab).into_any()}
                {verdict::verdict_section(lab).into_any()}
                {figures::large(lab)}
            </div>
            {controls::controls(lab).into_any()}
            <div class="evidence">
                {verdict::why(lab)}
                {questions::more(lab)}
            </div>
        </main>
        {footer::footer(lab)}
    }
}

/// A figure: what its parts say, and a line about what this is. In a frame it is the document's main part; the page around
/// an element has one of its own.
pub(super) fn figure(lab: Lab, is_document: bool) -> impl IntoView {
    let body = slim_body(lab);
    let place = if is_document {
        let name = view! { <h1 class="only-heard">{words::header::TITLE}</h1> };
        view! { <main class="lab slim" aria-label=words::header::TITLE>{name} {body}</main> }.into_any()
    } else {
        // A group, as all of its parts are: several figures on a page would be landmarks of one name.
        view! { <div class="lab slim" role="group" aria-label=words::header::TITLE>{body}</div> }.into_any()
    };
    view! {
        {place}
        {footer::line(lab, is_document)}
    }
}

/// Of one type, so that the compiler writes it once and not once for each place that it stands in.
fn slim_body(lab: Lab) -> AnyView {
    let has_verdict = memo(move || lab.shows(Shown::Verdict));
    let verdict = move || {
        if has_verdict.get() {
            verdict::verdict_section(lab).into_any()
        } else {
            verdict::failure_alone(lab).into_any()
        }
    };
    view! {
        <div class="answer">
            {notices::notices(lab).into_any()}
            {verdict}
            {status::status(lab).into_any()}
        </div>
        {controls::controls(lab).into_any()}
        <div class="evidence">
            {figures::figures(lab).into_any()}
            {when(lab, Shown::Plan, |lab| plan::plan_section(lab).into_any())}
        </div>
    }
    .into_any()
}

/// A view, while it is one of the mount's parts.
pub(super) fn when(lab: Lab, shown: Shown, view: fn(Lab) -> AnyView) -> AnyView {
    part(lab, memo(move || lab.shows(shown)), view)
}

/// What stands there while a condition holds. A plain function makes it, so that all parts are of one type: else each would
/// bring some kilobytes of its own.
pub(super) fn part(lab: Lab, is_there: Memo<bool>, view: fn(Lab) -> AnyView) -> AnyView {
    (move || is_there.get().then(|| view(lab))).into_any()
}
