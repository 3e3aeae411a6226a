//! The cluster that another resource refers to, if it is there and lets itself be used.

use serde_json::{Value, json};

use super::{Broker, Rivven, cluster::RivvenCluster, names, rules};
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

/// The cluster, for a resource of this namespace.
pub(super) fn cluster(
    target: &Ref,
    namespace: &str,
    seen: &Observed<Rivven>,
) -> Result<RivvenCluster, Away> {
    let sentence = match seen.get::<RivvenCluster>(&target.namespace, &target.name) {
        Seen::Present(cluster) if cluster.metadata.deletion_timestamp.is_some() => {
            "is being deleted".to_owned()
        }
        Seen::Present(cluster) if permits(&cluster, &target.namespace, namespace) => {
            return Ok(cluster);
        }
        Seen::Present(_) => return Err(Away::NotPermitted),
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
fn permits(cluster: &RivvenCluster, home: &str, namespace: &str) -> bool {
    let listed = |one: &String| one == "*" || one == namespace;
    home == namespace || cluster.spec.topic_namespaces.iter().flatten().any(listed)
}
