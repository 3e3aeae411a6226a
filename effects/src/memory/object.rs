//! What is read of any object, and changed in it, whatever its kind.

use serde_json::{Map, Value, json};
use sluicegate_core::observed::{at, text};

/// The metadata of an object, to change.
pub(super) fn meta_mut(object: &mut Value) -> &mut Map<String, Value> {
    let object = object.as_object_mut().expect("an object is an object");
    let meta = object.entry("metadata").or_insert_with(|| json!({}));
    meta.as_object_mut().expect("metadata is an object")
}

/// The owner references of an object.
pub(super) fn owners(object: &Value) -> impl Iterator<Item = &Value> {
    at(object, "/metadata/ownerReferences").and_then(Value::as_array).into_iter().flatten()
}

/// Whether an object is being deleted.
pub(super) fn is_leaving(object: &Value) -> bool {
    at(object, "/metadata/deletionTimestamp").is_some()
}

/// Whether an object has a finalizer.
pub(super) fn has_finalizer(object: &Value, name: &str) -> bool {
    let held = at(object, "/metadata/finalizers").and_then(Value::as_array);
    held.is_some_and(|held| held.iter().any(|one| one == name))
}

pub(super) fn add_finalizer(object: &mut Value, name: &str) {
    if !has_finalizer(object, name) {
        let held = meta_mut(object).entry("finalizers").or_insert_with(|| json!([]));
        held.as_array_mut().expect("finalizers are a list").push(json!(name));
    }
}

pub(super) fn remove_finalizer(object: &mut Value, name: &str) {
    let meta = meta_mut(object);
    let Some(held) = meta.get_mut("finalizers").and_then(Value::as_array_mut) else { return };
    held.retain(|one| one != name);
    if held.is_empty() {
        meta.remove("finalizers");
    }
}

/// A whole number at a JSON pointer, or another where there is none.
pub(super) fn number(object: &Value, pointer: &str, or: u64) -> u64 {
    at(object, pointer).and_then(Value::as_u64).unwrap_or(or)
}

/// Whether an object's labels satisfy a label selector with `matchLabels`.
pub(super) fn is_selected(object: &Value, selector: Option<&Value>) -> bool {
    let Some(wanted) = selector.and_then(|one| one.get("matchLabels")).and_then(Value::as_object)
    else {
        return false;
    };
    let labels = at(object, "/metadata/labels");
    wanted.iter().all(|(key, value)| labels.and_then(|all| all.get(key)) == Some(value))
}

/// The claims that a pod mounts.
pub(super) fn claims(pod: &Value) -> impl Iterator<Item = &str> {
    let volumes = at(pod, "/spec/volumes").and_then(Value::as_array);
    let claim = |volume: &'_ Value| at(volume, "/persistentVolumeClaim/claimName").is_some();
    let volumes = volumes.into_iter().flatten().filter(move |volume| claim(volume));
    volumes.map(|volume| text(volume, "/persistentVolumeClaim/claimName"))
}

/// Whether nothing holds an object any more that is being deleted.
pub(super) fn is_done_with(object: &Value) -> bool {
    let empty =
        |place: &str| object.pointer(place).and_then(Value::as_array).is_none_or(Vec::is_empty);
    is_leaving(object)
        && empty("/metadata/finalizers")
        && number(object, "/metadata/deletionGracePeriodSeconds", 0) == 0
        && (object["kind"] != "Namespace" || empty("/spec/finalizers"))
}
