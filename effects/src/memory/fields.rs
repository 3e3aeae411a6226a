//! Who owns which field: server-side apply and `managedFields`.
//!
//! A set of fields is a set of paths, each a list of steps as `fieldsV1` writes them: `f:name` is a
//! field, `k:{…}` an item of a list that is merged by key, `v:…` a member of a set. Sets make the
//! rules of server-side apply plain: what was applied before, is applied no longer, and belongs to
//! nobody else, goes.

use sluicegate_core::compare::MERGED;

use super::managers::{Fields, Managers, Path, managers, set_managers};
use serde_json::{Map, Value, json};

/// What an apply comes to.
pub(super) struct Applied {
    pub(super) object: Value,
    /// Fields that another manager set to another value, with that manager.
    pub(super) conflicts: Vec<(String, String)>,
}

/// Objects that are one value: whoever sets one of their fields sets them all.
const ATOMIC: &[&str] = &[
    "configMapKeyRef",
    "fieldRef",
    "labelSelector",
    "nodeSelector",
    "resourceFieldRef",
    "secretKeyRef",
    "selector",
];

/// What identifies an object, and what the server alone sets: nobody's.
const NOBODYS: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "uid",
];

/// Applies a body to what is there, or to nothing.
pub(super) fn apply(live: &Value, body: &Value, manager: &str, time: &str) -> Applied {
    let wished = owned(body);
    let mut managers = managers(live);
    let own = (manager.to_owned(), "Apply".to_owned());
    let before = managers.remove(&own).unwrap_or_default();
    let mut object = live.clone();
    lay_over(&mut object, body, "");
    let mut conflicts = Vec::new();
    for ((name, _), theirs) in &mut managers {
        let changed = |path: &&Path| at(live, path) != at(&object, path);
        let contested: Vec<Path> = wished.intersection(theirs).filter(changed).cloned().collect();
        for path in contested {
            conflicts.push((dotted(&path), name.clone()));
            theirs.remove(&path);
        }
    }
    for path in before.difference(&wished) {
        let kept = |fields: &Fields| fields.iter().any(|other| other.starts_with(path));
        if !kept(&wished) && !managers.values().any(kept) {
            remove(&mut object, abandoned(path, &wished, &managers), &wished);
        }
    }
    managers.insert(own, wished);
    set_managers(&mut object, live, managers, time);
    Applied { object, conflicts }
}

/// The field to remove with a path: the outermost of which nobody owns any part.
fn abandoned<'a>(path: &'a Path, wished: &Fields, managers: &Managers) -> &'a [String] {
    let held = |upto: &[String]| {
        let below = |fields: &Fields| fields.iter().any(|other| other.starts_with(upto));
        below(wished) || managers.values().any(below)
    };
    // The metadata and the spec themselves stay.
    let uptos = (2..path.len()).map(|length| &path[..length]);
    let mut named = uptos.filter(|upto| upto.last().is_some_and(|step| step.starts_with("f:")));
    named.find(|upto| !held(upto)).unwrap_or(path)
}

/// Notes that a manager wrote an object some other way: what it changed is its own now.
pub(super) fn updated(before: &Value, mut after: Value, manager: &str, time: &str) -> Value {
    let (old, new) = (owned(before), owned(&after));
    let mut managers = managers(before);
    let touched: Fields = new
        .iter()
        .filter(|path| !old.contains(*path) || at(before, path) != at(&after, path))
        .cloned()
        .collect();
    for fields in managers.values_mut() {
        fields.retain(|path| !touched.contains(path) && at(&after, path).is_some());
    }
    let own = (manager.to_owned(), "Update".to_owned());
    managers.entry(own).or_default().extend(touched);
    set_managers(&mut after, before, managers, time);
    after
}

/// The fields that an object sets.
fn owned(object: &Value) -> Fields {
    let mut fields = Fields::new();
    let mut path = Path::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "apiVersion" | "kind" | "status") {
            path.push(format!("f:{name}"));
            collect(&mut path, name, value, &mut fields);
            path.pop();
        }
    }
    fields.retain(|path| {
        let field = path.get(1).and_then(|step| step.strip_prefix("f:")).unwrap_or_default();
        !(path[0] == "f:metadata" && NOBODYS.contains(&field))
    });
    fields
}

fn collect(path: &mut Path, name: &str, value: &Value, fields: &mut Fields) {
    match value {
        Value::Object(entries) if !entries.is_empty() && !ATOMIC.contains(&name) => {
            for (name, value) in entries {
                path.push(format!("f:{name}"));
                collect(path, name, value, fields);
                path.pop();
            }
        }
        Value::Array(items) if !items.is_empty() => match kind_of(name, items) {
            Kind::Value => drop(fields.insert(path.clone())),
            Kind::Set => {
                for item in items {
                    path.push(format!("v:{item}"));
                    fields.insert(path.clone());
                    path.pop();
                }
            }
            Kind::Merged(keys) => {
                for item in items {
                    path.push(format!("k:{}", key_of(item, keys)));
                    fields.insert(path.clone());
                    collect(path, "", item, fields);
                    path.pop();
                }
            }
        },
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => drop(fields.insert(path.clone())),
    }
}

enum Kind {
    Value,
    Set,
    Merged(&'static [&'static str]),
}

fn kind_of(name: &str, items: &[Value]) -> Kind {
    let has = |key: &str| items.iter().any(|item| item.get(key).is_some());
    match name {
        "finalizers" => Kind::Set,
        "ports" if has("containerPort") => Kind::Merged(&["containerPort", "protocol"]),
        // A network policy's ports have no name and are one value.
        "ports" if has("targetPort") || has("name") => Kind::Merged(&["port", "protocol"]),
        _ => {
            let keys = MERGED.iter().find(|(merged, _)| *merged == name).map(|(_, keys)| *keys);
            match keys.filter(|keys| items.iter().all(|item| item.get(keys[0]).is_some())) {
                Some(keys) => Kind::Merged(keys),
                None => Kind::Value,
            }
        }
    }
}

/// The keys of an item, as `fieldsV1` writes them.
fn key_of(item: &Value, keys: &[&str]) -> Value {
    let value = |key: &str| match item.get(key) {
        Some(value) => value.clone(),
        None if key == "protocol" => json!("TCP"),
        None => Value::Null,
    };
    Value::Object(keys.iter().map(|&key| (key.to_owned(), value(key))).collect())
}

/// Lays what is applied over what is there, lists with a key item by item.
fn lay_over(into: &mut Value, body: &Value, name: &str) {
    match (into, body) {
        (Value::Object(into), Value::Object(body)) if !ATOMIC.contains(&name) => {
            for (name, value) in body {
                let server = matches!(name.as_str(), "resourceVersion" | "uid" | "managedFields");
                if server && into.contains_key(name) {
                    continue;
                }
                lay_over(into.entry(name.clone()).or_insert(Value::Null), value, name);
            }
        }
        (Value::Array(into), Value::Array(body)) => match kind_of(name, body) {
            Kind::Value => *into = body.clone(),
            Kind::Set => {
                body.iter().for_each(|item| {
                    if !into.contains(item) {
                        into.push(item.clone())
                    }
                });
            }
            Kind::Merged(keys) => {
                let key = |item: &Value| key_of(item, keys);
                let applied = |one: &Value| body.iter().any(|item| key(item) == key(one));
                let mut old = std::mem::take(into);
                for item in body {
                    let end = old.iter().position(&applied).unwrap_or(old.len());
                    into.extend(old.drain(..end));
                    let mut one = match old.iter().position(|one| key(one) == key(item)) {
                        Some(at) => old.remove(at),
                        None => item.clone(),
                    };
                    lay_over(&mut one, item, "");
                    into.push(one);
                }
                into.extend(old);
            }
        },
        (into, body) => *into = body.clone(),
    }
}

/// What is at a path.
fn at<'a>(object: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, step| match index(value, step)? {
        Index::Field(name) => value.get(name),
        Index::Item(item) => value.get(item),
    })
}

enum Index {
    Field(String),
    Item(usize),
}

fn index(value: &Value, step: &str) -> Option<Index> {
    if let Some(name) = step.strip_prefix("f:") {
        return Some(Index::Field(name.to_owned()));
    }
    let items = value.as_array()?;
    let item = if let Some(key) = step.strip_prefix("k:") {
        let key: Map<String, Value> = serde_json::from_str(key).ok()?;
        let keys: Vec<&str> = key.keys().map(String::as_str).collect();
        let key = Value::Object(key.clone());
        items.iter().position(|item| key_of(item, &keys) == key)
    } else {
        let member: Value = serde_json::from_str(step.strip_prefix("v:")?).ok()?;
        items.iter().position(|item| *item == member)
    };
    item.map(Index::Item)
}

/// Removes what is at a path, and whatever is left empty above it unless it is wished for so.
fn remove(object: &mut Value, path: &[String], wished: &Fields) {
    let Some((last, above)) = path.split_last() else { return };
    let mut parent = &mut *object;
    for step in above {
        let next = match index(parent, step) {
            Some(Index::Field(name)) => parent.get_mut(name),
            Some(Index::Item(item)) => parent.get_mut(item),
            None => None,
        };
        let Some(next) = next else { return };
        parent = next;
    }
    match (index(parent, last), &mut *parent) {
        (Some(Index::Field(name)), Value::Object(fields)) => drop(fields.remove(&name)),
        (Some(Index::Item(item)), Value::Array(items)) => drop(items.remove(item)),
        _ => return,
    }
    let empty = match parent {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    if empty && above.len() > 1 && !wished.contains(above) {
        remove(object, above, wished);
    }
}

/// `.spec.replicas`, as a conflict names a field.
fn dotted(path: &[String]) -> String {
    path.iter().fold(String::new(), |mut text, step| {
        match step.strip_prefix("f:") {
            Some(name) => {
                text.push('.');
                text.push_str(name);
            }
            None => {
                text.push('[');
                text.push_str(&step[2..]);
                text.push(']');
            }
        }
        text
    })
}
