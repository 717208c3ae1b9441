//! Wall-clock against workers: where the time goes, and whether another worker helps.
//!
//! ```text
//!   ms |  #            2 cores here: past this line, modelled
//!      |  #   #   |//////////////////////////////
//!      |  #   #   |- - o - - - - - - - - - - -
//!      '--1---2---|----4----8----16-- … workers
//! ```
//!
//! Two clocks share the axis and never mix: bars and dots were measured here, dashes are the model. Past the
//! cores of this machine a real run only takes turns on the same cores, so its dots are hollow.

mod labels;
mod marks;
mod words;

pub use words::caption;

use plotters::coord::combinators::LogCoord;

use super::canvas::{Canvas, LINE_PX, Rect};
use super::guess::{self, Guess};
use super::legend::{Swatch, draw_legend, draw_title};
use super::phases::{Phase, PhaseMicros};
use super::plot::{Plot, ascending_once, gutter_px, right_margin_px};
use super::theme::Role;
use super::units::{Quantity, Ticks, ticks};
use super::{Chart, ChartError, Frame, MAX_WORKERS};

type WorkersPlot = Plot<LogCoord<f64>>;

/// A real run with this many workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasuredPoint {
    /// Number of workers, at least 1.
    pub workers: u32,
    /// Wall-clock, the median when there were several runs.
    pub measured_wall_micros: u64,
    /// Fastest and slowest of several runs.
    pub measured_range_micros: Option<(u64, u64)>,
    /// Mean over the workers of the time in each phase; the sum is the wall-clock.
    pub phases: PhaseMicros,
}

impl MeasuredPoint {
    /// Whether its bar shows how far several runs lay apart.
    pub(super) fn has_whisker(&self) -> bool {
        self.measured_range_micros.is_some()
    }
}

/// What the cost model says for this many workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelledPoint {
    /// Number of workers, at least 1.
    pub workers: u32,
    /// Wall-clock on the model's clock.
    pub modelled_wall_micros: u64,
}

/// How far predictions are believed. Errors are shares of the measured wall.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Belief {
    /// Well enough for a line.
    #[default]
    Line,
    /// Within the largest error that was seen.
    Band {
        /// The largest error that was seen, as a share of the measured wall.
        error: f64,
    },
    /// Not: nothing is concluded from them.
    Unknown {
        /// The largest error that was seen, as a share of the measured wall.
        error: f64,
    },
}

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WallClockData {
    /// Real runs with at most as many workers as cores.
    pub measured: Vec<MeasuredPoint>,
    /// Real runs with more workers than cores: they take turns.
    pub time_sliced: Vec<MeasuredPoint>,
    /// The model, for as many numbers of workers as the line shall have corners.
    pub modelled: Vec<ModelledPoint>,
    /// Where the time would go with the reader's choice, mean over the workers; `None` where a real run shows it.
    pub modelled_phases: Option<PhaseMicros>,
    /// How far the model is believed.
    pub belief: Belief,
    /// Cores of this machine.
    pub cores: u32,
    /// Right end of the axis.
    pub max_workers: u32,
    /// The reader's choice.
    pub selected_workers: u32,
    /// Where the modelled line is lowest.
    pub best_workers: Option<u32>,
    /// Wall-clock of one worker; draws the line "this divided by W".
    pub ideal_single_worker_micros: Option<u64>,
    /// The reader's bet on a wall-clock.
    pub guess: Option<Guess>,
}

impl WallClockData {
    /// Whether there is nothing to draw but the axes.
    pub fn is_empty(&self) -> bool {
        self.measured.is_empty() && self.time_sliced.is_empty() && self.modelled.is_empty()
    }

    fn max_workers(&self) -> u32 {
        self.max_workers.clamp(1, MAX_WORKERS)
    }

    /// The reader's choice, if it lies on the axis.
    fn selected(&self) -> Option<u32> {
        let axis = 1..=self.max_workers();
        axis.contains(&self.selected_workers).then_some(self.selected_workers)
    }

    fn real_runs(&self) -> impl Iterator<Item = &MeasuredPoint> {
        self.measured.iter().chain(&self.time_sliced)
    }

    /// The best number of workers, unless the model is not believed.
    fn believed_best(&self) -> Option<u32> {
        self.best_workers.filter(|_| !matches!(self.belief, Belief::Unknown { .. }))
    }

    fn modelled_at(&self, workers: u32) -> Option<u64> {
        let point = self.modelled.iter().find(|point| point.workers == workers);
        point.map(|point| point.modelled_wall_micros)
    }

    /// The top of the data. The model may climb far above all runs at a thousand workers; the line then
    /// leaves through the top, with its value written there, rather than flatten everything else.
    fn top_micros(&self) -> u64 {
        let real = self.real_runs().map(|point| {
            let slowest = point.measured_range_micros.map_or(0, |(_, slowest)| slowest);
            point.measured_wall_micros.max(point.phases.total()).max(slowest)
        });
        let near = self.modelled.iter().filter(|point| {
            point.workers == 1
                || point.workers == self.selected_workers
                || Some(point.workers) == self.best_workers
        });
        let near = near.map(|point| point.modelled_wall_micros).chain(self.guess.map(|guess| guess.value));
        let base = real.chain(near).max().unwrap_or(0);
        let modelled = self.modelled.iter().map(|point| point.modelled_wall_micros);
        let highest = modelled.max().unwrap_or(0);
        if base == 0 { highest } else { base.max(highest.min(base.saturating_mul(27) / 20)) }
    }

    /// Every number of workers that is shown, ascending.
    fn worker_counts(&self) -> Vec<u32> {
        let real = self.real_runs().map(|point| point.workers);
        let counts = real
            .chain(self.modelled.iter().map(|point| point.workers))
            .filter(|workers| (1..=self.max_workers()).contains(workers))
            .collect();
        ascending_once(counts)
    }
}

/// Draws the chart.
pub fn draw(data: &WallClockData, frame: &Frame) -> Result<Chart, ChartError> {
    let mut canvas = Canvas::new(frame)?;
    let ticks = ticks(Quantity::Micros, data.top_micros(), 5);
    let legend_bottom = draw_head(&mut canvas, data, &ticks)?;
    let plot = lay_out(&canvas, data, &ticks, legend_bottom);
    marks::draw_past_cores(&mut canvas, &plot, data)?;
    plot.draw_value_axis(&mut canvas, &ticks)?;
    marks::draw_ideal(&plot, data, ticks.top)?;
    marks::draw_selected(&mut canvas, &plot, data)?;
    marks::draw_bars(&mut canvas, &plot, data)?;
    marks::draw_modelled_bar(&mut canvas, &plot, data, ticks.top)?;
    plot.draw_baseline(&mut canvas)?;
    let leaves = marks::draw_model(&mut canvas, &plot, data, ticks.top)?;
    marks::draw_dots(&mut canvas, &plot, data)?;
    labels::draw_worker_axis(&mut canvas, &plot, data)?;
    labels::draw_cores_label(&mut canvas, &plot, data)?;
    labels::draw_labels(&mut canvas, &plot, data, ticks.top, leaves)?;
    if let Some(guess) = data.guess.filter(|guess| guess.workers <= data.max_workers()) {
        let at = plot.at(f64::from(guess.workers), guess.value as f64);
        guess::draw_point(&mut canvas, guess, &plot.frame, at)?;
    }
    words::add_hits(&mut canvas, &plot, data);
    let bet = guess::sentence(data.guess);
    let description: Vec<String> = [words::describe(data)].into_iter().chain(bet).collect();
    Ok(canvas.finish(crate::words::wall_clock::TITLE, &description.join(" "), words::table(data)))
}

fn draw_head(canvas: &mut Canvas, data: &WallClockData, ticks: &Ticks) -> Result<f64, ChartError> {
    let title = crate::words::wall_clock::name(&ticks.unit);
    let note = match (data.real_runs().next().is_some(), data.modelled.is_empty()) {
        (true, false) => match data.belief {
            Belief::Line => crate::words::chart::DOTS_AND_DASHES,
            Belief::Band { .. } | Belief::Unknown { .. } => crate::words::wall_clock::DOTS_AND_BAND,
        },
        (true, true) => crate::words::chart::MEASURED_HERE,
        (false, false) => crate::words::chart::MODELLED,
        (false, true) => crate::words::chart::NOTHING_YET,
    };
    let region = Rect::new(0.0, 0.0, canvas.width(), LINE_PX);
    let bottom = draw_title(canvas, region, &title, note)?;
    let mut entries = Vec::new();
    if data.real_runs().next().is_some() || data.modelled_phases.is_some() {
        entries.push((Swatch::None, crate::words::chart::FROM_BOTTOM));
        entries.extend(Phase::ALL.map(|phase| (Swatch::Fill(phase.role()), phase.name())));
    }
    if !data.measured.is_empty() {
        entries.push((Swatch::Dot(Role::Measured), crate::words::chart::MEASURED));
    }
    if !data.time_sliced.is_empty() {
        entries.push((Swatch::Ring(Role::Measured), crate::words::wall_clock::CORES_SHARED));
    }
    match data.belief {
        _ if data.modelled.is_empty() => {}
        Belief::Line => entries.push((Swatch::Line(Role::Modelled, 2.0), crate::words::chart::MODELLED)),
        Belief::Band { .. } | Belief::Unknown { .. } => {
            entries.push((Swatch::Fill(Role::HatchModelled), crate::words::wall_clock::WITH_ERROR));
        }
    }
    if data.ideal_single_worker_micros.is_some() {
        entries.push((Swatch::Line(Role::Muted, 1.0), crate::words::wall_clock::IDEAL));
    }
    if entries.is_empty() { Ok(bottom) } else { draw_legend(canvas, bottom + 4.0, &entries) }
}

fn lay_out(canvas: &Canvas, data: &WallClockData, ticks: &Ticks, top: f64) -> WorkersPlot {
    let left = gutter_px(ticks);
    // One line of room above for the label of the cores, two below for numbers and their name.
    let top = top + LINE_PX + 8.0;
    let bottom = canvas.height() - 2.0 * LINE_PX - 4.0;
    let frame = Rect::new(
        left,
        top,
        canvas.width() - left - right_margin_px(data.max_workers()),
        (bottom - top).max(24.0),
    );
    Plot::over_workers(&canvas.area, frame, data.max_workers(), ticks.top)
}

/// x of the rule: between the last number of workers that has a core each and the first that has not.
fn cores_x(plot: &WorkersPlot, data: &WallClockData) -> Option<f64> {
    if data.cores == 0 || data.cores >= data.max_workers() {
        return None;
    }
    let cores = f64::from(data.cores);
    Some(plot.x_of((cores * (cores + 1.0)).sqrt()))
}
