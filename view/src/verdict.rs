//! The verdict: what the figures at hand say, in sentences. Every number in them is one that was measured, counted or
//! modelled for this scenario, and each sentence says which.

use std::cmp::Ordering;

use shuffle_engine::metrics::skew::max_over_median;
use shuffle_engine::metrics::{FetchReport, JobReport, StageReport};
use shuffle_engine::model::ModelMicros;
use shuffle_engine::scenario::{Action, CollectPoint};

use crate::charts::units;
use crate::forecast::Basis;
use crate::state::{Belief, Measurement, ModelView, RunState};
use crate::words;

/// From this ratio on, partitions are called skewed: the default of Spark's `spark.sql.adaptive.skewJoin.skewedPartitionFactor`
/// (Spark's SQL performance tuning guide).
const SKEWED_FACTOR: f64 = 5.0;
/// Walls that differ by less than this share are called equal.
const NOTICEABLE: f64 = 0.05;

/// The verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether another worker would help, modelled; `None` where no model says so. It stands before the headline.
    pub answer: Option<String>,
    /// How long it took, measured, and what limits it.
    pub headline: String,
    /// Further sentences: cause, size and fix. The first one is what a reader has to know beside the headline.
    pub details: Vec<String>,
}

/// The verdict on the last run; `None` before there is one.
pub fn verdict(state: &RunState) -> Option<Verdict> {
    let run = state.run.as_ref()?;
    let mut details = Vec::new();
    details.extend(straggler(run));
    details.extend(tactics(state));
    details.extend(best_workers(state, run));
    details.extend(run.unmodelled.clone());
    details.extend(landing(state));
    details.extend(where_time_goes(&run.report));
    let model = state.model.as_ref().filter(|_| run.rows_stayed() && run.unmodelled.is_none());
    let answer = model.and_then(|model| answer(model, run.scenario.workers));
    Some(Verdict { answer, headline: headline(state, run), details })
}

/// What is said while the controls show what has not run yet: a sentence that follows the hand. `None` when the verdict on a run
/// stands for it, and where nothing can be foreseen.
pub fn foreseen(state: &RunState) -> Option<String> {
    let forecast = state.foreseen()?;
    let workers = units::plural(state.scenario.workers.into(), "worker", "workers");
    let model = state.modelled();
    let belief_and_wall =
        model.and_then(|model| Some((model.fit.belief(), model.wall_at(state.scenario.workers)?)));
    let time = match belief_and_wall {
        Some((Belief::Line, wall)) => words::verdict::foreseen(&workers, &micros(wall)),
        Some((Belief::Band { error }, wall)) => {
            words::verdict::foreseen_band(&workers, &micros(wall), &units::share(error))
        }
        Some((Belief::Unknown { error }, _)) => {
            words::verdict::foreseen_unknown(&workers, &units::share(error))
        }
        None => words::verdict::never_timed(&workers),
    };
    // Where the time is not known, the answer would say the same once more.
    let is_known = model.is_some_and(|model| !matches!(model.fit.belief(), Belief::Unknown { .. }));
    let answer = model.filter(|_| is_known).and_then(|model| answer(model, state.scenario.workers));
    let (bytes, _) = forecast.written();
    let ratio = max_over_median(&forecast.partition_rows()).filter(|ratio| *ratio >= SKEWED_FACTOR);
    let expected = match forecast.basis {
        Basis::Counted => "has",
        Basis::Expected => "is expected to have",
    };
    let moved = match (bytes, ratio) {
        (0, _) => "Nothing moves between workers.".to_owned(),
        (_, Some(ratio)) => {
            format!("The largest partition {expected} {} the rows of the median one.", units::ratio(ratio))
        }
        (bytes, None) => format!("About {} move between tasks.", units::bytes(bytes)),
    };
    let sentences: Vec<String> = answer.into_iter().chain([time, moved]).collect();
    Some(sentences.join(" "))
}

/// How far what was said before the run was off.
fn landing(state: &RunState) -> Option<String> {
    let landing = state.landing?;
    let off = |before: f64, after: f64| {
        units::share(if after > 0.0 { (before - after).abs() / after } else { 0.0 })
    };
    let wall = landing.wall.map(|(modelled, measured)| {
        format!("Modelled before the run: {}, off by {}.", micros(modelled), off(modelled.0, measured as f64))
    });
    let largest = landing.largest.map(|(expected, counted)| {
        let rows = units::plural(expected, "row", "rows");
        format!("Expected in the largest partition: {rows}, off by {}.", off(expected as f64, counted as f64))
    });
    let sentences: Vec<String> = wall.into_iter().chain(largest).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn micros(time: ModelMicros) -> String {
    units::micros(time.0.round() as u64)
}

fn headline(state: &RunState, run: &Measurement) -> String {
    let wall = units::micros(run.report.wall_micros);
    let workers = units::plural(run.scenario.workers.into(), "worker", "workers");
    let cores = state.cores;
    let sliced = if run.scenario.workers > cores {
        format!(", taking turns on this machine's {}", units::plural(cores.into(), "core", "cores"))
    } else {
        String::new()
    };
    let limit = match run.report.fetched {
        Some(fetched) => arrival(run, fetched),
        None => what_limits(&run.report),
    };
    let runs = match run.walls_micros.len() {
        0 | 1 => String::new(),
        several => format!(" (the median of {several} runs)"),
    };
    format!("With {workers}: {wall}, measured{runs}{sliced}. {limit}")
}

/// What moved, and how unevenly.
fn what_limits(report: &JobReport) -> String {
    let skewed = report.skew.max_over_median.filter(|ratio| *ratio >= SKEWED_FACTOR);
    let blocks = units::bytes(report.shuffle_bytes());
    match (report.shuffle_bytes() > 0, skewed) {
        (false, _) => "Nothing moved between workers.".to_owned(),
        (true, Some(ratio)) => {
            format!("The largest partition has {} the rows of the median one.", units::ratio(ratio))
        }
        (true, None) if report.stages.iter().any(StageReport::reads_broadcast) => {
            let moved = units::bytes(report.moved_bytes());
            format!("{blocks} went to every worker: {moved} crossed between them.")
        }
        (true, None) => format!("{blocks} moved between tasks."),
    }
}

/// What came to the driver.
fn arrival(run: &Measurement, fetched: FetchReport) -> String {
    let rows = units::plural(fetched.rows, "row", "rows");
    match run.scenario.action {
        Action::Show { .. } => format!(
            "{} of {} had to run for {rows}.",
            fetched.tasks_run,
            units::plural(fetched.task_count.into(), "partition", "partitions")
        ),
        Action::Write {} | Action::Collect { of: CollectPoint::Result, .. } => {
            format!("{rows}, {}, came into the driver's memory.", units::bytes(fetched.bytes))
        }
        Action::Collect { of: CollectPoint::Input, .. } => format!(
            "{rows}, {}, came into the driver's memory before the wide step.",
            units::bytes(fetched.bytes)
        ),
    }
}

/// The key that makes a straggler, and the cap that follows.
fn straggler(run: &Measurement) -> Option<String> {
    let hot = run.report.skew.hot_key?;
    let stage = run.report.stages.iter().find(|stage| stage.reads_shuffle())?;
    run.report.skew.max_over_median.filter(|ratio| *ratio >= SKEWED_FACTOR)?;
    let partition = hot.partition?;
    let owner = stage.partitions.executor.get(partition as usize)?;
    let key = units::count(hot.value.unsigned_abs());
    let share = units::share(hot.share);
    let is_split = run.scenario.tactics.combine || run.scenario.tactics.salt_buckets() > 1;
    if is_split {
        return None;
    }
    Some(format!(
        "Key {key} holds {share} of the shuffled rows, all in partition {partition} on worker {owner}: however many workers \
         there are, the stage that reads it gets at most {} faster.",
        units::ratio(1.0 / hot.share)
    ))
}

/// Whether another worker would help.
#[derive(Debug, Clone, Copy)]
enum Help {
    /// More workers are noticeably faster.
    Yes,
    /// It is about as fast as it gets, with no more workers than that takes.
    AsFast,
    /// It is about as fast as it gets, with more workers than that takes.
    Hardly,
    /// Fewer workers are noticeably faster.
    No,
}

impl Help {
    /// What the walls of these workers and of the best number of workers say.
    fn of(here: ModelMicros, there: ModelMicros, workers: u32, best: u32) -> Self {
        let is_as_fast = here.0 <= there.0 * (1.0 + NOTICEABLE);
        match (is_as_fast, workers.cmp(&best)) {
            (true, Ordering::Less | Ordering::Equal) => Help::AsFast,
            (true, Ordering::Greater) => Help::Hardly,
            (false, Ordering::Less) => Help::Yes,
            (false, Ordering::Equal | Ordering::Greater) => Help::No,
        }
    }
}

/// The answer to the page's question, with its mark: it is modelled.
fn answer(model: &ModelView, workers: u32) -> Option<String> {
    let mark = match model.fit.belief() {
        Belief::Line => words::verdict::MARK.to_owned(),
        Belief::Band { error } => words::verdict::mark_band(&units::share(error)),
        Belief::Unknown { error } => return Some(words::verdict::answer_unknown(&units::share(error))),
    };
    let best = model.best_workers;
    let best_words = units::plural(best.into(), "worker", "workers");
    Some(match Help::of(model.wall_at(workers)?, model.wall_at(best)?, workers, best) {
        Help::Yes => words::verdict::answer_yes(&best_words, &mark),
        Help::AsFast => {
            words::verdict::answer_as_fast(&units::plural(workers.into(), "worker", "workers"), &mark)
        }
        Help::Hardly => words::verdict::answer_hardly(&best_words, &mark),
        Help::No => words::verdict::answer_no(&best_words, &mark),
    })
}

/// What the model says about other numbers of workers.
fn best_workers(state: &RunState, run: &Measurement) -> Option<String> {
    let model = state.model.as_ref()?;
    let give_or_take = match model.fit.belief() {
        Belief::Line => String::new(),
        Belief::Band { error } => format!(", give or take {}", units::share(error)),
        Belief::Unknown { error } => {
            return Some(format!(
                "Modelled: which number of workers is best is not known here. The model was off by up to {}.",
                units::share(error)
            ));
        }
    };
    let best = model.best_workers;
    let (here, there) = (model.wall_at(run.scenario.workers)?, model.wall_at(best)?);
    let workers = run.scenario.workers;
    let time_of = |workers: u32, wall: ModelMicros| {
        let workers = units::plural(workers.into(), "worker", "workers");
        (workers, micros(wall))
    };
    let ((best_words, best_time), (words, time)) = (time_of(best, there), time_of(workers, here));
    let times = if best == workers {
        format!("{words} would take {time}")
    } else {
        format!("{best_words} would take {best_time}, {words} {time}")
    };
    let says = format!("Modelled, with a core for each worker{give_or_take}:");
    let conclusion = match Help::of(here, there, workers, best) {
        Help::AsFast => "That is about as fast as it gets.".to_owned(),
        Help::Hardly => format!("Workers past {best} buy next to nothing."),
        Help::Yes => "More workers still help.".to_owned(),
        Help::No => format!("Past {best} you buy shuffle, not speed."),
    };
    Some(format!("{says} {times}. {conclusion}"))
}

/// The largest part of the workers' time.
fn where_time_goes(report: &JobReport) -> Option<String> {
    let phases = &report.executors.phases;
    let sum =
        |part: fn(&shuffle_engine::metrics::PhaseMicros) -> u64| phases.iter().map(part).sum::<u64>() as f64;
    let parts = [
        ("computing", sum(|phases| phases.compute.0)),
        ("writing blocks", sum(|phases| phases.write.0)),
        ("exchanging blocks", sum(|phases| phases.transfer.0)),
        ("reading blocks", sum(|phases| phases.read.0)),
        ("waiting", report.executors.waiting_micros.iter().sum::<u64>() as f64),
    ];
    let total: f64 = parts.iter().map(|(_, micros)| micros).sum();
    let (name, most) = parts.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (total > 0.0)
        .then(|| format!("Of the workers' measured time, {} went into {name}.", units::share(most / total)))
}

/// What the tactics did, when they were on.
fn tactics(state: &RunState) -> Option<String> {
    let (before, after) = state.comparison()?;
    let same = before.report.result == after.report.result;
    let ratio =
        |run: &Measurement| run.report.skew.max_over_median.map_or("no median".to_owned(), units::ratio);
    let answer =
        if same { "the answer stayed the same, row for row" } else { "THE ANSWER CHANGED, which is a bug" };
    // A block that is broadcast is written once and crosses many times.
    Some(format!(
        "The fixes took the bytes that cross between workers from {} to {} and the largest over the median \
         partition from {} to {}; {answer}.",
        units::bytes(before.report.moved_bytes()),
        units::bytes(after.report.moved_bytes()),
        ratio(before),
        ratio(after)
    ))
}
