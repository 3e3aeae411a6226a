//! The embedded Kubernetes: a cluster and its products in memory, for simulation and for tests.
//!
//! It is a [`Reader`](crate::Reader) and a [`Writer`](crate::Writer) like a real cluster, and
//! answers as kube-apiserver 1.36.3 was seen to answer. Between writes [`Memory::tick`] lets the
//! controllers of Kubernetes work for one round. It has no clock, no threads and no dice: the
//! same calls in the same order give the same world, byte for byte.
//!
//! **What is imitated.** Server-side apply with field ownership, preconditions, generations and
//! resource versions, dry runs, evictions and budgets, finalizers and garbage collection,
//! namespaces that are deleted, stateful sets, deployments, claims that are bound and grow, pods
//! that start, fail, and stop.
//!
//! **What is not imitated**, so that nobody takes it for tested here:
//!
//! - watches, resource versions of lists, paging, rate limits, authentication and rights (a single
//!   object can be [denied](Memory::deny));
//! - schemas, defaults and CEL rules of custom resources: whatever is written is kept. Unknown
//!   fields are refused for built-in kinds alone;
//! - most checks of built-in kinds: names, lengths, immutable fields of pods, quotas, admission
//!   webhooks, pod security;
//! - most defaults of built-in kinds: those that plans have to compare with are there;
//! - the fields that the controllers own in `managedFields`, and the subresource `scale`;
//! - ControllerRevision, ReplicaSet, PersistentVolume, EndpointSlice and Node objects, the
//!   scheduler, affinity, resources and taints: every pod finds a node;
//! - of stateful sets: `minReadySeconds`, `ordinals.start`, `maxUnavailable`, claims that are
//!   deleted when the set shrinks, and old templates: a pod that is made again amid a rolling
//!   update gets the new one;
//! - of deployments: revisions and surges. Pods of an old template go all at once;
//! - probes, hooks, grace periods (a pod stops in two ticks), init containers, exit codes;
//! - of claims: `WaitForFirstConsumer`, file systems that grow only when mounted again, snapshots;
//! - events that are counted: each is an object of its own.

mod admit;
mod api;
mod controllers;
mod defaults;
mod drive;
mod faults;
mod fields;
mod find;
mod index;
mod key;
mod managers;
mod object;
mod product;
mod products;
mod refusal;
pub mod rivven;
mod store;
mod terminating;
mod world;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;
use sluicegate_core::{
    observed::{Ref, text},
    plan::Propagation,
};

pub use self::{
    controllers::Behaviour,
    drive::Turn,
    faults::{Counts, Fault, How, OtherWriter, Write, WriteVerb},
    product::{CallError, Containers, NoProduct, Product, Simulated, Simulates},
    products::SimProducts,
    rivven::Brokers,
    store::Store,
};
use crate::error::ApiError;

/// A cluster in memory, with products in it.
#[derive(Debug)]
pub struct Memory<C = SimProducts> {
    state: Mutex<State<C>>,
}

/// Something that a controller did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimEvent {
    /// When, in ticks.
    pub at: u64,
    /// What, such as `Pod default/rivven-prod-1 became ready`.
    pub what: String,
    /// To what.
    pub target: Ref,
}

#[derive(Clone, Debug)]
struct State<C> {
    store: Store,
    products: C,
    faults: Vec<Fault>,
    tried: u64,
    counts: Counts,
    log: Vec<Write>,
}

impl<P: Product> Memory<Simulated<P>> {
    /// A cluster as [`Memory::of`] makes one, with one product.
    pub fn new(product: P) -> Self {
        Self::of(Simulated::new(product))
    }
}

impl<C: Containers> Memory<C> {
    /// A cluster with a namespace `default`, a storage class `standard`, and nothing else.
    pub fn of(products: C) -> Self {
        let state = State {
            store: Store::default(),
            products,
            faults: Vec::new(),
            tried: 0,
            counts: Counts::default(),
            log: Vec::new(),
        };
        Self { state: Mutex::new(state) }
    }

    /// The same world once more, to try something else in.
    #[must_use]
    pub fn fork(&self) -> Self
    where
        C: Clone,
    {
        Self { state: Mutex::new(self.state().clone()) }
    }

    /// Puts objects as they are, with the uid, version, status and field owners that they bring.
    /// Their namespaces are made, their APIs are served from now on, and what belongs to an owner
    /// that is not here is kept.
    pub fn load<T: Into<Arc<Value>>>(&self, objects: Vec<T>) {
        let mut state = self.state();
        for object in objects {
            state.store.load(object.into());
        }
    }

    /// Takes an object out, whatever holds it.
    pub fn unload(&self, target: &Ref) {
        self.state().store.unload(&key::Key::of(target));
    }

    /// Serves an API, such as `monitoring.coreos.com/v1`.
    pub fn serve(&self, api_version: &str) {
        self.state().store.served.insert(api_version.to_owned());
    }

    /// Stops serving an API. Its objects stay, unseen.
    pub fn unserve(&self, api_version: &str) {
        self.state().store.served.remove(api_version);
    }

    /// Forbids looking at an object.
    pub fn deny(&self, target: &Ref) {
        self.state().store.denied.insert(key::Key::of(target));
    }

    /// Takes every storage class to exist but these: the cluster that this stands for has classes
    /// of its own.
    pub fn assume_classes(&self, absent: impl IntoIterator<Item = String>) {
        self.state().store.absent_classes = Some(absent.into_iter().collect());
    }

    /// One round of all controllers. Time goes on by one.
    pub fn tick(&self) -> Vec<SimEvent> {
        self.state().tick()
    }

    /// Ticks until nothing moves, or so many times. Returns what happened.
    pub fn settle(&self, max: usize) -> Vec<SimEvent> {
        let mut all = Vec::new();
        let mut state = self.state();
        for _ in 0..max {
            if !state.moves(&mut all) {
                break;
            }
        }
        all
    }

    /// One tick, and whether anything moved or waits only for time to pass.
    fn moves(&self) -> bool {
        self.state().moves(&mut Vec::new())
    }

    /// The logical time.
    pub fn now(&self) -> k8s_openapi::jiff::Timestamp {
        self.state().store.timestamp()
    }

    /// Makes it this time, to the second.
    pub fn set_now(&self, now: k8s_openapi::jiff::Timestamp) {
        self.state().store.set_time(now);
    }

    /// All objects, sorted by group, kind, namespace and name.
    pub fn objects(&self) -> Vec<Value> {
        self.state().store.objects().cloned().collect()
    }

    /// The first object of a kind that is called so, whatever its group.
    pub fn named(&self, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        self.state().store.named(kind, namespace, name).cloned()
    }

    /// One object, shared with the cluster.
    pub fn held(&self, target: &Ref) -> Option<Arc<Value>> {
        self.state().store.hold(&key::Key::of(target))
    }

    /// The names of the disruption budgets that cover a pod.
    pub fn budgets_of(&self, pod: &Ref) -> Vec<String> {
        self.state().store.budgets_over(&key::Key::of(pod))
    }

    /// One object, whoever may look at it.
    pub fn object(&self, target: &Ref) -> Option<Value> {
        self.state().store.get(target).cloned()
    }

    /// Creates an object as a person does with `kubectl create`.
    ///
    /// # Errors
    ///
    /// What the API server would refuse.
    pub fn create_as(&self, who: &str, target: &Ref, body: &Value) -> Result<(), ApiError> {
        self.state().store.post(target, body, who)
    }

    /// Changes an object as a person does with `kubectl edit`. Its status stays as it is.
    ///
    /// # Errors
    ///
    /// What the API server would refuse.
    pub fn edit_as(
        &self,
        who: &str,
        target: &Ref,
        change: impl FnOnce(&mut Value),
    ) -> Result<(), ApiError> {
        self.state().store.edit(target, who, change)
    }

    /// Applies as a person does with `kubectl apply --server-side`.
    ///
    /// # Errors
    ///
    /// What the API server would refuse.
    pub fn apply_as(
        &self,
        who: &str,
        target: &Ref,
        body: &Value,
        force: bool,
    ) -> Result<(), ApiError> {
        self.state().store.server_side_apply(target, body, api::Manager { name: who, force })
    }

    /// Deletes an object as a person does, whatever it has become.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn delete_as_user(&self, target: &Ref, propagation: Propagation) -> Result<(), ApiError> {
        self.state().store.delete(target, api::Meant::default(), propagation)
    }

    /// Changes the status of an object, as its controller does.
    pub fn edit_status(&self, target: &Ref, change: impl FnOnce(&mut Value)) {
        let mut state = self.state();
        state.store.update(&key::Key::of(target), |object| change(&mut object["status"]));
    }

    /// Makes one pod behave so, now and whenever it is made again.
    pub fn behave(&self, namespace: &str, pod: &str, behaviour: Behaviour) {
        let key = (namespace.to_owned(), pod.to_owned());
        self.state().store.behaviours.insert(key, behaviour);
    }

    /// Makes an image one that cannot be pulled, or can again.
    pub fn set_image(&self, image: &str, good: bool) {
        let bad = &mut self.state().store.bad_images;
        if good {
            bad.remove(image);
        } else {
            bad.insert(image.to_owned());
        }
    }

    /// Ends the containers of a pod once, as a crash does: the kubelet starts them again.
    pub fn crash(&self, namespace: &str, pod: &str) {
        let mut state = self.state();
        let State { store, products, .. } = &mut *state;
        controllers::crash(store, products, namespace, pod);
    }

    /// Lets an admission policy change every object that is written, or none any more.
    pub fn admit(&self, policy: Option<fn(&mut Value)>) {
        self.state().store.policy = policy;
    }

    /// Makes a write go wrong.
    pub fn inject(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// How often each verb was used.
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// Begins to count anew. Faults still count from the beginning.
    pub fn reset_counts(&self) {
        self.state().counts = Counts::default();
    }

    /// How many writes were tried since the beginning: what a [`Fault`] counts by.
    pub fn tried(&self) -> u64 {
        self.state().tried
    }

    /// Every write that was tried.
    pub fn log(&self) -> Vec<Write> {
        self.state().log.clone()
    }

    /// Looks at the objects without copying them.
    pub fn store<T>(&self, with: impl FnOnce(&Store) -> T) -> T {
        with(&self.state().store)
    }

    fn state(&self) -> MutexGuard<'_, State<C>> {
        // A panic elsewhere fails its own test; it need not fail this one.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<C: Containers> State<C> {
    fn tick(&mut self) -> Vec<SimEvent> {
        self.store.advance();
        controllers::round(&mut self.store, &mut self.products);
        self.store.take_events()
    }

    fn moves(&mut self, told: &mut Vec<SimEvent>) -> bool {
        let before = self.store.newest_version();
        let happened = self.tick();
        let quiet = happened.is_empty() && before == self.store.newest_version();
        told.extend(happened);
        !quiet || controllers::waits(&self.store)
    }
}

/// The reference to an object that came as text.
pub fn reference(object: &Value) -> Ref {
    let key = key::Key::of_object(object);
    let version = text(object, "/apiVersion");
    let version = version.rsplit_once('/').map_or(version, |(_, version)| version);
    let plural = store::plural(key.kind());
    let api = sluicegate_core::observed::Api::new(key.group(), version, key.kind(), &plural);
    Ref { api, namespace: key.namespace().to_owned(), name: key.name().to_owned() }
}
