//! The one file of words: whatever a reader sees or hears stands there, and all that stands there is used.
//!
//! What looks like words for people is found among the literals of Rust and JavaScript and in the documents: two words of letters
//! with a blank between them, or one that begins with a capital letter. A literal in lower case without a blank may be a name
//! (`workers` is a field, an id and a class), so it is not found.

use super::{Source, read, root, sources};

#[path = "../../../view/words/read.rs"]
mod reader;

const FILE: &str = "view/words/en.txt";

/// Where words may stand all the same: the beginning of a path, what the literal begins with (anything, where it is empty),
/// and why.
const ALLOWED: [(&str, &str, &str); 20] = [
    ("src/session/bench", "", "figures of benchmarks are for who measures"),
    ("src/browser", "", "the transport's errors are for who mends it, as the engine's are"),
    ("view/src/charts/svg.rs", "<", "SVG"),
    ("view/src/charts/theme.rs", "", "a style sheet, and colours that browsers name"),
    ("view/src/charts/timeline/moment.rs", "<", "SVG"),
    ("view/src/charts/mod.rs", "", "a chart that cannot be drawn is a mistake of ours, for who mends it"),
    ("view/src/embed.rs", "", "code that a reader copies"),
    ("view/src/plan/source.rs", "", "source of the engine"),
    ("view/src/keys.rs", "", "keys, as browsers name them"),
    ("view/src/controls/presets/cases.rs", "", "names of repositories"),
    ("view/src/saved_run.rs", "at line", "what a reader of JSON says"),
    ("view/src/words.rs", "", "the words themselves"),
    ("src/ui/dom.rs", "(prefers", "a query of styles"),
    ("src/ui/tools/mod.rs", "TEXTAREA", "an element"),
    ("src/ui/tools/save.rs", "SVG", "a form of files"),
    ("desk/js/help.js", "Arrow", "keys, as browsers name them"),
    ("desk/js/save.js", "(prefers", "a query of styles"),
    ("widget", "Shuffle Lab's embed.js", "for the console"),
    ("start.js", "Files", "a kind of what is dropped"),
    ("start.js", "shuffle-lab.html: status", "an answer of a server"),
];

/// Whether a text looks like words for people.
fn is_wordy(text: &str) -> bool {
    let bare = without_braces(text);
    let words: Vec<&str> = bare.split(' ').collect();
    let is_word = |word: &str| {
        let word = word.trim_matches(|letter: char| !letter.is_alphabetic());
        word.len() > 1 && word.chars().all(|letter| letter.is_alphabetic() || letter == '\'')
    };
    let is_filled = |word: &str| word.trim_matches(|letter: char| ",.;:()".contains(letter)) == FILLED;
    let two = words.windows(2).any(|pair| match (is_word(pair[0]), is_word(pair[1])) {
        (true, true) => true,
        (true, false) => is_filled(pair[1]),
        (false, true) => is_filled(pair[0]),
        (false, false) => false,
    });
    let mut letters = bare.trim_start().chars();
    let begins =
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    two || begins
}

/// Stands for what is put into a text.
const FILLED: &str = "…";

/// A text with a sign for each of what is put into it: `{name}`, `${name}`.
fn without_braces(text: &str) -> String {
    let mut depth = 0u32;
    let mut bare = String::new();
    for letter in text.replace("${", "{").chars() {
        match letter {
            '{' if depth == 0 => {
                bare += FILLED;
                depth = 1;
            }
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(letter),
            _ => {}
        }
    }
    bare
}

/// A literal, the number of its line, and what stands before it on that line.
struct Literal {
    line: usize,
    text: String,
    before: String,
}

/// The literals of a source, without comments. `quotes` are the letters that begin and end one.
fn literals(text: &str, quotes: &[char]) -> Vec<Literal> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line, mut line_start) = (0, 1, 0);
    while at < letters.len() {
        let rest = &letters[at..];
        let here = letters[at];
        if here == '\n' {
            (line, line_start) = (line + 1, at + 1);
            at += 1;
        } else if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|letter| *letter == '\n').unwrap_or(rest.len());
        } else if rest.starts_with(&['/', '*']) {
            let end = rest.windows(2).position(|pair| pair == ['*', '/']).map_or(rest.len(), |end| end + 2);
            line += rest[..end].iter().filter(|letter| **letter == '\n').count();
            at += end;
        } else if here == '\'' && !quotes.contains(&'\'') {
            // A letter in quotes, or a lifetime.
            let is_escaped = rest.get(1) == Some(&'\\');
            let end = if is_escaped {
                rest.iter().skip(2).position(|letter| *letter == '\'').map(|end| end + 3)
            } else {
                None
            };
            at += end.unwrap_or(if rest.get(2) == Some(&'\'') { 3 } else { 1 });
        } else if quotes.contains(&here) {
            let raw = raw_marks(&letters[..at]);
            let (end, literal) = literal(rest, here, raw);
            let before: String = letters[line_start..at].iter().collect();
            found.push(Literal { line, text: literal, before });
            let breaks: Vec<usize> = (0..end).filter(|place| rest[*place] == '\n').collect();
            line += breaks.len();
            line_start = breaks.last().map_or(line_start, |last| at + last + 1);
            at += end;
        } else {
            at += 1;
        }
    }
    found
}

/// How many `#` a raw literal has before its quote; `None` where it is none.
fn raw_marks(before: &[char]) -> Option<usize> {
    let marks = before.iter().rev().take_while(|letter| **letter == '#').count();
    let rest = &before[..before.len() - marks];
    let is_raw =
        rest.last() == Some(&'r') && rest.iter().rev().nth(1).is_none_or(|letter| !letter.is_alphanumeric());
    is_raw.then_some(marks)
}

/// Where a literal ends and what it says, without the breaks of lines in it.
fn literal(letters: &[char], quote: char, raw: Option<usize>) -> (usize, String) {
    let mut said = String::new();
    let mut at = 1;
    while at < letters.len() {
        match (letters[at], raw) {
            ('\\', None) if letters.get(at + 1) == Some(&'\n') => {
                at += 1;
                while letters.get(at).is_some_and(|letter| letter.is_whitespace()) {
                    at += 1;
                }
                continue;
            }
            ('\\', None) => {
                said.extend(letters.get(at + 1));
                at += 2;
                continue;
            }
            (letter, None) if letter == quote => return (at + 1, said),
            (letter, Some(marks))
                if letter == quote && letters[at + 1..].iter().take(marks).all(|mark| *mark == '#') =>
            {
                return (at + 1 + marks, said);
            }
            (letter, _) => said.push(letter),
        }
        at += 1;
    }
    (at, said)
}

/// What stands before a literal that nobody reads: classes, what a broken promise says, why a lint is off, what a JSON is made of.
const UNREAD: [&str; 6] = ["class=", "expect(", "reason = ", "className: ", "rel=", "class: "];

fn found_in(path: &str, text: &str, quotes: &[char]) -> Vec<String> {
    let is_allowed = |said: &str| {
        let said = said.trim_start();
        ALLOWED.iter().any(|(place, begin, _)| path.starts_with(place) && said.starts_with(begin))
    };
    literals(text, quotes)
        .into_iter()
        .filter(|literal| is_wordy(&literal.text) || is_noun(literal))
        .filter(|literal| !is_allowed(&literal.text))
        .filter(|literal| UNREAD.iter().all(|unread| !literal.before.ends_with(unread)))
        .map(|literal| format!("{path}:{}: {:?}", literal.line, literal.text))
        .collect()
}

/// A noun in one of its forms stands where it is counted, though it is a word alone.
fn is_noun(literal: &Literal) -> bool {
    literal.before.contains("plural(") && literal.text.chars().all(char::is_alphabetic)
}

/// A Rust source up to its tests.
fn code_of(source: &Source) -> &str {
    let end = source.text.find("#[cfg(test)]\nmod tests").unwrap_or(source.text.len());
    &source.text[..end]
}

fn rust() -> Vec<Source> {
    ["src", "view/src", "desk/src"].into_iter().flat_map(sources).collect()
}

/// The scripts and documents of page and figures, without the lesson's.
fn scripts() -> Vec<Source> {
    let files = |folder: &str| {
        let entries = std::fs::read_dir(root().join(folder)).expect("a folder that is there can be read");
        entries.map(move |entry| entry.expect("an entry of a folder").path())
    };
    let mut paths: Vec<_> = files("desk/js").chain(files("widget")).collect();
    paths.extend(["start.js", "index.html"].map(|name| root().join(name)));
    paths.sort();
    let source = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a source file can be read");
        let path = path.strip_prefix(root()).expect("below the repository").display().to_string();
        Source { path: path.replace('\\', "/"), text }
    };
    // Types have comments and no texts.
    paths.into_iter().map(source).filter(|source| !source.path.ends_with(".d.ts")).collect()
}

/// What stands between the elements of a document, and what an attribute says aloud.
fn document_words(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut rest = line;
        let mut bare = String::new();
        while let Some((before, after)) = rest.split_once('<') {
            bare += before;
            rest = after.split_once('>').map_or("", |(tag, rest)| {
                let spoken = ["content=\"", "title=\"", "aria-label=\""];
                let said = spoken.iter().filter_map(|name| tag.split_once(name)?.1.split('"').next());
                let is_setting = tag.contains("name=\"viewport\"") || tag.contains("color-scheme");
                found.extend(
                    said.filter(|said| !is_setting && is_wordy(said))
                        .map(|said| format!("{path}:{number}: {said:?}")),
                );
                rest
            });
        }
        bare += rest;
        if is_wordy(&bare) {
            found.push(format!("{path}:{number}: {bare:?}"));
        }
    }
    found
}

/// A document's markup: without comments and without what stands inside a script, whose lines stay empty.
fn markup(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    let blank = |part: &str, kept: &mut String| kept.extend(part.chars().filter(|letter| *letter == '\n'));
    loop {
        let comment = rest.find("<!--").map(|at| (at, "-->"));
        let script = rest.find("<script").map(|at| (at, "</script>"));
        let Some((at, end)) = comment.into_iter().chain(script).min() else { break };
        kept += &rest[..at];
        let close = rest[at..].find(end).map_or(rest.len(), |close| at + close + end.len());
        blank(&rest[at..close], &mut kept);
        rest = &rest[close..];
    }
    kept + rest
}

/// What stands inside the scripts of a document, at its lines.
fn inner_scripts(text: &str) -> String {
    let mut kept = String::new();
    let mut is_inside = false;
    for line in text.lines() {
        if is_inside && !line.contains("</script>") {
            kept += line;
        }
        is_inside = (is_inside || line.trim() == "<script>") && !line.contains("</script>");
        kept.push('\n');
    }
    kept
}

fn words_outside(rust: &[Source], scripts: &[Source]) -> Vec<String> {
    let mut found: Vec<String> =
        rust.iter().flat_map(|source| found_in(&source.path, code_of(source), &['"'])).collect();
    for Source { path, text } in scripts {
        if path.ends_with(".html") {
            found.extend(document_words(path, &markup(text)));
            found.extend(found_in(path, &inner_scripts(text), &['"', '\'', '`']));
        } else {
            found.extend(found_in(path, text, &['"', '\'', '`']));
        }
    }
    found
}

#[test]
fn what_a_reader_sees_or_hears_stands_in_the_file_of_words() {
    let found = words_outside(&rust(), &scripts());
    assert!(found.is_empty(), "words for people belong into {FILE}:\n{}", found.join("\n"));
}

#[test]
fn a_text_outside_is_found_in_every_kind_of_source() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let found = |path: &str, text: &str| {
        let is_rust = path.ends_with(".rs");
        let source = [source(path, text)];
        if is_rust { words_outside(&source, &[]) } else { words_outside(&[], &source) }
    };
    for (path, text) in [
        ("view/src/verdict.rs", "let said = format!(\"{rows} rows came\");"),
        ("view/src/verdict.rs", "let said = \"It is \\\n    late\";"),
        ("view/src/charts/load.rs", "let said = format!(\"worker {index}: {rows}\");"),
        ("view/src/charts/load.rs", "let said = units::plural(count, \"worker\", WORKERS);"),
        ("src/ui/page.rs", "view! { <p class=\"wide lab\">\"Nothing has run\"</p> }"),
        ("src/ui/page.rs", "view! { <p aria-label=\"Progress\"></p> }"),
        ("desk/src/look.rs", "let name = r#\"two runs\"#;"),
        ("desk/js/runs.js", "say(`Pinned: ${run.name}.`);"),
        ("widget/element.js", "throw new Error('the figure is in no page');"),
        ("index.html", "<p>\n  Nothing is sent.\n</p>"),
        ("index.html", "<meta content=\"A data engine\">"),
        ("widget/shuffle-lab.html", "<script>\nsay(\"Starting soon\");\n</script>"),
    ] {
        assert_eq!(found(path, text).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("view/src/verdict.rs", "// It is a comment.\nlet name = words::verdict::NAME;"),
        ("view/src/verdict.rs", "value.expect(\"a run has begun\"); let x = \"{rows} · {bytes}\";"),
        (
            "view/src/verdict.rs",
            "let field = \"workers\";\n#[cfg(test)]\nmod tests { let x = \"It is late\"; }",
        ),
        ("src/ui/page.rs", "view! { <p class=\"lab slim\">{words::page::NAME}</p> }"),
        ("desk/js/runs.js", "el(\"p\", { className: \"desk wide\" }, WORDS.desk.none); // It is a comment."),
        ("index.html", "<!-- It is a comment. -->\n<p>{{words.boot.starting}}</p>"),
    ] {
        assert_eq!(found(path, text), [""; 0], "{path}: {text}");
    }
}

#[test]
fn every_word_of_the_file_is_used() {
    let words = reader::read(&read(FILE)).unwrap_or_else(|(line, what)| panic!("{FILE}:{line}: {what}"));
    let (rust, scripts) = (rust(), scripts());
    let is_in = |text: &str, name: &str| {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let mut places = text.match_indices(name);
        places.any(|(at, _)| !text[at + name.len()..].starts_with(is_part))
    };
    let mut unused = Vec::new();
    for (section, texts) in &words {
        for (name, text) in texts {
            let has_parameters = reader::placeholders(text).is_ok_and(|names| !names.is_empty());
            let in_rust = if has_parameters { name.clone() } else { name.to_uppercase() };
            let in_rust = format!("{section}::{in_rust}");
            let in_script = [format!("WORDS.{section}.{name}"), format!("words.{section}.{name}")];
            let is_used = rust.iter().any(|source| is_in(code_of(source), &in_rust))
                || scripts.iter().any(|source| in_script.iter().any(|named| is_in(&source.text, named)));
            if !is_used {
                unused.push(format!("[{section}] {name}"));
            }
        }
    }
    assert!(unused.is_empty(), "{FILE} has words that nothing says: {}", unused.join(", "));
}
