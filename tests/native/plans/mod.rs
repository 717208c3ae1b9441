//! Random plans: every one of them, whatever the rules and whoever runs it, answers as the interpreter does.
//!
//! A seed is a case: data, cluster, tactics, plan, rules, order of delivery. A failure prints the line that repeats it, and
//! the smallest case that leaving things out leads to.
//!
//! ```text
//! cargo test --test native plans                          1,000 plans, the same each time
//! PLAN_COUNT=10000 cargo test --test native plans         more of them, the first thousand the same
//! PLAN_SEED=1234 cargo test --test native plans           one
//! ```

mod analysis;
mod case;
mod expressions;
mod grow;
mod property;
mod shrink;
mod wrong;

use std::collections::BTreeSet;

use shuffle_engine::Scenario;
use shuffle_engine::cluster::threads::ThreadCluster;
use shuffle_engine::dataset::Table;
use shuffle_engine::frame::{col, count_distinct, scan};
use shuffle_engine::plan::optimizer::all_rules;
use shuffle_engine::plan::{LogicalPlan, Optimizer, PlanError, Planner, RepartitionBy, RowShare};
use shuffle_engine::scenario::limits::MAX_WORKERS;
use shuffle_engine::scenario::{Query, Tactics};

use crate::interpreter::{Source, interpret};
use crate::samples::{Draw, FRACTIONS, SHAPES, SKEWS, WORKERS, shaped, tactics};
use case::Case;

/// Plans that are run when nobody says how many.
const PLAN_COUNT: u64 = 1_000;
/// The tests that share them, which run beside each other.
const PARTS: u64 = 4;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}

/// Fails with all that is needed to see the failure again.
fn expect_to_hold(seed: u64, check: impl Fn(&Case) -> Result<(), String>) {
    let case = Case::of_seed(seed);
    let Err(error) = check(&case) else { return };
    let written = case.text();
    let (small, small_error) = shrink::shrink(case, error, check);
    panic!(
        "PLAN_SEED={seed} cargo test --test native plans\n\n{written}\n\nand with less:\n\n{}\n\n{small_error}",
        small.text()
    );
}

fn check_part(part: u64) {
    if number("PLAN_SEED").is_some() {
        return;
    }
    let count = number("PLAN_COUNT").unwrap_or(PLAN_COUNT);
    (part..count).step_by(PARTS as usize).for_each(|seed| expect_to_hold(seed, property::check));
}

#[test]
fn a_random_plan_answers_as_the_interpreter_does_first_part() {
    check_part(0);
}

#[test]
fn a_random_plan_answers_as_the_interpreter_does_second_part() {
    check_part(1);
}

#[test]
fn a_random_plan_answers_as_the_interpreter_does_third_part() {
    check_part(2);
}

#[test]
fn a_random_plan_answers_as_the_interpreter_does_fourth_part() {
    check_part(3);
}

#[test]
fn each_query_of_the_lab_answers_as_the_interpreter_does_under_each_rule_alone_and_all() {
    let mut draw = Draw::new(6);
    for query in Query::ALL {
        for shuffle_fraction in FRACTIONS {
            let scenario = Scenario {
                query,
                shuffle_fraction,
                skew: draw.one_of(&SKEWS),
                tactics: draw.one_of(&tactics()),
                workers: draw.one_of(&WORKERS),
                ..shaped(draw.one_of(&SHAPES[2..]))
            };
            let plan = scenario.logical_plan();
            let case = Case { plan, subset: draw.number(), delivery_seed: draw.number(), scenario };
            if let Err(error) = property::check(&case) {
                panic!("{}\n{error}", case.text());
            }
        }
    }
}

#[test]
fn the_plan_of_one_seed_answers_as_the_interpreter_does() {
    expect_to_hold(number("PLAN_SEED").unwrap_or(0), property::check);
}

#[test]
fn random_plans_answer_on_threads_as_the_interpreter_does() {
    let mut cluster = ThreadCluster::new(MAX_WORKERS);
    for seed in 0..60 {
        let case = Case::of_seed(seed);
        if let Err(error) = property::check_on_threads(&case, &mut cluster) {
            panic!("seed {seed}\n{}\n{error}", case.text());
        }
    }
}

#[test]
fn a_join_on_whose_placement_a_group_counts_is_not_broadcast_afterwards() {
    let scenario =
        Scenario { tactics: Tactics { broadcast_bytes: 1 << 30, ..Tactics::default() }, ..shaped(SHAPES[0]) };
    let joined = scan("prompts").left_join(scan("rewards"), "prompt_hash");
    let counted = joined.group_by([col("prompt_hash")]).agg([count_distinct(col("reward"))]);
    let plan = counted.plan().expect("a right plan");
    let optimized = |backwards: bool| {
        let mut rules = all_rules(&scenario.data(), &scenario.plan_options());
        if backwards {
            rules.reverse();
        }
        Optimizer::new(rules).run(plan.clone()).plan.to_string()
    };
    let (first, last) = (optimized(false), optimized(true));
    assert!(first.contains("build side broadcast") && !first.contains("placed already"), "{first}");
    assert!(last.contains("placed already") && !last.contains("build side broadcast"), "{last}");
}

#[test]
fn random_plans_hold_every_node_and_leave_nothing_to_chance() {
    let (mut nodes, mut with_rows) = (BTreeSet::new(), 0);
    for seed in 0..200 {
        let Case { plan, scenario, .. } = Case::of_seed(seed);
        with_rows += usize::from(!interpret(&plan, &Source::new(&scenario)).rows.is_empty());
        assert!(analysis::has_one_answer(&plan), "seed {seed}\n{plan}");
        let text = plan.to_string();
        let lines = text.lines().map(|line| line.trim_start());
        let lines = lines.map(|line| line.split_once(": ").map_or(line, |(_, node)| node));
        nodes.extend(lines.filter_map(|line| line.split(' ').next()).map(str::to_owned));
    }
    for node in [
        "Scan",
        "Filter",
        "Sample",
        "Project",
        "Tokenize",
        "Limit",
        "Aggregate",
        "Dedup",
        "Join",
        "Repartition",
        "Sort",
        "Union",
        "Share",
    ] {
        assert!(nodes.contains(node), "{node} is in none of 200 plans");
    }
    assert!(with_rows > 150, "only {with_rows} of 200 plans give a row");
}

#[test]
fn a_plan_with_a_mistake_is_refused_before_it_runs() {
    let mut draw = Draw::new(77);
    for seed in 0..40 {
        let Case { plan, scenario, .. } = Case::of_seed(seed);
        for (what, wrong) in wrong::mistakes(&plan) {
            let wrong = wrong::buried(wrong, &mut draw);
            let error = wrong.try_schema().expect_err(what);
            assert!(!error.to_string().is_empty(), "{what} is explained");
            let refused = Planner::new(&scenario.plan_options()).plan(&wrong);
            assert_eq!(refused.expect_err(what), error, "the planner finds the same mistake");
        }
    }
}

#[test]
fn a_share_that_the_stages_cannot_run_is_refused() {
    let Case { scenario, .. } = Case::of_seed(0);
    let scan = || LogicalPlan::Scan { table: Table::Prompts, columns: None, predicate: None };
    let rows = || Box::new(LogicalPlan::Rows { schema: Table::Prompts.schema() });
    let moved = |input: LogicalPlan| LogicalPlan::Repartition {
        input: Box::new(input),
        by: RepartitionBy::RoundRobin,
    };
    let share = |input: LogicalPlan, wide: Box<LogicalPlan>, narrow| LogicalPlan::Share {
        input: Box::new(input),
        share: RowShare::new(0.5),
        wide,
        narrow,
    };
    let right = share(scan(), Box::new(moved(*rows())), rows());
    let planner = Planner::new(&scenario.plan_options());
    planner.plan(&right).expect("a share at the root, after narrow nodes");
    let wrong = [
        ("below another node", moved(right.clone())),
        ("after an exchange", share(moved(scan()), rows(), rows())),
        ("with an exchange in the narrow branch", share(scan(), rows(), Box::new(moved(*rows())))),
        ("with a branch that reads no rows", share(scan(), Box::new(scan()), rows())),
        ("with a union in the narrow branch", {
            let both = LogicalPlan::Union { first: rows(), second: Box::new(scan()) };
            share(scan(), rows(), Box::new(both))
        }),
        ("inside a share", share(scan(), Box::new(right), rows())),
        ("rows without a share", *rows()),
    ];
    for (what, plan) in wrong {
        let error = planner.plan(&plan).expect_err(what);
        assert!(matches!(error, PlanError::Malformed { operator: "share", .. }), "{what}: {error}");
    }
}
