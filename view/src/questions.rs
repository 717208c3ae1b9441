//! The page's questions: one is always answered in full, the others show a line each and their figure when it is opened.

use shuffle_engine::metrics::JobReport;
use shuffle_engine::plan::Planned;

use crate::charts::units;
use crate::figures::observed_stage;
use crate::parts::{Part, Shown, UnknownPart, read, write};
use crate::state::{Measurement, RunState};
use crate::words::{noun, question};

/// Whether the page folds a view away until somebody opens it.
pub fn is_folded(shown: Shown) -> bool {
    !matches!(shown, Shown::Verdict | Shown::WallClock)
}

/// The folded views in the order of the page.
fn folded() -> impl Iterator<Item = Shown> {
    Shown::all().into_iter().filter(|&shown| is_folded(shown))
}

/// Which of the folded views a reader has opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opened(u16);

impl Opened {
    /// Whether a view is open.
    pub fn has(self, shown: Shown) -> bool {
        self.0 & bit(shown) != 0
    }

    /// The same with one view opened or folded away.
    #[must_use]
    pub fn with(self, shown: Shown, is_open: bool) -> Self {
        if is_open { Opened(self.0 | bit(shown)) } else { Opened(self.0 & !bit(shown)) }
    }

    /// Reads a list of views as it stands in a link: `load,plan`, `all`, `none`. An unknown name is left out, and said.
    pub fn read(list: &str) -> (Self, Option<UnknownPart>) {
        let (parts, unknown) = read::<Shown>(list);
        // Where nothing of a list is known, nothing is opened.
        let is_nothing = unknown.as_ref().is_some_and(|unknown| unknown.is_all);
        let opened = folded().filter(|shown| !is_nothing && parts.contains(shown));
        (opened.fold(Opened::default(), |opened, shown| opened.with(shown, true)), unknown)
    }

    /// The list as [`Opened::read`] reads it.
    pub fn write(self) -> String {
        if folded().all(|shown| self.has(shown)) {
            return "all".to_owned();
        }
        write(&folded().filter(|&shown| self.has(shown)).collect::<Vec<_>>())
    }
}

/// The place of a folded view in [`Opened`]; the others have none.
fn bit(shown: Shown) -> u16 {
    folded().position(|other| other == shown).map_or(0, |place| 1 << place)
}

/// The question that a view answers.
pub fn asked(shown: Shown) -> &'static str {
    match shown {
        Shown::Verdict | Shown::WallClock => question::WALL_CLOCK,
        Shown::Load => question::LOAD,
        Shown::Timeline => question::TIMELINE,
        Shown::Exchange => question::EXCHANGE,
        Shown::Traffic => question::TRAFFIC,
        Shown::Plan => question::PLAN,
    }
}

/// What a folded view would show of the last run, in a line; nothing before there is something to say.
pub fn in_short(shown: Shown, state: &RunState) -> Option<String> {
    let run = state.run.as_ref();
    match shown {
        Shown::Verdict | Shown::WallClock => None,
        Shown::Load => load(run?),
        Shown::Timeline => timeline(&run?.report),
        Shown::Exchange => exchange(&run?.report),
        Shown::Traffic => traffic(&run?.report),
        Shown::Plan => state.plan.as_ref().map(|planned| plan(planned)),
    }
}

fn load(run: &Measurement) -> Option<String> {
    let rows = &observed_stage(&run.report)?.executors.rows;
    let (worker, &most) = rows.iter().enumerate().max_by_key(|(_, rows)| **rows)?;
    let mean = rows.iter().sum::<u64>() as f64 / rows.len() as f64;
    if rows.len() < 2 || mean <= 0.0 {
        return None;
    }
    Some(question::load_in_short(&worker, &units::count_short(most), &units::ratio(most as f64 / mean)))
}

fn timeline(report: &JobReport) -> Option<String> {
    let waiting = report.executors.waiting_micros.iter().sum::<u64>() as f64;
    let all = waiting + report.executors.busy_micros.iter().sum::<u64>() as f64;
    (all > 0.0).then(|| question::timeline_in_short(&units::share(waiting / all)))
}

fn exchange(report: &JobReport) -> Option<String> {
    let exchanges = report.stages.iter().filter_map(|stage| stage.exchange.as_ref());
    let links = exchanges.map(|exchange| exchange.links).sum();
    let blocks = report.shuffle_blocks();
    if blocks == 0 {
        return Some(question::NOTHING_MOVED.to_owned());
    }
    let block = units::bytes(report.shuffle_bytes() / blocks);
    let (links, blocks) = (
        units::plural(links, noun::MESSAGE, noun::MESSAGES),
        units::plural(blocks, noun::BLOCK, noun::BLOCKS),
    );
    Some(question::exchange_in_short(&links, &blocks, &block))
}

fn traffic(report: &JobReport) -> Option<String> {
    let (written, moved) = (report.shuffle_bytes(), report.moved_bytes());
    (written > 0).then(|| question::traffic_in_short(&units::bytes(moved), &units::bytes(written)))
}

fn plan(planned: &Planned) -> String {
    let stages = units::plural(planned.stages.stages().len() as u64, noun::STAGE, noun::STAGES);
    let rules = units::plural(planned.optimized.trace.len() as u64, noun::RULE, noun::RULES);
    question::plan_in_short(&stages, &rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_comes_back_from_a_link_and_an_unknown_name_costs_only_itself() {
        for list in ["none", "all", "load", "load,plan"] {
            assert_eq!(Opened::read(list).0.write(), list);
        }
        let (opened, unknown) = Opened::read("load,lode");
        assert_eq!((opened.write().as_str(), unknown.is_some()), ("load", true));
        assert_eq!(Opened::read("lode").0, Opened::default());
    }

    #[test]
    fn what_is_always_shown_is_neither_opened_nor_folded_away() {
        let (opened, unknown) = Opened::read("wall_clock,verdict");
        assert_eq!((opened, unknown), (Opened::default(), None));
        assert!(!Opened::read("all").0.has(Shown::WallClock));
    }

    #[test]
    fn each_view_is_opened_and_folded_away_by_itself() {
        for shown in folded() {
            let opened = Opened::default().with(shown, true);
            assert!(folded().all(|other| opened.has(other) == (other == shown)));
            assert_eq!(opened.with(shown, false), Opened::default());
        }
    }
}
