//! `flow`: what a DataFlow does, without its processor.

use clap::Subcommand;

pub use self::attempt::TryArgs;
use crate::{failure::Failure, terminal::Io};

mod attempt;
mod shown;
mod tried;

/// What can be asked of a flow.
#[derive(Clone, Debug, Subcommand)]
pub enum Flow {
    /// Runs records through the transformations of a DataFlow and shows what each makes of them.
    /// Reads and writes no store.
    Try(TryArgs),
}

/// Runs the command.
///
/// # Errors
///
/// If a file cannot be read, or has no flow.
pub fn run(what: &Flow, io: &mut Io<'_>) -> Result<u8, Failure> {
    match what {
        Flow::Try(args) => attempt::run(args, io),
    }
}
