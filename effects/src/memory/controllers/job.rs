//! Jobs of one pod, which runs until it has ended well. Selectors, finalizers and limits are left
//! out.

use serde_json::{Value, json};
use sluicegate_core::observed::{at, text};

use super::{is_healthy, is_open, pod_from, pods_of};
use crate::memory::{key::Key, object::is_leaving, store::Store};

pub(super) fn round(store: &mut Store) {
    for key in store.every("batch", "Job") {
        let Some(object) = store.hold(&key) else { continue };
        if is_leaving(&object) || is_complete(&object) {
            continue;
        }
        let ended = |pod: &Value| text(pod, "/status/phase") == "Succeeded" && !is_leaving(pod);
        let pods = pods_of(store, &key, &object);
        let succeeded = pods.iter().filter(|(_, pod)| ended(pod)).count();
        if succeeded == 0 && pods.is_empty() && is_open(store, key.namespace()) {
            let pod = store.insert(pod_from(&object, &format!("{}-0", key.name())));
            store.tell(&pod, "was created");
        }
        report(store, &key, &object, succeeded);
    }
}

fn is_complete(job: &Value) -> bool {
    let conditions = at(job, "/status/conditions").and_then(Value::as_array);
    conditions.is_some_and(|all| all.iter().any(|one| one["type"] == "Complete"))
}

fn report(store: &mut Store, key: &Key, object: &Value, succeeded: usize) {
    let pods = pods_of(store, key, object);
    let over = |pod: &Value| matches!(text(pod, "/status/phase"), "Succeeded" | "Failed");
    let active = pods.iter().filter(|(_, pod)| !over(pod)).count();
    let ready = pods.iter().filter(|(_, pod)| is_healthy(pod)).count();
    let mut status = json!({ "active": active, "ready": ready, "terminating": 0 });
    if succeeded > 0 {
        status["succeeded"] = json!(succeeded);
        status["conditions"] = json!([
            { "type": "SuccessCriteriaMet", "status": "True", "reason": "CompletionsReached" },
            { "type": "Complete", "status": "True", "reason": "CompletionsReached" },
        ]);
        store.tell(key, "is complete");
    }
    store.set_status(key, status);
}
