//! Every version that this project pins, in one place.
//!
//! `wasm-bindgen` is special: its command-line tool must be of exactly the version of the crate in
//! Cargo.lock, or the generated glue does not fit the module. [`check_lock`] compares the two.

use std::fs;

use crate::error::{Error, Outcome};
use crate::project::Project;

/// The compilation target of the page.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A command-line tool that cargo builds from crates.io.
pub(crate) struct CargoTool {
    /// The package on crates.io.
    pub(crate) package: &'static str,
    /// The program that is asked for its version.
    pub(crate) program: &'static str,
    /// The exact version.
    pub(crate) version: &'static str,
    /// Further arguments for `cargo install`.
    pub(crate) arguments: &'static [&'static str],
    /// What it is for, to be read after "needed to".
    pub(crate) purpose: &'static str,
}

/// Bundles the page. 0.22 wants a newer compiler than this project does. The update check and TLS
/// are left out: it runs offline, with the tools that are already here.
pub(crate) const TRUNK: CargoTool = CargoTool {
    package: "trunk",
    program: "trunk",
    version: "0.21.14",
    arguments: &["--no-default-features"],
    purpose: "bundle and serve the page",
};

/// Drives Firefox. Debian has no package of it, npm's package downloads it from GitHub, and PyPI's is for Windows.
pub(crate) const GECKODRIVER: CargoTool = CargoTool {
    package: "geckodriver",
    program: "geckodriver",
    version: "0.37.1",
    arguments: &[],
    purpose: "drive Firefox",
};

/// Writes the JavaScript glue; also brings `wasm-bindgen-test-runner`, which runs the tests of `tests/web` in a browser.
pub(crate) const WASM_BINDGEN: CargoTool = CargoTool {
    package: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    version: "0.2.126",
    arguments: &[],
    purpose: "write the JavaScript around the module",
};

/// Builds and runs the fuzz targets.
pub(crate) const CARGO_FUZZ: CargoTool = CargoTool {
    package: "cargo-fuzz",
    program: "cargo-fuzz",
    version: "0.13.2",
    arguments: &[],
    purpose: "run the fuzz targets",
};

/// The npm package with `wasm-opt`. Debian's own (108) does not know the newer encodings.
pub(crate) const BINARYEN_VERSION: &str = "132.0.0";

/// The npm package that looks at a page for what keeps people out (MPL-2.0; only tests use it).
pub(crate) const AXE_VERSION: &str = "4.14.1";

/// The name under which the fallback compiler is known to rustup.
pub(crate) const DEBIAN_TOOLCHAIN: &str = "debian-web";

/// Checks that the pinned `wasm-bindgen` tool fits the crate in Cargo.lock.
pub(crate) fn check_lock(project: &Project) -> Outcome {
    let path = project.root.join("Cargo.lock");
    let text = fs::read_to_string(&path).map_err(Error::io("reading", &path))?;
    let locked = locked_version(&text, "wasm-bindgen").ok_or_else(|| {
        Error::Project("Cargo.lock has no package wasm-bindgen, so no glue can be made.".into())
    })?;
    if locked == WASM_BINDGEN.version {
        return Ok(());
    }
    Err(Error::Project(format!(
        "Cargo.lock has wasm-bindgen {locked}, xtask/src/tools.rs pins the tool {}: make them equal.",
        WASM_BINDGEN.version
    )))
}

/// The version of `package` in the text of a Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name_line = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name_line)?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_read_by_exact_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.9\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.9"));
        assert_eq!(locked_version(lock, "leptos"), None);
    }

    #[test]
    fn the_pinned_tool_fits_the_lock() {
        let project = Project::find().expect("the workspace is around this package");
        check_lock(&project).expect("the pins agree");
    }
}
