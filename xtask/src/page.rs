//! Building the page with trunk: a release into `dist/`, with relative addresses.

use std::env;
use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::error::{Error, Outcome};
use crate::fingerprint::Fingerprint;
use crate::project::Project;
use crate::run::Run;
use crate::say;
use crate::setup::{self, PageTools, Purpose};

/// Sets up what is missing and leaves the page in `dist/`.
pub(crate) fn build(project: &Project) -> Outcome {
    let tools = setup::page_tools(project, Purpose::Publishing)?;
    let start = Instant::now();
    trunk(project, &tools, "build").arg("--dist").arg(&project.dist).shown()?;
    say::line(&format!(
        "The page is in {} (built in {}).",
        project.dist.display(),
        say::seconds(start.elapsed())
    ));
    Ok(())
}

/// Leaves the page with what benchmarks measure with in a folder of its own.
pub(crate) fn build_with_hooks(project: &Project, dist: &Path) -> Outcome {
    let tools = setup::page_tools(project, Purpose::Publishing)?;
    trunk(project, &tools, "build").args(["--features", "hooks", "--dist"]).arg(dist).shown()
}

/// What the page is made of. A source elsewhere that the page's package may come to use belongs here, too.
const SOURCES: [&str; 19] = [
    "desk",
    "widget",
    "lesson",
    "xtask/src/widget.rs",
    "xtask/src/words.rs",
    "src",
    "engine/src",
    "view/src",
    "view/words",
    "view/build.rs",
    "view/Cargo.toml",
    "style",
    "index.html",
    "start.js",
    "Cargo.toml",
    "engine/Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    ".cargo/config.toml",
];

/// Variables that change what a compiler makes of the same sources.
const VARIABLES: [&str; 4] = ["RUSTFLAGS", "RUSTC", "RUSTC_WRAPPER", "RUSTUP_TOOLCHAIN"];

/// As [`build`], unless `dist/` holds what a build of the same sources by the same tools has left there. Trunk would link
/// and shrink the module again each time, which takes most of a minute.
pub(crate) fn build_if_changed(project: &Project) -> Outcome {
    let tools = setup::page_tools(project, Purpose::Publishing)?;
    let stamp = project.target.join("page.stamp");
    let before = fingerprint(project, &tools)?;
    if fs::read_to_string(&stamp).is_ok_and(|kept| kept == before) {
        say::line("The page in dist/ is of these very sources.");
        return Ok(());
    }
    build(project)?;
    // What changed while trunk was building may be in the page or not: then there is no stamp.
    let (sources, after) = (sources(project, &tools)?, fingerprint(project, &tools)?);
    let kept = if before.starts_with(&sources) { after } else { String::new() };
    fs::write(&stamp, kept).map_err(Error::io("writing", &stamp))
}

/// Sources and tools, then what was made of them: a page that somebody else has put there is built anew.
fn fingerprint(project: &Project, tools: &PageTools) -> Outcome<String> {
    let mut made = Fingerprint::default();
    made.path(&project.root, &project.dist)?;
    Ok(format!("{} {}", sources(project, tools)?, made.text()))
}

fn sources(project: &Project, tools: &PageTools) -> Outcome<String> {
    let mut sources = Fingerprint::default();
    for source in SOURCES {
        sources.path(&project.root, &project.root.join(source))?;
    }
    for variable in VARIABLES {
        sources.add(variable, env::var_os(variable).unwrap_or_default().as_encoded_bytes());
    }
    for program in ["rustc", "trunk", "wasm-bindgen", "wasm-opt"] {
        let version = tools.compiler.apply(project.run(program)).arg("--version").text().unwrap_or_default();
        sources.add(program, version.as_bytes());
    }
    Ok(sources.text())
}

/// A trunk command for an optimised page, the same for building and serving.
pub(crate) fn trunk(project: &Project, tools: &PageTools, subcommand: &str) -> Run {
    let mut run = tools
        .compiler
        .apply(project.run("trunk"))
        // A failing build is explained by its own words, not by trunk's call stack.
        .env("RUST_BACKTRACE", "0")
        .arg(subcommand)
        .arg("--offline");
    if env::var_os("NO_COLOR").is_some() {
        // By custom any value counts; trunk's parser refuses all but true and false.
        run.set("NO_COLOR", "true");
    }
    if tools.wasm_opt {
        run.arg("--release")
    } else {
        // Trunk calls wasm-opt in every `--release`; this is a release in all else.
        run.args(["--cargo-profile", "release"])
    }
}
