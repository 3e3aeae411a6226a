//! The embedded Kubernetes against what is known of the real one.

mod answers;
mod brokers;
mod fights;
mod lives;
mod plans;
mod rights;
mod stories;
mod told;

use futures_executor::block_on;
use serde_json::{Value, json};
use sluicegate_core::{
    observed::{Api, Ref, text},
    plan::{Manifest, Precondition, Verb},
    system::Kubernetes,
};

use super::{Behaviour, Containers, Memory, NoProduct, Simulated, reference};
use crate::{ApiError, Ask, Error, Reader, Writer};

/// No product, and Kubernetes alone.
type World = Memory<Simulated<NoProduct<Kubernetes>>>;

fn world() -> World {
    Memory::new(NoProduct::default())
}

fn at(api_version: &str, kind: &str, name: &str) -> Ref {
    let namespace = if kind == "Namespace" { "" } else { "default" };
    let metadata = json!({ "name": name, "namespace": namespace });
    reference(&json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata }))
}

fn pod(name: &str) -> Ref {
    at("v1", "Pod", name)
}

fn claim(name: &str) -> Ref {
    at("v1", "PersistentVolumeClaim", name)
}

/// A set of three with a claim each.
fn set(strategy: &str, image: &str, size: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": { "name": "db", "namespace": "default" },
        "spec": {
            "replicas": 3,
            "serviceName": "db",
            "podManagementPolicy": "Parallel",
            "updateStrategy": { "type": strategy },
            "selector": { "matchLabels": { "app": "db" } },
            "template": {
                "metadata": { "labels": { "app": "db" } },
                "spec": { "containers": [{ "name": "db", "image": image }] },
            },
            "volumeClaimTemplates": [{
                "metadata": { "name": "data" },
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": { "requests": { "storage": size } },
                },
            }],
        },
    })
}

fn budget() -> Value {
    json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": { "name": "db", "namespace": "default" },
        "spec": { "maxUnavailable": 1, "selector": { "matchLabels": { "app": "db" } } },
    })
}

fn the_set() -> Ref {
    at("apps/v1", "StatefulSet", "db")
}

/// Three pods, ready.
fn running(strategy: &str) -> World {
    let world = world();
    apply(&world, &set(strategy, "db:1", "10Gi")).unwrap();
    apply(&world, &budget()).unwrap();
    world.settle(20);
    world
}

fn apply(world: &World, body: &Value) -> Result<(), ApiError> {
    world.apply_as("sluicegate", &reference(body), body, true)
}

fn get<C: Containers>(world: &Memory<C>, target: &Ref) -> Value {
    world.object(target).unwrap_or_else(|| panic!("{target} is there"))
}

fn seen<C: Containers>(world: &Memory<C>, target: &Ref) -> Precondition {
    Precondition::as_seen(target, &get(world, target))
}

fn finalize(world: &World, target: &Ref, seen: &Precondition, names: &[&str]) -> Result<(), Error> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    block_on(world.perform(&Verb::SetFinalizers(target.clone(), seen.clone(), names.clone())))
}

fn uid(world: &World, target: &Ref) -> String {
    text(&get(world, target), "/metadata/uid").to_owned()
}

fn version(world: &World, target: &Ref) -> String {
    text(&get(world, target), "/metadata/resourceVersion").to_owned()
}

fn manifest(body: &Value) -> Manifest {
    Manifest::part(reference(body), body)
}

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    body.pointer_mut(parent).expect("the parent is there")[name] = value;
    body
}

/// The refusal in an error.
fn refusal(outcome: Result<(), Error>) -> ApiError {
    match outcome {
        Err(Error::Api { source, .. }) => *source,
        other => panic!("no refusal: {other:?}"),
    }
}

fn code(outcome: Result<(), ApiError>) -> (u16, String) {
    let refusal = outcome.expect_err("it is refused");
    (refusal.code, refusal.cause.map_or(refusal.reason, |cause| cause.reason))
}

fn is(code: u16, reason: &str) -> (u16, String) {
    (code, reason.to_owned())
}
