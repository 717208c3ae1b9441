//! Pages of HTML: a chapter, and the list of all chapters. No script stands in them, so that a strict policy lets them run.

use std::fmt::Write as _;

use shuffle_engine::Scenario;
use shuffle_engine::scenario::json;
use shuffle_view::charts::guess::GuessOf;
use shuffle_view::quantities::Unit;

use crate::chapter::{Bet, Chapter, Figure, Inline, Part, Task, Value};
use crate::examine::Runs;
use crate::words;

/// Writes the page of one chapter, complete with its links to the others.
pub fn chapter(all: &[Chapter], index: usize, runs: &mut Runs) -> String {
    let chapter = &all[index];
    let mut writer = Writer { chapter, runs, out: String::new(), bets: 0, tasks: 0 };
    writer.parts();
    let parts = writer.out;
    let number = index + 1;
    let title = format!("{number}. {} · {}", escaped(&chapter.title), words::LAB);
    let body = format!(
        "<nav class=\"contents\" aria-label=\"{}\">{}</nav>\n<main id=\"chapter\" data-chapter=\"{}\">\n\
         <header class=\"opening\"><p class=\"number\">{number} / {}</p><h1>{}</h1>\n<p class=\"question\">{}</p></header>\n{parts}\
         {}</main>\n",
        words::CONTENTS,
        list(all, Some(index)),
        chapter.name,
        all.len(),
        escaped(&chapter.title),
        escaped(&chapter.question),
        turns(all, index),
    );
    page(&title, &escaped(&chapter.question), &body)
}

/// The lesson's first page.
pub fn index(all: &[Chapter]) -> String {
    let items: String = all
        .iter()
        .map(|chapter| {
            format!(
                "<li data-chapter=\"{0}\" data-tasks=\"{1}\"><a href=\"{0}.html\"><strong>{2}</strong></a>\
                 <span class=\"asks\">{3}</span> <span class=\"state\"></span></li>\n",
                chapter.name,
                chapter.tasks().count(),
                escaped(&chapter.title),
                escaped(&chapter.question)
            )
        })
        .collect();
    let first = all.first().map_or(String::new(), |chapter| {
        format!(
            "<p><a class=\"go\" href=\"{}.html\">{}: {}</a></p>",
            chapter.name,
            words::BEGIN,
            escaped(&chapter.title)
        )
    });
    let body = format!(
        "<main id=\"chapter\">\n<header class=\"opening\"><h1>{}</h1>\n<p class=\"question\">{}</p></header>\n<p>{}</p>\n<p>{}</p>\n\
         <h2>{}</h2>\n<ol class=\"chapters\">\n{items}</ol>\n{first}\n</main>\n",
        words::LESSON,
        words::LEAD,
        words::HOW,
        words::CLOCKS,
        words::CHAPTERS,
    );
    page(&format!("{} · {}", words::LESSON, words::LAB), words::LEAD, &body)
}

fn page(title: &str, description: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <meta name=\"description\" content=\"{description}\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"lesson.css\">\n<script src=\"theme.js\"></script>\n\
         <script type=\"module\" src=\"lesson.js\"></script>\n</head>\n<body>\n<a class=\"skip\" href=\"#chapter\">{}</a>\n\
         <header class=\"head\"><a class=\"name\" href=\"index.html\">{}</a>\
         <span class=\"tools\"><a href=\"../?v=1\">{}</a><button type=\"button\" id=\"theme\" data-word=\"{}\" hidden></button></span>\
         </header>\n{body}<noscript><p class=\"notice\">{}</p></noscript>\n\
         <footer class=\"foot\"><p>{} <button type=\"button\" id=\"reset\" hidden>{}</button></p></footer>\n</body>\n</html>\n",
        words::SKIP,
        words::LESSON,
        words::OPEN_LAB,
        words::THEME,
        words::NO_SCRIPT,
        words::FOOT,
        words::RESET,
    )
}

/// All chapters as links; the one that is open is no link.
fn list(all: &[Chapter], open: Option<usize>) -> String {
    let mut out = String::from("<ol>");
    for (index, chapter) in all.iter().enumerate() {
        let current = if open == Some(index) { " aria-current=\"page\"" } else { "" };
        let _ = write!(
            out,
            "<li data-chapter=\"{0}\" data-tasks=\"{2}\"><a href=\"{0}.html\"{current}>{1}</a> \
             <span class=\"state\"></span></li>",
            chapter.name,
            escaped(&chapter.title),
            chapter.tasks().count(),
        );
    }
    out + "</ol>"
}

/// To the chapter before and after.
fn turns(all: &[Chapter], index: usize) -> String {
    let link = |chapter: &Chapter, rel: &str, word: &str| {
        format!(
            "<a rel=\"{rel}\" href=\"{}.html\"><span>{word}</span> {}</a>",
            chapter.name,
            escaped(&chapter.title)
        )
    };
    let before = index.checked_sub(1).map(|before| link(&all[before], "prev", words::PREVIOUS));
    let after = match all.get(index + 1) {
        Some(after) => link(after, "next", words::NEXT),
        None => format!("<a href=\"../?v=1\"><span>{}</span> {}</a>", words::NEXT, words::TO_LAB),
    };
    let before = before.unwrap_or_else(|| {
        format!("<a href=\"index.html\"><span>{}</span> {}</a>", words::PREVIOUS, words::CONTENTS)
    });
    format!(
        "<nav class=\"turns\" aria-label=\"{} and {}\">{before}{after}</nav>\n",
        words::PREVIOUS,
        words::NEXT
    )
}

struct Writer<'a> {
    chapter: &'a Chapter,
    runs: &'a mut Runs,
    out: String,
    bets: u32,
    tasks: u32,
}

impl Writer<'_> {
    fn parts(&mut self) {
        for part in &self.chapter.parts {
            let html = match part {
                Part::Heading(words) => format!("<h2>{}</h2>\n", escaped(words)),
                Part::Paragraph(inside) => format!("<p>{}</p>\n", self.inline(inside, None)),
                Part::Careful(inside) => {
                    let inside = self.inline(inside, None);
                    format!("<aside class=\"careful\"><h2>{}</h2><p>{inside}</p></aside>\n", words::CAREFUL)
                }
                Part::Figure(figure) => self.figure(figure),
                Part::Bet(bet) => self.bet(bet),
                Part::Task(task) => self.task(task),
            };
            self.out += &html;
        }
    }

    fn figure(&mut self, figure: &Figure) -> String {
        let condition = self.chapter.tasks().find(|task| task.figure == figure.name);
        let condition = condition
            .map_or(String::new(), |task| format!(" condition=\"{}\"", escaped(&task.condition_text)));
        let caption = self.inline(&figure.caption, None);
        format!(
            "<figure class=\"live\">\n<shuffle-lab id=\"{0}\" query=\"{1}\" controls=\"{2}\" views=\"{3}\"{condition}>\
             <p class=\"waits\">{4}</p></shuffle-lab>\n<figcaption>{caption} <a href=\"../?{1}\">{5}</a></figcaption>\n</figure>\n",
            figure.name,
            escaped(&figure.query),
            figure.controls,
            figure.views,
            words::FIGURE_WAITS,
            words::OPEN_FIGURE,
        )
    }

    fn bet(&mut self, bet: &Bet) -> String {
        self.bets += 1;
        let number = self.bets;
        let id = format!("bet-{number}");
        let question = self.inline(&bet.question, Some(&bet.scenario));
        let [min, max, step, start] = bet.slider;
        let (noun, of) = (&bet.noun, bet.quantity.name());
        let answer = match self.runs.counted(&bet.scenario, &bet.quantity) {
            Some(answer) => format!("{} {}.", words::ANSWER, with_noun(&bet.unit.words(answer), noun)),
            None => words::ANSWER_TIMED.to_owned(),
        };
        let (chart, _) = GuessOf::ALL[GuessOf::ALL.iter().position(|(_, of)| *of == bet.chart).unwrap_or(0)];
        let prefix = match bet.chart {
            GuessOf::WallClock | GuessOf::Exchange => format!("{chart}:{}:", bet.scenario.workers),
            GuessOf::Load | GuessOf::Traffic => format!("{chart}:"),
        };
        let start = with_noun(&bet.unit.words(start as f64), noun);
        let form = format!(
            "<form>\n<label for=\"{id}-slider\">{}</label>\n<input type=\"range\" id=\"{id}-slider\" min=\"{min}\" max=\"{max}\" \
             step=\"{step}\" value=\"{}\" aria-valuetext=\"{start}\">\n<output for=\"{id}-slider\">{start}</output>\n\
             <span class=\"buttons\"><button type=\"submit\">{}</button> <button type=\"button\" class=\"quiet\">{}</button></span>\n\
             </form>\n",
            words::YOUR_BET,
            bet.slider[3],
            words::PLACE,
            words::SHOW,
        );
        format!(
            "<section class=\"bet\" id=\"{id}\" data-figure=\"{}\" data-asks=\"{}\" data-views=\"{}\" data-of=\"{of}\" data-as=\"{}\" \
             data-noun=\"{noun}\" data-guess=\"{prefix}\" data-origin=\"{}\" data-workers=\"{}\">\n<h2>{}</h2>\n<p>{question}</p>\n{form}\
             <p class=\"outcome\" role=\"status\"></p>\n<p class=\"unscripted\">{answer}</p>\n</section>\n",
            bet.figure,
            escaped(&json::encode(&bet.scenario)),
            bet.views,
            unit_word(bet.unit),
            origin(bet.quantity.is_timed(), of),
            bet.scenario.workers,
            words::BET,
        )
    }

    fn task(&mut self, task: &Task) -> String {
        self.tasks += 1;
        let words_of = self.inline(&task.words, None);
        format!(
            "<section class=\"task\" data-figure=\"{}\" data-task=\"{}\">\n<h2><span class=\"box\" aria-hidden=\"true\"></span>{}</h2>\n\
             <p>{words_of}</p>\n<details><summary>{}</summary><p>{}</p></details>\n<p class=\"done\" role=\"status\"></p>\n</section>\n",
            task.figure,
            self.tasks,
            words::TASK,
            words::HINT,
            escaped(&task.hint),
        )
    }

    fn inline(&mut self, inside: &[Inline], asked: Option<&Scenario>) -> String {
        let mut out = String::new();
        for piece in inside {
            match piece {
                Inline::Text(text) => out += &escaped(text),
                Inline::Value(value) => out += &self.value(value, asked),
                Inline::Source { href, inside } => {
                    let inside = self.inline(inside, asked);
                    let _ = write!(out, "<a class=\"source\" href=\"{}\">{inside}</a>", escaped(href));
                }
                Inline::Marked { tag, inside } => {
                    let inside = self.inline(inside, asked);
                    let _ = write!(out, "<{tag}>{inside}</{tag}>");
                }
            }
        }
        out
    }

    fn value(&mut self, value: &Value, asked: Option<&Scenario>) -> String {
        let figure = value.figure.as_deref().and_then(|name| self.chapter.figure(name));
        let scenario = figure.map(|figure| &figure.scenario).or(asked);
        let counted = scenario.and_then(|scenario| self.runs.counted(scenario, &value.quantity));
        let text =
            counted.map_or_else(|| words::NOT_MEASURED.to_owned(), |counted| value.unit.words(counted));
        // A bet speaks of what was there before it, whatever the figure shows since.
        match figure.filter(|_| asked.is_none()) {
            Some(figure) => format!(
                "<span class=\"value\" data-figure=\"{}\" data-of=\"{}\" data-as=\"{}\" title=\"{}\">{text}</span>",
                figure.name,
                value.quantity.name(),
                unit_word(value.unit),
                origin(value.quantity.is_timed(), value.quantity.name()),
            ),
            None => format!("<span class=\"value\">{text}</span>"),
        }
    }
}

/// "12 rows"; a number whose unit says it all has no noun.
fn with_noun(number: &str, noun: &str) -> String {
    if noun.is_empty() { number.to_owned() } else { format!("{number} {noun}") }
}

/// Where a number comes from, in a word.
fn origin(is_timed: bool, name: &str) -> &'static str {
    if is_timed {
        "measured"
    } else if name.starts_with("scenario.") {
        "set"
    } else {
        "counted"
    }
}

fn unit_word(unit: Unit) -> &'static str {
    Unit::ALL.iter().find(|(_, known)| *known == unit).map_or("", |(word, _)| word)
}

/// A text that stands in HTML, between tags or in an attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            _ => out.push(letter),
        }
    }
    out
}
