//! Claims: they are bound, they grow, and they stay for as long as a pod uses them.

use serde_json::{Value, json};
use sluicegate_core::observed::{at, text};

use crate::memory::{
    admit::{IN_USE, bytes, expands},
    index::By,
    key::Key,
    object::{claims, has_finalizer, is_leaving, remove_finalizer},
    store::Store,
};

pub(super) fn round(store: &mut Store) {
    for key in store.every("", "PersistentVolumeClaim") {
        let Some(claim) = store.hold(&key) else { continue };
        let wanted = claim["spec"]["resources"]["requests"]["storage"].clone();
        let class = text(&claim, "/spec/storageClassName");
        if is_leaving(&claim) {
            if has_finalizer(&claim, IN_USE) && !is_used(store, &key) {
                store.update(&key, |claim| remove_finalizer(claim, IN_USE));
                store.tell(&key, "is no longer in use");
            }
        } else if text(&claim, "/status/phase") == "Lost" {
            // Nothing brings a volume back.
        } else if text(&claim, "/status/phase") != "Bound" {
            if exists(store, class) {
                bind(store, &key, &wanted);
            }
        } else if wants_more(&claim) && expands(store, class) && !is_stuck(&claim) {
            grow(store, &key, &wanted);
        }
    }
}

/// Grows the file systems of the claims that a pod has just mounted again.
pub(super) fn mounted(store: &mut Store, namespace: &str, pod: &Value) {
    for name in claims(pod) {
        let key = Key::core("PersistentVolumeClaim", namespace, name);
        let Some(claim) = store.hold(&key) else { continue };
        if condition(&claim, MOUNT_PENDING) && wants_more(&claim) {
            let wanted = claim["spec"]["resources"]["requests"]["storage"].clone();
            grow(store, &key, &wanted);
        }
    }
}

/// What a claim says whose file system grows when it is mounted again.
const MOUNT_PENDING: &str = "FileSystemResizePending";

fn wants_more(claim: &Value) -> bool {
    let [wanted, has] = ["/spec/resources/requests/storage", "/status/capacity/storage"]
        .map(|place| text(claim, place));
    wanted != has && bytes(wanted) > bytes(has)
}

/// Whether its driver refuses, or waits for a pod: both are what a file says, and stay so.
fn is_stuck(claim: &Value) -> bool {
    let refused = text(claim, "/status/allocatedResourceStatuses/storage").ends_with("Infeasible");
    refused || condition(claim, MOUNT_PENDING)
}

fn condition(claim: &Value, name: &str) -> bool {
    let conditions = at(claim, "/status/conditions").and_then(Value::as_array);
    let mut all = conditions.into_iter().flatten();
    all.any(|one| one["type"] == name && one["status"] == "True")
}

fn grow(store: &mut Store, key: &Key, wanted: &Value) {
    store.update(key, |claim| {
        let status = claim["status"].as_object_mut().expect("a bound claim has a status");
        status.insert("capacity".to_owned(), json!({ "storage": wanted }));
        for told in ["allocatedResources", "allocatedResourceStatuses", "conditions"] {
            status.remove(told);
        }
    });
    store.tell(key, &format!("grew to {}", wanted.as_str().unwrap_or_default()));
}

fn bind(store: &mut Store, key: &Key, size: &Value) {
    store.update(key, |claim| {
        claim["spec"]["volumeName"] = json!(format!("pvc-{}", text(claim, "/metadata/uid")));
        claim["status"] = json!({
            "phase": "Bound",
            "accessModes": claim["spec"]["accessModes"],
            "capacity": { "storage": size },
        });
    });
    store.tell(key, "was bound");
}

/// Whether there is a class of that name, or nobody can tell that there is none.
fn exists(store: &Store, class: &str) -> bool {
    store.find(&Key::in_group("storage.k8s.io", "StorageClass", "", class)).is_some()
        || (!class.is_empty() && store.assumes_class(class))
}

fn is_used(store: &Store, claim: &Key) -> bool {
    let pods = ("", "Pod", claim.namespace());
    store.finder.find(By::Claim, claim.name(), pods).next().is_some()
}
