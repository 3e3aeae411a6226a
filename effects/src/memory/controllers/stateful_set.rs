//! Stateful sets: pods with a number and claims that outlive them.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use sluicegate_core::{
    compare::within,
    observed::{at, text},
};

use super::{is_healthy, is_open, owned_by, pod_from, pods_of, revision};
use crate::memory::{
    admit, defaults,
    key::Key,
    object::{is_leaving, meta_mut, number, owners},
    store::Store,
};

/// The label that tells a pod's revision.
const REVISION: &str = "controller-revision-hash";

/// A set and what is there of it.
struct Set {
    key: Key,
    object: Arc<Value>,
    /// The revision of its template now.
    revision: String,
    replicas: u64,
    pods: BTreeMap<u64, (Key, Arc<Value>)>,
}

pub(super) fn round(store: &mut Store) {
    for key in store.every("apps", "StatefulSet") {
        adopt(store, &key);
        let Some(set) = Set::of(store, key.clone()) else { continue };
        if !is_leaving(&set.object) {
            set.act(store);
        }
        if let Some(set) = Set::of(store, key) {
            set.report(store);
        }
    }
}

/// Takes over the pods that look like its own and have no controller.
fn adopt(store: &mut Store, key: &Key) {
    let Some(set) = store.hold(key).filter(|set| !is_leaving(set)) else { return };
    let ours = |(pod, object): &(Key, Arc<Value>)| {
        owners(object).next().is_none() && ordinal(key.name(), pod.name()).is_some()
    };
    let pods = store.pods(key.namespace(), at(&set, "/spec/selector")).into_iter().filter(ours);
    let pods: Vec<Key> = pods.map(|(pod, _)| pod).collect();
    for pod in pods {
        store.update(&pod, |pod| pod["metadata"]["ownerReferences"] = json!([owned_by(&set)]));
        store.tell(&pod, &format!("was adopted by StatefulSet {}", key.name()));
    }
}

impl Set {
    fn of(store: &Store, key: Key) -> Option<Self> {
        let object = store.hold(&key)?;
        let numbered = |(pod, object): (Key, Arc<Value>)| {
            Some((ordinal(key.name(), pod.name())?, (pod, object)))
        };
        let pods = pods_of(store, &key, &object).into_iter().filter_map(numbered).collect();
        let revision = revision_now(store, &key, &object);
        let replicas = number(&object, "/spec/replicas", 1);
        Some(Self { key, object, revision, replicas, pods })
    }

    /// Makes what is missing, from the lowest number; removes what is too much, from the highest;
    /// then replaces what is old. One pod at a time, unless the set is parallel.
    fn act(&self, store: &mut Store) {
        let ordered = text(&self.object, "/spec/podManagementPolicy") != "Parallel";
        for ordinal in 0..self.replicas {
            let healthy = match self.pods.get(&ordinal) {
                Some((_, pod)) => is_healthy(pod),
                None => {
                    self.start(store, ordinal);
                    false
                }
            };
            if ordered && !healthy {
                return;
            }
        }
        for (key, pod) in self.pods.range(self.replicas..).rev().map(|(_, pod)| pod) {
            if !is_leaving(pod) {
                store.begin_delete(key, None);
                store.tell(key, "is deleted: the set shrinks");
            }
            if ordered {
                return;
            }
        }
        if text(&self.object, "/spec/updateStrategy/type") != "OnDelete" {
            self.roll(store);
        }
    }

    fn roll(&self, store: &mut Store) {
        let from = number(&self.object, "/spec/updateStrategy/rollingUpdate/partition", 0);
        for ordinal in (from..self.replicas).rev() {
            // One that is just being made again is waited for.
            let Some((key, pod)) = self.pods.get(&ordinal) else { return };
            if revision_of(pod) != self.revision && !is_leaving(pod) {
                store.begin_delete(key, None);
                store.tell(key, "is deleted: its template has changed");
                return;
            }
            if !is_healthy(pod) {
                return;
            }
        }
    }

    fn start(&self, store: &mut Store, ordinal: u64) {
        if !is_open(store, self.key.namespace()) || !self.claim(store, ordinal) {
            return;
        }
        let name = format!("{}-{ordinal}", self.key.name());
        let mut pod = pod_from(&self.object, &name);
        let labels = meta_mut(&mut pod).entry("labels").or_insert_with(|| json!({}));
        labels["apps.kubernetes.io/pod-index"] = json!(ordinal.to_string());
        labels["statefulset.kubernetes.io/pod-name"] = json!(name);
        labels[REVISION] = json!(self.revision);
        pod["spec"]["hostname"] = json!(name);
        pod["spec"]["subdomain"] = self.object["spec"]["serviceName"].clone();
        for template in self.templates() {
            let volume = text(template, "/metadata/name");
            let claim = json!({ "claimName": self.claim_name(volume, ordinal) });
            let volume = json!({ "name": volume, "persistentVolumeClaim": claim });
            let spec = pod["spec"].as_object_mut().expect("a pod has a spec");
            let volumes = spec.entry("volumes").or_insert_with(|| json!([]));
            let volumes = volumes.as_array_mut().expect("volumes are a list");
            volumes.retain(|other| other["name"] != volume["name"]);
            volumes.push(volume);
        }
        let key = store.insert(pod);
        store.tell(&key, "was created");
    }

    /// Makes the claims of one pod. A claim that is being deleted keeps the pod from being made.
    fn claim(&self, store: &mut Store, ordinal: u64) -> bool {
        let mut all = true;
        for template in self.templates() {
            let name = self.claim_name(text(template, "/metadata/name"), ordinal);
            let key = Key::core("PersistentVolumeClaim", self.key.namespace(), &name);
            match store.find(&key) {
                Some(claim) => all &= !is_leaving(claim),
                None => {
                    let claim = self.new_claim(store, template, &name);
                    let key = store.insert(claim);
                    store.tell(&key, "was created");
                }
            }
        }
        all
    }

    fn new_claim(&self, store: &Store, template: &Value, name: &str) -> Value {
        let mut claim = json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": template["metadata"],
            "spec": template["spec"],
        });
        let meta = meta_mut(&mut claim);
        meta.insert("name".to_owned(), json!(name));
        meta.insert("namespace".to_owned(), json!(self.key.namespace()));
        let labels = meta.entry("labels").or_insert_with(|| json!({}));
        let selector = self.object.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
        for (label, value) in selector.into_iter().flatten() {
            labels[label] = value.clone();
        }
        let policy = "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted";
        if text(&self.object, policy) == "Delete" {
            meta.insert("ownerReferences".to_owned(), json!([owned_by(&self.object)]));
        }
        admit::complete(store, &mut claim);
        claim
    }

    /// The status. Its `currentRevision` moves only when a rolling update is through: with
    /// `OnDelete` it stays where it was, as it does in Kubernetes.
    fn report(&self, store: &mut Store) {
        let pods: Vec<&Value> = self.pods.values().map(|(_, pod)| &**pod).collect();
        let count =
            |counts: &dyn Fn(&Value) -> bool| pods.iter().filter(|pod| counts(pod)).count() as u64;
        let ready = count(&|pod| crate::execute::is_ready(pod));
        let updated = count(&|pod| !is_leaving(pod) && revision_of(pod) == self.revision);
        let mut current = match text(&self.object, "/status/currentRevision") {
            "" => self.revision.clone(),
            current => current.to_owned(),
        };
        let rolling = text(&self.object, "/spec/updateStrategy/type") != "OnDelete";
        let all = pods.len() as u64;
        if rolling && updated == all && ready == all && all == self.replicas {
            current.clone_from(&self.revision);
        }
        let at_current = count(&|pod| !is_leaving(pod) && revision_of(pod) == current);
        let status = json!({
            "observedGeneration": self.object["metadata"]["generation"],
            "replicas": all,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "currentReplicas": at_current,
            "updatedReplicas": updated,
            "currentRevision": current,
            "updateRevision": self.revision,
            "collisionCount": 0,
        });
        store.set_status(&self.key, status);
    }

    fn templates(&self) -> impl Iterator<Item = &Value> {
        let templates = self.object.pointer("/spec/volumeClaimTemplates");
        templates.and_then(Value::as_array).into_iter().flatten()
    }

    fn claim_name(&self, template: &str, ordinal: u64) -> String {
        format!("{template}-{}-{ordinal}", self.key.name())
    }
}

/// The name of its template: what the cluster that it was loaded from calls it, as long as it is
/// that one, so that the pods that came with it are not taken for old.
fn revision_now(store: &Store, key: &Key, object: &Value) -> String {
    let reported = text(object, "/status/updateRevision");
    let generation = |place| number(object, place, 0);
    let speaks = generation("/status/observedGeneration") == generation("/metadata/generation");
    if speaks && !reported.is_empty() {
        return reported.to_owned();
    }
    let stated = store.stated.get(key).filter(|stated| {
        let of = number(stated, "/status/observedGeneration", 0);
        of >= number(stated, "/metadata/generation", 1) && same_template(stated, object)
    });
    match stated.map_or("", |stated| text(stated, "/status/updateRevision")) {
        "" => format!("{}-{}", key.name(), revision(object)),
        name => name.to_owned(),
    }
}

fn same_template(stated: &Value, object: &Value) -> bool {
    let (before, mut now) = (&stated["spec"]["template"], object["spec"]["template"].clone());
    defaults::complete_pod(&mut now["spec"]);
    // One that is made anew here lacks more of what the server had filled in.
    let anew = stated["metadata"]["uid"] != object["metadata"]["uid"];
    *before == now || (anew && within(before, &now).is_empty())
}

fn revision_of(pod: &Value) -> &str {
    let labels = pod.pointer("/metadata/labels");
    labels.and_then(|labels| labels.get(REVISION)).and_then(Value::as_str).unwrap_or_default()
}

/// The number of a pod, if its name is one that the set would give.
fn ordinal(set: &str, pod: &str) -> Option<u64> {
    let number = pod.strip_prefix(set)?.strip_prefix('-')?;
    let ordinal: u64 = number.parse().ok()?;
    (ordinal.to_string() == number).then_some(ordinal)
}
