//! What the API server does to an object before it keeps it: it fills in defaults and refuses what
//! is not allowed. Only the rules that an operator of stateful sets meets are here.

use std::sync::Arc;

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::Job,
    core::v1::{ConfigMap, PersistentVolumeClaim, Pod, Secret, Service, ServiceAccount},
    networking::v1::NetworkPolicy,
    policy::v1::PodDisruptionBudget,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sluicegate_core::{
    k8s::quantity::Quantity,
    observed::{Ref, text},
};

use super::{
    defaults::{complete_job, complete_pod, complete_service, complete_stateful_set, fill},
    key::Key,
    object::{add_finalizer, is_selected, meta_mut},
    refusal::{invalid, quoted},
    store::Store,
};
use crate::error::ApiError;

/// The finalizer that keeps a claim for as long as a pod uses it.
pub(super) const IN_USE: &str = "kubernetes.io/pvc-protection";

/// The first field of a body that its built-in kind does not have, as `.spec.zz`. The schemas of
/// custom resources are not known here.
pub(super) fn undeclared(body: &Value) -> Option<String> {
    match text(body, "/kind") {
        "ConfigMap" => undeclared_in::<ConfigMap>(body),
        "Deployment" => undeclared_in::<Deployment>(body),
        "Job" => undeclared_in::<Job>(body),
        "NetworkPolicy" => undeclared_in::<NetworkPolicy>(body),
        "PersistentVolumeClaim" => undeclared_in::<PersistentVolumeClaim>(body),
        "Pod" => undeclared_in::<Pod>(body),
        "PodDisruptionBudget" => undeclared_in::<PodDisruptionBudget>(body),
        "Secret" => undeclared_in::<Secret>(body),
        "Service" => undeclared_in::<Service>(body),
        "ServiceAccount" => undeclared_in::<ServiceAccount>(body),
        "StatefulSet" => undeclared_in::<StatefulSet>(body),
        _ => None,
    }
}

fn undeclared_in<K: DeserializeOwned + Serialize>(body: &Value) -> Option<String> {
    let known = K::deserialize(body).ok()?;
    let known = serde_json::to_value(known).ok()?;
    lost(body, &known, "")
}

/// The first path of a value that another does not have.
fn lost(value: &Value, known: &Value, path: &str) -> Option<String> {
    match (value, known) {
        (Value::Object(fields), Value::Object(known)) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .find_map(|(name, value)| match known.get(name) {
                Some(known) => lost(value, known, &format!("{path}.{name}")),
                None => Some(format!("{path}.{name}")),
            }),
        (Value::Array(items), Value::Array(known)) => {
            items.iter().zip(known).find_map(|(item, known)| lost(item, known, path))
        }
        _ => None,
    }
}

/// Fills in what the server fills in, and leaves out what says nothing.
pub(super) fn complete(store: &Store, object: &mut Value) {
    if let Some(policy) = store.policy {
        policy(object);
    }
    let empty = |value: &Value| match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    let says = |name: &str, value: &Value| name == "managedFields" || !empty(value);
    meta_mut(object).retain(|name, value| says(name, value));
    match text(object, "/kind") {
        "StatefulSet" => complete_stateful_set(object),
        "Deployment" => {
            let spec = &mut object["spec"];
            fill(spec, &json!({ "replicas": 1, "revisionHistoryLimit": 10 }));
            complete_pod(&mut spec["template"]["spec"]);
        }
        "Job" => complete_job(object),
        "Pod" => complete_pod(&mut object["spec"]),
        "Service" => complete_service(object),
        "PersistentVolumeClaim" => {
            let class = default_class(store);
            fill(&mut object["spec"], &json!({ "volumeMode": "Filesystem" }));
            if let Some(class) = class {
                fill(&mut object["spec"], &json!({ "storageClassName": class }));
            }
            // Only at its birth: who takes it away later keeps it away.
            if object.pointer("/metadata/uid").is_none() {
                add_finalizer(object, IN_USE);
            }
            if object.get("status").is_none() {
                object["status"] = json!({ "phase": "Pending" });
            }
        }
        _ => {}
    }
}

fn default_class(store: &Store) -> Option<String> {
    let default = |(key, class): (&Key, &Arc<Value>)| {
        let marks = class.pointer("/metadata/annotations")?;
        let marked = marks.get("storageclass.kubernetes.io/is-default-class")? == "true";
        marked.then(|| key.name().to_owned())
    };
    store.within("storage.k8s.io", "StorageClass", "").find_map(default)
}

/// Refuses a new object.
pub(super) fn check_new(target: &Ref, object: &Value) -> Result<(), ApiError> {
    if matches!(&*target.api.kind, "StatefulSet" | "Deployment") {
        let selector = object.pointer("/spec/selector");
        if !is_selected(&object["spec"]["template"], selector) {
            let why = "`selector` does not match template `labels`";
            return Err(invalid(target, "spec.template.metadata.labels", why));
        }
    }
    check_budget(target, object)
}

fn check_budget(target: &Ref, object: &Value) -> Result<(), ApiError> {
    let set = |field: &str| object["spec"].get(field).is_some_and(|value| !value.is_null());
    let budget = target.api.kind == "PodDisruptionBudget";
    if budget && set("minAvailable") && set("maxUnavailable") {
        let why = "minAvailable and maxUnavailable cannot be both set";
        return Err(invalid(target, "spec", why));
    }
    Ok(())
}

/// Refuses a change.
pub(super) fn check_change(
    store: &Store,
    target: &Ref,
    before: &Value,
    after: &Value,
) -> Result<(), ApiError> {
    match &*target.api.kind {
        "StatefulSet" => {
            const MUTABLE: &str = "'replicas', 'ordinals', 'template', 'updateStrategy', \
                'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and \
                'minReadySeconds'";
            if fixed(before, MUTABLE) != fixed(after, MUTABLE) {
                let why = format!(
                    "Forbidden: updates to statefulset spec for fields other than {MUTABLE} are \
                     forbidden"
                );
                return Err(invalid(target, "spec", &why));
            }
            check_new(target, after)
        }
        "Deployment" => {
            if before["spec"]["selector"] != after["spec"]["selector"] {
                return Err(invalid(target, "spec.selector", "field is immutable"));
            }
            check_new(target, after)
        }
        "Job" if before["spec"]["template"] != after["spec"]["template"] => {
            Err(invalid(target, "spec.template", "field is immutable"))
        }
        "Service" if before["spec"]["clusterIP"] != after["spec"]["clusterIP"] => {
            Err(invalid(target, "spec.clusterIPs[0]", "may not change once set"))
        }
        "PersistentVolumeClaim" => check_claim(store, target, before, after),
        "PodDisruptionBudget" => check_budget(target, after),
        _ => Ok(()),
    }
}

/// The fields of a spec that may not change.
fn fixed<'a>(object: &'a Value, mutable: &str) -> Vec<(&'a String, &'a Value)> {
    let fields = object["spec"].as_object().into_iter().flatten();
    fields.filter(|(name, _)| !mutable.contains(&format!("'{name}'"))).collect()
}

const SIZE: &str = "/spec/resources/requests/storage";

fn check_claim(store: &Store, target: &Ref, before: &Value, after: &Value) -> Result<(), ApiError> {
    let without_size = |claim: &Value| {
        let mut spec = claim["spec"].clone();
        if let Some(requests) = spec.pointer_mut("/resources/requests") {
            requests["storage"] = Value::Null;
        }
        spec
    };
    let bound = text(before, "/status/phase") == "Bound";
    let resized = text(before, SIZE) != text(after, SIZE);
    if without_size(before) != without_size(after) || (resized && !bound) {
        let why = "Forbidden: spec is immutable after creation except resources.requests and \
                   volumeAttributesClassName for bound claims";
        return Err(invalid(target, "spec", why));
    }
    let capacity = bytes(text(before, "/status/capacity/storage"));
    let shrinks = bytes(text(after, SIZE)) < bytes(text(before, SIZE));
    // Its words say less than it does: down to exactly what the claim has is refused as well.
    if shrinks && bytes(text(after, SIZE)) <= capacity {
        let field = "spec.resources.requests.storage";
        return Err(invalid(
            target,
            field,
            "Forbidden: field can not be less than status.capacity",
        ));
    }
    let class = text(before, "/spec/storageClassName");
    let grown = bytes(text(after, SIZE)) > bytes(text(before, SIZE));
    if grown && !expands(store, class) {
        let message = format!(
            "{} is forbidden: only dynamically provisioned pvc can be resized and the storageclass \
             that provisions the pvc must support resize",
            quoted(target)
        );
        return Err(ApiError::new(403, "Forbidden", message));
    }
    Ok(())
}

/// Whether claims of a class can grow.
pub(super) fn expands(store: &Store, class: &str) -> bool {
    let key = Key::in_group("storage.k8s.io", "StorageClass", "", class);
    store.find(&key).is_some_and(|class| class["allowVolumeExpansion"] == true)
}

/// A size; nothing where it is none.
pub(super) fn bytes(size: &str) -> Option<Quantity> {
    size.parse().ok()
}
