//! Coordinate systems and axes: from (workers, microseconds) to places on the chart.
//!
//! The mapping is plotters' own (`Cartesian2d` over a logarithmic or a linear range); the axes are drawn by
//! hand, because a calm axis needs to know which of its labels matter most when room is short.

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingArea;
use plotters::element::PathElement;

use super::canvas::{Anchor, Canvas, LINE_PX, Rect, drawing_error, stroked};
use super::glyphs::Type;
use super::svg::{SUBPIXELS, SvgBackend};
use super::theme::Role;
use super::units::{self, Ticks};
use super::{ChartError, MAX_WORKERS};

/// A region with axes: x is a number of workers (logarithmic) or an index (linear), y begins at zero.
pub(super) struct Plot<X: Ranged<ValueType = f64>> {
    area: DrawingArea<SvgBackend, Cartesian2d<X, RangedCoordf64>>,
    /// Where it lies on the chart.
    pub(super) frame: Rect,
}

fn pixel_ranges(frame: &Rect) -> (std::ops::Range<i32>, std::ops::Range<i32>) {
    let scale = f64::from(SUBPIXELS);
    let sub = |value: f64| (value * scale).round() as i32;
    (sub(frame.x)..sub(frame.right()), sub(frame.bottom())..sub(frame.y))
}

impl Plot<LogCoord<f64>> {
    /// Workers from 1 to `max_workers`, in equal steps per doubling, with a little room at both ends.
    pub(super) fn over_workers(
        area: &DrawingArea<SvgBackend, Shift>,
        frame: Rect,
        max_workers: u32,
        top: f64,
    ) -> Self {
        let last = f64::from(max_workers.clamp(1, MAX_WORKERS));
        let room = (last.log2() * 0.035).clamp(0.25, 0.5).exp2();
        let workers = (1.0 / room..last * room).log_scale().base(2.0);
        let spec = Cartesian2d::new(workers, 0.0..top, pixel_ranges(&frame));
        Self { area: area.apply_coord_spec(spec), frame }
    }

    /// Numbers below the axis: the selected one first and always, then evenly spread powers of two and
    /// the last number, as many as have room.
    pub(super) fn draw_worker_numbers(
        &self,
        canvas: &mut Canvas,
        selected: Option<u32>,
        max_workers: u32,
    ) -> Result<(), ChartError> {
        let y = self.frame.bottom() + LINE_PX * 0.8;
        let bounds = canvas.bounds();
        let place = |workers: u32| (Anchor::Middle, (self.x_of(f64::from(workers)), y));
        if let Some(workers) = selected {
            let text = units::count(u64::from(workers));
            canvas.place(&text, Type::Title, Role::Accent, &[place(workers)], &bounds)?;
        }
        for workers in self.spread_numbers(max_workers) {
            let text = units::count(u64::from(workers));
            if selected != Some(workers) {
                canvas.place(&text, Type::Tick, Role::Muted, &[place(workers)], &bounds)?;
            }
        }
        Ok(())
    }

    /// Every power of two, or every second, third … until neighbours keep their distance.
    fn spread_numbers(&self, max_workers: u32) -> Vec<u32> {
        let last = max_workers.clamp(1, MAX_WORKERS);
        let half_width = |workers: u32| Type::Tick.width_px(&units::count(u64::from(workers))) / 2.0;
        let apart = |pair: &[u32]| {
            let distance = self.x_of(f64::from(pair[1])) - self.x_of(f64::from(pair[0]));
            distance >= half_width(pair[0]) + half_width(pair[1]) + 8.0
        };
        let every = |stride: usize| {
            let powers = (0..=12).step_by(stride).map(|power| 1u32 << power);
            let mut numbers: Vec<u32> = powers.filter(|workers| *workers < last).collect();
            numbers.push(last);
            numbers
        };
        let spread = (1..12).map(every).find(|numbers| numbers.windows(2).all(apart));
        spread.unwrap_or_else(|| every(12))
    }
}

impl Plot<RangedCoordf64> {
    /// Indexes from 0 to `count`, in equal steps.
    pub(super) fn over_indexes(
        area: &DrawingArea<SvgBackend, Shift>,
        frame: Rect,
        count: usize,
        top: f64,
    ) -> Self {
        let spec = Cartesian2d::new(0.0..count.max(1) as f64, 0.0..top, pixel_ranges(&frame));
        Self { area: area.apply_coord_spec(spec), frame }
    }
}

impl<X: Ranged<ValueType = f64>> Plot<X> {
    /// Place on the chart in CSS pixels.
    pub(super) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = self.area.map_coordinate(&(x, y));
        let scale = f64::from(SUBPIXELS);
        (f64::from(x) / scale, f64::from(y) / scale)
    }

    pub(super) fn x_of(&self, x: f64) -> f64 {
        self.at(x, 0.0).0
    }

    pub(super) fn y_of(&self, y: f64) -> f64 {
        self.at(1.0, y).1
    }

    /// A line through points given in the units of the axes.
    pub(super) fn line(&self, points: &[(f64, f64)], role: Role, width_px: f64) -> Result<(), ChartError> {
        let element = PathElement::new(points.to_vec(), stroked(role, width_px));
        self.area.draw(&element).map_err(drawing_error)
    }

    /// Labels shall keep off this line.
    pub(super) fn avoid(&self, canvas: &mut Canvas, points: &[(f64, f64)]) {
        let points: Vec<_> = points.iter().map(|(x, y)| self.at(*x, *y)).collect();
        canvas.obstacle_line(&points);
    }

    /// Horizontal grid lines with their numbers at the left; the baseline is stronger than the grid.
    /// When labels would crowd each other, every second one is left out, but never the top.
    pub(super) fn draw_value_axis(&self, canvas: &mut Canvas, ticks: &Ticks) -> Result<(), ChartError> {
        let last = ticks.values.len().saturating_sub(1);
        let step_px = (self.y_of(0.0) - self.y_of(ticks.top)) / last.max(1) as f64;
        let every = if step_px < 13.0 { last.max(1) } else { 1 };
        for (index, (value, label)) in ticks.values.iter().zip(&ticks.labels).enumerate() {
            if !(last - index).is_multiple_of(every) && index != 0 {
                continue;
            }
            let y = self.y_of(*value);
            let crisp = y.floor() + 0.5;
            let ends = [(self.frame.x, crisp), (self.frame.right(), crisp)];
            if index > 0 {
                canvas.line(&ends, Role::Grid, 1.0)?;
            }
            let at = (self.frame.x - 6.0, y);
            canvas.text(label, Type::Tick, Role::Muted, Anchor::End, at)?;
        }
        Ok(())
    }

    /// The zero line, drawn last so that bars stand on it.
    pub(super) fn draw_baseline(&self, canvas: &mut Canvas) -> Result<(), ChartError> {
        let y = self.frame.bottom().floor() + 0.5;
        canvas.line(&[(self.frame.x, y), (self.frame.right(), y)], Role::Muted, 1.0)
    }
}

/// Room at the left for the numbers of a value axis.
pub(super) fn gutter_px(ticks: &Ticks) -> f64 {
    let widest = ticks.labels.iter().map(|label| Type::Tick.width_px(label)).fold(0.0, f64::max);
    widest.ceil() + 8.0
}

/// Room at the right, so that the last number below the axis is not cut.
pub(super) fn right_margin_px(max_workers: u32) -> f64 {
    let widest = Type::Title.width_px(&units::count(u64::from(max_workers)));
    // The last number stands a quarter of a doubling or more before the end of the axis.
    (widest / 2.0 - 4.0).max(2.0).ceil()
}

/// Numbers of workers in ascending order, each once.
pub(super) fn ascending_once(mut workers: Vec<u32>) -> Vec<u32> {
    workers.sort_unstable();
    workers.dedup();
    workers
}
