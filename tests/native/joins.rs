//! Joins by every kind of table: keys in order, close together, scattered, repeated, NULL, and probes that miss them all.

use std::collections::BTreeMap;
use std::sync::Arc;

use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema};
use shuffle_engine::operator::Pipeline;
use shuffle_engine::plan::{BuildInput, JoinKey, JoinKind, JoinSpec, OperatorSpec};

fn batch(schema: &Arc<Schema>, rows: &[(Option<i64>, i64)]) -> RecordBatch {
    let keys = rows.iter().map(|row| row.0).collect::<Primitive<i64>>();
    let values = Primitive::new(rows.iter().map(|row| row.1).collect());
    RecordBatch::new(schema.clone(), vec![Column::Int64(keys), Column::Int64(values)])
}

type Joined = Vec<(Option<i64>, i64, Option<i64>)>;

fn join(kind: JoinKind, build: &[(Option<i64>, i64)], probe: &[(Option<i64>, i64)]) -> Joined {
    let of = |value| Arc::new(Schema::new([("key", DataType::Int64), (value, DataType::Int64)]));
    let (probe_schema, build_schema) = (of("p"), of("b"));
    let names = if kind.only_selects() { &["key", "p"][..] } else { &["key", "p", "b"] };
    let schema = Arc::new(Schema::new(names.iter().map(|name| (*name, DataType::Int64))));
    let mut pipeline = Pipeline::new(&[OperatorSpec::HashJoin(JoinSpec {
        keys: vec![JoinKey { probe: 0, build: 0 }],
        build_schema: build_schema.clone(),
        build_columns: if kind.only_selects() { vec![] } else { vec![1] },
        build: BuildInput::Shuffle,
        kind,
        schema,
    })]);
    let mut rows = Joined::new();
    // In batches of an odd size, so that no border agrees by chance.
    build.chunks(7).for_each(|rows| pipeline.push_build(&batch(&build_schema, rows)).expect("it fits"));
    for chunk in probe.chunks(5) {
        let mut keep = |batch: RecordBatch| {
            let at = |column: usize, row| batch.columns().get(column)?.as_int64().get(row);
            rows.extend(
                (0..batch.row_count()).map(|row| (at(0, row), at(1, row).expect("no NULL"), at(2, row))),
            );
            Ok(())
        };
        pipeline.push(&batch(&probe_schema, chunk), &mut keep).expect("it fits");
    }
    rows.sort_unstable();
    rows
}

/// Row by row.
fn naive(kind: JoinKind, build: &[(Option<i64>, i64)], probe: &[(Option<i64>, i64)]) -> Joined {
    let mut table: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    build
        .iter()
        .filter_map(|row| Some((row.0?, row.1)))
        .for_each(|(key, value)| table.entry(key).or_default().push(value));
    let mut rows = Joined::new();
    for &(key, value) in probe {
        let met = key.and_then(|key| table.get(&key));
        match (kind, met) {
            (JoinKind::Inner | JoinKind::LeftOuter, Some(met)) => {
                rows.extend(met.iter().map(|&other| (key, value, Some(other))));
            }
            (JoinKind::LeftOuter | JoinKind::Anti, None) | (JoinKind::Semi, Some(_)) => {
                rows.push((key, value, None));
            }
            (JoinKind::Inner | JoinKind::Semi, None) | (JoinKind::Anti, Some(_)) => {}
        }
    }
    rows.sort_unstable();
    rows
}

#[test]
fn every_kind_of_build_side_meets_what_the_naive_join_meets() {
    let numbered =
        |keys: &[Option<i64>]| -> Vec<(Option<i64>, i64)> { keys.iter().copied().zip(100..).collect() };
    let some = |keys: Vec<i64>| -> Vec<Option<i64>> { keys.into_iter().map(Some).collect() };
    let builds = [
        ("nothing", vec![]),
        ("one key", some(vec![-3])),
        ("in order", some((-5..40).collect())),
        ("in another order", some((0..50).map(|key| key * 17 % 50 - 20).collect())),
        ("with gaps", some((0..50).map(|key| key * 3 - 20).collect())),
        ("with a NULL", [some((0..20).collect()), vec![None]].concat()),
        ("repeated", some((0..60).map(|key| key % 23).collect())),
        (
            "scattered",
            some((0..50).map(|key: i64| key.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64)).collect()),
        ),
        ("at both ends", some(vec![i64::MIN, i64::MAX, 0, -1])),
        ("at one end", some((0..30).map(|key| i64::MAX - key).collect())),
    ];
    let mut probe = some((-30..70).collect());
    probe.extend([
        None,
        Some(i64::MIN),
        Some(i64::MAX),
        Some(i64::MAX - 7),
        Some(0x9e37_79b9_7f4a_7c15_u64 as i64),
        None,
    ]);
    for (name, build) in builds {
        for kind in [JoinKind::Inner, JoinKind::LeftOuter, JoinKind::Semi, JoinKind::Anti] {
            let (build, probe) = (numbered(&build), numbered(&probe));
            assert_eq!(join(kind, &build, &probe), naive(kind, &build, &probe), "{name}, {kind}");
        }
    }
}
