//! Where text goes: the one place that writes, and what is known about the other end.
//!
//! Everything takes an [`Io`], so that a test, and a golden snapshot, sees what a person would.

use std::io::{ErrorKind, IsTerminal as _, Read, Write};

/// The width of what is no terminal.
const WIDTH: usize = 80;
/// The narrowest that text is laid out for. Below it lines are left to the terminal to wrap.
const WIDTH_MIN: usize = 40;

/// The three streams of a program, and what is known about them.
pub struct Io<'a> {
    /// Where `-f -` reads.
    pub stdin: &'a mut dyn Read,
    /// The result, and nothing else.
    pub stdout: &'a mut dyn Write,
    /// Progress, warnings, errors.
    pub stderr: &'a mut dyn Write,
    /// What is known about the output.
    pub terminal: Terminal,
    /// Whether a result could not be written, other than because its reader has gone.
    pub failed: bool,
}

/// What is known about the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// How many columns it has.
    pub width: usize,
    /// Whether colour is welcome when `--color auto` asks.
    pub colour: bool,
}

impl Terminal {
    /// What the environment and the standard output say.
    pub fn detect() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = asked.or_else(|| is_terminal.then(measured).flatten()).unwrap_or(WIDTH);
        Self { width: width.max(WIDTH_MIN), colour: wants_colour(is_terminal, env) }
    }

    /// Something that is no terminal, this wide.
    pub fn plain(width: usize) -> Self {
        Self { width, colour: false }
    }
}

impl Io<'_> {
    /// Writes the result. A reader that has gone away is no error: it has what it wanted.
    pub fn out(&mut self, text: &str) {
        self.failed |= !put(self.stdout, text);
    }

    /// Tells of progress, warnings and errors: one line.
    pub fn err(&mut self, line: &str) {
        // Where not even this can be written there is nobody left to tell.
        let _ = put(self.stderr, &format!("{line}\n"));
    }
}

/// Whether the text went out, or nobody wants it any more (`| head`).
fn put(stream: &mut dyn Write, text: &str) -> bool {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::BrokenPipe,
    }
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// `CLICOLOR_FORCE`, then `NO_COLOR`, then the terminal, unless it is a dumb one.
fn wants_colour(is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    if env("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal && env("NO_COLOR").is_none() && env("TERM").as_deref() != Some("dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_unless_the_environment_says_otherwise() {
        let with = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| value.to_owned())
        };
        assert!(wants_colour(true, |_| None));
        assert!(!wants_colour(false, |_| None));
        assert!(!wants_colour(true, with("NO_COLOR", "1")));
        assert!(!wants_colour(true, with("TERM", "dumb")));
        assert!(wants_colour(false, with("CLICOLOR_FORCE", "1")));
        assert!(!wants_colour(false, with("CLICOLOR_FORCE", "0")));
    }
}
