//! The verdict: what the figures at hand say, in sentences. Every number in them is one that was measured, counted or
//! modelled for this scenario, and each sentence says which.

use std::cmp::Ordering;
use std::fmt;

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

/// What is said before a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// Whether another worker would help, as in [`Verdict::answer`], or that the time is not known.
    pub answer: Option<String>,
    /// The modelled wall, and what is expected to move.
    pub rest: String,
}

impl fmt::Display for Foreseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.answer.iter().try_for_each(|answer| write!(f, "{answer} "))?;
        f.write_str(&self.rest)
    }
}

/// What is said while the controls show what has not run yet; it follows the hand. `None` when the verdict on a run stands
/// for it, and where nothing can be foreseen.
pub fn foreseen(state: &RunState) -> Option<Foreseen> {
    let forecast = state.foreseen()?;
    let workers = units::plural(state.scenario.workers.into(), words::noun::WORKER, words::noun::WORKERS);
    let model = state.modelled();
    let own = state.scenario.workers;
    let belief_and_wall = model.and_then(|model| Some((model.fit.belief(), model.wall_at(own)?)));
    let time = match belief_and_wall {
        Some((Belief::Line, wall)) => Some(words::verdict::foreseen(&workers, &micros(wall))),
        Some((Belief::Band { error }, wall)) => {
            Some(words::verdict::foreseen_band(&workers, &micros(wall), &units::share(error)))
        }
        Some((Belief::Unknown { .. }, _)) => None,
        None => Some(words::verdict::never_timed(&workers)),
    };
    let answer = match (model, belief_and_wall) {
        (_, Some((Belief::Unknown { error }, _))) => {
            Some(words::verdict::foreseen_unknown(&workers, &units::share(error)))
        }
        (model, _) => model.and_then(|model| answer(model, own)),
    };
    let (bytes, _) = forecast.written();
    let ratio = max_over_median(&forecast.partition_rows()).filter(|ratio| *ratio >= SKEWED_FACTOR);
    let moved = match (bytes, ratio) {
        (0, _) => words::verdict::NOTHING_MOVES.to_owned(),
        (_, Some(ratio)) => {
            let ratio = units::ratio(ratio);
            match forecast.basis {
                Basis::Counted => words::verdict::largest_is(&ratio),
                Basis::Expected => words::verdict::largest_expected(&ratio),
            }
        }
        (bytes, None) => words::verdict::about_moves(&units::bytes(bytes)),
    };
    let rest: Vec<String> = time.into_iter().chain([moved]).collect();
    Some(Foreseen { answer, rest: rest.join(" ") })
}

/// How far what was said before the run was off.
fn landing(state: &RunState) -> Option<String> {
    let landing = state.landing?;
    let off = |before: f64, after: f64| {
        units::share(if after > 0.0 { (before - after).abs() / after } else { 0.0 })
    };
    let wall = landing.wall.map(|(modelled, measured)| {
        words::verdict::landed_wall(&micros(modelled), &off(modelled.0, measured as f64))
    });
    let largest = landing.largest.map(|(expected, counted)| {
        let rows = units::plural(expected, words::noun::ROW, words::noun::ROWS);
        words::verdict::landed_rows(&rows, &off(expected as f64, counted as f64))
    });
    let sentences: Vec<String> = wall.into_iter().chain(largest).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn micros(time: ModelMicros) -> String {
    units::micros(time.0.round() as u64)
}

fn headline(state: &RunState, run: &Measurement) -> String {
    let wall = units::micros(run.report.wall_micros);
    let workers = units::plural(run.scenario.workers.into(), words::noun::WORKER, words::noun::WORKERS);
    let limit = match run.report.fetched {
        Some(fetched) => arrival(run, fetched),
        None => what_limits(&run.report),
    };
    let cores = units::plural(state.cores.into(), words::noun::CORE, words::noun::CORES);
    let is_sliced = run.scenario.workers > state.cores;
    let measured = match (run.walls_micros.len(), is_sliced) {
        (0 | 1, false) => words::verdict::measured(&workers, &wall),
        (0 | 1, true) => words::verdict::measured_sliced(&workers, &wall, &cores),
        (runs, false) => words::verdict::measured_median(&workers, &wall, &runs),
        (runs, true) => words::verdict::measured_median_sliced(&workers, &wall, &runs, &cores),
    };
    format!("{measured} {limit}")
}

/// What moved, and how unevenly.
fn what_limits(report: &JobReport) -> String {
    let skewed = report.skew.max_over_median.filter(|ratio| *ratio >= SKEWED_FACTOR);
    let blocks = units::bytes(report.shuffle_bytes());
    match (report.shuffle_bytes() > 0, skewed) {
        (false, _) => words::verdict::NOTHING_MOVED.to_owned(),
        (true, Some(ratio)) => words::verdict::largest_is(&units::ratio(ratio)),
        (true, None) if report.stages.iter().any(StageReport::reads_broadcast) => {
            let moved = units::bytes(report.moved_bytes());
            words::verdict::broadcast(&blocks, &moved)
        }
        (true, None) => words::verdict::moved(&blocks),
    }
}

/// What came to the driver.
fn arrival(run: &Measurement, fetched: FetchReport) -> String {
    let rows = units::plural(fetched.rows, words::noun::ROW, words::noun::ROWS);
    match run.scenario.action {
        Action::Show { .. } => words::verdict::had_to_run(
            &fetched.tasks_run,
            &units::plural(fetched.task_count.into(), words::noun::PARTITION, words::noun::PARTITIONS),
            &rows,
        ),
        Action::Write {} | Action::Collect { of: CollectPoint::Result, .. } => {
            words::verdict::came(&rows, &units::bytes(fetched.bytes))
        }
        Action::Collect { of: CollectPoint::Input, .. } => {
            words::verdict::came_input(&rows, &units::bytes(fetched.bytes))
        }
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
    Some(words::verdict::straggler(&key, &share, &partition, &owner, &units::ratio(1.0 / hot.share)))
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
    let best_words = units::plural(best.into(), words::noun::WORKER, words::noun::WORKERS);
    Some(match Help::of(model.wall_at(workers)?, model.wall_at(best)?, workers, best) {
        Help::Yes => words::verdict::answer_yes(&best_words, &mark),
        Help::AsFast => words::verdict::answer_as_fast(&mark),
        Help::Hardly => words::verdict::answer_hardly(&best_words, &mark),
        Help::No => words::verdict::answer_no(&best_words, &mark),
    })
}

/// What the model says about other numbers of workers.
fn best_workers(state: &RunState, run: &Measurement) -> Option<String> {
    let model = state.model.as_ref()?;
    let belief = model.fit.belief();
    if let Belief::Unknown { error } = belief {
        return Some(words::verdict::best_unknown(&units::share(error)));
    }
    let best = model.best_workers;
    let (here, there) = (model.wall_at(run.scenario.workers)?, model.wall_at(best)?);
    let workers = run.scenario.workers;
    let time_of = |workers: u32, wall: ModelMicros| {
        let workers = units::plural(workers.into(), words::noun::WORKER, words::noun::WORKERS);
        (workers, micros(wall))
    };
    let ((best_words, best_time), (words, time)) = (time_of(best, there), time_of(workers, here));
    let times = if best == workers {
        words::verdict::would_take_alone(&words, &time)
    } else {
        words::verdict::would_take(&best_words, &best_time, &words, &time)
    };
    let conclusion = match Help::of(here, there, workers, best) {
        Help::AsFast => words::verdict::AS_FAST_AS_IT_GETS.to_owned(),
        Help::Hardly => words::verdict::next_to_nothing(&best),
        Help::Yes => words::verdict::STILL_HELP.to_owned(),
        Help::No => words::verdict::past(&best),
    };
    let says = match belief {
        Belief::Line | Belief::Unknown { .. } => words::verdict::modelled(&times),
        Belief::Band { error } => words::verdict::modelled_band(&units::share(error), &times),
    };
    Some(format!("{says} {conclusion}"))
}

/// The largest part of the workers' time.
fn where_time_goes(report: &JobReport) -> Option<String> {
    let phases = &report.executors.phases;
    let sum =
        |part: fn(&shuffle_engine::metrics::PhaseMicros) -> u64| phases.iter().map(part).sum::<u64>() as f64;
    let parts = [
        (words::verdict::COMPUTING, sum(|phases| phases.compute.0)),
        (words::verdict::WRITING, sum(|phases| phases.write.0)),
        (words::verdict::EXCHANGING, sum(|phases| phases.transfer.0)),
        (words::verdict::READING, sum(|phases| phases.read.0)),
        (words::verdict::WAITING, report.executors.waiting_micros.iter().sum::<u64>() as f64),
    ];
    let total: f64 = parts.iter().map(|(_, micros)| micros).sum();
    let (name, most) = parts.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (total > 0.0).then(|| words::verdict::went_into(&units::share(most / total), &name))
}

/// What the tactics did, when they were on.
fn tactics(state: &RunState) -> Option<String> {
    let (before, after) = state.comparison()?;
    let same = before.report.result == after.report.result;
    let ratio = |run: &Measurement| {
        run.report.skew.max_over_median.map_or(words::verdict::NO_MEDIAN.to_owned(), units::ratio)
    };
    let says = if same { words::verdict::fixes_same } else { words::verdict::fixes_changed };
    // A block that is broadcast is written once and crosses many times.
    let bytes = |run: &Measurement| units::bytes(run.report.moved_bytes());
    Some(says(&bytes(before), &bytes(after), &ratio(before), &ratio(after)))
}
