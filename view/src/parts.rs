//! Which parts of the lab a figure has: the controls that it offers and the views that it shows, by the names that links
//! and attributes give them.

use crate::controls::tactics::TACTICS;
use crate::words;

/// Something that a reader can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// How many workers run.
    Workers,
    /// The share of the rows that shuffles.
    ShuffleFraction,
    /// How rows spread over keys.
    Skew,
    /// How many rows there are.
    Rows,
    /// The query that the pipeline computes.
    Query,
    /// What becomes of the rows.
    Action,
    /// The tactic in this row of [`TACTICS`].
    Tactic(usize),
    /// How many distinct keys there are.
    Keys,
    /// Into how many partitions rows are divided.
    Partitions,
    /// What the rows are drawn from.
    Seed,
    /// The buttons that run, sweep and cancel.
    Run,
}

/// Something that shows what has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The verdict's sentences.
    Verdict,
    /// The wall-clock over workers.
    WallClock,
    /// The load of each worker.
    Load,
    /// When each worker did what.
    Timeline,
    /// What the exchange costs.
    Exchange,
    /// Who sends how much to whom.
    Traffic,
    /// The plan, step by step.
    Plan,
}

/// A part with a name for links and another for the reader.
pub trait Part: Copy + PartialEq + 'static {
    /// What a list of such parts is called in links and attributes.
    const LIST: &'static str;
    /// Every part, in the order of the page.
    fn all() -> Vec<Self>;
    /// The name in links and attributes.
    fn name(self) -> &'static str;
    /// What the reader calls it.
    fn label(self) -> &'static str;
    /// What a figure has of which nobody has said anything.
    fn usual() -> Vec<Self>;
}

impl Part for Control {
    const LIST: &'static str = "controls";

    fn all() -> Vec<Self> {
        use Control::{
            Action, Keys, Partitions, Query, Rows, Run, Seed, ShuffleFraction, Skew, Tactic, Workers,
        };
        let mut all = vec![Workers, ShuffleFraction, Skew, Rows, Query, Action];
        all.extend((0..TACTICS.len()).map(Tactic));
        all.extend([Keys, Partitions, Seed, Run]);
        all
    }

    fn name(self) -> &'static str {
        match self {
            Control::Workers => words::part::WORKERS,
            Control::ShuffleFraction => "shuffle_fraction",
            Control::Skew => words::part::SKEW,
            Control::Rows => words::part::ROWS,
            Control::Query => "query",
            Control::Action => words::part::ACTION,
            Control::Tactic(row) => TACTICS[row].name,
            Control::Keys => "keys",
            Control::Partitions => words::part::PARTITIONS,
            Control::Seed => words::part::SEED,
            Control::Run => "run",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Control::Workers => words::part::WORKERS,
            Control::ShuffleFraction => words::part::SHARE,
            Control::Skew => words::part::SKEW,
            Control::Rows => words::part::ROWS,
            Control::Query => words::part::PIPELINE,
            Control::Action => words::part::ACTION,
            Control::Tactic(row) => TACTICS[row].short,
            Control::Keys => words::part::KEYS,
            Control::Partitions => words::part::PARTITIONS,
            Control::Seed => words::part::SEED,
            Control::Run => words::part::RUN,
        }
    }

    fn usual() -> Vec<Self> {
        vec![Control::Workers, Control::Skew]
    }
}

impl Part for Shown {
    const LIST: &'static str = "views";

    fn all() -> Vec<Self> {
        vec![
            Shown::Verdict,
            Shown::WallClock,
            Shown::Load,
            Shown::Timeline,
            Shown::Exchange,
            Shown::Traffic,
            Shown::Plan,
        ]
    }

    fn name(self) -> &'static str {
        match self {
            Shown::Verdict => words::part::VERDICT,
            Shown::WallClock => "wall_clock",
            Shown::Load => "load",
            Shown::Timeline => "timeline",
            Shown::Exchange => "exchange",
            Shown::Traffic => "traffic",
            Shown::Plan => words::part::PLAN,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Shown::Verdict => words::part::VERDICT,
            Shown::WallClock => words::part::WALL_CLOCK,
            Shown::Load => words::part::LOAD,
            Shown::Timeline => words::part::TIMELINE,
            Shown::Exchange => words::part::EXCHANGE,
            Shown::Traffic => words::part::TRAFFIC,
            Shown::Plan => words::part::PLAN,
        }
    }

    fn usual() -> Vec<Self> {
        vec![Shown::Verdict, Shown::Load]
    }
}

/// What a figure has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// In the order of the page.
    pub controls: Vec<Control>,
    /// In the order of the page.
    pub views: Vec<Shown>,
}

impl Default for Parts {
    /// What a figure has of which nobody has said anything.
    fn default() -> Self {
        Parts { controls: Control::usual(), views: Shown::usual() }
    }
}

impl Parts {
    /// The parts of the page itself: every control and every view.
    pub fn whole() -> Self {
        Parts { controls: Control::all(), views: Shown::all() }
    }

    /// Whether a control is offered.
    pub fn has(&self, control: Control) -> bool {
        self.controls.contains(&control)
    }

    /// Whether a view is shown.
    pub fn shows(&self, shown: Shown) -> bool {
        self.views.contains(&shown)
    }
}

/// What of a list could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct UnknownPart {
    /// A sentence's end, for the reader who wrote it.
    words: String,
    /// Whether nothing else could be used, so that the usual parts were taken.
    pub is_all: bool,
}

/// Reads a list of names, separated by commas or blanks: `workers, skew`, `all`, `none`. What is unknown is left out, and
/// said; where nothing is known, the usual parts are taken.
pub fn read<P: Part>(text: &str) -> (Vec<P>, Option<UnknownPart>) {
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] | ["none"] => return (Vec::new(), None),
        ["all"] => return (P::all(), None),
        _ => {}
    }
    let is_named = |part: &P| words.contains(&part.name());
    let mut parts: Vec<P> = P::all().into_iter().filter(is_named).collect();
    let unknown = words.iter().find(|word| P::all().iter().all(|part| part.name() != **word));
    let is_all = parts.is_empty();
    if is_all {
        parts = P::usual();
    }
    let unknown = unknown.map(|word| {
        let short: String = word.chars().take(24).collect();
        let known: Vec<&str> = P::all().into_iter().map(Part::name).collect();
        let words = words::part::unknown(&short, &known.join(", "));
        UnknownPart { words, is_all }
    });
    (parts, unknown)
}

/// The list as [`read`] reads it.
pub fn write<P: Part>(parts: &[P]) -> String {
    if parts.is_empty() {
        return "none".to_owned();
    }
    if parts == P::all() {
        return "all".to_owned();
    }
    parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_the_order_of_the_page_and_comes_back() {
        let (controls, unknown) = read::<Control>(" Skew, WORKERS ");
        assert_eq!((controls.as_slice(), unknown), ([Control::Workers, Control::Skew].as_slice(), None));
        assert_eq!(write(&controls), "workers,skew");
        for list in [Vec::new(), Shown::all(), vec![Shown::Plan]] {
            assert_eq!(read(&write(&list)), (list, None));
        }
    }

    #[test]
    fn an_unknown_name_is_said_and_costs_only_itself() {
        let (views, unknown) = read::<Shown>("load,lode");
        assert_eq!(views, [Shown::Load]);
        let said = unknown.map(|unknown| unknown.to_string()).unwrap_or_default();
        assert!(
            said.starts_with("has \"lode\", which is none of verdict, wall_clock, load, timeline,"),
            "{said}"
        );
        assert_eq!(read::<Shown>("nothing known").0, Shown::usual());
    }

    #[test]
    fn every_part_has_a_name_of_its_own() {
        let names: Vec<&str> = Control::all().into_iter().map(Part::name).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name) && !["all", "none"].contains(name), "{name}");
            let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(is_plain, "{name} can stand in a link as it is");
        }
    }
}
