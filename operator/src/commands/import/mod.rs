//! `import`: resources for what runs already, so that it is taken over without a change.
//!
//! What is printed asks for what is there and for nothing else. What no resource can ask for is
//! left out and told: a resource that asked for something near it would change what runs.

use clap::Subcommand;

pub use self::topics::ImportTopicsArgs;
use crate::{commands::wait::wait, failure::Failure, terminal::Io};

mod look;
mod names;
mod topics;
mod write;

#[cfg(test)]
mod tests;

/// What can be imported.
#[derive(Clone, Debug, Subcommand)]
pub enum Import {
    /// A RivvenTopic for each topic of a cluster that has none yet. Applying them changes nothing
    /// at the broker.
    Topics(ImportTopicsArgs),
}

/// Runs the command.
///
/// # Errors
///
/// If it cannot be seen what runs.
pub fn run(what: &Import, io: &mut Io<'_>) -> Result<u8, Failure> {
    let done = match what {
        Import::Topics(args) => wait(topics::run(args, io)),
    };
    done.map_err(|failure| failure.so("Nothing was imported."))
}
