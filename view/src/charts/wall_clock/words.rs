//! What the chart says in words: on hover, to a screen reader, in the table.

use super::super::Table;
use super::super::canvas::{Canvas, Rect};
use super::super::phases::Phase;
use super::super::units;
use super::Belief;

use super::{WallClockData, WorkersPlot};
use crate::words;

/// What is known for one number of workers, in one sentence.
pub(super) fn sentence(data: &WallClockData, workers: u32) -> String {
    let mut parts = Vec::new();
    for (points, is_shared) in [(&data.measured, false), (&data.time_sliced, true)] {
        for point in points.iter().filter(|point| point.workers == workers) {
            let wall = units::micros(point.measured_wall_micros);
            let wall = match is_shared {
                false => words::chart::time_measured(&wall),
                true => words::wall_clock::measured_shared(&wall),
            };
            let phases = point.phases.sentence();
            parts.push(if phases.is_empty() { wall } else { format!("{wall} ({phases})") });
        }
    }
    if let Some(modelled) = data.modelled_at(workers) {
        parts.push(words::chart::time_modelled(&units::micros(modelled)));
    }
    let workers = units::plural(u64::from(workers), words::noun::WORKER, words::noun::WORKERS);
    format!("{workers}: {}", parts.join("; "))
}

/// What the marks of the chart are, and no word of a mark that is not drawn. `runs` is how many runs a bar with a whisker is the
/// median of; `unmodelled` says why there is no model of this scenario.
pub fn caption(data: &WallClockData, runs: usize, unmodelled: Option<String>) -> String {
    let cores = units::plural(u64::from(data.cores), words::noun::CORE, words::noun::CORES);
    let (bars, medians) = (data.measured.len(), data.measured.iter().filter(|bar| bar.has_whisker()).count());
    let bars = match (bars, medians) {
        (0, _) => None,
        (1, 0) => Some(words::wall_clock::BAR_MEASURED.to_owned()),
        (_, 0) => Some(words::wall_clock::BARS_MEASURED.to_owned()),
        (bars, medians) if bars == medians => Some(words::wall_clock::bars_median(&runs)),
        _ => Some(words::wall_clock::bars_some(&runs)),
    };
    let dots = (!data.time_sliced.is_empty()).then(|| words::wall_clock::hollow_dot(&cores));
    let nothing = (bars.is_none() && dots.is_none()).then(|| words::wall_clock::NOTHING_MEASURED.to_owned());
    let line = if data.modelled.is_empty() {
        unmodelled.unwrap_or_else(|| words::wall_clock::LINE_FOLLOWS.to_owned())
    } else {
        match data.belief {
            Belief::Line => words::wall_clock::LINE.to_owned(),
            Belief::Band { error } => words::wall_clock::band(&units::share(error)),
            Belief::Unknown { error } => words::wall_clock::band_unknown(&units::share(error)),
        }
    };
    let bar = data.modelled_phases.map(|_| words::wall_clock::HATCHED_BAR.to_owned());
    let sentences: Vec<String> =
        bars.into_iter().chain(dots).chain(nothing).chain([line]).chain(bar).collect();
    sentences.join(" ")
}

/// One column per number of workers, up to half way to its neighbours.
pub(super) fn add_hits(canvas: &mut Canvas, plot: &WorkersPlot, data: &WallClockData) {
    let counts = data.worker_counts();
    let places: Vec<f64> = counts.iter().map(|w| plot.x_of(f64::from(*w))).collect();
    for (index, workers) in counts.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| places.get(i));
        let after = places.get(index + 1);
        let left = before.map_or(plot.frame.x, |x| (x + places[index]) / 2.0);
        let right = after.map_or(plot.frame.right(), |x| (x + places[index]) / 2.0);
        let column = Rect::new(left, plot.frame.y, right - left, plot.frame.h);
        canvas.hit(column, sentence(data, *workers));
    }
}

pub(super) fn describe(data: &WallClockData) -> String {
    let mut parts = vec![words::wall_clock::describe(
        &units::plural(
            (data.measured.len() + data.time_sliced.len()) as u64,
            words::noun::WORKER_NUMBER,
            words::noun::WORKER_NUMBERS,
        ),
        &units::count(data.modelled.len() as u64),
        &units::plural(u64::from(data.cores), words::noun::CORE, words::noun::CORES),
    )];
    if data.worker_counts().contains(&data.selected_workers) {
        parts.push(words::wall_clock::selected(&sentence(data, data.selected_workers)));
    }
    if let Some(best) = data.believed_best() {
        parts.push(words::wall_clock::best_on_model(&sentence(data, best)));
    }
    parts.join(" ")
}

pub(super) fn table(data: &WallClockData) -> Table {
    let mut header = vec![
        words::chart::WORKERS.to_owned(),
        words::wall_clock::MEASURED.to_owned(),
        words::wall_clock::CORES.to_owned(),
    ];
    header.extend(Phase::ALL.map(|phase| phase.name().to_owned()));
    header.push(words::wall_clock::MODELLED.to_owned());
    let mut rows = Vec::new();
    for workers in data.worker_counts() {
        let own = data.measured.iter().find(|point| point.workers == workers);
        let shared = data.time_sliced.iter().find(|point| point.workers == workers);
        let mut row = vec![units::count(u64::from(workers))];
        match own.or(shared) {
            Some(point) => {
                row.push(units::micros(point.measured_wall_micros));
                row.push(
                    if own.is_some() { words::wall_clock::ONE_EACH } else { words::wall_clock::SHARED }
                        .to_owned(),
                );
                row.extend(Phase::ALL.map(|phase| units::micros(point.phases.get(phase))));
            }
            None => row.extend(std::iter::repeat_n(String::new(), 2 + Phase::ALL.len())),
        }
        row.push(data.modelled_at(workers).map_or(String::new(), units::micros));
        rows.push(row);
    }
    Table { header, rows }
}
