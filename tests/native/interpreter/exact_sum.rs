//! The sum of doubles as if there were no rounding, then rounded once: to the nearest double, of two the even one.
//!
//! Every double is a whole number times 2^-1074, so a sum of them is one as well, and whole numbers of any size add up
//! without loss.

use num_bigint::{BigInt, BigUint, Sign};

/// The sum; NaN when a value is NaN or when both infinities are among them.
pub(super) fn sum(values: &[f64]) -> f64 {
    let (up, down) = (values.contains(&f64::INFINITY), values.contains(&f64::NEG_INFINITY));
    if values.iter().any(|value| value.is_nan()) || (up && down) {
        return f64::NAN;
    }
    if up || down {
        return if up { f64::INFINITY } else { f64::NEG_INFINITY };
    }
    let total: BigInt = values.iter().map(|&value| units(value)).sum();
    let size = nearest(total.magnitude());
    if total.sign() == Sign::Minus { -size } else { size }
}

/// The double nearest to a whole number's share, of two the even one: of the quotient of two doubles and its neighbours the one
/// whose product is nearest to the number.
pub(crate) fn mean(sum: i128, count: usize) -> f64 {
    let close = sum as f64 / count as f64;
    let exact = BigInt::from(sum) << 1074;
    let distance = |mean: f64| -> BigUint {
        let distance: BigInt = units(mean) * count - &exact;
        distance.magnitude().clone()
    };
    let mut nearest = [close.next_down(), close, close.next_up()];
    nearest.sort_by_key(|&mean| (distance(mean), mean.to_bits() & 1));
    nearest[0]
}

/// How many times 2^-1074 a finite double is.
fn units(value: f64) -> BigInt {
    let exponent = value.to_bits() >> 52 & 0x7ff;
    let fraction = value.to_bits() & ((1 << 52) - 1);
    let size = match exponent {
        0 => BigInt::from(fraction),
        exponent => BigInt::from(fraction + (1 << 52)) << (exponent - 1),
    };
    if value.is_sign_negative() { -size } else { size }
}

/// The double nearest to so many times 2^-1074.
fn nearest(units: &BigUint) -> f64 {
    // Bits that a double has no room for.
    let lost = units.bits().saturating_sub(53);
    let (mut kept, half) = (units >> lost, (BigUint::from(1u8) << lost) >> 1u8);
    let rest = units - (&kept << lost);
    if lost > 0 && (rest > half || (rest == half && kept.bit(0))) {
        kept += 1u8;
    }
    let kept = u64::try_from(kept).expect("53 bits, or 2^53 by rounding up");
    // A double's bits, read as a number, count units up to 2^53; each 2^52 more of them doubles the unit. Infinity comes next
    // after the largest double, and nothing comes after it.
    f64::from_bits(((lost.min(2046) << 52) + kept).min(f64::INFINITY.to_bits()))
}

#[test]
fn an_exact_sum_keeps_what_a_usual_one_loses() {
    assert_eq!(sum(&[1e300, 1.0, -1e300, 0.5]), 1.5);
    assert_eq!(
        sum(&[0.1; 10]),
        1.0,
        "ten times the double nearest to a tenth is nearer to 1 than to its neighbours"
    );
    assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX, "too large only on the way");
    assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
    assert_eq!(sum(&[f64::MAX, 9.9e291]), f64::MAX, "less than half of the last digit");
    assert_eq!(sum(&[f64::MAX, 1e292]), f64::INFINITY, "more than half of it");
    assert_eq!(sum(&[5e-324, 5e-324, -1.5e-323]), -5e-324);
    let above_one = f64::from_bits(1.0f64.to_bits() + 1);
    assert_eq!(sum(&[1.0, f64::EPSILON / 2.0]), 1.0, "a tie goes to the even one, below");
    assert_eq!(sum(&[above_one, f64::EPSILON / 2.0]), above_one + f64::EPSILON, "and above");
    assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan() && sum(&[1.0, f64::NAN]).is_nan());
}

#[test]
fn two_doubles_sum_as_the_processor_adds_them() {
    let mut state = 7u64;
    for _ in 0..20_000 {
        let mut next = || {
            state = shuffle_engine::random::mix64(state.wrapping_add(0x9e37_79b9));
            f64::from_bits(state)
        };
        let (left, right) = (next(), next());
        let near = f64::from_bits(left.to_bits() ^ right.to_bits() >> 14);
        for right in [right, near, -near] {
            let (ours, theirs) = (sum(&[left, right]), left + right);
            assert!(ours == theirs || (ours.is_nan() && theirs.is_nan()), "{left:e} + {right:e}: {ours:e}");
        }
    }
}
