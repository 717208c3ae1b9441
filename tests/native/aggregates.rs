//! Aggregates on rows made by hand: every function over every type, in one step and in three, whatever the batches.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use shuffle_engine::columnar::{Column, DataType, RecordBatch, Schema, Utf8Column};
use shuffle_engine::operator::{ExactSum, Pipeline};
use shuffle_engine::plan::{
    Aggregate, AggregateFunction, AggregateStep, BuildInput, JoinKey, JoinKind, JoinSpec, OperatorSpec,
};

use crate::interpreter::mean_of_ints;

/// An integer, a double, a text; any may be NULL.
type Row = (Option<i64>, Option<f64>, Option<String>);

const TYPES: [(&str, DataType); 3] =
    [("int", DataType::Int64), ("float", DataType::Float64), ("text", DataType::Utf8)];

fn batch_of(rows: &[Row]) -> RecordBatch {
    let texts = Utf8Column::of(rows.iter().map(|row| row.2.as_ref())).expect("short texts");
    let ints = Column::Int64(rows.iter().map(|row| row.0).collect());
    let floats = Column::Float64(rows.iter().map(|row| row.1).collect());
    RecordBatch::new(Arc::new(Schema::new(TYPES)), vec![ints, floats, Column::Utf8(texts)])
}

/// All functions that a column of this type has, over each column.
fn all_aggregates() -> Vec<(AggregateFunction, Option<usize>)> {
    use AggregateFunction::{Avg, Count, Max, Min, Sum};
    let mut all = vec![(Count, None)];
    for column in 0..3 {
        all.extend([Count, Min, Max].map(|function| (function, Some(column))));
        if column < 2 {
            all.extend([Sum, Avg].map(|function| (function, Some(column))));
        }
    }
    all
}

fn result_type(function: AggregateFunction, column: Option<usize>) -> DataType {
    match function {
        AggregateFunction::Count | AggregateFunction::CountDistinct => DataType::Int64,
        AggregateFunction::Avg => DataType::Float64,
        AggregateFunction::Sum | AggregateFunction::Min | AggregateFunction::Max => {
            TYPES[column.expect("of a column")].1
        }
    }
}

fn state_types(function: AggregateFunction, column: Option<usize>) -> Vec<DataType> {
    let sum = |column: Option<usize>| match column {
        Some(1) => DataType::Utf8,
        _ => DataType::Int64,
    };
    match function {
        AggregateFunction::Sum => vec![sum(column)],
        // Of integers the wrapping sum, that of the upper halves, and the count.
        AggregateFunction::Avg if column == Some(0) => vec![DataType::Int64; 3],
        AggregateFunction::Avg => vec![sum(column), DataType::Int64],
        _ => vec![result_type(function, column)],
    }
}

fn schema_of(types: impl IntoIterator<Item = DataType>) -> Arc<Schema> {
    let names: Vec<(String, DataType)> =
        types.into_iter().enumerate().map(|(at, data_type)| (format!("c{at}"), data_type)).collect();
    Arc::new(Schema::new(names.iter().map(|(name, data_type)| (name.as_str(), *data_type))))
}

fn run(spec: OperatorSpec, batches: &[RecordBatch]) -> Vec<RecordBatch> {
    let (mut pipeline, mut out) = (Pipeline::new(&[spec]), Vec::new());
    let mut keep = |batch| {
        out.push(batch);
        Ok(())
    };
    batches.iter().for_each(|batch| pipeline.push(batch, &mut keep).expect("it fits"));
    pipeline.finish(&mut keep).expect("it fits");
    out
}

fn spec(
    keys: Vec<usize>,
    aggregates: &[(AggregateFunction, Option<usize>)],
    step: AggregateStep,
    input_schema: Arc<Schema>,
    schema: Arc<Schema>,
) -> OperatorSpec {
    let aggregates = aggregates
        .iter()
        .map(|&(function, column)| Aggregate { function, column, name: "a".to_owned() })
        .collect();
    OperatorSpec::HashAggregate { keys, aggregates, step, input_schema, schema }
}

/// Rows as text, sorted: what a bag of rows looks like.
fn rows_of(batches: &[RecordBatch]) -> Vec<Vec<Option<String>>> {
    let mut rows: Vec<_> =
        batches.iter().flat_map(|batch| (0..batch.row_count()).map(|row| batch.row_text(row))).collect();
    rows.sort();
    rows
}

/// The result of all steps: complete, and partial over each batch, merged in pairs, then final.
fn in_both_ways(keys: &[usize], rows: &[Row], size: usize) -> [Vec<Vec<Option<String>>>; 2] {
    let aggregates = all_aggregates();
    let key_types: Vec<DataType> = keys.iter().map(|&key| TYPES[key].1).collect();
    let types = |of: fn(AggregateFunction, Option<usize>) -> Vec<DataType>| {
        schema_of(key_types.iter().copied().chain(aggregates.iter().flat_map(|&(f, column)| of(f, column))))
    };
    let (states, results) = (types(state_types), types(|f, column| vec![result_type(f, column)]));
    let input = Arc::new(Schema::new(TYPES));
    let batches: Vec<RecordBatch> = rows.chunks(size).map(batch_of).collect();
    let complete = spec(keys.to_vec(), &aggregates, AggregateStep::Complete, input.clone(), results.clone());
    let partial = spec(keys.to_vec(), &aggregates, AggregateStep::Partial, input, states.clone());
    let mut at = keys.len();
    let over_states: Vec<(AggregateFunction, Option<usize>)> = aggregates
        .iter()
        .map(|&(function, column)| {
            let first = at;
            at += state_types(function, column).len();
            (function, Some(first))
        })
        .collect();
    let state_keys: Vec<usize> = (0..keys.len()).collect();
    let merge = spec(state_keys.clone(), &over_states, AggregateStep::Merge, states.clone(), states.clone());
    let last = spec(state_keys, &over_states, AggregateStep::Final, states, results);
    let partials: Vec<RecordBatch> =
        batches.iter().flat_map(|batch| run(partial.clone(), std::slice::from_ref(batch))).collect();
    let merged: Vec<RecordBatch> = partials.chunks(2).flat_map(|pair| run(merge.clone(), pair)).collect();
    [rows_of(&run(complete, &batches)), rows_of(&run(last, &merged))]
}

/// Doubles that are one key have one text.
fn canonical(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}

/// As Spark orders doubles.
fn by_spark(left: &f64, right: &f64) -> std::cmp::Ordering {
    canonical(*left).total_cmp(&canonical(*right))
}

fn expected(keys: &[usize], rows: &[Row]) -> Vec<Vec<Option<String>>> {
    let text = |row: &Row| {
        [row.0.map(|int| int.to_string()), row.1.map(|float| canonical(float).to_string()), row.2.clone()]
    };
    let mut groups: BTreeMap<Vec<Option<String>>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(keys.iter().map(|&key| text(row)[key].clone()).collect()).or_default().push(row);
    }
    let mut out: Vec<_> = groups
        .into_iter()
        .map(|(mut out, rows)| {
            let ints: Vec<i64> = rows.iter().filter_map(|row| row.0).collect();
            let floats: Vec<f64> = rows.iter().filter_map(|row| row.1).collect();
            let texts: Vec<&String> = rows.iter().filter_map(|row| row.2.as_ref()).collect();
            let int_sum = ints.iter().fold(0i64, |sum, int| sum.wrapping_add(*int));
            let mut float_sum = ExactSum::default();
            floats.iter().for_each(|&float| float_sum.add(float));
            let mean = |sum: f64, count: usize| (count > 0).then(|| (sum / count as f64).to_string());
            out.push(Some(rows.len().to_string()));
            out.push(Some(ints.len().to_string()));
            out.push(ints.iter().min().map(ToString::to_string));
            out.push(ints.iter().max().map(ToString::to_string));
            out.push((!ints.is_empty()).then(|| int_sum.to_string()));
            let exact = ints.iter().map(|&int| i128::from(int)).sum();
            out.push((!ints.is_empty()).then(|| mean_of_ints(exact, ints.len()).to_string()));
            out.push(Some(floats.len().to_string()));
            let least = floats.iter().copied().min_by(by_spark);
            out.push(least.map(|float| canonical(float).to_string()));
            let greatest = floats.iter().copied().max_by(by_spark);
            out.push(greatest.map(|float| canonical(float).to_string()));
            out.push((!floats.is_empty()).then(|| float_sum.value().to_string()));
            out.push(mean(float_sum.value(), floats.len()));
            out.push(Some(texts.len().to_string()));
            out.push(texts.iter().min().map(ToString::to_string));
            out.push(texts.iter().max().map(ToString::to_string));
            out
        })
        .collect();
    out.sort();
    out
}

/// The key that a slot cannot hold is among the integers.
fn any_row(nulls: f64) -> impl Strategy<Value = Row> {
    let ints = prop_oneof![-3i64..3, any::<i64>(), Just(0x5db3_d742_c265_539d)];
    let floats = prop_oneof![
        prop::sample::select(vec![-0.0, 0.0, 0.1, -0.5, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
        -1e3..1e3f64,
    ];
    let valid = 1.0 - nulls;
    (
        prop::option::weighted(valid, ints),
        prop::option::weighted(valid, floats),
        prop::option::weighted(valid, "[aé]{0,12}"),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_aggregate_of_any_keys_is_what_the_rows_say(
        // NULLs come late, so that a table has to make room for what they need.
        valid in prop::collection::vec(any_row(0.0000001), 0..200),
        nullable in prop::collection::vec(any_row(0.4), 0..200),
        size in 1usize..400,
    ) {
        let rows = [valid, nullable].concat();
        for keys in [&[][..], &[0], &[1], &[2], &[0, 2], &[2, 1, 0]] {
            let expected = expected(keys, &rows);
            let [complete, in_steps] = in_both_ways(keys, &rows, size);
            prop_assert_eq!(&complete, if rows.is_empty() { &[][..] } else { &expected }, "{:?}", keys);
            prop_assert_eq!(&in_steps, &complete, "in steps, by {:?}", keys);
        }
    }

    #[test]
    fn distinct_values_are_counted_in_each_group(
        rows in prop::collection::vec(any_row(0.2), 0..300),
        size in 1usize..100,
    ) {
        let aggregates = [0, 1, 2].map(|column| (AggregateFunction::CountDistinct, Some(column)));
        let types = [DataType::Utf8, DataType::Int64, DataType::Int64, DataType::Int64];
        let input = Arc::new(Schema::new(TYPES));
        let count = spec(vec![2], &aggregates, AggregateStep::Complete, input, schema_of(types));
        let batches: Vec<RecordBatch> = rows.chunks(size).map(batch_of).collect();
        let mut groups: BTreeMap<Option<String>, [Vec<String>; 3]> = BTreeMap::new();
        for (int, float, text) in rows {
            let group = groups.entry(text.clone()).or_default();
            group[0].extend(int.map(|int| int.to_string()));
            group[1].extend(float.map(|float| canonical(float).to_string()));
            group[2].extend(text);
        }
        let mut expected: Vec<Vec<Option<String>>> = Vec::new();
        for (key, values) in groups {
            let counts = values.map(|mut values| {
                values.sort();
                values.dedup();
                Some(values.len().to_string())
            });
            expected.push([vec![key], counts.to_vec()].concat());
        }
        prop_assert_eq!(rows_of(&run(count, &batches)), expected);
    }

    #[test]
    fn a_join_on_any_key_gives_every_pair_and_keeps_the_unmatched_when_asked(
        probe in prop::collection::vec(any_row(0.2), 0..60),
        build in prop::collection::vec(any_row(0.2), 0..60),
        size in 1usize..40,
        is_unique in any::<bool>(),
    ) {
        for keys in [&[0][..], &[1], &[2], &[0, 2], &[2, 1, 0], &[1, 1]] {
            let text = |row: &Row| -> Vec<Option<String>> {
                let all = [
                row.0.map(|int| int.to_string()),
                row.1.map(|float| canonical(float).to_string()),
                row.2.clone(),
                ];
                keys.iter().map(|&key| all[key].clone()).collect()
            };
            let mut build = build.clone();
            if is_unique {
                build.sort_by_key(text);
                build.dedup_by_key(|row| text(row));
            }
            for kind in [JoinKind::Inner, JoinKind::LeftOuter, JoinKind::Semi, JoinKind::Anti] {
                let others = (0..3).filter(|column| !keys.contains(column) && !kind.only_selects());
                let types = TYPES.iter().map(|column| column.1).chain(others.clone().map(|at| TYPES[at].1));
                let join = OperatorSpec::HashJoin(JoinSpec {
                    keys: keys.iter().map(|&key| JoinKey { probe: key, build: key }).collect(),
                    build_schema: Arc::new(Schema::new(TYPES)),
                    build_columns: others.clone().collect(),
                    build: BuildInput::Shuffle,
                    kind,
                    schema: schema_of(types),
                });
                let (mut pipeline, mut out) = (Pipeline::new(&[join]), Vec::new());
                for rows in build.chunks(size) {
                    pipeline.push_build(&batch_of(rows)).expect("it fits");
                }
                for rows in probe.chunks(size) {
                    pipeline.push(&batch_of(rows), &mut |batch| {
                        out.push(batch);
                        Ok(())
                    }).expect("it fits");
                }
                let mut expected = Vec::new();
                for left in &probe {
                    let met: Vec<&Row> = build
                        .iter()
                        .filter(|right| text(left).iter().all(Option::is_some) && text(left) == text(right))
                        .collect();
                    let row = |right: Option<&Row>| -> Vec<Option<String>> {
                        let left = batch_of(std::slice::from_ref(left)).row_text(0);
                        let right = right.map(|row| batch_of(std::slice::from_ref(row)).row_text(0));
                        let right = others.clone().map(|at| right.as_ref().and_then(|row| row[at].clone()));
                        left.into_iter().chain(right).collect()
                    };
                    match (kind, met.is_empty()) {
                        (JoinKind::Inner | JoinKind::LeftOuter, false) => {
                            expected.extend(met.iter().map(|right| row(Some(right))));
                        }
                        (JoinKind::LeftOuter | JoinKind::Anti, true) | (JoinKind::Semi, false) => {
                            expected.push(row(None));
                        }
                        (JoinKind::Inner | JoinKind::Semi, true) | (JoinKind::Anti, false) => {}
                    }
                }
                expected.sort();
                prop_assert_eq!(rows_of(&out), expected, "{:?} by columns {:?}", kind, keys);
            }
        }
    }
}

#[test]
fn a_table_grows_past_its_first_slots_and_keeps_its_sums() {
    let rows: Vec<Row> =
        (0..60_000i64).map(|row| (Some(row * row % 40_009), Some(row as f64), None)).collect();
    let [complete, in_steps] = in_both_ways(&[0], &rows, 7_000);
    assert_eq!(complete, expected(&[0], &rows));
    assert_eq!(in_steps, complete);
}
