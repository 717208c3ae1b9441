//! What is wrong with a chapter, at its place.

use std::fmt;

/// A place in a chapter's file, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line of the file, counted from 1.
    pub line: u32,
    /// The column, in letters.
    pub column: u32,
}

/// One thing that is wrong with one chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The file as it was named to the build.
    pub file: String,
    /// The place in the file at which it is broken.
    pub place: Place,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Broken { file, place: Place { line, column }, reason } = self;
        write!(out, "{file}:{line}:{column}: {reason}")
    }
}

/// Why there is no lesson.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// Chapters are broken: every reason, a line each.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Broken(Vec<Broken>),
    /// A file could not be read or written.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// The system's own words.
        source: std::io::Error,
    },
}
