//! A world to plan in, made from files: the embedded Kubernetes, holding what they say.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};
use sluicegate_core::{
    json::merge_patch,
    kind::Kind,
    observed::{List, Look, Observed, Ref, Selector, text},
    plan::{Plan, Verb, uid_placeholder},
    settings::Settings,
    system::System,
};

use super::{
    Entry, Looked, Operator, Problem, Question, Rest, State, Watcher, answers, apply::applied,
    is_namespaced,
};
use crate::{
    Ask, Done, Error, Reader, Writer,
    memory::{Memory, Product as _, SimEvent, SimProducts, Simulates, reference},
};

/// How many ticks what is under `settled:` may take to become quiet: ten minutes of its time.
const SETTLE_TICKS_MAX: usize = 600;

/// What a world begins as.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// A fresh cluster.
    Empty,
    /// What a file says.
    State(State),
}

impl Start {
    /// When it is.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Empty => State::default().now(),
            Self::State(state) => state.now(),
        }
    }
}

/// A world to plan in. Nothing outside it is ever touched.
#[derive(Debug)]
pub struct World {
    memory: Memory,
    /// Whether what was not said can be known: in a cluster that began empty it can.
    complete: bool,
    lives: Mutex<bool>,
    /// What the file says that exists, with its uid.
    stated: BTreeMap<Ref, String>,
    absent: BTreeSet<Ref>,
    looked: Mutex<Looked>,
    before: BTreeMap<Ref, Arc<Value>>,
    asked: BTreeMap<Ref, Arc<Value>>,
}

impl World {
    /// The world as it begins.
    ///
    /// # Errors
    ///
    /// Questions and answers that are none of the product's, patches of what is not there.
    pub fn new(name: &str, start: &Start) -> Result<Self, Vec<Problem>> {
        let state = match start {
            Start::Empty => &State::default(),
            Start::State(state) => state,
        };
        let memory = Memory::of(SimProducts::default());
        let complete = *start == Start::Empty || !state.settled.is_empty();
        let world = Self {
            memory,
            complete,
            lives: Mutex::new(complete),
            stated: state.objects.iter().map(|one| (reference(one), uid_of(one))).collect(),
            absent: state.absent.iter().cloned().collect(),
            looked: Mutex::new(Looked::nothing()),
            before: BTreeMap::new(),
            asked: BTreeMap::new(),
        };
        state.served.iter().for_each(|api| world.memory.serve(api));
        // A file that names no class says nothing about which there are.
        let absent = state.absent.iter().filter(|one| is_storage_class(one));
        world.memory.assume_classes(absent.map(|one| one.name.clone()));
        let unread = world.settle(&state.settled);
        let mut problems: Vec<Problem> = unread.iter().map(|one| unsettled(name, one)).collect();
        world.memory.load(state.objects.clone());
        problems.extend(world.patch(name, state));
        state.denied.iter().for_each(|denied| world.memory.deny(denied));
        let answers = state.answers.iter();
        let given = answers.map(|said| answers::give(&world.memory, name, said));
        problems.extend(given.filter_map(Result::err));
        if state.now.is_some() || !complete {
            world.memory.set_now(state.now());
        }
        if problems.is_empty() { Ok(world) } else { Err(problems) }
    }

    /// Asks for a resource as `kubectl apply` would: its spec, labels and annotations are laid over
    /// what is there. One that is new has no uid yet.
    pub fn ask_for(&mut self, entry: &Entry) {
        let before = self.memory.held(&entry.target);
        let mut object = applied(entry.value(), before.as_deref());
        if before.is_none() && object["metadata"].get("uid").is_none() {
            let Ref { api, namespace, name } = &entry.target;
            let uid = uid_placeholder(&api.kind, namespace, name);
            object["metadata"]["uid"] = json!(uid);
        }
        // What is asked for is as a rule what is there.
        let object = match &before {
            Some(before) if **before == object => Arc::clone(before),
            _ => Arc::new(object),
        };
        self.memory.load(vec![Arc::clone(&object)]);
        self.asked.insert(entry.target.clone(), object);
        if let Some(before) = before {
            self.before.insert(entry.target.clone(), before);
        }
    }

    /// Applies an object as `kubectl apply` does, and the API server gives a new one its uid.
    /// Returns whether it was there.
    pub fn apply(&self, entry: &Entry) -> bool {
        let before = self.memory.object(&entry.target);
        self.memory.load(vec![applied(entry.value(), before.as_ref())]);
        before.is_some()
    }

    /// The resource as it was before it was asked for anew.
    pub fn before(&self, target: &Ref) -> Option<&Value> {
        self.before.get(target).map(|object| &**object)
    }

    /// The resource as it was asked for, with what the server keeps of it.
    pub fn asked(&self, target: &Ref) -> Option<&Value> {
        self.asked.get(target).map(|object| &**object)
    }

    /// The embedded Kubernetes.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.memory.now()
    }

    /// Lets Kubernetes and the products work for a second. From now on what was started here
    /// answers for itself.
    pub fn tick(&self) -> Vec<SimEvent> {
        *self.lives.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.memory.tick()
    }

    /// Everything that was looked for so far, whether it was there or not.
    pub fn looked(&self) -> Looked {
        self.looking().clone()
    }

    /// Whether a question is about what the file says that exists, and not what it answers. A pod
    /// that was started here is well; what is on a volume that came with the file nobody knows.
    fn is_unsaid<S: System>(&self, probe: &S::Probe) -> bool
    where
        SimProducts: Simulates<S>,
    {
        if self.complete {
            return false;
        }
        let about = <<SimProducts as Simulates<S>>::Product>::lives_in(probe);
        let Some(about) = about else { return false };
        let now = self.memory.held(&about);
        let came = self.stated.get(&about).filter(|uid| !uid.is_empty());
        came.is_some() && now.map(|one| uid_of(&one)).as_ref() == came
    }

    fn looking(&self) -> MutexGuard<'_, Looked> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets resources come to what they come to. What does not decode comes to nothing, and why.
    fn settle(&self, resources: &[(Value, usize)]) -> BTreeMap<Ref, String> {
        for (resource, _) in resources {
            self.memory.load(vec![resource.clone()]);
        }
        let (settings, mut watcher) = (Settings::default(), Settling::default());
        if resources.is_empty() {
            // It begins with its first second, and whatever is said from then on was not made here.
            self.memory.tick();
            return watcher.unread;
        }
        // A pod needs two seconds to stop.
        let rest = Rest { quiet: 3, at_most: SETTLE_TICKS_MAX };
        Operator::new(self, &settings).until_quiet(&mut watcher, rest, |_, _| ());
        watcher.unread
    }

    fn patch(&self, name: &str, state: &State) -> Vec<Problem> {
        let mut problems = Vec::new();
        for patch in &state.patches {
            let found = self.memory.named(&patch.kind, &patch.namespace, &patch.name);
            // A patch that brings a whole spec makes what did not come about by itself.
            let brings = patch.merge.as_ref().is_some_and(|fields| fields.get("spec").is_some());
            let Some(mut object) = found.or_else(|| brings.then(|| patch.fresh())) else {
                problems.push(Problem {
                    file: name.to_owned(),
                    line: 1,
                    path: format!("patch {} {}/{}", patch.kind, patch.namespace, patch.name),
                    what: "there is no such object".to_owned(),
                    remedy: "name what the resources under settled: came to".to_owned(),
                });
                continue;
            };
            match &patch.merge {
                Some(fields) => {
                    let target = reference(&object);
                    merge_patch(&mut object, fields);
                    // What a patch must not touch is which object it is.
                    merge_patch(&mut object, &identity(&target));
                    self.memory.load(vec![object]);
                }
                // What a file says is gone is gone, and not about to go.
                None => self.memory.unload(&reference(&object)),
            }
        }
        problems
    }
}

impl Reader for World {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        note(&mut self.looking().kubernetes.objects, target);
        if self.absent.contains(target) {
            return Ok(Look::Absent);
        }
        let unsaid = !is_namespaced(&target.api.kind) && !self.stated.contains_key(target);
        let assumed = is_storage_class(target) && self.memory.held(target).is_none();
        if unsaid && (!self.complete || assumed) {
            return Ok(Look::Denied("the file does not say".to_owned()));
        }
        self.memory.get(target).await
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        note(&mut self.looking().kubernetes.lists, selector);
        self.memory.list(selector).await
    }

    async fn warnings(&self, regarding: &Ref) -> Result<Vec<Arc<Value>>, Error> {
        self.looking().kubernetes.warnings.insert(regarding.clone());
        self.memory.warnings(regarding).await
    }
}

impl<S: System> Ask<S> for World
where
    SimProducts: Simulates<S>,
{
    async fn ask(&self, probe: &S::Probe) -> Result<S::Answer, Error> {
        self.looking().questions.insert(Question::of::<S>(probe));
        if let Some(answer) = self.memory.given::<S>(probe) {
            return Ok(answer);
        }
        if *self.lives.lock().unwrap_or_else(PoisonError::into_inner) && !self.is_unsaid::<S>(probe)
        {
            return Ask::<S>::ask(&self.memory, probe).await;
        }
        Ok(S::unreachable(probe, "the file has no answer".to_owned()))
    }
}

impl<S: System> Writer<S> for World
where
    SimProducts: Simulates<S>,
{
    async fn perform(&self, verb: &Verb<S>) -> Result<(), Error> {
        self.memory.perform(verb).await
    }

    fn made(&self, target: &Ref) -> Option<Value> {
        Writer::<S>::made(&self.memory, target)
    }

    async fn dry_run(&self, verb: &Verb<S>) -> Result<(), Error> {
        self.memory.dry_run(verb).await
    }
}

fn uid_of(object: &Value) -> String {
    text(object, "/metadata/uid").to_owned()
}

fn is_storage_class(target: &Ref) -> bool {
    target.api.kind == "StorageClass"
}

/// Most of what is looked for was looked for before.
fn note<T: Clone + Ord>(noted: &mut BTreeSet<T>, one: &T) {
    if !noted.contains(one) {
        noted.insert(one.clone());
    }
}

/// Watches only for what does not decode: the rest of what is under `settled:` is history.
#[derive(Default)]
struct Settling {
    unread: BTreeMap<Ref, String>,
}

impl Watcher for Settling {
    fn planned<K: Kind>(&mut self, _: &K::Resource, _: &Plan<K::System>, _: &Observed<K::System>) {}
    fn unreadable(&mut self, resource: &Ref, why: &str) {
        self.unread.insert(resource.clone(), why.to_owned());
    }
    fn ended(&mut self, _: &Ref, _: &Result<Done, Error>) {}
}

/// The fields that say which object it is.
fn identity(target: &Ref) -> Value {
    let Ref { api, namespace, name } = target;
    let mut meta = json!({ "name": name });
    if !namespace.is_empty() {
        meta["namespace"] = json!(namespace);
    }
    json!({ "apiVersion": api.api_version(), "kind": api.kind, "metadata": meta })
}

fn unsettled(name: &str, (target, why): (&Ref, &String)) -> Problem {
    Problem {
        file: name.to_owned(),
        line: 1,
        path: "observed.settled".to_owned(),
        what: format!("{target} does not decode: {why}"),
        remedy: "write it as `sluicegate validate` takes it".to_owned(),
    }
}
