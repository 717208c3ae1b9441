//! Who worked when: a lane for each worker, a bar for each stretch of work, a line for each message. Waiting is the empty space
//! between the bars.
//!
//! ```text
//!       stage 0: scan prompts    ¦ exchange ¦ stage 1: read shuffle 0
//!   0   ████ ███ ████            ¦ ▒\/▒     ¦ ██ ███
//!   1   ███ ████ ███             ¦ ▒/\▒     ¦ ████████████████████ task 3 holds key 16
//!       0        20        40         60        80 ms
//! ```
//!
//! | file | what it holds |
//! |---|---|
//! | `lanes` | where a time and a worker are on the chart |
//! | `marks` | bars, messages, rules, labels |
//! | `words` | facts, sentences, the table |
//! | `moment` | what a moment of the run looks like: for the scrubber |

mod lanes;
mod marks;
mod moment;
mod words;

use shuffle_engine::metrics::{MessageSpan, Timeline};

use super::canvas::{Canvas, LINE_PX, Rect};
use super::glyphs::Type;
use super::legend::{Swatch, draw_legend, draw_note, draw_title};
use super::phases::Phase;
use super::theme::Role;
use super::units::{self, Quantity, ticks};
use super::{Chart, ChartError, Frame};

pub use lanes::{Lanes, height_px};
pub use moment::{Moment, moment};

/// The most messages that are drawn: the heaviest ones. More lines would only be a black block.
pub const MAX_LINES: usize = 120;

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimelineData {
    /// When each worker did what.
    pub timeline: Timeline,
    /// Number of workers W.
    pub workers: usize,
    /// The names of the stages, by number: "scan prompts".
    pub stages: Vec<String>,
    /// The task that the others wait for, if there is one.
    pub straggler: Option<Straggler>,
    /// The part of the run that is looked at, in microseconds since its start; `None` for the whole run.
    pub window: Option<(u64, u64)>,
}

/// A task that takes much longer than the others of its stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Straggler {
    /// The number of its stage.
    pub stage: u32,
    /// Its place in the stage.
    pub task: u32,
    /// How it is called on the chart: "task 11 holds key 16: 43 ms, the median 12 ms".
    pub words: String,
}

impl TimelineData {
    /// The part of the run that is looked at.
    pub fn window(&self) -> (u64, u64) {
        let wall = self.timeline.wall_micros;
        match self.window {
            Some((from, to)) if from < to => (from.min(wall), to.min(wall)),
            Some(_) | None => (0, wall),
        }
    }

    /// The moments at which something changes for many: where stages and exchanges begin and end, where only one worker is left
    /// at work, and the end. Without motion the picture goes from one to the next.
    pub fn steps(&self) -> Vec<u64> {
        let (from, to) = self.window();
        let Timeline { spans, exchanges, .. } = &self.timeline;
        let mut steps: Vec<u64> = words::boundaries(self).into_iter().map(|(at, _)| at).collect();
        for stage in 0..self.stages.len() as u32 {
            let ends = exchanges.iter().filter(|side| side.stage == stage).map(|side| side.end_micros);
            steps.extend(ends.max());
            let mut ends: Vec<u64> =
                spans.iter().filter(|span| span.stage == stage).map(|span| span.end_micros).collect();
            ends.sort_unstable();
            // From here on the last task of the stage is alone.
            steps.extend(ends.len().checked_sub(2).map(|last_but_one| ends[last_but_one]));
            steps.extend(ends.last());
        }
        steps.push(to);
        steps.retain(|step| *step > from && *step <= to);
        steps.sort_unstable();
        steps.dedup();
        steps
    }

    /// The messages that are drawn.
    fn lines(&self) -> Vec<&MessageSpan> {
        let mut bytes: Vec<u64> = self.timeline.messages.iter().map(|message| message.bytes).collect();
        let omitted = bytes.len().saturating_sub(MAX_LINES);
        bytes.sort_unstable();
        let least = bytes.get(omitted).copied().unwrap_or(0);
        let heavier = bytes.iter().filter(|bytes| **bytes > least).count();
        let mut equals = MAX_LINES.saturating_sub(heavier);
        let mut lines = Vec::new();
        for message in &self.timeline.messages {
            let is_equal = message.bytes == least;
            if message.bytes > least || (is_equal && equals > 0) {
                equals -= usize::from(is_equal);
                lines.push(message);
            }
        }
        lines
    }

    fn message_count(&self) -> u64 {
        self.timeline.messages.len() as u64 + self.timeline.omitted_messages
    }
}

/// The order in which marks are read: worker by worker, each by time. One sort of whole numbers does for all: every type that is
/// sorted costs the page some kilobytes. Times past three days and marks past 65,536 come in any order.
fn reading_order(marks: impl Iterator<Item = (u32, u64)>) -> Vec<usize> {
    const TIME_BITS: u32 = 38;
    const INDEX_BITS: u32 = 16;
    let key = |(index, (worker, at)): (usize, (u32, u64))| {
        let at = at.min((1 << TIME_BITS) - 1);
        let worker = u64::from(worker.min((1 << (64 - TIME_BITS - INDEX_BITS)) - 1));
        worker << (TIME_BITS + INDEX_BITS) | at << INDEX_BITS | (index as u64 & 0xFFFF)
    };
    let mut keys: Vec<u64> = marks.take(1 << INDEX_BITS).enumerate().map(key).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| (key & 0xFFFF) as usize).collect()
}

/// Draws the chart, and says where times and workers are on it.
pub fn draw(data: &TimelineData, frame: &Frame) -> Result<(Chart, Lanes), ChartError> {
    let mut canvas = Canvas::new(frame)?;
    let (from, to) = data.window();
    let axis = ticks(Quantity::Micros, to.saturating_sub(from), 8);
    let bottom = draw_head(&mut canvas, data)?;
    let last = data.workers.saturating_sub(1);
    let left = Type::Tick.width_px(&last.to_string()).max(Type::Tick.width_px("00")) + 9.0;
    let top = bottom + LINE_PX + 4.0;
    let height = canvas.height() - top - 2.0 * LINE_PX - 4.0;
    let region = Rect::new(left, top, (canvas.width() - left - 2.0).max(60.0), height.max(24.0));
    let lanes = Lanes::new(region, data.workers, (from, to));
    marks::draw_axis(&mut canvas, &lanes, &axis)?;
    marks::draw_lanes(&mut canvas, &lanes)?;
    marks::draw_boundaries(&mut canvas, data, &lanes)?;
    marks::draw_bars(&mut canvas, data, &lanes)?;
    marks::draw_messages(&mut canvas, data, &lanes)?;
    marks::draw_straggler(&mut canvas, data, &lanes)?;
    marks::add_hits(&mut canvas, data, &lanes);
    let chart = canvas.finish(crate::words::timeline::TITLE, &words::describe(data), words::table(data));
    Ok((chart, lanes))
}

fn draw_head(canvas: &mut Canvas, data: &TimelineData) -> Result<f64, ChartError> {
    let width = canvas.width();
    let line = |y: f64| Rect::new(0.0, y, width, LINE_PX);
    let bottom =
        draw_title(canvas, line(0.0), crate::words::timeline::NAME, crate::words::chart::MEASURED_HERE)?;
    let bottom = draw_note(canvas, line(bottom), &words::facts(data))?;
    let phases = [Phase::Read, Phase::Compute, Phase::Write, Phase::Transfer];
    let mut entries: Vec<(Swatch, &str)> =
        phases.into_iter().map(|phase| (Swatch::Fill(phase.role()), phase.name())).collect();
    entries.push((Swatch::Outline(Role::Muted), crate::words::phase::WAITING));
    let (count, shown) = (data.message_count(), data.lines().len() as u64);
    let messages = if shown < count {
        crate::words::timeline::heaviest(&shown, &units::count(count))
    } else {
        crate::words::timeline::MESSAGE.to_owned()
    };
    if count > 0 {
        entries.push((Swatch::Line(Role::Ink, 1.0), &messages));
    }
    if data.straggler.is_some() {
        entries.push((Swatch::Outline(Role::Hot), crate::words::timeline::LONGEST_TASK));
    }
    draw_legend(canvas, bottom + 2.0, &entries)
}
