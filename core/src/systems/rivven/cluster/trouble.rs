//! Why a pod does not become ready, as its kubelet and the scheduler tell it, in words that stay
//! the same for as long as the cause does: what is tried again and again is told once.

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    observed::{at, text},
    systems::rivven::names,
};

/// How long a pod may wait for a node before that is told: a volume is bound within that time, and
/// a node is added by those who add them when they are asked for.
const NODE_WAIT: SignedDuration = SignedDuration::from_secs(60);

/// What keeps a pod from becoming ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Its container has ended or cannot be started: a sentence.
    Container(String),
    /// No node has taken it since then.
    NoNode(Timestamp),
}

impl Trouble {
    /// What is told of a pod.
    pub(super) fn of(pod: &Value) -> Option<Self> {
        let statuses = at(pod, "/status/containerStatuses").and_then(Value::as_array);
        let broker = |one: &&Value| text(one, "/name") == names::CONTAINER;
        let container = statuses.into_iter().flatten().find(broker).and_then(container);
        container.map(Self::Container).or_else(|| unscheduled(pod).map(Self::NoNode))
    }

    /// The sentence, once it is worth telling.
    pub(super) fn told(&self, now: Timestamp) -> Option<&str> {
        match self {
            Self::Container(sentence) => Some(sentence),
            Self::NoNode(since) => (now.duration_since(*since) >= NODE_WAIT)
                .then_some("no node takes it; kubectl describe pod says why"),
        }
    }
}

/// Reasons are the kubelet's own (kubernetes v1.36, `pkg/kubelet/images` and
/// `pkg/kubelet/kuberuntime`).
fn container(status: &Value) -> Option<String> {
    let waits = text(status, "/state/waiting/reason");
    match waits {
        "ErrImagePull"
        | "ImagePullBackOff"
        | "ErrImageNeverPull"
        | "InvalidImageName"
        | "ImageInspectError"
        | "RegistryUnavailable"
        | "SignatureValidationFailed" => {
            return Some(format!("its image {} cannot be had", text(status, "/image")));
        }
        // Such as a Secret that is not there. Names are told in it and no values.
        "CreateContainerConfigError" => {
            let why = text(status, "/state/waiting/message");
            return Some(format!("its container cannot be made: {why}"));
        }
        "CreateContainerError"
        | "RunContainerError"
        | "PreCreateHookError"
        | "PreStartHookError" => {
            return Some(format!("its container cannot be started ({waits})"));
        }
        _ => {}
    }
    let ended = ["/state/terminated", "/lastState/terminated"];
    let ended = ended.into_iter().find_map(|place| at(status, place))?;
    let code = ended.get("exitCode").and_then(Value::as_i64)?;
    let reason = text(ended, "/reason");
    Some(format!("its container ended with exit code {code} ({reason}); its log says why"))
}

fn unscheduled(pod: &Value) -> Option<Timestamp> {
    let conditions = at(pod, "/status/conditions").and_then(Value::as_array)?;
    let scheduled = conditions.iter().find(|one| text(one, "/type") == "PodScheduled")?;
    let stays =
        text(scheduled, "/status") == "False" && text(scheduled, "/reason") == "Unschedulable";
    stays.then(|| text(scheduled, "/lastTransitionTime").parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(container: &Value) -> Option<String> {
        let mut status = json!({ "name": names::CONTAINER, "image": "registry.test/rivvend:9" });
        let fields = container.as_object().expect("a status").clone();
        status.as_object_mut().expect("a status").extend(fields);
        let pod = json!({ "status": { "containerStatuses": [status] } });
        let trouble = Trouble::of(&pod)?;
        trouble.told(Timestamp::UNIX_EPOCH).map(str::to_owned)
    }

    #[test]
    fn what_is_tried_again_and_again_is_one_thing() {
        let waits = |reason: &str, message: &str| {
            told(&json!({ "state": { "waiting": { "reason": reason, "message": message } } }))
        };
        let image = Some("its image registry.test/rivvend:9 cannot be had".to_owned());
        assert_eq!(waits("ErrImagePull", "not found"), image);
        assert_eq!(waits("ImagePullBackOff", "Back-off 20s"), image);
        let ended = json!({ "exitCode": 1, "reason": "Error" });
        let sentence = "its container ended with exit code 1 (Error); its log says why";
        for status in [
            json!({ "state": { "terminated": ended } }),
            json!({
                "state": { "waiting": { "reason": "CrashLoopBackOff" } },
                "lastState": { "terminated": ended },
            }),
            json!({ "state": { "running": {} }, "lastState": { "terminated": ended } }),
        ] {
            assert_eq!(told(&status).as_deref(), Some(sentence));
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let message = "secret \"tls\" not found";
        let waiting = json!({ "reason": "CreateContainerConfigError", "message": message });
        let told = told(&json!({ "state": { "waiting": waiting } }));
        assert_eq!(told.as_deref(), Some("its container cannot be made: secret \"tls\" not found"));
    }

    #[test]
    fn what_merely_starts_is_in_no_trouble() {
        assert_eq!(
            told(&json!({ "state": { "waiting": { "reason": "ContainerCreating" } } })),
            None
        );
        assert_eq!(told(&json!({ "state": { "running": {} } })), None);
        assert_eq!(told(&json!({})), None);
    }

    #[test]
    fn a_pod_may_wait_for_a_node_for_a_minute() {
        let pod = json!({ "status": { "conditions": [{
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }] } });
        let trouble = Trouble::of(&pod).expect("it waits");
        let at = |time: &str| trouble.told(time.parse().expect("a time"));
        assert_eq!(at("2026-01-01T00:00:59Z"), None);
        assert!(at("2026-01-01T00:01:00Z").is_some_and(|told| told.contains("describe")));
    }
}
