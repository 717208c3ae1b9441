//! Timelines: an executor's spans do not overlap, lie within the wall, and are its busy time; messages arrive after they were sent.

use shuffle_engine::Scenario;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::cluster::{FromExecutor, RunId, WallMicros};
use shuffle_engine::error::EngineError;
use shuffle_engine::metrics::{ExchangeSpan, JobReport, MAX_MESSAGE_SPANS, TaskSpan, Timeline};
use shuffle_engine::scenario::{Query, json};

use crate::hand_cluster::{HandCluster, Mail};
use crate::samples::{Draw, FRACTIONS, SHAPES, SKEWS, Ticking, WORKERS, job, shaped, tactics};

fn samples(count: usize) -> impl Iterator<Item = Scenario> {
    let mut draw = Draw::new(9);
    Query::ALL.into_iter().cycle().take(count).map(move |query| Scenario {
        query,
        skew: draw.one_of(&SKEWS),
        workers: draw.one_of(&WORKERS[..4]),
        shuffle_fraction: draw.one_of(&FRACTIONS),
        tactics: draw.one_of(&tactics()),
        ..shaped(draw.one_of(&SHAPES))
    })
}

fn timeline(report: &JobReport) -> &Timeline {
    report.timeline.as_ref().expect("every run has a timeline")
}

/// What an executor did: from when to when, and how long it was busy in between.
fn lane(timeline: &Timeline, executor: u32) -> Vec<(u64, u64, u64)> {
    let task = |span: &TaskSpan| (span.begin_micros, span.end_micros, span.busy_micros());
    let side =
        |side: &ExchangeSpan| (side.begin_micros, side.end_micros, side.end_micros - side.begin_micros);
    let tasks = timeline.spans.iter().filter(|span| span.executor == executor).map(task);
    let sides = timeline.exchanges.iter().filter(|side| side.executor == executor).map(side);
    let mut lane: Vec<(u64, u64, u64)> = tasks.chain(sides).collect();
    lane.sort_unstable();
    lane
}

fn check(report: &JobReport, line: &str) {
    let timeline = timeline(report);
    assert_eq!((timeline.wall_micros, timeline.run, timeline.runs), (report.wall_micros, 1, 1), "{line}");
    for executor in 0..report.executors.busy_micros.len() {
        let lane = lane(timeline, executor as u32);
        for (begin, end, busy) in &lane {
            assert!(begin <= end && *end <= report.wall_micros, "{begin} to {end} on {executor}: {line}");
            assert!(*busy <= end - begin, "{busy} busy from {begin} to {end} on {executor}: {line}");
        }
        for pair in lane.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "{pair:?} overlap on {executor}: {line}");
        }
        let busy: u64 = lane.iter().map(|(.., busy)| busy).sum();
        assert_eq!(busy, report.executors.busy_micros[executor], "executor {executor}: {line}");
        let empty = report.wall_micros - busy;
        assert_eq!(empty, report.executors.waiting_micros[executor], "executor {executor}: {line}");
    }
    for stage in &report.stages {
        let spans = timeline.spans.iter().filter(|span| span.stage == stage.id);
        let mut busy = vec![0; stage.partitions.busy_micros.len()];
        spans.for_each(|span| busy[span.task as usize] += span.busy_micros());
        assert_eq!(busy, stage.partitions.busy_micros, "tasks of stage {}: {line}", stage.id);
    }
    let moved: u64 = timeline.messages.iter().map(|message| message.bytes).sum();
    assert_eq!(moved, report.moved_bytes(), "{line}");
    let links: u64 =
        report.stages.iter().filter_map(|stage| stage.exchange.as_ref()).map(|it| it.links).sum();
    assert_eq!(timeline.messages.len() as u64, links, "{line}");
    for message in &timeline.messages {
        let of = |executor| {
            let is_it = |side: &&ExchangeSpan| side.executor == executor && side.stage == message.stage;
            timeline.exchanges.iter().find(is_it).expect("both took part")
        };
        assert!(message.sent_micros <= message.arrived_micros, "{message:?}: {line}");
        assert!(of(message.from).begin_micros <= message.sent_micros, "{message:?}: {line}");
        assert!(message.arrived_micros <= of(message.to).end_micros, "{message:?}: {line}");
    }
}

#[test]
fn on_threads_the_spans_of_each_lane_are_its_busy_time_and_the_rest_is_empty() {
    let mut cluster = ThreadCluster::new(8);
    for scenario in samples(70) {
        let outcome = cluster.run(&job(&scenario), |_| {}).expect("a valid scenario");
        check(&JobReport::new(&outcome), &json::encode(&scenario));
    }
}

#[test]
fn in_one_thread_and_any_order_of_messages_the_spans_of_each_lane_are_its_busy_time() {
    let clock = Ticking::default();
    for (seed, scenario) in (0..).zip(samples(70)) {
        let outcome = LocalCluster::new(seed).run(&job(&scenario), &clock).expect("a valid scenario");
        check(&JobReport::new(&outcome), &json::encode(&scenario));
    }
}

/// Plays a run in which each step takes 7 microseconds, while the clocks of the executors are ahead of the driver's by so much.
fn played(scenario: &Scenario, ahead: &[u64]) -> JobReport {
    let mut cluster = HandCluster::start(scenario);
    cluster.ahead = ahead.to_vec();
    while cluster.outcome.is_none() {
        cluster.clock.0.set(cluster.clock.0.get() + 7);
        assert!(cluster.advance(), "a run that has not ended has something to do");
    }
    JobReport::new(&cluster.finish().expect("a valid scenario"))
}

#[test]
fn clocks_of_other_origins_give_the_same_lanes_within_the_error_that_is_said() {
    let scenario = Scenario { workers: 3, ..shaped(SHAPES[0]) };
    let (one_clock, many) = (played(&scenario, &[]), played(&scenario, &[5_000_000, 0, 90_000_000_000]));
    check(&many, "clocks of other origins");
    let error = timeline(&many).clock_error_micros;
    assert!(error < many.wall_micros / 4, "{error} of {}", many.wall_micros);
    let begins = |report: &JobReport| -> Vec<u64> {
        timeline(report).spans.iter().map(|span| span.begin_micros).collect()
    };
    assert_eq!(many.wall_micros, one_clock.wall_micros);
    for (same, other) in begins(&one_clock).into_iter().zip(begins(&many)) {
        assert!(same.abs_diff(other) <= error, "{same} and {other} are apart by more than {error}");
    }
}

#[test]
fn a_report_of_many_tasks_and_messages_stays_small_and_says_what_it_left_out() {
    let scenario =
        Scenario { workers: 64, map_partitions: 1_024, reduce_partitions: 1_024, ..shaped(SHAPES[0]) };
    let outcome = LocalCluster::new(1).run(&job(&scenario), &Ticking::default()).expect("a valid scenario");
    let report = JobReport::new(&outcome);
    let timeline = timeline(&report);
    assert_eq!(timeline.messages.len(), MAX_MESSAGE_SPANS);
    assert_eq!(timeline.messages.len() as u64 + timeline.omitted_messages, 64 * 63);
    assert_eq!(timeline.omitted_spans, 0);
    let bytes = serde_json::to_string(timeline).expect("it is plain").len();
    assert!(bytes < 600_000, "{bytes} bytes");
    let again: JobReport = serde_json::from_str(&serde_json::to_string(&report).expect("it is plain"))
        .expect("what was written");
    assert_eq!(again, report);
}

#[test]
fn an_executor_that_reports_too_much_ends_the_run_with_a_protocol_error() {
    let is_task = |mail: &Mail| matches!(mail, Mail::Driver(_, FromExecutor::TaskDone(..)));
    let mut cluster = HandCluster::start(&Scenario { workers: 2, ..shaped(SHAPES[0]) });
    cluster.advance_to(is_task);
    if let Some(Mail::Driver(_, FromExecutor::TaskDone(run, done))) = cluster.mail.front_mut() {
        assert_eq!(*run, RunId(1));
        done.spans = vec![done.spans[0]; 1_000];
    }
    assert!(matches!(cluster.finish(), Err(EngineError::Protocol { .. })));

    let is_exchange = |mail: &Mail| matches!(mail, Mail::Driver(_, FromExecutor::ExchangeDone(..)));
    let mut cluster = HandCluster::start(&Scenario { workers: 2, ..shaped(SHAPES[0]) });
    cluster.advance_to(is_exchange);
    if let Some(Mail::Driver(_, FromExecutor::ExchangeDone(_, done))) = cluster.mail.front_mut() {
        done.sent_after.push(WallMicros(0));
    }
    assert!(matches!(cluster.finish(), Err(EngineError::Protocol { .. })));
}

#[test]
fn times_past_all_numbers_end_in_a_timeline_within_the_wall() {
    let mut cluster = HandCluster::start(&Scenario { workers: 2, ..shaped(SHAPES[0]) });
    while cluster.outcome.is_none() {
        match cluster.mail.front_mut() {
            Some(Mail::Driver(0, FromExecutor::TaskDone(_, done))) => {
                done.spans.iter_mut().for_each(|span| span.began = WallMicros(u64::MAX));
            }
            Some(Mail::Driver(1, FromExecutor::ExchangeDone(_, done))) => done.began = WallMicros(u64::MAX),
            Some(_) | None => {}
        }
        assert!(cluster.advance(), "a run that has not ended has something to do");
    }
    let report = JobReport::new(&cluster.finish().expect("its rows are right"));
    let timeline = timeline(&report);
    assert!(timeline.spans.iter().all(|span| span.end_micros <= report.wall_micros));
}
