//! Equations: measured times on the right, counted items on the left, one column for each term that is wanted.

use super::cost::CostModel;
use super::nnls::{Share, solve};
use super::terms::{RowCost, SharedCost, Source, Unit};

/// A browser's clock ticks at 100 us where a page is not cross-origin isolated
/// (<https://www.w3.org/TR/hr-time-3/#clock-resolution>), so what is shorter is not known to a percent.
const TICK_MICROS: f64 = 100.0;

/// The term that a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// A row cost of the kind of stage at this place in [`CostModel::stages`].
    Row(usize, RowCost),
    /// A cost that all stages share.
    Shared(SharedCost),
}

impl Column {
    fn unit(self, cost: &CostModel) -> Unit {
        match self {
            Column::Row(kind, row) => cost.stages[kind].term(row).unit,
            Column::Shared(shared) => cost.term(shared).unit,
        }
    }

    fn set(self, cost: &mut CostModel, value: f64, source: Source) {
        match self {
            Column::Row(kind, row) => cost.stages[kind].set(row, value, source),
            Column::Shared(shared) => cost.set(shared, value, source),
        }
    }
}

/// Equations over some terms. Each is divided by its measurement, so that a percent of a small run counts like a
/// percent of a large one.
#[derive(Debug)]
pub(super) struct Equations {
    columns: Vec<Column>,
    /// How many of a column's unit make a microsecond.
    per_micro: Vec<f64>,
    rows: Vec<(Vec<f64>, f64)>,
}

impl Equations {
    /// No equation yet, over these terms of `cost`.
    pub(super) fn new(columns: Vec<Column>, cost: &CostModel) -> Self {
        let per_micro = columns.iter().map(|column| column.unit(cost).per_micro()).collect();
        Equations { columns, per_micro, rows: Vec::new() }
    }

    /// Adds an equation: this many items of each column took so many microseconds together.
    pub(super) fn add(&mut self, counts: &[f64], micros: f64) {
        assert_eq!(counts.len(), self.columns.len(), "a count for each column");
        let weight = 1.0 / (micros + TICK_MICROS);
        let coefficients =
            counts.iter().zip(&self.per_micro).map(|(count, per_micro)| count / per_micro * weight);
        self.rows.push((coefficients.collect(), micros * weight));
    }

    /// Gives the terms the values that fit best. A term that stands in no equation keeps the value that it has.
    pub(super) fn fit(&self, cost: &mut CostModel) {
        let solution = solve(self.columns.len(), &self.rows);
        let fitted = self.columns.iter().zip(&solution.values).zip(&solution.shares).enumerate();
        for (at, ((column, &value), share)) in fitted {
            let source = match share {
                Share::Unseen => continue,
                Share::Inseparable if value == 0.0 => Source::Inseparable,
                Share::Inseparable | Share::Fitted => {
                    let observations = self.rows.iter().filter(|(row, _)| row[at] != 0.0).count() as u32;
                    Source::Fitted { observations }
                }
            };
            column.set(cost, value, source);
        }
    }
}
