//! `lab`: scenarios from the command line. JSON on stdout, people's words on stderr.
//!
//! ```text
//!  words ─> arguments::parse ─> Command ─> source::read ─> Scenario ─> run, sweep, explain, model, generate ─> output
//! ```
//!
//! Exit 0: good, or nobody reads the output any more. Exit 2: bad input, one line that names the field, or no command at all.
//! Exit 1: anything else.

mod lab {
    #[cfg(unix)]
    pub(crate) mod allocator;
    pub(crate) mod arguments;
    pub(crate) mod csv;
    pub(crate) mod explain;
    pub(crate) mod failure;
    pub(crate) mod generate;
    pub(crate) mod help;
    pub(crate) mod model;
    pub(crate) mod output;
    pub(crate) mod run;
    pub(crate) mod source;
}

use std::process::ExitCode;

use lab::arguments::{Command, parse};
use lab::failure::Failure;
use lab::source::read;
use lab::{help, output};

fn main() -> ExitCode {
    #[cfg(unix)]
    lab::allocator::prepare();
    match parse(std::env::args_os().skip(1)).and_then(perform) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(sentence) = failure.sentence() {
                output::say(&sentence);
            }
            ExitCode::from(failure.code())
        }
    }
}

fn perform(command: Command) -> Result<(), Failure> {
    match command {
        Command::Help(verb) => output::text(&help::of(verb)),
        Command::Version => output::text(&help::version()),
        Command::Run { scenario, transport, result, memory_bytes } => {
            lab::run::run(&read(&scenario)?, transport, result.as_deref(), memory_bytes)
        }
        Command::Sweep { scenario, workers } => lab::run::sweep(&read(&scenario)?, &workers),
        Command::Explain { scenario } => lab::explain::explain(&read(&scenario)?),
        Command::Model { scenario, workers } => lab::model::model(&read(&scenario)?, workers.as_deref()),
        Command::Generate { scenario, table, target } => {
            lab::generate::generate(&read(&scenario)?, table, &target)
        }
    }
}
