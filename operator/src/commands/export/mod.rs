//! `export`: what nothing but a process has, so that it can outlive it.

use clap::Subcommand;

pub use self::schemas::ExportSchemasArgs;
use crate::{commands::wait::wait, failure::Failure, terminal::Io};

mod schemas;

/// What can be exported.
#[derive(Clone, Debug, Subcommand)]
pub enum Export {
    /// The schemas of a RivvenSchemaRegistry with their ids, as JSON, those that were deleted among
    /// them: their ids may be in records.
    Schemas(ExportSchemasArgs),
}

/// Runs the command.
///
/// # Errors
///
/// If it cannot be read.
pub fn run(what: &Export, io: &mut Io<'_>) -> Result<u8, Failure> {
    let done = match what {
        Export::Schemas(args) => wait(schemas::run(args, io)),
    };
    done.map_err(|failure| failure.so("Nothing was exported."))
}
