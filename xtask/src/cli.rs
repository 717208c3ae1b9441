//! The command line: words in, one [`Command`] out.

use crate::error::{Error, Outcome};
use crate::test::{Browsers, Engine, Part};

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print the usage.
    Help,
    /// Build, serve, rebuild on change.
    Serve { port: u16 },
    /// Leave the page in `dist/`.
    Build,
    /// Run everything, or one part; the end-to-end tests in these browsers.
    Test { parts: Vec<Part>, browsers: Browsers },
    /// Run the benchmarks.
    Bench { arguments: Vec<String> },
    /// Open pages of other hosts with figures in them, in these browsers.
    Hosts { names: Vec<String>, browsers: Browsers },
    /// Fuzz every target.
    Fuzz { runs: u64 },
    /// Internal: bring what the page is built with. The tests call it, to go on meanwhile.
    Tools,
    /// Internal: build the page unless it is there. The tests call it, to go on meanwhile.
    Page,
    /// Internal: add the figures' files to a page that trunk has built. Trunk calls it.
    Widget,
    /// Internal: wait until the server answers, then say so.
    Announce { port: u16, dist: String },
}

pub(crate) const USAGE: &str = "\
Shuffle Lab. Each command first sets up what is missing, and says so.

  cargo xtask serve [--port N]   build a release, serve it at http://127.0.0.1:8080/, rebuild on change
  cargo xtask test [PART...] [--browser NAME]
                                 run all checks and tests, or only some parts:
                                   lint    formatting, Clippy (native and wasm)
                                   docs    documentation without warnings
                                   native  unit, integration and documentation tests
                                   web     tests inside a browser (wasm-bindgen-test-runner)
                                   e2e     the built page in browsers (WebDriver): all tests in
                                           Chromium, the smoke tests in Firefox and WebKitGTK where
                                           they are already here; --browser all installs them,
                                           --browser chromium|firefox|webkit takes only that one
  cargo xtask build              leave the page in dist/; it works under any path
  cargo xtask hosts [NAME...] [--browser NAME]
                                 put figures into pages of MkDocs, Docusaurus, mdBook, JupyterLab, marimo and
                                 plain ones, open them in browsers (as with `test`), tell what was seen
  cargo xtask bench [ARG...]     build, then run tests/bench/run.mjs with Node
  cargo xtask fuzz [--runs N]    run each fuzz target a million times; needs a C++ compiler
  cargo xtask --help             this text

Environment: CHROMIUM and CHROMEDRIVER name a browser pair, and so do FIREFOX and GECKODRIVER; WEBKIT_MINIBROWSER,
WEBKIT_DRIVER and XVFB name WebKitGTK's programs; SHUFFLE_LAB_WASM32=debian skips rustup.";

const PORT_DEFAULT: u16 = 8080;
const FUZZ_RUNS_DEFAULT: u64 = 1_000_000;

/// Reads the arguments after the program's name.
pub(crate) fn parse(arguments: &[String]) -> Outcome<Command> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help", ..] => Ok(Command::Help),
        words if words.contains(&"--help") || words.contains(&"-h") => Ok(Command::Help),
        ["serve"] => Ok(Command::Serve { port: PORT_DEFAULT }),
        ["serve", "--port", port] => Ok(Command::Serve { port: read_port(port)? }),
        ["serve", option] if option.starts_with("--port=") => {
            Ok(Command::Serve { port: read_port(&option["--port=".len()..])? })
        }
        ["build"] => Ok(Command::Build),
        ["test", words @ ..] => read_test(words),
        ["hosts", words @ ..] => {
            let (names, browsers) = read_names_and_browsers(words)?;
            let names = names.into_iter().map(str::to_owned).collect();
            Ok(Command::Hosts { names, browsers: browsers.unwrap_or(Browsers::Here) })
        }
        ["bench", ..] => Ok(Command::Bench { arguments: arguments[1..].to_vec() }),
        ["fuzz"] => Ok(Command::Fuzz { runs: FUZZ_RUNS_DEFAULT }),
        ["fuzz", "--runs", runs] => Ok(Command::Fuzz { runs: read_runs(runs)? }),
        ["tools"] => Ok(Command::Tools),
        ["page"] => Ok(Command::Page),
        ["widget"] => Ok(Command::Widget),
        ["announce", port, dist] => {
            Ok(Command::Announce { port: read_port(port)?, dist: (*dist).to_owned() })
        }
        _ => Err(Error::Usage(format!("`cargo xtask {}` is not a command.\n\n{USAGE}", arguments.join(" ")))),
    }
}

fn read_port(text: &str) -> Outcome<u16> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        Ok(_) | Err(_) => Err(Error::Usage(format!("--port takes a number from 1 to 65535, not `{text}`."))),
    }
}

fn read_runs(text: &str) -> Outcome<u64> {
    match text.parse() {
        Ok(runs) if runs > 0 => Ok(runs),
        Ok(_) | Err(_) => Err(Error::Usage(format!("--runs takes a number from 1 on, not `{text}`."))),
    }
}

/// Names of parts or hosts, and what `--browser` says, if it is there.
fn read_names_and_browsers<'a>(words: &[&'a str]) -> Outcome<(Vec<&'a str>, Option<Browsers>)> {
    let mut names = Vec::new();
    let mut browsers = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let name = match word.strip_prefix("--browser") {
            Some("") => words.next().copied().unwrap_or_default(),
            Some(value) if value.starts_with('=') => &value[1..],
            Some(_) | None => {
                names.push(*word);
                continue;
            }
        };
        if browsers.replace(read_browsers(name)?).is_some() {
            return Err(Error::Usage("--browser can be given once; `--browser all` takes all.".into()));
        }
    }
    Ok((names, browsers))
}

/// The parts of the tests and the browsers.
fn read_test(words: &[&str]) -> Outcome<Command> {
    let (names, browsers) = read_names_and_browsers(words)?;
    let parts = read_parts(&names)?;
    if browsers.is_some() && !parts.contains(&Part::EndToEnd) {
        return Err(Error::Usage(
            "--browser is about the part e2e, which is not among the named parts.".into(),
        ));
    }
    Ok(Command::Test { parts, browsers: browsers.unwrap_or(Browsers::Here) })
}

fn read_browsers(name: &str) -> Outcome<Browsers> {
    if name == "all" {
        return Ok(Browsers::All);
    }
    let engine = Engine::ALL.into_iter().find(|engine| engine.name() == name);
    engine.map(Browsers::Only).ok_or_else(|| {
        let known = Engine::ALL.map(Engine::name).join(", ");
        Error::Usage(format!("--browser takes all, {known}, not `{name}`."))
    })
}

/// The named parts in their fixed order; all of them if none is named.
fn read_parts(names: &[&str]) -> Outcome<Vec<Part>> {
    if names.is_empty() {
        return Ok(Part::ALL.to_vec());
    }
    if let Some(unknown) = names.iter().find(|name| Part::ALL.iter().all(|part| part.name() != **name)) {
        let known = Part::ALL.map(Part::name).join(", ");
        return Err(Error::Usage(format!("`{unknown}` is not a part of the tests; the parts are {known}.")));
    }
    Ok(Part::ALL.into_iter().filter(|part| names.contains(&part.name())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Outcome<Command> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words)
    }

    #[test]
    fn commands_are_read() {
        assert_eq!(parsed("").ok(), Some(Command::Help));
        assert_eq!(parsed("test --help").ok(), Some(Command::Help));
        assert_eq!(parsed("serve").ok(), Some(Command::Serve { port: 8080 }));
        assert_eq!(parsed("serve --port 9000").ok(), Some(Command::Serve { port: 9000 }));
        assert_eq!(parsed("serve --port=9000").ok(), Some(Command::Serve { port: 9000 }));
        assert_eq!(parsed("build").ok(), Some(Command::Build));
        let names = vec!["mkdocs".to_owned()];
        let browsers = Browsers::Only(Engine::Firefox);
        assert_eq!(parsed("hosts mkdocs --browser firefox").ok(), Some(Command::Hosts { names, browsers }));
        assert_eq!(parsed("fuzz").ok(), Some(Command::Fuzz { runs: 1_000_000 }));
        assert_eq!(parsed("fuzz --runs 5").ok(), Some(Command::Fuzz { runs: 5 }));
    }

    #[test]
    fn parts_keep_their_order() {
        let parts = vec![Part::Lint, Part::EndToEnd];
        let browsers = Browsers::Here;
        assert_eq!(parsed("test e2e lint").ok(), Some(Command::Test { parts, browsers }));
        assert_eq!(parsed("test").ok(), Some(Command::Test { parts: Part::ALL.to_vec(), browsers }));
    }

    #[test]
    fn browsers_are_read() {
        let all = |browsers| Some(Command::Test { parts: Part::ALL.to_vec(), browsers });
        assert_eq!(parsed("test --browser all").ok(), all(Browsers::All));
        assert_eq!(parsed("test --browser=webkit").ok(), all(Browsers::Only(Engine::WebKit)));
        let one = Command::Test { parts: vec![Part::EndToEnd], browsers: Browsers::Only(Engine::Firefox) };
        assert_eq!(parsed("test --browser firefox e2e").ok(), Some(one));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, word) in [
            ("test webb", "webb"),
            ("test --browser opera", "`opera`"),
            ("test e2e --browser", "all, chromium"),
            ("test --browser all --browser webkit", "once"),
            ("test lint --browser all", "e2e"),
            ("serve --port 0", "`0`"),
            ("sevre", "sevre"),
            ("fuzz --runs no", "`no`"),
        ] {
            let error = parsed(line).expect_err(line).to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
