//! A chapter as data: what its file says, with the places that later checks name.

use shuffle_engine::Scenario;
use shuffle_view::charts::guess::GuessOf;
use shuffle_view::condition::Condition;
use shuffle_view::quantities::{Quantity, Unit};

use crate::broken::Place;

/// One chapter, which is one page.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// The file that it was read from.
    pub file: String,
    /// The file's name without its ending: the name of the page, and of its progress.
    pub name: String,
    /// What the chapter is called.
    pub title: String,
    /// The question that the chapter answers.
    pub question: String,
    /// Its parts in reading order.
    pub parts: Vec<Part>,
    /// Where the chapter begins.
    pub place: Place,
}

/// A part of a chapter.
#[derive(Debug, Clone)]
pub enum Part {
    /// A heading between paragraphs.
    Heading(String),
    /// A paragraph of text with its values and sources.
    Paragraph(Vec<Inline>),
    /// A figure that runs in the reader's browser.
    Figure(Figure),
    /// A guess that the reader makes before the answer is shown.
    Bet(Bet),
    /// Something that the reader is to make happen.
    Task(Task),
    /// Where the popular story is too simple.
    Careful(Vec<Inline>),
}

/// A figure of a chapter, which runs in the reader's browser.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Its name in the chapter.
    pub name: String,
    /// The link's query that it begins with.
    pub query: String,
    /// The scenario of that query.
    pub scenario: Scenario,
    /// The list of its controls.
    pub controls: String,
    /// The list of its views.
    pub views: String,
    /// What stands below it.
    pub caption: Vec<Inline>,
    /// Where it stands in the file.
    pub place: Place,
}

/// A guess that the reader makes before the answer is shown.
#[derive(Debug, Clone)]
pub struct Bet {
    /// The figure that answers.
    pub figure: String,
    /// The scenario whose run answers.
    pub scenario: Scenario,
    /// What the figure shows with the answer.
    pub views: String,
    /// The number that is guessed.
    pub quantity: Quantity,
    /// How it is written.
    pub unit: Unit,
    /// What is counted, as "rows".
    pub noun: String,
    /// The chart that the guess is drawn into.
    pub chart: GuessOf,
    /// Least, most, step and start of the slider.
    pub slider: [u64; 4],
    /// The question whose answer the reader guesses.
    pub question: Vec<Inline>,
    /// Where it stands in the file.
    pub place: Place,
}

/// Something that the reader is to make happen.
#[derive(Debug, Clone)]
pub struct Task {
    /// The figure in which it is to happen.
    pub figure: String,
    /// The condition as it is written.
    pub condition_text: String,
    /// What must be true of a run.
    pub condition: Condition,
    /// The hint for a reader who is stuck.
    pub hint: String,
    /// A scenario that makes the condition true.
    pub solution: Scenario,
    /// The words that say what the reader has to make happen.
    pub words: Vec<Inline>,
    /// Where the condition stands in the file.
    pub place: Place,
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum Inline {
    /// Words that are shown as they stand.
    Text(String),
    /// A number of a figure's last run.
    Value(Value),
    /// Words with the address that they are taken from.
    Source {
        /// The address that the link leads to.
        href: String,
        /// The words that the link stands under.
        inside: Vec<Inline>,
    },
    /// Words that are marked: `em`, `strong`, `code`; `formula` is written as `var`.
    Marked {
        /// The element of HTML.
        tag: &'static str,
        /// The words that the element holds.
        inside: Vec<Inline>,
    },
}

/// A number of a run.
#[derive(Debug, Clone)]
pub struct Value {
    /// The figure whose last run it is read from, in a bet its first run; `None` where a bet speaks of what it asks.
    pub figure: Option<String>,
    /// The number of the run that is shown.
    pub quantity: Quantity,
    /// How it is written.
    pub unit: Unit,
    /// Where it stands in the file.
    pub place: Place,
}

impl Chapter {
    /// The chapter's figures in their order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.parts.iter().filter_map(|part| match part {
            Part::Figure(figure) => Some(figure),
            Part::Heading(_) | Part::Paragraph(_) | Part::Bet(_) | Part::Task(_) | Part::Careful(_) => None,
        })
    }

    /// The figure of this name.
    pub fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures().find(|figure| figure.name == name)
    }

    /// The chapter's bets in their order.
    pub fn bets(&self) -> impl Iterator<Item = &Bet> {
        self.parts.iter().filter_map(|part| match part {
            Part::Bet(bet) => Some(bet),
            Part::Heading(_) | Part::Paragraph(_) | Part::Figure(_) | Part::Task(_) | Part::Careful(_) => {
                None
            }
        })
    }

    /// The chapter's tasks in their order.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.parts.iter().filter_map(|part| match part {
            Part::Task(task) => Some(task),
            Part::Heading(_) | Part::Paragraph(_) | Part::Figure(_) | Part::Bet(_) | Part::Careful(_) => None,
        })
    }
}
