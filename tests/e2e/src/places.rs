//! Where the built page, the command line, the browser and the pictures are.
//!
//! `cargo xtask test` names them in environment variables; without them the usual places are used,
//! so that one test can be run with plain `cargo test -p shuffle-lab-e2e`.

use std::env;
use std::path::{Path, PathBuf};

use crate::{Error, Outcome};

/// The folder of the built page.
///
/// # Errors
/// If there is no page: it must be built first.
pub fn dist() -> Outcome<PathBuf> {
    let folder = named("SHUFFLE_LAB_DIST").unwrap_or_else(|| root().join("dist"));
    if folder.join("index.html").exists() {
        return Ok(folder);
    }
    let text = format!("{} has no page: run `cargo xtask build` first.", folder.display());
    Err(Error::Missing(text))
}

/// The command line `lab`.
///
/// # Errors
/// If it is not built.
pub fn command_line() -> Outcome<PathBuf> {
    let name = format!("lab{}", env::consts::EXE_SUFFIX);
    let file = named("SHUFFLE_LAB_CLI").unwrap_or_else(|| target().join("debug").join(name));
    if file.exists() {
        return Ok(file);
    }
    let text = format!(
        "{} is not there: run `cargo build -p shuffle-engine --features cli --bin lab` first.",
        file.display()
    );
    Err(Error::Missing(text))
}

/// The host pages that need no generator.
pub fn plain_hosts() -> PathBuf {
    root().join("tests").join("hosts").join("plain")
}

/// Something in the folder where `cargo xtask hosts` prepares a host.
///
/// # Errors
/// If it is not there.
pub(crate) fn host(name: &str, inside: &str) -> Outcome<PathBuf> {
    let found = target().join("hosts").join(name).join(inside);
    if found.exists() {
        return Ok(found);
    }
    let text = format!("{} is not there: run `cargo xtask hosts {name}` once.", found.display());
    Err(Error::Missing(text))
}

/// axe-core, which looks for what keeps people out, if `cargo xtask test e2e` could bring it.
#[must_use]
pub fn axe() -> Option<PathBuf> {
    let file = target().join("tools").join("axe").join("node_modules").join("axe-core").join("axe.min.js");
    file.exists().then_some(file)
}

/// Where a picture of that name goes: `target/screenshots/NAME.png`.
#[must_use]
pub fn picture(name: &str) -> PathBuf {
    target().join("screenshots").join(format!("{name}.png"))
}

/// The browser, if it is not where chromedriver looks by itself.
pub(crate) fn chromium() -> Option<PathBuf> {
    named("CHROMIUM")
}

/// The driver's program.
pub(crate) fn chromedriver() -> PathBuf {
    named("CHROMEDRIVER").unwrap_or_else(|| PathBuf::from("chromedriver"))
}

/// Firefox, if it is here.
pub(crate) fn firefox() -> Option<PathBuf> {
    named("FIREFOX").or_else(|| program("firefox-esr")).or_else(|| program("firefox"))
}

/// Firefox's driver, if it is here.
pub(crate) fn geckodriver() -> Option<PathBuf> {
    named("GECKODRIVER").or_else(|| program("geckodriver"))
}

/// `WebKitGTK`'s small browser, if it is here.
pub(crate) fn webkit_browser() -> Option<PathBuf> {
    named("WEBKIT_MINIBROWSER").or_else(|| {
        let folder = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
        let places = [folder.as_str(), "/usr/libexec", "/usr/lib64", "/usr/lib"];
        places
            .iter()
            .map(|place| Path::new(place).join("webkit2gtk-4.1").join("MiniBrowser"))
            .find(|file| file.exists())
    })
}

/// `WebKitGTK`'s driver, if it is here.
pub(crate) fn webkit_driver() -> Option<PathBuf> {
    named("WEBKIT_DRIVER").or_else(|| program("WebKitWebDriver"))
}

/// The X server without a screen, if it is here.
pub(crate) fn xvfb() -> Option<PathBuf> {
    named("XVFB").or_else(|| program("Xvfb"))
}

/// What was found, or an error that says what is missing and which variable could name it.
pub(crate) fn found(what: &str, variable: &str, file: Option<PathBuf>) -> Outcome<PathBuf> {
    file.ok_or_else(|| {
        Error::Missing(format!(
            "{what} is not here: run `cargo xtask test e2e --browser all` once, or set {variable}."
        ))
    })
}

/// The pages of hosts.
#[must_use]
pub fn hosts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hosts")
}

/// A program among the project's tools or on PATH.
fn program(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    let tools = target().join("tools").join("bin");
    std::iter::once(tools)
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from)
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

fn target() -> PathBuf {
    named("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}
