//! Secrets that are written down where they may only be referred to.

use serde_json::Value;

use crate::field::Path;

/// Where something is written down that is called like a secret.
pub(super) fn secrets(value: &Value, at: &Path, found: &mut Vec<Path>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let at = at.child(name);
                match is_called_secret(name) && is_literal(value) {
                    true => found.push(at),
                    false => secrets(value, &at, found),
                }
            }
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| secrets(item, &at.index(index), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_called_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['_', '-'], "");
    let words = [
        "password",
        "passwd",
        "secret",
        "token",
        "apikey",
        "accesskey",
        "privatekey",
        "credential",
        "authorization",
    ];
    words.iter().any(|word| name.contains(word))
}

/// Where a secret is written down. In a map each value is one, but for headers that are none.
pub(super) fn literals(value: &Value, at: &Path) -> Vec<Path> {
    const PLAIN: [&str; 4] = ["accept", "content-encoding", "content-type", "user-agent"];
    match value {
        Value::Object(fields) => {
            let plain = |name: &str| PLAIN.contains(&name.to_ascii_lowercase().as_str());
            let fields = fields.iter().filter(|(name, _)| !plain(name));
            fields.flat_map(|(name, value)| literals(value, &at.child(name))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            is_literal(value).then(|| at.clone()).into_iter().collect()
        }
    }
}

/// Whether a value is written down, and does not refer to one that stands elsewhere.
fn is_literal(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty() && !text.contains("${"),
        Value::Array(items) => items.iter().any(is_literal),
        Value::Null | Value::Object(_) => false,
        Value::Bool(_) | Value::Number(_) => true,
    }
}
