//! `import`: resources for what runs already, so that it is taken over without a change.
//!
//! What is printed asks for what is there and for nothing else. What no resource can ask for is
//! left out and told: a resource that asked for something near it would change what runs.

use crate::{cli::Import, failure::Failure, terminal::Io};

mod look;
mod names;
mod topics;
mod write;

#[cfg(test)]
mod tests;

/// Runs the command.
///
/// # Errors
///
/// If it cannot be seen what runs.
pub fn run(what: &Import, io: &mut Io<'_>) -> Result<u8, Failure> {
    let done = match what {
        Import::Topics(args) => topics::run(args, io),
    };
    done.map_err(|failure| failure.so("Nothing was imported."))
}
