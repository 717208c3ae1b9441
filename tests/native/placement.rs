//! Placement is Spark's: every vector of a real pyspark run, kept in `tests/data/spark`, through the engine's hash and
//! through its partitioner.

use std::sync::Arc;

use serde_json::Value;
use shuffle_engine::Scenario;
use shuffle_engine::cluster::local::LocalCluster;
use shuffle_engine::columnar::{Column, DataType, Primitive, RecordBatch, Schema, Utf8Column};
use shuffle_engine::metrics::JobReport;
use shuffle_engine::plan::Partitioning;
use shuffle_engine::scenario::{Query, Skew};
use shuffle_engine::shuffle::spark_hash::{SEED, hash_bytes, hash_double, hash_long, pmod};
use shuffle_engine::shuffle::{TaskRows, place};

use crate::key_counts::{heaviest, key_counts};
use crate::samples::{Stopped, job};

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value =
        serde_json::from_str(include_str!("../data/spark/placement.json")).expect("the vectors are JSON");
    all[kind].as_array().unwrap_or_else(|| panic!("there are vectors of {kind}")).clone()
}

fn text<'a>(value: &'a Value, what: &str) -> &'a str {
    value.as_str().unwrap_or_else(|| panic!("{what} is text"))
}

fn int64(value: &Value) -> i64 {
    text(value, "an int64").parse().expect("an int64 as text")
}

/// Checks the hash and all its remainders.
fn check(vector: &Value, hash: u32) {
    assert_eq!(i64::from(hash as i32), vector["hash"].as_i64().expect("a hash"), "the hash of {vector}");
    for (count, partition) in partitions(vector) {
        assert_eq!(pmod(hash, count), partition, "{vector} over {count} partitions");
    }
}

fn partitions(vector: &Value) -> Vec<(u32, u32)> {
    let pmod = vector["pmod"].as_object().expect("remainders");
    let partition = |(count, partition): (&String, &Value)| {
        (count.parse().expect("a count"), partition.as_u64().expect("a partition") as u32)
    };
    pmod.iter().map(partition).collect()
}

#[test]
fn integers_hash_as_in_spark() {
    let vectors = vectors("int64");
    assert!(vectors.len() > 500, "{} vectors", vectors.len());
    vectors.iter().for_each(|vector| check(vector, hash_long(int64(&vector["value"]), SEED)));
}

#[test]
fn text_hashes_as_in_spark() {
    let vectors = vectors("utf8");
    assert!(vectors.len() > 200, "{} vectors", vectors.len());
    vectors
        .iter()
        .for_each(|vector| check(vector, hash_bytes(text(&vector["value"], "utf8").as_bytes(), SEED)));
}

#[test]
fn doubles_hash_as_in_spark() {
    let vectors = vectors("float64");
    assert!(vectors.len() > 50, "{} vectors", vectors.len());
    for vector in &vectors {
        let bits = u64::from_str_radix(text(&vector["bits"], "bits"), 16).expect("bits in hexadecimal");
        check(vector, hash_double(f64::from_bits(bits), SEED));
    }
}

#[test]
fn null_leaves_the_seed_as_it_is_as_in_spark() {
    let vectors = vectors("null");
    assert_eq!(vectors.len(), 3, "one of each type");
    vectors.iter().for_each(|vector| check(vector, SEED));
}

#[test]
fn pairs_hash_one_column_on_top_of_the_other_as_in_spark() {
    let vectors = vectors("pairs");
    assert!(vectors.len() > 200, "{} vectors", vectors.len());
    for vector in &vectors {
        let hash = (0..2).fold(SEED, |seed, at| match (&vector["types"][at], &vector["values"][at]) {
            (_, Value::Null) => seed,
            (kind, value) if kind == "int64" => hash_long(int64(value), seed),
            (kind, value) if kind == "utf8" => hash_bytes(text(value, "utf8").as_bytes(), seed),
            (kind, _) => panic!("{kind} is not a type of a pair"),
        });
        check(vector, hash);
    }
}

fn batch_of(keys: Vec<Option<i64>>) -> RecordBatch {
    let schema = Arc::new(Schema::new([("key", DataType::Int64)]));
    RecordBatch::new(schema, vec![Column::Int64(keys.into_iter().collect::<Primitive<i64>>())])
}

#[test]
fn the_partitioner_puts_every_integer_where_spark_does() {
    let vectors = vectors("int64");
    let keys: Vec<Option<i64>> = vectors.iter().map(|vector| Some(int64(&vector["value"]))).collect();
    for (at, (count, _)) in partitions(&vectors[0]).into_iter().enumerate() {
        let expected: Vec<u32> = vectors.iter().map(|vector| partitions(vector)[at].1).collect();
        let by_key = Partitioning::by_column(0);
        let placement =
            place(&by_key, &batch_of(keys.clone()), TaskRows::default(), count).expect("room for it");
        assert_eq!((placement.rows, placement.partitions), (None, expected.clone()), "{count} partitions");
        // With one NULL more in the batch it takes the other path.
        let with_null = batch_of(keys.iter().copied().chain([None]).collect());
        let placed = place(&by_key, &with_null, TaskRows::default(), count).expect("room for it").partitions;
        assert_eq!(placed[..expected.len()], expected, "{count} partitions, beside a NULL");
        assert_eq!(placed[expected.len()], 42 % count, "NULL over {count} partitions");
    }
}

#[test]
fn the_partitioner_puts_every_text_where_spark_does() {
    let vectors = vectors("utf8");
    let texts = vectors.iter().map(|vector| Some(text(&vector["value"], "utf8")));
    let texts = Utf8Column::of(texts.chain([None])).expect("short texts");
    let schema = Arc::new(Schema::new([("key", DataType::Utf8)]));
    let batch = RecordBatch::new(schema, vec![Column::Utf8(texts)]);
    for (at, (count, _)) in partitions(&vectors[0]).into_iter().enumerate() {
        let mut expected: Vec<u32> = vectors.iter().map(|vector| partitions(vector)[at].1).collect();
        expected.push(42 % count);
        let placement =
            place(&Partitioning::by_column(0), &batch, TaskRows::default(), count).expect("room for it");
        assert_eq!((placement.rows, placement.partitions), (None, expected), "{count} partitions");
    }
}

#[test]
fn every_salted_row_finds_exactly_one_copy_of_its_other_side() {
    for (salt_buckets, partition_count) in [(2, 1), (5, 3), (8, 32), (256, 7)] {
        let keys: Vec<Option<i64>> = (0..500).map(|key| (key % 11 != 0).then_some(key)).collect();
        let batch = batch_of(keys);
        let replicated = Partitioning::ReplicatedHash { columns: vec![0], salt_buckets };
        let copies = place(&replicated, &batch, TaskRows::default(), partition_count).expect("room for it");
        let rows = copies.rows.expect("replicated rows say which row they are");
        let copies: Vec<(u32, u32)> = rows.into_iter().zip(copies.partitions).collect();
        for first_row in [0, 1, 1_000_003] {
            let salted = Partitioning::Hash { columns: vec![0], salt_buckets };
            let rows = TaskRows { task: 0, first_row };
            let placed = place(&salted, &batch, rows, partition_count).expect("room for it").partitions;
            for (row, &partition) in (0..).zip(&placed) {
                let met = copies.iter().filter(|copy| **copy == (row, partition)).count();
                assert_eq!(met, 1, "copies of row {row} in partition {partition} of {partition_count}");
            }
        }
    }
}

#[test]
fn salt_spreads_one_key_over_as_many_partitions_as_its_buckets_reach() {
    let batch = batch_of(vec![Some(7); 1_000]);
    for (salt_buckets, least) in [(1, 1), (2, 2), (8, 6), (64, 24)] {
        let salted = Partitioning::Hash { columns: vec![0], salt_buckets };
        let mut partitions = place(&salted, &batch, TaskRows::default(), 32).expect("room for it").partitions;
        partitions.sort_unstable();
        partitions.dedup();
        let reached = partitions.len();
        assert!(
            reached >= least && reached <= salt_buckets as usize,
            "{salt_buckets} buckets reach {reached}"
        );
    }
}

#[test]
fn the_hot_partition_of_the_default_scenario_is_the_one_that_spark_would_have() {
    let scenario = Scenario { workers: 2, ..Scenario::default() };
    assert_eq!(scenario.skew, Skew::HotKey { share: 0.3 });
    assert_eq!(scenario.query, Query::CountByKey);
    let outcome = LocalCluster::new(1).run(&job(&scenario), &Stopped).expect("a valid scenario");
    let counts = key_counts(&scenario);
    let report = JobReport::new(&outcome);
    let hot = report.skew.hot_key.expect("a million rows have a heaviest key");
    let partition = hot.partition.expect("the rows of a key meet in one partition");
    assert_eq!(partition, pmod(hash_long(hot.value, SEED), 32), "the partition of its hash");
    let counted = heaviest(&counts).map(|(value, rows)| (value, rows, rows));
    assert_eq!(Some((hot.value, hot.rows, hot.rows_at_most)), counted, "the sketch counts it exactly");
    assert!((hot.share - 0.3).abs() < 0.003, "the hot key has {} of the rows", hot.share);
    let rows = &report.stages[1].partitions.rows;
    let mut placed = vec![0; 32];
    counts.iter().for_each(|(&key, rows)| placed[pmod(hash_long(key, SEED), 32) as usize] += rows);
    assert_eq!(*rows, placed, "each partition reads the rows of the keys that Spark would place there");
    let hottest = (0..).zip(rows).max_by_key(|(_, rows)| **rows).map(|(partition, _)| partition);
    assert_eq!(hottest, Some(partition), "the largest partition is the hot key's");
    let hot_rows = rows[partition as usize];
    assert!(hot_rows >= 300_000, "{hot_rows} of a million rows in the hot partition");
    let ratio = report.skew.max_over_median.expect("no empty partition");
    assert!(ratio > 12.0, "the largest partition is {ratio} times the median one");
}

#[test]
fn another_seed_has_another_hot_key() {
    let hot_key = |seed| {
        let scenario = Scenario { seed, rows: 20_000, keys: 5_000, ..Scenario::default() };
        heaviest(&key_counts(&scenario)).map(|(key, _)| key)
    };
    let mut keys: Vec<_> = (0..10).map(hot_key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert!(keys.len() >= 9, "ten seeds have {} hot keys", keys.len());
}
