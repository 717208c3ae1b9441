//! What the program writes: text and JSON to standard output, words to standard error. Nothing here panics.

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::arguments::Target;
use super::failure::Failure;

/// Standard output's name in a sentence.
const STDOUT: &str = "standard output";

/// Writes text to standard output, to its last byte: a full disk shows at the flush.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| Failure::writing(STDOUT, &error))
}

/// Writes one line of JSON to standard output.
pub(crate) fn json(value: &serde_json::Value) -> Result<(), Failure> {
    text(&format!("{value}\n"))
}

/// Tells people something. When standard error cannot be written, nobody is there to be told so.
pub(crate) fn say(words: &(impl Display + ?Sized)) {
    let _ = writeln!(io::stderr(), "{words}");
}

/// `1 worker`, `8 workers`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A place for rows that can be written: it is opened before a run, so that no run is in vain, and an existing file keeps
/// its rows until there are new ones.
pub(crate) struct Sink {
    name: String,
    stream: Stream,
}

enum Stream {
    File(File),
    /// A file that is not there yet.
    NewFile,
    Stdout,
}

impl Sink {
    pub(crate) fn open(target: &Target) -> Result<Self, Failure> {
        match target {
            Target::Stdout => Ok(Sink { name: STDOUT.to_owned(), stream: Stream::Stdout }),
            Target::File(name) => {
                let failed = |error| Failure::writing(name, &error);
                let is_new = !Path::new(name).exists();
                let file =
                    OpenOptions::new().write(true).create(true).truncate(false).open(name).map_err(failed)?;
                if is_new {
                    // Whoever writes nothing leaves nothing behind.
                    std::fs::remove_file(name).map_err(failed)?;
                    return Ok(Sink { name: name.clone(), stream: Stream::NewFile });
                }
                Ok(Sink { name: name.clone(), stream: Stream::File(file) })
            }
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The stream, empty. Only files have a length; a terminal or pipe has none.
    pub(crate) fn begin(self) -> Result<Box<dyn Write>, Failure> {
        match self.stream {
            Stream::Stdout => Ok(Box::new(io::stdout().lock())),
            Stream::NewFile => {
                let created = File::create(&self.name);
                Ok(Box::new(created.map_err(|error| Failure::writing(&self.name, &error))?))
            }
            Stream::File(file) => {
                let is_plain = file.metadata().is_ok_and(|data| data.is_file());
                let emptied = if is_plain { file.set_len(0) } else { Ok(()) };
                emptied.map_err(|error| Failure::writing(&self.name, &error))?;
                Ok(Box::new(file))
            }
        }
    }
}
