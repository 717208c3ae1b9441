//! Executors that die, and messages that nobody should have sent: each run ends in the right digest or a named error.

use std::time::{Duration, Instant};

use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::cluster::{
    Action, CollectPoint, Driver, DriverEvent, Executor, FromExecutor, Job, JobOutcome, RunId, TaskDone,
    TaskId, ToExecutor,
};
use shuffle_engine::frame::{Context, scan};
use shuffle_engine::plan::StageGraph;
use shuffle_engine::scenario::{Query, Tactics};
use shuffle_engine::{EngineError, JobReport, Result, Scenario};

use crate::hand_cluster::{HandCluster, Mail};
use crate::interpreter::{Source, answer, interpret};
use crate::samples::{SHAPES, job, shaped};

/// What is done to a task's answer on its way to the driver.
type Change = fn(&mut TaskDone);

/// What is done to every message on its way.
type ChangeMail = fn(&mut Mail);

/// A count in three stages: scan, salted groups, groups.
fn three_stages(action: Action) -> Scenario {
    Scenario {
        rows: 300,
        keys: 40,
        workers: 3,
        map_partitions: 3,
        reduce_partitions: 3,
        query: Query::CountByKey,
        tactics: Tactics { salt: 3, ..Tactics::default() },
        action,
        ..Scenario::default()
    }
}

/// A sort in three stages, and its digest: a scan that is sampled, ranges, sorted ranges.
fn sorted(action: Action) -> (Job, String) {
    let scenario = three_stages(action);
    let frame = scan("prompts").sort(["language", "prompt_id"]);
    let plan = frame.plan().expect("a right plan");
    let digest = interpret(plan, &Source::new(&scenario)).digest(&plan.schema()).hex();
    let planned = Context::local(scenario.clone()).expect("a right scenario").plan(&frame);
    let job = Job::new(scenario.data(), scenario.run_spec(), planned.expect("a right plan"));
    (job.expect("a right job"), digest)
}

fn truth(scenario: &Scenario) -> String {
    answer(scenario).digest(&scenario.logical_plan().schema()).hex()
}

fn digest(outcome: &JobOutcome) -> String {
    JobReport::new(outcome).result.digest
}

/// How an executor dies.
#[derive(Debug, Clone, Copy)]
struct Death {
    executor: u32,
    /// Before this message is delivered, of all messages in either direction.
    before: usize,
    /// Whether the transport sees it, or only silence tells.
    is_seen: bool,
    /// Whether what it has sent is lost with it.
    loses_sent: bool,
}

/// Runs until the end; `None` when the run ended before the death.
fn run_with(death: Death, job: &Job) -> Option<Result<JobOutcome>> {
    let executors = (0..job.run.workers).map(Executor::new).collect();
    let mut cluster = HandCluster::with_driver(executors, Driver::new(RunId(1), job.clone()));
    let (mut delivered, mut is_dead, mut waited) = (0, false, 0);
    loop {
        if let Some(outcome) = cluster.outcome.take() {
            return is_dead.then_some(outcome);
        }
        if !is_dead && delivered == death.before && !cluster.mail.is_empty() {
            is_dead = true;
            // One that has not heard of the run says nothing and wants no turn.
            cluster.executors[death.executor as usize] = Executor::new(death.executor);
            if death.loses_sent {
                cluster.mail.retain(|mail| !matches!(mail, Mail::Driver(from, _) | Mail::Rows(from, _) if *from == death.executor));
                cluster
                    .mail
                    .retain(|mail| !matches!(mail, Mail::Peer(_, message) if message.from == death.executor));
            }
            if death.is_seen {
                cluster.tell_driver(DriverEvent::Lost(death.executor, "it was killed".to_owned()));
            }
        }
        if is_dead {
            cluster.mail.retain(
                |mail| !matches!(mail, Mail::Executor(to, _) | Mail::Peer(to, _) if *to == death.executor),
            );
        }
        delivered += usize::from(!cluster.mail.is_empty());
        if cluster.outcome.is_none() && !cluster.advance() {
            waited += 1;
            assert!(waited < 100, "a run that nobody works on ends: {death:?}");
            cluster.wait(1);
        }
    }
}

#[test]
fn whoever_dies_before_whichever_message_the_run_ends_in_the_right_digest_or_names_the_dead() {
    let collect = Action::Collect { of: CollectPoint::Result, memory_bytes: 1 << 30 };
    let counted = |action| (job(&three_stages(action)), truth(&three_stages(action)));
    for (job, truth) in [counted(Action::Write {}), counted(collect), sorted(collect)] {
        let action = job.run.action;
        assert_eq!(job.graph.stages().len(), 3, "a job of three stages");
        let (mut right, mut lost) = (0, 0);
        for (executor, is_seen, loses_sent) in (0..3)
            .flat_map(|executor| [(executor, true), (executor, false)])
            .flat_map(|(executor, is_seen)| [(executor, is_seen, true), (executor, is_seen, false)])
        {
            for before in 0.. {
                let death = Death { executor, before, is_seen, loses_sent };
                match run_with(death, &job) {
                    None => break,
                    Some(Ok(outcome)) => {
                        assert_eq!(digest(&outcome), truth, "{death:?}");
                        right += 1;
                    }
                    Some(Err(EngineError::ExecutorLost { executor: named, .. })) => {
                        assert_eq!(named, executor, "the dead one is named: {death:?}");
                        lost += 1;
                    }
                    Some(Err(other)) => panic!("{death:?}: {other}"),
                }
            }
        }
        println!("{action:?}: {right} runs were right, {lost} named the dead");
        assert!(right > 0 && lost > 100, "{right} right, {lost} lost");
    }
}

#[test]
fn answers_that_nobody_waits_for_are_dropped_and_counted() {
    let scenario = three_stages(Action::Write {});
    let mut cluster = HandCluster::start(&scenario);
    let mut forged = 0;
    let outcome = loop {
        if let Some(outcome) = cluster.outcome.take() {
            break outcome.expect("nothing was lost");
        }
        let front = match cluster.mail.front() {
            Some(Mail::Driver(from, message)) => Some((*from, message.clone())),
            Some(Mail::Executor(..) | Mail::Peer(..) | Mail::Rows(..)) | None => None,
        };
        let Some((from, message)) = front else {
            assert!(cluster.advance(), "a run that has not ended has something to do");
            continue;
        };
        let mut strangers = vec![(77, message.clone())];
        if let FromExecutor::TaskDone(run, done) = &message {
            let of = |task| FromExecutor::TaskDone(*run, Box::new(TaskDone { task, ..(**done).clone() }));
            let TaskId { stage, index, attempt } = done.task;
            strangers.extend([
                (from, of(TaskId { stage: 99, index, attempt })),
                (from, of(TaskId { stage, index: 99, attempt })),
                (from, of(TaskId { stage, index, attempt: attempt + 1 })),
                ((from + 1) % 3, message.clone()),
            ]);
        }
        for (executor, stranger) in strangers {
            cluster.tell_driver(DriverEvent::Executor(executor, stranger));
            forged += 1;
        }
        assert!(cluster.advance(), "the message is delivered");
        if matches!(message, FromExecutor::TaskDone(..) | FromExecutor::ExchangeDone(..))
            && cluster.outcome.is_none()
        {
            cluster.tell_driver(DriverEvent::Executor(from, message));
            forged += 1;
        }
    };
    assert_eq!((digest(&outcome), outcome.stale_messages), (truth(&scenario), forged));
}

/// Runs a job in which the first answer of a stage's task is changed.
fn run_changed(stage: u32, change: impl Fn(&mut TaskDone)) -> Result<JobOutcome> {
    let mut cluster = HandCluster::start(&three_stages(Action::Write {}));
    cluster.advance_to(
        |mail| matches!(mail, Mail::Driver(_, FromExecutor::TaskDone(_, done)) if done.task.stage == stage),
    );
    let Some(Mail::Driver(from, FromExecutor::TaskDone(run, mut done))) = cluster.mail.pop_front() else {
        unreachable!("just seen")
    };
    change(&mut done);
    cluster.mail.push_front(Mail::Driver(from, FromExecutor::TaskDone(run, done)));
    cluster.finish()
}

#[test]
fn rows_or_bytes_that_do_not_add_up_end_the_run_with_an_error() {
    assert!(run_changed(0, |_| {}).is_ok(), "unchanged, it is fine");
    let changes: [(u32, Change); 7] = [
        (0, |done| done.written_rows[0] += 1),
        (0, |done| done.written_bytes[1] = u64::MAX),
        (0, |done| done.written_bytes.truncate(1)),
        (1, |done| done.read_rows = 0),
        (1, |done| done.read_blocks = u64::MAX),
        (1, |done| done.written_rows.push(1)),
        (2, |done| done.read_bytes += 8),
    ];
    for (number, (stage, change)) in changes.into_iter().enumerate() {
        let outcome = run_changed(stage, change);
        assert!(matches!(outcome, Err(EngineError::Protocol { .. })), "change {number}: {outcome:?}");
    }
}

/// Runs the sort with every message changed on its way.
fn run_sort_changed(change: ChangeMail) -> Result<JobOutcome> {
    let (job, _) = sorted(Action::Write {});
    let executors = (0..job.run.workers).map(Executor::new).collect();
    let mut cluster = HandCluster::with_driver(executors, Driver::new(RunId(1), job));
    loop {
        if let Some(outcome) = cluster.outcome.take() {
            return outcome;
        }
        cluster.mail.iter_mut().for_each(change);
        assert!(cluster.advance(), "a run that has not ended has something to do");
    }
}

#[test]
fn samples_and_bounds_that_cannot_be_read_end_the_run_with_an_error() {
    assert!(run_sort_changed(|_| {}).is_ok(), "unchanged, it is fine");
    fn sample(mail: &mut Mail, bytes: &[u8]) {
        if let Mail::Driver(_, FromExecutor::TaskDone(_, done)) = mail
            && let Some(keys) = &mut done.sampled_keys
        {
            keys.block = bytes.to_vec();
        }
    }
    fn bound(mail: &mut Mail, bytes: Option<&[u8]>) {
        if let Mail::Executor(_, ToExecutor::Exchange { stage: 1, bounds, .. }) = mail {
            *bounds = bytes.map(<[u8]>::to_vec);
        }
    }
    let changes: [(&str, ChangeMail); 5] = [
        ("a sample that is empty", |mail| sample(mail, &[])),
        ("a sample that is no block", |mail| sample(mail, &[7; 64])),
        ("bounds that are no block", |mail| bound(mail, Some(&[7; 64]))),
        ("no bounds", |mail| bound(mail, None)),
        ("bounds for a stage that needs none", |mail| {
            if let Mail::Executor(_, ToExecutor::Exchange { stage: 2, bounds, .. }) = mail {
                *bounds = Some(Vec::new());
            }
        }),
    ];
    for (what, change) in changes {
        let outcome = run_sort_changed(change);
        assert!(matches!(outcome, Err(EngineError::Protocol { .. })), "{what}: {outcome:?}");
    }
}

#[test]
fn a_panic_in_a_thread_is_reported_at_once_with_its_words_and_the_next_run_is_right() {
    let scenario = Scenario { workers: 3, query: Query::CountByKey, ..shaped(SHAPES[0]) };
    let good = job(&scenario);
    let text = serde_json::to_string(&good.graph).expect("a graph is JSON");
    let broken = text.replace("\"keys\":[0]", "\"keys\":[99]");
    assert_ne!(broken, text, "a group key was changed");
    let graph: StageGraph = serde_json::from_str(&broken).expect("still a graph");
    let bad = Job { graph, ..good.clone() };
    let mut cluster = ThreadCluster::new(3);
    for _ in 0..2 {
        let started = Instant::now();
        match cluster.run(&bad, |_| {}) {
            Err(EngineError::ExecutorLost { reason, .. }) => {
                assert!(reason.contains("out of bounds"), "{reason}")
            }
            other => panic!("a lost executor, not {other:?}"),
        }
        assert!(started.elapsed() < Duration::from_secs(5), "not by silence");
        let outcome = cluster.run(&good, |_| {}).expect("every executor is in its place");
        assert_eq!(digest(&outcome), truth(&scenario));
    }
}
