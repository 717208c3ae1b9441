//! Makes `words`, the module of everything that a reader is told, from the one file of words, `words/en.txt`: so a translation
//! is one file.
//!
//! ```text
//! # A comment.
//! [status]                                       pub mod status {
//! ready = Getting workers ready                      pub const READY: &str = "Getting workers ready";
//! running = Running: {done} of {total} tasks         pub fn running(done: &dyn Display, total: &dyn Display) -> String
//!                                                }
//! ```
//!
//! A text is one line; `{{` and `}}` are braces. Who has to leave something out of a sentence writes two sentences.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

const WORDS: &str = "words/en.txt";

fn main() {
    println!("cargo::rerun-if-changed={WORDS}");
    let text = fs::read_to_string(WORDS).unwrap_or_else(|error| panic!("{WORDS}: {error}"));
    let sections = read(&text).unwrap_or_else(|(line, what)| panic!("{WORDS}:{line}: {what}"));
    let mut code = String::new();
    for (section, texts) in sections {
        write_section(&mut code, &section, &texts);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the place for what is generated"));
    fs::write(out.join("words.rs"), code).expect("the place for what is generated can be written");
}

/// The texts of each section by their names; an error names the line.
fn read(text: &str) -> Result<BTreeMap<String, BTreeMap<String, String>>, (usize, String)> {
    let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut section = None;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            check_name(name).map_err(|what| (number, what))?;
            section = Some(name.to_owned());
            continue;
        }
        let name_and_text =
            line.split_once(" = ").ok_or((number, "has neither [section] nor name = text".to_owned()))?;
        let section = section.clone().ok_or((number, "stands before the first [section]".to_owned()))?;
        let (name, text) = name_and_text;
        check_name(name).and_then(|()| placeholders(text)).map_err(|what| (number, what))?;
        if sections.entry(section).or_default().insert(name.to_owned(), text.to_owned()).is_some() {
            return Err((number, format!("{name} is there twice")));
        }
    }
    Ok(sections)
}

fn check_name(name: &str) -> Result<(), String> {
    let is_plain =
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let is_name = is_plain && name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if is_name { Ok(()) } else { Err(format!("{name:?} is no name: small letters, digits and _")) }
}

/// The names in braces, each once, as they come in the text: so the parameters of a function stand as in its sentence.
fn placeholders(text: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let bare = text.replace("{{", "").replace("}}", "");
    let mut rest = bare.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let (name, beyond) = after.split_once('}').ok_or("a brace is not closed".to_owned())?;
        check_name(name)?;
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        rest = beyond;
    }
    if rest.contains('}') { Err("a brace is not opened".to_owned()) } else { Ok(names) }
}

fn write_section(code: &mut String, section: &str, texts: &BTreeMap<String, String>) {
    let _ = writeln!(code, "#[allow(missing_docs)]\npub mod {section} {{");
    for (name, text) in texts {
        let names = placeholders(text).expect("it was checked when it was read");
        if names.is_empty() {
            let plain = text.replace("{{", "{").replace("}}", "}");
            let _ = writeln!(code, "pub const {}: &str = {plain:?};", name.to_uppercase());
        } else {
            let parameters: Vec<String> =
                names.iter().map(|name| format!("{name}: &dyn ::std::fmt::Display")).collect();
            let _ =
                writeln!(code, "pub fn {name}({}) -> String {{ format!({text:?}) }}", parameters.join(", "));
        }
    }
    code.push_str("}\n");
}
