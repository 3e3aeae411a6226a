//! A schema registry that a command is about: the way to it, and its schemas as a file.

use std::time::Duration;

use clap::Args;
use k8s_openapi::api::apps::v1::Deployment;
use serde::{Deserialize, Serialize};
use sluicegate_core::{
    observed::{Reads, Ref, Seen, at},
    systems::rivven::{
        names,
        registry::{Registry, listens},
        schema_registry::{RivvenSchemaRegistry, SchemaRegistry},
    },
};
use sluicegate_effects::backend::rivven::{Brokers, Limits, Schema};

use super::one::{one, read, unanswered};
use crate::{
    failure::Failure,
    live::{Cluster, ClusterReader},
    reach::Reach,
};

/// How long all of it may take: two requests for each schema, and more.
const LIMIT: Duration = Duration::from_secs(600);

/// The schemas of a registry, as `export` writes and `import` reads them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// Each once, in the order of their ids.
    pub(super) schemas: Vec<Schema>,
}

/// Which registry, and how to reach it.
#[derive(Clone, Debug, Args)]
pub struct RegistryArgs {
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

impl RegistryArgs {
    /// Reaches the cluster, and looks for the registry there.
    ///
    /// # Errors
    ///
    /// If the cluster cannot be reached, or the registry is not there or on its way out.
    pub(super) async fn find(&self) -> Result<(Cluster, Found), Failure> {
        let cluster = Cluster::reach(self.reach.way()).await?;
        let namespace = self.namespace.as_deref().unwrap_or(cluster.namespace());
        let found = find(&cluster, (namespace, &self.name), &self.reach).await?;
        Ok((cluster, found))
    }
}

/// A registry that can be talked to.
pub(super) struct Found {
    /// The resource.
    pub(super) resource: RivvenSchemaRegistry,
    /// Where it is.
    pub(super) registry: Registry,
    /// The way to it.
    pub(super) brokers: Brokers,
}

/// The registry of a resource, which listens where its Deployment says: what the resource asks for
/// may wait.
async fn find(
    sight: &impl ClusterReader,
    (namespace, name): (&str, &str),
    reach: &Reach,
) -> Result<Found, Failure> {
    let nothing = "its schemas go with its pod";
    let resource = one::<SchemaRegistry>(sight, (namespace, name), nothing).await?;
    let deployment = Ref::to::<Deployment>(namespace, &names::registry(name));
    let seen = read(sight, Reads::none().object(deployment.clone())).await?;
    let listens = match seen.raw(&deployment) {
        Seen::Present(found) => at(found, "/spec/template/spec").and_then(listens),
        Seen::Absent | Seen::Unread | Seen::Unknown(_) => None,
    };
    let registry = Registry {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        pod: deployment.name,
        port: listens.unwrap_or_else(|| resource.spec.port()),
    };
    let limits = Limits { whole: LIMIT, ..Limits::default() };
    let resolve = reach.resolve.iter().cloned().collect();
    let brokers = Brokers::with_limits(&reach.cluster_domain, resolve, limits);
    Ok(Found { resource, registry, brokers })
}

impl Found {
    /// That it could not be asked, and the way to it from outside of the cluster.
    pub(super) fn unanswered(&self, why: &str, reach: &Reach) -> Failure {
        let Registry { namespace, pod, port, .. } = &self.registry;
        let (pod, host) = (format!("deployment/{pod}"), self.registry.host(&reach.cluster_domain));
        unanswered(&self.registry.to_string(), why, (namespace, &pod), (&host, *port))
    }
}
