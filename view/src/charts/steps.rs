//! Where the keyboard leads from one mark of a chart to the next.

use super::Hit;
use crate::keys::{ChartMove, chart_move};

/// Where a key leads: `None` for a key that means nothing here, `Some(None)` away from all marks.
pub(super) fn next_index(hits: &[Hit], at: Option<usize>, key: &str) -> Option<Option<usize>> {
    let last = hits.len().checked_sub(1)?;
    let step = chart_move(key)?;
    let Some(at) = at.map(|at| at.min(last)) else {
        return match step {
            ChartMove::Leave | ChartMove::TenOn | ChartMove::TenBack => None,
            ChartMove::Last => Some(Some(last)),
            ChartMove::Next
            | ChartMove::Previous
            | ChartMove::Below
            | ChartMove::Above
            | ChartMove::First => Some(Some(0)),
        };
    };
    let next = match step {
        ChartMove::Next => (at + 1).min(last),
        ChartMove::Previous => at.saturating_sub(1),
        ChartMove::Below => beside(hits, at, true).unwrap_or((at + 1).min(last)),
        ChartMove::Above => beside(hits, at, false).unwrap_or(at.saturating_sub(1)),
        ChartMove::TenOn => (at + 10).min(last),
        ChartMove::TenBack => at.saturating_sub(10),
        ChartMove::First => 0,
        ChartMove::Last => last,
        ChartMove::Leave => return Some(None),
    };
    Some(Some(next))
}

/// The nearest mark in the same column of a chart that has rows of marks.
fn beside(hits: &[Hit], at: usize, below: bool) -> Option<usize> {
    let from = hits.get(at)?;
    let is_beyond =
        |hit: &Hit| if below { hit.y >= from.y + from.h * 0.5 } else { hit.y <= from.y - from.h * 0.5 };
    let distance = |hit: &Hit| (hit.x - from.x).abs() * 4.0 + (hit.y - from.y).abs();
    let others = hits.iter().enumerate().filter(|(index, hit)| *index != at && is_beyond(hit));
    others.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1))).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(columns: usize, rows: usize) -> Vec<Hit> {
        let hit = |index: usize| Hit {
            x: 10.0 * (index % columns) as f64,
            y: 10.0 * (index / columns) as f64,
            w: 10.0,
            h: 10.0,
            label: index.to_string(),
        };
        (0..columns * rows).map(hit).collect()
    }

    #[test]
    fn arrows_move_through_a_matrix_by_row_and_by_column() {
        let hits = grid(4, 3);
        assert_eq!(next_index(&hits, Some(5), "ArrowRight"), Some(Some(6)));
        assert_eq!(next_index(&hits, Some(5), "ArrowDown"), Some(Some(9)));
        assert_eq!(next_index(&hits, Some(5), "ArrowUp"), Some(Some(1)));
        assert_eq!(next_index(&hits, Some(5), "End"), Some(Some(11)));
    }

    #[test]
    fn a_single_row_of_marks_takes_up_and_down_as_left_and_right() {
        let hits = grid(4, 1);
        assert_eq!(next_index(&hits, Some(1), "ArrowDown"), Some(Some(2)));
        assert_eq!(next_index(&hits, Some(0), "ArrowUp"), Some(Some(0)));
    }

    #[test]
    fn escape_leaves_other_keys_do_nothing_and_no_mark_is_no_trouble() {
        let hits = grid(2, 1);
        assert_eq!(next_index(&hits, Some(1), "Escape"), Some(None));
        assert_eq!(next_index(&hits, Some(1), "Tab"), None);
        assert_eq!(next_index(&[], None, "ArrowRight"), None);
        assert_eq!(next_index(&hits, Some(99), "ArrowLeft"), Some(Some(0)));
    }
}
