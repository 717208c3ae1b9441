//! The plan: the pipeline as somebody writes it, what each rule of the optimizer makes of it, the stages that run, and what
//! each rule saves.
//!
//! ```text
//!  steps     one step at a time, chosen by radio buttons
//!  savings   real runs with one more rule each
//! ```

mod savings;
mod steps;

use leptos::prelude::*;

use super::lab::{Lab, memo};
use super::questions::heading;
use shuffle_view::parts::Shown;
use shuffle_view::plan::story;

pub(super) fn plan_section(lab: Lab) -> impl IntoView {
    let story = memo(move || {
        let plan = lab.plan.get();
        plan.map_or_else(story::Story::default, |plan| {
            lab.scenario.with(|scenario| story::story(scenario, &plan))
        })
    });
    view! {
        <section class="plan" aria-labelledby=lab.in_page(|| lab.id("plan-name"))>
            {heading(lab, Shown::Plan, "plan-name")}
            <p class="caption">{move || story.with(|story| story.summary.clone())}</p>
            {steps::steps(lab, story)}
            {savings::savings(lab)}
        </section>
    }
}
