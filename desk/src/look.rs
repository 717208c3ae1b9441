//! An opened run by itself: the verdict, the figures and the charts of what was measured then, by the page's own functions over
//! a state that holds nothing else. Nothing is modelled there.

use serde_json::{Value, json};
use shuffle_view::charts::{Chart, ChartError, Frame, MAX_SIZE_PX, MIN_SIZE_PX, heat_map, load, units};
use shuffle_view::figures;
use shuffle_view::permalink::LoadBy;
use shuffle_view::saved_run::SavedRun;
use shuffle_view::state::{RunEvent, RunState};
use shuffle_view::verdict::verdict;

use super::picture;
use shuffle_view::words;

pub(super) fn look(saved: SavedRun, width_px: u32) -> Value {
    let SavedRun { run, cores } = saved;
    let report = run.report.clone();
    let mut state = RunState::new(run.scenario.clone(), Vec::new(), cores);
    state.apply(RunEvent::Ran(Box::new(run)));
    let said = verdict(&state);
    let width = width_px.clamp(MIN_SIZE_PX.0, MAX_SIZE_PX.0);
    let frame = |id: &str| Frame::new(id, width, (width * 56 / 100).clamp(290, 420));
    let draw_load = |by, id: &str| figures::load(&state, by).map(|data| load::draw(&data, &frame(id)));
    let charts = [
        ("desk-rows", words::saved::LOAD_ROWS, draw_load(LoadBy::Rows, "desk-rows")),
        ("desk-time", words::saved::LOAD_TIME, draw_load(LoadBy::Time, "desk-time")),
        (
            "desk-traffic",
            words::traffic::NAME,
            figures::traffic(&state).map(|data| heat_map::draw(&data, &frame("desk-traffic"))),
        ),
    ];
    let shown = |(id, name, drawn): (&str, &str, Option<Result<Chart, ChartError>>)| {
        Some(picture(id, name, &drawn?.ok()?))
    };
    json!({
        "headline": said.as_ref().map(|said| said.headline.clone()),
        "details": said.map(|said| said.details).unwrap_or_default(),
        "facts": [
            [words::saved::WALL_CLOCK, &units::micros(report.wall_micros)],
            [words::compare::BLOCK_BYTES, &units::bytes(report.shuffle_bytes())],
            [words::compare::BLOCKS, &units::count(report.shuffle_blocks())],
            [words::compare::ANSWER_ROWS, &units::count(report.result.rows)],
            [words::compare::ANSWER_DIGEST, &report.result.digest],
            [words::saved::CORES_THERE, &units::count(cores.into())],
        ],
        "charts": charts.into_iter().filter_map(shown).collect::<Vec<_>>(),
    })
}
