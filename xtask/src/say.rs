//! Everything this program prints itself, in one voice. Children's output passes through untouched.

use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Prints one line to stdout at once, so that it keeps its place among the children's lines.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    // A closed stdout (`| head`) is no reason to stop the work.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// One line for one set-up step: what, and which way it took.
pub(crate) fn setup(what: &str, way: &str) {
    line(&format!("set-up: {what}: {way}"));
}

/// The headline of a part of the work.
pub(crate) fn headline(text: &str) {
    line(&format!("\n=== {text} ==="));
}

/// Shows that a quiet child is alive: its seconds and its last line. On a terminal the line is
/// rewritten in place; in a log it is added rarely.
pub(crate) struct Ticker {
    on_terminal: bool,
    next_at: Duration,
    drawn: bool,
}

impl Ticker {
    pub(crate) fn new() -> Self {
        let on_terminal = std::io::stdout().is_terminal();
        Self { on_terminal, next_at: Duration::from_secs(if on_terminal { 1 } else { 15 }), drawn: false }
    }

    /// Prints the state, if it is time to; `last_line` is asked for only then.
    pub(crate) fn tick(&mut self, elapsed: Duration, last_line: impl FnOnce() -> String) {
        if elapsed < self.next_at {
            return;
        }
        let text = format!("  {:>4} s  {}", elapsed.as_secs(), shortened(&last_line()));
        if self.on_terminal {
            let mut out = std::io::stdout().lock();
            let _ = write!(out, "\r\x1b[2K{text}").and_then(|()| out.flush());
            self.drawn = true;
            self.next_at = elapsed + Duration::from_secs(1);
        } else {
            line(&text);
            self.next_at = elapsed + Duration::from_secs(15);
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        if self.drawn {
            let mut out = std::io::stdout().lock();
            let _ = write!(out, "\r\x1b[2K").and_then(|()| out.flush());
        }
    }
}

/// A child's line, cut so that it cannot wrap in a narrow terminal.
fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 68;
    let printable: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    if printable.chars().count() <= CHARS_MAX {
        return printable;
    }
    let cut: String = printable.chars().take(CHARS_MAX - 1).collect();
    cut + "…"
}

/// A time as a person says it: `0.4 s`, `12 s`, `3 min 05 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 10 {
        format!("{:.1} s", time.as_secs_f64())
    } else if whole < 60 {
        format!("{whole} s")
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_naturally() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(12)), "12 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn long_lines_are_cut() {
        assert_eq!(shortened("  short\r"), "short");
        assert_eq!(shortened(&"x".repeat(200)).chars().count(), 68);
    }
}
