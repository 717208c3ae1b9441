//! Skew as numbers people know: max over median (Spark calls a partition skewed above 5), max over mean.

/// The largest value over the median; `None` when the median is 0. The median of an even number of values is the
/// mean of the two in the middle.
pub fn max_over_median(values: &[u64]) -> Option<f64> {
    let max = *values.iter().max()?;
    let median = median(values)?;
    (median > 0.0).then(|| max as f64 / median)
}

/// The largest value over the mean; `None` when all are 0.
pub fn max_over_mean(values: &[u64]) -> Option<f64> {
    let max = *values.iter().max()?;
    let sum: u64 = values.iter().sum();
    (sum > 0).then(|| max as f64 * values.len() as f64 / sum as f64)
}

/// The values in ascending order.
pub fn ascending(mut values: Vec<u64>) -> Vec<u64> {
    values.sort_unstable();
    values
}

/// The median; `None` of nothing.
pub fn median(values: &[u64]) -> Option<f64> {
    let sorted = ascending(values.to_vec());
    let middle = sorted.len().checked_sub(1)? / 2;
    let upper = sorted.len() / 2;
    Some((sorted[middle] as f64 + sorted[upper] as f64) / 2.0)
}
