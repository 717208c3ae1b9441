//! What the chart says: facts, sentences, the table.

use shuffle_engine::metrics::{ExchangeSpan, MessageSpan, TaskSpan};

use super::super::Table;
use super::super::units;
use super::{TimelineData, reading_order};

/// Rows of the table: a browser takes a second to lay out many thousands.
const MAX_ROWS: usize = 1_200;

/// Where stages and exchanges begin, in the order of time, with their names.
pub(super) fn boundaries(data: &TimelineData) -> Vec<(u64, String)> {
    let timeline = &data.timeline;
    let mut found: Vec<(u64, String)> = Vec::new();
    let mut note = |at: Option<u64>, name: String| {
        let Some(at) = at else { return };
        let place = found.partition_point(|(other, _)| *other <= at);
        found.insert(place, (at, name));
    };
    for (stage, name) in (0..).zip(&data.stages) {
        let exchange = timeline.exchanges.iter().filter(|side| side.stage == stage);
        note(exchange.map(|side| side.begin_micros).min(), "exchange".to_owned());
        let spans = timeline.spans.iter().filter(|span| span.stage == stage);
        note(spans.map(|span| span.begin_micros).min(), format!("stage {stage}: {name}"));
    }
    found
}

/// Busy time of all workers over their walls.
fn busy_share(data: &TimelineData) -> f64 {
    let timeline = &data.timeline;
    let tasks = timeline.spans.iter().map(TaskSpan::busy_micros);
    let exchanges = timeline.exchanges.iter().map(|side| side.end_micros.saturating_sub(side.begin_micros));
    let busy = tasks.chain(exchanges).fold(0, u64::saturating_add);
    busy as f64 / timeline.wall_micros.saturating_mul(data.workers as u64).max(1) as f64
}

pub(super) fn facts(data: &TimelineData) -> String {
    let timeline = &data.timeline;
    if timeline.spans.is_empty() {
        return "nothing has run yet".to_owned();
    }
    let busy = busy_share(data);
    let mut facts = format!(
        "{} · {} · busy {}, waiting {}",
        units::plural(data.workers as u64, "worker", "workers"),
        units::micros(timeline.wall_micros),
        units::share(busy),
        units::share(1.0 - busy),
    );
    if data.message_count() > 0 {
        facts += &format!(" · {}", units::plural(data.message_count(), "message", "messages"));
    }
    if timeline.omitted_spans > 0 {
        let omitted = units::plural(timeline.omitted_spans, "shortest stretch", "shortest stretches");
        facts += &format!(" · the {omitted} of work left out");
    }
    facts
}

pub(super) fn describe(data: &TimelineData) -> String {
    let mut text = format!("A lane for each worker, over the time of one run: {}.", facts(data));
    if let Some(straggler) = &data.straggler {
        text += &format!(" The longest task of stage {}: {}.", straggler.stage, straggler.words);
    }
    text
}

fn interval(begin: u64, end: u64) -> String {
    format!("{} to {}", units::micros(begin), units::micros(end))
}

pub(super) fn of_span(data: &TimelineData, span: &TaskSpan) -> String {
    let name = data.stages.get(span.stage as usize).map_or("", String::as_str);
    let parts = [("read", span.read_micros), ("compute", span.compute_micros), ("write", span.write_micros)];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(_, micros)| *micros > 0)
        .map(|(phase, micros)| format!("{phase} {}", units::micros(micros)))
        .collect();
    let mut text = format!(
        "worker {}, stage {} ({name}), task {}: {}",
        span.executor,
        span.stage,
        span.task,
        interval(span.begin_micros, span.end_micros)
    );
    if !parts.is_empty() {
        text += &format!("; {}", parts.join(", "));
    }
    let straggler = data.straggler.as_ref();
    if let Some(straggler) = straggler.filter(|it| (it.stage, it.task) == (span.stage, span.task)) {
        text += &format!("; {}", straggler.words);
    }
    text
}

pub(super) fn of_exchange(data: &TimelineData, side: &ExchangeSpan) -> String {
    let messages = data.timeline.messages.iter().filter(|message| message.stage == side.stage);
    let (mut sent, mut got) = ((0u64, 0u64), (0u64, 0u64));
    let mut last: Option<&MessageSpan> = None;
    for message in messages {
        if message.from == side.executor {
            sent = (sent.0 + 1, sent.1.saturating_add(message.bytes));
        }
        if message.to == side.executor {
            got = (got.0 + 1, got.1.saturating_add(message.bytes));
            last = last.filter(|last| last.arrived_micros > message.arrived_micros).or(Some(message));
        }
    }
    let mut text = format!(
        "worker {}, exchange before stage {}: {}",
        side.executor,
        side.stage,
        interval(side.begin_micros, side.end_micros)
    );
    let of = |(count, bytes): (u64, u64)| {
        format!("{} with {}", units::plural(count, "message", "messages"), units::bytes(bytes))
    };
    if data.timeline.omitted_messages > 0 {
        text += "; the smaller messages are not listed";
    } else if sent.0 + got.0 > 0 {
        text += &format!("; sent {}, got {}", of(sent), of(got));
    }
    if let Some(last) = last {
        text += &format!(
            "; the last one came from worker {} at {}",
            last.from,
            units::micros(last.arrived_micros)
        );
    }
    text
}

pub(super) fn table(data: &TimelineData) -> Table {
    let header =
        ["worker", "did", "from", "to", "read", "compute", "write", "transfer", "bytes"].map(str::to_owned);
    let time = units::micros;
    let mut rows: Vec<(u32, u64, Vec<String>)> = Vec::new();
    let mut add = |worker: u32, did: String, begin: u64, end: u64, rest: [String; 5]| {
        let mut cells = vec![worker.to_string(), did, time(begin), time(end)];
        cells.extend(rest);
        rows.push((worker, begin, cells));
    };
    let nothing = String::new;
    for span in &data.timeline.spans {
        let phases = [span.read_micros, span.compute_micros, span.write_micros].map(time);
        let [read, compute, write] = phases;
        let did = format!("stage {}, task {}", span.stage, span.task);
        let rest = [read, compute, write, nothing(), nothing()];
        add(span.executor, did, span.begin_micros, span.end_micros, rest);
    }
    for side in &data.timeline.exchanges {
        let micros = side.end_micros.saturating_sub(side.begin_micros);
        let rest = [nothing(), nothing(), nothing(), time(micros), nothing()];
        let did = format!("exchange before stage {}", side.stage);
        add(side.executor, did, side.begin_micros, side.end_micros, rest);
    }
    for message in data.lines() {
        let rest = [nothing(), nothing(), nothing(), nothing(), units::bytes(message.bytes)];
        let did = format!("message to worker {}", message.to);
        add(message.from, did, message.sent_micros, message.arrived_micros, rest);
    }
    let order = reading_order(rows.iter().map(|(worker, at, _)| (*worker, *at)));
    let more = rows.len().saturating_sub(MAX_ROWS);
    let mut rows: Vec<Vec<String>> =
        order.into_iter().take(MAX_ROWS).map(|row| std::mem::take(&mut rows[row].2)).collect();
    if more > 0 {
        let mut cells = vec!["…".to_owned(), format!("{} more rows", units::count(more as u64))];
        cells.resize(header.len(), String::new());
        rows.push(cells);
    }
    Table { header: header.into(), rows }
}
