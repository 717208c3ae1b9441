//! Driver and executors without I/O: what they do when messages are late, lost, doubled, foreign or broken.

mod messages;
mod silence;

use proptest::prelude::*;
use shuffle_engine::EngineError;
use shuffle_engine::Scenario;
use shuffle_engine::cluster::exchange::assign;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::cluster::{
    ControlMessage, Deadlines, DriverEvent, Executor, ExecutorEffect, ExecutorEvent, FromExecutor,
    JobOutcome, Payload, PeerMessage, RunId, TaskId, ToExecutor,
};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::scenario::{Action, CollectPoint, Query, Skew};

use crate::hand_cluster::{HandCluster, Mail};
use crate::interpreter::answer;
use crate::samples::{SHAPES, job, shaped};

fn scenario() -> Scenario {
    Scenario { workers: 3, query: Query::Join, ..shaped(SHAPES[0]) }
}

fn digest(outcome: &JobOutcome) -> String {
    JobReport::new(outcome).result.digest
}

fn truth(scenario: &Scenario) -> String {
    answer(scenario).digest(&scenario.logical_plan().schema()).hex()
}

fn is_exchange(mail: &Mail) -> bool {
    matches!(mail, Mail::Executor(_, ToExecutor::Exchange { .. }))
}

fn is_peer(mail: &Mail) -> bool {
    matches!(mail, Mail::Peer(..))
}

fn is_task_done(mail: &Mail) -> bool {
    matches!(mail, Mail::Driver(_, FromExecutor::TaskDone(..)))
}

#[test]
fn a_run_whose_every_message_is_written_down_and_read_again_gives_the_same_answer() {
    let scenario = scenario();
    let mut cluster = HandCluster::start(&scenario);
    let outcome = loop {
        if let Some(outcome) = cluster.outcome.take() {
            break outcome.expect("nothing was lost");
        }
        let Some(mail) = cluster.mail.pop_front() else {
            assert!(cluster.advance(), "a run that has not ended has something to do");
            continue;
        };
        cluster.deliver(match mail {
            Mail::Executor(to, message) => {
                Mail::Executor(to, ToExecutor::decode(&message.encode()).expect("what was written"))
            }
            Mail::Driver(from, message) => {
                Mail::Driver(from, FromExecutor::decode(&message.encode()).expect("what was written"))
            }
            Mail::Rows(from, message) => Mail::Rows(
                from,
                PeerMessage::decode(message.encode().expect("it fits")).expect("what was written"),
            ),
            Mail::Peer(to, message) => Mail::Peer(
                to,
                PeerMessage::decode(message.encode().expect("it fits")).expect("what was written"),
            ),
        });
    };
    assert_eq!(digest(&outcome), truth(&scenario));
}

#[test]
fn cancel_in_the_middle_of_a_run_ends_it_at_once_everywhere() {
    for stops_at in [is_task_done, is_exchange, is_peer] {
        let mut cluster = HandCluster::start(&scenario());
        cluster.advance_to(stops_at);
        let late: Vec<Mail> = cluster.mail.drain(..).collect();
        cluster.tell_driver(DriverEvent::Cancel);
        assert!(matches!(cluster.outcome, Some(Err(EngineError::Cancelled))), "the run has ended");
        assert_eq!(cluster.mail.len(), 3, "each executor is told");
        while cluster.advance() {}
        assert!(cluster.executors.iter().all(|executor| !executor.wants_turn()), "nobody goes on");
        late.into_iter().for_each(|mail| cluster.deliver(mail));
        while cluster.advance() {}
        assert!(cluster.executors.iter().all(|executor| !executor.wants_turn()), "late words wake nobody");
    }
}

#[test]
fn after_a_cancelled_run_its_late_messages_are_dropped_counted_and_do_not_touch_the_next() {
    let scenario = scenario();
    let mut first = HandCluster::start(&scenario);
    first.advance_to(is_peer);
    let late: Vec<Mail> = first.mail.drain(..).filter(|mail| !matches!(mail, Mail::Driver(..))).collect();
    let late_count = late.len() as u64;
    first.tell_driver(DriverEvent::Cancel);
    while first.advance() {}

    let mut second = HandCluster::with(first.executors, RunId(2), &scenario);
    // Before the executors hear of the second run, and while it goes on: all before the first exchange is over.
    for mail in late {
        second.deliver(mail);
        assert!(second.advance(), "the run goes on");
    }
    second.tell_driver(DriverEvent::Executor(0, FromExecutor::Alive(RunId(1))));
    let outcome = second.finish().expect("the second run is whole");
    assert_eq!(digest(&outcome), truth(&scenario));
    assert!(late_count >= 3, "{late_count} late messages");
    assert_eq!(outcome.stale_messages, late_count + 1, "every late message and the late word");
    let third = HandCluster::with(second.executors, RunId(3), &scenario).finish();
    assert_eq!(third.expect("nothing was lost").stale_messages, 0, "each is counted once");
}

#[test]
fn a_message_of_an_earlier_and_larger_run_is_only_stale() {
    let small = Scenario { workers: 2, ..scenario() };
    let mut cluster = HandCluster::with((0..2).map(Executor::new).collect(), RunId(2), &small);
    // Executor 5 took part in run 1 and is not in run 2.
    cluster.tell_driver(DriverEvent::Executor(5, FromExecutor::Alive(RunId(1))));
    let outcome = cluster.finish().expect("nothing was lost");
    assert_eq!((digest(&outcome), outcome.stale_messages), (truth(&small), 1));
}

#[test]
fn blocks_that_overtake_the_drivers_word_are_kept_for_it() {
    for tactics in crate::samples::tactics() {
        let scenario = Scenario { tactics, ..scenario() };
        let mut cluster = HandCluster::start(&scenario);
        let mut held: Vec<Mail> = Vec::new();
        let outcome = loop {
            // Executor 0 hears of an exchange only when there is nothing else to do.
            let is_late = |mail: &Mail| matches!(mail, Mail::Executor(0, ToExecutor::Exchange { .. }));
            while let Some(at) = cluster.mail.iter().position(is_late) {
                held.extend(cluster.mail.remove(at));
            }
            if let Some(outcome) = cluster.outcome.take() {
                break outcome.expect("nothing was lost");
            }
            if !cluster.advance() {
                let mail = held.pop().expect("the late word");
                cluster.deliver(mail);
            }
        };
        assert_eq!((digest(&outcome), outcome.stale_messages), (truth(&scenario), 0), "{tactics:?}");
    }
}

#[test]
fn an_executor_of_another_build_ends_the_run_with_a_protocol_error() {
    let mut cluster = HandCluster::start(&scenario());
    let Some(Mail::Executor(executor, ToExecutor::Prepare(run, mut prepare))) = cluster.mail.pop_front()
    else {
        panic!("a run begins with Prepare")
    };
    prepare.protocol += 1;
    cluster.deliver(Mail::Executor(executor, ToExecutor::Prepare(run, prepare)));
    match cluster.finish() {
        Err(EngineError::Protocol { expected, got }) => {
            assert_eq!((expected.as_str(), got.as_str()), ("messages of version 6", "7"));
        }
        other => panic!("a protocol error, not {other:?}"),
    }
}

#[test]
fn kept_scans_give_the_answer_of_fresh_ones() {
    let mut executors: Vec<Executor> = (0..3).map(|id| Executor::new(id).keeping_scans()).collect();
    for (run, query) in (1..).zip([Query::Join, Query::Join, Query::CountByKey, Query::Narrow, Query::Join]) {
        let scenario = Scenario { query, ..scenario() };
        let mut cluster = HandCluster::with(executors, RunId(run), &scenario);
        let outcome = cluster.finish().expect("nothing was lost");
        assert_eq!(digest(&outcome), truth(&scenario), "run {run}");
        executors = cluster.executors;
    }
    // Another seed is another dataset: nothing of the old one is served.
    let scenario = Scenario { seed: 7, ..scenario() };
    let mut cluster = HandCluster::with(executors, RunId(9), &scenario);
    assert_eq!(digest(&cluster.finish().expect("nothing was lost")), truth(&scenario));
}

#[test]
fn an_executor_without_a_run_is_deaf_to_tasks_and_has_no_turn() {
    let mut executor = Executor::new(0);
    let clock = crate::samples::Stopped;
    let task = TaskId { stage: 0, index: 0, attempt: 0 };
    let mut tell = |event| executor.step(event, &clock);
    assert!(tell(ExecutorEvent::Turn).is_empty());
    assert!(tell(ExecutorEvent::Driver(ToExecutor::Launch(RunId(1), task, Vec::new()))).is_empty());
    assert!(tell(ExecutorEvent::Driver(ToExecutor::End(RunId(1)))).is_empty());
    assert!(!executor.wants_turn());
}

#[test]
fn a_failed_executor_says_so_once_and_forgets_the_run() {
    let mut cluster = HandCluster::start(&scenario());
    cluster.advance_to(is_peer);
    let Some(Mail::Peer(to, mut message)) = cluster.mail.pop_front() else { panic!("a peer message") };
    message.payload = Payload::Empty;
    let executor = &mut cluster.executors[to as usize];
    let effects = executor.step(ExecutorEvent::Peer(message.clone()), &cluster.clock);
    assert!(
        matches!(effects.as_slice(), [ExecutorEffect::Driver(FromExecutor::Failed(RunId(1), _))]),
        "{effects:?}"
    );
    let again = executor.step(ExecutorEvent::Peer(message), &cluster.clock);
    assert!(again.is_empty() && !executor.wants_turn(), "{again:?}");
}

#[test]
fn threads_run_a_small_scenario_after_a_larger_one_and_larger_again() {
    let mut cluster = ThreadCluster::new(16);
    for workers in [16, 1, 8, 2, 16] {
        let scenario = Scenario { workers, ..scenario() };
        let outcome = cluster.run(&job(&scenario), |_| {}).expect("nothing was lost");
        assert_eq!(digest(&outcome), truth(&scenario), "{workers} workers");
    }
}

#[test]
fn threads_report_progress_up_to_the_last_task() {
    let scenario = scenario();
    let mut seen = Vec::new();
    let mut cluster = ThreadCluster::new(3);
    let outcome = cluster.run(&job(&scenario), |progress| seen.push(progress));
    let tasks: u32 =
        outcome.expect("nothing was lost").graph.stages().iter().map(|stage| stage.task_count).sum();
    let done: Vec<u32> = seen.iter().map(|progress| progress.tasks_done).collect();
    assert_eq!(done, (1..=tasks).collect::<Vec<_>>());
    assert!(seen.iter().all(|progress| progress.task_count == tasks));
}

#[test]
fn an_invalid_scenario_has_no_job() {
    let scenario = Scenario { keys: 0, ..scenario() };
    let error = scenario.job().expect_err("no keys, no run");
    assert!(matches!(error, EngineError::InvalidScenario(ref invalid) if invalid.field == "keys"), "{error}");
}

#[test]
fn partitions_go_to_the_executor_that_is_free_first() {
    assert_eq!(assign(&[], 3), [0u32; 0]);
    assert_eq!(assign(&[5, 5, 5, 5], 1), [0, 0, 0, 0]);
    // A hot partition keeps its executor busy while the others go round.
    assert_eq!(assign(&[100, 10, 10, 10, 10], 3), [0, 1, 2, 1, 2]);
    // Empty partitions still go round.
    assert_eq!(assign(&[0, 0, 0, 0], 2), [0, 1, 0, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_of_peer_messages_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = PeerMessage::decode(bytes);
    }

    #[test]
    fn an_executor_owns_at_most_a_fair_share_and_one_partition(
        bytes in prop::collection::vec(0u64..10_000, 1..200),
        executors in 1u32..20,
    ) {
        let mut loads = vec![0u64; executors as usize];
        for (&owner, bytes) in assign(&bytes, executors).iter().zip(&bytes) {
            loads[owner as usize] += (*bytes).max(1);
        }
        let total: u64 = loads.iter().sum();
        let largest = bytes.iter().max().copied().unwrap_or(0).max(1);
        let limit = total / u64::from(executors) + largest;
        prop_assert!(loads.iter().all(|load| *load <= limit), "{:?}", loads);
    }
}
