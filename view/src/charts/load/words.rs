//! What the chart says in words: above the plot, on hover, to a screen reader, in the table.

use super::super::Table;
use super::super::guess;
use super::super::phases::Phase;
use super::super::units;
use super::{Clock, LoadData, LoadMeasure, WorkerLoad};
use crate::forecast::Basis;

/// Where the rows come from.
pub(super) fn rows_note(rows: Basis, clock: Clock) -> &'static str {
    match (rows, clock) {
        (Basis::Counted, Clock::Measured) => "exact",
        (Basis::Counted, Clock::Modelled) => "exact, dealt out before a run",
        (Basis::Expected, _) => "expected, before a run",
    }
}

pub(super) fn facts(data: &LoadData) -> String {
    if data.workers.is_empty() {
        return "nothing has run yet".to_owned();
    }
    let (max, median) = (data.max(), data.median());
    let busy = match data.measure {
        LoadMeasure::Rows => "",
        LoadMeasure::Time => "busy: ",
    };
    let ratio = if median == 0 {
        "no ratio, the median is zero".to_owned()
    } else {
        format!("max/median {}", units::ratio(max as f64 / median as f64))
    };
    format!("{busy}max {} · median {} · {ratio}", data.in_words(max), data.in_words(median))
}

pub(super) fn hot_words(data: &LoadData) -> Option<String> {
    let key = data.hot_key.as_ref()?;
    let holders = data.workers.iter().filter(|worker| worker.hot_rows > 0).count();
    let spread = if holders > 1 {
        format!(", on {}", units::plural(holders as u64, "worker", "workers"))
    } else {
        String::new()
    };
    Some(format!("{}: {} of the rows{spread}", key.name, units::share(key.row_share)))
}

pub(super) fn sentence(data: &LoadData, index: usize, worker: &WorkerLoad, workers_per_bar: usize) -> String {
    let mut text = format!("worker {index}: {}", units::plural(worker.rows, "row", "rows"));
    if data.rows == Basis::Expected {
        text += " expected";
    }
    if worker.hot_rows > 0 {
        let name = data.hot_key.as_ref().map_or("the hot key", |key| key.name.as_str());
        text += &format!(", {} of them {name}", units::count(worker.hot_rows));
    }
    if worker.phases.total() > 0 {
        let clock = match data.clock {
            Clock::Measured => "measured",
            Clock::Modelled => "modelled",
        };
        let busy = units::micros(worker.phases.busy());
        text += &format!("; busy {busy} {clock} ({})", worker.phases.sentence());
    }
    if workers_per_bar > 1 {
        let first = index / workers_per_bar * workers_per_bar;
        let last = (first + workers_per_bar - 1).min(data.workers.len() - 1);
        text += &format!("; the busiest of workers {first} to {last}");
    }
    text
}

pub(super) fn describe(data: &LoadData) -> String {
    let workers = units::plural(data.workers.len() as u64, "worker", "workers");
    let hot = match (hot_words(data), data.hottest()) {
        (Some(words), Some(index)) => format!(" Worker {index} holds most of {words}."),
        _ => String::new(),
    };
    format!("{workers}. {}.{hot}{}", facts(data), guess::sentence(data.shown_guess()))
}

pub(super) fn table(data: &LoadData) -> Table {
    let mut header: Vec<String> =
        ["worker", "rows", "rows of the hot key", "busy"].map(str::to_owned).to_vec();
    header.extend(Phase::ALL.map(|phase| phase.name().to_owned()));
    let row = |(index, worker): (usize, &WorkerLoad)| {
        let mut row = vec![
            index.to_string(),
            units::count(worker.rows),
            units::count(worker.hot_rows),
            units::micros(worker.phases.busy()),
        ];
        row.extend(Phase::ALL.map(|phase| units::micros(worker.phases.get(phase))));
        row
    };
    Table { header, rows: data.workers.iter().enumerate().map(row).collect() }
}
