//! What does the exchange cost? Links, blocks and bytes, and the time of an exchange against workers.

use leptos::prelude::*;

use super::super::choice::strip;
use super::super::lab::{Lab, memo};
use super::super::questions::heading;
use super::plot::{Drawing, plot};
use super::table;
use shuffle_view::charts::guess::GuessOf;
use shuffle_view::charts::shuffle_cost::{self, ShuffleCostData};
use shuffle_view::charts::units;
use shuffle_view::figures as data;
use shuffle_view::parts::Shown;
use shuffle_view::permalink::{Choice, ExchangeOf};
use shuffle_view::state::RunState;
use shuffle_view::words;

static DRAWING: Drawing<ShuffleCostData> = Drawing {
    id: "exchange",
    name: words::cost::NAME,
    draw: shuffle_cost::draw,
    height_px: |width| if width < 480 { 440 } else { (width * 56 / 100).clamp(290, 380) },
    figure_height_px: |width| if width < 480 { 400 } else { (width * 42 / 100).clamp(230, 340) },
};

pub(super) fn exchange_cost(lab: Lab) -> impl IntoView {
    let of = memo(move || lab.view.with(|view| view.exchange));
    let drawn = memo(move || {
        let reach = lab.view.with(|view| view.reach);
        let guess = lab.guess_of(GuessOf::Exchange);
        let data = lab.state.with(|state| data::exchange_cost(state, of.get(), reach));
        Some(ShuffleCostData { guess, ..data })
    });
    let caption = memo(move || {
        let is_measured = drawn.with(|data| data.as_ref().is_some_and(|data| !data.measured.is_empty()));
        let unmodelled = lab.state.with(RunState::unmodelled);
        caption(of.get(), is_measured, lab.state.with(|state| state.cores), unmodelled)
    });
    let choices = ExchangeOf::ALL.iter().map(|(of, _, words)| (*of, *words)).collect();
    let (picture, chart) = plot(lab, &DRAWING, drawn, || "");
    view! {
        <figure class="figure" aria-labelledby=lab.id("exchange-name")>
            <div class="figure-head">
                {heading(lab, Shown::Exchange, "exchange-name")}
                {strip(lab.id("exchange"), words::cost::TIMED_WITH, choices, move || of.get(), move |of| {
                    lab.look(|view| view.exchange = of);
                })}
            </div>
            {picture}
            <figcaption class="caption">
                {caption}
                {table::table(lab, DRAWING.name, chart)}
            </figcaption>
        </figure>
    }
}

fn caption(of: ExchangeOf, is_measured: bool, cores: u32, unmodelled: Option<String>) -> String {
    let cores = units::plural(cores.into(), words::noun::CORE, words::noun::CORES);
    let sentences = match (is_measured, of) {
        (false, ExchangeOf::Messages | ExchangeOf::Scenario) => vec![words::cost::NOT_MEASURED.to_owned()],
        (true, ExchangeOf::Messages) => vec![words::cost::with_messages(&cores)],
        (true, ExchangeOf::Scenario) => {
            let line = words::cost::DASHED;
            let measured = words::cost::with_rows(&cores);
            vec![measured, unmodelled.unwrap_or_else(|| line.to_owned())]
        }
    };
    format!("{} {}", words::cost::ARITHMETIC, sentences.join(" "))
}
