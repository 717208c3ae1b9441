//! What each part of the tests does: the command lines themselves.

use super::ahead::Ahead;
use super::{Part, Report, web_targets};
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::run::Run;
use crate::say;
use crate::setup::{self, Browser, Browsers, Engine, Engines, WasmCompiler};
use crate::tools::WASM_TARGET;

/// The parts' common ground: what the set-up found.
pub(crate) struct Steps<'a> {
    project: &'a Project,
    compiler: WasmCompiler,
    wasm_clippy: bool,
    browser: Option<Browser>,
    engines: Engines,
    web_targets: Vec<String>,
    /// The page's tools are brought meanwhile.
    tools: Option<Ahead>,
    /// The page is built meanwhile.
    page: Option<Ahead>,
}

const END_TO_END_PACKAGE: &str = "shuffle-lab-e2e";
/// What is made for a browser alone: nothing of it, nor of what it stands on, is compiled for this machine.
const PAGE_PACKAGES: [&str; 2] = ["shuffle-lab", "shuffle-lab-desk"];

impl<'a> Steps<'a> {
    /// Brings what these parts need, and nothing else.
    pub(crate) fn set_up(project: &'a Project, parts: &[Part], browsers: Browsers) -> Outcome<Self> {
        let has = |part| parts.contains(&part);
        let web_targets = web_targets::list(project)?;
        let mut steps = Self {
            project,
            compiler: WasmCompiler::Usual,
            wasm_clippy: false,
            browser: None,
            engines: Engines::default(),
            web_targets,
            tools: None,
            page: None,
        };
        if has(Part::Lint) || has(Part::Web) || has(Part::EndToEnd) {
            steps.compiler = setup::wasm_compiler(project)?;
        }
        if has(Part::EndToEnd) {
            say::setup("the page's tools", "looked for, or built, while the tests begin");
            steps.tools = Some(Ahead::begin(project, "tools")?);
        }
        if has(Part::Lint) {
            setup::lint_tools(project)?;
        }
        if has(Part::Lint) {
            steps.wasm_clippy = setup::wasm_clippy(project, steps.compiler)?;
        }
        if has(Part::EndToEnd) {
            setup::axe(project)?;
        }
        let runs_web_tests = has(Part::Web) && !steps.web_targets.is_empty();
        if runs_web_tests && !has(Part::EndToEnd) {
            setup::web_test_tools(project)?;
        }
        if runs_web_tests || (has(Part::EndToEnd) && browsers.have(Engine::Chromium)) {
            steps.browser = Some(setup::browser(project)?);
        }
        if has(Part::EndToEnd) {
            steps.engines = setup::engines(project, browsers)?;
        }
        setup::done();
        Ok(steps)
    }

    /// Lets the page be built beside the steps that do not need it. Not before lints and documentation: theirs and the page's
    /// build of wasm would wait for each other.
    pub(crate) fn page_ahead(&mut self) -> Outcome {
        if let Some(tools) = self.tools.take() {
            tools.end()?;
            self.page = Some(Ahead::begin(self.project, "page")?);
        }
        Ok(())
    }

    pub(crate) fn lint(&self, report: &mut Report) -> Outcome {
        report.step("formatting", || self.cargo("fmt --all --check").shown())?;
        let deny = ["--", "-D", "warnings"];
        // The feature only adds the engine's command line; without it the engine is looked at for wasm32 below.
        report.step("clippy", || {
            let run = self.cargo("clippy --workspace --all-targets --features shuffle-engine/cli");
            without_page(run).args(deny).shown()
        })?;
        // As a release, so that the macros that this compiles serve the page's build, too.
        let (tool, name) = match self.wasm_clippy {
            true => ("clippy", "clippy, wasm32"),
            false => ("check", "check, wasm32 (its compiler has no clippy)"),
        };
        report.step(name, || {
            let run = self.page(tool).args(["--package", "shuffle-view", "--package", "shuffle-engine"]);
            let run = run.args(["--features", "shuffle-lab/hooks"]);
            let deny: &[&str] = if self.wasm_clippy { &deny } else { &[] };
            self.compiler.apply(run.args(deny)).shown()
        })
    }

    pub(crate) fn docs(&self, report: &mut Report) -> Outcome {
        report.step("documentation", || {
            without_page(self.cargo("doc --no-deps --workspace")).env("RUSTDOCFLAGS", "-D warnings").shown()
        })?;
        report.step("documentation, wasm32", || {
            self.compiler.apply(self.page("doc --no-deps")).env("RUSTDOCFLAGS", "-D warnings").shown()
        })
    }

    pub(crate) fn native(&self, report: &mut Report) -> Outcome {
        // The feature only adds the engine's command line, so one run covers both.
        report.step("native tests", || {
            let run = self.cargo("test --workspace --features shuffle-engine/cli --exclude");
            without_page(run.arg(END_TO_END_PACKAGE)).shown()
        })
    }

    pub(crate) fn web(&self, report: &mut Report) -> Outcome {
        if self.web_targets.is_empty() {
            say::line("There are no tests in tests/web yet.");
            return Ok(());
        }
        let browser = self.needed_browser()?;
        report.step("tests inside a browser", || {
            let run = self
                .cargo("test --release --package shuffle-lab --features hooks --target")
                .arg(WASM_TARGET)
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
                .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
                // The code of a release in all that decides an answer. What makes it small takes minutes at each change,
                // and the page of the end-to-end tests has it.
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_INCREMENTAL", "true")
                .env("CHROMEDRIVER", &browser.chromedriver)
                // A failing test is explained by its own words, not by its runner's call stack.
                .env("RUST_BACKTRACE", "0")
                // A page that is embedded elsewhere is not cross-origin isolated: test it like that.
                .env("WASM_BINDGEN_TEST_NO_ORIGIN_ISOLATION", "1")
                // Seconds for all of them: a dead worker is waited for, several times.
                .env("WASM_BINDGEN_TEST_TIMEOUT", "600");
            let run = self.web_targets.iter().fold(run, |run, name| run.arg("--test").arg(name));
            self.compiler.apply(run).shown()
        })
    }

    pub(crate) fn end_to_end(&mut self, report: &mut Report) -> Outcome {
        let page = self.page.take();
        report.step("build of the page (the rest of it)", || page.map_or(Ok(()), Ahead::end))?;
        // The one that the native tests have built and tried: its answers do not depend on how it was optimised.
        report.step("build of the command line", || {
            self.cargo("build --package shuffle-engine --features cli --bin lab").shown()
        })?;
        report.step(&format!("end-to-end tests ({})", self.engines.names.join(", ")), || {
            let mut run = self
                .cargo("test --package")
                .arg(END_TO_END_PACKAGE)
                .env("SHUFFLE_LAB_DIST", &self.project.dist)
                .env("SHUFFLE_LAB_CLI", self.project.target.join("debug").join(executable("lab")))
                .env("SHUFFLE_LAB_BROWSERS", self.engines.names.join(","));
            if let Some(browser) = &self.browser {
                run = run.env("CHROMIUM", &browser.chromium).env("CHROMEDRIVER", &browser.chromedriver);
            }
            for (variable, program) in &self.engines.programs {
                run = run.env(variable, program);
            }
            // Each page has a pool of workers: two keep a small machine busy. So two browsers serve all tests.
            run.args(["--", "--test-threads", "2"]).shown()
        })
    }

    fn cargo(&self, line: &str) -> Run {
        self.project.run("cargo").args(line.split_whitespace())
    }

    /// A command of cargo about what is made for a browser alone.
    fn page(&self, line: &str) -> Run {
        let run = self.cargo(line).args(["--release", "--target", WASM_TARGET]);
        PAGE_PACKAGES.iter().fold(run, |run, package| run.args(["--package", package]))
    }

    fn needed_browser(&self) -> Outcome<&Browser> {
        self.browser.as_ref().ok_or_else(|| Error::Project("this part was not set up with a browser.".into()))
    }
}

/// A command of cargo about the whole workspace, but for what is made for a browser alone.
fn without_page(run: Run) -> Run {
    PAGE_PACKAGES.iter().fold(run, |run, package| run.args(["--exclude", package]))
}

fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}
