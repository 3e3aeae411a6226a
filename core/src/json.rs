//! JSON laid over JSON.

use serde_json::{Value, json};

/// Lays a value over another: objects key by key, anything else as a whole.
pub fn merge(into: &mut Value, above: &Value) {
    match (into, above) {
        (Value::Object(into), Value::Object(above)) => {
            for (key, value) in above {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, above) => *into = above.clone(),
    }
}

/// JSON merge patch (RFC 7396): null removes.
pub fn merge_patch(into: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    for (key, value) in fields {
        match (value, into.as_object_mut()) {
            (Value::Null, Some(into)) => drop(into.remove(key)),
            (value, Some(into)) => {
                merge_patch(into.entry(key.clone()).or_insert(Value::Null), value);
            }
            (_, None) => {}
        }
    }
}
