//! The generated tables: as skewed as they say, the same whatever is read of them, and the same on every machine.
//!
//! Counts are compared with probabilities by Pearson's chi-square over the heaviest keys one by one and the rest in bins;
//! Zipf also with draws of `rand_distr::Zipf` itself. Seeds are fixed, so a test does not fail by chance, and its limit
//! (five standard deviations above the mean of the statistic) is one that chance reaches once in a million seeds.

use std::fmt::Write as _;
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::{Distribution, Zipf};
use shuffle_engine::Scenario;
use shuffle_engine::columnar::{BATCH_ROWS, RecordBatch, RowDigest};
use shuffle_engine::dataset::{Dataset, Table};
use shuffle_engine::scenario::Skew;

use crate::golden;
use crate::interpreter::{Cell, Row, rows_of};
use crate::samples::{Draw, SKEWS};

const ROWS: u64 = 200_000;
const KEYS: u64 = 1_000;

fn scenario(skew: Skew, seed: u64) -> Scenario {
    Scenario { skew, seed, rows: ROWS, keys: KEYS, map_partitions: 4, ..Scenario::default() }
}

fn scan(dataset: &Arc<Dataset>, table: Table, partition: u32, columns: &[usize]) -> Vec<RecordBatch> {
    let mut scan = dataset.scan(&table, partition, columns);
    std::iter::from_fn(|| scan.next_batch(BATCH_ROWS).expect("room for a batch")).collect()
}

fn all_rows(scenario: &Scenario, table: Table, columns: &[usize]) -> Vec<Row> {
    let dataset = Arc::new(Dataset::new(&scenario.data()).expect("room for its tables"));
    let batches =
        (0..dataset.partition_count()).flat_map(|part| scan(&dataset, table.clone(), part, columns));
    batches.flat_map(|batch| rows_of(&batch)).collect()
}

/// Rows of each rank: rank 0 is the heaviest by design, not by count.
fn counts_by_rank(scenario: &Scenario) -> Vec<u64> {
    let dataset = Arc::new(Dataset::new(&scenario.data()).expect("room for its tables"));
    let mut by_key = vec![0; scenario.keys as usize];
    for partition in 0..dataset.partition_count() {
        for batch in scan(&dataset, Table::Prompts, partition, &[1]) {
            batch.column(0).as_int64().values().iter().for_each(|&key| by_key[key as usize] += 1);
        }
    }
    (0..scenario.keys).map(|rank| by_key[dataset.keys().key_of_rank(rank) as usize]).collect()
}

/// Pearson's statistic, in standard deviations above its mean: it has `bins - 1` degrees of freedom.
fn surprise(observed: &[u64], expected: &[f64]) -> f64 {
    assert!(expected.iter().all(|expected| *expected >= 5.0), "every bin is large enough for the statistic");
    let statistic: f64 = observed
        .iter()
        .zip(expected)
        .map(|(observed, expected)| (*observed as f64 - expected).powi(2) / expected)
        .sum();
    let freedom = (observed.len() - 1) as f64;
    (statistic - freedom) / (2.0 * freedom).sqrt()
}

/// Merges ranks from the last upwards until every bin expects at least 20 rows.
fn binned(observed: &[u64], probabilities: &[f64], rows: u64) -> (Vec<u64>, Vec<f64>) {
    let (mut bins, mut expected) = (vec![0], vec![0.0]);
    for (count, probability) in observed.iter().zip(probabilities).rev() {
        if expected.last().is_some_and(|last| *last >= 20.0) {
            bins.push(0);
            expected.push(0.0);
        }
        *bins.last_mut().expect("one bin at least") += count;
        *expected.last_mut().expect("one bin at least") += probability * rows as f64;
    }
    (bins, expected)
}

fn check_fit(skew: Skew, probabilities: &[f64]) {
    let sum: f64 = probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-9, "probabilities of {skew:?} add up to {sum}");
    for seed in [1, 2, 3] {
        let observed = counts_by_rank(&scenario(skew, seed));
        assert_eq!(observed.iter().sum::<u64>(), ROWS, "each row has a key");
        let (bins, expected) = binned(&observed, probabilities, ROWS);
        let surprise = surprise(&bins, &expected);
        assert!(surprise < 5.0, "{skew:?}, seed {seed}: {surprise} deviations in {} bins", bins.len());
        // Too good a fit is no draw at all.
        assert!(surprise > -5.0, "{skew:?}, seed {seed}: {surprise} deviations in {} bins", bins.len());
    }
}

fn zipf_probabilities(exponent: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=KEYS).map(|rank| (rank as f64).powf(-exponent)).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

#[test]
fn uniform_keys_are_equally_likely() {
    check_fit(Skew::Uniform {}, &vec![1.0 / KEYS as f64; KEYS as usize]);
    check_fit(Skew::Zipf { exponent: 0.0 }, &vec![1.0 / KEYS as f64; KEYS as usize]);
}

#[test]
fn zipf_keys_have_the_weights_of_their_ranks() {
    for exponent in [0.5, 1.0, 1.1, 2.0, 2.5] {
        check_fit(Skew::Zipf { exponent }, &zipf_probabilities(exponent));
    }
}

#[test]
fn zipf_keys_are_distributed_as_those_of_rand_distr() {
    for exponent in [0.5, 1.1, 2.5] {
        let ours = counts_by_rank(&scenario(Skew::Zipf { exponent }, 4));
        let zipf = Zipf::new(KEYS as f64, exponent).expect("a valid exponent");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut theirs = vec![0u64; KEYS as usize];
        (0..ROWS).for_each(|_| theirs[zipf.sample(&mut rng) as usize - 1] += 1);
        // Two-sample Kolmogorov-Smirnov over the ranks; 1.95 is the limit for one in a thousand, and conservative
        // here, where many draws are equal.
        let (mut below, mut distance) = ([0u64; 2], 0.0f64);
        for (ours, theirs) in ours.iter().zip(&theirs) {
            below = [below[0] + ours, below[1] + theirs];
            distance = distance.max(below[0].abs_diff(below[1]) as f64 / ROWS as f64);
        }
        let limit = 1.95 * (2.0 / ROWS as f64).sqrt();
        assert!(distance < limit, "exponent {exponent}: {distance} apart, the limit is {limit}");
    }
}

#[test]
fn a_hot_key_has_its_share_and_the_others_share_the_rest_equally() {
    for share in [0.01, 0.3, 0.95] {
        let mut probabilities = vec![(1.0 - share) / (KEYS - 1) as f64; KEYS as usize];
        probabilities[0] = share;
        check_fit(Skew::HotKey { share }, &probabilities);
    }
}

#[test]
fn a_hot_key_is_never_colder_than_the_others() {
    check_fit(Skew::HotKey { share: 0.0 }, &vec![1.0 / KEYS as f64; KEYS as usize]);
    check_fit(Skew::HotKey { share: 0.0005 }, &vec![1.0 / KEYS as f64; KEYS as usize]);
}

#[test]
fn one_key_and_two_keys_are_drawn_too() {
    for skew in SKEWS {
        for keys in [1, 2] {
            let scenario = Scenario { keys, rows: 1_000, ..scenario(skew, 1) };
            assert_eq!(counts_by_rank(&scenario).iter().sum::<u64>(), 1_000, "{skew:?} over {keys} keys");
        }
    }
}

#[test]
fn a_column_has_the_same_values_whatever_other_columns_are_read() {
    let scenario = Scenario { rows: 40_000, map_partitions: 2, ..scenario(Skew::Zipf { exponent: 1.1 }, 6) };
    for table in Table::ALL {
        let column_count = table.schema().fields().len();
        let whole = all_rows(&scenario, table.clone(), &(0..column_count).collect::<Vec<_>>());
        assert_eq!(whole.len() as u64, if table == Table::Prompts { scenario.rows } else { scenario.keys });
        for subset in 1u32..1 << column_count {
            let columns: Vec<usize> = (0..column_count).filter(|column| subset >> column & 1 == 1).collect();
            let part = all_rows(&scenario, table.clone(), &columns);
            let agrees = whole
                .iter()
                .zip(&part)
                .all(|(whole, part)| columns.iter().zip(part).all(|(&column, cell)| whole[column] == *cell));
            assert!(agrees && whole.len() == part.len(), "columns {columns:?} of {}", table.name());
        }
    }
}

#[test]
fn a_scan_gives_the_same_rows_in_batches_of_any_size() {
    let scenario = Scenario { rows: 3_000, ..scenario(Skew::HotKey { share: 0.3 }, 7) };
    let dataset = Arc::new(Dataset::new(&scenario.data()).expect("room for its tables"));
    for table in Table::ALL {
        let columns: Vec<usize> = (0..table.schema().fields().len()).collect();
        let rows = |limit: usize| -> Vec<Row> {
            let mut scan = dataset.scan(&table, 1, &columns);
            std::iter::from_fn(|| scan.next_batch(limit).expect("room for a batch"))
                .flat_map(|batch| rows_of(&batch))
                .collect()
        };
        let whole = rows(BATCH_ROWS);
        for limit in [1, 7, 64, 749] {
            assert_eq!(rows(limit), whole, "{} in batches of {limit}", table.name());
        }
    }
}

#[test]
fn partitions_hold_every_row_once_and_differ_by_one_at_most() {
    let mut draw = Draw::new(1);
    for _ in 0..200 {
        let (rows, partitions) = (1 + draw.below(5_000) as u64, 1 + draw.below(1_024) as u32);
        let scenario = Scenario { rows, keys: 10, map_partitions: partitions, ..Scenario::default() };
        let dataset = Dataset::new(&scenario.data()).expect("room for its tables");
        let mut next = 0;
        for partition in 0..partitions {
            let range = dataset.partition_rows(&Table::Prompts, partition);
            assert_eq!(range.start, next, "partition {partition} begins where the one before ends");
            let least = rows / u64::from(partitions);
            assert!((least..=least + 1).contains(&(range.end - range.start)), "{rows} over {partitions}");
            next = range.end;
        }
        assert_eq!(next, rows, "the last partition ends with the table");
    }
}

#[test]
fn scores_are_multiples_of_two_to_the_minus_20_and_one_in_50_is_null() {
    let rows = all_rows(&scenario(Skew::Uniform {}, 8), Table::Prompts, &[4]);
    let mut nulls = 0;
    let mut sum = 0.0;
    for row in &rows {
        match &row[0] {
            None => nulls += 1,
            Some(Cell::Float(bits)) => {
                let score = f64::from_bits(*bits);
                assert!((0.0..1.0).contains(&score), "{score} is in [0, 1)");
                assert_eq!((score * f64::from(1 << 20)).fract(), 0.0, "{score} is a multiple of 2^-20");
                sum += score;
            }
            Some(other) => panic!("a score is a double, not {other:?}"),
        }
    }
    // Five deviations of a binomial, and of a mean of uniform numbers.
    let (rows, nulls) = (rows.len() as f64, f64::from(nulls));
    assert!((nulls - rows / 50.0).abs() < 5.0 * (rows / 50.0).sqrt(), "{nulls} of {rows} are NULL");
    let mean = sum / (rows - nulls);
    assert!((mean - 0.5).abs() < 5.0 / (12.0 * rows).sqrt(), "the mean score is {mean}");
}

#[test]
fn text_and_language_belong_to_the_key() {
    let rows = all_rows(
        &Scenario { rows: 20_000, ..scenario(Skew::Zipf { exponent: 1.1 }, 9) },
        Table::Prompts,
        &[1, 2, 3],
    );
    let mut of_key = std::collections::BTreeMap::new();
    for row in rows {
        let belongs = row[1..].to_vec();
        assert_eq!(of_key.entry(row[0].clone()).or_insert_with(|| belongs.clone()), &belongs, "{:?}", row[0]);
        let Some(Cell::Text(text)) = &row[2] else { panic!("text is never NULL") };
        let words = text.split(' ').count();
        assert!((3..=18).contains(&words) && text.is_ascii() && !text.contains("  "), "{text:?}");
    }
    assert!(of_key.len() > 500, "{} keys", of_key.len());
}

#[test]
fn rewards_hold_every_key_once() {
    let rows = all_rows(&scenario(Skew::HotKey { share: 0.3 }, 10), Table::Rewards, &[0, 1]);
    let mut keys: Vec<_> = rows.iter().map(|row| row[0].clone()).collect();
    keys.sort();
    assert!(keys.into_iter().eq((0..KEYS as i64).map(|key| Some(Cell::Int(key)))), "0 to {KEYS}, once each");
    assert!(rows.iter().all(|row| row[1].is_some()), "every key has a reward");
}

/// Digests of whole tables; `tests/golden/digests.txt` has those of answers.
#[test]
fn tables_of_a_few_seeds_have_the_digests_of_the_golden_file() {
    let mut text = String::new();
    for (seed, skew) in (1..).zip(SKEWS) {
        let scenario = Scenario { rows: 5_000, keys: 700, map_partitions: 3, ..scenario(skew, seed) };
        let dataset = Arc::new(Dataset::new(&scenario.data()).expect("room for its tables"));
        for table in Table::ALL {
            let columns: Vec<usize> = (0..table.schema().fields().len()).collect();
            let mut digest = RowDigest::default();
            for partition in 0..dataset.partition_count() {
                scan(&dataset, table.clone(), partition, &columns)
                    .iter()
                    .for_each(|batch| digest.add_batch(batch));
            }
            let link = shuffle_engine::scenario::link::encode(&scenario);
            writeln!(text, "{link} {} {} {}", table.name(), digest.row_count, digest.hex())
                .expect("a String takes every write");
        }
    }
    golden::check("metrics-tables.txt", &text);
}
