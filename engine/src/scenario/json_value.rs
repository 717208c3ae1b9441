//! What stands in a JSON text: the text of each value and the path to it. What a value is to be, its reader says.
//!
//! `serde_json` finds where values begin and end, and undoes the escapes of words. It does not read numbers here: a value
//! goes to the same reader as a link's part, so that both forms take the same.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::InvalidScenario;
use super::numbers;
use super::words::{NUMBER, WHOLE, no_number, short};

/// The whole text's name in an error.
pub(super) const WHOLE_TEXT: &str = "scenario";

/// The fields of an object, in their order.
pub(super) type Fields<'a> = Vec<(String, JsonValue<'a>)>;

/// A value that stands somewhere in a JSON text.
pub(super) struct JsonValue<'a> {
    /// The names on the way to it, with dots between.
    pub(super) path: String,
    content: Content<'a>,
}

enum Content<'a> {
    /// The text of a value that is no group.
    Text(&'a str),
    /// What stands in a group.
    Group(Fields<'a>),
}

/// Reads a text that is an object; the fields of these names in it are objects themselves.
///
/// # Errors
/// Names the field that is not JSON, is no object but should be, or is given twice.
pub(super) fn read<'a>(text: &'a str, groups: &[&str]) -> Result<Fields<'a>, InvalidScenario> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut reading = Reading { groups, path: String::new(), is_twice: false };
    let read = Object(&mut reading).deserialize(&mut deserializer);
    let read = read.and_then(|fields| deserializer.end().map(|()| fields));
    read.map_err(|error| {
        let field = if reading.path.is_empty() { WHOLE_TEXT } else { &reading.path };
        let sentence = error.to_string();
        // A number that no double holds is JSON all the same.
        if (error.is_syntax() || error.is_eof()) && !sentence.starts_with("number out of range") {
            // A text that just ends says nothing of the field where it does.
            let is_cut = error.is_eof() || is_end(text, &error);
            let field = if is_cut { WHOLE_TEXT } else { field };
            return InvalidScenario::new(field, format!("is not JSON: {sentence}"));
        }
        match field {
            _ if reading.is_twice => InvalidScenario::new(field, "is given twice"),
            WHOLE_TEXT => InvalidScenario::new(field, "must be an object, as in {\"version\":1}"),
            _ => InvalidScenario::new(field, "must be an object in braces"),
        }
    })
}

/// Whether an error stands at the end of the text.
fn is_end(text: &str, error: &serde_json::Error) -> bool {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let last_line = text.bytes().rev().take_while(|byte| *byte != b'\n').count();
    // A text that its last brace closes is whole.
    (lines, last_line) == (error.line(), error.column()) && !text.ends_with('}')
}

impl<'a> JsonValue<'a> {
    /// What stands in a group.
    pub(super) fn fields(self) -> Fields<'a> {
        match self.content {
            Content::Group(fields) => fields,
            Content::Text(_) => Vec::new(),
        }
    }

    /// A whole number.
    pub(super) fn whole<T: TryFrom<u64>>(&self) -> Result<T, InvalidScenario> {
        numbers::whole(self.text()).map_err(|why| no_number(&self.path, why, || self.must_be(WHOLE)))
    }

    /// A number.
    pub(super) fn real(&self) -> Result<f64, InvalidScenario> {
        numbers::real(self.text()).map_err(|why| no_number(&self.path, why, || self.must_be(NUMBER)))
    }

    /// A flag.
    pub(super) fn flag(&self) -> Result<bool, InvalidScenario> {
        match self.text() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.must_be("true or false")),
        }
    }

    /// A word.
    pub(super) fn word(&self) -> Result<String, InvalidScenario> {
        // An escape may name half a character.
        let word = if self.text().starts_with('"') { serde_json::from_str(self.text()).ok() } else { None };
        word.ok_or_else(|| self.must_be("a word in quotes"))
    }

    /// What the value must be, and what it is, if that can be shown on a line.
    pub(super) fn must_be(&self, wanted: &str) -> InvalidScenario {
        let text = self.text();
        let reason = match text.as_bytes().first() {
            Some(b'n') => "must not be null".to_owned(),
            Some(b'{' | b'[') | None => format!("must be {wanted}"),
            Some(_) => {
                let short = short(text);
                format!("is {short}{}, must be {wanted}", if short.len() < text.len() { "..." } else { "" })
            }
        };
        InvalidScenario::new(&self.path, reason)
    }

    fn text(&self) -> &'a str {
        match self.content {
            Content::Text(text) => text,
            Content::Group(_) => "",
        }
    }
}

/// How far the reading of a text has come.
struct Reading<'g> {
    groups: &'g [&'g str],
    /// The path to the field that is being read; empty before the first. An error stands there.
    path: String,
    is_twice: bool,
}

/// The object that begins here.
struct Object<'r, 'g>(&'r mut Reading<'g>);

impl<'de> DeserializeSeed<'de> for Object<'_, '_> {
    type Value = Fields<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let Object(reading) = self;
        let parent = reading.path.clone();
        let mut fields = Fields::new();
        // An error in a name stands at the object that has it.
        while let Some(name) = map.next_key::<String>()? {
            reading.path = if parent.is_empty() { name.clone() } else { format!("{parent}.{name}") };
            if fields.iter().any(|(known, _)| *known == name) {
                reading.is_twice = true;
                return Err(A::Error::custom("is given twice"));
            }
            let path = reading.path.clone();
            let is_group = parent.is_empty() && reading.groups.contains(&name.as_str());
            let content = match is_group {
                true => Content::Group(map.next_value_seed(Object(reading))?),
                false => Content::Text(map.next_value::<&RawValue>()?.get()),
            };
            fields.push((name, JsonValue { path, content }));
            reading.path.clone_from(&parent);
        }
        Ok(fields)
    }
}
