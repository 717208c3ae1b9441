//! What can go wrong, and the exit code that says so.

use std::process::ExitCode;

use shuffle_engine::EngineError;
use shuffle_engine::scenario::InvalidScenario;

/// Why the command ends.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit 2: the input is wrong; one line that names the field or argument.
    Input(String),
    /// Exit 1: anything else.
    Other(String),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Input(_) => ExitCode::from(2),
            Failure::Other(_) => ExitCode::from(1),
        }
    }

    /// A file that could not be read or written.
    pub(crate) fn file(path: &str, error: &std::io::Error) -> Self {
        Failure::Other(format!("{path}: {error}"))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Failure::Input(sentence) | Failure::Other(sentence)) = self;
        write!(f, "lab: {sentence}")
    }
}

impl From<InvalidScenario> for Failure {
    fn from(error: InvalidScenario) -> Self {
        Failure::Input(error.to_string())
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::InvalidScenario(error) => error.into(),
            EngineError::InvalidPlan(error) => Failure::Input(error.to_string()),
            other @ (EngineError::OutOfMemory { .. }
            | EngineError::Protocol { .. }
            | EngineError::ExecutorLost { .. }
            | EngineError::Cancelled) => Failure::Other(other.to_string()),
        }
    }
}
