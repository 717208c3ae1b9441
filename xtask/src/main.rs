//! `cargo xtask`: sets up, serves, tests, builds, benchmarks and fuzzes Shuffle Lab.
//!
//! ```text
//! cli      words -> Command
//! setup    Command -> what is missing is brought, in one line each
//! page     trunk -> dist/
//! widget   adds the files of figures in other pages, and the lesson, to what trunk has built
//! words    the words of scripts and documents, from view/words/en.txt
//! serve    trunk, watching
//! test     checks and tests, in order, with times
//! hosts    pages of others with figures in them
//! bench    Node runs tests/bench
//! fuzz     cargo-fuzz runs the targets of fuzz/
//! ```
//!
//! It has hardly a dependency, so that it starts within seconds in a fresh clone. All pinned versions
//! are in `tools`.

mod bench;
mod cli;
mod error;
mod fingerprint;
mod fuzz;
mod hosts;
mod page;
mod project;
mod run;
mod say;
mod serve;
mod setup;
mod test;
mod tools;
mod widget;
mod words;

use std::process::ExitCode;

use cli::Command;
use error::{Error, Outcome};
use project::Project;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match cli::parse(&arguments).and_then(perform) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error}");
            match error {
                Error::Usage(_) => ExitCode::from(2),
                Error::Missing { .. } | Error::Failed { .. } | Error::Io { .. } | Error::Project(_) => {
                    ExitCode::FAILURE
                }
            }
        }
    }
}

fn perform(command: Command) -> Outcome {
    match command {
        Command::Help => {
            say::line(cli::USAGE);
            Ok(())
        }
        Command::Serve { port } => serve::serve(&Project::find()?, port),
        Command::Announce { port, dist } => {
            serve::announce(port, dist.as_ref());
            Ok(())
        }
        Command::Tools => setup::page_tools(&Project::find()?, setup::Purpose::Publishing).map(drop),
        Command::Page => page::build_if_changed(&Project::find()?),
        Command::Widget => widget::add_to_staged(&Project::find()?),
        Command::Build => page::build(&Project::find()?),
        Command::Test { parts, browsers } => test::run(&Project::find()?, &parts, browsers),
        Command::Hosts { names, browsers } => hosts::run(&Project::find()?, &names, browsers),
        Command::Fuzz { runs } => fuzz::run(&Project::find()?, runs),
        Command::Bench { arguments } => bench::run(&Project::find()?, &arguments),
    }
}
