//! `managedFields`: read, and written down again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sluicegate_core::{compare::fields_of, observed::text};

/// The way to a field.
pub(super) type Path = Vec<String>;

/// A set of fields.
pub(super) type Fields = BTreeSet<Path>;

/// The fields of each manager, by its name and how it sets them.
pub(super) type Managers = BTreeMap<(String, String), Fields>;

/// Who manages which fields, but for those of the status.
pub(super) fn managers(object: &Value) -> Managers {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let mut managers = Managers::new();
    for entry in entries.into_iter().flatten() {
        if text(entry, "/subresource").is_empty() {
            let who = (text(entry, "/manager").to_owned(), text(entry, "/operation").to_owned());
            let fields = managers.entry(who).or_default();
            unfold(&mut Path::new(), &fields_of(entry), fields);
        }
    }
    managers
}

fn unfold(path: &mut Path, tree: &Value, fields: &mut Fields) {
    let Some(below) = tree.as_object() else { return };
    if below.is_empty() && !path.is_empty() {
        fields.insert(path.clone());
    }
    for (step, tree) in below {
        if step == "." {
            fields.insert(path.clone());
        } else {
            path.push(step.clone());
            unfold(path, tree, fields);
            path.pop();
        }
    }
}

fn fold(fields: &Fields) -> Value {
    let mut tree = json!({});
    for path in fields {
        let mut place = &mut tree;
        for (depth, step) in path.iter().enumerate() {
            // What is a field itself and has fields below it says so with a dot.
            if place.as_object().is_some_and(Map::is_empty) && fields.contains(&path[..depth]) {
                place["."] = json!({});
            }
            let below = place.as_object_mut().expect("a tree of objects");
            place = below.entry(step.clone()).or_insert_with(|| json!({}));
        }
    }
    tree
}

/// Writes the managers down. An entry that did not change keeps its time.
pub(super) fn set_managers(object: &mut Value, before: &Value, managers: Managers, time: &str) {
    let old = before.pointer("/metadata/managedFields").and_then(Value::as_array);
    let old: Vec<Value> = old.cloned().unwrap_or_default();
    let others = old.iter().filter(|entry| !text(entry, "/subresource").is_empty()).cloned();
    let version = object["apiVersion"].clone();
    let entry = |((manager, operation), fields): ((String, String), Fields)| {
        let mut entry = json!({
            "manager": manager,
            "operation": operation,
            "apiVersion": version,
            "fieldsType": "FieldsV1",
            "fieldsV1": fold(&fields),
        });
        let same = |old: &&Value| {
            let who = ["manager", "operation"].iter().all(|&part| old[part] == entry[part]);
            who && *fields_of(old) == entry["fieldsV1"]
        };
        if let Some(old) = old.iter().find(same) {
            return Value::clone(old);
        }
        entry["time"] = json!(time);
        entry
    };
    let held = managers.into_iter().filter(|(_, fields)| !fields.is_empty());
    let entries: Vec<Value> = held.map(entry).chain(others).collect();
    if entries != old {
        object["metadata"]["managedFields"] = json!(entries);
    }
}
