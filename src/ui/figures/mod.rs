//! The figures: what was measured and what the model says, as charts that answer to a pointer and to the keyboard.
//!
//! ```text
//!  RunState ── data.rs ──> chart data ── Memo ──> plot.rs ── charts::*::draw ──> SVG, places that answer, table
//!                                          width of the container ──^
//! ```

mod exchange_cost;
mod load;
mod model_error;
mod picture;
mod plot;
mod reader;
mod table;
mod timeline;
mod traffic;
mod wall_clock;

use leptos::prelude::*;

use super::lab::Lab;
use super::page::when;
use shuffle_view::parts::Shown;
use shuffle_view::words;

pub(super) fn figures(lab: Lab) -> impl IntoView {
    view! {
        <div class="figures">
            {when(lab, Shown::WallClock, large)}
            {when(lab, Shown::Load, load)}
            {when(lab, Shown::Timeline, timeline)}
            {when(lab, Shown::Exchange, exchange)}
            {when(lab, Shown::Traffic, traffic)}
        </div>
    }
}

/// The chart that the page shows large: it answers its first question.
pub(super) fn large(lab: Lab) -> AnyView {
    wall_clock::wall_clock(lab).into_any()
}

/// The load of each worker.
pub(super) fn load(lab: Lab) -> AnyView {
    load::load(lab).into_any()
}

/// When each worker did what.
pub(super) fn timeline(lab: Lab) -> AnyView {
    timeline::timeline(lab).into_any()
}

/// What the exchange costs.
pub(super) fn exchange(lab: Lab) -> AnyView {
    exchange_cost::exchange_cost(lab).into_any()
}

/// Who sends how much to whom.
pub(super) fn traffic(lab: Lab) -> AnyView {
    traffic::traffic(lab).into_any()
}

/// What stands where a chart has no run to show.
fn no_run(has_failed: bool) -> &'static str {
    if has_failed { words::figure::NONE } else { words::figure::FIRST }
}
