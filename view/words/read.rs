//! Reads the file of words, for all who need it: `view/build.rs` makes Rust of it, `xtask/src/words.rs` JavaScript, and
//! `tests/native/tidy/words.rs` looks that every text is used. The form is told in `view/build.rs`.

use std::collections::BTreeMap;

/// The texts of each section by their names.
pub(crate) type Words = BTreeMap<String, BTreeMap<String, String>>;

/// The texts of each section by their names; an error names the line.
pub(crate) fn read(text: &str) -> Result<Words, (usize, String)> {
    let mut sections = Words::new();
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
pub(crate) fn placeholders(text: &str) -> Result<Vec<String>, String> {
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
