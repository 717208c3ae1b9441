//! A task's stretches of work. A stretch ends where its executor paused for long, or did something else in between.

use super::super::WallMicros;
use super::super::protocol::MAX_SPANS;
use crate::clock::{PhaseMicros, Span};

/// A pause of at most this length is no end of a stretch: an executor lets messages in between two turns.
const PAUSE: WallMicros = WallMicros(1_000);

/// Stretches that are kept for pauses which the executor makes by itself, to exchange blocks. There are few of those, and each
/// has to end a stretch: else a task would seem to go on during an exchange.
const KEPT_FOR_CUTS: usize = 8;

/// The stretches of a running task.
#[derive(Debug, Default)]
pub(super) struct Spans {
    spans: Vec<Span>,
    /// What the finished stretches have of each phase.
    counted: PhaseMicros,
    /// Whether the executor has done something else since.
    is_cut: bool,
}

impl Spans {
    /// Ends the stretch at the next turn, however soon that comes.
    pub(super) fn cut(&mut self) {
        self.is_cut = true;
    }

    /// A turn begins. `phases` is what the task took so far.
    pub(super) fn begin_turn(&mut self, now: WallMicros, phases: &PhaseMicros) {
        let is_cut = std::mem::take(&mut self.is_cut);
        let limit = if is_cut { MAX_SPANS } else { MAX_SPANS - KEPT_FOR_CUTS };
        let count = self.spans.len();
        if let Some(last) = self.spans.last_mut() {
            if count >= limit || !(is_cut || now.since(last.ended) > PAUSE) {
                return;
            }
            last.phases = phases.since(&self.counted);
            self.counted = *phases;
        }
        self.spans.push(Span { began: now, ended: now, phases: PhaseMicros::default() });
    }

    /// A turn has ended.
    pub(super) fn end_turn(&mut self, now: WallMicros) {
        if let Some(last) = self.spans.last_mut() {
            last.ended = now;
        }
    }

    /// All stretches of a task that took so much in all.
    pub(super) fn finish(mut self, phases: &PhaseMicros) -> Vec<Span> {
        if let Some(last) = self.spans.last_mut() {
            last.phases = phases.since(&self.counted);
        }
        self.spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(micros: u64) -> PhaseMicros {
        PhaseMicros { compute: WallMicros(micros), ..PhaseMicros::default() }
    }

    /// A task with these turns, each as long as it computes.
    fn spans_of(turns: &[(u64, u64)], cut_before: Option<usize>) -> Vec<(u64, u64, u64)> {
        let (mut spans, mut sum) = (Spans::default(), 0);
        for (index, &(began, ended)) in turns.iter().enumerate() {
            if cut_before == Some(index) {
                spans.cut();
            }
            spans.begin_turn(WallMicros(began), &compute(sum));
            sum += ended - began;
            spans.end_turn(WallMicros(ended));
        }
        let spans = spans.finish(&compute(sum)).into_iter();
        spans.map(|span| (span.began.0, span.ended.0, span.phases.busy().0)).collect()
    }

    #[test]
    fn turns_that_follow_each_other_are_one_stretch_and_a_long_pause_ends_it() {
        let turns = [(0, 400), (450, 900), (2_000, 2_100), (2_100, 2_300)];
        assert_eq!(spans_of(&turns, None), [(0, 900, 850), (2_000, 2_300, 300)]);
    }

    #[test]
    fn an_executor_that_does_something_else_ends_the_stretch_at_once() {
        assert_eq!(spans_of(&[(0, 10), (11, 20)], Some(1)), [(0, 10, 10), (11, 20, 9)]);
    }

    #[test]
    fn a_task_that_pauses_too_often_keeps_all_of_its_time_in_fewer_stretches() {
        let turns: Vec<(u64, u64)> = (0..1_000).map(|turn| (turn * 5_000, turn * 5_000 + 100)).collect();
        let spans = spans_of(&turns, Some(999));
        assert!(spans.len() <= MAX_SPANS, "{} stretches", spans.len());
        assert_eq!(spans.iter().map(|span| span.2).sum::<u64>(), 100_000);
        assert_eq!(spans.last(), Some(&(999 * 5_000, 999 * 5_000 + 100, 100)), "the cut is kept");
    }
}
