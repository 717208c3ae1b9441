//! What the chart says: facts, sentences, the table.

use shuffle_engine::metrics::{ExchangeSpan, MessageSpan, TaskSpan};

use super::super::Table;
use super::super::phases::Phase;
use super::super::units;
use super::{TimelineData, reading_order};
use crate::words;

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
        note(exchange.map(|side| side.begin_micros).min(), words::timeline::EXCHANGE.to_owned());
        let spans = timeline.spans.iter().filter(|span| span.stage == stage);
        note(spans.map(|span| span.begin_micros).min(), words::timeline::stage(&stage, &name));
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
        return words::chart::NOTHING_YET.to_owned();
    }
    let busy = busy_share(data);
    let mut facts = words::timeline::facts(
        &units::plural(data.workers as u64, words::noun::WORKER, words::noun::WORKERS),
        &units::micros(timeline.wall_micros),
        &units::share(busy),
        &units::share(1.0 - busy),
    );
    if data.message_count() > 0 {
        facts = format!(
            "{facts} · {}",
            units::plural(data.message_count(), words::noun::MESSAGE, words::noun::MESSAGES)
        );
    }
    if timeline.omitted_spans > 0 {
        let omitted = units::plural(
            timeline.omitted_spans,
            words::noun::SHORTEST_STRETCH,
            words::noun::SHORTEST_STRETCHES,
        );
        facts = format!("{facts} · {}", words::timeline::left_out(&omitted));
    }
    facts
}

pub(super) fn describe(data: &TimelineData) -> String {
    let text = words::timeline::lane_each(&facts(data));
    let straggler = data.straggler.as_ref();
    let longest = straggler.map(|it| words::timeline::longest_of_stage(&it.stage, &it.words));
    [text].into_iter().chain(longest).collect::<Vec<_>>().join(" ")
}

fn interval(begin: u64, end: u64) -> String {
    words::timeline::from_to(&units::micros(begin), &units::micros(end))
}

pub(super) fn of_span(data: &TimelineData, span: &TaskSpan) -> String {
    let name = data.stages.get(span.stage as usize).map_or("", String::as_str);
    let phases = [
        (Phase::Read, span.read_micros),
        (Phase::Compute, span.compute_micros),
        (Phase::Write, span.write_micros),
    ];
    let phases: Vec<String> = phases
        .into_iter()
        .filter(|(_, micros)| *micros > 0)
        .map(|(phase, micros)| format!("{} {}", phase.name(), units::micros(micros)))
        .collect();
    let mut text = words::timeline::span(
        &span.executor,
        &span.stage,
        &name,
        &span.task,
        &interval(span.begin_micros, span.end_micros),
    );
    if !phases.is_empty() {
        text = format!("{text}; {}", phases.join(", "));
    }
    let straggler = data.straggler.as_ref();
    if let Some(straggler) = straggler.filter(|it| (it.stage, it.task) == (span.stage, span.task)) {
        text = format!("{text}; {}", straggler.words);
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
    let mut text =
        words::timeline::side(&side.executor, &side.stage, &interval(side.begin_micros, side.end_micros));
    let of = |(count, bytes): (u64, u64)| {
        words::timeline::messages_with(
            &units::plural(count, words::noun::MESSAGE, words::noun::MESSAGES),
            &units::bytes(bytes),
        )
    };
    if data.timeline.omitted_messages > 0 {
        text = format!("{text}; {}", words::timeline::NOT_LISTED);
    } else if sent.0 + got.0 > 0 {
        text = format!("{text}; {}", words::timeline::sent_and_got(&of(sent), &of(got)));
    }
    if let Some(last) = last {
        let at = units::micros(last.arrived_micros);
        text = format!("{text}; {}", words::timeline::last_from(&last.from, &at));
    }
    text
}

pub(super) fn table(data: &TimelineData) -> Table {
    let [read, compute, write, transfer] =
        [Phase::Read, Phase::Compute, Phase::Write, Phase::Transfer].map(Phase::name);
    let header = [
        words::chart::WORKER,
        words::timeline::DID,
        words::timeline::FROM,
        words::timeline::TO,
        read,
        compute,
        write,
        transfer,
        words::timeline::BYTES,
    ]
    .map(str::to_owned);
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
        let did = words::timeline::task(&span.stage, &span.task);
        let rest = [read, compute, write, nothing(), nothing()];
        add(span.executor, did, span.begin_micros, span.end_micros, rest);
    }
    for side in &data.timeline.exchanges {
        let micros = side.end_micros.saturating_sub(side.begin_micros);
        let rest = [nothing(), nothing(), nothing(), time(micros), nothing()];
        let did = words::timeline::before_stage(&side.stage);
        add(side.executor, did, side.begin_micros, side.end_micros, rest);
    }
    for message in data.lines() {
        let rest = [nothing(), nothing(), nothing(), nothing(), units::bytes(message.bytes)];
        let did = words::timeline::message_to(&message.to);
        add(message.from, did, message.sent_micros, message.arrived_micros, rest);
    }
    let order = reading_order(rows.iter().map(|(worker, at, _)| (*worker, *at)));
    let more = rows.len().saturating_sub(MAX_ROWS);
    let mut rows: Vec<Vec<String>> =
        order.into_iter().take(MAX_ROWS).map(|row| std::mem::take(&mut rows[row].2)).collect();
    if more > 0 {
        let mut cells = vec!["…".to_owned(), words::timeline::more_rows(&units::count(more as u64))];
        cells.resize(header.len(), String::new());
        rows.push(cells);
    }
    Table { header: header.into(), rows }
}
