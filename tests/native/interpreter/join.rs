//! Joins, row by row: a map from the build rows' keys to the rows.

use std::collections::BTreeMap;

use shuffle_engine::plan::{JoinKey, JoinKind};

use super::cell::Cell;
use super::rows::{Row, Rows, place_of};

/// Rows of two inputs that agree in all keys; NULL meets nothing.
pub(super) fn join(probe: &Rows, build: &Rows, keys: &[JoinKey], kind: JoinKind) -> Rows {
    let probe_at: Vec<usize> = keys.iter().map(|key| place_of(&probe.names, &key.probe)).collect();
    let build_at: Vec<usize> = keys.iter().map(|key| place_of(&build.names, &key.build)).collect();
    let mut table: BTreeMap<Vec<Cell>, Vec<&Row>> = BTreeMap::new();
    for row in &build.rows {
        if let Some(cells) = cells(row, &build_at) {
            table.entry(cells).or_default().push(row);
        }
    }
    // A key of one name on both sides comes out once.
    let is_named_alike = |name: &String| keys.iter().any(|key| key.build == *name && key.probe == *name);
    let others: Vec<usize> = match kind {
        JoinKind::Inner | JoinKind::LeftOuter => {
            (0..build.names.len()).filter(|&at| !is_named_alike(&build.names[at])).collect()
        }
        JoinKind::Semi | JoinKind::Anti => vec![],
    };
    let mut rows = Vec::new();
    for row in &probe.rows {
        let met = cells(row, &probe_at).and_then(|cells| table.get(&cells));
        let beside = |other: &Row| -> Row {
            row.iter().cloned().chain(others.iter().map(|&at| other[at].clone())).collect()
        };
        match (met, kind) {
            (Some(met), JoinKind::Inner | JoinKind::LeftOuter) => {
                rows.extend(met.iter().map(|other| beside(other)));
            }
            (None, JoinKind::LeftOuter) => rows.push(beside(&vec![None; build.names.len()])),
            (Some(_), JoinKind::Semi) | (None, JoinKind::Anti) => rows.push(row.clone()),
            (None, JoinKind::Inner | JoinKind::Semi) | (Some(_), JoinKind::Anti) => {}
        }
    }
    let others = others.into_iter().map(|at| build.names[at].clone());
    Rows { names: probe.names.iter().cloned().chain(others).collect(), rows }
}

/// The key of a row; `None` when a part of it is NULL.
fn cells(row: &Row, places: &[usize]) -> Option<Vec<Cell>> {
    places.iter().map(|&at| row[at].clone()).collect()
}
