//! What was seen of a cluster, as the text of a file: the one thing that plans are made from.
//!
//! A live plan goes by way of this text as a plan from a snapshot does, so that both are the same
//! plan by construction. Nothing secret is in it: Secrets are never read, and what kubectl
//! remembers of whole manifests is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};
use sluicegate_core::{
    label::PAUSED,
    observed::{Look, Observed, Reads, Ref, Seen, text},
    systems::rivven::{Answer, Probe, Rivven},
};
use sluicegate_effects::yaml;

/// Where `kubectl apply` remembers what it was given.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What was seen so far.
#[derive(Clone, Debug)]
pub struct Capture {
    now: Timestamp,
    unpaused: bool,
    seen: Observed<Rivven>,
    objects: BTreeMap<Ref, Value>,
    denied: BTreeSet<Ref>,
    absent: BTreeSet<Ref>,
    served: BTreeSet<String>,
    answers: BTreeMap<Probe, Answer>,
}

impl Capture {
    /// Nothing yet, at this time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            unpaused: false,
            seen: Observed::default(),
            objects: BTreeMap::new(),
            denied: BTreeSet::new(),
            absent: BTreeSet::new(),
            served: BTreeSet::new(),
            answers: BTreeMap::new(),
        }
    }

    /// The same, as if no resource were paused.
    #[must_use]
    pub fn unpaused(mut self) -> Self {
        self.unpaused = true;
        self
    }

    /// Adds what came of looking for one object.
    pub fn saw(&mut self, target: Ref, look: &Look) {
        self.seen.saw(target.clone(), look.clone());
        match look {
            Look::Found(object) => self.keep(target, object),
            Look::Denied(_) => drop(self.denied.insert(target)),
            // In a namespace, what a file does not hold is not there.
            Look::Absent if target.namespace.is_empty() => drop(self.absent.insert(target)),
            Look::Absent => {}
        }
    }

    fn keep(&mut self, target: Ref, object: &Value) {
        let mut object = redacted(object);
        if self.unpaused {
            without_annotation(&mut object, PAUSED);
        }
        self.objects.insert(target, object);
    }

    /// Adds what came of looking. Brokers that do not answer are left out where they may have been
    /// started only by the plan itself.
    pub fn add(&mut self, seen: &Observed<Rivven>, began: bool) {
        let Reads { objects, lists, probes } = seen.reads();
        for target in objects {
            let look = match seen.raw(&target) {
                Seen::Present(object) => Look::Found(Arc::clone(object)),
                Seen::Unknown(why) => Look::Denied(why),
                Seen::Absent | Seen::Unread => Look::Absent,
            };
            self.saw(target, &look);
        }
        for selector in lists {
            if seen.served(&selector) == Some(true) && selector.api.group.contains('.') {
                self.served.insert(selector.api.api_version());
            }
            for item in seen.items(&selector) {
                let place = |at| text(item, at).to_owned();
                let (namespace, name) = (place("/metadata/namespace"), place("/metadata/name"));
                let target = Ref { api: selector.api.clone(), namespace, name };
                self.keep(target, item);
            }
            let list = sluicegate_core::observed::List::NotServed;
            self.seen.listed(selector, list);
        }
        for probe in probes {
            let Some(answer) = seen.answer(&probe) else { continue };
            self.seen.answered(probe.clone(), answer.clone());
            if began || !matches!(answer, Answer::Unreachable(_)) {
                self.answers.insert(probe, answer.clone());
            }
        }
    }

    /// What of this nobody has looked for yet.
    pub fn unseen(&self, reads: Reads<Rivven>) -> Reads<Rivven> {
        reads.unread(&self.seen)
    }

    /// All of it, as a file.
    pub fn render(&self) -> String {
        let named = |targets: &BTreeSet<Ref>| targets.iter().map(name).collect::<Vec<_>>();
        let mut header = json!({ "now": self.now.to_string() });
        if !self.served.is_empty() {
            header["served"] = json!(self.served);
        }
        for (key, targets) in [("absent", &self.absent), ("denied", &self.denied)] {
            if !targets.is_empty() {
                header[key] = json!(named(targets));
            }
        }
        let mut documents = vec![json!({ "observed": header })];
        documents.extend(self.objects.values().cloned());
        for (probe, answer) in &self.answers {
            documents.push(json!({ "probe": probe, "answer": answer }));
        }
        documents.iter().map(yaml::to_string).collect::<Vec<_>>().join("---\n")
    }
}

fn name(target: &Ref) -> Value {
    let Ref { api, namespace, name } = target;
    let mut named = json!({ "apiVersion": api.api_version(), "kind": api.kind, "name": name });
    if !namespace.is_empty() {
        named["namespace"] = json!(namespace);
    }
    named
}

/// An object without what is nobody's business.
fn redacted(object: &Value) -> Value {
    let mut object = object.clone();
    without_annotation(&mut object, LAST_APPLIED);
    // No plan reads one; if one ever does, its values stay where they are.
    if text(&object, "/kind") == "Secret"
        && let Some(fields) = object.as_object_mut()
    {
        fields.retain(|field, _| field != "data" && field != "stringData");
    }
    object
}

fn without_annotation(object: &mut Value, name: &str) {
    if let Some(Value::Object(annotations)) = object.pointer_mut("/metadata/annotations")
        && annotations.remove(name).is_some()
        && annotations.is_empty()
        && let Some(meta) = object["metadata"].as_object_mut()
    {
        meta.remove("annotations");
    }
}
