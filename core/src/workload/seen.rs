//! Pods, and what makes them, as they were seen: the few words of theirs that every kind asks for.

use serde_json::Value;

use crate::observed::{at, text};

/// A condition of a pod, or of what makes pods.
pub(crate) fn condition<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let conditions = at(object, "/status/conditions").and_then(Value::as_array)?;
    conditions.iter().find(|one| text(one, "/type") == name)
}

/// The same if it is the case.
pub(crate) fn holds<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    condition(object, name).filter(|one| text(one, "/status") == "True")
}

/// Whether a pod says that it is ready.
pub(crate) fn is_ready(pod: &Value) -> bool {
    holds(pod, "Ready").is_some()
}

/// Whether all of its containers have ended for good. One that was evicted is left lying like this.
pub(crate) fn has_ended(pod: &Value) -> bool {
    matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
}

/// Whether a pod has neither ended nor is on its way out.
pub(crate) fn stays(pod: &Value) -> bool {
    !has_ended(pod) && at(pod, "/metadata/deletionTimestamp").is_none()
}

/// How a container ended, now or the last time, with its exit code.
pub(crate) fn last_end(status: &Value) -> Option<(&Value, i64)> {
    let ended = ["/state/terminated", "/lastState/terminated"];
    let ended = ended.into_iter().find_map(|place| at(status, place))?;
    Some((ended, ended.get("exitCode").and_then(Value::as_i64)?))
}
