//! The page's address: a scenario and a view as one query string, and back.
//!
//! ```text
//!  ?v=1&workers=16&skew=zipf:1.1 & load=time&theme=dark   & embed=1&controls=workers&views=load
//!  '--- scenario::link: the run ---' '---- the view ----'    '---- a figure's parts ----'
//! ```
//!
//! The scenario's part is the engine's own ([`shuffle_engine::scenario::link`]), so that a link works in the command
//! line too. Reading never fails: what cannot be used is left at its default and reported.

use shuffle_engine::Scenario;
use shuffle_engine::scenario::link::{Instead, Repair};
use shuffle_engine::scenario::{InvalidScenario, SCENARIO_VERSION, limits, link, wrong};

use crate::parts::{self, Part, Parts};
use crate::questions::Opened;
use crate::words;
use crate::words::choice;

/// The parts of an address that are the view's, by their names. Tools that read a page's address pass over them.
pub const VIEW_PARTS: [&str; 8] =
    ["load", "exchange", "reach", "open", "theme", "embed", "controls", "views"];

/// What an address holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The scenario that the page runs.
    pub scenario: Scenario,
    /// How it is looked at.
    pub view: View,
    /// What there is to set and to see: all of it, unless the page is a figure in another page.
    pub parts: Parts,
}

impl Default for Link {
    fn default() -> Self {
        Link { scenario: Scenario::default(), view: View::default(), parts: Parts::whole() }
    }
}

/// How a page shows its runs. Nothing here changes what is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    /// What the bars of the load chart show.
    pub load: LoadBy,
    /// What the exchange is timed with.
    pub exchange: ExchangeOf,
    /// How far the axes of workers go.
    pub reach: Reach,
    /// Which of the page's folded views are open.
    pub open: Opened,
    /// The colours.
    pub theme: Theme,
    /// Whether the page is a figure in another page.
    pub embed: bool,
}

/// A choice with a word for the link and another for the reader.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every choice in its order, the default first: the word in a link, the words on the page.
    const ALL: &'static [(Self, &'static str, &'static str)];

    /// The choice behind a link's word.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map(|(choice, ..)| *choice)
    }

    /// The words on the page.
    fn label(self) -> &'static str {
        Self::ALL.iter().find(|(choice, ..)| *choice == self).map_or("", |(.., label)| label)
    }

    /// The word in a link.
    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(choice, ..)| *choice == self).map_or("", |(_, word, _)| word)
    }
}

/// What the bars of the load chart show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoadBy {
    /// Rows.
    #[default]
    Rows,
    /// Time.
    Time,
}

/// What the exchange is timed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExchangeOf {
    /// Hardly a row: what the messages alone cost.
    #[default]
    Messages,
    /// The rows of the scenario.
    Scenario,
}

/// How far the axes of workers go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// As far as workers really run: 64.
    #[default]
    Near,
    /// As far as the model goes: 4,096.
    Far,
}

/// The colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's system.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Choice for LoadBy {
    const ALL: &'static [(Self, &'static str, &'static str)] =
        &[(LoadBy::Rows, "rows", choice::ROWS), (LoadBy::Time, "time", choice::TIME)];
}

impl Choice for ExchangeOf {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (ExchangeOf::Messages, "messages", choice::MESSAGES),
        (ExchangeOf::Scenario, "scenario", choice::WITH_ROWS),
    ];
}

impl Choice for Reach {
    const ALL: &'static [(Self, &'static str, &'static str)] =
        &[(Reach::Near, "near", choice::NEAR), (Reach::Far, "far", choice::FAR)];
}

impl Choice for Theme {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Theme::Auto, "auto", choice::AUTO),
        (Theme::Light, "light", choice::LIGHT),
        (Theme::Dark, "dark", choice::DARK),
    ];
}

/// Reads a query string, with or without its `?`. The second part says what had to be repaired.
pub fn decode(query: &str) -> (Link, Vec<Repair>) {
    let mut decoded = link::decode(query);
    let mut repairs = decoded.repairs;
    if let Err(wrong) = decoded.scenario.check_workers(limits::MAX_WORKERS, words::link::IN_A_TAB) {
        decoded.scenario.workers = Scenario::default().workers;
        repairs.push(Repair { wrong, instead: Instead::Default });
    }
    let mut view = View::default();
    let mut figure = Parts::default();
    for (name, value) in &decoded.others {
        let set = match name.as_str() {
            "controls" => list(value, &mut figure.controls),
            "views" => list(value, &mut figure.views),
            _ => view.set(name, value),
        };
        repairs.extend(set.err());
    }
    let parts = if view.embed { figure } else { Parts::whole() };
    let is_idle = |name: &&String| !view.embed && ["controls", "views"].contains(&name.as_str());
    repairs.extend(decoded.others.iter().map(|(name, _)| name).filter(is_idle).map(|name| Repair {
        wrong: InvalidScenario::new(name, words::link::ONLY_FIGURES),
        instead: Instead::Nothing,
    }));
    (Link { scenario: decoded.scenario, view, parts }, repairs)
}

/// Reads a list of parts, as it stands in a link or in an attribute of a figure.
///
/// # Errors
/// What of it is unknown. What is known is taken all the same.
pub fn list<P: Part>(value: &str, into: &mut Vec<P>) -> Result<(), Repair> {
    let (parts, unknown) = parts::read(value);
    *into = parts;
    let Some(unknown) = unknown else { return Ok(()) };
    let instead = if unknown.is_all { Instead::Default } else { Instead::Nothing };
    Err(Repair { wrong: InvalidScenario::new(P::LIST, unknown.to_string()), instead })
}

/// What the reader of a page is told of a repair to its link.
pub fn note(repair: &Repair) -> String {
    note_on(words::link::LINK, repair)
}

/// What a reader is told of a repair to something: a link, an attribute of a figure, a saved file.
pub fn note_on(subject: &str, repair: &Repair) -> String {
    let InvalidScenario { field, reason } = &repair.wrong;
    let wrong = if field == "link" {
        words::link::wrong(&subject, &reason)
    } else {
        words::link::wrong_part(&subject, &field, &reason)
    };
    let instead = match repair.instead {
        Instead::Default => words::link::DEFAULT_INSTEAD.to_owned(),
        Instead::AllDefaults => words::link::DEFAULTS_SHOWN.to_owned(),
        Instead::First => words::link::FIRST_COUNTS.to_owned(),
        Instead::ThisVersion => words::link::read_as(&SCENARIO_VERSION),
        Instead::Nothing => words::link::PASSED_OVER.to_owned(),
    };
    format!("{wrong} {instead}")
}

/// Writes the query string: the version and what differs from its default.
pub fn encode(link: &Link) -> String {
    let mut query = link::encode(&link.scenario);
    query += &link.view.words();
    if link.view.embed {
        let usual = Parts::default();
        if link.parts.controls != usual.controls {
            query += &format!("&controls={}", parts::write(&link.parts.controls));
        }
        if link.parts.views != usual.views {
            query += &format!("&views={}", parts::write(&link.parts.views));
        }
    }
    query
}

/// The query string with another scenario and the same view.
pub fn with_scenario(query: &str, scenario: &Scenario) -> String {
    let (link, _) = decode(query);
    encode(&Link { scenario: scenario.clone(), ..link })
}

impl View {
    fn set(&mut self, name: &str, value: &str) -> Result<(), Repair> {
        match name {
            "load" => self.load = chosen(name, value)?,
            "exchange" => self.exchange = chosen(name, value)?,
            "reach" => self.reach = chosen(name, value)?,
            "theme" => self.theme = chosen(name, value)?,
            "open" => {
                let (open, unknown) = Opened::read(value);
                self.open = open;
                if let Some(unknown) = unknown {
                    let wrong = InvalidScenario::new(name, unknown.to_string());
                    return Err(Repair { wrong, instead: Instead::Nothing });
                }
            }
            "embed" if ["0", "1"].contains(&value) => self.embed = value == "1",
            "embed" => return Err(unusable(name, value, words::link::ONE_OR_ZERO)),
            _ => {
                let wrong = InvalidScenario::new(&short(name), words::link::UNKNOWN_PART);
                return Err(Repair { wrong, instead: Instead::Nothing });
            }
        }
        Ok(())
    }

    fn words(self) -> String {
        let mut words = String::new();
        let mut part = |name: &str, word: &str, default: &str| {
            if word != default {
                words += &format!("&{name}={word}");
            }
        };
        let default = View::default();
        part("load", self.load.word(), default.load.word());
        part("exchange", self.exchange.word(), default.exchange.word());
        part("reach", self.reach.word(), default.reach.word());
        part("open", &self.open.write(), "none");
        part("theme", self.theme.word(), default.theme.word());
        part("embed", if self.embed { "1" } else { "0" }, "0");
        words
    }
}

/// The theme behind a word; without one it is the default, and an unknown one is said.
pub fn theme(word: Option<&str>) -> (Theme, Result<(), Repair>) {
    match word.map_or(Ok(Theme::Auto), |word| chosen("theme", word)) {
        Ok(theme) => (theme, Ok(())),
        Err(repair) => (Theme::Auto, Err(repair)),
    }
}

fn chosen<C: Choice>(name: &str, value: &str) -> Result<C, Repair> {
    C::from_word(value).ok_or_else(|| {
        let words: Vec<&str> = C::ALL.iter().map(|(_, word, _)| *word).collect();
        unusable(name, value, &words::link::one_of(&words.join(", ")))
    })
}

fn unusable(name: &str, value: &str, wanted: &str) -> Repair {
    Repair { wrong: wrong(name, value, wanted), instead: Instead::Default }
}

fn short(text: &str) -> String {
    let short: String = text.chars().take(24).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::{Control, Shown};

    #[test]
    fn a_link_without_anything_is_the_default() {
        assert_eq!(decode(""), (Link::default(), Vec::new()));
        assert_eq!(encode(&Link::default()), "?v=1");
    }

    #[test]
    fn scenario_and_view_come_back() {
        let link = Link {
            scenario: Scenario { workers: 3, ..Scenario::default() },
            view: View {
                load: LoadBy::Time,
                exchange: ExchangeOf::Scenario,
                reach: Reach::Far,
                open: Opened::read("load,plan").0,
                theme: Theme::Dark,
                embed: true,
            },
            parts: Parts { controls: vec![Control::Workers, Control::Run], views: vec![Shown::Plan] },
        };
        assert_eq!(decode(&encode(&link)), (link.clone(), Vec::new()));
        let for_tools = shuffle_engine::scenario::link::decode_beside(&encode(&link), &VIEW_PARTS);
        assert_eq!(for_tools, Ok(link.scenario), "tools pass over what is only the page's");
    }

    #[test]
    fn what_becomes_of_the_rows_and_the_broadcast_come_back() {
        use shuffle_engine::scenario::{Action, CollectPoint, Query, Tactics};
        let collect = |of| Action::Collect { of, memory_bytes: 50_000_000 };
        let cases = [
            (Action::show(5), "action=show:5"),
            (collect(CollectPoint::Result), "action=collect:50000000"),
            (collect(CollectPoint::Input), "action=collect_input:50000000"),
        ];
        for (action, word) in cases {
            let tactics = Tactics { broadcast_bytes: 10_000_000, ..Tactics::default() };
            let scenario = Scenario { query: Query::Join, tactics, action, ..Scenario::default() };
            let link = Link { scenario, ..Link::default() };
            let text = encode(&link);
            assert!(text.contains(word) && text.contains("broadcast_bytes=10000000"), "{text}");
            assert_eq!(decode(&text), (link, Vec::new()));
        }
    }

    #[test]
    fn bad_and_unknown_parts_are_reported_and_cost_only_themselves() {
        let (link, repairs) = decode("?v=1&workers=65&load=colour&bogus=1&theme=light");
        assert_eq!(link.scenario, Scenario::default());
        assert_eq!(link.view, View { theme: Theme::Light, ..View::default() });
        let notes: Vec<String> = repairs.iter().map(note).collect();
        assert_eq!(
            notes,
            [
                "The link's workers is 65, but in a tab at most 64 workers run; past that, ask the model. Its default is \
                 used instead.",
                "The link's load is \"colour\", must be one of rows, time. Its default is used instead.",
                "The link's bogus is not a part that this page knows. It is passed over.",
            ]
        );
        for (query, ending) in [
            ("?v=2", "must be 1, the version that this build reads. The defaults are shown."),
            (
                "?v=",
                "The link's version is empty, must be 1, the version that this build reads. The defaults are shown.",
            ),
            ("?rows=5", "is missing: a link begins with v=1. It is read as version 1."),
            ("?v=1&rows=5&rows=6", "The link's rows is given twice. The first one counts."),
            (
                "?v=1&embed=1&views=load,lode",
                "has \"lode\", which is none of verdict, wall_clock, load, timeline, exchange, traffic, plan, all, none. It is \
                 passed over.",
            ),
            (
                "?v=1&views=load",
                "The link's views is for figures, so it goes with embed=1. It is passed over.",
            ),
            ("?v=1&embed=true", "The link's embed is \"true\", must be 1 or 0. Its default is used instead."),
            (
                "?v=1&load=",
                "The link's load is empty, must be one of rows, time. Its default is used instead.",
            ),
            (
                &"x".repeat(5_000),
                "The link has 5000 bytes, of which at most 4096 are read. The defaults are shown.",
            ),
        ] {
            let notes: Vec<String> = decode(query).1.iter().map(note).collect();
            assert!(notes.len() == 1 && notes[0].ends_with(ending), "{query}: {notes:?}");
        }
    }

    #[test]
    fn a_part_that_is_given_twice_counts_once_and_a_missing_version_is_noted() {
        let (link, repairs) = decode("?theme=dark&th%65me=light&rows=5&rows=7");
        assert_eq!((link.scenario.rows, link.view.theme), (5, Theme::Dark));
        let fields: Vec<&str> = repairs.iter().map(|repair| repair.wrong.field.as_str()).collect();
        assert_eq!(fields, ["version", "rows", "theme"]);
    }

    #[test]
    fn a_figure_has_the_usual_parts_and_a_page_has_all() {
        assert_eq!(decode("?v=1&embed=1").0.parts, Parts::default());
        assert_eq!(decode("?v=1").0.parts, Parts::whole());
        let (link, repairs) = decode("?v=1&embed=1&controls=none&views=all");
        assert_eq!((link.parts.controls.len(), link.parts.views, repairs), (0, Shown::all(), Vec::new()));
    }

    #[test]
    fn another_scenario_keeps_the_view() {
        let scenario = Scenario { rows: 5, ..Scenario::default() };
        assert_eq!(with_scenario("?v=1&rows=7&load=time", &scenario), "?v=1&rows=5&load=time");
    }
}
