//! `crd`: the definitions of the custom resources, for `kubectl apply`.

use clap::Args;

use sluicegate_core::schema::nearest;

use crate::{
    crd::text,
    failure::{DONE, Failure},
    kinds::{self, KindInfo},
    terminal::Io,
};

/// Arguments of `crd`.
#[derive(Clone, Debug, Args)]
pub struct CrdArgs {
    /// A kind, its plural or its short name; nothing for all
    pub kind: Option<String>,
}

/// Runs the command.
///
/// # Errors
///
/// If there is no such kind.
pub fn run(args: &CrdArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let all = kinds::all();
    let wanted: Vec<&KindInfo> = match &args.kind {
        None => all.iter().collect(),
        Some(name) => vec![kinds::named(all, name).ok_or_else(|| unknown(all, name))?],
    };
    let texts: Vec<String> = wanted.iter().map(|kind| text(kind)).collect();
    io.out(&texts.join("---\n"));
    Ok(DONE)
}

fn unknown(all: &[KindInfo], name: &str) -> Failure {
    let known: Vec<&str> = all.iter().map(|kind| &*kind.api.kind).collect();
    let near = nearest(name, known.iter().copied());
    let hint = near.map_or_else(
        || format!("kinds are {}", known.join(", ")),
        |near| format!("did you mean {near}?"),
    );
    Failure::of(format!("error: there is no kind {name} ({hint})"))
}
