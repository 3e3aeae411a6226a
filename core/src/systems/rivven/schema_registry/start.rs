//! That no registry starts anew where clients find the one before it.
//!
//! A container that has ended is started again at once, in its pod and at its address: Kubernetes
//! leads clients to it until its kubelet has said that it is not ready, and nothing is in force in
//! it. So the container of each pod wants a ConfigMap, its permit, which is taken away before
//! clients are let in. What ends after that stays down, and the next start is another pod, with a
//! permit and an address of its own.

use k8s_openapi::{
    api::core::v1::ConfigMap,
    jiff::{SignedDuration, Timestamp},
};
use serde_json::Value;

use super::Valid;
use crate::{
    observed::{Observed, Ref, Seen, at, text},
    systems::rivven::{Rivven, names},
    workload::seen::last_end,
};

/// How far apart starts are at least: what ends at once is not started as fast as it ends.
pub(super) const APART: SignedDuration = SignedDuration::from_secs(20);

/// Which start of a registry its pod is, and what became of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Start<'a> {
    /// Its number, counted from 1; 0 where there is none, or its pod wants no permit.
    pub(super) number: u32,
    /// Its permit. While it is there, its container may start as often as it likes.
    pub(super) permit: Option<&'a Value>,
    /// Whether the pod is of this start, not of the one before.
    pub(super) here: bool,
    /// How its container ended, if it has and may not start any more.
    pub(super) end: Option<End>,
}

/// The end of a container that may not start any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Another pod may start.
    Over,
    /// It came so soon after the start that the next one waits.
    TooSoon {
        /// What the program ended with.
        code: i64,
    },
}

impl<'a> Start<'a> {
    /// Reads what was seen of a Deployment and its pod.
    pub(super) fn of(
        now: Timestamp,
        valid: &Valid,
        (deployment, pod): (Option<&Value>, Option<&Value>),
        seen: &'a Observed<Rivven>,
    ) -> Self {
        let number = deployment.map_or(0, |one| self::number(one, "/spec/template/spec"));
        // A list by labels says nothing of what is not in it.
        let permit = match seen.raw(&permit(valid, number)) {
            Seen::Present(permit) => Some(permit.as_ref()),
            Seen::Absent | Seen::Unknown(_) | Seen::Unread => None,
        };
        // While another is on its way, the pod of before says nothing of this start.
        let pod = pod.filter(|pod| number > 0 && self::number(pod, "/spec") == number);
        let end = pod.filter(|_| permit.is_none()).and_then(|pod| end(pod, now));
        Self { number, permit, here: pod.is_some(), end }
    }

    /// Whether the next start is due.
    pub(super) fn is_over(&self) -> bool {
        self.end == Some(End::Over)
    }
}

/// The permit of a start.
pub(super) fn permit(valid: &Valid, number: u32) -> Ref {
    Ref::to::<ConfigMap>(&valid.namespace, &names::registry_permit(&valid.name, number))
}

/// The number in the name of the permit that a pod wants, which is written there; 0 of one that
/// wants none.
fn number(object: &Value, place: &str) -> u32 {
    let all = at(object, &format!("{place}/containers")).and_then(Value::as_array);
    let wants = all.into_iter().flatten().filter_map(|one| at(one, "/envFrom")?.as_array());
    let names = wants.flatten().map(|one| text(one, "/configMapRef/name"));
    names.filter_map(names::permit_number).next().unwrap_or(0)
}

/// How the container of a pod ended, or that it was never let start.
fn end(pod: &Value, now: Timestamp) -> Option<End> {
    let all = at(pod, "/status/containerStatuses").and_then(Value::as_array);
    let own = all.into_iter().flatten().find(|one| text(one, "/name") == names::REGISTRY)?;
    let Some((ended, code)) = last_end(own).filter(|_| at(own, "/state/running").is_none()) else {
        let kept = text(own, "/state/waiting/reason") == "CreateContainerConfigError";
        return kept.then_some(End::Over);
    };
    let started: Option<Timestamp> = text(ended, "/startedAt").parse().ok();
    let soon = started.is_some_and(|started| now.duration_since(started) < APART);
    Some(if soon { End::TooSoon { code } } else { End::Over })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::systems::rivven::schema_registry::valid;

    fn ended(status: &Value) -> Option<End> {
        let container = json!({ "name": names::REGISTRY, "state": status["state"],
            "lastState": status["lastState"] });
        let pod = json!({ "status": { "containerStatuses": [container] } });
        end(&pod, "2026-01-01T00:01:00Z".parse().expect("a time"))
    }

    #[test]
    fn what_has_ended_is_over_and_what_ended_at_once_a_moment_later() {
        let since = |second: &str| {
            let started = format!("2026-01-01T00:00:{second}Z");
            json!({ "exitCode": 137, "startedAt": started })
        };
        let kept = json!({ "waiting": { "reason": "CreateContainerConfigError" } });
        assert_eq!(ended(&json!({ "state": { "terminated": since("40") } })), Some(End::Over));
        let soon = Some(End::TooSoon { code: 137 });
        assert_eq!(ended(&json!({ "state": { "terminated": since("41") } })), soon);
        let last = json!({ "terminated": since("40") });
        assert_eq!(ended(&json!({ "state": kept, "lastState": last })), Some(End::Over));
        assert_eq!(ended(&json!({ "state": kept })), Some(End::Over), "it never was");
    }

    #[test]
    fn the_pod_of_before_says_nothing_of_the_start_that_comes() {
        let resource = serde_json::from_value(json!({
            "metadata": { "name": "schemas", "namespace": "a", "uid": "b" },
            "spec": { "clusterRef": { "name": "prod" } },
        }));
        let valid = valid::accept(&resource.expect("it decodes")).expect("it is valid");
        let wants = |number: u32| {
            let name = names::registry_permit("schemas", number);
            json!({ "containers": [{ "envFrom": [{ "configMapRef": { "name": name } }] }] })
        };
        let ended =
            json!({ "name": names::REGISTRY, "state": { "terminated": { "exitCode": 1 } } });
        let pod = json!({ "spec": wants(1), "status": { "containerStatuses": [ended] } });
        let of = |number: u32| {
            let deployment = json!({ "spec": { "template": { "spec": wants(number) } } });
            let now = "2026-01-01T00:00:00Z".parse().expect("a time");
            let seen = Observed::default();
            let start = Start::of(now, &valid, (Some(&deployment), Some(&pod)), &seen);
            (start.number, start.here, start.end)
        };
        assert_eq!(of(1), (1, true, Some(End::Over)));
        assert_eq!(of(2), (2, false, None));
    }

    #[test]
    fn what_runs_or_comes_is_not_over() {
        let last = json!({ "terminated": { "exitCode": 1 } });
        assert_eq!(ended(&json!({ "state": { "running": {} }, "lastState": last })), None);
        let comes = json!({ "waiting": { "reason": "ContainerCreating" } });
        assert_eq!(ended(&json!({ "state": comes })), None);
    }
}
