//! The page as a whole: its landmarks, in reading order.

use leptos::prelude::*;

use super::lab::Lab;
use super::{controls, figures, footer, header, notices, plan, status, verdict};
use crate::session::install_script_interface;

/// The page.
pub(super) fn page() -> impl IntoView {
    let lab = Lab::from_address();
    install_script_interface(lab.session);
    view! {
        <a class="skip" href="#workers">"Skip to the controls"</a>
        {header::header(lab)}
        <main class="lab">
            <div class="answer">
                {notices::notices(lab)}
                {verdict::verdict_section(lab)}
                {status::status(lab)}
            </div>
            {controls::controls(lab)}
            <div class="evidence">
                {figures::figures(lab)}
                {plan::plan_section(lab)}
            </div>
        </main>
        {footer::footer(lab)}
    }
}
