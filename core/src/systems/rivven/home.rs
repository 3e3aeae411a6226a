//! The cluster that another resource refers to, if it is there and lets itself be used.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Broker, Rivven, names, rules};
use crate::{
    field::Path,
    observed::{Observed, Ref, Seen},
    plan::Blocked,
};

/// Why there is no cluster to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Away {
    /// It does not exist, is on its way out, or cannot be looked at: which, as a sentence.
    NotThere(String),
    /// It does not let this namespace have topics on it.
    NotPermitted,
}

/// What others go by of a cluster. No more of it is read: it is looked at in each of their steps,
/// and is large.
#[derive(Debug, Deserialize)]
pub(super) struct Home {
    metadata: Metadata,
    spec: Spec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    deletion_timestamp: Option<Time>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    topic_namespaces: Option<Vec<String>>,
    service: Option<Service>,
}

#[derive(Debug, Deserialize)]
struct Service {
    port: Option<i32>,
}

impl Home {
    /// The namespaces besides its own that may have topics on it. `*` stands for every one.
    pub(super) fn namespaces(&self) -> &[String] {
        self.spec.topic_namespaces.as_deref().unwrap_or_default()
    }

    /// The port that clients find it at.
    pub(super) fn port(&self) -> i32 {
        let given = self.spec.service.as_ref().and_then(|service| service.port);
        given.unwrap_or_else(|| i32::from(names::CLIENT_PORT))
    }
}

/// The cluster, for a resource of this namespace.
pub(super) fn cluster(
    target: &Ref,
    namespace: &str,
    seen: &Observed<Rivven>,
) -> Result<Home, Away> {
    let sentence = match seen.raw(target) {
        Seen::Present(cluster) => match Home::deserialize(&**cluster) {
            Ok(home) if home.metadata.deletion_timestamp.is_some() => "is being deleted".to_owned(),
            Ok(home) if permits(&home, &target.namespace, namespace) => return Ok(home),
            Ok(_) => return Err(Away::NotPermitted),
            Err(error) => format!("cannot be looked at: it does not decode: {error}"),
        },
        Seen::Absent => "does not exist".to_owned(),
        Seen::Unknown(why) => format!("cannot be looked at: {why}"),
        Seen::Unread => "was not looked at".to_owned(),
    };
    Err(Away::NotThere(format!("{target} {sentence}")))
}

/// The broker that has the topics of a cluster: the first. Where brokers run alone, clients see no
/// other.
pub(super) fn broker(cluster: &Ref) -> Broker {
    Broker {
        namespace: cluster.namespace.clone(),
        cluster: cluster.name.clone(),
        ordinal: 0,
        port: names::CLIENT_PORT,
    }
}

/// That a cluster does not let a namespace have topics on it, as a sentence without an end.
pub(super) fn not_listed(cluster: &Ref, namespace: &str) -> String {
    format!("{cluster} does not list namespace {namespace} in spec.topicNamespaces")
}

/// The same as what refuses a resource that refers to it.
pub(super) fn refused(cluster: &Ref, namespace: &str) -> Blocked {
    Blocked {
        rule: &rules::TOP_35,
        path: Path::dotted("spec.clusterRef.namespace"),
        before: Value::Null,
        after: json!(cluster.namespace),
        message: not_listed(cluster, namespace),
        remedy: rules::TOP_35.remedy.to_owned(),
    }
}

/// Whether a cluster in one namespace lets another have topics on it.
fn permits(cluster: &Home, own: &str, namespace: &str) -> bool {
    let listed = |one: &String| one == "*" || one == namespace;
    own == namespace || cluster.namespaces().iter().any(listed)
}
