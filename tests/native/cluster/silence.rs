//! Executors that are silent, and how long they may be.

use super::*;

#[test]
fn a_stale_word_does_not_keep_a_silent_executor_alive() {
    let mut cluster = HandCluster::with((0..3).map(Executor::new).collect(), RunId(2), &scenario());
    cluster.advance_to(is_task_done);
    cluster.mail.clear();
    for _ in 0..12 {
        cluster.wait(1);
        for executor in 0..3 {
            cluster.tell_driver(DriverEvent::Executor(executor, FromExecutor::Alive(RunId(1))));
        }
    }
    assert!(matches!(cluster.outcome, Some(Err(EngineError::ExecutorLost { .. }))), "{:?}", cluster.outcome);
}

/// Plays until executor 1 owes an answer, then lets it fall silent while the others report that they are alive.
fn silence_executor_1(cluster: &mut HandCluster, seconds: u64) {
    for _ in 0..seconds {
        cluster.wait(1);
        for executor in [0, 2] {
            let run = cluster.driver.run();
            cluster.tell_driver(DriverEvent::Executor(executor, FromExecutor::Alive(run)));
        }
    }
}

#[test]
fn an_executor_silent_past_its_deadline_is_lost_by_name() {
    for stops_at in [is_task_done, is_exchange] {
        let mut cluster = HandCluster::start(&scenario());
        cluster.advance_to(stops_at);
        cluster.mail.clear();
        silence_executor_1(&mut cluster, Deadlines::default().silence.0 / 1_000_000);
        assert!(cluster.outcome.is_none(), "up to its deadline it is only slow");
        silence_executor_1(&mut cluster, 1);
        match cluster.outcome {
            Some(Err(EngineError::ExecutorLost { executor: 1, ref reason })) => {
                assert!(reason.starts_with("silent for 10."), "{reason}");
            }
            ref other => panic!("executor 1 is lost, not {other:?}"),
        }
    }
}

#[test]
fn an_executor_that_never_heard_of_the_run_has_the_usual_deadline() {
    let mut cluster = HandCluster::start(&scenario());
    cluster.mail.clear();
    cluster.wait(Deadlines::default().silence.0 / 1_000_000);
    assert!(cluster.outcome.is_none(), "up to its deadline it is only slow");
    cluster.wait(1);
    assert!(matches!(cluster.outcome, Some(Err(EngineError::ExecutorLost { executor: 0, .. }))));
}

#[test]
fn an_executor_that_prepares_has_a_longer_deadline() {
    let mut cluster = HandCluster::start(&scenario());
    cluster.mail.clear();
    for executor in 0..scenario().workers {
        let run = cluster.driver.run();
        cluster.tell_driver(DriverEvent::Executor(executor, FromExecutor::Alive(run)));
    }
    cluster.wait(Deadlines::default().prepare.0 / 1_000_000);
    assert!(cluster.outcome.is_none(), "large tables take long");
    cluster.wait(1);
    assert!(matches!(cluster.outcome, Some(Err(EngineError::ExecutorLost { executor: 0, .. }))));
}

#[test]
fn an_executor_that_owes_nothing_may_be_silent() {
    // One map task, three executors: two of them have nothing to say for a long time.
    let scenario = Scenario { map_partitions: 1, query: Query::CountByKey, ..scenario() };
    let mut cluster = HandCluster::start(&scenario);
    cluster.advance_to(is_task_done);
    for _ in 0..60 {
        cluster.wait(1);
        let run = cluster.driver.run();
        cluster.tell_driver(DriverEvent::Executor(0, FromExecutor::Alive(run)));
    }
    assert!(cluster.outcome.is_none(), "{:?}", cluster.outcome);
    assert_eq!(digest(&cluster.finish().expect("nothing was lost")), truth(&scenario));
}

#[test]
fn a_driver_that_was_frozen_does_not_take_its_executors_for_dead() {
    let scenario = scenario();
    let mut cluster = HandCluster::start(&scenario);
    cluster.advance_to(is_task_done);
    cluster.wait(1);
    // A hidden tab, a closed lid: an hour without a tick.
    cluster.clock.0.set(cluster.clock.0.get() + 3_600_000_000);
    cluster.tell_driver(DriverEvent::Tick);
    assert!(cluster.outcome.is_none(), "silence proves nothing here: {:?}", cluster.outcome);
    cluster.wait(Deadlines::default().silence.0 / 1_000_000);
    assert!(cluster.outcome.is_none(), "the deadline begins anew");
    assert_eq!(digest(&cluster.finish().expect("nothing was lost")), truth(&scenario));
}

#[test]
fn an_executor_that_dies_while_the_driver_is_frozen_is_still_found() {
    let mut cluster = HandCluster::start(&scenario());
    cluster.advance_to(is_task_done);
    cluster.mail.clear();
    cluster.clock.0.set(cluster.clock.0.get() + 3_600_000_000);
    cluster.tell_driver(DriverEvent::Tick);
    cluster.wait(Deadlines::default().silence.0 / 1_000_000 + 1);
    assert!(matches!(cluster.outcome, Some(Err(EngineError::ExecutorLost { .. }))), "{:?}", cluster.outcome);
}

#[test]
fn an_executor_with_a_long_task_says_that_it_is_alive() {
    let scenario = Scenario { rows: 200_000, map_partitions: 1, workers: 1, ..shaped(SHAPES[0]) };
    let mut cluster = HandCluster::start(&scenario);
    let mut alive = 0;
    while cluster.outcome.is_none() {
        cluster.clock.0.set(cluster.clock.0.get() + 200_000);
        let is_alive = |mail: &Mail| matches!(mail, Mail::Driver(_, FromExecutor::Alive(_)));
        alive += usize::from(cluster.mail.front().is_some_and(is_alive));
        assert!(cluster.advance(), "a run that has not ended has something to do");
    }
    assert!(alive >= 3, "{alive} signs of life");
}

#[test]
fn a_death_seen_by_the_transport_ends_the_run_with_its_reason() {
    let mut cluster = HandCluster::start(&scenario());
    cluster.advance_to(is_task_done);
    cluster.tell_driver(DriverEvent::Lost(2, "RuntimeError: unreachable".to_owned()));
    match cluster.outcome {
        Some(Err(ref error @ EngineError::ExecutorLost { executor: 2, .. })) => {
            assert_eq!(error.to_string(), "worker 2 was lost: RuntimeError: unreachable");
        }
        ref other => panic!("executor 2 is lost, not {other:?}"),
    }
}
