//! A Deployment as it was seen.

use serde_json::Value;

use super::seen::holds;
use crate::observed::{at, text};

/// A Deployment as its controller has reported it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeploymentSeen {
    /// Pods that exist, ready or not.
    pub(crate) replicas: i64,
    /// Pods that are ready, those of before among them.
    pub(crate) ready: i64,
    /// Pods that run what is written now.
    pub(crate) updated: i64,
    /// Whether its controller has looked at what is written now.
    pub(crate) observed: bool,
}

impl DeploymentSeen {
    /// Reads what was seen.
    pub(crate) fn of(deployment: &Value) -> Self {
        let number = |place| at(deployment, place).and_then(Value::as_i64).unwrap_or(0);
        Self {
            replicas: number("/status/replicas"),
            ready: number("/status/readyReplicas"),
            updated: number("/status/updatedReplicas"),
            observed: number("/status/observedGeneration") >= number("/metadata/generation").max(1),
        }
    }

    /// Whether all of its pods, so many, run what is written now.
    pub(crate) fn is_rolled_out(&self, wanted: i64) -> bool {
        self.observed && self.updated >= wanted && self.replicas <= self.updated
    }
}

/// A pod of a Deployment that could not be made, in the words of the one who refused it: a quota,
/// pod security.
pub(crate) fn not_created(deployment: &Value) -> Option<String> {
    let why: String =
        text(holds(deployment, "ReplicaFailure")?, "/message").chars().take(300).collect();
    Some(format!("its pod could not be created: {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_roll_is_over_when_nothing_of_before_is_left() {
        let seen = |generation: i64, replicas: i64, updated: i64| {
            DeploymentSeen::of(&json!({
                "metadata": { "generation": generation },
                "status": {
                    "observedGeneration": 2, "replicas": replicas, "updatedReplicas": updated,
                },
            }))
            .is_rolled_out(2)
        };
        assert!(seen(2, 2, 2));
        assert!(!seen(3, 2, 2), "its controller has not looked");
        assert!(!seen(2, 3, 2), "one of before is still there");
        assert!(!seen(2, 2, 1), "one is yet to come");
    }

    #[test]
    fn what_could_not_be_made_is_told_in_the_words_of_whoever_refused_it() {
        let failed = |status: &str| {
            json!({ "status": { "conditions": [
                { "type": "ReplicaFailure", "status": status, "message": "exceeded quota" },
            ] } })
        };
        let said = not_created(&failed("True"));
        assert_eq!(said.as_deref(), Some("its pod could not be created: exceeded quota"));
        assert_eq!(not_created(&failed("False")), None);
    }
}
