//! `import`: what was there before. Resources for what runs already, and what was exported.

use clap::Subcommand;

pub use self::{schemas::ImportSchemasArgs, topics::ImportTopicsArgs};
use crate::{commands::wait::wait, failure::Failure, terminal::Io};

mod alone;
mod look;
mod names;
mod schemas;
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
    /// The schemas that `export schemas` has printed, into a RivvenSchemaRegistry that holds none:
    /// with the ids and versions that they had, read back and compared. The resource is paused and
    /// clients are kept away meanwhile.
    Schemas(ImportSchemasArgs),
}

/// Runs the command.
///
/// # Errors
///
/// If it cannot be seen what runs.
pub fn run(what: &Import, io: &mut Io<'_>) -> Result<u8, Failure> {
    match what {
        Import::Topics(args) => {
            wait(topics::run(args, io)).map_err(|failure| failure.so("Nothing was imported."))
        }
        // What came of it half-way it says itself.
        Import::Schemas(args) => wait(schemas::run(args, io)),
    }
}
