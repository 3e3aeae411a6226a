//! Pods: they start, become ready, fail and stop, one step a tick.

use serde_json::{Value, json};
use sluicegate_core::observed::{at, text};

use super::volumes::mounted;
use crate::{
    execute::is_ready,
    memory::{
        Containers,
        key::Key,
        object::{claims, is_leaving, number},
        store::Store,
    },
};

/// What a pod does once it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// It becomes ready.
    #[default]
    Normal,
    /// It runs and never becomes ready.
    NeverReady,
    /// It becomes ready after so many ticks.
    Slow(u64),
    /// It ends soon after each start.
    Crash,
}

/// An annotation of a pod, or of the template it comes from: `never-ready`, `crash` or `slow-` and
/// a number of ticks.
const BEHAVIOUR: &str = "memory.sluicegate/behaviour";

pub(super) fn round(store: &mut Store, product: &mut dyn Containers) {
    for key in store.every("", "Pod") {
        let Some(pod) = store.hold(&key) else { continue };
        // Nothing comes about on a node that does not answer.
        if is_node_lost(&pod) {
            continue;
        }
        if text(&pod, "/status/phase") == "Succeeded" && !is_leaving(&pod) {
            continue;
        }
        let behaviour = behaviour(store, &key, &pod);
        let sick = matches!(behaviour, Behaviour::NeverReady | Behaviour::Crash);
        if is_leaving(&pod) {
            stop(store, product, &key, &pod);
        } else if is_ready(&pod) {
            if sick {
                store.update(&key, |pod| set_ready(pod, false));
                store.tell(&key, "became unready");
            } else if text(&pod, "/spec/restartPolicy") == "OnFailure" {
                succeed(store, product, &key);
            }
        } else if text(&pod, "/status/phase") == "Running" {
            if !sick && !is_slow(store, &pod, behaviour) {
                let time = store.time();
                store.update(&key, |pod| run(pod, &time, true));
                store.tell(&key, "became ready");
            }
        } else {
            start(store, product, &key, &pod, behaviour);
        }
    }
}

fn is_node_lost(pod: &Value) -> bool {
    let conditions = at(pod, "/status/conditions").and_then(Value::as_array);
    let unknown = |one: &Value| one["type"] == "Ready" && one["status"] == "Unknown";
    text(pod, "/status/reason") == "NodeLost"
        || conditions.is_some_and(|all| all.iter().any(unknown))
}

/// Whether some pod only waits for time to pass.
pub(crate) fn waits(store: &Store) -> bool {
    store.within("", "Pod", "").any(|(key, pod)| {
        !is_leaving(pod)
            && !is_ready(pod)
            && text(pod, "/status/phase") == "Running"
            && is_slow(store, pod, behaviour(store, key, pod))
    })
}

/// Ends the containers of a pod once.
pub(crate) fn crash(store: &mut Store, product: &mut dyn Containers, namespace: &str, name: &str) {
    let key = Key::core("Pod", namespace, name);
    let Some(pod) = store.find(&key) else { return };
    let restarts = number(pod, "/status/containerStatuses/0/restartCount", 0) + 1;
    let time = store.time();
    store.update(&key, |pod| {
        run(pod, &time, false);
        for container in statuses(pod) {
            container["restartCount"] = json!(restarts);
            container["lastState"] = ended();
        }
    });
    store.tell(&key, "crashed and is started again");
    product.pod_stopped(namespace, name);
    product.pod_started(namespace, name);
}

/// What is to end by itself does so soon after it has become ready.
fn succeed(store: &mut Store, product: &mut dyn Containers, key: &Key) {
    store.update(key, |pod| {
        set_ready(pod, false);
        pod["status"]["phase"] = json!("Succeeded");
    });
    store.tell(key, "has come to its end");
    product.pod_stopped(key.namespace(), key.name());
}

/// First the containers end, then the pod goes.
fn stop(store: &mut Store, product: &mut dyn Containers, key: &Key, pod: &Value) {
    if text(pod, "/status/phase") == "Running" || is_ready(pod) {
        store.update(key, |pod| {
            set_ready(pod, false);
            pod["status"]["phase"] = json!("Succeeded");
        });
        store.tell(key, "stopped");
        product.pod_stopped(key.namespace(), key.name());
    } else if number(pod, "/metadata/deletionGracePeriodSeconds", 0) > 0 {
        store.tell(key, "is gone");
        store.update(key, |pod| pod["metadata"]["deletionGracePeriodSeconds"] = json!(0));
    }
}

/// A pod waits for its claims, then for its images, then its containers run.
fn start(
    store: &mut Store,
    product: &mut dyn Containers,
    key: &Key,
    pod: &Value,
    behaviour: Behaviour,
) {
    let bound = |name: &str| {
        let claim = Key::core("PersistentVolumeClaim", key.namespace(), name);
        store.find(&claim).is_some_and(|claim| text(claim, "/status/phase") == "Bound")
    };
    if !claims(pod).all(bound) {
        let message = "pod has unbound immediate PersistentVolumeClaims";
        store.update(key, |pod| unscheduled(pod, message));
        return;
    }
    if pod.pointer("/spec/nodeName").is_none() {
        store.update(key, schedule);
        return;
    }
    let bad = containers(pod).any(|one| store.bad_images.contains(text(one, "/image")));
    let time = store.time();
    if bad {
        let changed = store.update(key, |pod| wait(pod, "ImagePullBackOff", 0));
        if changed {
            store.tell(key, "cannot pull its image");
        }
    } else if behaviour == Behaviour::Crash {
        store.update(key, |pod| {
            run(pod, &time, false);
            wait(pod, "CrashLoopBackOff", 1);
            pod["status"]["phase"] = json!("Running");
        });
        store.tell(key, "crashes after each start");
    } else {
        store.update(key, |pod| run(pod, &time, false));
        store.tell(key, "runs");
        mounted(store, key.namespace(), pod);
        product.pod_started(key.namespace(), key.name());
    }
}

fn behaviour(store: &Store, key: &Key, pod: &Value) -> Behaviour {
    if !store.behaviours.is_empty()
        && let Some(chosen) =
            store.behaviours.get(&(key.namespace().to_owned(), key.name().to_owned()))
    {
        return *chosen;
    }
    let annotations = at(pod, "/metadata/annotations");
    let annotation = annotations.and_then(|all| all.get(BEHAVIOUR)).and_then(Value::as_str);
    match annotation {
        Some("never-ready") => Behaviour::NeverReady,
        Some("crash") => Behaviour::Crash,
        Some(other) => other
            .strip_prefix("slow-")
            .and_then(|ticks| ticks.parse().ok())
            .map_or(Behaviour::Normal, Behaviour::Slow),
        None => Behaviour::Normal,
    }
}

fn is_slow(store: &Store, pod: &Value, behaviour: Behaviour) -> bool {
    let Behaviour::Slow(ticks) = behaviour else { return false };
    let since: Option<k8s_openapi::jiff::Timestamp> = text(pod, "/status/startTime").parse().ok();
    let ran = since.map_or(i64::MAX, |since| store.timestamp().as_second() - since.as_second());
    ran < i64::try_from(ticks).unwrap_or(i64::MAX)
}

fn unscheduled(pod: &mut Value, message: &str) {
    pod["status"] = json!({
        "phase": "Pending",
        "conditions": [{
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
        }],
    });
}

fn schedule(pod: &mut Value) {
    let name = text(pod, "/metadata/name");
    let nth = name.bytes().map(usize::from).sum::<usize>() % 3;
    pod["spec"]["nodeName"] = json!(format!("node-{nth}"));
    pod["status"]["conditions"] = json!([
        { "type": "PodScheduled", "status": "True" },
        { "type": "Ready", "status": "False" },
    ]);
    wait(pod, "ContainerCreating", 0);
}

fn wait(pod: &mut Value, reason: &str, restarts: u64) {
    let status = |container: &Value| {
        let mut status = json!({
            "name": container["name"],
            "image": container["image"],
            "ready": false,
            "restartCount": restarts,
            "state": { "waiting": { "reason": reason } },
        });
        if restarts > 0 {
            status["lastState"] = ended();
        }
        status
    };
    let all: Vec<Value> = containers(pod).map(status).collect();
    pod["status"]["phase"] = json!("Pending");
    pod["status"]["containerStatuses"] = json!(all);
}

/// How a container ended that crashed.
fn ended() -> Value {
    json!({ "terminated": { "exitCode": 1, "reason": "Error" } })
}

fn run(pod: &mut Value, time: &str, ready: bool) {
    let restarts = number(pod, "/status/containerStatuses/0/restartCount", 0);
    let status = |container: &Value| {
        json!({
            "name": container["name"],
            "image": container["image"],
            "ready": ready,
            "started": true,
            "restartCount": restarts,
            "state": { "running": {} },
        })
    };
    let all: Vec<Value> = containers(pod).map(status).collect();
    pod["status"]["phase"] = json!("Running");
    pod["status"]["containerStatuses"] = json!(all);
    if !ready {
        pod["status"]["startTime"] = json!(time);
    }
    set_ready(pod, ready);
}

fn set_ready(pod: &mut Value, ready: bool) {
    let status = if ready { "True" } else { "False" };
    pod["status"]["conditions"] = json!([
        { "type": "PodScheduled", "status": "True" },
        { "type": "ContainersReady", "status": status },
        { "type": "Ready", "status": status },
    ]);
    for container in statuses(pod) {
        container["ready"] = json!(ready);
    }
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    pod.pointer("/spec/containers").and_then(Value::as_array).into_iter().flatten()
}

fn statuses(pod: &mut Value) -> impl Iterator<Item = &mut Value> {
    let statuses = pod.pointer_mut("/status/containerStatuses").and_then(Value::as_array_mut);
    statuses.into_iter().flatten()
}
