//! What connectors take, as the schema of the field that holds it.
//!
//! Of several connectors it has the keys of all beside each other: the API server refuses what is
//! of the wrong type, `kubectl explain` tells the keys, and rules can see them. Which of them go
//! together says the catalogue. Objects stay open: a key that the schema does not know is kept, and
//! told by name, and a connector more needs no other definition first.

use std::collections::BTreeMap;

use schemars::Schema;
use serde_json::{Map, Value, json};

use super::{Connector, Key, Takes, referred};

/// The schema of a field that holds what any of these connectors takes.
///
/// # Panics
///
/// If two of them take different values by one name.
pub fn union_of(connectors: &[&Connector]) -> Schema {
    let mut all: BTreeMap<&str, Vec<(&str, &Key)>> = BTreeMap::new();
    for connector in connectors {
        for key in connector.keys {
            all.entry(key.name).or_default().push((connector.name, key));
        }
    }
    let whole = connectors.len();
    let fields = all.into_iter().map(|(name, keys)| {
        let mut field = takes(&keys[0].1.takes);
        for (connector, key) in &keys {
            assert_eq!(takes(&key.takes), field, "{name} of {connector} is what it is elsewhere");
        }
        field["description"] = Value::from(described(&keys, whole));
        (name.to_owned(), field)
    });
    let fields = Value::Object(fields.collect());
    object(fields, &[]).try_into().expect("an object is a schema")
}

/// What a key is, of whom, and what it is when left out.
fn described(keys: &[(&str, &Key)], whole: usize) -> String {
    let mut text = keys[0].1.about.to_owned();
    if keys.len() < whole {
        let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
        text += &format!(" For {}.", names.join(", "));
    }
    let mut defaults: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, key) in keys {
        defaults.entry(key.default.unwrap_or("nothing")).or_default().push(name);
    }
    match defaults.len() {
        1 => text + &default(keys[0].1),
        _ => {
            let each = defaults.iter().map(|(value, of)| format!("{value} ({})", of.join(", ")));
            format!("{text} Left out: {}.", each.collect::<Vec<_>>().join("; "))
        }
    }
}

fn default(key: &Key) -> String {
    let quote = if matches!(key.takes, Takes::Text(_) | Takes::Words(_)) { "\"" } else { "" };
    key.default.map_or_else(String::new, |value| format!(" Default: `{quote}{value}{quote}`."))
}

/// The schema of what a key takes.
fn takes(takes: &Takes) -> Value {
    match takes {
        Takes::Text(most) => json!({ "type": "string", "maxLength": most }),
        Takes::Bool => json!({ "type": "boolean" }),
        Takes::Whole(least, most) => {
            json!({ "type": "integer", "format": "int64", "minimum": least, "maximum": most })
        }
        Takes::Number(least, most) => {
            json!({ "type": "number", "minimum": least, "maximum": most })
        }
        Takes::Words(words) => {
            let names: Vec<&str> = words.iter().map(|word| word.name).collect();
            json!({ "type": "string", "enum": names })
        }
        Takes::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Takes::Map => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Takes::Block(keys) => block(*keys),
        Takes::Blocks(keys) => json!({ "type": "array", "items": block(*keys) }),
        // What else is written there is judged by whoever reads it.
        Takes::Reference => block(referred()),
        Takes::Any => json!({ "x-kubernetes-preserve-unknown-fields": true }),
    }
}

/// Keys below each other.
fn block<'a>(keys: impl IntoIterator<Item = &'a Key> + Clone) -> Value {
    let fields = keys.clone().into_iter().map(|key| {
        let mut field = takes(&key.takes);
        field["description"] = Value::from(format!("{}{}", key.about, default(key)));
        (key.name.to_owned(), field)
    });
    let needed = keys.into_iter().filter(|key| key.required).map(|key| key.name);
    object(Value::Object(fields.collect()), &needed.collect::<Vec<_>>())
}

fn object(fields: Value, needed: &[&str]) -> Value {
    let mut own = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), fields),
        ("x-kubernetes-preserve-unknown-fields".to_owned(), json!(true)),
    ]);
    if !needed.is_empty() {
        own.insert("required".to_owned(), json!(needed));
    }
    Value::Object(own)
}
