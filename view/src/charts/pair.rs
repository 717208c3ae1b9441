//! Two runs on one scale: where the time of the mean worker of each went. The height of a column is the run's wall-clock.

use super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::glyphs::Type;
use super::legend::{Swatch, draw_legend};
use super::phases::{Phase, PhaseMicros, draw_stack};
use super::plot::{Plot, gutter_px};
use super::theme::Role;
use super::units::{self, Quantity, ticks};
use super::{Chart, ChartError, Frame, Table};
use crate::words;

/// What the chart shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PairData {
    /// The two runs that are compared, A above B.
    pub runs: [PairedRun; 2],
    /// Whether both were measured on this machine.
    pub is_one_machine: bool,
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairedRun {
    /// The mean over its workers; the sum is the wall-clock.
    pub phases: PhaseMicros,
    /// Whether it was measured on this machine.
    pub is_here: bool,
}

const NAMES: [&str; 2] = ["A", "B"];

/// Draws both runs as bars on one scale of time.
///
/// # Errors
/// [`ChartError::Size`] and [`ChartError::Id`] for a frame that cannot be drawn in.
pub fn draw(data: &PairData, frame: &Frame) -> Result<Chart, ChartError> {
    let mut canvas = Canvas::new(frame)?;
    let entries = Phase::ALL.map(|phase| (Swatch::Fill(phase.role()), phase.name()));
    let top = draw_legend(&mut canvas, 0.0, &entries)? + LINE_PX * 1.2;
    let walls = data.runs.map(|run| run.phases.total());
    let axis = ticks(Quantity::Micros, walls.into_iter().max().unwrap_or(0), 4);
    let left = gutter_px(&axis);
    let bottom = canvas.height() - LINE_PX * 1.6;
    let region = Rect::new(left, top, canvas.width() - left - 2.0, bottom - top);
    let plot = Plot::over_indexes(&canvas.area, region, NAMES.len(), axis.top);
    plot.draw_value_axis(&mut canvas, &axis)?;
    let width = (region.w / 2.0 * 0.5).min(90.0);
    for (index, run) in data.runs.iter().enumerate() {
        let middle = plot.x_of(index as f64 + 0.5);
        draw_stack(&mut canvas, middle - width / 2.0, width, &run.phases, |micros| plot.y_of(micros as f64))?;
        let wall = units::micros(run.phases.total());
        let above = plot.y_of(run.phases.total() as f64) - LINE_PX * 0.6;
        canvas.text(&wall, Type::Strong, Role::Ink, Anchor::Middle, (middle, above))?;
        let name = name(NAMES[index], *run);
        canvas.text(&name, Type::Tick, Role::Ink, Anchor::Middle, (middle, bottom + LINE_PX * 0.8))?;
        let bar = Rect::new(middle - width / 2.0, above, width, bottom - above);
        canvas.hit(bar, format!("{name}: {wall}; {}", run.phases.sentence()));
    }
    plot.draw_baseline(&mut canvas)?;
    let [a, b] = walls.map(units::micros);
    let description =
        if data.is_one_machine { words::pair::took(&a, &b) } else { words::pair::took_elsewhere(&a, &b) };
    Ok(canvas.finish(words::pair::TITLE, &description, table(data)))
}

fn name(name: &str, run: PairedRun) -> String {
    if run.is_here { words::pair::name_here(&name) } else { words::pair::name_elsewhere(&name) }
}

fn table(data: &PairData) -> Table {
    let mut header = vec![words::pair::RUN.to_owned(), words::chart::WALL_CLOCK.to_owned()];
    header.extend(Phase::ALL.map(|phase| phase.name().to_owned()));
    let row = |(letter, run): (&str, &PairedRun)| {
        let mut row = vec![name(letter, *run), units::micros(run.phases.total())];
        row.extend(Phase::ALL.map(|phase| units::micros(run.phases.get(phase))));
        row
    };
    Table { header, rows: NAMES.into_iter().zip(&data.runs).map(row).collect() }
}
