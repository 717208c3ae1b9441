//! What the chart says in words: above the plot, on hover, to a screen reader, in the table.

use super::super::Table;
use super::super::guess;
use super::super::phases::Phase;
use super::super::units;
use super::{Clock, LoadData, LoadMeasure, WorkerLoad};
use crate::forecast::Basis;
use crate::words;

/// Where the rows come from.
pub(super) fn rows_note(rows: Basis, clock: Clock) -> &'static str {
    match (rows, clock) {
        (Basis::Counted, Clock::Measured) => words::load::EXACT,
        (Basis::Counted, Clock::Modelled) => words::load::EXACT_DEALT,
        (Basis::Expected, _) => words::load::EXPECTED,
    }
}

pub(super) fn facts(data: &LoadData) -> String {
    if data.workers.is_empty() {
        return words::chart::NOTHING_YET.to_owned();
    }
    let (max, median) = (data.max(), data.median());
    let ratio = if median == 0 {
        words::load::NO_RATIO.to_owned()
    } else {
        words::load::ratio(&units::ratio(max as f64 / median as f64))
    };
    let (max, median) = (data.in_words(max), data.in_words(median));
    match data.measure {
        LoadMeasure::Rows => words::load::facts_rows(&max, &median, &ratio),
        LoadMeasure::Time => words::load::facts_time(&max, &median, &ratio),
    }
}

pub(super) fn hot_words(data: &LoadData) -> Option<String> {
    let key = data.hot_key.as_ref()?;
    let holders = data.workers.iter().filter(|worker| worker.hot_rows > 0).count();
    let (name, share) = (&key.name, units::share(key.row_share));
    Some(if holders > 1 {
        let workers = units::plural(holders as u64, words::noun::WORKER, words::noun::WORKERS);
        words::load::hot_on(&name, &share, &workers)
    } else {
        words::load::hot(&name, &share)
    })
}

pub(super) fn sentence(data: &LoadData, index: usize, worker: &WorkerLoad, workers_per_bar: usize) -> String {
    let rows = units::plural(worker.rows, words::noun::ROW, words::noun::ROWS);
    let mut text = match data.rows {
        Basis::Counted => words::load::worker_rows(&index, &rows),
        Basis::Expected => words::load::worker_rows_expected(&index, &rows),
    };
    if worker.hot_rows > 0 {
        let name = data.hot_key.as_ref().map_or(words::load::THE_HOT_KEY, |key| key.name.as_str());
        let hot = units::count(worker.hot_rows);
        text = format!("{text}, {}", words::load::of_them(&hot, &name));
    }
    if worker.phases.total() > 0 {
        let (busy, phases) = (units::micros(worker.phases.busy()), worker.phases.sentence());
        let busy = match data.clock {
            Clock::Measured => words::load::busy_measured(&busy, &phases),
            Clock::Modelled => words::load::busy_modelled(&busy, &phases),
        };
        text = format!("{text}; {busy}");
    }
    if workers_per_bar > 1 {
        let first = index / workers_per_bar * workers_per_bar;
        let last = (first + workers_per_bar - 1).min(data.workers.len() - 1);
        text = format!("{text}; {}", words::load::busiest(&first, &last));
    }
    text
}

pub(super) fn describe(data: &LoadData) -> String {
    let workers = units::plural(data.workers.len() as u64, words::noun::WORKER, words::noun::WORKERS);
    let hot = match (hot_words(data), data.hottest()) {
        (Some(hot), Some(index)) => Some(words::load::holds_most(&index, &hot)),
        _ => None,
    };
    let facts = [format!("{workers}."), format!("{}.", facts(data))];
    let sentences: Vec<String> =
        facts.into_iter().chain(hot).chain(guess::sentence(data.shown_guess())).collect();
    sentences.join(" ")
}

pub(super) fn table(data: &LoadData) -> Table {
    let mut header: Vec<String> =
        [words::chart::WORKER, words::load::ROWS, words::load::HOT_ROWS, words::load::BUSY]
            .map(str::to_owned)
            .to_vec();
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
