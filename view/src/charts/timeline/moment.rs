//! What a moment of the run looks like: what the scrubber shows without drawing the chart anew.

use super::super::units;
use super::{Lanes, TimelineData};

/// A moment of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// Where the moment is on the axis of time, in CSS pixels of the viewBox.
    pub x: f64,
    /// Where the drawn messages are that are on their way.
    pub dots: Vec<(f64, f64)>,
    /// Who works and who waits, in a sentence.
    pub words: String,
}

impl Moment {
    /// What lies over the chart at this moment, as an SVG of the chart's size: a veil over what has not begun, a line for the
    /// moment itself, and a dot for each message on its way. At the end nothing does.
    pub fn overlay(&self, lanes: &Lanes, width_px: u32, height_px: u32) -> String {
        let (x, top, height) = (self.x, lanes.top - 4.0, lanes.height + 8.0);
        let left = lanes.right() - x;
        if left < 0.05 {
            return String::new();
        }
        let mut svg = format!(
            "<svg viewBox=\"0 0 {width_px} {height_px}\" width=\"{width_px}\" height=\"{height_px}\" aria-hidden=\"true\">\
             <rect class=\"timeline-later\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>\
             <path class=\"timeline-now\" d=\"M{x:.1} {top:.1}v{height:.1}\"/>",
            left + 2.0
        );
        for (x, y) in &self.dots {
            svg += &format!("<circle class=\"timeline-dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
        }
        svg + "</svg>"
    }
}

/// The moment at a time of the run.
pub fn moment(data: &TimelineData, lanes: &Lanes, at: u64) -> Moment {
    let timeline = &data.timeline;
    let is_now = |begin: u64, end: u64| begin <= at && at < end;
    let mut busy = vec![false; data.workers];
    let mut mark = |executor: u32| {
        if let Some(busy) = busy.get_mut(executor as usize) {
            *busy = true;
        }
    };
    let tasks = timeline.spans.iter().filter(|span| is_now(span.begin_micros, span.end_micros));
    tasks.for_each(|span| mark(span.executor));
    let sides: Vec<u32> = timeline
        .exchanges
        .iter()
        .filter(|side| is_now(side.begin_micros, side.end_micros))
        .map(|side| side.executor)
        .collect();
    sides.iter().for_each(|executor| mark(*executor));
    let busy = busy.into_iter().filter(|busy| *busy).count();
    let flying =
        timeline.messages.iter().filter(|message| is_now(message.sent_micros, message.arrived_micros));
    let dots = data.lines().into_iter().filter_map(|message| {
        let (sent, arrived) = (message.sent_micros, message.arrived_micros);
        let part = is_now(sent, arrived).then(|| (at - sent) as f64 / (arrived - sent) as f64)?;
        let (from, to) = (lanes.y_of(message.from), lanes.y_of(message.to));
        Some((lanes.x_of(at), from + part * (to - from)))
    });
    Moment {
        x: lanes.x_of(at).clamp(lanes.left, lanes.right()),
        dots: dots.collect(),
        words: words(data, at, busy, sides.len(), flying.count() as u64),
    }
}

fn words(data: &TimelineData, at: u64, busy: usize, exchanging: usize, flying: u64) -> String {
    if at >= data.timeline.wall_micros {
        return crate::words::timeline::all_of_run(&units::micros(data.timeline.wall_micros));
    }
    let (at, workers, waiting) =
        (units::micros(at), plural_workers(data.workers), data.workers.saturating_sub(busy));
    let said = if exchanging > 0 {
        crate::words::timeline::at_exchanging(&at, &busy, &workers, &exchanging, &waiting)
    } else {
        crate::words::timeline::at(&at, &busy, &workers, &waiting)
    };
    if flying > 0 {
        let messages = units::plural(flying, crate::words::noun::MESSAGE, crate::words::noun::MESSAGES);
        return format!("{said}, {}.", crate::words::timeline::on_the_way(&messages));
    }
    format!("{said}.")
}

fn plural_workers(workers: usize) -> String {
    units::plural(workers as u64, crate::words::noun::WORKER, crate::words::noun::WORKERS)
}
