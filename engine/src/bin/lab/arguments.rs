//! The command line, read.

use std::io::Read;

use shuffle_engine::Scenario;
use shuffle_engine::dataset::Table;
use shuffle_engine::scenario::{json, limits, link};

use super::failure::Failure;

pub(crate) const USAGE: &str = "\
lab run SCENARIO [--transport threads|local] [--result FILE.csv] [--memory BYTES]
lab generate SCENARIO --table prompts|rewards -o FILE.csv
lab explain SCENARIO
lab sweep SCENARIO --workers 1,2,4,8
lab model SCENARIO [--workers 1,2,4,8]

SCENARIO is a JSON file, - for standard input, or a link (?v=1&workers=8).
JSON goes to stdout, words for people to stderr.
Exit 0: good. 2: bad input, one line that names the field. 1: anything else.";

/// Who carries the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// A thread an executor.
    Threads,
    /// All in one thread, in a seeded order.
    Local,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Run { scenario: Scenario, transport: Transport, result: Option<String>, memory_bytes: Option<u64> },
    Sweep { scenario: Scenario, workers: Vec<u32> },
    Explain { scenario: Scenario },
    Model { scenario: Scenario, workers: Option<Vec<u32>> },
    Generate { scenario: Scenario, table: Table, file: String },
}

impl Command {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let Some((command, rest)) = arguments.split_first() else { return Ok(Command::Help) };
        if ["help", "-h", "--help"].contains(&command.as_str()) {
            return Ok(Command::Help);
        }
        let mut rest = Rest::new(rest)?;
        let parsed = match command.as_str() {
            "run" => Command::Run {
                transport: match rest.option("--transport").as_deref() {
                    None | Some("threads") => Transport::Threads,
                    Some("local") => Transport::Local,
                    Some(other) => {
                        return Err(bad(format!("--transport: is {other:?}, must be threads or local")));
                    }
                },
                result: rest.option("--result"),
                memory_bytes: rest.bytes("--memory")?,
                scenario: rest.scenario()?,
            },
            "sweep" => {
                let workers =
                    rest.workers()?.ok_or_else(|| bad("--workers: is missing, as in --workers 1,2,4,8"))?;
                Command::Sweep { scenario: rest.scenario()?, workers }
            }
            "model" => Command::Model { workers: rest.workers()?, scenario: rest.model_scenario()? },
            "explain" => Command::Explain { scenario: rest.scenario()? },
            "generate" => {
                let name = rest.option("--table").ok_or_else(|| bad("--table: is missing"))?;
                let table = Table::ALL
                    .into_iter()
                    .find(|table| table.name() == name)
                    .ok_or_else(|| bad(format!("--table: is {name:?}, must be prompts or rewards")))?;
                let file = rest.option("-o").ok_or_else(|| bad("-o: is missing"))?;
                Command::Generate { scenario: rest.scenario()?, table, file }
            }
            other => {
                return Err(bad(format!(
                    "{other:?} is not a command; there are run, generate, explain, sweep, model"
                )));
            }
        };
        rest.end()?;
        Ok(parsed)
    }
}

fn bad(sentence: impl Into<String>) -> Failure {
    Failure::Input(sentence.into())
}

/// The arguments behind the command: options with their values, and what is left.
struct Rest {
    options: Vec<(String, String)>,
    plain: Vec<String>,
}

impl Rest {
    fn new(arguments: &[String]) -> Result<Self, Failure> {
        let mut rest = Rest { options: Vec::new(), plain: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if argument.starts_with('-') && argument != "-" {
                let value = arguments.next().ok_or_else(|| bad(format!("{argument}: has no value")))?;
                rest.options.push((argument.clone(), value.clone()));
            } else {
                rest.plain.push(argument.clone());
            }
        }
        Ok(rest)
    }

    fn option(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(option, _)| option == name)?;
        Some(self.options.remove(at).1)
    }

    fn bytes(&mut self, name: &str) -> Result<Option<u64>, Failure> {
        let Some(word) = self.option(name) else { return Ok(None) };
        let bytes =
            word.parse().map_err(|_| bad(format!("{name}: is {word:?}, must be a number of bytes")))?;
        Ok(Some(bytes))
    }

    fn workers(&mut self) -> Result<Option<Vec<u32>>, Failure> {
        let Some(list) = self.option("--workers") else { return Ok(None) };
        let workers =
            list.split(',').map(|word| word.trim().parse::<u32>().ok().filter(|&workers| workers > 0));
        let workers: Option<Vec<u32>> = workers.collect();
        workers.map(Some).ok_or_else(|| bad(format!("--workers: is {list:?}, must be like 1,2,4,8")))
    }

    fn scenario(&mut self) -> Result<Scenario, Failure> {
        if self.plain.is_empty() {
            return Err(bad("SCENARIO: is missing: a JSON file, - or a link"));
        }
        read_text(&self.plain.remove(0))?.decode()
    }

    /// A scenario that is asked of the model, which knows more workers than run.
    fn model_scenario(&mut self) -> Result<Scenario, Failure> {
        if self.plain.is_empty() {
            return self.scenario();
        }
        let mut text = read_text(&self.plain.remove(0))?;
        let workers = text.take_model_workers();
        let scenario = text.decode()?;
        if let Some(workers) = workers.filter(|&workers| workers > limits::MAX_MODEL_WORKERS) {
            let most = limits::MAX_MODEL_WORKERS;
            return Err(bad(format!("workers: is {workers}, must be a whole number from 1 to {most}")));
        }
        Ok(Scenario { workers: workers.unwrap_or(scenario.workers), ..scenario })
    }

    fn end(self) -> Result<(), Failure> {
        let left = self.options.into_iter().map(|(option, _)| option).chain(self.plain).next();
        left.map_or(Ok(()), |argument| Err(bad(format!("{argument}: is not an argument of this command"))))
    }
}

/// A scenario as it was written.
enum Text {
    Link(String),
    Json(String),
}

impl Text {
    fn decode(&self) -> Result<Scenario, Failure> {
        Ok(match self {
            Text::Link(link) => link::decode_strict(link)?,
            Text::Json(text) => json::decode(text)?,
        })
    }

    /// Takes out a number of workers that only the model may be asked about, so that the rest can be read.
    fn take_model_workers(&mut self) -> Option<u32> {
        let only_modelled = limits::MAX_WORKERS + 1..;
        match self {
            Text::Link(link) => {
                let (start, word) = link.match_indices("workers=").find_map(|(at, name)| {
                    let begins = at == 0 || link[..at].ends_with(['?', '&']);
                    let rest = &link[at + name.len()..];
                    begins.then(|| (at, rest.split(['&', '#']).next().unwrap_or(rest)))
                })?;
                let workers = word.parse().ok().filter(|workers| only_modelled.contains(workers))?;
                let end = start + "workers=".len() + word.len();
                link.replace_range(start..end, "");
                Some(workers)
            }
            Text::Json(text) => {
                if text.len() > limits::MAX_JSON_BYTES {
                    return None;
                }
                let mut value: serde_json::Value = serde_json::from_str(text).ok()?;
                let field = value.get("workers")?.as_u64()?;
                let workers = u32::try_from(field).ok().filter(|workers| only_modelled.contains(workers))?;
                value.as_object_mut()?.remove("workers");
                *text = value.to_string();
                Some(workers)
            }
        }
    }
}

/// A JSON file, `-` or a link.
fn read_text(word: &str) -> Result<Text, Failure> {
    let is_link = word.starts_with('?') || word.starts_with("v=") || word.contains("://");
    if is_link {
        return Ok(Text::Link(word.to_owned()));
    }
    // One byte more than may be read tells that there is more.
    let limit = limits::MAX_JSON_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if word == "-" {
        std::io::stdin().take(limit).read_to_end(&mut bytes)
    } else {
        let file = std::fs::File::open(word).map_err(|error| bad(format!("SCENARIO: {word}: {error}")))?;
        file.take(limit).read_to_end(&mut bytes)
    };
    read.map_err(|error| bad(format!("SCENARIO: {word}: {error}")))?;
    Ok(Text::Json(String::from_utf8(bytes).map_err(|_| bad("scenario: is not UTF-8"))?))
}
