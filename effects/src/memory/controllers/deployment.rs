//! Deployments: pods without a number. Replica sets, revisions and surges are left out.

use std::sync::Arc;

use serde_json::{Value, json};
use sluicegate_core::{
    compare::within,
    observed::text,
    owner::{controller, controller_ref},
};

use super::{is_healthy, is_open, pod_from, pods_of, revision};
use crate::{
    memory::{
        index::By,
        key::Key,
        object::{is_leaving, meta_mut, number},
        store::Store,
    },
    watch::INSTANCE,
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
    let replicas = usize::try_from(number(object, "/spec/replicas", 1)).unwrap_or_default();
    let mut left = replicas;
    for (pod, found) in all_of(store, key, object) {
        if is_leaving(&found) {
            continue;
        }
        if left > 0 && is_of_now(object, &found) {
            left -= 1;
            continue;
        }
        store.begin_delete(&pod, None);
        store.tell(&pod, "is deleted: it is no longer wanted");
    }
    if !is_open(store, key.namespace()) {
        return;
    }
    let names = (0..replicas).map(|nth| format!("{}-{hash}-{nth}", key.name()));
    let free = |name: &String| store.find(&Key::core("Pod", key.namespace(), name)).is_none();
    let names: Vec<String> = names.filter(free).take(left).collect();
    for name in names {
        let mut pod = pod_from(object, &name);
        let labels = meta_mut(&mut pod).entry("labels").or_insert_with(|| json!({}));
        labels[HASH] = json!(hash);
        let pod = store.insert(pod);
        store.tell(&pod, "was created");
    }
}

/// The pods of a Deployment: those that were made here, and those of a cluster that was looked at,
/// which belong to a replica set of its that nobody has looked at.
fn all_of(store: &Store, key: &Key, object: &Value) -> Vec<(Key, Arc<Value>)> {
    let mut all = pods_of(store, key, object);
    let labels = &object["spec"]["template"]["metadata"]["labels"];
    let instance = labels[INSTANCE].as_str().unwrap_or_default();
    let beside = store.finder.find(By::Instance, instance, ("", "Pod", key.namespace()));
    let of_a_set = |pod: &Value| {
        let owner = controller_ref(pod).filter(|owner| owner["kind"] == "ReplicaSet")?;
        let (name, hash) = text(owner, "/name").rsplit_once('-')?;
        (name == key.name() && !hash.is_empty()).then_some(())
    };
    let beside = beside.filter_map(|pod| Some((pod.clone(), store.hold(pod)?)));
    all.extend(beside.filter(|(_, pod)| of_a_set(pod).is_some()));
    all
}

/// Whether a pod was made of what is written now. One of a replica set has a hash that nobody here
/// can work out, so that it is looked through.
fn is_of_now(deployment: &Value, pod: &Value) -> bool {
    if controller(pod) == Some(text(deployment, "/metadata/uid")) {
        return text(pod, &format!("/metadata/labels/{HASH}")) == revision(deployment);
    }
    let template = &deployment["spec"]["template"];
    let lacks = |part: &str| {
        let [is, wanted] = [pod, template].map(|of| of.pointer(part).unwrap_or(&Value::Null));
        !within(is, wanted).is_empty()
    };
    !["/spec", "/metadata/labels", "/metadata/annotations"].into_iter().any(lacks)
}

fn report(store: &mut Store, key: &Key, object: &Value) {
    let pods = all_of(store, key, object);
    let count = |counts: &dyn Fn(&Value) -> bool| {
        pods.iter().filter(|(_, pod)| !is_leaving(pod) && counts(pod)).count() as u64
    };
    let of_now = |pod: &Value| is_of_now(object, pod);
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
