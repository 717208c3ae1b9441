//! Writes `target/gallery.html`: every chart in several sizes, light and dark, to be looked at.
//!
//! `cargo run --example chart_gallery`, then open the file. `?dark` in the address is not needed: both
//! schemes stand below one another.

mod samples;

use std::fmt::Write as _;

use shuffle_view::charts::load::LoadMeasure;
use shuffle_view::charts::wall_clock::WallClockData;
use shuffle_view::charts::{
    Chart, ChartError, Frame, heat_map, load, shuffle_cost, theme, timeline, wall_clock,
};

fn charts(width: u32, prefix: &str) -> Result<Vec<Chart>, ChartError> {
    let frame = |name: &str, height: u32| Frame::new(&format!("{prefix}-{name}-{width}"), width, height);
    let lanes = |name: &str, data: &timeline::TimelineData| {
        let frame = frame(name, timeline::height_px(data.workers, width));
        timeline::draw(data, &frame).map(|(chart, _)| chart)
    };
    let exchange = timeline::TimelineData { window: Some((36_000, 46_000)), ..samples::timeline(8) };
    Ok(vec![
        lanes("lanes-2", &samples::timeline(2))?,
        lanes("lanes-8", &samples::timeline(8))?,
        lanes("lanes-8-exchange", &exchange)?,
        lanes("lanes-16", &samples::timeline(16))?,
        lanes("lanes-64", &samples::timeline(64))?,
        wall_clock::draw(&samples::wall_clock(8, 1_024), &frame("wall", 340))?,
        wall_clock::draw(&samples::wall_clock(2, 64), &frame("wall-near", 340))?,
        wall_clock::draw(&samples::wall_clock_eight_cores(), &frame("wall-eight", 340))?,
        wall_clock::draw(
            &WallClockData { cores: 2, max_workers: 64, ..WallClockData::default() },
            &frame("wall-empty", 300),
        )?,
        load::draw(&samples::load(8, LoadMeasure::Rows), &frame("load", 300))?,
        load::draw(&samples::load(8, LoadMeasure::Time), &frame("load-time", 300))?,
        load::draw(&samples::load(64, LoadMeasure::Rows), &frame("load-64", 300))?,
        load::draw(&samples::load(1, LoadMeasure::Rows), &frame("load-1", 300))?,
        shuffle_cost::draw(
            &samples::shuffle_cost(8, 64),
            &frame("cost", if width < 480 { 400 } else { 260 }),
        )?,
        shuffle_cost::draw(
            &samples::shuffle_cost(8, 1_024),
            &frame("cost-far", if width < 480 { 400 } else { 260 }),
        )?,
        heat_map::draw(&samples::heat_map(8), &frame("heat-8", 420))?,
        heat_map::draw(&samples::heat_map(2), &frame("heat-2", 420))?,
        heat_map::draw(&samples::heat_map(64), &frame("heat-64", 420))?,
        heat_map::draw(&samples::heat_map(1), &frame("heat-1", 420))?,
    ])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let widths: Vec<u32> = std::env::args().skip(1).map(|arg| arg.parse()).collect::<Result<_, _>>()?;
    let widths = if widths.is_empty() { vec![328, 560, 900] } else { widths };
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><title>Charts</title><style>{}\
         body{{margin:0;font:14px system-ui}} section{{background:var(--surface);color:var(--ink);padding:16px;\
         display:flex;flex-wrap:wrap;gap:36px}}</style>",
        theme::css()
    );
    for scheme in ["light", "dark"] {
        // The variables are set on the section, so that both schemes can stand on one page.
        let style: String = theme::TOKENS
            .iter()
            .map(|token| {
                format!("{}:{};", token.variable, if scheme == "dark" { token.dark } else { token.light })
            })
            .collect();
        for width in &widths {
            let _ = write!(page, "<section id={scheme}-{width} style=\"{style}\">");
            for chart in charts(*width, scheme)? {
                page += &chart.svg;
            }
            page += "</section>";
        }
    }
    std::fs::create_dir_all("target")?;
    std::fs::write("target/gallery.html", page)?;
    Ok(())
}
