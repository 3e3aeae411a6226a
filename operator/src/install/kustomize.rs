//! What kustomize reads. Its file is called `Kustomization`, which kustomize finds and
//! `kubectl apply -f` passes by, so that the same folder serves both.

use serde_json::{Value, json};

use super::{
    base::{Install, NAME},
    deployment,
    roles::within,
    rules,
};

/// The name of the file in each folder.
pub const FILE: &str = "Kustomization";

/// A folder of resources: these files, and these patches to them.
pub fn of(resources: &[&str], patches: &[&str]) -> Value {
    let mut all = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
    });
    if !patches.is_empty() {
        let patches = patches.iter().map(|path| json!({ "path": path })).collect::<Vec<_>>();
        all["patches"] = json!(patches);
    }
    all
}

/// A folder that others add to theirs.
pub fn component(resources: &[&str]) -> Value {
    json!({
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "resources": resources,
    })
}

/// The role of an operator that looks after its own namespace, and after no other.
pub fn own_role(install: &Install) -> [Value; 2] {
    let home = &install.namespace;
    within(NAME, home, NAME, home, rules::in_namespace())
}

/// Has an operator look after the namespace that it runs in, whatever that is called.
pub fn own_namespace(install: &Install) -> Value {
    let watch = deployment::field(deployment::WATCH, "metadata.namespace");
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": NAME, "namespace": install.namespace },
        "spec": { "template": { "spec": { "containers": [
            { "name": "operator", "env": [watch] },
        ] } } },
    })
}

/// Takes away everything that is the whole cluster's: what is allowed in it, and the namespace,
/// which is there before the operator and holds the data of its brokers after it.
pub fn no_cluster_scope(objects: &[Value]) -> Vec<Value> {
    let of_cluster = |one: &&Value| one["metadata"].get("namespace").is_none();
    let away = |one: &Value| {
        json!({
            "$patch": "delete",
            "apiVersion": one["apiVersion"],
            "kind": one["kind"],
            "metadata": { "name": one["metadata"]["name"] },
        })
    };
    objects.iter().filter(of_cluster).map(away).collect()
}
