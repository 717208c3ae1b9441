//! Every query, under every skew, fraction, tactic, shape, worker count and order of delivery, equals the interpreter.
//!
//! The whole product is 16,800 scenarios; a fixed sample of it runs by default, all of it with
//! `SHUFFLE_LAB_EXHAUSTIVE=1`. A failure prints the one line that runs it again.

use std::cell::RefCell;

use proptest::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::cluster::JobOutcome;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::metrics::JobReport;
use shuffle_engine::plan::Optimizer;
use shuffle_engine::scenario::{Query, Skew, Tactics, json};

use crate::interpreter::{Bag, answer, bag_of};
use crate::samples::{Draw, FRACTIONS, SHAPES, SKEWS, Stopped, WORKERS, collecting, job, shaped, tactics};

/// What the interpreter says about a scenario, whatever its workers and tactics.
struct Truth {
    bag: Bag,
    digest: String,
    row_count: u64,
}

impl Truth {
    fn of(scenario: &Scenario) -> Self {
        let rows = answer(scenario);
        let digest = rows.digest(&scenario.logical_plan().schema());
        Truth { bag: rows.bag(), digest: digest.hex(), row_count: rows.rows.len() as u64 }
    }

    /// Compares a run with the truth; the error is what differs.
    fn check(&self, outcome: &JobOutcome) -> Result<(), String> {
        let report = JobReport::new(outcome);
        if (report.result.rows, &report.result.digest) != (self.row_count, &self.digest) {
            let (rows, digest) = (report.result.rows, report.result.digest);
            return Err(format!(
                "{rows} rows {digest}, the interpreter has {} rows {}",
                self.row_count, self.digest
            ));
        }
        let batches = outcome.rows.iter();
        if bag_of(batches) != self.bag {
            return Err("the digests agree, the rows do not".to_owned());
        }
        Ok(())
    }
}

/// One run in one thread against the interpreter; panics with the line that repeats it.
fn check_local(scenario: &Scenario, truth: &Truth, delivery_seed: u64) {
    let outcome = LocalCluster::new(delivery_seed).run(&collecting(job(scenario)), &Stopped);
    let outcome = outcome.map_err(|error| error.to_string());
    if let Err(difference) = outcome.and_then(|outcome| truth.check(&outcome)) {
        panic!("{}", failure(scenario, delivery_seed, &difference));
    }
}

fn failure(scenario: &Scenario, delivery_seed: u64, difference: &str) -> String {
    format!(
        "{difference}\nSHUFFLE_LAB_DELIVERY={delivery_seed} SHUFFLE_LAB_SCENARIO='{}' cargo test --test native {}",
        json::encode(scenario),
        "a_printed_failure_runs_again"
    )
}

#[test]
fn a_printed_failure_runs_again() {
    let text = std::env::var("SHUFFLE_LAB_SCENARIO").unwrap_or_else(|_| json::encode(&shaped(SHAPES[0])));
    let scenario = json::decode(&text).expect("SHUFFLE_LAB_SCENARIO holds a scenario");
    let seed = std::env::var("SHUFFLE_LAB_DELIVERY").unwrap_or_else(|_| "1".to_owned());
    check_local(&scenario, &Truth::of(&scenario), seed.parse().expect("SHUFFLE_LAB_DELIVERY is a number"));
}

/// Calls `visit` with sampled scenarios and the truth of each: all queries, skews and fractions, and for each a shape
/// and, for each of the tactics, a number of workers. Odd `part`s take one half of the skews, even ones the other.
fn for_each_sample(part: usize, mut visit: impl FnMut(&Scenario, &Truth, u64)) {
    let exhaustive = std::env::var_os("SHUFFLE_LAB_EXHAUSTIVE").is_some();
    let mut draw = Draw::new(20_260 + part as u64);
    for query in Query::ALL {
        for skew in SKEWS.into_iter().skip(part % 2).step_by(2) {
            for shuffle_fraction in FRACTIONS {
                let drawn = draw.below(SHAPES.len());
                for (index, shape) in SHAPES.into_iter().enumerate() {
                    if !exhaustive && index != drawn {
                        continue;
                    }
                    let seed = draw.number() % 1_000;
                    let base = Scenario { seed, query, skew, shuffle_fraction, ..shaped(shape) };
                    let truth = Truth::of(&base);
                    for tactics in tactics() {
                        let drawn = draw.one_of(&WORKERS);
                        for workers in WORKERS {
                            if exhaustive || workers == drawn {
                                let scenario = Scenario { tactics, workers, ..base.clone() };
                                visit(&scenario, &truth, draw.number());
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_local_cluster_answers_as_the_interpreter_does_first_half() {
    for_each_sample(0, check_local);
}

#[test]
fn a_local_cluster_answers_as_the_interpreter_does_second_half() {
    for_each_sample(1, check_local);
}

#[test]
fn every_query_runs_on_every_worker_count_under_several_orders_of_delivery() {
    let mut draw = Draw::new(3);
    for query in Query::ALL {
        let base = Scenario { query, shuffle_fraction: 0.37, ..shaped(SHAPES[2]) };
        let truth = Truth::of(&base);
        for workers in WORKERS {
            for _ in 0..3 {
                let scenario = Scenario { workers, tactics: draw.one_of(&tactics()), ..base.clone() };
                check_local(&scenario, &truth, draw.number());
            }
        }
    }
}

#[test]
fn a_cluster_that_stays_between_runs_answers_each_as_the_interpreter_does() {
    let cluster = RefCell::new(LocalCluster::new(11));
    let mut draw = Draw::new(4);
    for _ in 0..40 {
        let scenario = Scenario {
            query: draw.one_of(&Query::ALL),
            workers: draw.one_of(&[1, 2, 5, 8]),
            tactics: draw.one_of(&tactics()),
            ..shaped(draw.one_of(&SHAPES))
        };
        let outcome =
            cluster.borrow_mut().run(&collecting(job(&scenario)), &Stopped).expect("a valid scenario");
        if let Err(difference) = Truth::of(&scenario).check(&outcome) {
            panic!("{}", failure(&scenario, 11, &difference));
        }
    }
}

#[test]
fn threads_answer_as_the_interpreter_does() {
    let mut cluster = ThreadCluster::new(64);
    let mut draw = Draw::new(5);
    for query in Query::ALL {
        for workers in WORKERS {
            for tactics in tactics() {
                let scenario = Scenario {
                    query,
                    workers,
                    tactics,
                    skew: draw.one_of(&SKEWS),
                    shuffle_fraction: draw.one_of(&FRACTIONS),
                    ..shaped(draw.one_of(&SHAPES))
                };
                let outcome =
                    cluster.run(&collecting(job(&scenario)), |_| {}).map_err(|error| error.to_string());
                let truth = Truth::of(&scenario);
                if let Err(difference) = outcome.and_then(|outcome| truth.check(&outcome)) {
                    panic!("on threads: {}", failure(&scenario, 0, &difference));
                }
            }
        }
    }
}

#[test]
fn a_rule_that_has_been_applied_finds_nothing_more_to_do() {
    for query in Query::ALL {
        for shuffle_fraction in FRACTIONS {
            let scenario = Scenario { query, shuffle_fraction, ..shaped(SHAPES[0]) };
            let once = scenario.plan().expect("a valid scenario").optimized.plan;
            let again = Optimizer::chosen(&scenario.data(), &scenario.plan_options()).run(once);
            assert_eq!(again.trace, [], "a second pass over {query:?} at {shuffle_fraction}");
        }
    }
}

prop_compose! {
    fn any_scenario()(
        (seed, rows, keys) in (0u64..1_000_000, 1u64..3_000, 1u64..1_500),
        skew in prop_oneof![
            Just(Skew::Uniform {}),
            (0.0..=2.5f64).prop_map(|exponent| Skew::Zipf { exponent }),
            (0.0..=0.95f64).prop_map(|share| Skew::HotKey { share }),
        ],
        query in prop::sample::select(Query::ALL.to_vec()),
        shuffle_fraction in prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0f64],
        (workers, map_partitions, reduce_partitions) in (1u32..20, 1u32..40, 1u32..40),
        (combine, salt) in (any::<bool>(), 0u32..12),
    ) -> Scenario {
        Scenario {
            seed, rows, keys, skew, query, shuffle_fraction, workers, map_partitions, reduce_partitions,
            tactics: Tactics { combine, salt, ..Tactics::default() },
            ..Scenario::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_scenario_answers_as_the_interpreter_does(scenario in any_scenario(), delivery_seed in any::<u64>()) {
        check_local(&scenario, &Truth::of(&scenario), delivery_seed);
    }
}
