//! Who is everyone waiting for? The load of each worker, in rows or in time.

use leptos::prelude::*;

use super::super::choice::strip;
use super::super::lab::{Lab, memo};
use super::super::questions::heading;
use super::plot::{Drawing, plot};
use super::{no_run, table};
use shuffle_view::charts::guess::GuessOf;
use shuffle_view::charts::load::{self, LoadData, LoadMeasure};
use shuffle_view::charts::units;
use shuffle_view::figures as data;
use shuffle_view::forecast::Basis;
use shuffle_view::parts::Shown;
use shuffle_view::permalink::{Choice, LoadBy};
use shuffle_view::state::RunState;
use shuffle_view::words;

static DRAWING: Drawing<LoadData> = Drawing {
    id: "load",
    name: words::load::NAME,
    draw: load::draw,
    height_px: |width| (width * 64 / 100).clamp(316, 480),
    figure_height_px: |width| (width * 38 / 100).clamp(220, 360),
};

pub(super) fn load(lab: Lab) -> impl IntoView {
    let by = memo(move || lab.view.with(|view| view.load));
    let drawn = memo(move || {
        let guess = lab.guess_of(GuessOf::Load);
        let data = lab.state.with(|state| data::load(state, by.get()));
        data.map(|data| LoadData { guess, ..data })
    });
    let has_failed = lab.slice(|state| state.failure.is_some());
    let is_stale =
        lab.slice(|state| state.run.is_some() && !state.is_current() && state.foreseen().is_none());
    let caption = memo(move || lab.state.with(|state| caption(state, by.get())));
    let choices = LoadBy::ALL.iter().map(|(by, _, words)| (*by, *words)).collect();
    let (picture, chart) = plot(lab, &DRAWING, drawn, move || no_run(has_failed.get()));
    view! {
        <figure class="figure" aria-labelledby=lab.id("load-name")>
            <div class="figure-head">
                {heading(lab, Shown::Load, "load-name")}
                {strip(lab.id("load"), words::load::SHOWS, choices, move || by.get(), move |by| {
                    lab.look(|view| view.load = by);
                })}
            </div>
            <div class:stale=is_stale>{picture}</div>
            <figcaption class="caption">
                {caption}
                {table::table(lab, DRAWING.name, chart)}
            </figcaption>
        </figure>
    }
}

fn caption(state: &RunState, by: LoadBy) -> String {
    if let Some(forecast) = state.foreseen() {
        return foreseen(forecast.basis, by, data::load(state, by).map(|data| data.measure));
    }
    let Some(run) = &state.run else { return String::new() };
    let Some(stage) = data::observed_stage(&run.report) else { return String::new() };
    let tasks = units::plural(stage.tasks.into(), words::noun::TASK, words::noun::TASKS);
    match by {
        LoadBy::Rows => words::load::caption_rows(&stage.id, &stage.name, &tasks),
        LoadBy::Time => {
            let bars = words::load::CAPTION_TIME;
            let sliced = (run.scenario.workers > state.cores).then_some(words::load::SLICED);
            [bars].into_iter().chain(sliced).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Of bars that show what has not run yet.
fn foreseen(basis: Basis, by: LoadBy, shown: Option<LoadMeasure>) -> String {
    let rows = match basis {
        Basis::Counted => words::load::DEALT_OUT,
        Basis::Expected => words::load::EXPECTED_ROWS,
    };
    match (by, shown) {
        (LoadBy::Time, Some(LoadMeasure::Time)) => words::load::EXPECTED_TIME.to_owned(),
        (LoadBy::Time, _) => format!("{} {rows}", words::load::TIME_UNKNOWN),
        (LoadBy::Rows, _) => rows.to_owned(),
    }
}
