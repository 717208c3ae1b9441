//! The words inside the plot: at the cores, at the best, at the reader's choice.

use super::super::ChartError;
use super::super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::super::glyphs::Type;
use super::super::theme::Role;
use super::super::units;
use super::Belief;

use super::{ModelledPoint, WallClockData, WorkersPlot, cores_x};
use crate::words;

/// The longest wording that fits between the rule and the right edge, else one that ends at the edge.
pub(super) fn draw_cores_label(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
) -> Result<(), ChartError> {
    let Some(x) = cores_x(plot, data) else {
        return Ok(());
    };
    let cores = units::plural(u64::from(data.cores), words::noun::CORE, words::noun::CORES);
    let wordings = [
        words::wall_clock::cores_line(&cores),
        words::wall_clock::cores_past(&cores),
        words::wall_clock::cores_past_short(&cores),
        words::wall_clock::cores_here(&cores),
    ];
    let bounds = canvas.bounds();
    let y = plot.frame.y - LINE_PX + 5.0;
    for wording in &wordings {
        let right_of_rule = (Anchor::Start, (x + 6.0, y));
        if canvas.place(wording, Type::Note, Role::Muted, &[right_of_rule], &bounds)? {
            return Ok(());
        }
    }
    let left_of_rule = [(Anchor::End, (x - 6.0, y))];
    canvas.place(&wordings[3], Type::Note, Role::Muted, &left_of_rule, &bounds)?;
    Ok(())
}

pub(super) fn draw_worker_axis(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
) -> Result<(), ChartError> {
    plot.draw_worker_numbers(canvas, data.selected(), data.max_workers())?;
    let y = plot.frame.bottom() + LINE_PX * 1.75;
    let places = [(Anchor::End, (plot.frame.right(), y))];
    let bounds = canvas.bounds();
    canvas.place(words::wall_clock::WORKERS, Type::Note, Role::Muted, &places, &bounds)?;
    Ok(())
}

/// Places around a mark, the calmest first.
fn around((x, y): (f64, f64), distance: f64) -> Vec<(Anchor, (f64, f64))> {
    let mut places = Vec::new();
    for step in [1.0, 1.8, 2.6, 3.6] {
        let away = distance * step;
        places.push((Anchor::Middle, (x, y + away)));
        places.push((Anchor::Start, (x + 8.0, y + away * 0.7)));
        places.push((Anchor::Middle, (x, y - away)));
        places.push((Anchor::Start, (x + 8.0, y - away * 0.7)));
        places.push((Anchor::End, (x - 8.0, y - away * 0.7)));
        places.push((Anchor::End, (x - 8.0, y + away * 0.7)));
    }
    places
}

pub(super) fn draw_labels(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
    top: f64,
    leaves: Option<(f64, ModelledPoint)>,
) -> Result<(), ChartError> {
    let frame = plot.frame;
    let bounds = Rect::new(frame.x, frame.y - 4.0, frame.w + 2.0, frame.h + 2.0);
    if let Some(best) = data.believed_best()
        && let Some(micros) = data.modelled_at(best)
        && (1..=data.max_workers()).contains(&best)
        && micros as f64 <= top
    {
        let at = plot.at(f64::from(best), micros as f64);
        canvas.diamond(at, 5.0, Role::Modelled)?;
        canvas.obstacle(Rect::new(at.0 - 6.0, at.1 - 6.0, 12.0, 12.0));
        if best != data.selected_workers {
            let text = words::wall_clock::best(&units::count(u64::from(best)));
            canvas.place(&text, Type::Strong, Role::Modelled, &around(at, 18.0), &bounds)?;
        }
    }
    draw_selected_label(canvas, plot, data, top, &bounds)?;
    if let Some((x, last)) = leaves {
        let wall = units::micros(last.modelled_wall_micros);
        let text = words::wall_clock::leaves(&wall, &units::count(u64::from(last.workers)));
        let y = frame.y + 8.0;
        let places = [(Anchor::Start, (x + 8.0, y)), (Anchor::End, (x - 8.0, y))];
        canvas.place(&text, Type::Label, Role::Modelled, &places, &bounds)?;
    }
    Ok(())
}

/// "8 workers, 212 ms measured", at the run if there was one, else at the model. The choice may also be the best.
fn draw_selected_label(
    canvas: &mut Canvas,
    plot: &WorkersPlot,
    data: &WallClockData,
    top: f64,
    bounds: &Rect,
) -> Result<(), ChartError> {
    let Some(workers) = data.selected() else {
        return Ok(());
    };
    let run = data.real_runs().find(|point| point.workers == workers);
    let micros = match (run, data.modelled_at(workers)) {
        (Some(run), _) => run.measured_wall_micros,
        (None, Some(_)) if matches!(data.belief, Belief::Unknown { .. }) => {
            let at = plot.at(f64::from(workers), 0.0);
            let places = above_first(at);
            canvas.place(words::wall_clock::NOT_KNOWN, Type::Strong, Role::Modelled, &places, bounds)?;
            return Ok(());
        }
        (None, Some(modelled)) => modelled,
        (None, None) => return Ok(()),
    };
    let at = plot.at(f64::from(workers), (micros as f64).min(top));
    let is_best = data.believed_best() == Some(workers);
    if run.is_none() && !is_best {
        canvas.dot(at, 3.4, Role::Accent)?;
    }
    let who = units::plural(u64::from(workers), words::noun::WORKER, words::noun::WORKERS);
    let micros = units::micros(micros);
    let time = match run {
        Some(_) => words::chart::time_measured(&micros),
        None => words::chart::time_modelled(&micros),
    };
    let wordings = [format!("{who}, {time}"), format!("{who}, {micros}"), micros.clone()];
    let mut wordings: Vec<String> = match is_best {
        true => wordings.iter().map(|words| words::wall_clock::best_yours(&words)).collect(),
        false => wordings.into(),
    };
    wordings.push(micros);
    let wordings: Vec<&str> = wordings.iter().map(String::as_str).collect();
    let places = above_first(at);
    canvas.place_one_of(&wordings, Type::Strong, Role::Accent, &places, bounds)?;
    Ok(())
}

fn above_first((x, y): (f64, f64)) -> Vec<(Anchor, (f64, f64))> {
    let mut places = Vec::new();
    for away in [15.0, 26.0, 38.0, 52.0] {
        places.push((Anchor::Middle, (x, y - away)));
        places.push((Anchor::Start, (x + 8.0, y - away)));
        places.push((Anchor::End, (x - 8.0, y - away)));
        places.push((Anchor::Start, (x + 8.0, y + away)));
        places.push((Anchor::End, (x - 8.0, y + away)));
    }
    places
}
