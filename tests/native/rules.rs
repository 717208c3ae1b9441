//! The optimizer's rules, one at a time: a plan, the rule, and the plan after it, in a golden file.

use std::fmt::Write as _;

use shuffle_engine::Scenario;
use shuffle_engine::frame::{DataFrame, col, count, count_distinct, highest, lit, max, scan, sum};
use shuffle_engine::plan::optimizer::{Optimizer, all_rules};
use shuffle_engine::scenario::Tactics;

use crate::golden::check;

/// For each rule the plans that show what it does and where it holds back.
fn cases() -> Vec<(&'static str, Vec<DataFrame>)> {
    let prompts = || scan("prompts");
    let score = || col("score");
    let keys = || scan("prompts").select(["prompt_hash", "score"].map(col));
    let best = || scan("prompts").group_by([col("prompt_hash")]).agg([max(col("score")).alias("score")]);
    vec![
        (
            "fold constants",
            vec![
                prompts().filter((lit(2) * lit(3)).gt(lit(5)).and(score().gt(lit(1) / lit(2)))),
                prompts().filter(lit("ABC").lower().eq(lit("abc"))),
                prompts().filter(score().gt(lit(0.5)).or(lit(1).gt(lit(2)))),
                prompts().filter(!(!score().is_null())),
                prompts()
                    .select([(lit(1) % lit(0)).alias("null"), (col("prompt_id") + lit(0)).alias("same")]),
            ],
        ),
        (
            "push filters down",
            vec![
                prompts()
                    .select([col("prompt_hash").alias("key"), (score() * lit(100)).alias("percent")])
                    .filter(col("percent").gt(lit(50)).and(col("key").lt(lit(7)))),
                prompts().join(scan("rewards"), "prompt_hash").filter(
                    score().gt(lit(0.5)).and(col("reward").lt(lit(0.1))).and(col("prompt_hash").gt(lit(9))),
                ),
                prompts()
                    .left_join(scan("rewards"), "prompt_hash")
                    .filter(score().gt(lit(0.5)).and(col("reward").is_null()).and(score().lt(col("reward")))),
                prompts()
                    .group_by([col("language")])
                    .agg([count()])
                    .filter(col("language").eq(lit("de")).and(col("count").gt(lit(1)))),
                prompts()
                    .tokenize("text", "token")
                    .filter(col("token").eq(lit("ka")).and(score().gt(lit(0)))),
                prompts().limit(10).filter(score().gt(lit(0.5))),
                prompts().agg([count()]).filter(lit(1).lt(col("count"))),
                keys().union(best()).filter(col("prompt_hash").gt(lit(9)).and(col("score").gt(lit(0.5)))),
            ],
        ),
        (
            "push limits down",
            vec![
                prompts().select([(score() * lit(2)).alias("twice")]).limit(10).limit(3),
                prompts().filter(score().gt(lit(0.5))).limit(3),
            ],
        ),
        (
            "prune columns that nobody reads",
            vec![
                prompts().with_column("length", col("text").length()).select([col("prompt_id")]),
                prompts().agg([count()]),
                prompts()
                    .dedup("language", [highest("score")])
                    .join(scan("rewards"), "prompt_hash")
                    .select([col("reward")]),
                keys().filter(score().gt(lit(0.5))).union(best()).select([col("prompt_hash")]),
                keys().filter(score().gt(lit(0.5))).union(best()).agg([count()]),
            ],
        ),
        (
            "broadcast the small side of a join",
            vec![
                prompts().join(scan("rewards"), "prompt_hash"),
                scan("rewards").join(prompts(), "prompt_hash"),
                prompts().join(
                    prompts().group_by([col("prompt_hash")]).agg([max(score()).alias("best")]),
                    "prompt_hash",
                ),
            ],
        ),
        (
            "drop needless exchanges",
            vec![
                prompts().repartition(["language"]).group_by([col("prompt_hash")]).agg([count()]),
                prompts()
                    .dedup("prompt_hash", [highest("score")])
                    .group_by([col("prompt_hash"), col("language")])
                    .agg([count()]),
                prompts()
                    .group_by([col("prompt_hash"), col("language")])
                    .agg([count()])
                    .group_by([col("prompt_hash")])
                    .agg([sum(col("count"))]),
                prompts().join(scan("rewards"), "prompt_hash").group_by([col("prompt_hash")]).agg([count()]),
                best().union(best()).group_by([col("prompt_hash")]).agg([max(score())]),
            ],
        ),
        (
            "fuse adjacent maps and filters",
            vec![
                prompts()
                    .select([col("prompt_id").alias("id"), (score() * lit(2)).alias("twice")])
                    .select([(col("twice") + col("id")).alias("sum")]),
                prompts()
                    .select([(score() * lit(2)).alias("twice")])
                    .select([(col("twice") + col("twice")).alias("four")]),
                prompts().filter(score().gt(lit(0))).filter(col("language").eq(lit("en"))),
                scan("rewards").select(["prompt_hash", "reward"].map(col)),
            ],
        ),
        (
            "combine before the exchange",
            vec![
                prompts().group_by([col("language")]).agg([count(), max(score())]),
                prompts().dedup("language", [highest("score")]),
                prompts().group_by([col("language")]).agg([count_distinct(col("prompt_hash"))]),
            ],
        ),
    ]
}

#[test]
fn each_rule_rewrites_plans_as_in_the_golden_file() {
    let tactics = Tactics { broadcast_bytes: 2 << 20, ..Tactics::default() };
    let scenario = Scenario { tactics, ..Scenario::default() };
    let mut text = String::new();
    for (name, frames) in cases() {
        writeln!(text, "==== {name}\n").expect("a String takes every write");
        for frame in frames {
            let rule = all_rules(&scenario.data(), &scenario.plan_options())
                .into_iter()
                .find(|rule| rule.name() == name)
                .expect("a rule");
            let plan = frame.plan().expect("a good frame").clone();
            let after = Optimizer::new(vec![rule]).run(plan.clone());
            assert_eq!(after.trace.len(), usize::from(after.plan != plan), "a trace for a change");
            let shown =
                if after.trace.is_empty() { "(unchanged)\n".to_owned() } else { after.plan.to_string() };
            writeln!(text, "{plan}->\n{shown}").expect("a String takes every write");
            let again = all_rules(&scenario.data(), &scenario.plan_options())
                .into_iter()
                .find(|rule| rule.name() == name)
                .expect("a rule");
            let twice = Optimizer::new(vec![again]).run(after.plan.clone());
            assert!(twice.trace.is_empty(), "{name}: nothing is left to do after\n{}", after.plan);
        }
    }
    check("rules.txt", &text);
}

#[test]
fn every_rule_keeps_the_columns_that_come_out() {
    for (_, frames) in cases() {
        for frame in frames {
            let plan = frame.plan().expect("a good frame").clone();
            for rule in all_rules(&Scenario::default().data(), &Scenario::default().plan_options()) {
                let after = rule.apply(plan.clone());
                assert_eq!(after.try_schema(), plan.try_schema(), "{} of\n{plan}", rule.name());
            }
        }
    }
}
