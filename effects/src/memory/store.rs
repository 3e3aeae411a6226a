//! The objects, and what every write to them has in common: uids, versions, generations and times.
//!
//! No clock and no dice: time is a count of ticks, a uid follows from a name and a counter. So a
//! run that failed fails again in the same way.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Map, Value, json};
use sluicegate_core::{
    digest::sha256,
    k8s::builtin::{self, BUILTIN, Builtin},
    observed::{Api, Ref, text},
};

use super::{
    SimEvent, defaults,
    index::{By, Finder},
    key::Key,
    object::{is_done_with, meta_mut, owners},
};
use crate::own;

/// What there is.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) objects: BTreeMap<Key, Arc<Value>>,
    pub(super) finder: Finder,
    /// What was there before a trial, while there is one.
    trial: Option<Vec<(Key, Option<Arc<Value>>)>>,
    /// The group versions that are served.
    pub(super) served: BTreeSet<String>,
    /// What may not be looked at.
    pub(super) denied: BTreeSet<Key>,
    /// Where which storage classes there are is not known, those of which it is that they do not
    /// exist.
    pub(super) absent_classes: Option<BTreeSet<String>>,
    /// Owners that were never loaded: what belongs to them is not garbage.
    pub(super) beyond: BTreeSet<String>,
    /// Stateful sets as they were loaded: their cluster has names for their templates.
    pub(super) stated: BTreeMap<Key, Arc<Value>>,
    /// The images that cannot be pulled.
    pub(super) bad_images: BTreeSet<String>,
    /// What single pods do, by namespace and name.
    pub(super) behaviours: BTreeMap<(String, String), super::Behaviour>,
    /// What an admission policy makes of every object that is written.
    pub(super) policy: Option<fn(&mut Value)>,
    clock: u64,
    /// By how many seconds its time is ahead of where the logical clock began.
    ahead: i64,
    version: u64,
    made: u64,
    events: Vec<SimEvent>,
}

/// 2026-01-01T00:00:00Z, where the logical clock begins.
const EPOCH: i64 = 1_767_225_600;

impl Default for Store {
    fn default() -> Self {
        let mut store = Self {
            objects: BTreeMap::new(),
            finder: Finder::default(),
            trial: None,
            served: always_served(),
            denied: BTreeSet::new(),
            absent_classes: None,
            beyond: BTreeSet::new(),
            stated: BTreeMap::new(),
            bad_images: BTreeSet::new(),
            behaviours: BTreeMap::new(),
            policy: None,
            clock: 0,
            ahead: 0,
            version: 1000,
            made: 0,
            events: Vec::new(),
        };
        store.ensure_namespace("default");
        store.insert(json!({
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": "standard",
                "annotations": { "storageclass.kubernetes.io/is-default-class": "true" },
            },
            "provisioner": "sluicegate/memory",
            "allowVolumeExpansion": true,
        }));
        store
    }
}

impl Store {
    /// One object.
    pub fn get(&self, target: &Ref) -> Option<&Value> {
        self.find(&Key::of(target))
    }

    /// All objects, sorted by group, kind, namespace and name.
    pub fn objects(&self) -> impl Iterator<Item = &Value> {
        self.objects.values().map(|object| &**object)
    }

    /// Whether a pod exists and says that it is ready.
    pub fn is_pod_ready(&self, namespace: &str, name: &str) -> bool {
        self.find(&Key::core("Pod", namespace, name)).is_some_and(crate::execute::is_ready)
    }

    /// The logical time, in ticks.
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// The logical time as Kubernetes writes it: one tick is a second.
    pub fn time(&self) -> String {
        self.timestamp().to_string()
    }

    pub(super) fn timestamp(&self) -> k8s_openapi::jiff::Timestamp {
        let seconds = EPOCH + self.ahead + i64::try_from(self.clock).expect("ticks are few");
        k8s_openapi::jiff::Timestamp::from_second(seconds).expect("ticks are few")
    }

    /// Moves its time; ticks go on being counted.
    pub(super) fn set_time(&mut self, now: k8s_openapi::jiff::Timestamp) {
        self.ahead += now.as_second() - self.timestamp().as_second();
    }

    pub(super) fn advance(&mut self) {
        self.clock += 1;
    }

    pub(super) fn find(&self, key: &Key) -> Option<&Value> {
        self.objects.get(key).map(|object| &**object)
    }

    /// Whether a storage class is taken to exist though it is not here.
    pub(super) fn assumes_class(&self, class: &str) -> bool {
        self.absent_classes.as_ref().is_some_and(|absent| !absent.contains(class))
    }

    /// The same, to keep while the store changes.
    pub(super) fn hold(&self, key: &Key) -> Option<Arc<Value>> {
        self.objects.get(key).cloned()
    }

    /// Puts an object as a file has it, keeping what it says of itself.
    pub(super) fn load(&mut self, mut object: Arc<Value>) {
        if object.get("probe").is_some() {
            Arc::make_mut(&mut object).as_object_mut().expect("it has a field").remove("probe");
        }
        let key = Key::of_object(&object);
        if !key.namespace().is_empty() {
            self.ensure_namespace(key.namespace());
        }
        self.served.insert(text(&object, "/apiVersion").to_owned());
        if let Ok(version) = text(&object, "/metadata/resourceVersion").parse::<u64>() {
            self.version = self.version.max(version);
        }
        if matches!(key.kind(), "PersistentVolumeClaim" | "StatefulSet") {
            let mut whole = Value::clone(&object);
            defaults::default_loaded(&mut whole);
            if whole != *object {
                object = Arc::new(whole);
            }
        }
        self.beyond.remove(text(&object, "/metadata/uid"));
        for owner in owners(&object) {
            let uid = text(owner, "/uid");
            // One that comes later than what belongs to it is taken out again by then.
            if self.finder.all(By::Uid, uid).next().is_none() {
                self.beyond.insert(uid.to_owned());
            }
        }
        if key.kind() == "StatefulSet" {
            self.stated.insert(key, Arc::clone(&object));
        }
        self.insert(object);
    }

    pub(super) fn unload(&mut self, key: &Key) {
        self.set(key, None);
    }

    /// Adds an object and fills in what the server gives. What it brings along is kept.
    pub(super) fn insert(&mut self, object: impl Into<Arc<Value>>) -> Key {
        let mut object: Arc<Value> = object.into();
        let key = Key::of_object(&object);
        self.made += 1;
        let made_of = json!([key.group(), key.kind(), key.namespace(), key.name(), self.made]);
        let (time, version) = (self.time(), self.next_version());
        let whole = |meta: &Map<String, Value>| {
            let given = ["uid", "resourceVersion", "creationTimestamp"];
            given.iter().all(|&field| meta.contains_key(field))
                && (meta.contains_key("generation") || !counts_generations(key.kind()))
        };
        // What was read of a cluster lacks nothing, and is shared with whoever has read it.
        if object["metadata"].as_object().is_some_and(whole) {
            self.set(&key, Some(object));
            return key;
        }
        let meta = meta_mut(Arc::make_mut(&mut object));
        meta.entry("uid").or_insert_with(|| uuid(&made_of));
        meta.entry("resourceVersion").or_insert(version);
        if counts_generations(key.kind()) {
            meta.entry("generation").or_insert(json!(1));
        }
        meta.entry("creationTimestamp").or_insert(json!(time));
        self.set(&key, Some(object));
        key
    }

    /// Does something, and leaves everything as it was: what came of it.
    pub(super) fn tried<T>(&mut self, with: impl FnOnce(&mut Self) -> T) -> T {
        let (version, made, told) = (self.version, self.made, self.events.len());
        self.trial = Some(Vec::new());
        let outcome = with(self);
        for (key, before) in self.trial.take().into_iter().flatten().rev() {
            self.set(&key, before);
        }
        (self.version, self.made) = (version, made);
        self.events.truncate(told);
        outcome
    }

    /// Where everything that is changed is changed.
    fn set(&mut self, key: &Key, object: Option<Arc<Value>>) {
        let before = self.objects.remove(key);
        self.finder.note(key, before.as_deref(), object.as_deref());
        if let Some(object) = object {
            self.objects.insert(key.clone(), object);
        }
        if let Some(trial) = &mut self.trial {
            trial.push((key.clone(), before));
        }
    }

    /// Writes a status, unless it is that already.
    pub(super) fn set_status(&mut self, key: &Key, status: Value) {
        if self.find(key).is_some_and(|object| object.get("status") != Some(&status)) {
            self.update(key, |object| object["status"] = status);
        }
    }

    /// Changes an object. Nothing happens where nothing changed; whoever was only waiting for its
    /// last finalizer is gone afterwards. Returns whether anything changed.
    pub(super) fn update(&mut self, key: &Key, change: impl FnOnce(&mut Value)) -> bool {
        let Some(before) = self.hold(key) else { return false };
        let mut after = Value::clone(&before);
        change(&mut after);
        if *before == after {
            return false;
        }
        let generation = before.pointer("/metadata/generation").and_then(Value::as_i64);
        if let Some(generation) = generation.filter(|_| wish(&before) != wish(&after)) {
            after["metadata"]["generation"] = json!(generation + 1);
        }
        after["metadata"]["resourceVersion"] = self.next_version();
        let after = (!is_done_with(&after)).then(|| Arc::new(after));
        self.set(key, after);
        true
    }

    /// Tells what happened, for those who watch.
    pub(super) fn tell(&mut self, key: &Key, what: &str) {
        let target = self.reference(key);
        let what = format!("{target} {what}");
        self.events.push(SimEvent { at: self.clock, what, target });
    }

    pub(super) fn take_events(&mut self) -> Vec<SimEvent> {
        std::mem::take(&mut self.events)
    }

    /// A reference to what is there, or was.
    pub(super) fn reference(&self, key: &Key) -> Ref {
        let version = self.find(key).map_or("v1", |object| {
            let version = text(object, "/apiVersion");
            version.rsplit_once('/').map_or(version, |(_, version)| version)
        });
        let api = Api::new(key.group(), version, key.kind(), &plural(key.kind()));
        Ref { api, namespace: key.namespace().to_owned(), name: key.name().to_owned() }
    }

    pub(super) fn newest_version(&self) -> String {
        self.version.to_string()
    }

    fn next_version(&mut self) -> Value {
        self.version += 1;
        json!(self.version.to_string())
    }

    pub(super) fn ensure_namespace(&mut self, name: &str) {
        if self.find(&Key::core("Namespace", "", name)).is_none() {
            self.insert(json!({
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": { "name": name, "labels": { "kubernetes.io/metadata.name": name } },
                "spec": { "finalizers": ["kubernetes"] },
                "status": { "phase": "Active" },
            }));
        }
    }
}

/// The plural of a kind: of one that is neither built in nor ours as English has it.
pub(super) fn plural(kind: &str) -> String {
    let built_in = builtin::by_kind(kind).map(|one| one.plural);
    let known = built_in.or_else(|| own::api(kind).map(|api| &*api.plural));
    if let Some(plural) = known {
        return plural.to_owned();
    }
    let lower = kind.to_lowercase();
    match lower.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if lower.ends_with('s') => format!("{lower}es"),
        None => format!("{lower}s"),
    }
}

/// Everything that counts for the generation: all but metadata and status.
fn wish(object: &Value) -> Vec<(&String, &Value)> {
    let fields = object.as_object().into_iter().flatten();
    fields.filter(|(name, _)| !matches!(name.as_str(), "metadata" | "status")).collect()
}

/// Whether the API server counts how often what is wished for has changed.
fn counts_generations(kind: &str) -> bool {
    builtin::by_kind(kind).is_none_or(|one| one.counted)
}

fn uuid(of: &Value) -> Value {
    let hex = sha256(of);
    let part = |from: usize, to: usize| &hex[from..to];
    json!(format!(
        "{}-{}-4{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 15),
        part(15, 18),
        part(18, 30)
    ))
}

/// The group versions that are always served.
fn always_served() -> BTreeSet<String> {
    let version = |one: &Builtin| match one.group {
        "" => one.version.to_owned(),
        group => format!("{group}/{}", one.version),
    };
    // Definitions of others.
    let built_in = |one: &&Builtin| one.group != "snapshot.storage.k8s.io";
    BUILTIN.iter().filter(built_in).map(version).collect()
}
