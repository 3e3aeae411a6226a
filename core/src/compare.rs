//! Does what exists have everything that is wished for, and where does it not?
//!
//! The API server adds defaults and others add fields of their own; neither counts. A list with a
//! merge key is compared item by item, as server-side apply merges it; any other list is a value.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    k8s::quantity::Quantity,
    observed::{at, text},
    plan::{Change, Manifest},
};

/// The lists that server-side apply merges by key, among the objects made here: the name of the
/// field that holds the list, and the keys (`x-kubernetes-list-map-keys` of the built-in kinds).
pub const MERGED: &[(&str, &[&str])] = &[
    ("conditions", &["type"]),
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("imagePullSecrets", &["name"]),
    ("ownerReferences", &["uid"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
];

/// The fields in which the wish is not met, in the order of the wish.
pub fn differences(exists: &Value, wish: &Manifest) -> Vec<Change> {
    within(exists, &wish.body)
}

/// The fields in which one value lacks what another says.
pub fn within(exists: &Value, wish: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(&mut String::new(), exists, wish, &mut changes);
    changes
}

/// The fields that we applied once and no longer wish for, as the object's `managedFields` show
/// them. Empty where the object carries none: offline they are mostly left out.
pub fn removed(exists: &Value, wish: &Manifest, manager: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let entries = at(exists, "/metadata/managedFields").and_then(Value::as_array);
    for entry in entries.into_iter().flatten() {
        let ours = text(entry, "/manager") == manager && text(entry, "/operation") == "Apply";
        if ours {
            let fields = fields_of(entry);
            owned(&mut String::new(), &fields, exists, Some(&wish.body), &mut changes);
        }
    }
    changes
}

/// The fields that an entry of `managedFields` is about, as the API server writes them: a tree, or
/// that tree as JSON text, which takes a tenth of the memory where thousands of objects are read.
pub fn fields_of(entry: &Value) -> Cow<'_, Value> {
    match entry.get("fieldsV1") {
        Some(Value::String(text)) => Cow::Owned(serde_json::from_str(text).unwrap_or_default()),
        Some(tree) => Cow::Borrowed(tree),
        None => Cow::Owned(Value::Null),
    }
}

fn walk(path: &mut String, exists: &Value, wish: &Value, changes: &mut Vec<Change>) {
    match (exists, wish) {
        (Value::Object(exists), Value::Object(wish)) => {
            for (key, wish) in wish {
                let length = step(path, key);
                match exists.get(key) {
                    Some(exists) => walk(path, exists, wish, changes),
                    None if says_nothing(wish) => {}
                    None => changes.push(change(path, None, Some(wish))),
                }
                path.truncate(length);
            }
        }
        (Value::Array(exists), Value::Array(wish)) => lists(path, exists, wish, changes),
        _ if exists == wish || same_quantity(path, exists, wish) => {}
        _ => changes.push(change(path, Some(exists), Some(wish))),
    }
}

/// The API server leaves out what says nothing (`omitempty`): a probe's delay of 0 is stored as no
/// delay, an empty list as none. To ask for it again at each look would never end.
fn says_nothing(wish: &Value) -> bool {
    match wish {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

fn lists(path: &mut String, exists: &[Value], wish: &[Value], changes: &mut Vec<Change>) {
    let Some(keys) = merge_keys(path, wish) else {
        values(path, exists, wish, changes);
        return;
    };
    for wish in wish {
        let length = step(path, &label(wish, keys));
        match exists.iter().find(|exists| same_item(exists, wish, keys)) {
            Some(exists) => walk(path, exists, wish, changes),
            None => changes.push(change(path, None, Some(wish))),
        }
        path.truncate(length);
    }
}

/// A list without a key is a value: it differs as a whole, or, where it is as long as it should be,
/// in the items that differ.
fn values(path: &mut String, exists: &[Value], wish: &[Value], changes: &mut Vec<Change>) {
    if exists.len() != wish.len() || !wish.iter().all(Value::is_object) {
        if exists != wish {
            let (exists, wish) = (Value::from(exists.to_vec()), Value::from(wish.to_vec()));
            changes.push(change(path, Some(&exists), Some(&wish)));
        }
        return;
    }
    for (index, (exists, wish)) in exists.iter().zip(wish).enumerate() {
        let length = step(path, &index.to_string());
        walk(path, exists, wish, changes);
        path.truncate(length);
    }
}

/// Quantities are the same when their values are: the server writes `1` for `1000m`.
fn same_quantity(path: &str, exists: &Value, wish: &Value) -> bool {
    if !path.contains("/resources/") {
        return false;
    }
    let value = |value: &Value| value.as_str().and_then(|text| text.parse::<Quantity>().ok());
    matches!((value(exists), value(wish)), (Some(exists), Some(wish)) if exists == wish)
}

fn merge_keys(path: &str, wish: &[Value]) -> Option<&'static [&'static str]> {
    let field = path.rsplit('/').next().unwrap_or_default();
    if field == "ports" {
        let of_container = wish.iter().any(|port| port.get("containerPort").is_some());
        return Some(if of_container { &["containerPort"] } else { &["port"] });
    }
    MERGED.iter().find(|(name, _)| *name == field).map(|(_, keys)| *keys)
}

fn same_item(exists: &Value, wish: &Value, keys: &[&str]) -> bool {
    keys.iter().all(|key| exists.get(key) == wish.get(key))
}

/// An item of a list goes by its key in a path, so that a path still means the same when the list
/// has grown.
fn label(item: &Value, keys: &[&str]) -> String {
    let key = keys.first().and_then(|key| item.get(key)).cloned().unwrap_or_default();
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}

fn step(path: &mut String, key: &str) -> usize {
    let length = path.len();
    path.push('/');
    if key.contains(['~', '/']) {
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
    } else {
        path.push_str(key);
    }
    length
}

fn change(path: &str, before: Option<&Value>, after: Option<&Value>) -> Change {
    Change { path: path.to_owned(), before: before.cloned(), after: after.cloned() }
}

/// Walks `fieldsV1`: `f:name` is a field, `k:{…}` an item of a merged list, `v:…` a member of a
/// set, `.` the thing itself.
fn owned(
    path: &mut String,
    fields: &Value,
    exists: &Value,
    wish: Option<&Value>,
    changes: &mut Vec<Change>,
) {
    for (key, below) in fields.as_object().into_iter().flatten() {
        let (name, exists, wish) = if let Some(name) = key.strip_prefix("f:") {
            (name.to_owned(), exists.get(name), wish.and_then(|wish| wish.get(name)))
        } else if let Some(item) = key.strip_prefix("k:") {
            let Ok(Value::Object(item)) = serde_json::from_str(item) else { continue };
            let among = |list: Option<&Value>| -> Option<Value> {
                let list = list?.as_array()?;
                let is = |one: &&Value| item.iter().all(|(key, value)| one.get(key) == Some(value));
                list.iter().find(is).cloned()
            };
            let (found, wished) = (among(Some(exists)), among(wish));
            let name = item.values().next().map_or_else(String::new, |name| {
                name.as_str().map_or_else(|| name.to_string(), str::to_owned)
            });
            let length = step(path, &name);
            if let Some(found) = found {
                if wished.is_none() {
                    changes.push(change(path, Some(&found), None));
                } else {
                    owned(path, below, &found, wished.as_ref(), changes);
                }
            }
            path.truncate(length);
            continue;
        } else {
            continue;
        };
        let Some(exists) = exists else { continue };
        let length = step(path, &name);
        match wish {
            None => changes.push(change(path, Some(exists), None)),
            Some(wish) => owned(path, below, exists, Some(wish), changes),
        }
        path.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::observed::{Api, Ref};

    fn wish(body: Value) -> Manifest {
        let api = Api::new("apps", "v1", "StatefulSet", "statefulsets");
        let target = Ref { api, namespace: "default".to_owned(), name: "a".to_owned() };
        Manifest { target, body, intent: String::new() }
    }

    fn paths(changes: &[Change]) -> Vec<&str> {
        changes.iter().map(|change| change.path.as_str()).collect()
    }

    #[test]
    fn what_the_server_and_others_add_is_no_difference() {
        let exists = json!({ "spec": { "replicas": 1, "added": true,
            "containers": [{ "name": "sidecar" }, { "name": "a", "image": "x", "tty": false }] } });
        let wish = wish(json!({ "spec": { "replicas": 1,
            "containers": [{ "name": "a", "image": "x" }] } }));
        assert_eq!(differences(&exists, &wish), []);
    }

    #[test]
    fn what_the_server_leaves_out_because_it_says_nothing_is_no_difference() {
        let exists = json!({ "livenessProbe": { "periodSeconds": 10 } });
        let wish =
            wish(json!({ "livenessProbe": { "initialDelaySeconds": 0, "periodSeconds": 10 },
            "tolerations": [], "value": "", "stdin": false }));
        assert_eq!(differences(&exists, &wish), []);
    }

    #[test]
    fn a_difference_names_its_place_by_key() {
        let exists = json!({ "spec": { "containers": [{ "name": "a", "image": "x" }] } });
        let wish = wish(json!({ "spec": { "containers": [{ "name": "a", "image": "y" }] } }));
        assert_eq!(paths(&differences(&exists, &wish)), ["/spec/containers/a/image"]);
    }

    #[test]
    fn quantities_are_compared_by_value_and_only_where_they_are_quantities() {
        let exists = json!({ "resources": { "limits": { "cpu": "1" } }, "x": "1" });
        let wish = wish(json!({ "resources": { "limits": { "cpu": "1000m" } }, "x": "1000m" }));
        assert_eq!(paths(&differences(&exists, &wish)), ["/x"]);
    }

    #[test]
    fn a_list_without_a_key_is_a_value() {
        let exists = json!({ "args": ["a", "b"] });
        assert_eq!(paths(&differences(&exists, &wish(json!({ "args": ["a"] })))), ["/args"]);
    }

    #[test]
    fn a_field_taken_out_of_the_wish_is_found_in_managed_fields() {
        let exists = json!({
            "metadata": { "managedFields": [
                { "manager": "sluicegate", "operation": "Apply", "fieldsV1": { "f:spec": {
                    "f:tolerations": {}, "f:replicas": {},
                    "f:env": { "k:{\"name\":\"A\"}": { ".": {}, "f:value": {} } } } } },
                { "manager": "else", "operation": "Update", "fieldsV1": { "f:other": {} } } ] },
            "spec": { "tolerations": [1], "replicas": 3, "env": [{ "name": "A", "value": "1" }] },
            "other": 1 });
        let wish = wish(json!({ "spec": { "replicas": 3, "env": [] } }));
        assert_eq!(
            paths(&removed(&exists, &wish, "sluicegate")),
            ["/spec/env/A", "/spec/tolerations"]
        );
    }
}
