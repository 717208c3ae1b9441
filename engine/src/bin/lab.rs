//! `lab`: scenarios from the command line. JSON on stdout, people's words on stderr.
//!
//! Exit 0: good. Exit 2: bad input, one line that names the field. Exit 1: anything else.

mod lab {
    pub(crate) mod arguments;
    pub(crate) mod csv;
    pub(crate) mod explain;
    pub(crate) mod failure;
    pub(crate) mod generate;
    pub(crate) mod model;
    pub(crate) mod run;
}

use std::process::ExitCode;

use lab::arguments::{Command, USAGE};
use lab::failure::Failure;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match perform(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

fn perform(arguments: &[String]) -> Result<(), Failure> {
    match Command::parse(arguments)? {
        Command::Help => {
            eprintln!("{USAGE}");
            Ok(())
        }
        Command::Run { scenario, transport, result, memory_bytes } => {
            lab::run::run(&scenario, transport, result.as_deref(), memory_bytes)
        }
        Command::Sweep { scenario, workers } => lab::run::sweep(&scenario, &workers),
        Command::Explain { scenario } => lab::explain::explain(&scenario),
        Command::Model { scenario, workers } => lab::model::model(&scenario, workers.as_deref()),
        Command::Generate { scenario, table, file } => lab::generate::generate(&scenario, table, &file),
    }
}
