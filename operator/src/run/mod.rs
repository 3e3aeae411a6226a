//! `run`: the operator, as a process.

use std::error::Error as _;

use sluicegate_effects::Error;

pub mod args;
mod health;
mod lease;
mod numbers;
mod probes;
mod rights;
mod telemetry;

/// An error with its causes, as one sentence.
pub(crate) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text += &format!(": {source}");
        cause = source.source();
    }
    text
}
