//! A scan gives the rows of a table's partition. Its condition is decided while rows are generated, so that a row which is dropped
//! is never finished.

use std::sync::Arc;

use super::evaluate_predicate;
use crate::dataset::{Dataset, RowFilter, Scan, Table};
use crate::plan::ScanPredicate;

/// A scan of one partition of a table, and of its rows only those for which the condition is true.
pub fn scan(
    dataset: &Arc<Dataset>,
    table: &Table,
    partition: u32,
    column_indices: &[usize],
    predicate: Option<&ScanPredicate>,
) -> Scan {
    let scan = dataset.scan(table, partition, column_indices);
    let Some(ScanPredicate { column_indices, predicate }) = predicate.cloned() else { return scan };
    let keep = Box::new(move |batch: &_| evaluate_predicate(&predicate, batch));
    scan.filtered(RowFilter { column_indices, keep })
}
