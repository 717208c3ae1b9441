//! The command line, read.

use std::io::Read;

use shuffle_engine::Scenario;
use shuffle_engine::dataset::Table;
use shuffle_engine::scenario::{json, limits, link};

use super::failure::Failure;

pub(crate) const USAGE: &str = "\
lab run SCENARIO [--transport threads|local] [--result FILE.csv]
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
    Run { scenario: Scenario, transport: Transport, result: Option<String> },
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
                scenario: rest.scenario()?,
            },
            "sweep" => {
                let workers =
                    rest.workers()?.ok_or_else(|| bad("--workers: is missing, as in --workers 1,2,4,8"))?;
                Command::Sweep { scenario: rest.scenario()?, workers }
            }
            "model" => Command::Model { workers: rest.workers()?, scenario: rest.scenario()? },
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
        read_scenario(&self.plain.remove(0))
    }

    fn end(self) -> Result<(), Failure> {
        let left = self.options.into_iter().map(|(option, _)| option).chain(self.plain).next();
        left.map_or(Ok(()), |argument| Err(bad(format!("{argument}: is not an argument of this command"))))
    }
}

/// A JSON file, `-` or a link.
fn read_scenario(word: &str) -> Result<Scenario, Failure> {
    let is_link = word.starts_with('?') || word.starts_with("v=") || word.contains("://");
    if is_link {
        return Ok(link::decode_strict(word)?);
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
    let text = String::from_utf8(bytes).map_err(|_| bad("scenario: is not UTF-8"))?;
    Ok(json::decode(&text)?)
}
