//! Would another worker help? The wall-clock over workers, measured as far as there are cores, modelled beyond.

use leptos::prelude::*;

use super::super::choice::strip;
use super::super::lab::{Lab, memo};
use super::super::questions::heading;
use super::plot::{Drawing, plot};
use super::{model_error, table};
use shuffle_view::charts::guess::GuessOf;
use shuffle_view::charts::wall_clock::{self, WallClockData};
use shuffle_view::figures as data;
use shuffle_view::parts::Shown;
use shuffle_view::permalink::{Choice, Reach};
use shuffle_view::state::RunState;
use shuffle_view::words;

static DRAWING: Drawing<WallClockData> = Drawing {
    id: "wall-clock",
    name: words::wall_clock::AGAINST,
    draw: wall_clock::draw,
    height_px: |width| (width * 42 / 100).clamp(316, 400),
    figure_height_px: |width| (width * 42 / 100).clamp(270, 380),
};

/// The last data worth showing, and whether they still belong to the controls.
#[derive(Clone, PartialEq)]
struct Held {
    /// `None` while the controls ask for rows to come to the driver: such a run is measured alone.
    data: Option<WallClockData>,
    is_stale: bool,
}

/// What stands in the chart's place then.
const APART: &str = words::wall_clock::APART;

pub(super) fn wall_clock(lab: Lab) -> impl IntoView {
    let reach = memo(move || lab.view.with(|view| view.reach));
    // Nothing is measured yet of a scenario that has just been chosen: the earlier picture stays, greyed, until there
    // is, instead of an empty frame that flickers past.
    let held = Memo::new(move |before: Option<&Held>| {
        let reach = reach.get();
        let (now, is_apart) =
            lab.state.with(|state| (data::wall_clock(state, reach), state.scenario.action.fetches()));
        if is_apart {
            return Held { data: None, is_stale: false };
        }
        let before = before.and_then(|before| before.data.clone()).filter(|before| !before.is_empty());
        match before {
            Some(before) if now.is_empty() => Held {
                data: Some(WallClockData {
                    selected_workers: now.selected_workers,
                    max_workers: now.max_workers,
                    ..before
                }),
                is_stale: true,
            },
            Some(_) | None => Held { data: Some(now), is_stale: false },
        }
    });
    let drawn = memo(move || {
        let guess = lab.guess_of(GuessOf::WallClock);
        held.with(|held| held.data.clone().map(|data| WallClockData { guess, ..data }))
    });
    let is_stale = memo(move || held.with(|held| held.is_stale));
    let caption = memo(move || lab.state.with(|state| held.with(|held| caption(state, held))));
    let choices = Reach::ALL.iter().map(|(reach, _, words)| (*reach, *words)).collect();
    let (picture, chart) = plot(lab, &DRAWING, drawn, || APART);
    view! {
        <figure class="figure" aria-labelledby=lab.id("wall-clock-name")>
            <div class="figure-head">
                {heading(lab, Shown::WallClock, "wall-clock-name")}
                {strip(lab.id("reach"), words::wall_clock::REACH, choices, move || reach.get(), move |reach| {
                    lab.look(|view| view.reach = reach);
                })}
            </div>
            <div class:stale=is_stale>{picture}</div>
            <figcaption class="caption" hidden=move || drawn.with(Option::is_none)>
                <div class="folds">
                    <details class="numbers">
                        <summary>{words::figure::HOW_TO_READ}</summary>
                        <p>{caption}</p>
                        {model_error::sentence(lab)}
                    </details>
                    {table::table(lab, DRAWING.name, chart)}
                    {model_error::constants(lab)}
                </div>
            </figcaption>
        </figure>
    }
}

/// The words below what is drawn now, which may still be the picture of the scenario before.
fn caption(state: &RunState, drawn: &Held) -> String {
    let runs = state.sweep.first().map_or(0, |point| point.walls_micros.len());
    match &drawn.data {
        None => String::new(),
        Some(_) if drawn.is_stale => {
            let untimed = state.unmodelled().is_none().then_some(words::wall_clock::UNTIMED);
            [words::wall_clock::GREY].into_iter().chain(untimed).collect::<Vec<_>>().join(" ")
        }
        Some(data) => wall_clock::caption(data, runs, state.unmodelled()),
    }
}
