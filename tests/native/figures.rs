//! Every figure of a report has a subject: what a run did not do is absent, whatever the query, the action and the number
//! of workers.

use shuffle_engine::Scenario;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::metrics::{JobReport, StageReport};
use shuffle_engine::model::KeyHistogram;
use shuffle_engine::scenario::{Action, CollectPoint, Query, Tactics};

use crate::samples::{Stopped, job};

fn report(scenario: &Scenario) -> JobReport {
    let outcome = LocalCluster::new(1).run(&job(scenario), &Stopped).expect("a valid scenario");
    JobReport::new(&outcome)
}

fn small(query: Query) -> Scenario {
    Scenario {
        query,
        rows: 3_000,
        keys: 100,
        workers: 3,
        map_partitions: 4,
        reduce_partitions: 5,
        ..Scenario::default()
    }
}

const MEMORY_BYTES: u64 = 1 << 24;
const ACTIONS: [Action; 5] = [
    Action::Write {},
    Action::Collect { of: CollectPoint::Result, memory_bytes: MEMORY_BYTES },
    Action::Collect { of: CollectPoint::Input, memory_bytes: MEMORY_BYTES },
    Action::Show { rows: 1, memory_bytes: 1 << 30 },
    Action::Show { rows: 1_000, memory_bytes: 1 << 30 },
];

/// The stage whose partitions are compared.
fn compared(report: &JobReport) -> &StageReport {
    report
        .stages
        .iter()
        .find(|stage| stage.exchange.is_some())
        .or(report.stages.last())
        .expect("a job has a stage")
}

fn check(scenario: &Scenario, what: &str) {
    let report = report(scenario);
    let stage = compared(&report);
    let rows = &stage.partitions.rows;
    let is_comparable = rows.len() > 1 && rows.len() == stage.tasks as usize && stage.rows_in > 0;
    let skew = &report.skew;
    assert_eq!(skew.max_over_mean.is_some(), is_comparable, "{what}: {rows:?} of {} tasks", stage.tasks);
    assert!(skew.max_over_median.is_none() || is_comparable, "{what}: {rows:?} of {} tasks", stage.tasks);
    let Some(hot) = skew.hot_key else { return };
    let truth = KeyHistogram::of(scenario);
    assert_eq!(hot.rows as f64 / hot.share, truth.row_count() as f64, "{what}: a share of the rows that met");
    let rows_of_key = truth.iter().find(|(key, _)| *key == hot.value).map_or(0, |(_, rows)| rows);
    assert!((hot.rows..=hot.rows_at_most).contains(&rows_of_key), "{what}: {hot:?} has {rows_of_key} rows");
    if let Some(partition) = hot.partition {
        assert!(stage.reads_shuffle(), "{what}: a reduce partition is one that was read");
        if let Some(&rows) = rows.get(partition as usize).filter(|_| !scenario.tactics.combine) {
            assert!(rows >= hot.rows, "{what}: partition {partition} holds all {} rows: {rows}", hot.rows);
        }
    }
    let text = serde_json::to_string(&report).expect("a report is JSON");
    assert_eq!(text.contains("\"partition\":"), hot.partition.is_some(), "{what}: absent is absent in JSON");
}

#[test]
fn no_query_action_tactic_or_number_of_workers_gives_a_figure_without_a_subject() {
    for query in Query::ALL {
        for action in ACTIONS {
            for (workers, map_partitions, reduce_partitions) in
                [(1, 1, 1), (1, 4, 5), (3, 4, 1), (7, 1, 5), (3, 4, 5)]
            {
                for shuffle_fraction in [0.0, 0.5, 1.0] {
                    for (combine, salt) in [(false, 0), (true, 0), (false, 4)] {
                        let tactics = Tactics { combine, salt, broadcast_bytes: 0, ..Tactics::default() };
                        let scenario = Scenario {
                            action,
                            workers,
                            map_partitions,
                            reduce_partitions,
                            shuffle_fraction,
                            tactics,
                            rows: 600,
                            ..small(query)
                        };
                        check(&scenario, &format!("{scenario:?}"));
                    }
                }
            }
        }
    }
}

#[test]
fn the_skew_of_partitions_that_did_not_all_run_is_absent() {
    let shown = report(&Scenario { action: Action::show(1), ..small(Query::CountByKey) });
    assert_eq!(compared(&shown).partitions.rows.len(), 1, "one partition has rows enough");
    assert_eq!((shown.skew.max_over_median, shown.skew.max_over_mean), (None, None));
    let whole = report(&small(Query::CountByKey));
    assert!(whole.skew.max_over_median.is_some_and(|ratio| ratio > 3.0), "{:?}", whole.skew);
}

#[test]
fn the_skew_of_a_single_partition_is_absent() {
    let alone = report(&Scenario { reduce_partitions: 1, ..small(Query::CountByKey) });
    assert_eq!((alone.skew.max_over_median, alone.skew.max_over_mean), (None, None));
}

#[test]
fn a_hot_key_has_a_reduce_partition_only_where_all_of_its_rows_meet() {
    let salted = Tactics { salt: 4, ..Tactics::default() };
    let broadcast = Tactics { broadcast_bytes: 1 << 20, ..Tactics::default() };
    let before = Action::Collect { of: CollectPoint::Input, memory_bytes: MEMORY_BYTES };
    let cases = [
        (small(Query::CountByKey), true),
        (small(Query::DedupBest), true),
        (small(Query::Distinct), true),
        (small(Query::Join), true),
        (small(Query::Repartition), true),
        (Scenario { shuffle_fraction: 0.5, ..small(Query::CountByKey) }, true),
        (Scenario { tactics: salted, ..small(Query::CountByKey) }, false),
        (Scenario { tactics: salted, ..small(Query::Repartition) }, false),
        (Scenario { tactics: broadcast, ..small(Query::Join) }, false),
    ];
    for (scenario, meets) in cases {
        let hot = report(&scenario).skew.hot_key.expect("3,000 rows have a heaviest key");
        assert_eq!(hot.partition.is_some(), meets, "{scenario:?}");
        let counted = KeyHistogram::of(&scenario).hot_key(scenario.reduce_partitions);
        let counted = counted.expect("3,000 rows have a heaviest key");
        assert_eq!(
            (hot.value, hot.rows, hot.rows_at_most),
            (counted.value, counted.rows, counted.rows),
            "exact"
        );
    }
    let meeting_by_no_key = [
        small(Query::WordCount),
        small(Query::Narrow),
        Scenario { action: before, ..small(Query::CountByKey) },
    ];
    for scenario in meeting_by_no_key {
        assert_eq!(report(&scenario).skew.hot_key, None, "{scenario:?}");
    }
}
