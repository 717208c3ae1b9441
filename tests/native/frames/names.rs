//! What columns are called, and what stands for a condition.

use shuffle_engine::frame::JoinKind;

use super::*;

#[test]
fn an_aggregate_reads_the_inputs_column_under_whatever_name_the_key_goes() {
    let frame = scan("prompts").group_by([(col("prompt_id") % 3).alias("prompt_id")]).agg([
        sum(col("prompt_id")),
        max(col("prompt_id")),
        count(),
    ]);
    let names: Vec<String> = frame.schema().expect("a good frame").names().map(str::to_owned).collect();
    assert_eq!(names, ["prompt_id", "sum(prompt_id)", "max(prompt_id)", "count"]);
    // Ids are 0 to 19,999: 0 + 3 + ... + 19,998 and so on.
    let row = |row: [i64; 4]| row.map(|value| Some(value.to_string())).to_vec();
    let expected = [
        row([0, 66_663_333, 19_998, 6_667]),
        row([1, 66_670_000, 19_999, 6_667]),
        row([2, 66_656_667, 19_997, 6_666]),
    ];
    assert_eq!(collect(&frame), expected);
}

#[test]
fn no_name_that_a_user_gives_meets_one_of_ours() {
    let awkward = scan("prompts").select([
        col("prompt_id").alias("prompt_id"),
        (col("prompt_id") * 10).alias("prompt_id % 2"),
        (col("prompt_id") * 100).alias("input 0"),
        (col("prompt_id") * 1000).alias("prompt_id % 2 (1)"),
    ]);
    let frame = awkward.group_by([col("prompt_id") % 2]).agg([
        max(col("prompt_id") + 1).alias("a"),
        max(col("input 0")).alias("input 0"),
        max(col("prompt_id % 2") + 0).alias("input 1"),
        max(col("prompt_id % 2 (1)")).alias("prompt_id % 2 (1)"),
    ]);
    let names: Vec<String> = frame.schema().expect("a good frame").names().map(str::to_owned).collect();
    assert_eq!(names, ["prompt_id % 2", "a", "input 0", "input 1", "prompt_id % 2 (1)"]);
    let row = |row: [i64; 5]| row.map(|value| Some(value.to_string())).to_vec();
    let expected =
        [row([0, 19_999, 1_999_800, 199_980, 19_998_000]), row([1, 20_000, 1_999_900, 199_990, 19_999_000])];
    assert_eq!(collect(&frame), expected);
}

#[test]
fn names_are_compared_once_they_are_given() {
    let frame = scan("prompts").group_by([col("language").alias("lang")]).agg([count().alias("language")]);
    let counted = collect(&frame);
    assert_eq!(counted, collect(&scan("prompts").group_by([col("language")]).agg([count()])));
    let twice = scan("prompts")
        .group_by([col("language").alias("a"), col("language").alias("b")])
        .agg([count().alias("language"), max(col("language")).alias("c")]);
    let rows = collect(&twice);
    assert_eq!(rows.len(), 6);
    for (row, counted) in rows.iter().zip(&counted) {
        assert_eq!((&row[0], &row[0], &row[2], &row[0]), (&row[1], &counted[0], &counted[1], &row[3]));
    }
    let refused = |frame: DataFrame| frame.plan().expect_err("two columns of one name").to_string();
    let two_counts = scan("prompts").group_by(["language"]).agg([count(), count()]);
    assert_eq!(refused(two_counts), "there would be two columns \"count\" in agg");
    let key_and_count = scan("prompts").group_by(["language"]).agg([count().alias("language")]);
    assert_eq!(refused(key_and_count), "there would be two columns \"language\" in agg");
}

#[test]
fn a_wrong_aggregate_is_told_in_the_users_words() {
    let error = |frame: DataFrame| frame.plan().expect_err("a slip").to_string();
    let lowered = scan("prompts").group_by([col("score") * 2]).agg([sum(col("text").lower())]);
    assert_eq!(error(lowered), "\"lower(text)\" is Utf8, but sum works on Int64 or Float64");
    let unknown = scan("prompts").group_by([col("score") * 2]).agg([sum(col("scor"))]);
    assert!(error(unknown).starts_with("there is no column \"scor\"; there are prompt_id Int64,"));
}

#[test]
fn columns_are_named_renamed_and_dropped_by_their_names() {
    let names = |frame: DataFrame| -> Vec<String> {
        frame.schema().expect("a good frame").names().map(str::to_owned).collect()
    };
    assert_eq!(names(scan("prompts").select(["score", "text"])), ["score", "text"]);
    assert_eq!(names(scan("prompts").select(vec!["score".to_owned()])), ["score"]);
    assert_eq!(names(scan("rewards").rename("reward", "points")), ["prompt_hash", "points"]);
    assert_eq!(names(scan("rewards").rename("reward", "reward")), ["prompt_hash", "reward"]);
    assert_eq!(
        names(scan("prompts").drop(["text", "score", "text"])),
        ["prompt_id", "prompt_hash", "language"]
    );
    let error = |frame: DataFrame| frame.plan().expect_err("a slip").to_string();
    assert!(error(scan("rewards").rename("rewrd", "points")).starts_with("there is no column \"rewrd\""));
    assert!(error(scan("rewards").drop(["rewrd"])).starts_with("there is no column \"rewrd\""));
    let twice = error(scan("rewards").rename("reward", "prompt_hash"));
    assert_eq!(twice, "there would be two columns \"prompt_hash\" in rename");
    assert_eq!(error(scan("rewards").drop(["prompt_hash", "reward"])), "drop: no column is left");
    assert_eq!(error(scan("rewards").agg([])), "agg: neither a key nor an aggregate");
    let by_text = scan("prompts").dedup("prompt_hash", [highest("text")]);
    assert_eq!(error(by_text), "column \"text\" is Utf8, but dedup works on Int64 or Float64");
}

#[test]
fn a_column_without_a_name_is_refused_by_whoever_would_make_it() {
    let rewards = || scan("rewards");
    for (frame, operator) in [
        (rewards().rename("reward", ""), "rename"),
        (rewards().select([col("reward").alias("")]), "select"),
        (rewards().with_column("", lit(1)), "with_column"),
        (rewards().with_column("one", lit(1)).with_column("", lit(2)), "with_column"),
        (rewards().group_by([col("reward").alias("")]).agg([count()]), "agg"),
        (rewards().group_by(["reward"]).agg([count().alias("")]), "agg"),
        (scan("prompts").tokenize("text", ""), "tokenize"),
    ] {
        let error = frame.plan().expect_err(operator).to_string();
        assert_eq!(error, format!("{operator}: a column's name is empty"));
    }
}

#[test]
fn two_types_side_by_side_are_both_told_with_what_they_have_to_be() {
    let error = |frame: DataFrame| frame.plan().expect_err("two types").to_string();
    let pair = [("prompt_id", "language")];
    let joined = scan("prompts").join_on(scan("prompts"), pair, JoinKind::Semi);
    assert_eq!(
        error(joined),
        "column \"prompt_id\" of this frame is Int64 and column \"language\" of the other is Utf8, but a join needs both to \
         be of one type"
    );
    let (score, text) = ("column \"score\" is Float64", "column \"text\" is Utf8");
    let needed = "needs both to be numbers, or both texts";
    let high = || col("score").gt(0.5);
    for (expr, words) in [
        (coalesce([col("score"), col("text")]), format!("{score} and {text}, but coalesce {needed}")),
        (
            coalesce([col("text"), high()]),
            format!("{text} and \"score > 0.5\" is a condition, but coalesce {needed}"),
        ),
        (
            when(high()).then(col("text")).otherwise(lit(1)),
            format!("{text} and \"1\" is Int64, but when {needed}"),
        ),
        (col("score").is_in(["a"]), format!("{score} and a value of the list is Utf8, but is_in {needed}")),
        (col("text").is_in([1]), format!("{text} and a value of the list is Int64, but is_in {needed}")),
        (col("score").eq(col("text")), format!("{score} and {text}, but a comparison {needed}")),
    ] {
        assert_eq!(error(scan("prompts").with_column("x", expr)), words);
    }
}

#[test]
fn constants_stand_beside_columns_without_a_word() {
    let text = |expr: Expr| expr.to_string();
    assert_eq!(text(col("a") + 1), "a + 1");
    assert_eq!(text(-col("a") * 2.5), "-1 * a * 2.5");
    assert_eq!(text(col("a").gt(5).and(col("b").eq("x"))), "a > 5 and b = 'x'");
    assert_eq!(text(col("b").eq(String::from("it's"))), "b = 'it''s'");
    assert_eq!(text(lit(String::from("x"))), "'x'");
    assert_eq!(text(col("a").is_in([3, 1, 1]).or(col("b").is_in(["x"]))), "a in (1, 3) or b in ('x')");
    let choice = when(col("a").gt(1)).then("x").when(col("a").is_null()).then("y").otherwise("z");
    assert_eq!(text(choice), "case when a > 1 then 'x' else case when a is null then 'y' else 'z' end end");
    assert_eq!(text(coalesce([col("a"), col("b"), lit(0)])), "coalesce(coalesce(a, b), 0)");
    assert_eq!(text(col("a").cast(DataType::Utf8).length()), "length(cast(a as Utf8))");
    let zeros = scan("prompts")
        .filter(col("score").is_not_null())
        .select([(-(col("score") * lit(0))).cast(DataType::Utf8).alias("zero")])
        .distinct();
    assert_eq!(collect(&zeros), [[Some("0".to_owned())]]);
}

#[test]
fn a_stored_condition_is_a_condition() {
    let is_high = || col("score").gt(0.5);
    let flagged = scan("prompts").with_column("flag", is_high());
    let count = |frame: DataFrame| frame.count(&mut context()).expect("a run without faults");
    let (high, low) = (count(scan("prompts").filter(is_high())), count(scan("prompts").filter(!is_high())));
    assert!(high > 0 && low > 0);
    assert_eq!(count(flagged.clone().filter(col("flag"))), high);
    assert_eq!(count(flagged.clone().filter(!col("flag"))), low);
    assert_eq!(count(flagged.clone().filter(col("flag").and(col("prompt_id").gt_eq(0)))), high);
    assert_eq!(
        count(flagged.clone().filter(when(col("flag")).then(lit(false)).otherwise(lit(true)))),
        20_000 - high
    );
    assert_eq!(count(flagged.filter(coalesce([col("flag"), lit(true)]))), 20_000 - low);
    assert_eq!(count(scan("prompts").filter(col("prompt_id"))), 19_999, "every number but 0 is true");
    let error = |frame: DataFrame| frame.plan().expect_err("a slip").to_string();
    assert_eq!(
        error(scan("prompts").filter(col("text"))),
        "column \"text\" is Utf8, but filter works on a condition"
    );
    assert_eq!(
        error(scan("prompts").filter(-col("prompt_id"))),
        "\"-1 * prompt_id\" is Int64, but filter works on a condition"
    );
}
