//! A digest of what is wished for, kept in an annotation of what was applied.
//!
//! It tells a changed wish from a drifted object, and shows that a field was taken out of the wish:
//! comparing what exists with what is wished for can show neither.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// SHA-256 over the canonical form of a JSON value, its first 16 hexadecimal digits: enough to tell
/// the successive wishes for one object apart, short enough to read.
pub fn digest(value: &Value) -> String {
    hex(value, 8)
}

/// The whole SHA-256 over the canonical form of a JSON value, in hexadecimal digits.
pub fn sha256(value: &Value) -> String {
    hex(value, 32)
}

fn hex(value: &Value, bytes: usize) -> String {
    let mut hasher = Sha256::new();
    feed(&mut hasher, value);
    hasher.finalize().iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}

/// Feeds a value with its keys in order, whatever order the map keeps them in: a build in which
/// another crate turns on `serde_json/preserve_order` must find the same digests in a cluster.
fn feed(hasher: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hasher.update(b"n"),
        Value::Bool(yes) => hasher.update(if *yes { b"t" } else { b"f" }),
        Value::Number(number) => {
            hasher.update(b"#");
            hasher.update(number.to_string());
        }
        Value::String(text) => text_of(hasher, text),
        Value::Array(items) => {
            hasher.update(b"[");
            items.iter().for_each(|item| feed(hasher, item));
            hasher.update(b"]");
        }
        Value::Object(fields) => {
            hasher.update(b"{");
            if fields.keys().is_sorted() {
                fields.iter().for_each(|(key, value)| field(hasher, key, value));
            } else {
                let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
                fields.sort_unstable_by_key(|(key, _)| *key);
                fields.into_iter().for_each(|(key, value)| field(hasher, key, value));
            }
            hasher.update(b"}");
        }
    }
}

fn field(hasher: &mut Sha256, key: &str, value: &Value) {
    text_of(hasher, key);
    feed(hasher, value);
}

/// Length first, so that no two different values feed the same bytes.
fn text_of(hasher: &mut Sha256, text: &str) {
    hasher.update(b"s");
    hasher.update(text.len().to_le_bytes());
    hasher.update(text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_digest_is_final_and_does_not_follow_the_build() {
        let value = json!({ "b": [1, true, null], "a": "x" });
        assert_eq!(digest(&value).len(), 16);
        assert_eq!(digest(&value), sha256(&value)[..16]);
        assert_ne!(digest(&value), digest(&json!({ "b": [1, true], "a": "x" })));
        assert_ne!(digest(&json!(["ab", "c"])), digest(&json!(["a", "bc"])));
    }
}
