//! What the chart says in words: on hover, to a screen reader, in the table.

use super::super::Table;
use super::super::canvas::{Canvas, Rect};
use super::super::phases::Phase;
use super::super::units;
use super::Belief;

use super::{WallClockData, WorkersPlot};

/// What is known for one number of workers, in one sentence.
pub(super) fn sentence(data: &WallClockData, workers: u32) -> String {
    let mut parts = Vec::new();
    for (points, how) in [(&data.measured, "measured"), (&data.time_sliced, "measured with shared cores")] {
        for point in points.iter().filter(|point| point.workers == workers) {
            let wall = units::micros(point.measured_wall_micros);
            let phases = point.phases.sentence();
            let phases = if phases.is_empty() { phases } else { format!(" ({phases})") };
            parts.push(format!("{wall} {how}{phases}"));
        }
    }
    if let Some(modelled) = data.modelled_at(workers) {
        parts.push(format!("{} modelled", units::micros(modelled)));
    }
    let workers = units::plural(u64::from(workers), "worker", "workers");
    format!("{workers}: {}", parts.join("; "))
}

/// What the marks of the chart are, and no word of a mark that is not drawn. `runs` is how many runs a bar with a whisker is the
/// median of; `unmodelled` says why there is no model of this scenario.
pub fn caption(data: &WallClockData, runs: usize, unmodelled: Option<String>) -> String {
    let cores = units::plural(u64::from(data.cores), "core", "cores");
    let (bars, medians) = (data.measured.len(), data.measured.iter().filter(|bar| bar.has_whisker()).count());
    let bars = match (bars, medians) {
        (0, _) => None,
        (1, 0) => Some("The bar was measured.".to_owned()),
        (_, 0) => Some("The bars were measured.".to_owned()),
        (bars, medians) if bars == medians => Some(format!(
            "Each bar is the median of {runs} measured runs; its whisker spans the fastest and the slowest."
        )),
        _ => Some(format!(
            "Each bar with a whisker is the median of {runs} measured runs, from the fastest to the slowest; the bar \
             without one was measured, too."
        )),
    };
    let dots = (!data.time_sliced.is_empty())
        .then(|| format!("The hollow dot was measured, but its workers took turns on {cores}."));
    let nothing = (bars.is_none() && dots.is_none()).then(|| "Nothing is measured yet.".to_owned());
    let line = if data.modelled.is_empty() {
        unmodelled.unwrap_or_else(|| "The modelled line follows once this browser is calibrated.".to_owned())
    } else {
        match data.belief {
            Belief::Line => "The dashed line is modelled, with a core for each worker.".to_owned(),
            Belief::Band { error } => format!(
                "The purple band is modelled, with a core for each worker, give or take the {} that the model was off at worst.",
                units::share(error)
            ),
            Belief::Unknown { error } => format!(
                "Which number of workers is best is not known here: the model was off by up to {}, and the purple band is as wide.",
                units::share(error)
            ),
        }
    };
    let bar = data.modelled_phases.map(|_| "The hatched bar is modelled, too.".to_owned());
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
    let mut parts = vec![format!(
        "Measured for {}, modelled for {}, on a machine with {}.",
        units::plural(
            (data.measured.len() + data.time_sliced.len()) as u64,
            "number of workers",
            "numbers of workers"
        ),
        units::count(data.modelled.len() as u64),
        units::plural(u64::from(data.cores), "core", "cores"),
    )];
    if data.worker_counts().contains(&data.selected_workers) {
        parts.push(format!("Selected: {}.", sentence(data, data.selected_workers)));
    }
    if let Some(best) = data.believed_best() {
        parts.push(format!("Best on the model: {}.", sentence(data, best)));
    }
    parts.join(" ")
}

pub(super) fn table(data: &WallClockData) -> Table {
    let mut header = vec!["workers".to_owned(), "measured wall-clock".to_owned(), "cores".to_owned()];
    header.extend(Phase::ALL.map(|phase| phase.name().to_owned()));
    header.push("modelled wall-clock".to_owned());
    let mut rows = Vec::new();
    for workers in data.worker_counts() {
        let own = data.measured.iter().find(|point| point.workers == workers);
        let shared = data.time_sliced.iter().find(|point| point.workers == workers);
        let mut row = vec![units::count(u64::from(workers))];
        match own.or(shared) {
            Some(point) => {
                row.push(units::micros(point.measured_wall_micros));
                row.push(if own.is_some() { "one each" } else { "shared" }.to_owned());
                row.extend(Phase::ALL.map(|phase| units::micros(point.phases.get(phase))));
            }
            None => row.extend(std::iter::repeat_n(String::new(), 2 + Phase::ALL.len())),
        }
        row.push(data.modelled_at(workers).map_or(String::new(), units::micros));
        rows.push(row);
    }
    Table { header, rows }
}
