//! What keeps a pod from being ready, as its kubelet, the scheduler and the API server tell it.
//!
//! Each problem is one sentence that stays the same for as long as its cause does, so that what is
//! tried again and again is told once. What passes by itself within a known time is told after it.

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::seen::{condition, last_end};
use crate::observed::{at, text};

/// How long a pod may wait for a node, for the end of one that is stopping, or for a node that does
/// not answer: a volume is bound within that time, a node is added, a node comes back.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);
/// How long volumes may take to be attached and images to be pulled, and a container to become
/// ready.
const PATIENCE_TO_START: SignedDuration = SignedDuration::from_mins(5);
/// What to do about a node that is off for good. A pod that is deleted by force while its node
/// still runs it would share its volume with the next one.
const NODE_OFF: &str = "if the node is off for good, taint it with \
                        node.kubernetes.io/out-of-service=nodeshutdown:NoExecute, or delete the \
                        pod with --force";

/// A problem of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PodProblem {
    pub(crate) cause: Cause,
    sentence: String,
    /// From when on it is told; nothing for at once.
    from: Option<Timestamp>,
}

/// Where the cause lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It is stopping and does not come to its end.
    Stopping,
    /// Its node does not answer.
    Node,
    /// It, or a container of it, has ended or cannot be started.
    Failed,
    /// It is not scheduled.
    Unscheduled,
    /// It is scheduled and does not get as far as being ready.
    Slow,
}

impl PodProblem {
    /// Every problem of a pod that is not ready or is stopping, the most telling one first. `main`
    /// is the container that needs no name.
    pub(crate) fn of(pod: &Value, main: &str) -> Vec<Self> {
        if let Some(since) = time(pod, "/metadata/deletionTimestamp") {
            return vec![stopping(pod, since)];
        }
        let failed = containers(pod, main).map(|sentence| Self::at_once(Cause::Failed, sentence));
        [node(pod), ended(pod), failed, unscheduled(pod), slow(pod)].into_iter().flatten().collect()
    }

    /// The sentence, once it is worth telling.
    pub(crate) fn told(&self, now: Timestamp) -> Option<&str> {
        self.from.is_none_or(|from| now >= from).then_some(self.sentence.as_str())
    }

    fn at_once(cause: Cause, sentence: String) -> Self {
        Self { cause, sentence, from: None }
    }

    fn after(cause: Cause, sentence: String, since: Timestamp, patience: SignedDuration) -> Self {
        Self { cause, sentence, from: since.checked_add(patience).ok() }
    }
}

/// The deletion timestamp of a pod is when its grace period ends.
fn stopping(pod: &Value, since: Timestamp) -> PodProblem {
    let holders = at(pod, "/metadata/finalizers").and_then(Value::as_array);
    let holders: Vec<&str> = holders.into_iter().flatten().filter_map(Value::as_str).collect();
    let why = if is_node_lost(pod) {
        format!("its node {} does not answer; {NODE_OFF}", text(pod, "/spec/nodeName"))
    } else if holders.is_empty() {
        format!("kubectl describe pod says why; {NODE_OFF}")
    } else {
        format!("it is held by the finalizer {}", holders.join(", "))
    };
    let sentence = format!("it should have stopped by {since}: {why}");
    PodProblem::after(Cause::Stopping, sentence, since, PATIENCE)
}

/// Who says so is the node controller, which does not hear from the node. First the pod is no
/// longer ready while its containers still are, in the last words of its kubelet; after some
/// minutes it is deleted for the taint of its node.
fn is_node_lost(pod: &Value) -> bool {
    let says = |name: &str, place: &str, word: &str| {
        condition(pod, name).is_some_and(|one| text(one, place) == word)
    };
    let dated = condition(pod, "Ready").and_then(|one| time(one, "/lastTransitionTime")).is_some();
    let statuses = at(pod, "/status/containerStatuses").and_then(Value::as_array);
    let last_words = statuses.is_some_and(|all| {
        let ready = |one: &Value| at(one, "/ready").and_then(Value::as_bool) == Some(true);
        !all.is_empty() && all.iter().all(ready)
    });
    let gated = at(pod, "/spec/readinessGates").is_some();
    says("Ready", "/status", "Unknown")
        || text(pod, "/status/reason") == "NodeLost"
        || says("DisruptionTarget", "/reason", "DeletionByTaintManager")
        || (last_words && dated && !gated && says("Ready", "/status", "False"))
}

fn node(pod: &Value) -> Option<PodProblem> {
    if !is_node_lost(pod) {
        return None;
    }
    let sentence = format!("its node {} does not answer; {NODE_OFF}", text(pod, "/spec/nodeName"));
    let since = condition(pod, "Ready").and_then(|ready| time(ready, "/lastTransitionTime"));
    Some(match since {
        Some(since) => PodProblem::after(Cause::Node, sentence, since, PATIENCE),
        None => PodProblem::at_once(Cause::Node, sentence),
    })
}

/// A pod as a whole that has ended, as one that is evicted by its kubelet.
fn ended(pod: &Value) -> Option<PodProblem> {
    if text(pod, "/status/phase") != "Failed" {
        return None;
    }
    let reason = match text(pod, "/status/reason") {
        "" => "Failed",
        reason => reason,
    };
    let sentence = format!("the pod has ended ({reason}); kubectl describe pod says why");
    Some(PodProblem::at_once(Cause::Failed, sentence))
}

/// What its containers say: first those that come before the others, then the main one, then what
/// runs beside it.
fn containers(pod: &Value, main: &str) -> Option<String> {
    let of = |place: &str| {
        let statuses = at(pod, place).and_then(Value::as_array);
        statuses.map(Vec::as_slice).unwrap_or_default().iter().collect::<Vec<_>>()
    };
    let is_main = |one: &&Value| text(one, "/name") == main;
    let inits = of("/status/initContainerStatuses");
    let (mains, beside): (Vec<_>, Vec<_>) =
        of("/status/containerStatuses").into_iter().partition(is_main);
    let named = |what: &str, one: &Value| format!("its {what} {}", text(one, "/name"));
    let init = inits.into_iter().filter(|one| !has_done(one));
    let mut init = init.filter_map(|one| container(&named("init container", one), one));
    let mut own = mains.into_iter().filter_map(|one| container("its container", one));
    let mut beside = beside.into_iter().filter_map(|one| container(&named("container", one), one));
    init.next().or_else(|| own.next()).or_else(|| beside.next())
}

/// An init container that ended well, as it should.
fn has_done(status: &Value) -> bool {
    at(status, "/state/terminated/exitCode").and_then(Value::as_i64) == Some(0)
}

/// Reasons are the kubelet's own (kubernetes v1.36, `pkg/kubelet/images` and
/// `pkg/kubelet/kuberuntime`).
fn container(which: &str, status: &Value) -> Option<String> {
    if at(status, "/ready").and_then(Value::as_bool) == Some(true) {
        return None;
    }
    let waits = text(status, "/state/waiting/reason");
    match waits {
        "ErrImagePull"
        | "ImagePullBackOff"
        | "ErrImageNeverPull"
        | "InvalidImageName"
        | "ImageInspectError"
        | "RegistryUnavailable"
        | "SignatureValidationFailed" => {
            let image = text(status, "/image");
            return Some(format!("the image {image} of {which} cannot be pulled"));
        }
        // Such as a Secret that is not there. Names are told in it and no values.
        "CreateContainerConfigError" => {
            let why = text(status, "/state/waiting/message");
            return Some(format!("{which} cannot be created: {why}"));
        }
        "CreateContainerError"
        | "RunContainerError"
        | "PreCreateHookError"
        | "PreStartHookError" => {
            return Some(format!("{which} cannot be started ({waits})"));
        }
        _ => {}
    }
    let (ended, code) = last_end(status)?;
    let reason = text(ended, "/reason");
    Some(format!("{which} ended with exit code {code} ({reason}); its log says why"))
}

fn unscheduled(pod: &Value) -> Option<PodProblem> {
    let scheduled = condition(pod, "PodScheduled")?;
    if text(scheduled, "/status") != "False" {
        return None;
    }
    let since = time(scheduled, "/lastTransitionTime")?;
    let sentence = match text(scheduled, "/reason") {
        "Unschedulable" => "the pod cannot be scheduled; kubectl describe pod says why".to_owned(),
        "SchedulingGated" => {
            let gates = at(pod, "/spec/schedulingGates").and_then(Value::as_array);
            let gates = gates.into_iter().flatten().map(|gate| text(gate, "/name"));
            let gates = gates.collect::<Vec<_>>().join(", ");
            format!("the pod is not scheduled until its scheduling gates are removed: {gates}")
        }
        _ => return None,
    };
    Some(PodProblem::after(Cause::Unscheduled, sentence, since, PATIENCE))
}

/// One that is scheduled: its volumes are attached and its images pulled, then its containers run,
/// then they become ready.
fn slow(pod: &Value) -> Option<PodProblem> {
    let scheduled = condition(pod, "PodScheduled")?;
    let scheduled =
        time(scheduled, "/lastTransitionTime").filter(|_| text(scheduled, "/status") == "True")?;
    let statuses = at(pod, "/status/containerStatuses").and_then(Value::as_array);
    let unready = |one: &&Value| at(one, "/ready").and_then(Value::as_bool) != Some(true);
    let unready: Vec<&Value> = statuses.into_iter().flatten().filter(unready).collect();
    let (since, sentence) = match unready
        .iter()
        .find_map(|one| time(one, "/state/running/startedAt"))
    {
        Some(since) => (since, format!("it runs since {since} and is not ready; its log says why")),
        None => {
            let sentence = format!(
                "its containers wait since {scheduled} for volumes or images; kubectl describe pod \
                 says why"
            );
            (scheduled, sentence)
        }
    };
    Some(PodProblem::after(Cause::Slow, sentence, since, PATIENCE_TO_START))
}

fn time(object: &Value, pointer: &str) -> Option<Timestamp> {
    text(object, pointer).parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MAIN: &str = "broker";

    fn told_at(pod: &Value, now: &str) -> Option<String> {
        let now = now.parse().expect("a time");
        PodProblem::of(pod, MAIN).iter().find_map(|one| one.told(now)).map(str::to_owned)
    }

    fn told(container: &Value) -> Option<String> {
        let mut status = json!({ "name": MAIN, "image": "registry.test/broker:9" });
        let fields = container.as_object().expect("a status").clone();
        status.as_object_mut().expect("a status").extend(fields);
        told_at(&json!({ "status": { "containerStatuses": [status] } }), "2026-01-01T00:00:00Z")
    }

    #[test]
    fn what_is_tried_again_and_again_is_one_thing() {
        let waits = |reason: &str, message: &str| {
            told(&json!({ "state": { "waiting": { "reason": reason, "message": message } } }))
        };
        let image =
            Some("the image registry.test/broker:9 of its container cannot be pulled".to_owned());
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
        let sentence = "its container cannot be created: secret \"tls\" not found";
        assert_eq!(told.as_deref(), Some(sentence));
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
    fn what_runs_before_and_beside_the_main_container_is_named() {
        let bad = json!({ "image": "x:1", "ready": false,
            "state": { "waiting": { "reason": "ImagePullBackOff" } } });
        let with = |name: &str| {
            let mut status = bad.clone();
            status["name"] = json!(name);
            status
        };
        let now = "2026-01-01T00:00:00Z";
        let beside = json!({ "status": { "containerStatuses": [with("proxy")] } });
        let sentence = "the image x:1 of its container proxy cannot be pulled";
        assert_eq!(told_at(&beside, now).as_deref(), Some(sentence));
        let before = json!({ "status": { "initContainerStatuses": [with("setup")] } });
        let sentence = "the image x:1 of its init container setup cannot be pulled";
        assert_eq!(told_at(&before, now).as_deref(), Some(sentence));
        let done = json!({ "status": { "initContainerStatuses": [{ "name": "setup", "ready": true,
            "state": { "terminated": { "exitCode": 0, "reason": "Completed" } } }] } });
        assert_eq!(told_at(&done, now), None);
    }

    #[test]
    fn a_pod_may_wait_for_a_node_for_a_minute() {
        let pod = |reason: &str| {
            json!({ "spec": { "schedulingGates": [{ "name": "a.test/quota" }] },
                "status": { "conditions": [{
                    "type": "PodScheduled", "status": "False", "reason": reason,
                    "lastTransitionTime": "2026-01-01T00:00:00Z",
            }] } })
        };
        for (reason, word) in [("Unschedulable", "describe"), ("SchedulingGated", "a.test/quota")] {
            assert_eq!(told_at(&pod(reason), "2026-01-01T00:00:59Z"), None);
            let told = told_at(&pod(reason), "2026-01-01T00:01:00Z");
            assert!(told.is_some_and(|told| told.contains(word)), "{reason}");
        }
    }

    #[test]
    fn a_pod_that_does_not_come_to_its_end_is_told_with_the_way_out() {
        let mut pod = json!({
            "metadata": { "deletionTimestamp": "2026-01-01T00:00:00Z" },
            "spec": { "nodeName": "node-1" },
            "status": { "reason": "NodeLost" },
        });
        assert_eq!(told_at(&pod, "2026-01-01T00:00:59Z"), None);
        let told = told_at(&pod, "2026-01-01T03:00:00Z").expect("it is told");
        assert!(told.contains("node-1") && told.contains("out-of-service"), "{told}");
        pod["status"] = json!({});
        pod["metadata"]["finalizers"] = json!(["a.test/hold"]);
        let told = told_at(&pod, "2026-01-01T03:00:00Z").expect("it is told");
        assert!(told.contains("finalizer a.test/hold"), "{told}");
    }

    #[test]
    fn volumes_that_are_not_attached_and_containers_that_never_become_ready_are_told() {
        let scheduled = json!({ "type": "PodScheduled", "status": "True",
            "lastTransitionTime": "2026-01-01T00:00:00Z" });
        let with = |state: &Value| {
            json!({ "status": { "conditions": [scheduled],
                "containerStatuses": [{ "name": MAIN, "ready": false, "state": state }] } })
        };
        let waits = with(&json!({ "waiting": { "reason": "ContainerCreating" } }));
        assert_eq!(told_at(&waits, "2026-01-01T00:04:59Z"), None);
        let told = told_at(&waits, "2026-01-01T00:05:00Z").expect("it is told");
        assert!(told.contains("volumes"), "{told}");
        let runs = with(&json!({ "running": { "startedAt": "2026-01-01T00:10:00Z" } }));
        assert_eq!(told_at(&runs, "2026-01-01T00:14:59Z"), None);
        let told = told_at(&runs, "2026-01-01T00:15:00Z").expect("it is told");
        assert!(told.contains("log"), "{told}");
    }

    #[test]
    fn a_node_that_does_not_answer_and_a_pod_that_was_evicted_are_told() {
        let lost = json!({ "spec": { "nodeName": "node-1" }, "status": { "conditions": [
            { "type": "Ready", "status": "Unknown", "lastTransitionTime": "2026-01-01T00:00:00Z" }
        ] } });
        assert_eq!(told_at(&lost, "2026-01-01T00:00:10Z"), None);
        let told = told_at(&lost, "2026-01-01T00:01:00Z").expect("it is told");
        assert!(told.starts_with("its node node-1 does not answer"), "{told}");
        let last_words = json!({ "spec": { "nodeName": "node-1" }, "status": {
            "containerStatuses": [{ "name": MAIN, "ready": true, "state": { "running": {} } }],
            "conditions": [{ "type": "Ready", "status": "False",
                "lastTransitionTime": "2026-01-01T00:00:00Z" }],
        } });
        let told = told_at(&last_words, "2026-01-01T00:01:00Z").expect("it is told");
        assert!(told.starts_with("its node node-1 does not answer"), "{told}");
        let evicted = json!({ "status": { "phase": "Failed", "reason": "Evicted" } });
        let told = told_at(&evicted, "2026-01-01T00:00:00Z").expect("it is told");
        assert!(told.contains("Evicted"), "{told}");
    }
}
