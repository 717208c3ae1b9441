//! The marks: bars and dots of real runs, the dashed line of the model, the rules behind them.

use super::super::ChartError;
use super::super::canvas::{Canvas, LINE_PX, Rect};
use super::super::phases::draw_stack;
use super::super::plot::ascending_once;
use super::super::theme::Role;
use super::Belief;

use super::{MeasuredPoint, ModelledPoint, WallClockData, WorkersPlot, cores_x};

pub(super) fn draw_past_cores(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
) -> Result<(), ChartError> {
    let Some(x) = cores_x(plot, data) else {
        return Ok(());
    };
    let frame = plot.frame;
    let region = Rect::new(x, frame.y, frame.right() - x, frame.h);
    canvas.obstacle_line(&[(x, frame.y), (x, frame.bottom())]);
    canvas.rect(region, Role::HatchPastCores)?;
    canvas.line(&[(x, frame.y - LINE_PX), (x, frame.bottom())], Role::Rule, 1.0)
}

pub(super) fn draw_ideal(plot: &WorkersPlot, data: &WallClockData, top: f64) -> Result<(), ChartError> {
    let Some(single) = data.ideal_single_worker_micros else {
        return Ok(());
    };
    let last = f64::from(data.max_workers());
    let corner_count = (last.log2() * 8.0).ceil().max(1.0) as usize;
    let corners: Vec<(f64, f64)> = (0..=corner_count)
        .map(|corner| last.powf(corner as f64 / corner_count as f64))
        .map(|workers| (workers, single as f64 / workers))
        .filter(|(_, micros)| *micros <= top)
        .collect();
    plot.line(&corners, Role::Muted, 1.0)
}

pub(super) fn draw_selected(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
) -> Result<(), ChartError> {
    if !(1..=data.max_workers()).contains(&data.selected_workers) {
        return Ok(());
    }
    let x = plot.x_of(f64::from(data.selected_workers));
    let ends = [(x, plot.frame.y), (x, plot.frame.bottom())];
    canvas.obstacle_line(&ends);
    canvas.line(&ends, Role::Accent, 1.2)
}

/// As wide as the closest two numbers of workers allow.
fn bar_width(plot: &WorkersPlot, data: &WallClockData) -> f64 {
    let counts = data.real_runs().map(|point| point.workers.clamp(1, data.max_workers())).collect();
    let places: Vec<f64> =
        ascending_once(counts).into_iter().map(|workers| plot.x_of(f64::from(workers))).collect();
    let closest = places
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .filter(|distance| *distance > 0.1)
        .fold(f64::INFINITY, f64::min);
    let widest = (plot.frame.w / 18.0).clamp(8.0, 22.0);
    (closest * 0.66).clamp(2.0, widest)
}

fn shown<'a>(points: &'a [MeasuredPoint], data: &WallClockData) -> Vec<&'a MeasuredPoint> {
    let axis = 1..=data.max_workers();
    points.iter().filter(|point| axis.contains(&point.workers)).collect()
}

pub(super) fn draw_bars(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
) -> Result<(), ChartError> {
    let width = bar_width(plot, data);
    let y_of = |micros: u64| plot.y_of(micros as f64);
    for (points, is_time_sliced) in [(&data.measured, false), (&data.time_sliced, true)] {
        for point in shown(points, data) {
            let x = plot.x_of(f64::from(point.workers)) - width / 2.0;
            let top = y_of(point.phases.total());
            let bar = Rect::new(x, top, width, plot.frame.bottom() - top);
            if bar.h > 0.0 {
                // Paper first: a hatched bar must not let the line of the choice shine through.
                canvas.rect(bar, Role::Surface)?;
            }
            draw_stack(canvas, x, width, &point.phases, y_of)?;
            if is_time_sliced && bar.h > 0.0 {
                canvas.rect(bar, Role::HatchTimeSliced)?;
            }
            canvas.obstacle(bar);
        }
    }
    Ok(())
}

/// Where the time would go with the reader's choice, hatched as what the model says.
pub(super) fn draw_modelled_bar(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
    top: f64,
) -> Result<(), ChartError> {
    let (Some(phases), Some(workers)) = (&data.modelled_phases, data.selected()) else { return Ok(()) };
    let width = bar_width(plot, data);
    let x = plot.x_of(f64::from(workers)) - width / 2.0;
    let y_of = |micros: u64| plot.y_of((micros as f64).min(top));
    let (zero, high) = (y_of(0), y_of(phases.total()));
    let bar = Rect::new(x, high, width, zero - high);
    if bar.h <= 0.0 {
        return Ok(());
    }
    canvas.rect(bar, Role::Surface)?;
    draw_stack(canvas, x, width, phases, y_of)?;
    canvas.rect(bar, Role::HatchModelled)?;
    canvas.outline(bar, Role::Modelled, 1.0)?;
    canvas.obstacle(bar);
    Ok(())
}

pub(super) fn draw_dots(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
) -> Result<(), ChartError> {
    let radius = (bar_width(plot, data) * 0.42).clamp(2.2, 4.2);
    for (points, is_time_sliced) in [(&data.measured, false), (&data.time_sliced, true)] {
        for point in shown(points, data) {
            let at = plot.at(f64::from(point.workers), point.measured_wall_micros as f64);
            if let Some((fastest, slowest)) = point.measured_range_micros {
                let (low, high) = (plot.y_of(fastest as f64), plot.y_of(slowest as f64));
                canvas.line(&[(at.0, low), (at.0, high)], Role::Measured, 1.2)?;
                for y in [low, high] {
                    canvas.line(&[(at.0 - 3.0, y), (at.0 + 3.0, y)], Role::Measured, 1.2)?;
                }
            }
            if is_time_sliced {
                canvas.ring(at, radius, Role::Measured)?;
            } else {
                canvas.dot(at, radius, Role::Measured)?;
            }
            canvas.obstacle(Rect::new(at.0 - 6.0, at.1 - 6.0, 12.0, 12.0));
        }
    }
    Ok(())
}

/// Draws what is between the model less and the model more its error, as far as it is on the chart.
fn draw_band(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    points: &[ModelledPoint],
    (error, top): (f64, f64),
) -> Result<(), ChartError> {
    let side = |share: f64| {
        let corner = move |point: &ModelledPoint| {
            let micros = (point.modelled_wall_micros as f64 * share).clamp(0.0, top);
            plot.at(f64::from(point.workers), micros)
        };
        points.iter().map(corner)
    };
    let corners: Vec<(f64, f64)> = side(1.0 - error).chain(side(1.0 + error).rev()).collect();
    if points.len() < 2 {
        return Ok(());
    }
    canvas.polygon(&corners, Role::HatchModelled)
}

/// Draws the dashed line, or the band of what is not believed to be a line; where it leaves through the top, returns the place and its last value.
pub(super) fn draw_model(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
    top: f64,
) -> Result<Option<(f64, ModelledPoint)>, ChartError> {
    let mut points: Vec<ModelledPoint> = Vec::with_capacity(data.modelled.len());
    for &point in data.modelled.iter().filter(|point| (1..=data.max_workers()).contains(&point.workers)) {
        let at = points.partition_point(|known| known.workers <= point.workers);
        points.insert(at, point);
    }
    match data.belief {
        Belief::Line => {}
        Belief::Band { error } | Belief::Unknown { error } => {
            draw_band(canvas, plot, &points, (error, top))?;
            return Ok(None);
        }
    }
    let mut run: Vec<(f64, f64)> = Vec::new();
    let mut exit = None;
    let mut previous: Option<(f64, f64)> = None;
    for point in &points {
        let here = (f64::from(point.workers), point.modelled_wall_micros as f64);
        if let Some(before) = previous
            && (before.1 > top) != (here.1 > top)
        {
            // The corner where the line crosses the top, interpolated as drawn: straight over log W.
            let part = (top - before.1) / (here.1 - before.1);
            let workers = before.0 * (here.0 / before.0).powf(part);
            run.push((workers, top));
            exit = (here.1 > top).then_some(workers);
        }
        if here.1 <= top {
            run.push(here);
        } else if run.len() > 1 {
            plot.line(&run, Role::Modelled, 2.0)?;
            plot.avoid(canvas, &run);
            run.clear();
        }
        previous = Some(here);
    }
    if run.len() > 1 {
        plot.line(&run, Role::Modelled, 2.0)?;
        plot.avoid(canvas, &run);
    }
    let last = points.last().copied();
    Ok(exit.zip(last).map(|(workers, last)| (plot.x_of(workers), last)))
}
