//! `import schemas`: the schemas that a registry had, brought into the one that has started in its
//! place.
//!
//! Whoever registers meanwhile takes ids, and the operator would set levels that refuse a history:
//! so it is done alone.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sluicegate_core::{
    label::{KEEP_CLOSED, PAUSED},
    observed::Ref,
    systems::rivven::names,
};
use sluicegate_effects::backend::rivven::{Schema, faults};

use super::alone::Alone;
use crate::{
    commands::{
        input::{file, stdin},
        registry::{File, Found, RegistryArgs},
    },
    failure::{DONE, Failure},
    render::summary::many,
    signals::Signals,
    terminal::Io,
};

/// Arguments of `import schemas`.
#[derive(Clone, Debug, Args)]
pub struct ImportSchemasArgs {
    /// Which registry.
    #[command(flatten)]
    pub of: RegistryArgs,
    /// What `export schemas` has printed; `-` for standard input
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub filename: PathBuf,
    /// Lets schemas have other ids than they had. What became of each is printed
    #[arg(long)]
    pub new_ids: bool,
}

/// The last words where nothing was done.
const NOTHING: &str = "Nothing was imported.";

/// Runs the command.
///
/// # Errors
///
/// If the file or the registry is not such that all of it can be had again, or it could not be.
pub(super) async fn run(args: &ImportSchemasArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let nothing = |failure: Failure| failure.so(NOTHING);
    let schemas = schemas(args, io).map_err(nothing)?;
    let (cluster, found) = args.of.find().await.map_err(nothing)?;
    let alone = Alone::with(&cluster, &found, &args.of.reach).await.map_err(nothing)?;
    // From here on a signal ends nothing half-way that is not said.
    let mut signals = Signals::listen().map_err(nothing)?;
    alone.pause(io).await.map_err(nothing)?;
    let closed = tokio::select! {
        closed = alone.close(io) => closed,
        signal = signals.asked() => Err(Failure::of(format!("error: asked to end by {signal}"))),
    };
    if let Err(mut failure) = closed {
        // As it was: the operator opens what was closed.
        if let Err(Failure(why)) = alone.end().await {
            failure.0.extend(why);
            failure.0.push(format!("  {} is paused: take {PAUSED} off", alone.own));
        }
        return Err(failure.so(NOTHING));
    }
    let ids = tokio::select! {
        ids = found.brokers.restore(&found.registry, &schemas, args.new_ids) => ids,
        signal = signals.asked() => Err(format!("asked to end by {signal}")),
    };
    let ids = ids.map_err(|why| half_way(&why, &alone.own))?;
    if args.new_ids {
        let ids = serde_json::to_string_pretty(&json!({ "ids": ids })).expect("numbers are JSON");
        io.out(&format!("{ids}\n"));
    }
    let moved = ids.iter().filter(|(before, now)| before != now).count();
    let which = match moved {
        0 => "with the ids that they had".to_owned(),
        moved => format!("{moved} of them with other ids than they had"),
    };
    let what = many(ids.len(), "schema");
    io.err(&format!("{what} imported and read back, {which}."));
    alone.end().await?;
    io.err(&format!("note: {}", next(&alone, &found)));
    Ok(DONE)
}

/// What comes after it.
fn next(alone: &Alone<'_>, found: &Found) -> String {
    let annotations = found.resource.metadata.annotations.as_ref();
    let set = |name| annotations.and_then(|all| all.get(name)).is_some_and(|value| value == "true");
    match (alone.was_paused, set(KEEP_CLOSED)) {
        (true, _) => format!(
            "{} is paused still: levels are set and clients let in when the annotation {PAUSED} \
             is taken off",
            alone.own
        ),
        (false, true) => format!(
            "the operator sets levels and rules, and lets clients in when the annotation \
             {KEEP_CLOSED} is taken off."
        ),
        (false, false) => "the operator sets levels and rules, and lets clients in.".to_owned(),
    }
}

/// The file, of which everything can be had again.
fn schemas(args: &ImportSchemasArgs, io: &mut Io<'_>) -> Result<Vec<Schema>, Failure> {
    let source = match args.filename.as_os_str() == "-" {
        true => stdin(io)?,
        false => file(&args.filename)?,
    };
    let File { schemas } = serde_json::from_str(&source.text).map_err(|error| {
        Failure(vec![
            format!("error: {}: {error}", source.name),
            "  give what `sluicegate export schemas` has printed".to_owned(),
        ])
    })?;
    let faults = faults(&schemas, args.new_ids);
    if faults.is_empty() {
        return Ok(schemas);
    }
    let mut lines: Vec<String> =
        faults.into_iter().map(|why| format!("error: {}: {why}", source.name)).collect();
    if !args.new_ids {
        lines.push("  --new-ids lets them have others, which records do not know".to_owned());
    }
    Err(Failure(lines))
}

/// That it holds a part of them, and how to begin anew.
fn half_way(why: &str, own: &Ref) -> Failure {
    let Ref { namespace, name, .. } = own;
    Failure(vec![
        format!("error: {own}: {why}"),
        "  it holds a part of them, or others, and is kept closed and paused. To begin anew, with \
         a registry that is empty:"
            .to_owned(),
        format!(
            "    kubectl -n {namespace} annotate rivvenschemaregistry {name} sluicegate/paused- \
             sluicegate/skip-gate=schemas-kept sluicegate/keep-closed=true \
             sluicegate/restart=$(date +%s) --overwrite"
        ),
        format!("    kubectl -n {namespace} rollout status deployment/{}", names::registry(name)),
        format!(
            "    kubectl -n {namespace} annotate rivvenschemaregistry {name} sluicegate/skip-gate-"
        ),
        "  then import again, and take sluicegate/keep-closed off".to_owned(),
    ])
}
