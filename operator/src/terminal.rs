//! Where text goes: the one place that writes, and what is known about the other end.
//!
//! Everything takes an [`Io`], so that a test, and a golden snapshot, sees what a person would.

use std::{
    fmt,
    io::{ErrorKind, IsTerminal as _, Read, Write},
    time::{Duration, Instant},
};

use sluicegate_core::printable::printable;

use crate::progress::Progress;

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
    /// Whether somebody watches the standard error: what takes long says how far it is.
    pub watched: bool,
}

/// Says how far something is that takes long, in one line that it writes over and takes away again.
/// Only to somebody who watches: a file, or a program, is told nothing.
pub struct Line<'a> {
    out: &'a mut dyn Write,
    watched: bool,
    began: Instant,
    told: Option<Instant>,
    steps: usize,
}

/// For how long nobody is told.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the line is written anew.
const EVERY: Duration = Duration::from_millis(200);

impl Terminal {
    /// What the environment and the standard output say.
    pub fn detect() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let measured = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let width = asked.or_else(|| is_terminal.then(measured).flatten()).unwrap_or(WIDTH);
        let watched = std::io::stderr().is_terminal();
        Self { width: width.max(WIDTH_MIN), colour: wants_colour(is_terminal, env), watched }
    }

    /// Something that is no terminal, this wide.
    pub fn plain(width: usize) -> Self {
        Self { width, colour: false, watched: false }
    }
}

impl Io<'_> {
    /// Writes the result. A reader that has gone away is no error: it has what it wanted.
    pub fn out(&mut self, text: &str) {
        if let Err(error) = put(self.stdout, text)
            && !std::mem::replace(&mut self.failed, true)
        {
            self.err(&format!("error: the output could not be written: {error}"));
        }
    }

    /// What is wrong with a command line, laid out and coloured as it is.
    pub fn usage(&mut self, text: &str) {
        let _ = put(self.stderr, &format!("{text}\n"));
    }

    /// Tells of progress, warnings and errors: one line, whatever it names.
    pub fn err(&mut self, line: &str) {
        let line = printable(line);
        // Where not even this can be written there is nobody left to tell.
        let _ = put(self.stderr, &format!("{line}\n"));
    }

    /// Says how far something is that begins now.
    pub fn progress(&mut self) -> Line<'_> {
        let watched = self.terminal.watched;
        Line { out: &mut *self.stderr, watched, began: Instant::now(), told: None, steps: 0 }
    }
}

impl Progress for Line<'_> {
    fn begins(&mut self) {
        (self.began, self.told, self.steps) = (Instant::now(), None, 0);
    }

    fn step(&mut self, what: &dyn fmt::Display) {
        self.steps += 1;
        if self.watched && self.began.elapsed() >= PATIENCE {
            let (steps, seconds) = (self.steps, self.began.elapsed().as_secs());
            self.tell(&format!("planning: {steps} steps in {seconds} s, now {what}"));
        }
    }

    fn says(&mut self, what: &str) {
        self.told = None;
        self.tell(what);
    }

    /// Nothing is left of the line.
    fn ends(&mut self) {
        if self.told.take().is_some() {
            let _ = put(self.out, "\r\x1b[K");
        }
    }

    /// One that stays, whoever watches.
    fn notes(&mut self, line: &str) {
        let _ = put(self.out, &format!("{}\n", printable(line)));
    }
}

impl Line<'_> {
    fn tell(&mut self, line: &str) {
        if self.watched && self.told.is_none_or(|told| told.elapsed() >= EVERY) {
            // Where it cannot be written nobody watches.
            let _ = put(self.out, &format!("\r\x1b[K{line}"));
            self.told = Some(Instant::now());
        }
    }
}

/// Writes a text, unless nobody wants it any more (`| head`).
fn put(stream: &mut dyn Write, text: &str) -> std::io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
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
    fn what_takes_long_says_so_to_whoever_watches_and_leaves_nothing_behind() {
        let (mut stdin, mut stdout, mut stderr) = (std::io::empty(), Vec::new(), Vec::new());
        let mut told = |watched: bool, ago: u64| {
            stderr.clear();
            let terminal = Terminal { watched, ..Terminal::plain(80) };
            let mut io = Io {
                stdin: &mut stdin,
                stdout: &mut stdout,
                stderr: &mut stderr,
                terminal,
                failed: false,
            };
            let mut progress = io.progress();
            progress.began = Instant::now().checked_sub(Duration::from_secs(ago)).expect("a time");
            progress.step(&"RivvenTopic default/orders");
            progress.ends();
            String::from_utf8(stderr.clone()).expect("it is text")
        };
        assert_eq!(told(false, 60), "");
        assert_eq!(told(true, 1), "");
        let line = "planning: 1 steps in 3 s, now RivvenTopic default/orders";
        assert_eq!(told(true, 3), format!("\r\x1b[K{line}\r\x1b[K"));
    }

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
