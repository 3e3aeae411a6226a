//! What was seen of a cluster: the one thing that plans are made from, and the text of a file.
//!
//! Both say the same, which a test holds for every fixture: a plan from a snapshot is the live
//! plan. Nothing secret is in it: Secrets are never read, and what kubectl
//! remembers of whole manifests is left out.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sluicegate_core::{
    label::PAUSED,
    observed::{Look, Observed, Reads, Ref, Seen, at, text},
    system::Kubernetes,
};
use sluicegate_effects::{
    file::{Entry, Found, Looked, Question, Reply, Said, State, named},
    memory::reference,
    yaml,
};

use super::choice::Choice;
use crate::kinds;

/// Where `kubectl apply` remembers what it was given.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The time, to the second: at which what is read now was read.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.checked_sub(SignedDuration::from_nanos(now.subsec_nanosecond().into())).unwrap_or(now)
}

/// What was seen so far.
#[derive(Clone, Debug)]
pub struct Capture {
    now: Timestamp,
    unpaused: bool,
    seen: Observed<Kubernetes>,
    asked: BTreeSet<Question>,
    objects: BTreeMap<Ref, Arc<Value>>,
    denied: BTreeSet<Ref>,
    absent: BTreeSet<Ref>,
    served: BTreeSet<String>,
    answers: BTreeMap<Question, Reply>,
}

impl Capture {
    /// Nothing yet, at this time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            unpaused: false,
            seen: Observed::default(),
            asked: BTreeSet::new(),
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
        // That it was looked for; what came of it is kept below.
        self.seen.saw(target.clone(), Look::Absent);
        match look {
            Look::Found(object) => self.keep(target, object),
            Look::Denied(_) => drop(self.denied.insert(target)),
            // In a namespace, what a file does not hold is not there.
            Look::Absent if target.namespace.is_empty() => drop(self.absent.insert(target)),
            Look::Absent => {}
        }
    }

    fn keep(&mut self, target: Ref, object: &Arc<Value>) {
        let mut object = redacted(object);
        if self.unpaused && has_annotation(&object, PAUSED) {
            without_annotation(Arc::make_mut(&mut object), PAUSED);
        }
        self.objects.insert(target, object);
    }

    /// Adds what came of looking. What does not answer is left out where it may have been started
    /// only by the plan itself.
    pub fn add(&mut self, found: &Found, began: bool) {
        let Found { kubernetes: seen, replies } = found;
        let Reads { objects, lists, warnings, .. } = seen.reads();
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
        for regarding in warnings {
            for event in seen.warnings(&regarding) {
                self.keep(reference(event), event);
            }
            self.seen.warned(regarding, Vec::new());
        }
        for (question, reply) in replies {
            self.asked.insert(question.clone());
            if began || reply.reached {
                self.answers.insert(question.clone(), reply.clone());
            }
        }
    }

    /// What of this nobody has looked for yet.
    pub fn unseen(&self, looked: Looked) -> Looked {
        let Looked { kubernetes, mut questions } = looked;
        questions.retain(|question| !self.asked.contains(question));
        Looked { kubernetes: kubernetes.unread(&self.seen), questions }
    }

    /// What a file of it says.
    pub fn state(&self) -> State {
        let all = |targets: &BTreeSet<Ref>| -> Vec<Ref> {
            targets.iter().map(|target| named(&name(target))).collect()
        };
        let said = |(question, reply): (&Question, &Reply)| Said::of(question, reply);
        State {
            served: self.served.iter().cloned().collect(),
            denied: all(&self.denied),
            absent: all(&self.absent),
            now: Some(self.now),
            objects: self.objects.values().cloned().collect(),
            answers: self.answers.iter().map(said).collect(),
            ..State::default()
        }
    }

    /// The custom resources in it that are chosen, as a file of this name has them.
    pub fn chosen(&self, file: &str, choice: &Choice) -> Vec<Entry> {
        let kinds = kinds::all();
        let ours = self.objects.iter().filter(|(target, object)| {
            kinds::of(kinds, target).is_some() && choice.has(target, object)
        });
        ours.map(|(_, object)| Entry::of(file, Arc::clone(object))).collect()
    }

    /// All of it, as a file, piece by piece.
    pub fn render(&self, mut out: impl FnMut(&str)) {
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
        header["ends"] = json!(true);
        out(&yaml::to_string(&json!({ "observed": header })));
        let mut document = |value: &Value| {
            out(&format!("---\n{}", yaml::to_string(value)));
        };
        self.objects.values().for_each(|object| document(object));
        for (question, reply) in &self.answers {
            document(&question.document(reply));
        }
        document(&json!({ "end": "observed" }));
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
fn redacted(object: &Arc<Value>) -> Arc<Value> {
    let mut object = Arc::clone(object);
    if has_annotation(&object, LAST_APPLIED) {
        without_annotation(Arc::make_mut(&mut object), LAST_APPLIED);
    }
    if let Cow::Owned(veiled) = kinds::veiled(&object, kinds::SENSITIVE) {
        object = Arc::new(veiled);
    }
    // No plan reads one; if one ever does, its values stay where they are.
    if text(&object, "/kind") == "Secret"
        && let Some(fields) = Arc::make_mut(&mut object).as_object_mut()
    {
        fields.retain(|field, _| field != "data" && field != "stringData");
    }
    object
}

fn has_annotation(object: &Value, name: &str) -> bool {
    at(object, "/metadata/annotations").is_some_and(|all| all.get(name).is_some())
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
