//! `import schemas`: the schemas that a registry had, brought into the one that has started in its
//! place.
//!
//! Whoever registers meanwhile takes ids, and the operator would set levels that refuse a history.
//! So the resource is paused, and clients are kept away; both end when everything is there.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use k8s_openapi::api::apps::v1::Deployment;
use serde_json::{Value, json};
use sluicegate_core::{
    label::{KEEP_CLOSED, PAUSED},
    observed::{Look, Ref, at, text},
    owner::own_ref,
    systems::rivven::{names, schema_registry::SchemaRegistry},
};
use sluicegate_effects::{
    backend::rivven::{Schema, Unfit, faults},
    live,
};
use tokio::time::{Instant, sleep};

use crate::{
    commands::{
        input::{file, stdin},
        registry::{File, Found, RegistryArgs},
    },
    failure::{DONE, Failure},
    live::Cluster,
    render::summary::many,
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

/// How often what is waited for is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long the operator may take to say that a resource is paused.
const PAUSES: Duration = Duration::from_secs(60);
/// How long Kubernetes may take, beside what the probe needs, to lead no clients to a pod any more.
const LED_AWAY: Duration = Duration::from_secs(30);

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
    let own = own_ref::<SchemaRegistry>(&found.resource);
    let checked = found.brokers.check(&found.registry).await;
    checked.map_err(|unfit| unfit_for(&found, unfit, args)).map_err(nothing)?;
    let was_paused = sluicegate_core::annotations::paused(&found.resource.metadata);
    if !was_paused {
        annotate(&cluster, &own, Some("true")).await.map_err(nothing)?;
        io.err(&format!(
            "note: {own} is paused. Should this be interrupted, take {PAUSED} off and see whether \
             the registry is empty"
        ));
    }
    if let Err(failure) = close(&cluster, &found, &own, args, io).await {
        if !was_paused {
            annotate(&cluster, &own, None).await.map_err(nothing)?;
        }
        return Err(failure.so(NOTHING));
    }
    let ids = found.brokers.restore(&found.registry, &schemas, args.new_ids).await;
    let ids = ids.map_err(|why| half_way(&why, &own))?;
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
    if was_paused {
        io.err(&format!(
            "note: {own} is paused still: levels are set and clients let in when the annotation \
             {PAUSED} is taken off"
        ));
    } else {
        annotate(&cluster, &own, None).await?;
        let annotations = found.resource.metadata.annotations.as_ref();
        let closed = annotations.and_then(|all| all.get(KEEP_CLOSED));
        let closed = closed.is_some_and(|value| value == "true");
        io.err(match closed {
            true => {
                "note: the operator sets levels and rules, and lets clients in when the \
                     annotation sluicegate/keep-closed is taken off."
            }
            false => "note: the operator sets levels and rules, and lets clients in.",
        });
    }
    Ok(DONE)
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

/// Sees that nobody changes the registry meanwhile: not the operator, and no client.
async fn close(
    cluster: &Cluster,
    found: &Found,
    own: &Ref,
    args: &ImportSchemasArgs,
    io: &mut Io<'_>,
) -> Result<(), Failure> {
    let paused = |resource: &Value| {
        let all = at(resource, "/status/conditions").and_then(Value::as_array);
        let is = |one: &Value| text(one, "/type") == "Paused" && text(one, "/status") == "True";
        all.into_iter().flatten().any(is)
    };
    if !until(cluster, own, PAUSES, paused).await? {
        let seconds = PAUSES.as_secs();
        return Err(Failure(vec![
            format!("error: {own} was paused, and no operator has said so within {seconds} s"),
            "  see that one runs: it lets clients in again".to_owned(),
        ]));
    }
    let closed = found.brokers.close(&found.registry).await;
    closed.map_err(|unfit| unfit_for(found, unfit, args))?;
    let deployment = Ref::to::<Deployment>(&own.namespace, &names::registry(&own.name));
    let Look::Found(seen) = cluster.get(&deployment).await? else {
        return Err(Failure::of(format!("error: there is no {deployment}")));
    };
    let patience = LED_AWAY + not_ready_after(&seen);
    io.err(&format!(
        "note: waiting until no client is led to it, {} s at most",
        patience.as_secs()
    ));
    let none_ready = |deployment: &Value| {
        at(deployment, "/status/readyReplicas").and_then(Value::as_i64).unwrap_or(0) == 0
    };
    match until(cluster, &deployment, patience, none_ready).await? {
        true => Ok(()),
        false => Err(Failure(vec![
            format!("error: {deployment} has a pod that is ready still: clients may be led to it"),
            "  see its readinessProbe, and whether its node answers".to_owned(),
        ])),
    }
}

/// How long a pod that fails its probe stays ready.
fn not_ready_after(deployment: &Value) -> Duration {
    let probe = "/spec/template/spec/containers/0/readinessProbe";
    let number = |field: &str, default| {
        at(deployment, &format!("{probe}/{field}")).and_then(Value::as_u64).unwrap_or(default)
    };
    Duration::from_secs(number("periodSeconds", 10) * (number("failureThreshold", 3) + 1))
}

/// Looks at an object until it is so, for so long at most. Returns whether it is.
async fn until(
    cluster: &Cluster,
    target: &Ref,
    patience: Duration,
    is_so: impl Fn(&Value) -> bool,
) -> Result<bool, Failure> {
    let since = Instant::now();
    loop {
        match cluster.get(target).await? {
            Look::Found(seen) if is_so(&seen) => return Ok(true),
            Look::Found(_) | Look::Absent => {}
            Look::Denied(why) => {
                return Err(Failure::of(format!("error: {target} cannot be looked at: {why}")));
            }
        }
        if since.elapsed() > patience {
            return Ok(false);
        }
        sleep(LOOK).await;
    }
}

async fn annotate(cluster: &Cluster, own: &Ref, value: Option<&str>) -> Result<(), Failure> {
    let done = live::annotate(cluster.server(), own, PAUSED, value).await;
    done.map_err(|error| Failure::of(format!("error: {}", error.in_full())))
}

/// Why a registry takes nothing, and what to do about that.
fn unfit_for(found: &Found, unfit: Unfit, args: &ImportSchemasArgs) -> Failure {
    let why = match unfit {
        Unfit::Silent(why) => return found.unanswered(&why, &args.of.reach),
        Unfit::Refuses(why) => why,
    };
    let (namespace, name) = (&found.registry.namespace, &found.registry.name);
    Failure(vec![
        format!("error: {}: {why}", found.registry),
        "  where what it holds may go, start it anew and kept from clients, which register \
         otherwise:"
            .to_owned(),
        format!(
            "    kubectl -n {namespace} annotate rivvenschemaregistry {name} \
             sluicegate/skip-gate=schemas-kept sluicegate/keep-closed=true \
             sluicegate/restart=$(date +%s) --overwrite"
        ),
    ])
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
