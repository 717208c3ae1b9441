//! The keys that the page listens to, as tables. What handles a key asks here what it means, and the help sheet lists the same
//! rows.

use crate::words;

/// What a key of the whole page does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAct {
    /// Takes the last change of the controls back.
    Undo,
    /// Makes the change again that was taken back.
    Redo,
    /// Opens the help sheet.
    Help,
}

/// A key of the whole page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageKey {
    /// The key as browsers name it, in lower case.
    pub key: &'static str,
    /// The keys that are held with it.
    pub held: Held,
    /// What the page does when the key is pressed.
    pub act: PageAct,
    /// How it is written for a reader.
    pub shown: &'static str,
    /// What it does, for a reader.
    pub does: &'static str,
}

/// The keys that are held while another is pressed. Command counts as Ctrl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// None but Shift, which may be needed to type the sign.
    Typed,
    /// The key is held together with Ctrl, or with Command on a Mac.
    Ctrl,
    /// Shift with Ctrl, or with Command.
    CtrlShift,
}

/// All keys of the whole page.
pub const PAGE_KEYS: [PageKey; 4] = [
    PageKey { key: "z", held: Held::Ctrl, act: PageAct::Undo, shown: "Ctrl+Z", does: words::key::UNDO },
    PageKey {
        key: "z",
        held: Held::CtrlShift,
        act: PageAct::Redo,
        shown: "Ctrl+Shift+Z",
        does: words::key::REDO,
    },
    PageKey { key: "y", held: Held::Ctrl, act: PageAct::Redo, shown: "Ctrl+Y", does: words::key::REDO },
    PageKey { key: "?", held: Held::Typed, act: PageAct::Help, shown: "?", does: words::key::HELP },
];

/// What a key means to the whole page, if it means something. `ctrl` is Ctrl or Command.
pub fn page_act(key: &str, ctrl: bool, shift: bool) -> Option<PageAct> {
    let is_held = |held| match held {
        Held::Typed => !ctrl,
        Held::Ctrl => ctrl && !shift,
        Held::CtrlShift => ctrl && shift,
    };
    let found = PAGE_KEYS.iter().find(|row| row.key.eq_ignore_ascii_case(key) && is_held(row.held));
    found.map(|row| row.act)
}

/// Where a key leads among the marks of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartMove {
    /// To the mark after this one.
    Next,
    /// To the mark before this one.
    Previous,
    /// To the mark below this one.
    Below,
    /// To the mark above this one.
    Above,
    /// The reader goes ten marks on.
    TenOn,
    /// The reader goes ten marks back.
    TenBack,
    /// To the first mark.
    First,
    /// To the last mark.
    Last,
    /// Away from all marks.
    Leave,
}

/// All keys of a chart: the key as browsers name it, where it leads, and that in words.
pub const CHART_KEYS: [(&str, ChartMove, &str); 9] = [
    ("ArrowRight", ChartMove::Next, words::key::NEXT),
    ("ArrowLeft", ChartMove::Previous, words::key::PREVIOUS),
    ("ArrowDown", ChartMove::Below, words::key::BELOW),
    ("ArrowUp", ChartMove::Above, words::key::ABOVE),
    ("PageDown", ChartMove::TenOn, words::key::TEN_ON),
    ("PageUp", ChartMove::TenBack, words::key::TEN_BACK),
    ("Home", ChartMove::First, words::key::FIRST),
    ("End", ChartMove::Last, words::key::LAST),
    ("Escape", ChartMove::Leave, words::key::HIDE),
];

/// Where a key leads in a chart, if it leads somewhere.
pub fn chart_move(key: &str) -> Option<ChartMove> {
    CHART_KEYS.iter().find(|(known, ..)| *known == key).map(|(_, step, _)| *step)
}

/// All keys of a number field of our own: the key as browsers name it, whether it leads up, and that in words. The others are
/// the browser's.
pub const FIELD_KEYS: [(&str, bool, &str); 2] =
    [("ArrowUp", true, words::key::UP), ("ArrowDown", false, words::key::DOWN)];

/// Whether a key leads up or down in a number field, if it leads somewhere.
pub fn field_step(key: &str) -> Option<bool> {
    FIELD_KEYS.iter().find(|(known, ..)| *known == key).map(|(_, up, _)| *up)
}

/// What browsers themselves do with keys here, for the help sheet: nothing of ours handles them.
pub const BROWSER_KEYS: [(&str, &str); 6] = [
    ("Tab", words::key::NEXT_CONTROL),
    ("Shift+Tab", words::key::CONTROL_BEFORE),
    (words::key::ARROWS, words::key::MOVE_SLIDER),
    ("Enter", words::key::TAKE_OVER),
    ("Space", words::key::TICK),
    ("Escape", words::key::CLOSE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_table_does_what_its_row_says() {
        for row in PAGE_KEYS {
            let (ctrl, shift) = match row.held {
                Held::Typed => (false, true),
                Held::Ctrl => (true, false),
                Held::CtrlShift => (true, true),
            };
            assert_eq!(page_act(row.key, ctrl, shift), Some(row.act), "{}", row.shown);
        }
    }

    #[test]
    fn with_shift_a_browser_names_the_capital_letter() {
        assert_eq!(page_act("Z", true, true), Some(PageAct::Redo));
    }

    #[test]
    fn a_letter_alone_means_nothing_to_the_page() {
        for key in ["z", "y", "a", "Enter", "Tab"] {
            assert_eq!(page_act(key, false, false), None, "{key}");
        }
        assert_eq!(page_act("?", true, true), None);
    }
}
