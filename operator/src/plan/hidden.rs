//! What no plan shows: the values of environment variables. A password is often one, and a plan is
//! pasted into pull requests. That one is set, and that it changes, is shown; what it is stands
//! where it was read from, and in `-o manifests`, which is to be applied.

use serde_json::Value;

/// A value that is what it was, or alone.
pub(super) use crate::kinds::SENSITIVE;
/// A value before a change, and after it.
pub(super) const BEFORE: &str = "*** (before)";
/// See [`BEFORE`].
pub(super) const AFTER: &str = "*** (after)";

/// A value that stands at a path (a JSON pointer, or dotted), without values of variables. Returns
/// whether there were any.
pub(super) fn hide(path: &str, value: &mut Value, word: &str) -> bool {
    let mut steps = path.rsplit(['/', '.']);
    let mut step = || steps.next().unwrap_or_default();
    match (step(), step(), step()) {
        ("value", _, "env") => put(value, word),
        (_, "env", _) => variable(value, word),
        (last, ..) => within(last, value, word),
    }
}

/// Both sides of a change, without values of variables. Returns whether there were any.
pub(super) fn hide_both(path: &str, before: Option<&mut Value>, after: Option<&mut Value>) -> bool {
    let was = before.is_some_and(|value| hide(path, value, BEFORE));
    after.is_some_and(|value| hide(path, value, AFTER)) || was
}

fn within(key: &str, value: &mut Value, word: &str) -> bool {
    let mut any = false;
    match value {
        Value::Array(items) if key == "env" => {
            items.iter_mut().for_each(|item| any |= variable(item, word));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| any |= within("", item, word)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(key, value)| any |= within(key, value, word));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    any
}

fn variable(item: &mut Value, word: &str) -> bool {
    item.get("name").is_some() && item.get_mut("value").is_some_and(|value| put(value, word))
}

fn put(value: &mut Value, word: &str) -> bool {
    let set = value.as_str().is_some_and(|text| !text.is_empty());
    if set {
        *value = Value::from(word);
    }
    set
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_value_of_a_variable_is_hidden_wherever_it_stands() {
        let one = || json!({ "name": "DB_PASSWORD", "value": "hunter2" });
        for (path, mut value) in [
            ("/spec/containers/a/env/DB_PASSWORD/value", json!("hunter2")),
            ("/spec/containers/a/env/DB_PASSWORD", one()),
            ("/spec/containers/a/env", json!([one(), { "name": "B", "valueFrom": {} }])),
            ("/spec/containers", json!([{ "name": "a", "env": [one()] }])),
            ("spec.env", json!([one()])),
            ("", json!({ "template": { "spec": { "containers": [{ "env": [one()] }] } } })),
        ] {
            assert!(hide(path, &mut value, AFTER), "{path}");
            let shown = value.to_string();
            assert!(shown.contains(AFTER) && !shown.contains("hunter2"), "{path}: {shown}");
        }
        let mut other = json!({ "env": { "value": "a" }, "data": { "value": "b" } });
        assert!(!hide("/data", &mut other, AFTER));
    }
}
