//! Deployments: pods without a number. Replica sets, revisions and surges are left out.

use serde_json::{Value, json};
use sluicegate_core::observed::text;

use super::{is_healthy, is_open, pod_from, pods_of, revision};
use crate::memory::{
    key::Key,
    object::{is_leaving, meta_mut, number},
    store::Store,
};

/// The label that tells a pod's template.
const HASH: &str = "pod-template-hash";

pub(super) fn round(store: &mut Store) {
    for key in store.every("apps", "Deployment") {
        let Some(object) = store.hold(&key) else { continue };
        if !is_leaving(&object) {
            act(store, &key, &object);
        }
        report(store, &key, &object);
    }
}

fn act(store: &mut Store, key: &Key, object: &Value) {
    let hash = revision(object);
    let replicas = number(object, "/spec/replicas", 1);
    let wanted: Vec<String> =
        (0..replicas).map(|nth| format!("{}-{hash}-{nth}", key.name())).collect();
    for (pod, found) in pods_of(store, key, object) {
        if !wanted.iter().any(|name| name == pod.name()) && !is_leaving(&found) {
            store.begin_delete(&pod, None);
            store.tell(&pod, "is deleted: it is no longer wanted");
        }
    }
    if !is_open(store, key.namespace()) {
        return;
    }
    for name in wanted {
        if store.find(&Key::core("Pod", key.namespace(), &name)).is_none() {
            let mut pod = pod_from(object, &name);
            let labels = meta_mut(&mut pod).entry("labels").or_insert_with(|| json!({}));
            labels[HASH] = json!(hash);
            let pod = store.insert(pod);
            store.tell(&pod, "was created");
        }
    }
}

fn report(store: &mut Store, key: &Key, object: &Value) {
    let hash = revision(object);
    let pods = pods_of(store, key, object);
    let count = |counts: &dyn Fn(&Value) -> bool| {
        pods.iter().filter(|(_, pod)| !is_leaving(pod) && counts(pod)).count() as u64
    };
    let of_now = |pod: &Value| text(pod, &format!("/metadata/labels/{HASH}")) == hash;
    let ready = count(&is_healthy);
    let wanted = number(object, "/spec/replicas", 1);
    let available = if ready >= wanted { "True" } else { "False" };
    let status = json!({
        "observedGeneration": object["metadata"]["generation"],
        "replicas": count(&|_| true),
        "updatedReplicas": count(&of_now),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": wanted.saturating_sub(ready),
        "conditions": [{ "type": "Available", "status": available, "reason": "Replicas" }],
    });
    store.set_status(key, status);
}
