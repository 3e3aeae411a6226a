//! A fresh cluster of the embedded Kubernetes with the operator at work in it.

use serde_json::{Value, json};
use sluicegate::kinds;
use sluicegate_core::{
    field::{Errors, Path},
    kind::Kind,
    observed::{Observed, Ref},
    plan::{Plan, Propagation, Verb},
    settings::Settings,
    systems::rivven::{Broker, names},
};
use sluicegate_effects::{
    Done, Error,
    file::{Start, Stillness, Watcher, World, round},
    memory::{Behaviour, reference},
};

/// After so many rounds something is wrong.
const ROUNDS_MAX: usize = 500;

pub(crate) struct Rig {
    pub(crate) world: World,
    /// What the last reconciliations planned, by the resource, in order.
    pub(crate) planned: Vec<Planned>,
}

/// What one reconciliation planned.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) resource: Ref,
    pub(crate) does: Vec<String>,
    pub(crate) events: Vec<&'static str>,
    pub(crate) blocked: Vec<&'static str>,
    pub(crate) reads: String,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let world = World::new("fresh", &Start::Empty).expect("it is empty");
        world.memory().serve("rivven.hupe1980.github.io/v1alpha1");
        world.memory().serve("dataflow.dataflow.io/v1");
        let namespace = |name: &str| {
            let metadata = json!({ "name": name });
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata })
        };
        world.memory().load(["elsewhere", "streaming"].map(namespace).to_vec());
        Self { world, planned: Vec::new() }
    }

    /// With these resources, come to rest.
    pub(crate) fn with(resources: &[Value]) -> Self {
        let mut rig = Self::new();
        resources.iter().for_each(|resource| rig.create(resource));
        rig.settle();
        rig
    }

    pub(crate) fn create(&self, object: &Value) {
        self.world.memory().create_as("kubectl", &reference(object), object).expect("it is new");
    }

    pub(crate) fn edit(&self, target: &Ref, change: impl FnOnce(&mut Value)) {
        self.world.memory().edit_as("kubectl", target, change).expect("it is there");
    }

    pub(crate) fn delete(&self, target: &Ref) {
        let background = Propagation::Background;
        self.world.memory().delete_as_user(target, background).expect("it is there");
    }

    pub(crate) fn get(&self, target: &Ref) -> Option<Value> {
        self.world.memory().object(target)
    }

    /// One look at everything, and a second for Kubernetes. Whether anything moved.
    pub(crate) fn round(&mut self) -> bool {
        let mut noted = Noted(Vec::new());
        let acted = round(&self.world, &Settings::default(), &mut noted);
        self.planned.extend(noted.0);
        let moved = acted || !self.world.tick().is_empty();
        self.statuses_fit();
        moved
    }

    /// So many looks, whatever comes of them.
    pub(crate) fn rounds(&mut self, count: usize) {
        (0..count).for_each(|_| _ = self.round());
    }

    pub(crate) fn settle(&mut self) {
        self.settle_while(|_| ());
    }

    /// The same, with a look at every second of it.
    pub(crate) fn settle_while(&mut self, mut look: impl FnMut(&Self)) {
        let mut still = Stillness::default();
        for _ in 0..ROUNDS_MAX {
            let moved = self.round();
            look(self);
            if still.after(moved) == 5 {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// Whatever is written as a status is taken by the definition: no condition is `Partial`, no
    /// reason a sentence (a28, r13, r37).
    fn statuses_fit(&self) {
        for object in self.world.memory().objects() {
            let Some(kind) = kinds::of(kinds::all(), &reference(&object)) else { continue };
            let status = json!({ "spec": {}, "status": object["status"] });
            let mut errors = Errors::default();
            kind.schema.check(&Path::default(), &status, &mut errors);
            let wrong = errors.iter().filter(|one| one.path.to_string().starts_with("status."));
            assert_eq!(wrong.count(), 0, "{errors}");
            for condition in object["status"]["conditions"].as_array().into_iter().flatten() {
                let state = condition["status"].as_str().unwrap_or_default();
                assert!(["True", "False", "Unknown"].contains(&state), "{condition}");
                let reason = condition["reason"].as_str().unwrap_or_default();
                assert!(reason.chars().all(char::is_alphanumeric), "{condition}");
                assert!(!reason.is_empty(), "{condition}");
            }
        }
    }

    /// Status and reason of a condition, such as `True InSync`.
    pub(crate) fn condition(&self, target: &Ref, kind: &str) -> String {
        let one = self.said(target, kind);
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("status"), text("reason"))
    }

    /// The message of a condition.
    pub(crate) fn message(&self, target: &Ref, kind: &str) -> String {
        self.said(target, kind)["message"].as_str().unwrap_or_default().to_owned()
    }

    fn said(&self, target: &Ref, kind: &str) -> Value {
        let status = self.status(target);
        let mut conditions = status["conditions"].as_array().into_iter().flatten();
        conditions.find(|one| one["type"] == kind).cloned().unwrap_or_default()
    }

    pub(crate) fn status(&self, target: &Ref) -> Value {
        self.get(target).unwrap_or_default()["status"].clone()
    }

    /// Every object of a kind.
    pub(crate) fn all(&self, kind: &str) -> Vec<Value> {
        let objects = self.world.memory().objects();
        objects.into_iter().filter(|object| object["kind"] == kind).collect()
    }

    /// Whatever was planned for a resource.
    pub(crate) fn did(&self, target: &Ref) -> Vec<&str> {
        let of = self.planned.iter().filter(|one| one.resource == *target);
        of.flat_map(|one| &one.does).map(String::as_str).collect()
    }

    /// Makes the pod with this in its name go on without ever being ready.
    pub(crate) fn never_ready(&self, part: &str) {
        let pods = self.all("Pod").into_iter().map(|pod| pod["metadata"]["name"].clone());
        let names = pods.filter_map(|name| Some(name.as_str()?.to_owned()));
        let name = names.into_iter().find(|name| name.contains(part)).expect("there is one");
        self.world.memory().behave("default", &name, Behaviour::NeverReady);
    }

    /// Sees that each of these is made anew when somebody has deleted it.
    pub(crate) fn makes_anew(&mut self, all: &[(&str, &str, &str)]) {
        for (version, kind, name) in all {
            let target = at(version, kind, name);
            self.delete(&target);
            self.settle();
            assert!(self.get(&target).is_some(), "{target}");
        }
    }

    pub(crate) fn ready(&self, pod: &str) -> bool {
        self.world.memory().store(|store| store.is_pod_ready("default", pod))
    }
}

struct Noted(Vec<Planned>);

impl Watcher for Noted {
    fn planned<K: Kind>(
        &mut self,
        _: &K::Resource,
        plan: &Plan<K::System>,
        seen: &Observed<K::System>,
    ) {
        let verbs = || plan.actions.iter().map(|action| &action.verb);
        let reason = |verb: &Verb<K::System>| {
            if let Verb::EmitEvent(event) = verb { Some(event.reason) } else { None }
        };
        self.0.push(Planned {
            resource: plan.resource.clone(),
            does: verbs().filter(|verb| !verb.only_tells()).map(ToString::to_string).collect(),
            events: verbs().filter_map(reason).collect(),
            blocked: plan.blocked.iter().map(|one| one.rule.id).collect(),
            reads: format!("{seen:?}"),
        });
    }

    /// It is told, and passed over.
    fn unreadable(&mut self, _: &Ref, _: &str) {}

    fn ended(&mut self, _: &Ref, _: &Result<Done, Error>) {}
}

/// Any of the resources.
pub(crate) fn rivven(kind: &str, namespace: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": kind,
        "metadata": { "name": name, "namespace": namespace },
        "spec": spec,
    })
}

/// What is for the cluster `prod`, beside it.
pub(crate) fn of_prod(kind: &str, name: &str, spec: &Value) -> Value {
    let mut spec = spec.clone();
    spec["clusterRef"] = json!({ "name": "prod" });
    rivven(kind, "default", name, &spec)
}

/// A cluster of one broker with this, come to rest.
pub(crate) fn beside_prod(resource: Value) -> Rig {
    Rig::with(&[cluster(&json!({ "replicas": 1 })), resource])
}

/// A cluster called `prod`.
pub(crate) fn cluster(spec: &Value) -> Value {
    rivven("RivvenCluster", "default", "prod", spec)
}

/// A topic called `orders`.
pub(crate) fn topic(spec: &Value) -> Value {
    topic_in("default", "orders", spec)
}

pub(crate) fn topic_in(namespace: &str, name: &str, spec: &Value) -> Value {
    let mut spec = spec.clone();
    if spec.get("clusterRef").is_none() {
        spec["clusterRef"] = json!({ "name": "prod", "namespace": "default" });
    }
    rivven("RivvenTopic", namespace, name, &spec)
}

/// Any object, by what is written of it.
pub(crate) fn at(api_version: &str, kind: &str, name: &str) -> Ref {
    let metadata = json!({ "name": name, "namespace": "default" });
    reference(&json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata }))
}

pub(crate) fn prod() -> Ref {
    reference(&cluster(&json!({})))
}

pub(crate) fn orders() -> Ref {
    reference(&topic(&json!({})))
}

pub(crate) fn workload() -> Ref {
    at("apps/v1", "StatefulSet", "rivven-prod")
}

pub(crate) fn broker(ordinal: u32) -> Broker {
    Broker {
        namespace: "default".to_owned(),
        cluster: "prod".to_owned(),
        ordinal,
        port: names::CLIENT_PORT,
    }
}
