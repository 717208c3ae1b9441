//! What is expected before a run, beside what runs count.
//!
//! A run draws its rows once, and the expectation is the mean over all draws. A count of n rows is therefore off by about the root
//! of n: five such deviations are exceeded in one of a million counts. Words come in lumps, since a text's words come and go together.

use super::*;
use shuffle_engine::model::Expectation;

/// Deviations of a count that pass.
const DEVIATIONS: f64 = 5.0;
/// A text has up to 18 words, and they come together.
const LUMP: f64 = 18.0;
/// What the crowds of keys, taken together, and roundings may add, as a share of a count.
const CROWDS: f64 = 0.004;

fn expected(scenario: &Scenario) -> Expectation {
    let planned = scenario.plan().expect("a valid scenario");
    Expectation::of(&scenario.data(), &planned.stages, None).expect("the model describes it")
}

fn check(what: &str, expected: u64, counted: u64, bytes_a_row: f64, lump: f64) -> Option<String> {
    let (expected, counted) = (expected as f64, counted as f64);
    let rows = expected.max(counted) / bytes_a_row;
    let tolerance = bytes_a_row * (DEVIATIONS * (lump * rows).sqrt() + 2.0) + CROWDS * expected;
    let is_off = (expected - counted).abs() > tolerance;
    is_off.then(|| format!("{what}: expected {expected}, counted {counted}, tolerance {tolerance:.0}"))
}

/// All that is off.
fn compare(scenario: &Scenario) -> Vec<String> {
    let (expected, counted) = (expected(scenario).counters, counters(scenario));
    let is_of_texts = matches!(scenario.query, Query::WordCount | Query::Narrow);
    let lump = if is_of_texts { LUMP } else { 1.0 };
    assert_eq!(expected.stages.len(), counted.stages.len());
    let mut wrong = Vec::new();
    for (expected, counted) in expected.stages.iter().zip(&counted.stages) {
        assert_eq!((&expected.signature, &expected.parents), (&counted.signature, &counted.parents));
        assert_eq!(expected.tasks.len(), counted.tasks.len());
        let stage = &counted.name;
        for (task, (expected, counted)) in expected.tasks.iter().zip(&counted.tasks).enumerate() {
            let row = |volume: Volume| (volume.bytes as f64 / volume.rows.max(1) as f64).max(1.0);
            let pairs = [
                ("rows in", expected.rows_in, counted.rows_in, 1.0),
                ("rows out", expected.rows_out, counted.rows_out, 1.0),
                ("rows into the result", expected.rows_result, counted.rows_result, 1.0),
                ("rows read", expected.read.rows, counted.read.rows, 1.0),
                ("bytes read", expected.read.bytes, counted.read.bytes, row(counted.read)),
                ("rows written", expected.written.rows, counted.written.rows, 1.0),
                ("bytes written", expected.written.bytes, counted.written.bytes, row(counted.written)),
            ];
            for (what, expected, counted, bytes_a_row) in pairs {
                let what = format!("{stage} task {task}, {what}");
                wrong.extend(check(&what, expected, counted, bytes_a_row, lump));
            }
            assert_eq!(expected.read.blocks, counted.read.blocks);
            assert_eq!(expected.written.blocks, counted.written.blocks);
        }
    }
    wrong
}

#[test]
fn what_is_expected_is_what_runs_count() {
    let skews = [
        Skew::Uniform {},
        Skew::HotKey { share: 0.3 },
        Skew::Zipf { exponent: 1.1 },
        Skew::Zipf { exponent: 2.5 },
    ];
    let (mut counts, mut wrong) = (0, Vec::new());
    for query in Query::ALL {
        for skew in skews {
            for (combine, salt) in [(false, 0), (true, 0), (false, 4), (true, 40)] {
                for (shuffle_fraction, keys, map_partitions, reduce_partitions) in
                    [(1.0, 20_000, 8, 16), (0.4, 300, 3, 33), (0.0, 50, 5, 1)]
                {
                    let scenario = Scenario {
                        rows: 30_000,
                        keys,
                        query,
                        skew,
                        shuffle_fraction,
                        map_partitions,
                        reduce_partitions,
                        workers: 2,
                        tactics: Tactics { combine, salt, ..Tactics::default() },
                        ..Scenario::default()
                    };
                    let off = compare(&scenario);
                    counts += 1;
                    if let Some(first) = off.first() {
                        wrong.push(format!("{}x {first} in {scenario:?}", off.len()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {counts}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn another_skew_another_seed_and_another_number_of_partitions_are_not_taken_for_the_same() {
    let base =
        Scenario { rows: 30_000, keys: 2_000, skew: Skew::HotKey { share: 0.3 }, ..Scenario::default() };
    let others = [
        Scenario { skew: Skew::HotKey { share: 0.2 }, ..base.clone() },
        Scenario { seed: 7, ..base.clone() },
        Scenario { reduce_partitions: 31, ..base.clone() },
        Scenario { rows: 33_000, ..base.clone() },
    ];
    let earlier = expected(&base);
    for other in others {
        let stages = &other.plan().expect("a valid scenario").stages;
        let kept = Expectation::of(&other.data(), stages, Some(&earlier)).expect("the model describes it");
        assert_eq!(kept, expected(&other), "what was kept of an earlier one changes nothing");
        let counted = counters(&base);
        let far =
            kept.counters.stages[1].tasks.iter().zip(&counted.stages[1].tasks).any(|(expected, counted)| {
                check("rows", expected.rows_in, counted.rows_in, 1.0, 1.0).is_some()
            });
        assert!(far || kept.counters.stages[1].tasks.len() != counted.stages[1].tasks.len(), "{other:?}");
    }
}

#[test]
fn the_expected_hot_key_is_the_one_that_runs_find_in_the_partition_where_they_find_it() {
    for (skew, salt) in [
        (Skew::HotKey { share: 0.3 }, 0),
        (Skew::Zipf { exponent: 1.3 }, 0),
        (Skew::HotKey { share: 0.3 }, 4),
    ] {
        for query in [Query::CountByKey, Query::DedupBest, Query::Distinct, Query::Join, Query::Repartition] {
            let tactics = Tactics { salt, ..Tactics::default() };
            let scenario = Scenario {
                rows: 20_000,
                keys: 500,
                skew,
                query,
                shuffle_fraction: 0.5,
                tactics,
                ..Scenario::default()
            };
            let found = run(&scenario).skew.hot_key.expect("a heaviest key");
            let hot = expected(&scenario).hot_key.expect("rows meet by key");
            assert_eq!((hot.value, hot.partition), (found.value, found.partition), "{scenario:?}");
            assert!(check("rows", hot.rows, found.rows, 1.0, 1.0).is_none(), "{hot:?} {found:?}");
        }
    }
    for query in [Query::Narrow, Query::WordCount] {
        let scenario = Scenario { query, rows: 1_000, ..Scenario::default() };
        assert_eq!(expected(&scenario).hot_key, None);
    }
}

#[test]
fn the_expected_load_of_each_worker_is_dealt_out_as_the_driver_does_it() {
    for workers in [1, 2, 3, 8, 64] {
        let scenario = Scenario { rows: 50_000, keys: 400, workers, ..Scenario::default() };
        let expected = expected(&scenario);
        let counted = &run(&scenario).stages[1];
        let owners = expected.counters.owners(1, workers);
        assert!(owners.iter().all(|&owner| owner < workers) && owners.len() == counted.partitions.rows.len());
        let heaviest = |rows: &[u64]| (0..rows.len()).max_by_key(|&at| rows[at]);
        let hot = heaviest(&counted.partitions.rows).expect("partitions");
        assert_eq!(owners[hot], counted.partitions.executor[hot], "{workers} workers: who holds the hot key");
    }
}
