//! Which fields of a spec are set though nothing reads them, and how that is told.

use serde::Serialize;
use serde_json::Value;

use crate::condition::{Draft, EventKind, Reason, State};

/// Every field that is set is used.
pub static EFFECTIVE_ALL: Reason =
    Reason::quiet("SpecEffective", "AllFields", "Every field that is set is used.");
/// Some do not.
pub static EFFECTIVE_NOT: Reason = Reason::told(
    "SpecEffective",
    "FieldsWithoutEffect",
    EventKind::Warning,
    "Fields are set that this release of the program does not read. They change nothing; `explain \
     field` says why for each.",
);

/// Tells of fields without effect, by their paths: in a condition, and in *Ready* where it holds.
pub(crate) fn tell(without_effect: &[String], conditions: &mut Vec<Draft>) {
    if without_effect.is_empty() {
        conditions.push(EFFECTIVE_ALL.yes(""));
        return;
    }
    let fields = without_effect.join(", ");
    let ready = |one: &&mut Draft| one.reason.condition == "Ready" && one.state == State::True;
    for draft in conditions.iter_mut().filter(ready) {
        draft.message.push_str(&format!("; without effect: {fields}"));
    }
    conditions.push(EFFECTIVE_NOT.no(format!("set, and not read by this release: {fields}")));
}

/// The paths of a table that a spec sets, shortest first: a list or object that has no effect is
/// named once and not leaf by leaf.
///
/// A path is dotted from `spec`; `[]` stands for every item of a list. What is set to nothing, an
/// empty list or an empty object, asks for nothing.
pub fn set_without_effect(spec: &impl Serialize, table: &[(&str, &str)]) -> Vec<String> {
    let spec = serde_json::to_value(spec).expect("a spec is JSON");
    let mut found: Vec<String> = Vec::new();
    for (path, _) in table {
        let under = |one: &String| path.starts_with(one.as_str());
        if !found.iter().any(under) && asks(&spec, path) {
            found.push((*path).to_owned());
        }
    }
    found
}

fn asks(spec: &Value, path: &str) -> bool {
    let Some((_, below)) = path.split_once('.') else { return asks_for_something(spec) };
    let (key, rest) = below.split_once('.').unwrap_or((below, ""));
    let path = format!(".{rest}");
    let path = if rest.is_empty() { "" } else { &path };
    match (spec.get(key.trim_end_matches("[]")), key.ends_with("[]")) {
        (Some(Value::Array(items)), true) => items.iter().any(|item| asks(item, path)),
        (Some(value), _) => asks(value, path),
        (None, _) => false,
    }
}

fn asks_for_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
