//! Pods as they were seen: the few words of theirs that every kind asks for.

use serde_json::Value;

use crate::observed::{at, text};

/// A condition of a pod.
pub(crate) fn condition<'a>(pod: &'a Value, name: &str) -> Option<&'a Value> {
    let conditions = at(pod, "/status/conditions").and_then(Value::as_array)?;
    conditions.iter().find(|one| text(one, "/type") == name)
}

/// Whether it says that it is ready.
pub(crate) fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready").is_some_and(|one| text(one, "/status") == "True")
}
