//! The property: whatever the rules and whoever runs it, a plan's answer is the interpreter's.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::cluster::{Job, JobOutcome, RunSpec};
use shuffle_engine::columnar::{RecordBatch, RowDigest};
use shuffle_engine::plan::optimizer::all_rules;
use shuffle_engine::plan::{LogicalPlan, Optimizer, OptimizerRule, Planned};
use shuffle_engine::scenario::{Action, CollectPoint};

use super::case::Case;
use crate::interpreter::{Bag, Row, Source, bag_of, interpret, rows_of};
use crate::samples::Stopped;
use crate::stage_runner;

/// All rows come to the driver.
const FETCH: Action = Action::Collect { of: CollectPoint::Result, memory_bytes: 1 << 30 };

/// What the interpreter says.
pub(super) struct Truth {
    bag: Bag,
    /// The rows in their order, of a plan that decides it.
    rows: Option<Vec<Row>>,
    digest: String,
    /// Of a plan whose last limit has no order to go by: how many rows to expect, of those in the bag.
    limit: Option<u64>,
    pub(super) source: Source,
}

impl Truth {
    fn of(case: &Case) -> Result<Self, String> {
        let schema = case.plan.try_schema().map_err(|error| format!("refused: {error}"))?;
        let source = Source::new(&case.scenario);
        let (plan, limit) = match &case.plan {
            LogicalPlan::Limit { input, row_count } if !super::analysis::is_ordered(input) => {
                (input.as_ref(), Some(*row_count))
            }
            plan => (plan, None),
        };
        let rows = interpret(plan, &source);
        let (bag, digest) = (rows.bag(), rows.digest(&schema).hex());
        let rows = super::analysis::is_ordered(&case.plan).then_some(rows.rows);
        Ok(Truth { bag, rows, digest, limit, source })
    }

    /// Compares rows; the error says what differs.
    fn check(&self, batches: &[RecordBatch]) -> Result<(), String> {
        let bag = bag_of(batches);
        if let Some(limit) = self.limit {
            let expected = limit.min(self.bag.values().sum());
            let got: u64 = bag.values().sum();
            if got != expected {
                return Err(format!("{got} rows, not {expected}"));
            }
            let is_known = |(row, count): (&Row, &u64)| self.bag.get(row).is_some_and(|all| all >= count);
            return if bag.iter().all(is_known) { Ok(()) } else { Err(difference(&bag, &self.bag)) };
        }
        if bag != self.bag {
            return Err(difference(&bag, &self.bag));
        }
        if let Some(expected) = &self.rows {
            let got: Vec<Row> = batches.iter().flat_map(rows_of).collect();
            if let Some(at) = got.iter().zip(expected).position(|(got, expected)| got != expected) {
                return Err(format!("row {at} is {:?}, in order it is {:?}", got[at], expected[at]));
            }
        }
        let mut digest = RowDigest::default();
        batches.iter().for_each(|batch| digest.add_batch(batch));
        self.check_digest(&digest)
    }

    fn check_digest(&self, digest: &RowDigest) -> Result<(), String> {
        if self.limit.is_some() || digest.hex() == self.digest {
            return Ok(());
        }
        Err(format!("the rows agree, the digest {} is not {}", digest.hex(), self.digest))
    }

    fn check_outcome(&self, outcome: &JobOutcome) -> Result<(), String> {
        let mut digest = RowDigest::default();
        outcome.tasks.iter().for_each(|record| digest.merge(&record.done.result));
        self.check_digest(&digest)
    }
}

/// A few rows of which one side has more.
fn difference(got: &Bag, expected: &Bag) -> String {
    let more = |left: &Bag, right: &Bag| -> Vec<String> {
        let rows = left.iter().filter(|(row, count)| right.get(*row).copied().unwrap_or(0) < **count);
        rows.take(3).map(|(row, count)| format!("{count} x {row:?}")).collect()
    };
    let (got_rows, expected_rows): (u64, u64) = (got.values().sum(), expected.values().sum());
    format!(
        "{got_rows} rows, the interpreter has {expected_rows}\n  too many: {:#?}\n  too few: {:#?}",
        more(got, expected),
        more(expected, got)
    )
}

/// Whether one case holds; the error names the rules and the runner that do not.
pub(super) fn check(case: &Case) -> Result<(), String> {
    quietly(|| {
        let truth = Truth::of(case)?;
        let mut texts = BTreeSet::new();
        for (name, rules) in rule_lists(case) {
            let plan = planned(case, rules).map_err(|error| format!("{name}: {error}"))?;
            // What has been run is not run again: most lists of rules come to one of a few plans.
            if !texts.insert(plan.physical.to_string()) {
                continue;
            }
            let explain =
                |error| format!("{name}, stage by stage: {error}\n{}{}", plan.optimized.plan, plan.physical);
            truth.check(&stage_runner::run_over(&plan.stages, &truth.source.dataset)).map_err(explain)?;
        }
        let in_cluster = |rules, action| {
            let job = Job::new(
                case.scenario.data(),
                RunSpec { action, ..case.scenario.run_spec() },
                planned(case, rules)?,
            );
            let outcome = job.and_then(|job| LocalCluster::new(case.delivery_seed).run(&job, &Stopped));
            outcome.map_err(|error| error.to_string())
        };
        in_cluster(vec![], Action::Write {})
            .and_then(|outcome| truth.check_outcome(&outcome))
            .map_err(|error| format!("no rule, in a local cluster: {error}"))?;
        in_cluster(all_rules(&case.scenario.data(), &case.scenario.plan_options()), FETCH)
            .and_then(|outcome| truth.check_outcome(&outcome).and_then(|()| truth.check(&outcome.rows)))
            .map_err(|error| format!("all rules, fetched from a local cluster: {error}"))
    })
}

/// As [`check`], on threads, with all rules.
pub(super) fn check_on_threads(case: &Case, cluster: &mut ThreadCluster) -> Result<(), String> {
    quietly(|| {
        let truth = Truth::of(case)?;
        let plan = planned(case, all_rules(&case.scenario.data(), &case.scenario.plan_options()))?;
        let job = Job::new(case.scenario.data(), RunSpec { action: FETCH, ..case.scenario.run_spec() }, plan);
        let outcome = job.and_then(|job| cluster.run(&job, |_| {})).map_err(|error| error.to_string())?;
        truth
            .check_outcome(&outcome)
            .and_then(|()| truth.check(&outcome.rows))
            .map_err(|error| format!("on threads: {error}"))
    })
}

/// A panic is an error like another.
fn quietly(f: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panicked: {}", text.unwrap_or_default()))
    })
}

type Rules = Vec<Box<dyn OptimizerRule>>;

/// No rule, each alone, a random subset, all, each list in the order of the rules; and all backwards.
fn rule_lists(case: &Case) -> Vec<(String, Rules)> {
    let all = || all_rules(&case.scenario.data(), &case.scenario.plan_options());
    let picked = |is_in: &dyn Fn(usize) -> bool| -> Rules {
        all().into_iter().enumerate().filter(|(at, _)| is_in(*at)).map(|(_, rule)| rule).collect()
    };
    let mut lists = vec![("no rule".to_owned(), Rules::new())];
    for (at, rule) in all().iter().enumerate() {
        lists.push((format!("only {:?}", rule.name()), picked(&|other| other == at)));
    }
    let subset = picked(&|at| case.subset >> at & 1 == 1);
    let names: Vec<&str> = subset.iter().map(|rule| rule.name()).collect();
    lists.push((format!("rules {names:?}"), subset));
    lists.push(("all rules".to_owned(), all()));
    lists.push(("all rules, backwards".to_owned(), all().into_iter().rev().collect()));
    lists
}

fn planned(case: &Case, rules: Rules) -> Result<Planned, String> {
    let plan = Planned::new(
        case.plan.clone(),
        &Optimizer::new(rules),
        &case.scenario.data(),
        &case.scenario.plan_options(),
    );
    let plan = plan.map_err(|error| format!("refused: {error}"))?;
    let (written, optimized) = (plan.logical.schema(), plan.optimized.plan.schema());
    if written == optimized {
        Ok(plan)
    } else {
        Err(format!("columns {optimized:?} instead of {written:?}\n{}", plan.optimized.plan))
    }
}
