//! What a library tells its caller while it works: how far it is, and what people should know.
//! It needs no terminal for that, and whoever does not care hears nothing.

use std::fmt;

/// Is told how far something is that takes long.
pub trait Progress {
    /// Something begins that may take long.
    fn begins(&mut self) {}

    /// One more step was made, for this.
    fn step(&mut self, _what: &dyn fmt::Display) {}

    /// Something else is done, which takes as long as it takes.
    fn says(&mut self, _what: &str) {}

    /// It is over.
    fn ends(&mut self) {}

    /// What people should know whatever comes of it, as one line.
    fn notes(&mut self, _line: &str) {}
}

/// Nobody is told anything.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {}
