//! What can go wrong, named by what the reader should do next.

use std::fmt;
use std::io;
use std::path::Path;

/// The result of everything in this program.
pub(crate) type Outcome<T = ()> = Result<T, Error>;

/// A failure, with all that is needed to act on it in its text.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line was not understood: show the usage.
    Usage(String),
    /// Something is missing that this program cannot bring: install it by hand.
    Missing {
        /// What is missing and why it is needed.
        what: String,
        /// What the reader should install, per system where that differs.
        install: String,
    },
    /// A program ran and failed; its output is already on the screen.
    Failed {
        /// The command line, as one could type it.
        command: String,
        /// How it ended.
        how: String,
    },
    /// A file or a process could not be reached.
    Io {
        /// What was being done.
        doing: String,
        /// The system's own words.
        source: io::Error,
    },
    /// The project's own files disagree with each other: fix the project.
    Project(String),
}

impl Error {
    /// Wraps an I/O error together with what was being done to which path.
    pub(crate) fn io(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let doing = format!("{doing} {}", path.display());
        move |source| Self::Io { doing, source }
    }

    /// A missing thing and how to get it.
    pub(crate) fn missing(what: impl Into<String>, install: impl Into<String>) -> Self {
        Self::Missing { what: what.into(), install: install.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Project(text) => write!(out, "{text}"),
            Self::Missing { what, install } => write!(out, "{what} To go on: {install}"),
            Self::Failed { command, how } => write!(out, "`{command}` {how}."),
            Self::Io { doing, source } => write!(out, "{doing}: {source}."),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Usage(_) | Self::Missing { .. } | Self::Failed { .. } | Self::Project(_) => None,
        }
    }
}
