//! From the last run to the timeline's data, and how the run is played back: the moment that is shown, and how fast it moves.

use shuffle_engine::metrics::{JobReport, StageReport};

use crate::charts::timeline::{Straggler, TimelineData};
use crate::charts::units;
use crate::figures::observed_stage;
use crate::state::RunState;
use crate::words;

/// A task that takes so many times as long as the median one of its stage keeps the others waiting.
const STRAGGLES_FROM: f64 = 1.5;

/// The part of a run that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    /// The whole run is shown, from its start to its end.
    #[default]
    Run,
    /// The exchanges, from the first message to the last.
    Exchange,
}

/// The timeline of the last run; `None` while there is none.
pub fn timeline(state: &RunState, window: Window) -> Option<TimelineData> {
    of_report(&state.run.as_ref()?.report, window)
}

/// The timeline of a report; `None` where the report has none.
pub fn of_report(report: &JobReport, window: Window) -> Option<TimelineData> {
    let timeline = report.timeline.clone()?;
    let window = match window {
        Window::Run => None,
        Window::Exchange => {
            let begin = timeline.exchanges.iter().map(|side| side.begin_micros).min();
            begin.zip(timeline.exchanges.iter().map(|side| side.end_micros).max())
        }
    };
    Some(TimelineData {
        workers: report.executors.phases.len(),
        stages: report.stages.iter().map(|stage| stage.name.clone()).collect(),
        straggler: straggler(report),
        window,
        timeline,
    })
}

/// The longest task of the stage whose load is shown, if the others wait for it.
fn straggler(report: &JobReport) -> Option<Straggler> {
    let stage: &StageReport = observed_stage(report)?;
    let micros = &stage.partitions.busy_micros;
    let (task, &longest) = micros.iter().enumerate().max_by_key(|(_, micros)| **micros)?;
    let mut sorted = micros.clone();
    sorted.sort_unstable();
    let median = *sorted.get(sorted.len() / 2)?;
    if sorted.len() < 2 || (longest as f64) < STRAGGLES_FROM * median as f64 {
        return None;
    }
    let hot = report.skew.hot_key.filter(|key| key.partition == Some(task as u32));
    let (longest, median) = (units::micros(longest), units::micros(median));
    let words = match hot {
        Some(key) => {
            let key = units::count(key.value.unsigned_abs());
            words::timeline::task_hot(&task, &key, &longest, &median)
        }
        None => words::timeline::task_plain(&task, &longest, &median),
    };
    Some(Straggler { stage: stage.id, task: task as u32, words })
}

/// How fast a run can be played back: how many times as slow as it was, and how that is called. The slowest comes first.
pub const SPEEDS: [(u64, &str); 4] =
    [(100, "1/100"), (30, "1/30"), (10, "1/10"), (1, words::timeline::REAL_TIME)];

/// Playing the usual way takes about so long at most.
const USUAL_PLAY_MICROS: u64 = 8_000_000;

/// The slowest speed with which nobody has to wait long for the end.
pub fn usual_slowdown(length_micros: u64) -> u64 {
    let is_short =
        |(slowdown, _): &&(u64, &str)| length_micros.saturating_mul(*slowdown) <= USUAL_PLAY_MICROS;
    SPEEDS.iter().find(is_short).map_or(1, |(slowdown, _)| *slowdown)
}

/// A number that is another one for every other run, so that a picture is drawn anew only where it has to be; 0 without a run.
pub fn fingerprint(state: &RunState) -> u64 {
    let Some(timeline) = state.run.as_ref().and_then(|run| run.report.timeline.as_ref()) else { return 0 };
    let times = timeline.spans.iter().map(|span| span.begin_micros ^ span.end_micros.rotate_left(20));
    let messages =
        timeline.messages.iter().map(|message| message.bytes ^ message.arrived_micros.rotate_left(20));
    let mix = |sum: u64, part: u64| (sum ^ part).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
    times.chain(messages).fold(timeline.wall_micros | 1, mix)
}

/// The next moment worth a look, for a reader who wants no motion: from the end on, the first one.
pub fn next_step(data: &TimelineData, at: u64) -> u64 {
    let steps = data.steps();
    let (_, end) = data.window();
    let next = if at >= end { steps.first() } else { steps.iter().find(|step| **step > at) };
    next.copied().unwrap_or(end)
}

/// A moment for somebody who listens: "34 of 120 milliseconds".
pub fn spoken(at: u64, length: u64) -> String {
    let of = |unit: u64| (units::count(at / unit), units::count(length / unit));
    match length {
        0..10_000 => {
            let (at, length) = of(1);
            words::timeline::spoken_micros(&at, &length)
        }
        10_000..10_000_000 => {
            let (at, length) = of(1_000);
            words::timeline::spoken_millis(&at, &length)
        }
        _ => {
            let (at, length) = of(1_000_000);
            words::timeline::spoken_seconds(&at, &length)
        }
    }
}

/// What the picture is of, in sentences.
pub fn caption(data: &TimelineData, cores: u32) -> String {
    let mut sentences = vec![words::timeline::CAPTION.to_owned()];
    if data.workers as u32 > cores {
        sentences.push(words::timeline::caption_shared(
            &units::plural(data.workers as u64, words::noun::WORKER, words::noun::WORKERS),
            &units::plural(cores.into(), words::noun::CORE, words::noun::CORES),
        ));
    }
    if data.timeline.runs > 1 {
        sentences.push(words::timeline::caption_mean(
            &data.timeline.runs,
            &data.timeline.run,
            &units::micros(data.timeline.wall_micros),
        ));
    }
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_played_as_slowly_as_nobody_gets_tired_of() {
        assert_eq!([20_000, 120_000, 700_000, 60_000_000].map(usual_slowdown), [100, 30, 10, 1]);
    }

    #[test]
    fn a_moment_is_spoken_in_the_unit_of_the_whole() {
        assert_eq!(spoken(34_400, 120_000), "34 of 120 milliseconds");
        assert_eq!(spoken(340, 8_000), "340 of 8,000 microseconds");
        assert_eq!(spoken(9_000_000, 12_000_000), "9 of 12 seconds");
    }
}
