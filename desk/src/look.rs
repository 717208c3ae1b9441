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
        ("desk-rows", "load per worker, rows", draw_load(LoadBy::Rows, "desk-rows")),
        ("desk-time", "load per worker, time", draw_load(LoadBy::Time, "desk-time")),
        (
            "desk-traffic",
            "bytes from worker to worker",
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
            ["wall-clock, measured then", &units::micros(report.wall_micros)],
            ["bytes in blocks, counted", &units::bytes(report.shuffle_bytes())],
            ["blocks, counted", &units::count(report.shuffle_blocks())],
            ["rows of the answer", &units::count(report.result.rows)],
            ["digest of the answer", &report.result.digest],
            ["cores of that machine", &units::count(cores.into())],
        ],
        "charts": charts.into_iter().filter_map(shown).collect::<Vec<_>>(),
    })
}
