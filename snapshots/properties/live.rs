//! What is really there, told independently of the core: which brokers serve, whether a cluster
//! that is called *Ready* is, and what is left to compare of two worlds.

use std::sync::PoisonError;

use serde_json::{Value, json};
use sluicegate_core::{
    observed::{Api, Ref, text},
    owner::controller,
    systems::rivven::{Answer, Probe, cluster::RivvenCluster, names},
};
use sluicegate_effects::memory::Product as _;

use crate::{
    safety::broker,
    world::{CLUSTER, HOME, Rig},
};

/// The StatefulSet.
pub(crate) fn set(rig: &Rig) -> Option<Value> {
    rig.memory.object(&at("StatefulSet", &names::workload(CLUSTER)))
}

/// The uid of the claim of a broker.
pub(crate) fn claim_uid(rig: &Rig, ordinal: u32) -> Option<String> {
    let claim = rig.memory.object(&at("PersistentVolumeClaim", &names::claim(CLUSTER, ordinal)))?;
    Some(text(&claim, "/metadata/uid").to_owned())
}

/// The claim of a broker, if what is on it does not outlive the broker's pod.
pub(crate) fn peril(rig: &Rig, pod: &str) -> Option<String> {
    let ordinal = names::ordinal(CLUSTER, pod)?;
    let name = names::claim(CLUSTER, ordinal);
    let claim = rig.memory.object(&at("PersistentVolumeClaim", &name))?;
    let leaving = claim.pointer("/metadata/deletionTimestamp").is_some();
    (leaving || text(&claim, "/status/phase") == "Lost").then_some(name)
}

/// Whether a pod is ready, stays, and its broker does not call itself ill.
pub(crate) fn serves(rig: &Rig, pod: &str) -> bool {
    let Some(object) = rig.memory.object(&at("Pod", pod)) else { return false };
    is_up(&object) && !is_ill(rig, pod)
}

/// The other brokers that there should be and that are not up.
pub(crate) fn down(rig: &Rig, excluding: &str) -> Vec<String> {
    let set = set(rig).unwrap_or_default();
    let wanted = set.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or_default();
    let wanted = (0..u32::try_from(wanted).expect("replicas are few"))
        .map(|ordinal| names::pod(CLUSTER, ordinal));
    let is_down = |pod: &String| !rig.memory.object(&at("Pod", pod)).is_some_and(|pod| is_up(&pod));
    wanted.filter(|pod| pod != excluding && is_down(pod)).collect()
}

fn is_ill(rig: &Rig, pod: &str) -> bool {
    let ill = rig.ill.lock().unwrap_or_else(PoisonError::into_inner);
    names::ordinal(CLUSTER, pod).is_some_and(|ordinal| ill.contains(&ordinal))
}

fn is_up(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    let ready = |one: &Value| text(one, "/type") == "Ready" && text(one, "/status") == "True";
    pod.pointer("/metadata/deletionTimestamp").is_none()
        && conditions.into_iter().flatten().any(ready)
}

/// Whether a status may be told: one that says *Ready* of this generation is held against what is
/// there.
pub(crate) fn told(rig: &Rig, target: &Ref, status: &Value) -> Result<(), String> {
    let resource = rig.memory.object(target).ok_or("its resource is gone")?;
    if !says_ready(&resource, status) {
        return Ok(());
    }
    match &*target.api.kind {
        "RivvenCluster" => cluster_is_ready(rig, &resource["spec"]),
        "RivvenTopic" => topic_is_ready(rig, &resource),
        // What runs where is looked at all the time: see `connect`.
        _ => Ok(()),
    }
}

/// Whether a status says *Ready* of the generation that the resource has now.
pub(crate) fn says_ready(resource: &Value, status: &Value) -> bool {
    let conditions = status.get("conditions").and_then(Value::as_array);
    conditions.into_iter().flatten().any(|one| {
        one["type"] == "Ready"
            && one["status"] == "True"
            && one["observedGeneration"] == resource["metadata"]["generation"]
    })
}

fn cluster_is_ready(rig: &Rig, spec: &Value) -> Result<(), String> {
    let set = set(rig).ok_or("Ready without a StatefulSet")?;
    let seen = |place: &str| set.pointer(place).cloned().unwrap_or_default();
    if seen("/status/observedGeneration") != seen("/metadata/generation") {
        return Err("Ready before Kubernetes has looked at the StatefulSet".to_owned());
    }
    let wanted = spec["replicas"].as_u64().unwrap_or(3);
    if seen("/spec/replicas") != json!(wanted) {
        return Err(format!("Ready with {} of {wanted} replicas", seen("/spec/replicas")));
    }
    if let Some(image) = spec["image"].as_str()
        && text(&set, "/spec/template/spec/containers/0/image") != image
    {
        return Err("Ready with another image".to_owned());
    }
    let uid = text(&set, "/metadata/uid");
    let pods: Vec<Value> = rig.all(&Api::of::<k8s_openapi::api::core::v1::Pod>());
    let pods: Vec<&Value> = pods.iter().filter(|pod| controller(pod) == Some(uid)).collect();
    if pods.len() as u64 != wanted {
        return Err(format!("Ready with {} pods of {wanted}", pods.len()));
    }
    for ordinal in 0..wanted {
        let name = names::pod(CLUSTER, u32::try_from(ordinal).expect("replicas are few"));
        let pod = pods.iter().find(|pod| text(pod, "/metadata/name") == name);
        let pod = pod.ok_or_else(|| format!("Ready without {name}"))?;
        if !is_up(pod) || is_ill(rig, &name) {
            return Err(format!("Ready, and {name} is not"));
        }
        let revision = text(pod, "/metadata/labels/controller-revision-hash");
        if revision != text(&set, "/status/updateRevision") {
            return Err(format!("Ready, and {name} is out of date"));
        }
    }
    Ok(())
}

fn topic_is_ready(rig: &Rig, resource: &Value) -> Result<(), String> {
    let name = match text(resource, "/spec/topicName") {
        "" => text(resource, "/metadata/name"),
        name => name,
    };
    let said = topic_on(rig, name);
    let wanted = &resource["spec"]["partitions"];
    if matches!(&said, Answer::Topic(topic) if json!(topic.partitions) == *wanted) {
        return Ok(());
    }
    Err(format!("Ready, and the broker says {said:?}"))
}

/// What the broker that serves says of a topic.
pub(crate) fn topic_on(rig: &Rig, name: &str) -> Answer {
    let probe = Probe::Topic { broker: broker(0), name: name.to_owned() };
    rig.memory.product(|product, store| product.ask(store, &probe))
}

/// Everything that belongs to the cluster, but for what a server or a clock gave it.
pub(crate) fn children(rig: &Rig) -> Vec<Value> {
    let cluster = rig.cluster().unwrap_or_default();
    let uid = text(&cluster, "/metadata/uid").to_owned();
    let set = set(rig).unwrap_or_default();
    let set = text(&set, "/metadata/uid").to_owned();
    let ours =
        |object: &Value| controller(object).is_some_and(|owner| owner == uid || owner == set);
    rig.memory.store(|store| store.objects().filter(|one| ours(one)).map(normal).collect())
}

/// An object without what a server or a clock gave it.
fn normal(object: &Value) -> Value {
    let mut object = object.clone();
    let status = object.as_object_mut().and_then(|fields| fields.remove("status"));
    let meta = object["metadata"].as_object_mut().expect("an object has metadata");
    for name in ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"] {
        meta.remove(name);
    }
    for owner in meta.get_mut("ownerReferences").and_then(Value::as_array_mut).into_iter().flatten()
    {
        owner.as_object_mut().expect("an owner is an object").remove("uid");
    }
    // Server-side apply merges them by key; their order says nothing.
    let ports = object.pointer_mut("/spec/ports").and_then(Value::as_array_mut);
    ports.into_iter().for_each(|all| all.sort_by_key(|port| text(port, "/name").to_owned()));
    if object["kind"] == "Pod"
        && let Some(status) = status
    {
        object["ready"] = json!(is_up(&json!({ "status": status })));
    }
    object
}

/// What a status says, without its times.
pub(crate) fn timeless(status: &Value) -> Value {
    let mut status = status.clone();
    let Some(fields) = status.as_object_mut() else { return status };
    for name in ["lastUpdated", "lastSyncTime", "observedGeneration"] {
        fields.remove(name);
    }
    let conditions = fields.get_mut("conditions").and_then(Value::as_array_mut);
    for one in conditions.into_iter().flatten() {
        let one = one.as_object_mut().expect("a condition is an object");
        one.remove("lastTransitionTime");
        one.remove("observedGeneration");
    }
    status
}

/// The condition of a type, as the cluster tells it.
pub(crate) fn condition(rig: &Rig, kind: &str) -> Option<(String, String, String)> {
    let cluster = rig.cluster()?;
    let all = cluster.pointer("/status/conditions")?.as_array()?.clone();
    let one = all.into_iter().find(|one| one["type"] == kind)?;
    let said = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
    Some((said("status"), said("reason"), said("message")))
}

/// A reference to an object that belongs to the cluster.
pub(crate) fn at(kind: &str, name: &str) -> Ref {
    let version = match kind {
        "StatefulSet" => "apps/v1",
        "PodDisruptionBudget" => "policy/v1",
        "ServiceMonitor" => "monitoring.coreos.com/v1",
        "RivvenCluster" => return Ref::to::<RivvenCluster>(HOME, name),
        _ => "v1",
    };
    sluicegate_effects::memory::reference(&json!({
        "apiVersion": version,
        "kind": kind,
        "metadata": { "name": name, "namespace": HOME },
    }))
}

/// The first difference between two lists of objects, as a sentence.
pub(crate) fn difference(one: &[Value], other: &[Value]) -> Option<String> {
    let name =
        |object: &Value| format!("{} {}", text(object, "/kind"), text(object, "/metadata/name"));
    let lacks = |all: &[Value], object: &Value| !all.iter().any(|one| name(one) == name(object));
    if let Some(extra) = one.iter().find(|object| lacks(other, object)) {
        return Some(format!("{} is there", name(extra)));
    }
    if let Some(missing) = other.iter().find(|object| lacks(one, object)) {
        return Some(format!("{} is missing", name(missing)));
    }
    let pairs = one.iter().zip(other).find(|(one, other)| one != other)?;
    let mut paths = sluicegate_core::compare::within(pairs.0, pairs.1);
    paths.extend(sluicegate_core::compare::within(pairs.1, pairs.0));
    Some(format!("{} differs: {paths:?}", name(pairs.0)))
}
