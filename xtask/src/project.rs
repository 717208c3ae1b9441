//! Where things are, and how a child process is started so that it finds them.
//!
//! Nothing here changes this process' own environment: each child gets what it needs.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::{Error, Outcome};
use crate::run::Run;

/// The folders of the project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The folder of the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// Tools that only this project uses; git ignores it.
    pub(crate) tools: PathBuf,
    /// Where the built page is left.
    pub(crate) dist: PathBuf,
}

impl Project {
    /// Finds the workspace around this package.
    pub(crate) fn find() -> Outcome<Self> {
        // Cargo sets it when it runs this program; the compile-time value serves a bare start.
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = here
            .ancestors()
            .find(|folder| folder.join("Trunk.toml").exists() && folder.join("xtask").exists())
            .ok_or_else(|| {
                Error::Project(format!("{} is not inside the Shuffle Lab workspace.", here.display()))
            })?
            .to_path_buf();
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
        Ok(Self { tools: target.join("tools"), dist: root.join("dist"), target, root })
    }

    /// The folder of the programs that cargo built for this project.
    pub(crate) fn tools_bin(&self) -> PathBuf {
        self.tools.join("bin")
    }

    /// The folder of the programs that npm brought for this project.
    pub(crate) fn npm_bin(&self) -> PathBuf {
        self.tools.join("npm").join("node_modules").join(".bin")
    }

    /// A child process in the project's root, with the project's tools first on PATH.
    pub(crate) fn run(&self, program: impl Into<OsString>) -> Run {
        let mut run = Run::new(program, &self.root, &self.tools.join("logs"));
        run.set("PATH", self.path_variable());
        // `cargo run` describes *this* package to its child. Passed on, that would make our
        // children's build scripts look stale and the system's compiler load rustup's libraries.
        for (name, _) in env::vars_os() {
            let inherited_from_cargo = name.to_str().is_some_and(|name| {
                name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
            });
            if inherited_from_cargo {
                run.unset(name);
            }
        }
        if let Some(libraries) = env::var_os("LD_LIBRARY_PATH") {
            run.set("LD_LIBRARY_PATH", self.without_cargos_folders(&libraries));
        }
        run
    }

    /// A program of that name: among the project's tools or on PATH.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.path_variable();
        let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };
        env::split_paths(&path)
            .flat_map(|folder| endings.iter().map(move |end| folder.join(format!("{name}{end}"))))
            .find(|file| is_program(file))
    }

    fn path_variable(&self) -> OsString {
        let before = env::var_os("PATH").unwrap_or_default();
        let folders = [self.tools_bin(), self.npm_bin()].into_iter().chain(env::split_paths(&before));
        // Joining fails only for a folder with the separator in its name; then PATH stays as it is.
        env::join_paths(folders).unwrap_or(before)
    }

    fn without_cargos_folders(&self, libraries: &OsString) -> OsString {
        let kept = env::split_paths(libraries).filter(|folder| {
            !folder.starts_with(&self.target) && !folder.iter().any(|part| part == "toolchains")
        });
        env::join_paths(kept).unwrap_or_default()
    }
}

/// Whether this is a file that can be started.
pub(crate) fn is_program(file: &Path) -> bool {
    let Ok(facts) = file.metadata() else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        facts.is_file() && facts.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    {
        facts.is_file()
    }
}
