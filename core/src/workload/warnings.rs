//! What controllers tell in events and nowhere else.

use std::sync::Arc;

use serde_json::Value;

use crate::observed::text;

/// The longest reason that is kept, in characters: an admission webhook may say anything.
const REASON_MAX: usize = 300;

/// Why a workload could not make a pod, in the words of whoever refused it: a quota, pod security,
/// a webhook. From the newest event of the workload's controller that speaks of the pod.
pub(crate) fn pod_not_created(warnings: &[Arc<Value>], pod: &str) -> Option<String> {
    let failed = |one: &&Arc<Value>| text(one, "/reason") == "FailedCreate";
    let note = |one: &Arc<Value>| text(one, "/note").to_owned();
    let speaks = |note: &String| note.split([' ', '"']).any(|word| word == pod);
    let mut all: Vec<&Arc<Value>> = warnings.iter().filter(failed).collect();
    all.sort_by_key(|one| when(one));
    let note = all.into_iter().map(note).rfind(speaks)?;
    // The controller's own words come first: create Pod NAME in StatefulSet NAME failed error: …
    let why = note.split_once("failed error: ").map_or(note.as_str(), |(_, why)| why);
    Some(why.chars().take(REASON_MAX).collect())
}

/// When an event was last seen, as text that can be compared.
fn when(event: &Value) -> String {
    let places = ["/series/lastObservedTime", "/deprecatedLastTimestamp", "/eventTime"];
    let mut times = places.into_iter().map(|place| text(event, place));
    times.find(|time| !time.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_reason_for_a_pod_is_told_without_the_controllers_own_words() {
        let event = |time: &str, reason: &str, note: &str| {
            Arc::new(json!({ "reason": reason, "note": note, "deprecatedLastTimestamp": time }))
        };
        let all = [
            event(
                "2026-01-01T00:02:00Z",
                "FailedCreate",
                "create Pod web-1 in StatefulSet web \
                failed error: pods \"web-1\" is forbidden: exceeded quota: few",
            ),
            event(
                "2026-01-01T00:01:00Z",
                "FailedCreate",
                "create Pod web-1 in StatefulSet web \
                failed error: earlier",
            ),
            event(
                "2026-01-01T00:03:00Z",
                "FailedCreate",
                "create Pod web-11 in StatefulSet web \
                failed error: another",
            ),
            event("2026-01-01T00:04:00Z", "Other", "web-1"),
        ];
        let why = pod_not_created(&all, "web-1");
        let told = "pods \"web-1\" is forbidden: exceeded quota: few";
        assert_eq!(why.as_deref(), Some(told));
        assert_eq!(pod_not_created(&all, "web-2"), None);
    }
}
