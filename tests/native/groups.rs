//! Grouping by numbers and by text, and the best row of a group: the operators alone on rows made by hand, then plans made
//! by hand against the interpreter.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema, Utf8Column};
use shuffle_engine::dataset::Table;
use shuffle_engine::operator::{GroupKeys, Pipeline};
use shuffle_engine::plan::{
    Aggregate, AggregateFunction, Direction, Kind, LogicalPlan, NamedExpr, OperatorSpec, OrderBy, PlanError,
    Planner, RepartitionBy, StageGraph, WideHints, col, null,
};

use crate::interpreter::{Source, bag_of, interpret, rows_of};
use crate::samples::{SHAPES, shaped, tactics};
use crate::stage_runner;

fn texts<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> Column {
    Column::Utf8(Utf8Column::of(values).expect("short texts"))
}

/// Numbers keys in batches of `size` and checks each number against the place of the key among those seen first.
fn check_numbers<T: Ord + Clone>(keys: &[T], size: usize, column: impl Fn(&[T]) -> Column) {
    let mut groups = GroupKeys::new(column(&[]).data_type());
    let (mut expected, mut firsts) = (BTreeMap::new(), Vec::new());
    let mut numbers = Vec::new();
    for batch in keys.chunks(size) {
        groups.number(&column(batch), &mut numbers).expect("it fits");
        for (key, &number) in batch.iter().zip(&numbers) {
            let next = expected.len() as u32;
            let known = *expected.entry(key.clone()).or_insert_with(|| {
                firsts.push(key.clone());
                next
            });
            assert_eq!(number, known, "a key keeps the number it was first given");
        }
    }
    assert_eq!(groups.len(), firsts.len());
    let middle = firsts.len() / 2;
    assert_eq!(
        groups.column(0..middle).expect("it fits"),
        column(&firsts[..middle]),
        "the first half of the keys"
    );
    let second_half = groups.column(middle..firsts.len()).expect("it fits");
    assert_eq!(second_half, column(&firsts[middle..]), "the second half");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_has_a_number_of_its_own(
        // Two letters and up to twenty of them: many texts that differ in one byte, of every length around a word's.
        keys in prop::collection::vec(prop::option::weighted(0.95, "[aé]{0,20}"), 0..3_000),
        size in 1usize..500,
    ) {
        check_numbers(&keys, size, |keys| texts(keys.iter().map(Option::as_deref)));
    }

    #[test]
    fn every_integer_has_a_number_of_its_own(
        keys in prop::collection::vec(prop::option::weighted(0.95, prop_oneof![-50i64..50, any::<i64>()]), 0..3_000),
        size in 1usize..500,
    ) {
        check_numbers(&keys, size, |keys| Column::Int64(keys.iter().copied().collect()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_are_cut_as_the_standard_library_cuts_them(values in prop::collection::vec("[ \ta\u{e9}\n]{0,12}", 0..20)) {
        let texts = Utf8Column::of(values.iter().map(Some)).expect("short texts");
        let mut words = Utf8Column::default();
        for (row, value) in values.iter().enumerate() {
            prop_assert_eq!(words.push_words(&texts, row).expect("short texts"), value.split_ascii_whitespace().count());
        }
        let expected: Vec<&str> = values.iter().flat_map(|value| value.split_ascii_whitespace()).collect();
        let got: Vec<&str> = (0..words.len()).map(|word| words.value(word)).collect();
        prop_assert_eq!(got, expected);
    }
}

/// Integers that lie close together have slots without a hash, until one comes that does not.
#[test]
fn integers_close_together_may_be_left_for_others_at_any_time() {
    let ints = |keys: &[Option<i64>]| Column::Int64(keys.iter().copied().collect());
    for start in [0, -1_500, i64::MAX - 2_999, i64::MIN] {
        let close = (0..3_000).map(|step| Some(start + step * 7 % 3_000));
        for outlier in [0, start, -5, 1 << 20, i64::MIN, i64::MAX, start ^ 1 << 62, 0x5db3_d742_c265_539d] {
            let outliers = [None, Some(outlier), Some(outlier ^ 1), Some(outlier ^ 1 << 12)];
            for at in [10, 700, 2_999, 3_000] {
                let keys: Vec<_> = close.clone().take(at).chain(outliers).chain(close.clone()).collect();
                check_numbers(&keys, 300, ints);
            }
        }
    }
}

#[test]
fn a_table_of_text_grows_past_its_first_slots() {
    let keys: Vec<Option<String>> = (0..40_000).map(|key| Some(format!("{}", key % 30_000))).collect();
    check_numbers(&keys, 16 * 1024, |keys| texts(keys.iter().map(Option::as_deref)));
}

/// A row of key, score and id.
type Scored = (Option<String>, Option<f64>, i64);

fn scored_schema() -> Arc<Schema> {
    Arc::new(Schema::new([("key", DataType::Utf8), ("score", DataType::Float64), ("id", DataType::Int64)]))
}

fn scored_batch(rows: &[Scored]) -> RecordBatch {
    let scores: Primitive<f64> = rows.iter().map(|(_, score, _)| *score).collect();
    let ids = Primitive::new(rows.iter().map(|(.., id)| *id).collect());
    let keys = texts(rows.iter().map(|(key, ..)| key.as_deref()));
    RecordBatch::new(scored_schema(), vec![keys, Column::Float64(scores), Column::Int64(ids)])
}

fn order_by<C>(column: C, direction: Direction) -> OrderBy<C> {
    OrderBy { column, direction }
}

/// Runs the operator over batches of `size` rows.
fn best_of(rows: &[Scored], size: usize, order: Vec<OrderBy<usize>>) -> Vec<RecordBatch> {
    let mut pipeline = Pipeline::new(&[OperatorSpec::Dedup { key: 0, order, schema: scored_schema() }]);
    let mut best = Vec::new();
    for batch in rows.chunks(size) {
        pipeline.push(&scored_batch(batch), &mut |_| panic!("nothing comes out early")).expect("it fits");
    }
    let mut keep = |batch| {
        best.push(batch);
        Ok(())
    };
    pipeline.finish(&mut keep).expect("it fits");
    best
}

/// A score that compares: NULL below everything, -0.0 as 0.0.
fn comparable(score: Option<f64>) -> Option<i64> {
    score.map(|score| (score * 8.0).clamp(-1e6, 1e6) as i64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_best_row_of_each_key_is_the_one_that_the_ordering_names(
        drawn in prop::collection::vec(
            (
                prop::option::weighted(0.9, "[ab]{0,3}"),
                prop::option::weighted(0.8, prop::sample::select(
                    vec![-0.0, 0.0, 0.5, -0.5, 0.25, f64::INFINITY, f64::NEG_INFINITY],
                )),
            ),
            0..400,
        ),
        size in 1usize..200,
        seed in any::<u64>(),
    ) {
        // Distinct ids in no order.
        let rows: Vec<Scored> = drawn
            .into_iter()
            .enumerate()
            .map(|(at, (key, score))| (key, score, shuffle_engine::random::mix64(seed ^ at as u64) as i64))
            .collect();
        for (direction, id_direction) in [
            (Direction::Highest, Direction::Lowest),
            (Direction::Lowest, Direction::Highest),
        ] {
            let order = vec![order_by(1, direction), order_by(2, id_direction)];
            // Less is better.
            let rank = |(_, score, id): &Scored| {
                let score = comparable(*score);
                match direction {
                    Direction::Highest => (score.is_none(), -score.unwrap_or(0), *id as i128),
                    Direction::Lowest => (score.is_none(), score.unwrap_or(0), -(*id as i128)),
                }
            };
            let mut expected: BTreeMap<Option<String>, Scored> = BTreeMap::new();
            for row in &rows {
                let best = expected.entry(row.0.clone()).or_insert_with(|| row.clone());
                if rank(row) < rank(best) {
                    *best = row.clone();
                }
            }
            let expected: Vec<Scored> = expected.into_values().collect();
            let wanted = bag_of([&scored_batch(&expected)]);
            prop_assert!(bag_of(&best_of(&rows, size, order.clone())) == wanted, "in their order");
            let backwards: Vec<Scored> = rows.iter().rev().cloned().collect();
            prop_assert!(bag_of(&best_of(&backwards, size, order)) == wanted, "backwards");
        }
    }
}

#[test]
fn the_ends_of_the_integers_are_better_than_null_and_ties_go_to_the_first() {
    let ids = [i64::MIN, i64::MAX, 0, -1];
    let rows: Vec<Scored> = ids.into_iter().map(|id| (None, Some(1.0), id)).collect();
    let best = |order| rows_of(&best_of(&rows, 2, order)[0]).remove(0);
    let expected = |id| rows_of(&scored_batch(&[(None, Some(1.0), id)])).remove(0);
    assert_eq!(best(vec![order_by(2, Direction::Lowest)]), expected(i64::MIN));
    assert_eq!(best(vec![order_by(2, Direction::Highest)]), expected(i64::MAX));
    assert_eq!(best(vec![order_by(1, Direction::Highest)]), expected(i64::MIN), "all scores are equal");
    assert_eq!(best(vec![]), expected(i64::MIN), "nothing tells the rows apart");
}

#[test]
fn rows_that_were_beaten_are_forgotten_without_losing_any_that_were_not() {
    // Every batch beats the one before it, in every key.
    let rows: Vec<Scored> =
        (0..400_000).map(|row| (Some(format!("key {}", row % 20_000)), Some(row as f64), row)).collect();
    let best = best_of(&rows, 16 * 1024, vec![order_by(1, Direction::Highest)]);
    let expected: Vec<Scored> = rows[380_000..].to_vec();
    assert!(bag_of(&best) == bag_of([&scored_batch(&expected)]));
}

fn prompts() -> Box<LogicalPlan> {
    Box::new(LogicalPlan::Scan { table: Table::Prompts, columns: None, predicate: None })
}

fn count_and_sum() -> Vec<Aggregate> {
    let (count, sum) = (AggregateFunction::Count, AggregateFunction::Sum);
    vec![
        Aggregate { function: count, column: None, name: "count".to_owned() },
        Aggregate { function: sum, column: Some("prompt_id".to_owned()), name: "sum".to_owned() },
    ]
}

/// Keys of text, of a few values and of many; a key that is NULL in every row; orderings from either end.
fn plans() -> Vec<LogicalPlan> {
    let null_key = |data_type| {
        let named = |name: &str, expr| NamedExpr { name: name.to_owned(), expr };
        let null = named("key", null(data_type));
        let exprs = vec![named("prompt_id", col("prompt_id")), null, named("score", col("score"))];
        Box::new(LogicalPlan::Project { input: prompts(), exprs })
    };
    let aggregate = |input, key: &str| LogicalPlan::Aggregate {
        input,
        keys: vec![key.to_owned()],
        aggregates: count_and_sum(),
        hints: WideHints::default(),
    };
    let dedup = |input, key: &str, order: &[(&str, Direction)]| {
        let order = order.iter().map(|(column, way)| order_by((*column).to_owned(), *way)).collect();
        LogicalPlan::Dedup { input, key: key.to_owned(), order, hints: WideHints::default() }
    };
    let best_score = [("score", Direction::Highest), ("prompt_id", Direction::Lowest)];
    vec![
        aggregate(prompts(), "language"),
        aggregate(prompts(), "text"),
        aggregate(null_key(DataType::Utf8), "key"),
        aggregate(null_key(DataType::Int64), "key"),
        dedup(prompts(), "language", &best_score),
        dedup(prompts(), "text", &[("score", Direction::Lowest), ("prompt_id", Direction::Highest)]),
        dedup(prompts(), "prompt_hash", &[("prompt_id", Direction::Highest)]),
        dedup(null_key(DataType::Utf8), "key", &best_score),
        LogicalPlan::Repartition { input: prompts(), by: RepartitionBy::Hash(vec!["language".to_owned()]) },
    ]
}

#[test]
fn plans_by_any_key_answer_as_the_interpreter_does_under_every_tactic() {
    for shape in [SHAPES[0], SHAPES[1], SHAPES[4], SHAPES[5]] {
        let base = shaped(shape);
        let source = Source::new(&base);
        for plan in plans() {
            let expected = interpret(&plan, &source).bag();
            for tactics in tactics() {
                let scenario = Scenario { tactics, ..base.clone() };
                let physical = Planner::new(&scenario.plan_options()).plan(&plan).expect("the columns exist");
                let batches = stage_runner::run(
                    &StageGraph::cut(&physical, scenario.map_partitions, scenario.reduce_partitions),
                    &scenario,
                );
                assert!(bag_of(&batches) == expected, "{tactics:?} over {shape:?}\n{physical}");
            }
        }
    }
}

#[test]
fn a_key_or_an_ordering_of_the_wrong_type_is_named_with_what_would_do() {
    let planner = Planner::new(&Scenario::default().plan_options());
    let refused = |plan: &LogicalPlan| planner.plan(plan).expect_err("refused");
    let by_nothing = LogicalPlan::Repartition { input: prompts(), by: RepartitionBy::Hash(vec![]) };
    assert_eq!(refused(&by_nothing).to_string(), "repartition: no column to hash");
    let order = vec![order_by("text".to_owned(), Direction::Highest)];
    let dedup = LogicalPlan::Dedup {
        input: prompts(),
        key: "language".to_owned(),
        order,
        hints: WideHints::default(),
    };
    assert!(matches!(
        refused(&dedup),
        PlanError::TypeMismatch { expr, got: Kind::Value(DataType::Utf8), .. } if expr == "column \"text\""
    ));
    let order = vec![order_by("price".to_owned(), Direction::Lowest)];
    let unknown = LogicalPlan::Dedup {
        input: prompts(),
        key: "language".to_owned(),
        order,
        hints: WideHints::default(),
    };
    assert!(matches!(refused(&unknown), PlanError::UnknownColumn { column, .. } if column == "price"));
}
