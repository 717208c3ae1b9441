//! Two runs on one scale: where the time of the mean worker of each went. The height of a column is the run's wall-clock.

use super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::glyphs::Type;
use super::legend::{Swatch, draw_legend};
use super::phases::{Phase, PhaseMicros, draw_stack};
use super::plot::{Plot, gutter_px};
use super::theme::Role;
use super::units::{self, Quantity, ticks};
use super::{Chart, ChartError, Frame, Table};

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
        let name = format!("{}, measured {}", NAMES[index], place(*run));
        canvas.text(&name, Type::Tick, Role::Ink, Anchor::Middle, (middle, bottom + LINE_PX * 0.8))?;
        let bar = Rect::new(middle - width / 2.0, above, width, bottom - above);
        canvas.hit(bar, format!("{name}: {wall}; {}", run.phases.sentence()));
    }
    plot.draw_baseline(&mut canvas)?;
    let [a, b] = walls.map(units::micros);
    let machines = if data.is_one_machine { "" } else { " They were measured on different machines." };
    let description = format!("A took {a}, B {b}; the mean worker of each by phases.{machines}");
    Ok(canvas.finish("Two runs on one scale", &description, table(data)))
}

fn place(run: PairedRun) -> &'static str {
    if run.is_here { "here" } else { "elsewhere" }
}

fn table(data: &PairData) -> Table {
    let mut header = vec!["run".to_owned(), "wall-clock".to_owned()];
    header.extend(Phase::ALL.map(|phase| phase.name().to_owned()));
    let row = |(name, run): (&str, &PairedRun)| {
        let mut row = vec![format!("{name}, measured {}", place(*run)), units::micros(run.phases.total())];
        row.extend(Phase::ALL.map(|phase| units::micros(run.phases.get(phase))));
        row
    };
    Table { header, rows: NAMES.into_iter().zip(&data.runs).map(row).collect() }
}
