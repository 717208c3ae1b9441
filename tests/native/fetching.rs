//! Rows on their way to the driver: late, lost, doubled, foreign, or of no more use.

use shuffle_engine::cluster::{Deadlines, DriverEvent, RunId, ToExecutor};
use shuffle_engine::scenario::{Action, CollectPoint, Query};
use shuffle_engine::{EngineError, JobReport, Scenario};

use crate::hand_cluster::{HandCluster, Mail};
use crate::samples::{SHAPES, shaped};

fn collecting() -> Scenario {
    let action = Action::Collect { of: CollectPoint::Result, memory_bytes: 1 << 30 };
    Scenario { workers: 3, query: Query::CountByKey, action, ..shaped(SHAPES[0]) }
}

fn is_fetch(mail: &Mail) -> bool {
    matches!(mail, Mail::Executor(_, ToExecutor::Fetch(..)))
}

fn is_rows(mail: &Mail) -> bool {
    matches!(mail, Mail::Rows(..))
}

#[test]
fn nothing_is_sent_for_that_does_not_fit() {
    let action = Action::Collect { of: CollectPoint::Result, memory_bytes: 4 << 10 };
    let mut cluster = HandCluster::start(&Scenario { action, ..collecting() });
    let outcome = loop {
        if let Some(outcome) = cluster.outcome.take() {
            break outcome;
        }
        assert!(!cluster.mail.front().is_some_and(is_fetch), "no row is asked for");
        assert!(cluster.advance(), "a run that has not ended has something to do");
    };
    assert!(matches!(outcome, Err(EngineError::OutOfMemory { limit_bytes: 4096, .. })), "{outcome:?}");
}

#[test]
fn an_executor_that_dies_with_the_rows_is_lost_by_name() {
    let mut cluster = HandCluster::start(&collecting());
    cluster.advance_to(is_rows);
    let Some(Mail::Rows(dead, _)) = cluster.mail.pop_front() else { unreachable!("just seen") };
    // The others send theirs, this one nothing more.
    let mut others: Vec<Mail> = Vec::new();
    while cluster.advance() {
        while let Some(at) =
            cluster.mail.iter().position(|mail| matches!(mail, Mail::Rows(from, _) if *from == dead))
        {
            others.extend(cluster.mail.remove(at));
        }
    }
    cluster.wait(Deadlines::default().silence.0 / 1_000_000 + 1);
    let Some(Err(EngineError::ExecutorLost { executor, .. })) = cluster.outcome else {
        panic!("{:?}", cluster.outcome)
    };
    assert_eq!(executor, dead);
}

#[test]
fn rows_that_nobody_asked_for_end_the_run_and_rows_of_another_run_do_not() {
    let mut cluster = HandCluster::start(&collecting());
    cluster.advance_to(is_rows);
    let Some(Mail::Rows(from, rows)) = cluster.mail.pop_front() else { unreachable!("just seen") };
    let mut foreign = rows.clone();
    foreign.run = RunId(77);
    cluster.tell_driver(DriverEvent::Rows(from, foreign));
    assert!(cluster.outcome.is_none(), "{:?}", cluster.outcome);
    cluster.tell_driver(DriverEvent::Rows(from, rows.clone()));
    cluster.tell_driver(DriverEvent::Rows(from, rows));
    assert!(matches!(cluster.outcome, Some(Err(EngineError::Protocol { .. }))), "{:?}", cluster.outcome);
}

#[test]
fn an_executor_asked_for_rows_that_it_does_not_have_says_so() {
    let mut cluster = HandCluster::start(&collecting());
    cluster.advance_to(is_fetch);
    let Some(Mail::Executor(to, ToExecutor::Fetch(run, tasks))) = cluster.mail.pop_front() else {
        unreachable!("just seen")
    };
    let twice = [tasks.clone(), tasks].concat();
    cluster.deliver(Mail::Executor(to, ToExecutor::Fetch(run, twice)));
    let outcome = cluster.finish();
    assert!(matches!(outcome, Err(EngineError::Protocol { .. })), "{outcome:?}");
}

#[test]
fn tasks_that_end_after_a_show_has_its_rows_change_nothing() {
    // One row in two is wide: the narrow half of the first partition is more than enough.
    let action = Action::show(5);
    let show = Scenario { action, shuffle_fraction: 0.5, query: Query::Join, ..collecting() };
    let mut cluster = HandCluster::start(&show);
    let outcome = cluster.finish().expect("nothing was lost");
    let report = JobReport::new(&outcome);
    assert_eq!((report.result.rows, report.stages[1].partitions.rows.len()), (5, 0), "nothing was exchanged");
    let executors = std::mem::take(&mut cluster.executors);
    // What was left over of that run meets the next one.
    let left: Vec<Mail> = cluster.mail.drain(..).collect();
    let mut next = HandCluster::with(executors, RunId(2), &collecting());
    left.into_iter().for_each(|mail| next.deliver(mail));
    let rows: u64 =
        next.finish().expect("the next run is a run").rows.iter().map(|batch| batch.row_count() as u64).sum();
    assert!(rows > 0);
}
