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

static DRAWING: Drawing<LoadData> = Drawing {
    id: "load",
    name: "load per worker",
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
                {strip(lab.id("load"), "What the bars show", choices, move || by.get(), move |by| {
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
    let tasks = units::plural(stage.tasks.into(), "task", "tasks");
    match by {
        LoadBy::Rows => format!(
            "Each bar counts the rows that a worker read in stage {} ({}, {tasks}). The stage ends when the worker with \
             the tallest bar does.",
            stage.id, stage.name
        ),
        LoadBy::Time => {
            let sliced = if run.scenario.workers > state.cores {
                " Workers that took turns on a core look busy while they wait for it."
            } else {
                ""
            };
            format!(
                "Each bar shows where a worker's time went, measured from the start of the run to its end.{sliced}"
            )
        }
    }
}

/// Of bars that show what has not run yet.
fn foreseen(basis: Basis, by: LoadBy, shown: Option<LoadMeasure>) -> String {
    let rows = match basis {
        Basis::Counted => {
            "Nothing has run with so many workers yet: the partitions are those of the last run, dealt out as the driver will."
        }
        Basis::Expected => {
            "Nothing like it has run yet: each bar is what a worker is expected to read, from the keys and where their hashes put \
             them."
        }
    };
    match (by, shown) {
        (LoadBy::Time, Some(LoadMeasure::Time)) => {
            "Nothing like it has run yet: each bar is what the model says, with a core for each worker."
                .to_owned()
        }
        (LoadBy::Time, _) => format!("How long it takes is not known before it runs. {rows}"),
        (LoadBy::Rows, _) => rows.to_owned(),
    }
}
