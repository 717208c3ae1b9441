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
//! A text is one line; `{{` and `}}` are braces. Who has to leave something out of a sentence writes two sentences. Scripts get
//! their texts from the same file when the page is built (`xtask/src/words.rs`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

#[path = "words/read.rs"]
mod read;

use read::{placeholders, read};

const WORDS: &str = "words/en.txt";

fn main() {
    println!("cargo::rerun-if-changed={WORDS}");
    println!("cargo::rerun-if-changed=words/read.rs");
    let text = fs::read_to_string(WORDS).unwrap_or_else(|error| panic!("{WORDS}: {error}"));
    let sections = read(&text).unwrap_or_else(|(line, what)| panic!("{WORDS}:{line}: {what}"));
    let mut code = String::new();
    for (section, texts) in sections {
        write_section(&mut code, &section, &texts);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the place for what is generated"));
    fs::write(out.join("words.rs"), code).expect("the place for what is generated can be written");
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
