//! The words of scripts and of the documents themselves, from the one file of words (`view/words/en.txt`), when the page is built.
//!
//! ```text
//! WORDS.desk.close              in a script: a text
//! WORDS.desk.pinned(run.name)   in a script: a function of what stands in the text's braces, in their order
//! {{words.boot.starting}}       in a document: a text
//! ```
//!
//! A script gets an object with those texts that it names; a name that the file does not have ends the build.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::error::{Error, Outcome};

#[path = "../../view/words/read.rs"]
mod read;

use read::{Words as Texts, placeholders};

const FILE: &str = "view/words/en.txt";

/// The texts of the one file of words, by section and name.
pub(crate) struct Words(Texts);

impl Words {
    /// Reads the file of words.
    pub(crate) fn of(root: &Path) -> Outcome<Self> {
        let path = root.join(FILE);
        let text = fs::read_to_string(&path).map_err(Error::io("reading", &path))?;
        let texts =
            read::read(&text).map_err(|(line, what)| Error::Project(format!("{FILE}:{line}: {what}.")))?;
        Ok(Words(texts))
    }

    fn text(&self, section: &str, name: &str) -> Outcome<&str> {
        let text = self.0.get(section).and_then(|texts| texts.get(name));
        text.map(String::as_str).ok_or_else(|| {
            Error::Project(format!("{FILE} has no {name} in [{section}], which a script or document names."))
        })
    }

    /// `const WORDS = {…};` with the texts that the script names.
    pub(crate) fn script(&self, script: &str) -> Outcome<String> {
        let mut object = String::from("const WORDS = {");
        let mut before = "";
        for (section, name) in &named(script, "WORDS.") {
            if *section != before {
                object += if before.is_empty() { "" } else { "}," };
                object += &format!("{section}:{{");
                before = section;
            }
            object += &format!("{name}:{},", value(self.text(section, name)?)?);
        }
        object += if before.is_empty() { "" } else { "}" };
        Ok(object + "};")
    }

    /// The document with its texts in their places.
    pub(crate) fn document(&self, document: &str) -> Outcome<String> {
        let mut filled = document.to_owned();
        for (section, name) in named(document, "{{words.") {
            let text =
                self.text(section, name)?.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            filled = filled.replace(&format!("{{{{words.{section}.{name}}}}}"), &text);
        }
        Ok(filled)
    }
}

/// Section and name of each text that is named behind a mark, in order.
fn named<'a>(text: &'a str, mark: &str) -> BTreeSet<(&'a str, &'a str)> {
    let word = |text: &'a str| {
        let is_in = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        let end = text.find(|letter| !is_in(letter)).unwrap_or(text.len());
        text.split_at(end)
    };
    let parts = text.split(mark).skip(1);
    parts
        .filter_map(|rest| {
            let (section, rest) = word(rest);
            let (name, _) = word(rest.strip_prefix('.')?);
            (!section.is_empty() && !name.is_empty()).then_some((section, name))
        })
        .collect()
}

/// A text as JavaScript writes it: a string, or a function where something is to be put in.
fn value(text: &str) -> Outcome<String> {
    let names = placeholders(text).map_err(|what| Error::Project(format!("{FILE}: {text:?}: {what}.")))?;
    let mut written = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.next_if_eq(&letter).is_some() => written.push(letter),
            '{' => {
                let name: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
                written += &format!("${{{name}}}");
            }
            '`' | '\\' | '$' => written.extend(['\\', letter]),
            // It could end the script that it stands in.
            '<' => written += "\\u003c",
            _ => written.push(letter),
        }
    }
    let parameters = if names.is_empty() { String::new() } else { format!("({})=>", names.join(",")) };
    Ok(format!("{parameters}`{written}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        Words(read::read(text).expect("the words can be read"))
    }

    #[test]
    fn a_script_gets_the_texts_that_it_names_and_no_others() {
        let words = words("[a]\none = One\ntwo = Two {x} of {{{y}}}\nthree = 3\n[b]\ntick = `$1` <");
        let script = words.script("say(WORDS.a.two(1, 2)); say(WORDS.b.tick, WORDS.a.one, WORDS.a.one)");
        let expected =
            "const WORDS = {a:{one:`One`,two:(x,y)=>`Two ${x} of {${y}}`,},b:{tick:`\\`\\$1\\` \\u003c`,}};";
        assert_eq!(script.ok().as_deref(), Some(expected));
        assert_eq!(words.script("nothing").ok().as_deref(), Some("const WORDS = {};"));
    }

    #[test]
    fn a_text_that_is_not_there_is_named() {
        let words = words("[a]\none = One & <two>");
        assert!(words.script("WORDS.a.none").is_err_and(|error| error.to_string().contains("none in [a]")));
        assert!(words.document("{{words.c.one}}").is_err());
        assert_eq!(
            words.document("<p>{{words.a.one}}</p>").ok().as_deref(),
            Some("<p>One &amp; &lt;two></p>")
        );
    }
}
