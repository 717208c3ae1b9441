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

static DRAWING: Drawing<ShuffleCostData> = Drawing {
    id: "exchange",
    name: "cost of the shuffle",
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
                {strip(lab.id("exchange"), "What the exchange is timed with", choices, move || of.get(), move |of| {
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
    let cores = units::plural(cores.into(), "core", "cores");
    let time = match (is_measured, of) {
        (false, ExchangeOf::Messages | ExchangeOf::Scenario) => "No exchange is measured yet.".to_owned(),
        (true, ExchangeOf::Messages) => format!(
            "The exchange was measured with W × W blocks that hold hardly a row; each point is the median of several \
             exchanges. All of its time is messages, which {cores} handled."
        ),
        (true, ExchangeOf::Scenario) => match unmodelled {
            Some(reason) => format!("The exchange of this scenario was measured on {cores}. {reason}"),
            None => format!(
                "The exchange of this scenario was measured on {cores}. The dashed line is what the model says with a \
                 core for each worker."
            ),
        },
    };
    format!("The number of links is arithmetic: every worker sends to every other one. {time}")
}
