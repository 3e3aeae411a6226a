//! The operator in a cluster in memory: one round looks at every resource of every kind, as the
//! engine does, and every write passes the watchman in [`safety`](crate::safety).

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use futures_executor::block_on;
use serde_json::{Value, json};
use sluicegate_core::{
    kind::{Ctx, Kind},
    observed::{Api, Ref},
    owner::{own_ref, own_uid},
    plan::UID_PLACEHOLDER,
    settings::Settings,
    systems::{
        Visitor,
        rivven::{self, Rivven, cluster::RivvenCluster, topic::RivvenTopic},
    },
};
use sluicegate_effects::{
    execute,
    file::Stillness,
    memory::{Brokers, Memory, SimEvent, Simulated},
    plan,
};

use crate::{
    edits::BAD,
    safety::{self, Watched},
};

/// The namespace of everything.
pub(crate) const HOME: &str = "default";
/// The cluster that is looked at.
pub(crate) const CLUSTER: &str = "prod";
/// Its uid, the same in every run, so that runs can be compared.
pub(crate) const UID: &str = "00000000-0000-4000-8000-00000000000c";
/// How many rounds with a tick each it may take until nothing moves any more.
pub(crate) const ROUNDS_MAX: usize = 400;
/// So many quiet rounds in a row: a pod needs two ticks to stop.
const QUIET: usize = 3;

/// A cluster in memory, with the operator at work in it.
pub(crate) struct Rig {
    pub(crate) memory: Memory<Simulated<Brokers>>,
    /// What the watchman saw that must never be.
    pub(crate) alarms: Mutex<Vec<String>>,
    /// What clients wrote: the uid of the claim and the topic.
    pub(crate) written: Mutex<Vec<(String, String)>>,
    /// The brokers that call themselves ill.
    pub(crate) ill: Mutex<BTreeSet<u32>>,
    /// How many ticks pass between the look at the world and what is done about it.
    pub(crate) lag: Mutex<usize>,
}

impl Rig {
    /// An empty cluster.
    pub(crate) fn new() -> Self {
        let memory = Memory::new(Brokers::default());
        memory.set_image(BAD, false);
        Self {
            memory,
            alarms: Mutex::default(),
            written: Mutex::default(),
            ill: Mutex::default(),
            lag: Mutex::new(0),
        }
    }

    /// A cluster with this resource, brought to rest.
    pub(crate) fn settled(spec: &Value) -> Self {
        let rig = Self::new();
        rig.memory.load(vec![cluster(spec)]);
        assert!(rig.rest().is_some(), "it never comes to rest");
        rig
    }

    /// Looks at every resource once. Returns whether anything was to be done.
    pub(crate) fn round(&self) -> bool {
        let mut turn = Turn { rig: self, acted: false };
        rivven::visit(&mut turn);
        turn.acted
    }

    /// Rounds and ticks until nothing moves; how many it took.
    pub(crate) fn rest(&self) -> Option<usize> {
        let mut still = Stillness::default();
        for nth in 0..ROUNDS_MAX {
            let acted = self.round();
            let happened: Vec<SimEvent> = self.memory.tick();
            if still.after(acted || !happened.is_empty()) == QUIET {
                return Some(nth);
            }
        }
        None
    }

    /// Says that something must never be.
    pub(crate) fn alarm(&self, what: String) {
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    /// The first thing that must never be, with what was written up to now.
    pub(crate) fn alarmed(&self) -> Option<String> {
        let alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        let first = alarms.first()?.clone();
        Some(format!("{first}\n{}", self.story()))
    }

    /// Every write, for whoever has to understand a failure.
    pub(crate) fn story(&self) -> String {
        let line = |write: &sluicegate_effects::memory::Write| format!("  {}: {write}\n", write.at);
        self.memory.log().iter().map(line).collect()
    }

    /// Every object of an API, in the order of namespaces and names.
    pub(crate) fn all(&self, api: &Api) -> Vec<Value> {
        let version = api.api_version();
        let is = |one: &Value| one["kind"] == *api.kind && one["apiVersion"] == *version;
        self.memory.store(|store| store.objects().filter(|one| is(one)).cloned().collect())
    }

    /// The cluster resource, if it is there.
    pub(crate) fn cluster(&self) -> Option<Value> {
        self.memory.object(&the_cluster())
    }
}

struct Turn<'a> {
    rig: &'a Rig,
    acted: bool,
}

impl Visitor<Rivven> for Turn<'_> {
    fn kind<K: Kind<System = Rivven>>(&mut self) {
        for object in self.rig.all(&Api::of::<K::Resource>()) {
            if let Ok(resource) = serde_json::from_value::<K::Resource>(object) {
                self.acted |= one::<K>(self.rig, &resource);
            }
        }
    }
}

fn one<K: Kind<System = Rivven>>(rig: &Rig, resource: &K::Resource) -> bool {
    let settings = Settings::default();
    let ctx = Ctx::new(rig.memory.now(), &settings);
    let (made, _) =
        block_on(plan::<K, _>(&rig.memory, &ctx, resource)).expect("memory can be read");
    safety::planned::<K>(rig, resource, &made);
    if made.actions.is_empty() {
        return false;
    }
    let lag = *rig.lag.lock().unwrap_or_else(PoisonError::into_inner);
    (0..lag).for_each(|_| drop(rig.memory.tick()));
    let own = own_ref::<K>(resource);
    let uid = own_uid(resource);
    let watched = Watched { rig, own: &own, uid: &uid };
    drop(block_on(execute(&watched, &made)));
    true
}

/// The resource of the cluster that is looked at.
pub(crate) fn cluster(spec: &Value) -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": CLUSTER, "namespace": HOME, "uid": UID },
        "spec": spec,
    })
}

/// The resource of a topic.
pub(crate) fn topic(name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenTopic",
        "metadata": { "name": name, "namespace": HOME },
        "spec": spec,
    })
}

/// A reference to the cluster.
pub(crate) fn the_cluster() -> Ref {
    Ref::to::<RivvenCluster>(HOME, CLUSTER)
}

/// A reference to a topic.
pub(crate) fn the_topic(name: &str) -> Ref {
    Ref::to::<RivvenTopic>(HOME, name)
}

/// What a plain cluster asks for.
pub(crate) fn plain(replicas: u32) -> Value {
    json!({ "replicas": replicas, "version": "0.0.22", "storage": { "size": "10Gi" } })
}

/// Puts a value at a JSON pointer, making what is above it; null takes it out.
pub(crate) fn put(into: &mut Value, pointer: &str, value: &Value) {
    let Some((above, last)) = pointer.rsplit_once('/') else {
        *into = value.clone();
        return;
    };
    if into.pointer(above).is_none_or(Value::is_null) {
        if value.is_null() {
            return;
        }
        put(into, above, &json!({}));
    }
    let Some(above) = into.pointer_mut(above).and_then(Value::as_object_mut) else { return };
    let last = last.replace("~1", "/").replace("~0", "~");
    if value.is_null() {
        above.remove(&last);
    } else {
        above.insert(last, value.clone());
    }
}

/// Whether a text is the placeholder of a uid: it must never reach a cluster.
pub(crate) fn is_placeholder(text: &str) -> bool {
    text.contains(UID_PLACEHOLDER)
}
