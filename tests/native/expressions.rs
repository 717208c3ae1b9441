//! Lists, choices and casts on the values that are easily wrong: NULL, NaN, -0.0, the limits of an integer, no text.
//!
//! What is expected is what DuckDB 1.4 answers, but for two things that follow Spark: a number is cut off where DuckDB rounds,
//! and what is too large for an Int64 is NULL, as in DuckDB's `try_cast`.

use std::sync::Arc;

use shuffle_engine::columnar::{Column, DataType, RecordBatch, Schema, Utf8Column};
use shuffle_engine::operator::evaluate;
use shuffle_engine::plan::{Expr, Kind, Value, coalesce, lit, null, when};

const INTS: [Option<i64>; 7] = [Some(0), Some(1), Some(i64::MAX), Some(i64::MIN), None, Some(3), Some(2)];
const FLOATS: [Option<f64>; 7] = [
    Some(-0.0),
    Some(f64::NAN),
    Some(1.5),
    Some(f64::INFINITY),
    None,
    Some(-2.5),
    Some(9_223_372_036_854_775_807.0),
];
const TEXTS: [Option<&str>; 7] =
    [Some(""), Some("1"), Some(" 42 "), Some("1.9"), None, Some("x"), Some("-7")];

fn batch() -> RecordBatch {
    let types = [("i", DataType::Int64), ("f", DataType::Float64), ("s", DataType::Utf8)];
    let columns = vec![
        Column::Int64(INTS.into_iter().collect()),
        Column::Float64(FLOATS.into_iter().collect()),
        Column::Utf8(Utf8Column::of(TEXTS).expect("short texts")),
    ];
    RecordBatch::new(Arc::new(Schema::new(types)), columns)
}

fn i() -> Expr<usize> {
    Expr::Column(0)
}

fn f() -> Expr<usize> {
    Expr::Column(1)
}

fn s() -> Expr<usize> {
    Expr::Column(2)
}

/// The values, with a dash for NULL.
fn values(expr: Expr<usize>) -> String {
    let column = evaluate(&expr, &batch()).expect("it fits");
    let texts = (0..column.len()).map(|row| column.text(row).unwrap_or_else(|| "-".to_owned()));
    texts.collect::<Vec<_>>().join(" ")
}

const NO_INT: Value = Value::Null(Kind::Value(DataType::Int64));

#[test]
fn a_value_is_in_a_list_as_sql_says() {
    assert_eq!(values(i().is_in([Value::Int64(0), Value::Int64(1), NO_INT])), "1 1 - - - - -");
    assert_eq!(values(i().is_in([0, 1])), "1 1 0 0 - 0 0");
    assert_eq!(values(!i().is_in([0, 1])), "0 0 1 1 - 1 1");
    assert_eq!(values(f().is_in([0.0, f64::NAN])), "1 1 0 0 - 0 0", "there is one zero, and NaN equals NaN");
    assert_eq!(values(f().is_in([i64::MAX, 3])), "0 0 0 0 - 0 1", "an integer beside a double is a double");
    assert_eq!(values(i().is_in([3.0, 0.5])), "0 0 0 0 - 1 0");
    assert_eq!(values(s().is_in(["x", ""])), "1 0 0 0 - 1 0");
    assert_eq!(values(i().is_in([NO_INT])), "- - - - - - -");
    assert_eq!(values(i().is_in([] as [i64; 0])), "0 0 0 0 0 0 0", "nothing is in an empty list");
    assert_eq!(values(null(DataType::Int64).is_in([1])), "- - - - - - -");
}

#[test]
fn the_first_value_that_is_not_null_is_taken() {
    assert_eq!(values(coalesce([i(), lit(7)])), "0 1 9223372036854775807 -9223372036854775808 7 3 2");
    assert_eq!(values(coalesce([s(), lit("none")])), " 1  42  1.9 none x -7");
    assert_eq!(values(coalesce([f(), i(), lit(0)])), "-0 NaN 1.5 inf 0 -2.5 9223372036854776000");
    assert_eq!(values(coalesce([null(DataType::Int64), f().is_null()])), "0 0 0 0 1 0 0");
    assert_eq!(values(coalesce([null(DataType::Utf8)])), "- - - - - - -");
}

#[test]
fn the_first_condition_that_is_true_decides() {
    assert_eq!(values(when(i().gt(0)).then(i()).otherwise(-1)), "-1 1 9223372036854775807 -1 -1 3 2");
    assert_eq!(values(when(i().gt(0)).then(i()).otherwise(0.5)), "0.5 1 9223372036854776000 0.5 0.5 3 2");
    assert_eq!(values(when(i().gt(0)).then("y").otherwise("n")), "n y y n n y y");
    let both = when(i().gt(2)).then("many").when(i().gt(0)).then(s()).otherwise(null(DataType::Utf8));
    assert_eq!(values(both), "- 1 many - - many -7");
    assert_eq!(values(when(f().is_null()).then(f().is_null()).otherwise(i().gt(1))), "0 0 1 0 1 1 1");
}

#[test]
fn a_value_is_read_as_another_type_or_is_null() {
    assert_eq!(values(f().cast(DataType::Int64)), "0 - 1 - - -2 -");
    assert_eq!(values(s().cast(DataType::Int64)), "- 1 42 1 - - -7");
    assert_eq!(values(s().cast(DataType::Float64)), "- 1 42 1.9 - - -7");
    assert_eq!(values(i().cast(DataType::Float64)), "0 1 9223372036854776000 -9223372036854776000 - 3 2");
    assert_eq!(values(i().cast(DataType::Utf8)), "0 1 9223372036854775807 -9223372036854775808 - 3 2");
    assert_eq!(values(f().cast(DataType::Utf8)), "0 NaN 1.5 inf - -2.5 9223372036854776000");
    assert_eq!(values(i().gt(1).cast(DataType::Utf8)), "0 0 1 0 - 1 1");
    let int_of = |text: &str| values(lit(text).cast(DataType::Int64)).split(' ').next().map(str::to_owned);
    for (text, int) in [
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "-"),
        ("+5", "5"),
        (".5", "0"),
        ("5.", "5"),
        ("-", "-"),
        (".", "-"),
        ("1e3", "-"),
        ("1 2", "-"),
        ("--1", "-"),
        ("\t8\n", "8"),
    ] {
        assert_eq!(int_of(text).as_deref(), Some(int), "{text:?}");
    }
    let least = -9_223_372_036_854_775_808.0;
    assert_eq!(values(lit(least).cast(DataType::Int64)).split(' ').next(), Some("-9223372036854775808"));
}

#[test]
fn an_expression_travels_as_a_flat_list_and_what_is_none_is_refused() {
    let deep = (0..255).fold(i(), |sum, _| sum + 1);
    let text = serde_json::to_string(&deep).expect("it is written");
    let read: Expr<usize> = serde_json::from_str(&text).expect("JSON's limit on nesting is not met");
    assert_eq!(read, deep);
    let mixed = when(i().is_in([1])).then(s()).otherwise(coalesce([f().cast(DataType::Utf8), lit("x")]));
    let text = serde_json::to_string(&mixed).expect("it is written");
    assert_eq!(serde_json::from_str::<Expr<usize>>(&text).expect("it is read"), mixed);
    let refused = |text: &str| serde_json::from_str::<Expr<usize>>(text).expect_err(text).to_string();
    let too_deep = format!("[{{\"Column\":0}}{}]", ",{\"Unary\":\"Not\"}".repeat(100_000));
    assert!(refused(&too_deep).contains("more than 512 operators on top of each other"));
    assert!(refused("[]").contains("not one expression"));
    assert!(refused("[{\"Column\":0},{\"Column\":0}]").contains("not one expression"));
    assert!(refused("[{\"Column\":0},{\"Binary\":\"Add\"}]").contains("an operator without its operands"));
}

#[test]
fn the_deepest_expression_that_is_read_is_evaluated_on_a_small_stack() {
    let work = || {
        let sum =
            format!("[{{\"Column\":0}}{}]", ",{\"Literal\":{\"Int64\":1}},{\"Binary\":\"Add\"}".repeat(511));
        let read: Expr<usize> = serde_json::from_str(&sum).expect("a sum of 511 ones is read");
        assert_eq!(values(read.clone()).split(' ').next(), Some("511"));
        assert!(read.to_string().ends_with("+ 1 + 1"));
        let not = format!("[{{\"Literal\":{{\"Truth\":true}}}}{}]", ",{\"Unary\":\"Not\"}".repeat(510));
        let read: Expr<usize> =
            serde_json::from_str(&not).expect("a condition that is turned 510 times is read");
        assert_eq!(values(read), "1 1 1 1 1 1 1");
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(work).expect("a thread starts");
    thread.join().expect("what is read is evaluated");
}
