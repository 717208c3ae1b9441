//! Who sends how much to whom? The matrix of bytes between workers.

use leptos::prelude::*;

use super::super::lab::{Lab, memo};
use super::super::questions::heading;
use super::plot::{Drawing, plot};
use super::{no_run, table};
use shuffle_view::charts::guess::GuessOf;
use shuffle_view::charts::heat_map::{self, HeatMapData};
use shuffle_view::figures as data;
use shuffle_view::parts::Shown;
use shuffle_view::words;

static DRAWING: Drawing<HeatMapData> = Drawing {
    id: "traffic",
    name: words::traffic::NAME,
    draw: heat_map::draw,
    height_px: |width| if width < 480 { (width + 110).min(480) } else { (width * 56 / 100).clamp(290, 380) },
    figure_height_px: |width| {
        if width < 480 { (width + 110).min(440) } else { (width * 42 / 100).clamp(250, 340) }
    },
};

pub(super) fn traffic(lab: Lab) -> impl IntoView {
    let drawn = memo(move || {
        let guess = lab.guess_of(GuessOf::Traffic);
        lab.state.with(data::traffic).map(|data| HeatMapData { guess, ..data })
    });
    let is_stale = lab.slice(|state| state.run.is_some() && !state.is_current());
    let has_failed = lab.slice(|state| state.failure.is_some());
    let has_run = lab.slice(|state| state.run.is_some());
    let absent = move || {
        if has_run.get() { words::traffic::NOTHING } else { no_run(has_failed.get()) }
    };
    let (picture, chart) = plot(lab, &DRAWING, drawn, absent);
    view! {
        <figure class="figure" aria-labelledby=lab.id("traffic-name")>
            <div class="figure-head">{heading(lab, Shown::Traffic, "traffic-name")}</div>
            <div class:stale=is_stale>{picture}</div>
            <figcaption class="caption" hidden=move || drawn.with(Option::is_none)>
                {words::traffic::CAPTION}
                {table::table(lab, DRAWING.name, chart)}
            </figcaption>
        </figure>
    }
}
