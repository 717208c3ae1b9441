//! Two runs, compared: what differs in what was asked, and what that did, in words and figures. All of it was measured or
//! counted; nothing modelled stands here.

mod differences;
mod name;

use shuffle_engine::Scenario;
use shuffle_engine::metrics::JobReport;

use crate::charts::pair::{PairData, PairedRun};
use crate::charts::{Phase, PhaseMicros, units};
use crate::figures::mean_phases;
use crate::saved_run::SavedRun;
use crate::words;

pub use differences::differences;
pub use name::name;

/// Times that differ by less than this share are called about equal: repeated runs differ by as much.
const NOTICEABLE: f64 = 0.05;

/// One of two runs.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What was run and measured.
    pub saved: &'a SavedRun,
    /// Whether this page ran it, and not some machine that nothing is known of.
    pub is_here: bool,
}

/// What there is to say of two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Sentences, the most important first.
    pub words: Vec<String>,
    /// Figures side by side.
    pub facts: Vec<Fact>,
    /// Whether the answers are the same; `None` where the runs answer different questions.
    pub same_answer: Option<bool>,
    /// Their times on one scale.
    pub picture: PairData,
}

/// One figure of both runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is, and whether it was measured or counted.
    pub name: &'static str,
    /// The figure of the first run, in words.
    pub a: String,
    /// The figure of the second run, in words.
    pub b: String,
}

/// Compares two runs, the first called A and the second B.
pub fn compare(a: Side<'_>, b: Side<'_>) -> Comparison {
    let (first, second) = (&a.saved.run, &b.saved.run);
    let same_answer =
        same_answer(&first.scenario, &second.scenario).then(|| first.report.result == second.report.result);
    let is_one_machine = a.is_here && b.is_here;
    let mut words = vec![asked(&first.scenario, &second.scenario), times(a, b)];
    if is_one_machine {
        words.extend(where_it_went(&first.report, &second.report));
    }
    words.extend(moved(&first.report, &second.report));
    words.extend(evenness(&first.report, &second.report));
    words.push(answers(first.report.result.digest.as_str(), same_answer));
    let picture = PairData { runs: [paired(a), paired(b)], is_one_machine };
    Comparison { words, facts: facts(&first.report, &second.report), same_answer, picture }
}

fn paired(side: Side<'_>) -> PairedRun {
    PairedRun { phases: mean_phases(&side.saved.run.report), is_here: side.is_here }
}

fn asked(a: &Scenario, b: &Scenario) -> String {
    match differences(a, b).as_slice() {
        [] => words::compare::SAME_SCENARIO.to_owned(),
        parts => words::compare::b_has(&listed(parts)),
    }
}

/// "a, b and c".
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => words::compare::and(&before.join(", "), &last),
    }
}

fn times(a: Side<'_>, b: Side<'_>) -> String {
    let walls = [a, b].map(|side| side.saved.run.report.wall_micros);
    let [before, after] = walls.map(units::micros);
    let took = match (a.is_here, b.is_here) {
        (true, true) => None,
        (true, false) => Some(words::compare::took_b_elsewhere(&before, &after)),
        (false, true) => Some(words::compare::took_a_elsewhere(&before, &after)),
        (false, false) => Some(words::compare::took_elsewhere(&before, &after)),
    };
    if let Some(took) = took {
        return [took.as_str(), words::compare::TWO_MACHINES].join(" ");
    }
    let sliced = [a, b].into_iter().filter(|side| side.saved.run.scenario.workers > side.saved.cores).count();
    let cores = units::plural(a.saved.cores.into(), words::noun::CORE, words::noun::CORES);
    let caution = match sliced {
        0 => None,
        1 => Some(words::compare::one_sliced(&cores)),
        _ => Some(words::compare::both_sliced(&cores)),
    };
    [as_long(walls, &after, &before)].into_iter().chain(caution).collect::<Vec<_>>().join(" ")
}

fn as_long(walls: [u64; 2], after: &str, before: &str) -> String {
    let ratio = walls[1].max(1) as f64 / walls[0].max(1) as f64;
    if (ratio - 1.0).abs() < NOTICEABLE {
        words::compare::about_as_long(&after, &before)
    } else if ratio > 1.0 {
        let ratio = units::ratio(ratio);
        words::compare::as_long(&ratio, &after, &before)
    } else {
        let ratio = units::ratio(1.0 / ratio);
        words::compare::as_fast(&ratio, &after, &before)
    }
}

/// The phase in which the times of the mean worker differ most.
fn where_it_went(a: &JobReport, b: &JobReport) -> Option<String> {
    let (before, after) = (mean_phases(a), mean_phases(b));
    let wall = a.wall_micros.max(b.wall_micros) as f64;
    let change = |phase: Phase| after.get(phase).abs_diff(before.get(phase));
    let most = Phase::ALL.into_iter().max_by_key(|phase| change(*phase))?;
    (change(most) as f64 > wall * NOTICEABLE).then(|| {
        words::compare::differs_most(
            &most.name(),
            &units::micros(after.get(most)),
            &units::micros(before.get(most)),
        )
    })
}

fn moved(a: &JobReport, b: &JobReport) -> Option<String> {
    let of = |report: &JobReport| (report.moved_bytes(), links(report));
    let (before, after) = (of(a), of(b));
    (before != after).then(|| {
        words::compare::crossed(
            &units::bytes(after.0),
            &units::plural(after.1, words::noun::MESSAGE, words::noun::MESSAGES),
            &units::bytes(before.0),
            &units::count(before.1),
        )
    })
}

fn links(report: &JobReport) -> u64 {
    report.stages.iter().filter_map(|stage| stage.exchange.as_ref()).map(|exchange| exchange.links).sum()
}

fn evenness(a: &JobReport, b: &JobReport) -> Option<String> {
    let (before, after) = (a.skew.max_over_median?, b.skew.max_over_median?);
    let (before, after) = (units::ratio(before), units::ratio(after));
    (before != after).then(|| words::compare::largest(&after, &before))
}

/// Whether both runs ask the same question of the same rows. Which rows a show brings may differ with where rows are placed.
fn same_answer(a: &Scenario, b: &Scenario) -> bool {
    let question = |scenario: &Scenario| Scenario {
        workers: 1,
        map_partitions: 1,
        reduce_partitions: 1,
        tactics: Scenario::default().tactics,
        ..scenario.clone()
    };
    question(a) == question(b) && a.action.row_limit().is_none()
}

fn answers(digest: &str, same: Option<bool>) -> String {
    let short: String = digest.chars().take(8).collect();
    match same {
        Some(true) => words::compare::same_answer(&short),
        Some(false) => words::compare::OTHER_ANSWER.to_owned(),
        None => words::compare::NOT_COMPARED.to_owned(),
    }
}

fn facts(a: &JobReport, b: &JobReport) -> Vec<Fact> {
    let fact = |name, of: fn(&JobReport) -> String| Fact { name, a: of(a), b: of(b) };
    let mut facts = vec![
        fact(words::compare::WALL_CLOCK, |report| units::micros(report.wall_micros)),
        fact(words::compare::BLOCK_BYTES, |report| units::bytes(report.shuffle_bytes())),
        fact(words::compare::MOVED_BYTES, |report| units::bytes(report.moved_bytes())),
        fact(words::compare::MESSAGES, |report| units::count(links(report))),
        fact(words::compare::BLOCKS, |report| units::count(report.shuffle_blocks())),
        fact(words::compare::LARGEST_OVER_MEDIAN, |report| {
            report.skew.max_over_median.map_or("–".to_owned(), units::ratio)
        }),
    ];
    let (first, second) = (mean_phases(a), mean_phases(b));
    let of = |phase, phases: &PhaseMicros| units::micros(phases.get(phase));
    facts.extend(Phase::ALL.map(|phase| Fact {
        name: phase_name(phase),
        a: of(phase, &first),
        b: of(phase, &second),
    }));
    facts.push(fact(words::compare::ANSWER_ROWS, |report| units::count(report.result.rows)));
    facts.push(fact(words::compare::ANSWER_DIGEST, |report| report.result.digest.chars().take(8).collect()));
    facts
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Compute => words::compare::COMPUTING,
        Phase::Write => words::compare::WRITING,
        Phase::Transfer => words::compare::EXCHANGING,
        Phase::Read => words::compare::READING,
        Phase::Waiting => words::compare::WAITING,
    }
}
