//! The fallback for machines where rustup cannot download: Debian's `rustc-web` compiler.
//!
//! ```text
//! apt: rustc-web cargo-web rust-web-src        the compiler, and its library as source
//! apt: lld-NN                                  the linker of the compiler's own LLVM
//! cargo -Z build-std                           the library for wasm32, in target/tools
//! /usr/lib/rustlib/wasm32-unknown-unknown/lib  where the compiler looks for it
//! rustup toolchain link debian-web /usr        how cargo and trunk are told
//! ```
//!
//! It is installed beside rustup's compilers and changes none of them.

use std::fs;
use std::path::{Path, PathBuf};

use super::{WasmCompiler, apt};
use crate::error::{Error, Outcome};
use crate::project::{Project, is_program};
use crate::say;
use crate::tools::{DEBIAN_TOOLCHAIN, WASM_TARGET};

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const RUSTLIB: &str = "/usr/lib/rustlib";
const LIBRARY_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";

/// Whether an earlier start has linked the compiler into rustup.
pub(crate) fn is_linked(project: &Project) -> bool {
    is_program(Path::new(RUSTC))
        && project
            .run("rustup")
            .args(["toolchain", "list"])
            .text()
            .is_some_and(|list| list.lines().any(|line| line.trim().starts_with(DEBIAN_TOOLCHAIN)))
}

/// Installs the compiler, builds and places its library, links it into rustup.
pub(crate) fn bring(project: &Project) -> Outcome<WasmCompiler> {
    let has_compiler = [RUSTC, CARGO].iter().all(|file| is_program(Path::new(file)));
    if !has_compiler || !Path::new(LIBRARY_SOURCE).exists() {
        apt::install(
            project,
            &["rustc-web", "cargo-web", "rust-web-src"],
            "bring a compiler whose library can be built here",
        )?;
    }
    place_linker(project)?;
    build_library(project)?;
    link(project)
}

/// Clippy of the same compiler; `false` if Debian has none.
pub(crate) fn bring_clippy(project: &Project) -> Outcome<bool> {
    let driver = Path::new("/usr/bin/clippy-driver");
    if !is_program(driver) {
        // Optional: a plain check takes its place.
        let _ = apt::install(project, &["rust-web-clippy"], "lint the page as wasm");
    }
    Ok(is_program(driver))
}

/// rustc calls `rust-lld`, which Debian leaves out; the `lld` of the same LLVM is the same program.
fn place_linker(project: &Project) -> Outcome {
    let facts = compiler_facts(project)?;
    let host = fact(&facts, "host: ")?;
    let llvm = fact(&facts, "LLVM version: ")?;
    let major = llvm.split('.').next().unwrap_or(llvm);
    let lld = PathBuf::from(format!("/usr/lib/llvm-{major}/bin/lld"));
    if !is_program(&lld) {
        apt::install(project, &[&format!("lld-{major}")], "link wasm")?;
    }
    let folder = PathBuf::from(RUSTLIB).join(host).join("bin");
    let place = folder.join("rust-lld");
    if is_program(&place) {
        return Ok(());
    }
    say::setup("wasm linker", &format!("linking {} to {}", place.display(), lld.display()));
    apt::as_root(project, "mkdir")?.arg("-p").arg(&folder).quiet_or_fail()?;
    apt::as_root(project, "ln")?.arg("-sf").arg(&lld).arg(&place).quiet_or_fail()
}

/// Builds the standard library for wasm and copies it to where the compiler looks.
fn build_library(project: &Project) -> Outcome {
    let seed = project.tools.join("wasm-std");
    let target = seed.join("target");
    write_seed(&seed)?;
    say::setup("wasm32 library", "compiling Debian's source of the standard library (about 1 min)");
    project
        .run(CARGO)
        .folder(&seed)
        .args(["build", "--release", "--target", WASM_TARGET])
        .args(["-Z", "build-std=std,panic_abort,panic_unwind,test,proc_macro"])
        .env("RUSTC", RUSTC)
        // Without bitcode in the library every build with link-time optimisation fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        // `build-std` is unstable; the library's source is this very compiler's, so it is safe here.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", &target)
        .quiet_or_fail()?;
    let built = target.join(WASM_TARGET).join("release").join("deps");
    let place = PathBuf::from(RUSTLIB).join(WASM_TARGET).join("lib");
    let libraries = libraries_in(&built)?;
    say::setup("wasm32 library", &format!("copying {} files to {}", libraries.len(), place.display()));
    // The old library goes first: two versions side by side confuse the compiler.
    apt::as_root(project, "rm")?.arg("-rf").arg(&place).quiet_or_fail()?;
    apt::as_root(project, "mkdir")?.arg("-p").arg(&place).quiet_or_fail()?;
    apt::as_root(project, "cp")?.args(&libraries).arg(&place).quiet_or_fail()?;
    fs::remove_dir_all(&target).map_err(Error::io("removing", &target))
}

/// An empty crate outside the workspace, whose build makes cargo build the library.
fn write_seed(seed: &Path) -> Outcome {
    let source = seed.join("src");
    // A build that was interrupted may have been another compiler's.
    if seed.exists() {
        fs::remove_dir_all(seed).map_err(Error::io("removing", seed))?;
    }
    fs::create_dir_all(&source).map_err(Error::io("making", &source))?;
    let manifest = "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
                    [workspace]\n[profile.release]\npanic = \"abort\"\n";
    let files = [("Cargo.toml", manifest), ("src/lib.rs", "#![no_std]\n")];
    for (name, text) in files {
        let path = seed.join(name);
        fs::write(&path, text).map_err(Error::io("writing", &path))?;
    }
    Ok(())
}

/// The library's files, without the seed's own.
fn libraries_in(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("listing", folder))? {
        let path = entry.map_err(Error::io("listing", folder))?.path();
        let is_library = path.extension().is_some_and(|end| end == "rlib");
        let is_seed = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libseed"));
        if is_library && !is_seed {
            files.push(path);
        }
    }
    Ok(files)
}

/// Makes rustup know the compiler; without rustup it is used only if it is the usual one.
fn link(project: &Project) -> Outcome<WasmCompiler> {
    if project.program("rustup").is_none() {
        return Ok(WasmCompiler::Usual);
    }
    say::setup("wasm32 target", &format!("linking /usr into rustup as `{DEBIAN_TOOLCHAIN}`"));
    project.run("rustup").args(["toolchain", "link", DEBIAN_TOOLCHAIN, "/usr"]).quiet_or_fail()?;
    Ok(WasmCompiler::Debian)
}

fn compiler_facts(project: &Project) -> Outcome<String> {
    project.run(RUSTC).arg("-vV").text().ok_or_else(|| {
        Error::missing(
            format!("{RUSTC} does not start, though it is installed."),
            "run `apt-get install --reinstall rustc-web`.",
        )
    })
}

fn fact<'a>(facts: &'a str, name: &str) -> Outcome<&'a str> {
    facts
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .ok_or_else(|| Error::Project(format!("`{RUSTC} -vV` has no line `{name}`.")))
}
