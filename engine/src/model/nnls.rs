//! Non-negative least squares: the x >= 0 with the smallest |Ax - b|.
//!
//! The active-set method of C. Lawson and R. Hanson, *Solving Least Squares Problems* (1974), chapter 23, for a
//! handful of columns: columns enter one at a time, the one along which the error falls fastest first, and leave
//! when they would turn negative. A cost below zero explains nothing, so it is not a candidate.
//!
//! A column that is (nearly) a combination of columns that are in already cannot be told from them by these
//! rows; it stays out and is reported as [`Share::Inseparable`].

/// Squared sine of the smallest angle at which two directions count as different: 1e-3 of a right angle.
const SEPARABLE: f64 = 1e-6;
/// Improvements below this share of the right-hand side's norm are rounding.
const ROUNDING: f64 = 1e-10;

/// What became of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// Its value is the best one.
    Fitted,
    /// It is zero in every row: nothing is known about it.
    Unseen,
    /// These rows cannot tell it from the fitted columns; its value is 0 and theirs carry its part.
    Inseparable,
}

/// The solution, a value and what became of it a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Solution {
    /// By column, none negative.
    pub(super) values: Vec<f64>,
    /// By column.
    pub(super) shares: Vec<Share>,
}

/// Solves for `columns` weights. Each row is its coefficients and its right-hand side.
///
/// # Panics
/// When a row has another number of coefficients.
pub(super) fn solve(columns: usize, rows: &[(Vec<f64>, f64)]) -> Solution {
    let system = Normal::new(columns, rows);
    let mut passive: Vec<usize> = Vec::new();
    let mut x = vec![0.0; columns];
    let mut barred: Vec<bool> = system.norms.iter().map(|&norm| norm == 0.0).collect();
    let mut inseparable = vec![false; columns];
    // Each pass lets one column in; the bound stops a cycle that rounding might make.
    for _ in 0..columns * columns + columns {
        let gradient = system.gradient(&x);
        let candidate = (0..columns)
            .filter(|&column| !barred[column] && !passive.contains(&column))
            .filter(|&column| gradient[column] > ROUNDING * system.scale)
            .max_by(|&a, &b| gradient[a].total_cmp(&gradient[b]).then(b.cmp(&a)));
        let Some(entering) = candidate else { break };
        passive.push(entering);
        if system.solve(&passive).is_none() {
            passive.pop();
            (barred[entering], inseparable[entering]) = (true, true);
            continue;
        }
        step_to_feasible(&system, &mut passive, &mut x);
    }
    for column in (0..columns).filter(|&column| system.norms[column] > 0.0 && !passive.contains(&column)) {
        let mut with = passive.clone();
        with.push(column);
        inseparable[column] |= system.solve(&with).is_none();
    }
    let shares = (0..columns)
        .map(|column| match (system.norms[column] > 0.0, inseparable[column]) {
            (false, _) => Share::Unseen,
            (true, true) => Share::Inseparable,
            (true, false) => Share::Fitted,
        })
        .collect();
    let values = x
        .iter()
        .zip(&system.norms)
        .map(|(&value, &norm)| if norm > 0.0 { value / norm } else { 0.0 })
        .collect();
    Solution { values, shares }
}

/// Moves to the unconstrained best of the passive columns; those that would turn negative on the way leave.
fn step_to_feasible(system: &Normal, passive: &mut Vec<usize>, x: &mut [f64]) {
    while let Some(best) = system.solve(passive) {
        let stop = passive
            .iter()
            .zip(&best)
            .filter(|(_, value)| **value <= 0.0)
            .map(|(&column, &value)| x[column] / (x[column] - value).max(f64::MIN_POSITIVE))
            .fold(1.0, f64::min);
        for (&column, &value) in passive.iter().zip(&best) {
            x[column] += stop * (value - x[column]);
        }
        if stop >= 1.0 && best.iter().all(|&value| value > 0.0) {
            return;
        }
        passive.retain(|&column| {
            let stays = x[column] > ROUNDING;
            if !stays {
                x[column] = 0.0;
            }
            stays
        });
        if passive.is_empty() {
            return;
        }
    }
}

/// The normal equations over columns of length one, which makes different units comparable.
struct Normal {
    gram: Vec<Vec<f64>>,
    right: Vec<f64>,
    norms: Vec<f64>,
    scale: f64,
}

impl Normal {
    fn new(columns: usize, rows: &[(Vec<f64>, f64)]) -> Self {
        for (row, _) in rows {
            assert_eq!(row.len(), columns, "a coefficient for each column");
        }
        let norm = |column: usize| rows.iter().map(|(row, _)| row[column] * row[column]).sum::<f64>().sqrt();
        let norms: Vec<f64> = (0..columns).map(norm).collect();
        let unit = |row: &[f64], column: usize| {
            if norms[column] > 0.0 { row[column] / norms[column] } else { 0.0 }
        };
        let dot = |a: usize, b: usize| rows.iter().map(|(row, _)| unit(row, a) * unit(row, b)).sum::<f64>();
        let gram = (0..columns).map(|a| (0..columns).map(|b| dot(a, b)).collect()).collect();
        let right = (0..columns).map(|a| rows.iter().map(|(row, y)| unit(row, a) * y).sum()).collect();
        let scale = rows.iter().map(|(_, y)| y * y).sum::<f64>().sqrt();
        Normal { gram, right, norms, scale }
    }

    fn gradient(&self, x: &[f64]) -> Vec<f64> {
        self.gram
            .iter()
            .zip(&self.right)
            .map(|(row, right)| right - row.iter().zip(x).map(|(a, x)| a * x).sum::<f64>())
            .collect()
    }

    /// The unconstrained solution over some columns, by Cholesky; `None` when they cannot be told apart.
    fn solve(&self, columns: &[usize]) -> Option<Vec<f64>> {
        let size = columns.len();
        let mut lower = vec![vec![0.0; size]; size];
        for i in 0..size {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
                let rest = self.gram[columns[i]][columns[j]] - known;
                if i == j {
                    // What is left of a column of length one once the columns before it are taken out.
                    if rest < SEPARABLE {
                        return None;
                    }
                    lower[i][i] = rest.sqrt();
                } else {
                    lower[i][j] = rest / lower[j][j];
                }
            }
        }
        let mut x = vec![0.0; size];
        for i in 0..size {
            let known: f64 = (0..i).map(|k| lower[i][k] * x[k]).sum();
            x[i] = (self.right[columns[i]] - known) / lower[i][i];
        }
        for i in (0..size).rev() {
            let known: f64 = (i + 1..size).map(|k| lower[k][i] * x[k]).sum();
            x[i] = (x[i] - known) / lower[i][i];
        }
        Some(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(solution: &Solution, expected: &[f64]) {
        for (value, expected) in solution.values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-9, "{:?} should be {expected:?}", solution.values);
        }
    }

    #[test]
    fn finds_what_made_the_rows() {
        let rows: Vec<_> =
            [(1.0, 0.0), (1.0, 2.0), (1.0, 5.0)].map(|(a, b)| (vec![a, b], 3.0 * a + 0.5 * b)).into();
        assert_close(&solve(2, &rows), &[3.0, 0.5]);
    }

    #[test]
    fn a_column_that_would_be_negative_is_zero() {
        // Without the bound: 2 - t. With it the slope is 0 and the best constant is the mean.
        let rows = [(vec![1.0, 0.0], 2.0), (vec![1.0, 1.0], 1.0), (vec![1.0, 2.0], 0.0)];
        assert_close(&solve(2, &rows), &[1.0, 0.0]);
    }

    #[test]
    fn scales_of_columns_do_not_matter() {
        let rows: Vec<_> = [(1.0, 4.0), (2.0, 1.0), (3.0, 5.0)]
            .map(|(a, b)| (vec![a * 1e9, b * 1e-6], 2.0 * a + 7.0 * b))
            .into();
        let solution = solve(2, &rows);
        assert!(
            (solution.values[0] * 1e9 - 2.0).abs() < 1e-6 && (solution.values[1] * 1e-6 - 7.0).abs() < 1e-6
        );
    }

    #[test]
    fn twins_and_empty_columns_are_named() {
        let rows = [(vec![1.0, 2.0, 0.0], 4.0), (vec![2.0, 4.0, 0.0], 8.0)];
        let solution = solve(3, &rows);
        assert_eq!(solution.shares[2], Share::Unseen);
        assert_eq!(solution.shares.iter().filter(|share| **share == Share::Inseparable).count(), 1);
        let explained = solution.values[0] + 2.0 * solution.values[1];
        assert!((explained - 4.0).abs() < 1e-9, "one of the twins carries both: {:?}", solution.values);
    }

    #[test]
    fn nothing_to_fit_is_all_zero() {
        assert_close(&solve(2, &[]), &[0.0, 0.0]);
        assert_close(&solve(2, &[(vec![1.0, 1.0], 0.0)]), &[0.0, 0.0]);
    }
}
