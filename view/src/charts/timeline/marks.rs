//! What is drawn in the lanes, and what of it answers.

use shuffle_engine::metrics::TaskSpan;

use super::super::ChartError;
use super::super::canvas::{Anchor, Canvas, LINE_PX, Rect};
use super::super::glyphs::{Type, shorten};
use super::super::theme::Role;
use super::super::units::Ticks;
use super::{Lanes, TimelineData, reading_order, words};

/// Names of stages nearer than this to each other share a place.
const NEAR_PX: f64 = 12.0;
/// A name that would be cut to less than this says nothing.
const LEAST_NAME_PX: f64 = 40.0;
/// A bar of less than this keeps no distance from the next: it would be gone.
const HAIR_FROM_PX: f64 = 2.5;
/// However short a stretch was, so much of it is seen.
const LEAST_BAR_PX: f64 = 0.5;

/// The grid of times, behind everything.
pub(super) fn draw_axis(canvas: &mut Canvas, lanes: &Lanes, axis: &Ticks) -> Result<(), ChartError> {
    let (from, to) = lanes.window;
    let y = lanes.bottom() + LINE_PX * 0.85;
    let bounds = canvas.bounds();
    for (value, label) in axis.values.iter().zip(&axis.labels) {
        let micros = from.saturating_add(value.round() as u64);
        if micros > to {
            continue;
        }
        let x = lanes.x_of(micros);
        let crisp = x.floor() + 0.5;
        canvas.line(&[(crisp, lanes.top), (crisp, lanes.bottom() + 4.0)], Role::Grid, 1.0)?;
        canvas.place(label, Type::Tick, Role::Muted, &[(Anchor::Middle, (x, y))], &bounds)?;
    }
    let name = if from == 0 {
        crate::words::timeline::since_start(&axis.unit)
    } else {
        crate::words::timeline::since_message(&axis.unit)
    };
    let place = [(Anchor::End, (lanes.right(), y + LINE_PX * 0.95))];
    canvas.place(&name, Type::Note, Role::Muted, &place, &bounds)?;
    Ok(())
}

/// A line through each lane, so that a worker that waits is seen to be there, and the numbers of the workers.
pub(super) fn draw_lanes(canvas: &mut Canvas, lanes: &Lanes) -> Result<(), ChartError> {
    let step = [1, 2, 4, 8, 16, 32, 64]
        .into_iter()
        .find(|step| lanes.pitch * f64::from(*step) >= 12.0)
        .unwrap_or(128) as usize;
    for lane in 0..lanes.lane_count() {
        let worker = (lane * lanes.workers_per_lane) as u32;
        let y = lanes.y_of(worker);
        let crisp = y.floor() + 0.5;
        canvas.line(&[(lanes.left, crisp), (lanes.right(), crisp)], Role::Grid, 1.0)?;
        if lane % step == 0 {
            let at = (lanes.left - 7.0, y);
            canvas.text(&worker.to_string(), Type::Tick, Role::Muted, Anchor::End, at)?;
        }
    }
    Ok(())
}

/// A rule where a stage or an exchange begins, and its name above the lanes.
pub(super) fn draw_boundaries(
    canvas: &mut Canvas,
    data: &TimelineData,
    lanes: &Lanes,
) -> Result<(), ChartError> {
    let mut places: Vec<(f64, String)> = Vec::new();
    for (at, name) in words::boundaries(data) {
        let x = lanes.x_of(at);
        if x > lanes.right() {
            continue;
        }
        let x = x.max(lanes.left);
        match places.last_mut() {
            Some((before, names)) if x - *before < NEAR_PX => {
                // What begins at one moment has one rule; of what ran before the window, only the last name holds.
                if *before > lanes.left || lanes.window.0 == 0 {
                    *names += &format!(" + {name}")
                } else {
                    *names = name
                }
            }
            Some(_) | None => places.push((x, name)),
        }
    }
    let y = lanes.top - LINE_PX * 0.55;
    for index in 0..places.len() {
        let (x, name) = &places[index];
        if *x > lanes.left + 1.0 {
            let crisp = x.floor() + 0.5;
            canvas.line(&[(crisp, lanes.top - LINE_PX), (crisp, lanes.bottom())], Role::Rule, 1.0)?;
        }
        let end = places.get(index + 1).map_or(lanes.right(), |(next, _)| *next);
        let room = end - x - 10.0;
        let text = shorten(name, Type::Tick, room);
        if text == *name || Type::Tick.width_px(&text) >= LEAST_NAME_PX {
            canvas.text(&text, Type::Tick, Role::Ink, Anchor::Start, (x + 4.0, y))?;
        }
    }
    Ok(())
}

/// A span's phases one after the other, from its begin on: as long together as it was busy. What the span is longer stays empty.
fn parts(span: &TaskSpan) -> [(Role, u64, u64); 3] {
    let (read, compute, write) = (span.read_micros, span.compute_micros, span.write_micros);
    let begin = span.begin_micros;
    let after_read = begin.saturating_add(read);
    let after_compute = after_read.saturating_add(compute);
    [
        (Role::Read, begin, after_read),
        (Role::Compute, after_read, after_compute),
        (Role::Write, after_compute, after_compute.saturating_add(write)),
    ]
}

/// Role by role, so that all bars of a role become one path.
pub(super) fn draw_bars(canvas: &mut Canvas, data: &TimelineData, lanes: &Lanes) -> Result<(), ChartError> {
    let mut bars: Vec<(Role, Rect)> = Vec::new();
    for span in &data.timeline.spans {
        let hair = lanes.bar(span.executor, span.begin_micros, span.end_micros).map_or(0.0, |bar| bar.w);
        let hair = if hair >= HAIR_FROM_PX { 0.7 } else { 0.0 };
        for (role, begin, end) in parts(span) {
            let Some(mut bar) = lanes.bar(span.executor, begin, end).filter(|_| begin < end) else {
                continue;
            };
            if begin == span.begin_micros && bar.w > hair {
                (bar.x, bar.w) = (bar.x + hair, bar.w - hair);
            }
            bar.w = bar.w.max(LEAST_BAR_PX);
            bars.push((role, bar));
        }
        if let Some(bar) = lanes.bar(span.executor, span.begin_micros, span.end_micros) {
            canvas.obstacle(bar);
        }
    }
    for side in &data.timeline.exchanges {
        if let Some(mut bar) = lanes.bar(side.executor, side.begin_micros, side.end_micros) {
            bar.w = bar.w.max(LEAST_BAR_PX);
            canvas.obstacle(bar);
            bars.push((Role::Transfer, bar));
        }
    }
    for role in [Role::Transfer, Role::Read, Role::Compute, Role::Write] {
        for (_, bar) in bars.iter().filter(|(of, _)| *of == role) {
            canvas.rect(*bar, role)?;
        }
    }
    Ok(())
}

/// A line from the sender's lane, where the message left, to the receiver's, where it was taken in: the heavier, the thicker.
pub(super) fn draw_messages(
    canvas: &mut Canvas,
    data: &TimelineData,
    lanes: &Lanes,
) -> Result<(), ChartError> {
    let lines = data.lines();
    let heaviest = lines.iter().map(|message| message.bytes).max().unwrap_or(0).max(1) as f64;
    // Many lines together are as dark as few.
    let opacity = (14.0 / lines.len().max(1) as f64).sqrt().clamp(0.35, 0.9);
    let (from, to) = lanes.window;
    for message in lines {
        if message.arrived_micros < from || message.sent_micros > to {
            continue;
        }
        let start = (lanes.x_of(message.sent_micros), lanes.y_of(message.from));
        let end = (lanes.x_of(message.arrived_micros), lanes.y_of(message.to));
        let width = 0.6 + 1.2 * message.bytes as f64 / heaviest;
        if start.0 >= lanes.left - 0.1 && end.0 <= lanes.right() + 0.1 {
            canvas.faint_line(&[start, end], Role::Ink, width, opacity)?;
        }
    }
    Ok(())
}

/// The task that the others wait for: outlined, and named beside it, where its waiting neighbours leave room.
pub(super) fn draw_straggler(
    canvas: &mut Canvas,
    data: &TimelineData,
    lanes: &Lanes,
) -> Result<(), ChartError> {
    let Some(straggler) = &data.straggler else { return Ok(()) };
    let is_it = |span: &&TaskSpan| (span.stage, span.task) == (straggler.stage, straggler.task);
    let mut longest: Option<Rect> = None;
    for span in data.timeline.spans.iter().filter(is_it) {
        let Some(bar) = lanes.bar(span.executor, span.begin_micros, span.end_micros) else { continue };
        let around = Rect::new(bar.x - 0.5, bar.y - 1.0, bar.w + 1.0, bar.h + 2.0);
        canvas.outline(around, Role::Hot, 2.0)?;
        longest = longest.filter(|longest| longest.w >= bar.w).or(Some(bar));
    }
    let Some(bar) = longest else { return Ok(()) };
    let text = shorten(&straggler.words, Type::Strong, lanes.width);
    let middle = bar.y + bar.h / 2.0;
    let (above, below) = (bar.y - 9.0, bar.bottom() + 9.0);
    let (left, right) = (bar.x.max(lanes.left), bar.right());
    let places = [
        (Anchor::End, (right, above)),
        (Anchor::End, (right, below)),
        (Anchor::Start, (left, above)),
        (Anchor::Start, (left, below)),
        (Anchor::End, (left - 6.0, middle)),
        (Anchor::Start, (right + 6.0, middle)),
    ];
    let bounds = Rect::new(lanes.left, lanes.top, lanes.width, lanes.height);
    if !canvas.place(&text, Type::Strong, Role::Hot, &places, &bounds)? {
        // Away from its task only where there is no room beside it.
        let places = [(Anchor::Start, (lanes.left, above)), (Anchor::Start, (lanes.left, below))];
        canvas.place(&text, Type::Strong, Role::Hot, &places, &bounds)?;
    }
    Ok(())
}

/// Every bar answers, lane by lane in the order of time.
pub(super) fn add_hits(canvas: &mut Canvas, data: &TimelineData, lanes: &Lanes) {
    let mut hits: Vec<(u32, u64, Rect, String)> = Vec::new();
    let timeline = &data.timeline;
    let reach = |bar: Rect| Rect::new(bar.x, bar.y, bar.w.max(1.0), bar.h);
    for span in &timeline.spans {
        if let Some(bar) = lanes.bar(span.executor, span.begin_micros, span.end_micros) {
            hits.push((span.executor, span.begin_micros, reach(bar), words::of_span(data, span)));
        }
    }
    for side in &timeline.exchanges {
        if let Some(bar) = lanes.bar(side.executor, side.begin_micros, side.end_micros) {
            hits.push((side.executor, side.begin_micros, reach(bar), words::of_exchange(data, side)));
        }
    }
    for index in reading_order(hits.iter().map(|(worker, at, ..)| (*worker, *at))) {
        let (_, _, bar, label) = &mut hits[index];
        canvas.hit(*bar, std::mem::take(label));
    }
}
