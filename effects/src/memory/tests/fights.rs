//! An API server that makes something else of what is applied: no fight without end.

use sluicegate_core::{settings::Settings, systems::rivven::cluster::Cluster};

use super::*;
use crate::memory::{Brokers, Simulated};

const MIRROR: &str = "registry.example/rivvend:0.0.22";

fn cluster() -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": "prod", "namespace": "default" },
        "spec": { "replicas": 3, "version": "0.0.22" },
    })
}

fn condition(world: &Memory<Simulated<Brokers>>, name: &str) -> Value {
    let cluster = world.object(&reference(&cluster())).expect("it is there");
    let all = cluster["status"]["conditions"].as_array().cloned().unwrap_or_default();
    all.into_iter().find(|one| one["type"] == name).unwrap_or_default()
}

fn drive(world: &Memory<Simulated<Brokers>>) -> usize {
    let target = reference(&cluster());
    let turns = block_on(world.drive::<Cluster>(&Settings::default(), &target, 100));
    turns.expect("nothing fails").len()
}

fn notes(world: &Memory<Simulated<Brokers>>) -> Vec<String> {
    let events = world.objects().into_iter().filter(|object| object["kind"] == "Event");
    events.map(|event| text(&event, "/reason").to_owned()).collect()
}

fn image(object: &mut Value) {
    if object["kind"] == "StatefulSet" {
        object["spec"]["template"]["spec"]["containers"][0]["image"] = json!(MIRROR);
    }
}

fn port(object: &mut Value) {
    if object["kind"] == "Service" && object["spec"]["ports"].is_array() {
        object["spec"]["ports"][0]["name"] = json!("kafka");
    }
}

#[test]
fn a_mirror_of_images_is_taken_as_it_is_and_told() {
    let world = Memory::new(Brokers::default());
    world.admit(Some(image));
    world.load(vec![cluster()]);
    drive(&world);
    assert!(world.counts().apply <= 1, "{:?}", world.counts());
    assert_eq!(condition(&world, "Ready")["status"], "True");
    let synced = condition(&world, "Synced");
    assert_eq!((&synced["status"], &synced["reason"]), (&json!("True"), &json!("Admitted")));
    let said = synced["message"].as_str().unwrap_or_default();
    assert!(said.contains("/spec/template/spec/containers/") && said.contains(MIRROR), "{said}");
    assert!(!notes(&world).contains(&"DriftCorrected".to_owned()), "{:?}", notes(&world));
    assert_eq!(drive(&world), 0, "it is at rest");
}

#[test]
fn what_somebody_else_changes_beside_a_policy_is_put_back() {
    let world = Memory::new(Brokers::default());
    world.admit(Some(image));
    world.load(vec![cluster()]);
    drive(&world);
    let set = Ref::to::<k8s_openapi::api::apps::v1::StatefulSet>("default", "rivven-prod");
    let label = "app.kubernetes.io/managed-by";
    let edit = |set: &mut Value| set["metadata"]["labels"][label] = json!("me");
    world.edit_as("kubectl-edit", &set, edit).unwrap();
    world.reset_counts();
    drive(&world);
    assert_eq!(world.counts().apply, 1, "what is noted stays noted");
    assert_eq!(world.object(&set).unwrap()["metadata"]["labels"][label], "sluicegate");
    assert_eq!(notes(&world).iter().filter(|one| *one == "DriftCorrected").count(), 1);
    assert_eq!(drive(&world), 0, "it is at rest");
}

#[test]
fn what_is_not_as_asked_for_keeps_it_from_being_ready_and_is_not_fought() {
    let world = Memory::new(Brokers::default());
    world.load(vec![cluster()]);
    drive(&world);
    // It begins later, and is met by a change.
    world.admit(Some(port));
    let mut changed = world.object(&reference(&cluster())).unwrap();
    changed["spec"]["service"] = json!({ "annotations": { "a": "b" } });
    world.load(vec![changed.clone()]);
    world.reset_counts();
    drive(&world);
    assert!(world.counts().apply <= 4, "{:?}", world.counts());
    let ready = condition(&world, "Ready");
    assert_eq!((&ready["status"], &ready["reason"]), (&json!("False"), &json!("NotSynced")));
    assert_eq!(condition(&world, "Synced")["reason"], "Altered");
    assert_eq!(condition(&world, "Stalled")["status"], "True");
    assert!(ready["message"].as_str().is_some_and(|said| said.contains("is \"kafka\", not")));
    assert_eq!(drive(&world), 0, "it is at rest");
    // The policy goes: the next change finds that out.
    world.admit(None);
    changed = world.object(&reference(&cluster())).unwrap();
    changed["spec"]["service"] = json!({ "annotations": { "a": "c" } });
    world.load(vec![changed]);
    drive(&world);
    assert_eq!(condition(&world, "Ready")["status"], "True");
    assert_eq!(condition(&world, "Synced")["reason"], "Done");
    assert_eq!(condition(&world, "Stalled")["status"], "False");
}

fn label_of_claims(object: &mut Value) {
    if object["kind"] == "StatefulSet" {
        let labels = &mut object["spec"]["volumeClaimTemplates"][0]["metadata"]["labels"];
        labels["app.kubernetes.io/name"] = json!("volume");
    }
}

#[test]
fn a_claim_template_that_is_made_something_else_of_is_not_made_anew_again_and_again() {
    let world = Memory::new(Brokers::default());
    world.admit(Some(label_of_claims));
    world.load(vec![cluster()]);
    drive(&world);
    assert_eq!(world.counts().delete, 0, "{:?}", world.counts());
    let synced = condition(&world, "Synced");
    assert_eq!(synced["reason"], "Altered", "{synced}");
    // What the set may not be changed in is not applied anew with the next change.
    let mut changed = world.object(&reference(&cluster())).unwrap();
    changed["spec"]["service"] = json!({ "annotations": { "a": "b" } });
    world.load(vec![changed]);
    drive(&world);
    assert_eq!(world.counts().delete, 0, "{:?}", world.counts());
    assert_eq!(drive(&world), 0, "it is at rest");
}
