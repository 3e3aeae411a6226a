//! What of an object is kept at all.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluicegate_core::{
    label::{MANAGED_BY, OURS, SLUICEGATE},
    observed::{Api, at, group_of},
};

use super::head::{Head, INSTANCE, Owner};
use crate::without_data;

/// Drops what no plan looks at. Lists of a resource's own objects ask for a label; what lacks that
/// is looked at by its name, if at all.
pub(super) fn trim(api: &Api, object: &mut Value) {
    if object["metadata"]["labels"].get(INSTANCE).is_none() {
        without_data(api, object);
    }
    let Some(meta) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    meta.remove("managedFields");
    if let Some(annotations) = meta.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
}

/// Whether an object may be a resource's own: marked as ours, carrying one of our own marks, or
/// owned by one of our kinds. Any one of them is enough, since people take labels away by hand.
/// What belongs to the whole cluster, such as a StorageClass, is rare and read by name.
pub(super) fn is_of_interest(own: &BTreeSet<Api>, head: &Head, object: &Value) -> bool {
    let marked = |place: &str| {
        let marks = at(object, place).and_then(Value::as_object);
        marks.into_iter().flatten().any(|(key, _)| key.starts_with(OURS))
    };
    let owned = |owner: &Owner| {
        let group = group_of(&owner.api_version);
        own.iter().any(|api| api.group == group && api.kind == owner.kind)
    };
    at(object, "/metadata/namespace").is_none()
        || head.labels.get(MANAGED_BY).is_some_and(|by| by == SLUICEGATE)
        || marked("/metadata/annotations")
        || marked("/metadata/labels")
        || head.owners.iter().any(owned)
}

/// The metadata of an object that is somebody else's, as far as it tells whose.
pub(super) fn stub(object: &Value) -> Value {
    let mut meta = json!({});
    for part in [
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "labels",
        "ownerReferences",
        "deletionTimestamp",
    ] {
        if let Some(value) = object["metadata"].get(part) {
            meta[part] = value.clone();
        }
    }
    json!({ "apiVersion": object["apiVersion"], "kind": object["kind"], "metadata": meta })
}
