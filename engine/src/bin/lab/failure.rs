//! What can go wrong, and the exit code that says so.

use std::io;

use shuffle_engine::EngineError;
use shuffle_engine::scenario::InvalidScenario;

/// Why the command ends.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    /// Exit 2: the input is wrong; one line that names the field or argument.
    Input(InvalidScenario),
    /// Exit 2: nothing was asked for; words about what can be.
    Usage(String),
    /// Exit 1: anything else.
    Other(String),
    /// Exit 0, without a word: whoever reads the output has had enough of it, as `head` has.
    NobodyReads,
}

impl Failure {
    /// An argument or field, and what is wrong with it. Both are made fit for one line: they may hold a stranger's words.
    pub(crate) fn input(field: &str, sentence: impl Into<String>) -> Self {
        Failure::Input(InvalidScenario::new(field, sentence))
    }

    /// A file or stream that could not be written.
    pub(crate) fn writing(name: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::NobodyReads,
            _ => Failure::Other(InvalidScenario::new(name, error.to_string()).to_string()),
        }
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Failure::Input(_) | Failure::Usage(_) => 2,
            Failure::Other(_) => 1,
            Failure::NobodyReads => 0,
        }
    }

    /// The words for people, one line of them where something is wrong, if there is anything to say.
    pub(crate) fn sentence(&self) -> Option<String> {
        match self {
            Failure::Input(invalid) => Some(format!("lab: {invalid}")),
            Failure::Usage(words) => Some(words.trim_end().to_owned()),
            Failure::Other(sentence) => Some(format!("lab: {sentence}")),
            Failure::NobodyReads => None,
        }
    }
}

impl From<InvalidScenario> for Failure {
    fn from(error: InvalidScenario) -> Self {
        Failure::Input(error)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::InvalidScenario(error) => error.into(),
            EngineError::InvalidPlan(error) => Failure::input("plan", error.to_string()),
            other @ (EngineError::OutOfMemory { .. }
            | EngineError::TooLarge { .. }
            | EngineError::Protocol { .. }
            | EngineError::ExecutorLost { .. }
            | EngineError::Cancelled) => Failure::Other(other.to_string()),
        }
    }
}
