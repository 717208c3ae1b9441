//! The compiler's ability to make wasm, by the first way that works:
//!
//! 1. the usual compiler already can;
//! 2. Debian's compiler, linked by an earlier start, can;
//! 3. `rustup target add`;
//! 4. on Debian, a second compiler with its library built from source (`debian_compiler`).
//!
//! "Can" means that a small program was really compiled and linked, optimised across crates as a
//! release is. That finds a half-copied library or one of another compiler's version, which the
//! mere presence of files does not.

use std::env;
use std::fs;
use std::time::Duration;

use super::{WasmCompiler, apt, debian_compiler};
use crate::error::{Error, Outcome};
use crate::project::Project;
use crate::say;
use crate::tools::WASM_TARGET;

const STEP: &str = "wasm32 target";

/// Set to `debian` to go straight to the fallback, as on a machine where rustup cannot download.
const FORCE_VARIABLE: &str = "SHUFFLE_LAB_WASM32";

/// With a fallback at hand, a rustup that answers this slowly is given up.
const RUSTUP_SECONDS_WITH_FALLBACK: u64 = 90;
const RUSTUP_SECONDS_ALONE: u64 = 900;

/// Finds or brings a compiler that makes wasm.
pub(crate) fn bring(project: &Project) -> Outcome<WasmCompiler> {
    let forced = env::var_os(FORCE_VARIABLE).is_some_and(|value| value == "debian");
    if !forced && compiles(project, WasmCompiler::Usual)? {
        return Ok(WasmCompiler::Usual);
    }
    if debian_compiler::is_linked(project) && compiles(project, WasmCompiler::Debian)? {
        return Ok(WasmCompiler::Debian);
    }
    let fallback = apt::is_here();
    if !forced && with_rustup(project, fallback)? {
        return Ok(WasmCompiler::Usual);
    }
    if fallback {
        say::setup(
            STEP,
            "rustup cannot download here, so Debian's second compiler is installed and its standard \
             library built from source (about 2 min)",
        );
        let compiler = debian_compiler::bring(project)?;
        if compiles(project, compiler)? {
            return Ok(compiler);
        }
    }
    Err(Error::missing(
        format!("The compiler has no standard library for {WASM_TARGET}, so the page cannot be built."),
        format!(
            "run `rustup target add {WASM_TARGET}` (rustup is at https://rustup.rs; Windows: `winget \
             install Rustlang.Rustup`), or install your system's package: `rust-wasm` on Arch, \
             `rust-std-static-{WASM_TARGET}` on Fedora."
        ),
    ))
}

/// Way 3. Says whether the usual compiler can make wasm afterwards.
fn with_rustup(project: &Project, fallback: bool) -> Outcome<bool> {
    if project.program("rustup").is_none() {
        say::setup(STEP, "there is no rustup here");
        return Ok(false);
    }
    say::setup(STEP, "the page is compiled to it; asking rustup for it");
    let limit = if fallback { RUSTUP_SECONDS_WITH_FALLBACK } else { RUSTUP_SECONDS_ALONE };
    let end =
        project.run("rustup").args(["target", "add", WASM_TARGET]).quiet(Some(Duration::from_secs(limit)))?;
    if !end.success {
        let reason = end.output.lines().rfind(|line| line.contains("error")).unwrap_or("");
        say::line(&format!("  rustup {} {reason}", end.how));
        return Ok(false);
    }
    compiles(project, WasmCompiler::Usual)
}

/// Compiles a small program to wasm. Takes about half a second.
fn compiles(project: &Project, compiler: WasmCompiler) -> Outcome<bool> {
    let folder = project.tools.join("probe");
    fs::create_dir_all(&folder).map_err(Error::io("making", &folder))?;
    let source = folder.join("probe.rs");
    let text = "#[unsafe(no_mangle)] pub extern \"C\" fn probe(n: u32) -> usize { \
                (0..n).map(|i| i.to_string().len()).sum() }\n";
    fs::write(&source, text).map_err(Error::io("writing", &source))?;
    let run = project
        .run("rustc")
        .arg("--edition=2024")
        .args(["--crate-type=cdylib", "--target", WASM_TARGET])
        .args(["-Cpanic=abort", "-Clto=thin", "-Copt-level=0", "-o", "probe.wasm", "probe.rs"])
        .folder(&folder);
    Ok(compiler.apply(run).text().is_some())
}
