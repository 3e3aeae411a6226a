//! A digest of what is wished for, kept in an annotation of what was applied.
//!
//! It tells a changed wish from a drifted object, and shows that a field was taken out of the wish:
//! comparing what exists with what is wished for can show neither.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// SHA-256 over the canonical form of a JSON value, its first 16 hexadecimal digits: enough to tell
/// what is successively desired of one object apart, short enough to read.
pub fn digest(value: &Value) -> String {
    hex(value, 8)
}

/// The whole SHA-256 over the canonical form of a JSON value, in hexadecimal digits.
pub fn sha256(value: &Value) -> String {
    hex(value, 32)
}

fn hex(value: &Value, bytes: usize) -> String {
    // Written out first: hashing a few bytes at a time costs several times as much.
    let mut text = Vec::with_capacity(4096);
    feed(&mut text, value);
    let digest = Sha256::digest(&text);
    let mut hex = String::with_capacity(2 * bytes);
    for byte in digest.iter().take(bytes) {
        for half in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(half), 16).expect("four bits are a digit"));
        }
    }
    hex
}

/// Writes a value with its keys in order, whatever order the map keeps them in: a build in which
/// another crate turns on `serde_json/preserve_order` must find the same digests in a cluster.
fn feed(text: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => text.push(b'n'),
        Value::Bool(yes) => text.push(if *yes { b't' } else { b'f' }),
        Value::Number(number) => {
            text.push(b'#');
            text.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(string) => text_of(text, string),
        Value::Array(items) => {
            text.push(b'[');
            items.iter().for_each(|item| feed(text, item));
            text.push(b']');
        }
        Value::Object(fields) => {
            text.push(b'{');
            if fields.keys().is_sorted() {
                fields.iter().for_each(|(key, value)| field(text, key, value));
            } else {
                let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
                fields.sort_unstable_by_key(|(key, _)| *key);
                fields.into_iter().for_each(|(key, value)| field(text, key, value));
            }
            text.push(b'}');
        }
    }
}

fn field(text: &mut Vec<u8>, key: &str, value: &Value) {
    text_of(text, key);
    feed(text, value);
}

/// Length first, so that no two different values are written alike.
fn text_of(text: &mut Vec<u8>, string: &str) {
    text.push(b's');
    text.extend_from_slice(&(string.len() as u64).to_le_bytes());
    text.extend_from_slice(string.as_bytes());
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
