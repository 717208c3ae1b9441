//! Numbers as bits that compare as the numbers do, so that one comparison of integers orders any of them.

/// An integer as an unsigned number of the same order.
#[inline]
pub(crate) fn bits_of_int(value: i64) -> u64 {
    value as u64 ^ 1 << 63
}

/// The integer of these bits.
#[inline]
pub(crate) fn int_of_bits(bits: u64) -> i64 {
    (bits ^ 1 << 63) as i64
}

/// A double as an unsigned number of the same order: -0.0 is 0.0, NaN is above everything, as in Spark.
#[inline]
pub(crate) fn bits_of_float(value: f64) -> u64 {
    let bits = if value.is_nan() { f64::NAN } else { value + 0.0 }.to_bits();
    // The smaller a negative number, the larger its bits.
    bits ^ ((bits as i64 >> 63) as u64 | 1 << 63)
}

/// The double of these bits.
#[inline]
pub(crate) fn float_of_bits(bits: u64) -> f64 {
    f64::from_bits(if bits >> 63 == 0 { !bits } else { bits ^ 1 << 63 })
}
