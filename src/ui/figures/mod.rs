//! The figures: what was measured and what the model says, as charts that answer to a pointer and to the keyboard.
//!
//! ```text
//!  RunState ── data.rs ──> chart data ── Memo ──> plot.rs ── charts::*::draw ──> SVG, places that answer, table
//!                                          width of the container ──^
//! ```

mod exchange_cost;
mod load;
mod model_error;
mod plot;
mod reader;
mod table;
mod traffic;
mod wall_clock;

use leptos::prelude::*;

use super::lab::Lab;
use super::page::when;
use shuffle_view::parts::Shown;

pub(super) fn figures(lab: Lab) -> impl IntoView {
    view! {
        <div class="figures">
            {when(lab, Shown::WallClock, |lab| wall_clock::wall_clock(lab).into_any())}
            {when(lab, Shown::Load, |lab| load::load(lab).into_any())}
            {when(lab, Shown::Exchange, |lab| exchange_cost::exchange_cost(lab).into_any())}
            {when(lab, Shown::Traffic, |lab| traffic::traffic(lab).into_any())}
        </div>
    }
}

/// What stands where a chart has no run to show.
fn no_run(has_failed: bool) -> &'static str {
    if has_failed {
        "There is no run to show: the first one ended before its time."
    } else {
        "The first run is under way."
    }
}
