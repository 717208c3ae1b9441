//! What tasks read: partitions that are joined or cut give the same answer, and blocks stay for another attempt.

use proptest::prelude::*;
use shuffle_engine::cluster::exchange::{Question, Reads, ShuffleSizes, plan};
use shuffle_engine::cluster::{
    Action, Driver, Executor, ExecutorEffect, ExecutorEvent, FromExecutor, JobOutcome, RunId, Strategy,
    TaskDone, TaskId, ToExecutor,
};
use shuffle_engine::scenario::Query;
use shuffle_engine::{EngineError, JobReport, Scenario, frame};

use crate::hand_cluster::{HandCluster, Mail};
use crate::interpreter::answer;
use crate::samples::{SHAPES, job, shaped, tactics};

fn run(scenario: &Scenario, reads: Reads) -> JobOutcome {
    let driver = Driver::new(RunId(1), job(scenario)).with_reads(reads);
    let executors = (0..scenario.workers).map(Executor::new).collect();
    HandCluster::with_driver(executors, driver).finish().expect("nothing was lost")
}

fn check(scenario: &Scenario, reads: Reads) -> JobOutcome {
    let outcome = run(scenario, reads);
    let truth = answer(scenario).digest(&scenario.logical_plan().schema()).hex();
    assert_eq!(JobReport::new(&outcome).result.digest, truth, "{reads:?} of {scenario:?}");
    outcome
}

#[test]
fn a_read_split_in_two_gives_the_same_digest() {
    for query in [Query::Join, Query::Repartition] {
        let scenario =
            Scenario { query, workers: 3, map_partitions: 4, reduce_partitions: 5, ..shaped(SHAPES[0]) };
        for parts in [2, 3, 100] {
            let outcome = check(&scenario, Reads::Split(parts));
            let reading = outcome.task_counts.last().copied();
            assert_eq!(
                reading,
                Some(5 * 4u32.div_ceil(4u32.div_ceil(parts))),
                "{parts} parts of four map tasks"
            );
        }
    }
}

#[test]
fn partitions_that_are_read_together_give_the_same_digest() {
    for query in Query::ALL {
        for tactics in tactics() {
            let scenario = Scenario { query, tactics, workers: 3, reduce_partitions: 7, ..shaped(SHAPES[0]) };
            // A salted join has copies of its build side in several partitions, which must not come together.
            if query == Query::Join && tactics.salt > 1 {
                continue;
            }
            for count in [2, 3, 100] {
                check(&scenario, Reads::Coalesced(count));
            }
        }
    }
}

/// Lets one executor work until it has done a task.
fn task_of(cluster: &mut HandCluster, executor: u32) -> TaskDone {
    loop {
        for effect in cluster.executors[executor as usize].step(ExecutorEvent::Turn, &cluster.clock) {
            if let ExecutorEffect::Driver(FromExecutor::TaskDone(_, done)) = effect {
                return *done;
            }
        }
    }
}

#[test]
fn a_second_attempt_at_a_task_reads_the_same_blocks() {
    let scenario = Scenario { workers: 3, query: Query::Join, ..shaped(SHAPES[0]) };
    let mut cluster = HandCluster::start(&scenario);
    cluster.advance_to(
        |mail| matches!(mail, Mail::Executor(_, ToExecutor::Launch(_, _, reads)) if !reads.is_empty()),
    );
    let Some(Mail::Executor(to, ToExecutor::Launch(run, task, reads))) = cluster.mail.pop_front() else {
        unreachable!("just seen")
    };
    let again = TaskId { attempt: task.attempt + 1, ..task };
    let mut attempt = |task: TaskId| {
        let launch = ToExecutor::Launch(run, task, reads.clone());
        cluster.tell_executor(to, ExecutorEvent::Driver(launch));
        task_of(&mut cluster, to)
    };
    let (first, second) = (attempt(task), attempt(again));
    assert!(first.read_rows > 0 || first.read_blocks > 0, "{first:?}");
    assert_eq!(TaskDone { task: again, ..first }, second);
}

#[test]
fn a_show_holds_to_the_memory_of_its_driver() {
    let mut context =
        frame::Context::local(shaped(SHAPES[0])).expect("a valid scenario").with_driver_memory(10_000);
    let few = frame::scan("prompts").show(&mut context).expect("twenty rows fit");
    assert_eq!(few.row_count(), 20);
    match frame::scan("prompts").limit(1_000_000).show(&mut context) {
        Err(EngineError::OutOfMemory { needed_bytes, limit_bytes: 10_000 }) => {
            assert!(needed_bytes > 10_000, "{needed_bytes}")
        }
        other => panic!("refused with both figures, not {other:?}"),
    }
    let action = Action::show(5);
    assert_eq!(action.memory_bytes(), Action::default().memory_bytes(), "what a driver gets without a word");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_block_goes_to_each_executor_that_reads_it_and_to_none_twice(
        maps in prop::collection::vec(prop::collection::vec(0u64..1_000, 6), 1..8),
        executors in 1u32..5,
        number in 1u32..9,
        kind in 0..3,
    ) {
        let reads = [Reads::EachPartition, Reads::Coalesced(number), Reads::Split(number)][kind as usize];
        let writers: Vec<u32> = (0..maps.len() as u32).map(|map| 1 + map % executors).collect();
        let sizes = |shuffle| ShuffleSizes {
            shuffle,
            writers: writers.clone(),
            maps: maps.iter().map(Vec::as_slice).collect(),
        };
        // Executor 0 is dead.
        let live: Vec<u32> = (1..=executors).collect();
        let (build, probe, broadcasts) = ([sizes(0)], [sizes(1), sizes(3)], [sizes(2)]);
        let question = Question {
            partitions: 6,
            build: &build,
            probe: &probe,
            broadcasts: &broadcasts,
            live: &live,
            reads,
            strategy: Strategy::Direct,
        };
        let planned = plan(&question);
        let mut sent = std::collections::BTreeSet::new();
        for route in &planned.routes {
            for (partition, to) in (route.first_partition..).zip(&route.to) {
                for map in route.maps.clone() {
                    for executor in to {
                        prop_assert!(live.contains(executor));
                        prop_assert!(sent.insert((*executor, route.shuffle, partition, map)), "once");
                    }
                }
            }
        }
        let mut streamed = std::collections::BTreeSet::new();
        for task in &planned.tasks {
            let executor = task.executor.expect("blocks have a place");
            for read in &task.reads {
                for block in read.blocks() {
                    prop_assert!(sent.contains(&(executor, block.shuffle, block.reduce, block.map)));
                    let is_streamed = [1, 3].contains(&block.shuffle);
                    prop_assert!(!is_streamed || streamed.insert(block), "read once");
                }
            }
        }
        prop_assert_eq!(streamed.len(), 2 * 6 * maps.len());
    }
}
