//! The labels that every child carries, the few it is selected by, and the annotations that steer.

use std::{collections::BTreeMap, fmt};

/// Labels, or a selector over them.
pub type Labels = BTreeMap<String, String>;

/// Our name: the field manager of every write, and `app.kubernetes.io/managed-by` on every child.
/// Persisted in every cluster, so it never changes.
pub const SLUICEGATE: &str = "sluicegate";

/// The label of every child that names us.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// How the annotations and labels begin that are ours alone.
pub const OURS: &str = "sluicegate/";

/// On a child: the digest of the body that was last applied.
pub const DIGEST: &str = "sluicegate/digest";
/// On a child: what the API server made of fields that we applied, instead of what they should be.
pub const ADMITTED: &str = "sluicegate/admitted";
/// On a volume claim: the uid of the resource it was made for.
pub const MADE_FOR: &str = "sluicegate/made-for";
/// On a resource: `"true"` stops every change to what it stands for.
pub const PAUSED: &str = "sluicegate/paused";
/// On a resource: a new value restarts all its pods, one at a time. On a pod: restarts that one.
pub const RESTART: &str = "sluicegate/restart";
/// On a pod template: the value of [`RESTART`] that its pods were started with. A name of its own,
/// so that a pod is not taken to ask for a restart by itself.
pub const RESTARTED: &str = "sluicegate/restarted";
/// On a pod template: the digest of the configuration that its pods read when they start.
pub const CONFIG: &str = "sluicegate/config";
/// On a resource with connectors: `NAME=VALUE`, several separated by commas. A new value starts the
/// worker anew that the connector of this name is on.
pub const RESTART_CONNECTOR: &str = "sluicegate/restart-connector";
/// Whether a registry that starts is kept from clients, so that what it held can be brought back.
pub const KEEP_CLOSED: &str = "sluicegate/keep-closed";
/// On a pod template of connectors: what of [`RESTART_CONNECTOR`] its pods were started with.
pub const RESTARTED_CONNECTOR: &str = "sluicegate/restarted-connector";
/// On a pod template of connectors: their names, separated by commas.
pub const CONNECTORS: &str = "sluicegate/connectors";
/// On a pod template of connectors: the partitions of the topics of its sinks, as `NAME=NUMBER`,
/// separated by commas.
pub const PARTITIONS: &str = "sluicegate/partitions";
/// On a pod: the worker that it is of, by the name of its Deployment or Job.
pub const WORKER: &str = "sluicegate/worker";
/// On a Job: the digest of what it was made to run once.
pub const RUN: &str = "sluicegate/run";
/// On a resource: `"true"` takes over what was made for an earlier resource of its name and has
/// lost its owner.
pub const ADOPT: &str = "sluicegate/adopt";
/// On a resource: the ids of gates that are passed unseen, separated by commas.
pub const SKIP_GATE: &str = "sluicegate/skip-gate";

/// The labels that tell the children of one resource. They never change: selectors are immutable.
pub fn selector(name: &str, instance: &str, component: &str) -> Labels {
    Labels::from([
        ("app.kubernetes.io/component".to_owned(), component.to_owned()),
        ("app.kubernetes.io/instance".to_owned(), instance.to_owned()),
        ("app.kubernetes.io/name".to_owned(), name.to_owned()),
    ])
}

/// The labels of a child: what it is selected by, and whose it is.
pub fn recommended(selector: &Labels) -> Labels {
    let mut labels = selector.clone();
    labels.insert(MANAGED_BY.to_owned(), SLUICEGATE.to_owned());
    labels
}

/// Names with their values as text, `NAME=VALUE` and so on: a selector as an autoscaler and
/// `kubectl get -l` take it, and what is noted in an annotation.
pub fn pairs<'a, V: fmt::Display + 'a>(all: impl IntoIterator<Item = (&'a String, V)>) -> String {
    let pairs: Vec<String> = all.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join(",")
}
