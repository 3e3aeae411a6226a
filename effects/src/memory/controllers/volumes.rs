//! Claims: they are bound, they grow, and they stay for as long as a pod uses them.

use serde_json::{Value, json};
use sluicegate_core::observed::text;

use crate::memory::{
    admit::{IN_USE, bytes, expands},
    store::{Key, Store, has_finalizer, is_leaving, remove_finalizer},
};

pub(super) fn round(store: &mut Store) {
    for key in store.every("", "PersistentVolumeClaim") {
        let Some(claim) = store.find(&key).cloned() else { continue };
        let wanted = claim["spec"]["resources"]["requests"]["storage"].clone();
        let class = text(&claim, "/spec/storageClassName");
        if is_leaving(&claim) {
            if has_finalizer(&claim, IN_USE) && !is_used(store, &key) {
                store.update(&key, |claim| remove_finalizer(claim, IN_USE));
                store.tell(&key, "is no longer in use");
            }
        } else if text(&claim, "/status/phase") != "Bound" {
            if exists(store, class) {
                bind(store, &key, &wanted);
            }
        } else if expands(store, class)
            && bytes(wanted.as_str().unwrap_or_default())
                > bytes(text(&claim, "/status/capacity/storage"))
        {
            store.update(&key, |claim| claim["status"]["capacity"]["storage"] = wanted.clone());
            store.tell(&key, &format!("grew to {}", wanted.as_str().unwrap_or_default()));
        }
    }
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

fn exists(store: &Store, class: &str) -> bool {
    store.within("StorageClass", "").any(|(key, _)| key.name == class)
}

fn is_used(store: &Store, claim: &Key) -> bool {
    store.within("Pod", &claim.namespace).any(|(_, pod)| claims(pod).any(|name| name == claim.name))
}

/// The claims that a pod mounts.
pub(super) fn claims(pod: &Value) -> impl Iterator<Item = &str> {
    let volumes = pod.pointer("/spec/volumes").and_then(Value::as_array);
    let claim = |volume: &'_ Value| volume.pointer("/persistentVolumeClaim/claimName").is_some();
    let volumes = volumes.into_iter().flatten().filter(move |volume| claim(volume));
    volumes.map(|volume| text(volume, "/persistentVolumeClaim/claimName"))
}
