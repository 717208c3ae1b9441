//! Brings what a command needs, and only what is missing.
//!
//! Every step looks first (files and versions on this machine, never a registry), so a second start
//! is quick and works without a network. A step that was interrupted is done again, because only
//! its result counts: a program that answers with the pinned version, a compiler that compiles.

mod apt;
mod axe;
mod binaryen;
mod browser;
mod cargo_tools;
mod crates;
mod debian_compiler;
mod engines;
mod firefox;
mod npm_packages;
mod python;
mod rust_components;
mod wasm_target;
mod webkit;

use std::path::{Path, PathBuf};

use crate::error::Outcome;
use crate::project::Project;
use crate::run::Run;
use crate::say;
use crate::tools;

pub(crate) use browser::Browser;
pub(crate) use engines::{Browsers, Engine, Engines};

/// What is needed to compile and bundle the page.
pub(crate) struct PageTools {
    /// Which compiler makes wasm.
    pub(crate) compiler: WasmCompiler,
    /// Whether `wasm-opt` is to shrink the module.
    pub(crate) wasm_opt: bool,
}

/// Which compiler makes wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WasmCompiler {
    /// The one that cargo uses for everything.
    Usual,
    /// Debian's, linked into rustup, because rustup could not bring the target.
    Debian,
}

impl WasmCompiler {
    /// Makes a child use this compiler.
    pub(crate) fn apply(self, run: Run) -> Run {
        match self {
            Self::Usual => run,
            Self::Debian => run.env("RUSTUP_TOOLCHAIN", tools::DEBIAN_TOOLCHAIN),
        }
    }
}

/// What the page is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be published: as small as can be.
    Publishing,
    /// To be worked on: as soon as can be, so without the minutes that `wasm-opt` may take.
    Working,
}

/// Brings the compiler's wasm target, `trunk`, `wasm-bindgen` and, for publishing and with Node,
/// `wasm-opt`.
pub(crate) fn page_tools(project: &Project, purpose: Purpose) -> Outcome<PageTools> {
    tools::check_lock(project)?;
    let compiler = wasm_target::bring(project)?;
    cargo_tools::bring(project, &tools::TRUNK)?;
    cargo_tools::bring(project, &tools::WASM_BINDGEN)?;
    let wasm_opt = purpose == Purpose::Publishing && binaryen::bring(project)?;
    // Trunk is run offline, so cargo inside it cannot download.
    crates::bring(project)?;
    Ok(PageTools { compiler, wasm_opt })
}

/// Brings only the compiler's wasm target.
pub(crate) fn wasm_compiler(project: &Project) -> Outcome<WasmCompiler> {
    wasm_target::bring(project)
}

/// Brings the runner of tests inside a browser.
pub(crate) fn web_test_tools(project: &Project) -> Outcome {
    tools::check_lock(project)?;
    cargo_tools::bring(project, &tools::WASM_BINDGEN)
}

/// Brings `cargo fuzz`.
pub(crate) fn fuzz_tools(project: &Project) -> Outcome {
    cargo_tools::bring(project, &tools::CARGO_FUZZ)
}

/// Brings a browser and its driver.
pub(crate) fn browser(project: &Project) -> Outcome<Browser> {
    browser::bring(project)
}

/// Finds or brings the engines that the end-to-end tests are to run in.
pub(crate) fn engines(project: &Project, browsers: Browsers) -> Outcome<Engines> {
    engines::bring(project, browsers)
}

/// Brings what `source/package.json` names; answers with the folder of the modules.
pub(crate) fn npm_packages(
    project: &Project,
    source: &Path,
    folder: &Path,
    purpose: &str,
) -> Outcome<PathBuf> {
    npm_packages::bring(project, source, folder, purpose)
}

/// Brings what `source/requirements.txt` names; answers with the folder of the programs.
pub(crate) fn python_packages(
    project: &Project,
    source: &Path,
    folder: &Path,
    purpose: &str,
) -> Outcome<PathBuf> {
    python::bring(project, source, folder, purpose)
}

/// Brings axe-core, with which the end-to-end tests look for what keeps people out; without npm they go without.
pub(crate) fn axe(project: &Project) -> Outcome {
    axe::bring(project)
}

/// Brings `cargo fmt` and `cargo clippy`.
pub(crate) fn lint_tools(project: &Project) -> Outcome {
    rust_components::bring(project)
}

/// Brings Clippy for the wasm compiler; says `false` where there is none, so that a plain check
/// must do.
pub(crate) fn wasm_clippy(project: &Project, compiler: WasmCompiler) -> Outcome<bool> {
    match compiler {
        WasmCompiler::Usual => Ok(true),
        WasmCompiler::Debian => debian_compiler::bring_clippy(project),
    }
}

/// Says that all is there. Printed once, so that a warm start is one line.
pub(crate) fn done() {
    say::setup("all", "in place");
}
