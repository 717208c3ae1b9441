//! Exact sums against whole-number arithmetic: any order, any grouping, any doubles, one rounding.

use num_bigint::{BigInt, Sign};
use proptest::prelude::*;
use shuffle_engine::EngineError;
use shuffle_engine::operator::ExactSum;

/// A double as a whole number of 2^-1074.
fn units(value: f64) -> BigInt {
    let bits = value.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as u32, bits & ((1 << 52) - 1));
    let mantissa = if field == 0 { fraction } else { fraction | 1 << 52 };
    let magnitude = BigInt::from(mantissa) << (field.max(1) - 1);
    if value.is_sign_negative() { -magnitude } else { magnitude }
}

/// The nearest double to so many units, ties to even.
fn rounded(units: &BigInt) -> f64 {
    let (sign, magnitude) = (units.sign(), units.magnitude());
    let excess = magnitude.bits().saturating_sub(53);
    let kept = magnitude >> excess;
    let below = magnitude - (&kept << excess);
    let half = if excess == 0 { BigInt::from(1u8) } else { BigInt::from(1u8) << (excess - 1) };
    let is_odd = kept.bit(0);
    let up = match BigInt::from(below).cmp(&half) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => is_odd,
        std::cmp::Ordering::Less => false,
    };
    let mantissa = u64::try_from(kept).expect("53 bits") + u64::from(up);
    // Multiplied by 2^excess and by 2^-1074 in steps that are exact, or overflow as they should.
    let mut value = f64::from_bits(0);
    if mantissa > 0 {
        let exponent = excess as i32 - 1074;
        let first = exponent.clamp(-1000, 900);
        value = mantissa as f64 * 2f64.powi(first) * 2f64.powi(exponent - first);
    }
    if sign == Sign::Minus { -value } else { value }
}

fn sum_of(values: &[f64]) -> ExactSum {
    let mut sum = ExactSum::default();
    values.iter().for_each(|&value| sum.add(value));
    sum
}

fn any_finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |value| value.is_finite()),
        -1e3..1e3f64,
        Just(0.1),
        Just(-0.0),
        Just(f64::MAX),
        Just(-f64::MAX),
        Just(f64::from_bits(1)),
        Just(f64::MIN_POSITIVE),
        (-60i32..60, any::<bool>()).prop_map(|(power, minus)| if minus {
            -2f64.powi(power)
        } else {
            2f64.powi(power)
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sum_is_the_rounded_whole_number_in_any_order_and_any_grouping(
        values in prop::collection::vec(any_finite(), 0..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let exact: BigInt = values.iter().map(|&value| units(value)).sum();
        let expected = rounded(&exact);
        let sum = sum_of(&values);
        prop_assert_eq!(sum.value().to_bits(), expected.to_bits(), "{} instead of {}", sum.value(), expected);
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        prop_assert_eq!(sum_of(&sorted).value().to_bits(), expected.to_bits(), "another order");
        let (left, right) = values.split_at(cut.index(values.len() + 1));
        let mut parsed = ExactSum::parse(&sum_of(right).to_text()).expect("its own text");
        parsed.merge(&ExactSum::parse(&sum_of(left).to_text()).expect("its own text"));
        prop_assert_eq!(parsed.value().to_bits(), expected.to_bits(), "in two parts, as text");
        prop_assert_eq!(parsed.to_text(), sum.to_text(), "a number has one text");
    }

    #[test]
    fn whatever_is_no_sum_is_refused_without_a_panic(text in "[-0-9a-f@ ni]{0,40}") {
        if let Ok(sum) = ExactSum::parse(&text) {
            let _ = sum.value();
            let _ = sum.to_text();
        }
    }
}

#[test]
fn what_overflows_on_the_way_comes_back() {
    assert_eq!(sum_of(&[1e308, 1e308, -1e308]).value(), 1e308);
    assert_eq!(sum_of(&[1e308; 2]).value(), f64::INFINITY);
    assert_eq!(sum_of(&[1e16, 1.0, -1e16]).value(), 1.0);
    assert_eq!(sum_of(&[]).value().to_bits(), 0);
    assert_eq!(sum_of(&[-0.0]).value().to_bits(), 0);
}

#[test]
fn a_window_that_fills_up_moves_on() {
    // A million of the largest that fit the window, doubled by merging until it overflows many times.
    let mut sum = sum_of(&vec![1.3e8; 1 << 20]);
    for _ in 0..20 {
        let twin = sum.clone();
        sum.merge(&twin);
    }
    assert_eq!(sum.value(), 1.3e8 * 2f64.powi(40));
}

#[test]
fn infinities_and_nan_decide_as_they_do_in_additions() {
    let value = |values: &[f64]| ExactSum::parse(&sum_of(values).to_text()).expect("its own text").value();
    assert_eq!(value(&[1.0, f64::INFINITY]), f64::INFINITY);
    assert_eq!(value(&[f64::NEG_INFINITY, f64::MAX]), f64::NEG_INFINITY);
    assert!(value(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    assert!(value(&[f64::NAN, 1.0]).is_nan());
}

#[test]
fn a_malformed_state_is_named() {
    for text in ["", "12", "@32", "-@32", "1g@3", "1@99", "1@-1", "+1@32", "1@32 ", "1@32 infinity", "é@32"]
    {
        let error = ExactSum::parse(text).expect_err(text);
        assert!(matches!(error, EngineError::Protocol { .. }), "{text}: {error}");
    }
}
