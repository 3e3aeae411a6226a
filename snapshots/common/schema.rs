//! A walk over the schema of a definition: every field with its place, and values to write there.

#![allow(dead_code, reason = "each suite takes what it needs of it")]

use serde_json::{Value, json};
use sluicegate_core::kind::Kind;

/// A field of a spec.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Where, such as `spec.acls[].host`.
    pub path: String,
    /// What may be written there.
    pub schema: Value,
}

impl Field {
    /// Where it is in an example that has one item in every list.
    pub(crate) fn pointer(&self) -> String {
        format!("/{}", self.path.replace("[]", ".0").replace('.', "/"))
    }
}

/// The schema of a kind's resources.
pub(crate) fn of<K: Kind>() -> Value {
    let crd = serde_json::to_value(K::crd()).expect("a definition is JSON");
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

/// Every field of the spec, parents before what is below them.
pub(crate) fn fields(schema: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    walk(&schema["properties"]["spec"], "spec".to_owned(), &mut found);
    found
}

fn walk(schema: &Value, path: String, found: &mut Vec<Field>) {
    let below = schema.get("properties").and_then(Value::as_object);
    let item = schema.get("items").filter(|item| item.get("properties").is_some());
    found.push(Field { path: path.clone(), schema: schema.clone() });
    let (below, path) = match item {
        Some(item) => (item["properties"].as_object(), format!("{path}[]")),
        None => (below, path),
    };
    for (name, field) in below.into_iter().flatten() {
        walk(field, format!("{path}.{name}"), found);
    }
}

/// Other values for a leaf, most of them within what the schema allows; `null` takes it out.
pub(crate) fn others(schema: &Value, now: &Value) -> Vec<Value> {
    let mut found = match now {
        Value::Bool(truth) => vec![json!(!truth)],
        Value::Number(number) => {
            let number = number.as_i64().expect("examples have whole numbers");
            let bound = |key: &str| whole(&schema[key]);
            let near = [number + 1, number - 1];
            near.into_iter()
                .chain(bound("minimum"))
                .chain(bound("maximum"))
                .map(Value::from)
                .collect()
        }
        Value::String(text) => vec![json!(format!("{text}b"))],
        Value::Array(items) => {
            let of = &schema["items"];
            let changed = items.iter().flat_map(|item| others(of, item));
            let mut lists: Vec<Value> =
                changed.filter(|item| !item.is_null()).map(|item| json!([item])).collect();
            lists.push(json!([items.as_slice(), &[json!("b")]].concat()));
            lists
        }
        Value::Object(entries) => {
            let of = &schema["additionalProperties"];
            let other = |(key, value): (&String, &Value)| {
                let values = others(of, value).into_iter().filter(|value| !value.is_null());
                values.map(|value| json!({ key: value })).collect::<Vec<_>>()
            };
            entries.iter().flat_map(other).collect()
        }
        Value::Null => Vec::new(),
    };
    let words = schema["enum"].as_array().into_iter().flatten();
    if schema.get("enum").is_some() {
        found = words.filter(|word| *word != now).cloned().collect();
    }
    found.push(Value::Null);
    found
}

/// The same object with one field changed; `null` takes it out.
pub(crate) fn with(object: &Value, pointer: &str, value: &Value) -> Value {
    let mut object = object.clone();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a last step");
    match object.pointer_mut(parent).expect("the parent is there") {
        Value::Object(fields) if value.is_null() => drop(fields.remove(key)),
        Value::Object(fields) => drop(fields.insert(key.to_owned(), value.clone())),
        Value::Array(items) => items[key.parse::<usize>().expect("an index")] = value.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            panic!("nothing can be put at {pointer}")
        }
    }
    object
}

/// A bound of a schema, which is written as a fraction.
pub(crate) fn whole(bound: &Value) -> Option<i64> {
    // The largest bound of ours is far below what a fraction can hold exactly.
    bound.as_f64().map(|bound| bound as i64)
}
