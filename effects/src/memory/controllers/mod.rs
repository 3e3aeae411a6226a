//! The controllers of Kubernetes, as far as they matter here. One round lets each look once at
//! everything it is there for; what one does is seen by those after it.

mod budget;
mod deployment;
mod garbage;
mod job;
mod kubelet;
mod stateful_set;
mod volumes;

use std::sync::Arc;

use serde_json::{Value, json};
use sluicegate_core::{digest::digest, observed::text, owner::controller};

pub use self::kubelet::Behaviour;
pub(super) use self::kubelet::{crash, waits};
use super::{
    Containers,
    index::By,
    key::Key,
    object::{is_leaving, meta_mut},
    store::Store,
};

/// One round.
pub(super) fn round(store: &mut Store, product: &mut dyn Containers) {
    garbage::round(store);
    stateful_set::round(store);
    deployment::round(store);
    job::round(store);
    volumes::round(store);
    kubelet::round(store, product);
    budget::round(store);
}

/// The hash of a pod template: its revision.
fn revision(workload: &Value) -> String {
    digest(&workload["spec"]["template"])[..10].to_owned()
}

/// A reference to the controller of an object.
fn owned_by(owner: &Value) -> Value {
    json!({
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

/// The pods that a workload controls.
fn pods_of(store: &Store, workload: &Key, owner: &Value) -> Vec<(Key, Arc<Value>)> {
    let uid = text(owner, "/metadata/uid");
    let pods = store.finder.find(By::Owner, uid, ("", "Pod", workload.namespace()));
    let pods = pods.filter_map(|key| Some((key.clone(), store.hold(key)?)));
    pods.filter(|(_, pod)| controller(pod) == Some(uid)).collect()
}

/// A pod from the template of a workload.
fn pod_from(owner: &Value, name: &str) -> Value {
    let template = &owner["spec"]["template"];
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {},
        "spec": template["spec"],
        "status": { "phase": "Pending" },
    });
    let meta = meta_mut(&mut pod);
    for part in ["labels", "annotations"] {
        if let Some(values) = template.pointer(&format!("/metadata/{part}")) {
            meta.insert(part.to_owned(), values.clone());
        }
    }
    meta.insert("name".to_owned(), json!(name));
    meta.insert("namespace".to_owned(), owner["metadata"]["namespace"].clone());
    meta.insert("ownerReferences".to_owned(), json!([owned_by(owner)]));
    pod
}

/// Whether new content can be made in a namespace.
fn is_open(store: &Store, namespace: &str) -> bool {
    store.find(&Key::core("Namespace", "", namespace)).is_some_and(|home| !is_leaving(home))
}

/// Whether a pod serves: it is ready and stays.
fn is_healthy(pod: &Value) -> bool {
    crate::execute::is_ready(pod) && !is_leaving(pod)
}
