//! What becomes of the rows: they stay with the workers, all of them come to the driver, or the first of them do.

use leptos::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::scenario::{Action, CollectPoint};

use super::super::choice::strip;
use super::super::lab::{Lab, memo};
use super::knob;
use shuffle_view::controls::knobs;
use shuffle_view::words;
use shuffle_view::words::control;

/// What a collect may use until somebody says otherwise.
const DRIVER_BYTES: u64 = 100_000_000;
/// What a show brings until somebody says otherwise.
const SHOWN_ROWS: u64 = 5;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Write,
    Collect,
    Show,
}

pub(super) fn action(lab: Lab) -> impl IntoView {
    // A kind comes back as it was left.
    let collect = StoredValue::new(Action::Collect { of: CollectPoint::Result, memory_bytes: DRIVER_BYTES });
    let show = StoredValue::new(Action::show(SHOWN_ROWS));
    let kind = memo(move || {
        lab.scenario.with(|scenario| match scenario.action {
            Action::Write {} => Kind::Write,
            Action::Collect { .. } => {
                collect.set_value(scenario.action);
                Kind::Collect
            }
            Action::Show { .. } => {
                show.set_value(scenario.action);
                Kind::Show
            }
        })
    });
    let choose = move |kind| {
        let action = match kind {
            Kind::Write => Action::Write {},
            Kind::Collect => collect.get_value(),
            Kind::Show => show.get_value(),
        };
        lab.edit(|scenario| scenario.action = action);
    };
    let kinds =
        vec![(Kind::Write, control::WRITE), (Kind::Collect, control::COLLECT), (Kind::Show, control::SHOW)];
    view! {
        <div class="group">
            <div class="group-head wraps">
                <span class="knob-label" aria-hidden="true">{control::ACTION}</span>
                {strip(lab.id("action"), control::ACTION, kinds, move || kind.get(), choose)}
            </div>
            {move || match kind.get() {
                Kind::Write => ().into_any(),
                Kind::Collect => view! { {of(lab)} {knob::knob(lab, &knobs::DRIVER_MEMORY)} }.into_any(),
                Kind::Show => knob::knob(lab, &knobs::SHOWN_ROWS).into_any(),
            }}
            <p class="knob-hint">{move || lab.scenario.with(says)}</p>
        </div>
    }
}

/// Where in the pipeline the collect stands.
fn of(lab: Lab) -> impl IntoView {
    let point = memo(move || {
        lab.scenario.with(|scenario| match scenario.action {
            Action::Collect { of, .. } => of,
            Action::Write {} | Action::Show { .. } => CollectPoint::Result,
        })
    });
    let choose = move |chosen| {
        lab.edit(|scenario| {
            if let Action::Collect { of, .. } = &mut scenario.action {
                *of = chosen;
            }
        });
    };
    let points = vec![
        (CollectPoint::Result, words::control::COLLECT_ANSWER),
        (CollectPoint::Input, words::control::COLLECT_INPUT),
    ];
    strip(lab.id("collect-of"), words::control::COLLECT_OF, points, move || point.get(), choose)
}

fn says(scenario: &Scenario) -> &'static str {
    match scenario.action {
        Action::Write {} => words::control::WRITE_SAYS,
        Action::Collect { of: CollectPoint::Result, .. } => words::control::COLLECT_SAYS,
        Action::Collect { of: CollectPoint::Input, .. } => words::control::COLLECT_INPUT_SAYS,
        Action::Show { .. } => words::control::SHOW_SAYS,
    }
}
