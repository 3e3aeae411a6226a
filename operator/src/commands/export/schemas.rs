//! `export schemas`: the schemas that a registry has in its memory.

use std::time::Duration;

use clap::Args;
use k8s_openapi::api::apps::v1::Deployment;
use serde::Serialize;
use sluicegate_core::{
    observed::{Reads, Ref, Seen, at},
    systems::rivven::{
        names,
        registry::{Registry, listens},
        schema_registry::SchemaRegistry,
    },
};
use sluicegate_effects::backend::rivven::{Brokers, Limits, Schema};

use crate::{
    commands::one::{one, read, unanswered},
    failure::{DONE, Failure},
    live::{Cluster, ClusterReader},
    reach::Reach,
    render::summary::many,
    terminal::Io,
};

/// Arguments of `export schemas`.
#[derive(Clone, Debug, Args)]
pub struct ExportSchemasArgs {
    /// The RivvenSchemaRegistry
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Its namespace. Default: that of the context
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
}

/// How long it may take: two requests for each schema.
const LIMIT: Duration = Duration::from_secs(600);

/// What is printed.
#[derive(Serialize)]
struct File {
    schemas: Vec<Schema>,
}

/// Runs the command.
///
/// # Errors
///
/// If there is no such registry, or it cannot be asked.
pub(super) async fn run(args: &ExportSchemasArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let cluster = Cluster::reach(args.reach.way()).await?;
    let namespace = args.namespace.as_deref().unwrap_or(cluster.namespace());
    let registry = find(&cluster, namespace, &args.name).await?;
    let limits = Limits { whole: LIMIT, ..Limits::default() };
    let (domain, resolve) = (&args.reach.cluster_domain, args.reach.resolve.iter().cloned());
    let brokers = Brokers::with_limits(domain, resolve.collect(), limits);
    let read = brokers.schemas(&registry).await;
    let schemas = read.map_err(|why| {
        let (pod, host) = (format!("deployment/{}", registry.pod), registry.host(domain));
        unanswered(&registry.to_string(), &why, (namespace, &pod), (&host, registry.port))
    })?;
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

/// The registry of a resource, which listens where its Deployment says: what the resource asks for
/// may wait.
async fn find(
    sight: &impl ClusterReader,
    namespace: &str,
    name: &str,
) -> Result<Registry, Failure> {
    let nothing = "its schemas have gone with its pod";
    let resource = one::<SchemaRegistry>(sight, (namespace, name), nothing).await?;
    let deployment = Ref::to::<Deployment>(namespace, &names::registry(name));
    let seen = read(sight, Reads::none().object(deployment.clone())).await?;
    let listens = match seen.raw(&deployment) {
        Seen::Present(found) => at(found, "/spec/template/spec").and_then(listens),
        Seen::Absent | Seen::Unread | Seen::Unknown(_) => None,
    };
    Ok(Registry {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        pod: deployment.name,
        port: listens.unwrap_or_else(|| resource.spec.port()),
    })
}
