//! `export schemas`: the schemas that a registry has in its memory.

use clap::Args;
use sluicegate_effects::backend::rivven::Schema;

use crate::{
    commands::registry::{File, RegistryArgs},
    failure::{DONE, Failure},
    render::summary::many,
    terminal::Io,
};

/// Arguments of `export schemas`.
#[derive(Clone, Debug, Args)]
pub struct ExportSchemasArgs {
    /// Which registry.
    #[command(flatten)]
    pub of: RegistryArgs,
}

/// Runs the command.
///
/// # Errors
///
/// If there is no such registry, or it cannot be asked.
pub(super) async fn run(args: &ExportSchemasArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let (_, found) = args.of.find().await?;
    let read = found.brokers.schemas(&found.registry).await;
    let schemas = read.map_err(|why| found.unanswered(&why, &args.of.reach))?;
    tell(&schemas, io);
    let file = serde_json::to_string_pretty(&File { schemas }).expect("schemas are JSON");
    io.out(&format!("{file}\n"));
    Ok(DONE)
}

fn tell(schemas: &[Schema], io: &mut Io<'_>) {
    let deleted = schemas.iter().filter(|one| one.versions.is_empty()).count();
    let of_them = match deleted {
        0 => String::new(),
        deleted => format!(", {deleted} of which no subject has any more"),
    };
    io.err(&format!("note: {}{of_them}", many(schemas.len(), "schema")));
}
