//! A scenario, read from where it is written.

use std::fs::File;
use std::io::Read;

use shuffle_engine::Scenario;
use shuffle_engine::scenario::{json, limits, link};

use super::arguments::Source;
use super::failure::Failure;

/// Parts of a page's address that say how a run is shown, not what runs. The command line passes over them.
const PAGE_PARTS: [&str; 8] = ["load", "exchange", "reach", "open", "theme", "embed", "controls", "views"];

/// Reads a scenario. It is valid, but may name more executors than this machine can start.
pub(crate) fn read(source: &Source) -> Result<Scenario, Failure> {
    match source {
        Source::Link(link) => Ok(link::decode_beside(link, &PAGE_PARTS)?),
        Source::File(path) => {
            let file = File::open(path).map_err(|error| unreadable(path, &error))?;
            decode(file, path)
        }
        Source::Stdin => decode(std::io::stdin(), "-"),
    }
}

fn decode(stream: impl Read, name: &str) -> Result<Scenario, Failure> {
    // One byte more than may be read tells that there is more.
    let limit = limits::MAX_JSON_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    stream.take(limit).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::input("scenario", "is not UTF-8"))?;
    // Some editors begin a file with a byte order mark.
    Ok(json::decode(text.strip_prefix('\u{feff}').unwrap_or(&text))?)
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::input("SCENARIO", format!("{name}: {error}"))
}
