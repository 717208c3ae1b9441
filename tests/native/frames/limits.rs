//! How large a plan may grow, and that long chains of calls are one step where they can.

use super::*;

/// Runs on a stack as small as that of a page.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work);
    thread.expect("a thread starts").join().expect("what is refused does not panic")
}

#[test]
fn an_expression_past_the_limit_is_refused_and_one_below_it_runs() {
    on_a_small_stack(|| {
        let sums = |count| (0..count).fold(col("prompt_id"), |sum, _| sum + 1);
        let error = |frame: DataFrame| frame.plan().expect_err("too deep").to_string();
        let words = "there are 257 operators on top of each other in an expression, at most 256 may be";
        assert_eq!(error(scan("prompts").select([sums(1_913)])), words);
        assert_eq!(error(scan("prompts").with_column("x", sums(100_000))), words);
        assert_eq!(error(scan("prompts").agg([sum(-sums(300))])), words);
        let nested = (0..100_000).fold(col("prompt_id"), |x, _| when(lit(true)).then(x).otherwise(1));
        assert_eq!(error(scan("prompts").filter(nested.gt(0))), words);
        let not = (0..100_000).fold(col("score").is_null(), |condition, _| !condition);
        assert_eq!(error(scan("prompts").filter(not)), words);
        let right = (0..100_000).fold(col("prompt_id"), |sum, _| lit(1) + sum);
        assert_eq!(error(scan("prompts").group_by([right]).agg([count()])), words);
        let frame = scan("prompts").agg([max(sums(255)).alias("top")]);
        assert_eq!(collect(&frame), [[Some("20254".to_owned())]]);
    });
}

#[test]
fn a_long_chain_of_conditions_is_answered() {
    on_a_small_stack(|| {
        let is_one_of = |ids: std::ops::Range<i64>| {
            ids.map(|id| col("prompt_id").eq(id)).reduce(Expr::or).expect("some ids")
        };
        let found = scan("prompts").filter(is_one_of(0..8_734));
        assert_eq!(found.count(&mut context()), Ok(8_734));
        let kept = (0..2_000).map(|id| col("prompt_id").not_eq(id)).reduce(Expr::and).expect("some ids");
        assert_eq!(scan("prompts").filter(kept).count(&mut context()), Ok(18_000));
        let first = coalesce((0..3_000).map(|_| null(DataType::Int64)).chain([col("prompt_id")]));
        assert_eq!(collect(&scan("prompts").agg([max(first)])), [[Some("19999".to_owned())]]);
        let listed = scan("prompts").filter(col("prompt_id").is_in(0..8_734));
        assert_eq!(listed.count(&mut context()), Ok(8_734));
        let long = || (0..200).fold(col("prompt_id"), |sum, _| sum + 1).gt(0);
        let refused = scan("prompts").filter((0..200).map(|_| long()).reduce(Expr::or).expect("some"));
        let words = "columns, constants and operators in an expression, at most 40000 may be";
        assert!(refused.plan().expect_err("too large").to_string().ends_with(words));
    });
}

#[test]
fn a_plan_past_the_limit_is_refused_and_one_at_it_runs() {
    on_a_small_stack(|| {
        let repeated = |count, step: &dyn Fn(DataFrame) -> DataFrame| {
            (0..count).fold(scan("prompts").select(["prompt_id", "score"]), |frame, _| step(frame))
        };
        let steps: [&dyn Fn(DataFrame) -> DataFrame; 7] = [
            &|frame| frame.union(scan("prompts").drop(["text", "language", "prompt_hash"])),
            &|frame| frame.with_column("x", col("prompt_id") * 2).with_column("prompt_id", col("x")),
            &|frame| {
                frame.select([
                    (col("prompt_id") + col("prompt_id")).alias("prompt_id"),
                    col("score").alias("score"),
                ])
            },
            &|frame| frame.filter(col("score").gt(0.1)).select(["prompt_id", "score"]),
            &|frame| frame.limit(100),
            &|frame| frame.repartition(["prompt_id"]),
            &|frame| frame.group_by(["prompt_id"]).agg([max(col("score")).alias("score")]),
        ];
        for step in steps {
            let refused = repeated(1_000, step);
            let words = "there are 257 steps on top of each other in a plan, at most 256 may be";
            assert_eq!(refused.plan().expect_err("too deep").to_string(), words);
        }
        for step in &steps[..4] {
            let frame = repeated(100, step).agg([count()]);
            assert_eq!(collect(&frame).len(), 1);
        }
        for (at, step) in steps.into_iter().enumerate() {
            // A scan, a projection, and as many steps as there may be; some are two at once.
            let count = if at == 1 || at == 3 { 127 } else { 254 };
            let planned = context().plan(&repeated(count, step)).expect("a plan within the limits");
            assert!(!planned.logical.to_string().is_empty() && !planned.stages.to_string().is_empty());
        }
    });
}

type Step = fn(DataFrame) -> DataFrame;

/// Steps by name that can stand on each other, over a plan of two columns.
fn steps() -> [(&'static str, Step); 10] {
    [
        ("sort", |frame| frame.sort([col("score").desc()])),
        ("join", |frame| frame.join(scan("prompts").select(["prompt_id"]), "prompt_id")),
        ("distinct", |frame| frame.distinct()),
        ("union", |frame| frame.union(scan("prompts").drop(["text", "language", "prompt_hash"]))),
        ("group by", |frame| frame.group_by(["prompt_id"]).agg([max(col("score")).alias("score")])),
        ("dedup", |frame| frame.dedup("prompt_id", [highest("score")])),
        ("limit", |frame| frame.limit(100)),
        ("repartition", |frame| frame.repartition(["prompt_id"])),
        ("filter", |frame| frame.filter(col("score").gt(0.0)).sample(1.0, "prompt_id")),
        ("with column", |frame| {
            frame.with_column("x", col("prompt_id") * 2).with_column("prompt_id", col("x") - col("prompt_id"))
        }),
    ]
}

#[test]
fn a_chain_of_any_step_up_to_the_limit_is_answered_on_a_small_stack_and_one_past_it_is_refused() {
    // As much as a release build is measured to need and a quarter more; see MAX_PLAN_DEPTH.
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(|| {
        let small = Scenario { rows: 200, map_partitions: 1, reduce_partitions: 1, ..scenario() };
        let mut context = Context::local(small).expect("a valid scenario");
        for (what, step) in steps() {
            let chain = |steps: usize| {
                let base = scan("prompts").select(["prompt_id", "score"]);
                (0..steps).fold(base, |frame, _| step(frame)).agg([count()])
            };
            let most = (1..=MAX_PLAN_DEPTH).rev().find(|&count| chain(count).plan().is_ok());
            let most = most.expect("a short chain is a good plan");
            assert!(most > 120, "{what}: {most} steps");
            let deep = chain(most);
            assert_eq!(deep.collect(&mut context).map(|batches| batches.len()), Ok(1), "{what}");
            let refused = chain(most + 1).plan().expect_err(what).to_string();
            let words = "there are 257 steps on top of each other in a plan, at most 256 may be";
            assert_eq!(refused, words, "{what}");
        }
    });
    thread.expect("a thread starts").join().expect("the stack is large enough");
}

#[test]
fn the_deepest_expression_above_the_deepest_plan_is_answered_on_a_small_stack() {
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(|| {
        let small = Scenario { rows: 200, map_partitions: 1, reduce_partitions: 1, ..scenario() };
        let deep = (0..250).fold(col("prompt_id"), |sum, _| sum + 1);
        let computed = scan("prompts").with_column("deep", deep);
        let sorted = (0..240).fold(computed, |frame, _| frame.sort([col("score").desc()]));
        let mut context = Context::local(small).expect("a valid scenario");
        assert_eq!(sorted.filter(col("deep").gt_eq(300)).count(&mut context), Ok(150));
    });
    thread.expect("a thread starts").join().expect("the stack is large enough");
}

#[test]
fn what_reads_a_column_twice_does_not_double_with_every_step() {
    on_a_small_stack(|| {
        let doubled = (0..60).fold(scan("prompts"), |frame, _| frame.with_column("x", col("prompt_id") * 2));
        let doubled = (0..60).fold(doubled, |frame, _| frame.with_column("x", col("x") + col("x")));
        let frame = doubled.filter(col("x").gt_eq(0).or(col("x").lt(0))).agg([count(), max(col("x"))]);
        // 2^61 times an id, wrapped around.
        let top = (0..20_000i64).map(|id| id.wrapping_mul(1 << 61)).max().expect("ids");
        assert_eq!(collect(&frame), [[Some("20000".to_owned()), Some(top.to_string())]]);
    });
}

#[test]
fn a_thousand_columns_are_one_step_if_none_is_computed_twice() {
    let beside = (0..1_000)
        .fold(scan("prompts"), |frame, at| frame.with_column(&format!("c{at}"), col("prompt_id") + at));
    assert_eq!(beside.plan().expect("a good frame").to_string().lines().count(), 2);
    assert_eq!(beside.schema().expect("a good frame").fields().len(), 1_005);
    let top = collect(&beside.agg([max(col("c999")), max(col("c0"))]));
    assert_eq!(top, [[Some("20998".to_owned()), Some("19999".to_owned())]]);
    let above = (0..1_000).fold(scan("prompts"), |frame, _| frame.with_column("x", col("prompt_id") + 1));
    assert_eq!(above.plan().expect("a good frame").to_string().lines().count(), 2);
    let again = (0..1_000).fold(scan("prompts"), |frame, _| frame.with_column("score", col("score") + 1));
    assert_eq!(again.plan().expect("a good frame").to_string().lines().count(), 5, "by 255 operators each");
    let step = scan("prompts").select([col("prompt_id").alias("x")]);
    let again = (0..1_000).fold(step, |frame, _| frame.with_column("x", col("x") + 1));
    assert_eq!(collect(&again.agg([max(col("x"))])), [[Some("20999".to_owned())]]);
    // A stored condition is a number above the step that stores it, and only there.
    let flag =
        scan("prompts").with_column("x", col("score").gt(0.5)).with_column("x", col("x") + 1).distinct();
    assert_eq!(flag.plan().expect("a good frame").to_string().lines().count(), 4);
}

#[test]
fn a_thousand_filters_or_projections_run() {
    on_a_small_stack(|| {
        let repeated =
            |count, step: &dyn Fn(DataFrame, i64) -> DataFrame| (0..count).fold(scan("prompts"), step);
        let filtered = repeated(1_000, &|frame, at| frame.filter(col("prompt_id").not_eq(at)));
        assert_eq!(filtered.count(&mut context()), Ok(19_000));
        let projected =
            repeated(1_000, &|frame, _| frame.select([(col("prompt_id") + 1).alias("prompt_id")]));
        assert_eq!(collect(&projected.agg([max(col("prompt_id"))])), [[Some("20999".to_owned())]]);
        let renamed = repeated(1_000, &|frame, at| {
            let name = |at: i64| if at == 0 { "score".to_owned() } else { format!("score {at}") };
            frame.rename(&name(at), &name(at + 1))
        });
        let schema = renamed.schema().expect("a good frame");
        assert_eq!(schema.names().last(), Some("score 1000"));
        assert_eq!(renamed.count(&mut context()), Ok(20_000));
        let refused = repeated(100_000, &|frame, _| frame.filter(col("score").gt(0.1)));
        let words = "there are 257 steps on top of each other in a plan, at most 256 may be";
        assert_eq!(refused.plan().expect_err("too deep").to_string(), words);
        let unknown = repeated(1_000, &|frame, _| frame.select(["prompt_id"])).select(["text"]);
        assert!(unknown.plan().expect_err("a slip").to_string().starts_with("there is no column \"text\""));
    });
}

#[test]
fn columns_each_computed_from_the_one_before_run_up_to_the_limit_and_are_refused_by_its_name_behind() {
    on_a_small_stack(|| {
        let chain = |count: i64| {
            let first = scan("prompts").select([col("prompt_id").alias("c0")]);
            (0..count).fold(first, |frame, at| {
                frame.with_column(&format!("c{}", at + 1), col(&format!("c{at}")) + 1)
            })
        };
        let top = |frame: DataFrame, name: &str| collect(&frame.agg([max(col(name))]));
        assert_eq!(top(chain(250), "c250"), [[Some("20249".to_owned())]]);
        let words = "there are 257 steps on top of each other in a plan, at most 256 may be";
        assert_eq!(chain(1_000).plan().expect_err("too deep").to_string(), words);
    });
}
