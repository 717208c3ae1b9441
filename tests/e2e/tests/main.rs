//! All end-to-end tests in one binary with a harness of its own: they share the browsers, and a harness can close these
//! when the last test is over. Names, filters, `--list` and the summary are those of `cargo test`.

use std::process::ExitCode;
use std::sync::LazyLock;

use libtest_mimic::{Arguments, Failed, Trial};
use shuffle_lab_e2e::engines::Engine;
use shuffle_lab_e2e::{Outcome, browsers};
use tokio::runtime::Runtime;

/// A [`Trial`] for each function, by its own name after its file's.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        vec![$(crate::trial(concat!(module_path!(), "::", stringify!($name)), || crate::run($name()))),*]
    };
}

mod access;
mod desk;
mod drag;
mod figure;
mod hosts;
mod lab;
mod lesson;
mod page;
mod plan;
mod smoke;
mod timeline;

/// One for all tests: a browser outlives its test, and so must the connections to it.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().expect("the system has room for a few threads"));

fn main() -> ExitCode {
    let engines = match Engine::wanted() {
        Ok(engines) => engines,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut tests = smoke::tests(&engines);
    if engines.contains(&Engine::Chromium) {
        let files = [
            page::tests(),
            lab::tests(),
            timeline::tests(),
            plan::tests(),
            hosts::tests(),
            figure::tests(),
            lesson::tests(),
            access::tests(),
            desk::tests(),
            drag::tests(),
        ];
        tests.extend(files.into_iter().flatten());
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), tests);
    RUNTIME.block_on(browsers::close());
    conclusion.exit_code()
}

/// A test by its path, without the name of the binary.
fn trial(path: &str, test: fn() -> Result<(), Failed>) -> Trial {
    Trial::test(path.split_once("::").map_or(path, |(_, name)| name), test)
}

fn run(test: impl Future<Output = Outcome>) -> Result<(), Failed> {
    RUNTIME.block_on(test).map_err(Failed::from)
}
