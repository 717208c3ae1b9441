//! From a chapter's file to data. Everything that can be known without a run is checked here, and said at its place.

use roxmltree::{Document, Node, ParsingOptions};
use shuffle_engine::Scenario;
use shuffle_view::charts::guess::GuessOf;
use shuffle_view::condition::Condition;
use shuffle_view::parts::{Control, Part as Named, Shown};
use shuffle_view::permalink;
use shuffle_view::quantities::{Quantity, Unit};

use crate::broken::{Broken, Place};
use crate::chapter::{Bet, Chapter, Figure, Inline, Part, Task, Value};

/// Reads a chapter; the reader's name of the file is `file`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(file: &str, text: &str) -> Result<Chapter, Vec<Broken>> {
    let document = Document::parse_with_options(text, ParsingOptions::default()).map_err(|error| {
        let at = error.pos();
        let place = Place { line: at.row, column: at.col };
        let words = error.to_string();
        let words = words.trim_end_matches(&format!(" at {at}"));
        vec![Broken { file: file.to_owned(), place, reason: format!("not well-formed XML: {words}") }]
    })?;
    let mut reader = Reader { file, document: &document, broken: Vec::new() };
    let chapter = reader.chapter(document.root_element());
    match chapter {
        Some(chapter) if reader.broken.is_empty() => Ok(chapter),
        Some(_) | None => Err(reader.broken),
    }
}

struct Reader<'a> {
    file: &'a str,
    document: &'a Document<'a>,
    broken: Vec<Broken>,
}

/// What may stand in a text.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    /// A paragraph: each number in it is computed or has its source.
    Prose,
    /// A bet: numbers are those of the scenario that it asks about.
    Bet,
    /// A task, whose numbers are its goal.
    Task,
}

impl<'a> Reader<'a> {
    fn chapter(&mut self, node: Node<'a, 'a>) -> Option<Chapter> {
        if !node.has_tag_name("chapter") {
            self.wrong(node, &format!("a chapter is one <chapter>, not <{}>", node.tag_name().name()));
            return None;
        }
        self.check_attributes(node, &["title", "question"]);
        let title = self.attribute(node, "title")?;
        let question = self.attribute(node, "question")?;
        let mut parts = Vec::new();
        for child in node.children() {
            if child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()) {
                self.wrong(child, "text stands in a <p>");
            }
            if child.is_element() {
                parts.extend(self.part(child));
            }
        }
        let name = self.file.rsplit('/').next().unwrap_or_default().trim_end_matches(".xml").to_owned();
        Some(Chapter { file: self.file.to_owned(), name, title, question, parts, place: self.place(node) })
    }

    fn part(&mut self, node: Node<'a, 'a>) -> Option<Part> {
        match node.tag_name().name() {
            "heading" => {
                self.check_attributes(node, &[]);
                Some(Part::Heading(plain(node)))
            }
            "p" => {
                self.check_attributes(node, &[]);
                Some(Part::Paragraph(self.inline(node, Within::Prose)))
            }
            "careful" => {
                self.check_attributes(node, &[]);
                let inside = self.inline(node, Within::Prose);
                if !has_source(&inside) {
                    self.wrong(node, "a <careful> says where it has it from: a <source href=…> is missing");
                }
                Some(Part::Careful(inside))
            }
            "figure" => self.figure(node).map(Part::Figure),
            "bet" => self.bet(node).map(Part::Bet),
            "task" => self.task(node).map(Part::Task),
            other => {
                self.wrong(node, &format!("<{other}> is none of heading, p, figure, bet, task, careful"));
                None
            }
        }
    }

    fn figure(&mut self, node: Node<'a, 'a>) -> Option<Figure> {
        self.check_attributes(node, &["name", "query", "controls", "views"]);
        let name = self.attribute(node, "name")?;
        let (query, scenario) = (self.attribute(node, "query")?, self.scenario(node, "query")?);
        let controls = self.list::<Control>(node, "controls")?;
        let views = self.list::<Shown>(node, "views")?;
        let caption = self.inline(node, Within::Prose);
        Some(Figure { name, query, scenario, controls, views, caption, place: self.place(node) })
    }

    fn bet(&mut self, node: Node<'a, 'a>) -> Option<Bet> {
        let names = ["figure", "asks", "views", "of", "as", "noun", "guess", "min", "max", "step", "start"];
        self.check_attributes(node, &names);
        let slider = ["min", "max", "step", "start"].map(|name| self.whole(node, name));
        let [Some(min), Some(max), Some(step), Some(start)] = slider else { return None };
        if min >= max || step == 0 || !(min..=max).contains(&start) {
            self.wrong_at(node, "min", "the slider needs min < max, a step, and a start between them");
        }
        let guess = self.attribute(node, "guess")?;
        let chart = GuessOf::ALL.into_iter().find(|(name, _)| *name == guess).map(|(_, chart)| chart);
        if chart.is_none() {
            let known = GuessOf::ALL.map(|(name, _)| name).join(", ");
            self.wrong_at(node, "guess", &format!("\"{guess}\" is no chart that takes a bet: {known}"));
        }
        let views = self.list::<Shown>(node, "views")?;
        if !views.split(',').any(|view| view == guess || view == "all") {
            self.wrong_at(
                node,
                "views",
                &format!("the bet is drawn into {guess}, which is not among the views"),
            );
        }
        Some(Bet {
            figure: self.attribute(node, "figure")?,
            scenario: self.scenario(node, "asks")?,
            views,
            quantity: self.quantity(node)?,
            unit: self.unit(node)?,
            noun: node.attribute("noun").unwrap_or_default().to_owned(),
            chart: chart?,
            slider: [min, max, step, start],
            question: self.inline(node, Within::Bet),
            place: self.place(node),
        })
    }

    fn task(&mut self, node: Node<'a, 'a>) -> Option<Task> {
        self.check_attributes(node, &["figure", "condition", "hint", "solution"]);
        let condition_text = self.attribute(node, "condition")?;
        let condition = match Condition::new(&condition_text) {
            Ok(condition) => condition,
            Err(error) => {
                let mut place = self.place_of(node, "condition");
                // An escaped letter is longer in the file than in the text: then the beginning is named.
                let before = condition_text.get(..error.at).unwrap_or_default();
                if !before.contains(['<', '&']) {
                    place.column += before.chars().count() as u32;
                }
                self.broken.push(Broken { file: self.file.to_owned(), place, reason: error.reason });
                return None;
            }
        };
        Some(Task {
            figure: self.attribute(node, "figure")?,
            condition_text,
            condition,
            hint: self.attribute(node, "hint")?,
            solution: self.scenario(node, "solution")?,
            words: self.inline(node, Within::Task),
            place: self.place_of(node, "condition"),
        })
    }

    /// The words of an element, with what is marked in them.
    fn inline(&mut self, node: Node<'a, 'a>, within: Within) -> Vec<Inline> {
        let mut inside = Vec::new();
        for child in node.children() {
            if let Some(text) = child.text().filter(|_| child.is_text()) {
                if within == Within::Prose && text.contains(|c: char| c.is_ascii_digit()) {
                    self.wrong(
                        child,
                        "a number in a text is computed or has its source: put it into <value>, <source>, <formula> \
                         or <code>",
                    );
                }
                inside.push(Inline::Text(one_line(text)));
            } else if child.is_element() {
                inside.extend(self.inline_element(child, within));
            }
        }
        inside
    }

    fn inline_element(&mut self, node: Node<'a, 'a>, within: Within) -> Option<Inline> {
        let tag = match node.tag_name().name() {
            "value" => return self.value(node, within).map(Inline::Value),
            "source" => {
                self.check_attributes(node, &["href"]);
                let href = self.attribute(node, "href")?;
                if !href.starts_with("https://") {
                    self.wrong_at(node, "href", "a source is an address that begins with https://");
                }
                return Some(Inline::Source { href, inside: self.inline(node, Within::Task) });
            }
            "em" => "em",
            "strong" => "strong",
            "code" => "code",
            "formula" => "var",
            other => {
                self.wrong(node, &format!("<{other}> is none of value, source, em, strong, code, formula"));
                return None;
            }
        };
        self.check_attributes(node, &[]);
        let exempt = matches!(tag, "code" | "var");
        let inside = self.inline(node, if exempt { Within::Task } else { within });
        Some(Inline::Marked { tag, inside })
    }

    fn value(&mut self, node: Node<'a, 'a>, within: Within) -> Option<Value> {
        self.check_attributes(node, &["figure", "of", "as"]);
        let figure = node.attribute("figure").map(str::to_owned);
        if figure.is_none() && within != Within::Bet {
            self.wrong(node, "a <value> outside of a bet names its figure: figure=\"…\"");
        }
        Some(Value {
            figure,
            quantity: self.quantity(node)?,
            unit: self.unit(node)?,
            place: self.place_of(node, "of"),
        })
    }

    fn quantity(&mut self, node: Node<'a, 'a>) -> Option<Quantity> {
        let name = self.attribute(node, "of")?;
        let read = Quantity::new(&name);
        read.map_err(|unknown| self.wrong_at(node, "of", &unknown.to_string())).ok()
    }

    fn unit(&mut self, node: Node<'a, 'a>) -> Option<Unit> {
        let word = self.attribute(node, "as")?;
        let unit = Unit::from_word(&word);
        if unit.is_none() {
            let known = Unit::ALL.map(|(word, _)| word).join(", ");
            self.wrong_at(node, "as", &format!("\"{word}\" is none of {known}"));
        }
        unit
    }

    /// The scenario of a link that needs no repair.
    fn scenario(&mut self, node: Node<'a, 'a>, name: &str) -> Option<Scenario> {
        let query = self.attribute(node, name)?;
        let (link, repairs) = permalink::decode(&query);
        for repair in &repairs {
            self.wrong_at(node, name, &permalink::note_on(name, repair));
        }
        repairs.is_empty().then_some(link.scenario)
    }

    fn list<P: Named>(&mut self, node: Node<'a, 'a>, name: &str) -> Option<String> {
        let text = self.attribute(node, name)?;
        let (parts, unknown) = shuffle_view::parts::read::<P>(&text);
        match unknown {
            Some(unknown) => {
                self.wrong_at(node, name, &format!("{name} {unknown}"));
                None
            }
            None => Some(shuffle_view::parts::write(&parts)),
        }
    }

    fn whole(&mut self, node: Node<'a, 'a>, name: &str) -> Option<u64> {
        let text = self.attribute(node, name)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.wrong_at(node, name, &format!("{name} is \"{text}\", but must be a whole number"));
        }
        number
    }

    fn attribute(&mut self, node: Node<'a, 'a>, name: &str) -> Option<String> {
        let value = node.attribute(name).map(str::trim).filter(|value| !value.is_empty());
        if value.is_none() {
            self.wrong(node, &format!("<{}> needs {name}=\"…\"", node.tag_name().name()));
        }
        value.map(str::to_owned)
    }

    fn check_attributes(&mut self, node: Node<'a, 'a>, known: &[&str]) {
        for attribute in node.attributes() {
            if !known.contains(&attribute.name()) {
                let at = self.document.text_pos_at(attribute.range().start);
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let reason =
                    format!("<{}> knows no {}=; it takes {known}", node.tag_name().name(), attribute.name());
                let place = Place { line: at.row, column: at.col };
                self.broken.push(Broken { file: self.file.to_owned(), place, reason });
            }
        }
    }

    fn place(&self, node: Node<'a, 'a>) -> Place {
        let at = self.document.text_pos_at(node.range().start);
        Place { line: at.row, column: at.col }
    }

    /// Where the value of an attribute begins; where there is none, the element.
    fn place_of(&self, node: Node<'a, 'a>, name: &str) -> Place {
        let start =
            node.attribute_node(name).map_or(node.range().start, |attribute| attribute.range_value().start);
        let at = self.document.text_pos_at(start);
        Place { line: at.row, column: at.col }
    }

    fn wrong(&mut self, node: Node<'a, 'a>, reason: &str) {
        let place = self.place(node);
        self.broken.push(Broken { file: self.file.to_owned(), place, reason: reason.to_owned() });
    }

    fn wrong_at(&mut self, node: Node<'a, 'a>, name: &str, reason: &str) {
        let place = self.place_of(node, name);
        self.broken.push(Broken { file: self.file.to_owned(), place, reason: reason.to_owned() });
    }
}

fn plain(node: Node<'_, '_>) -> String {
    one_line(node.text().unwrap_or_default()).trim().to_owned()
}

/// A text in which every run of blanks and line ends is one blank.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if !letter.is_ascii_whitespace() {
            line.push(letter);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line
}

fn has_source(inside: &[Inline]) -> bool {
    inside.iter().any(|piece| match piece {
        Inline::Source { .. } => true,
        Inline::Marked { inside, .. } => has_source(inside),
        Inline::Text(_) | Inline::Value(_) => false,
    })
}
