//! Schema registries: what is rendered, what is in force, and what is told of it.

use serde_json::{Value, json};
use sluicegate_core::{
    field::Path,
    kind::{Kind, accept},
    observed::Ref,
    plan::Propagation,
    systems::rivven::schema_registry::{RivvenSchemaRegistry, SchemaRegistry},
};
use sluicegate_effects::memory::reference;

use crate::rig::{Rig, at, beside_prod, cluster, of_prod, rivven};

/// A registry called `schemas`, of the cluster `prod`.
fn registry(spec: &Value) -> Value {
    of_prod("RivvenSchemaRegistry", "schemas", spec)
}

/// One without any block.
fn decoded() -> RivvenSchemaRegistry {
    serde_json::from_value(registry(&json!({}))).expect("it decodes")
}

fn schemas() -> Ref {
    reference(&registry(&json!({})))
}

fn with(spec: &Value) -> Rig {
    beside_prod(registry(spec))
}

fn deployment(rig: &Rig) -> Value {
    rig.get(&at("apps/v1", "Deployment", "rivven-schema-schemas")).expect("it is there")
}

#[test]
fn r10_a_registry_without_any_block_is_valid_and_comes_to_serve() {
    accept::<SchemaRegistry>(&decoded()).expect("it is valid");
    assert_eq!(with(&json!({})).condition(&schemas(), "Ready"), "True Serving");
}

#[test]
fn r14_the_definition_keeps_what_a_manifest_of_upstream_says() {
    let spec = json!({
        "resources": { "limits": { "cpu": 2 } },
        "affinity": { "podAntiAffinity": {} },
        "securityContext": { "fsGroup": 1000 },
        "validation": { "enabled": true, "rules": [
            { "name": "a", "ruleType": "regex", "pattern": "x" },
        ] },
        "contexts": { "enabled": true, "predefined": [{ "name": "a" }] },
        "externalRegistry": { "enabled": false },
    });
    let pruned = SchemaRegistry::schema().unknown(&Path::default(), &registry(&spec));
    assert!(pruned.is_empty(), "{pruned}");
}

#[test]
fn r17_a_budget_is_what_kubernetes_takes_and_one_that_is_turned_off_is_deleted() {
    let budget = at("policy/v1", "PodDisruptionBudget", "rivven-schema-schemas-pdb");
    let mut rig = with(&json!({}));
    assert_eq!(rig.get(&budget).expect("it is there")["spec"]["maxUnavailable"], json!(1));
    rig.edit(&schemas(), |own| own["spec"]["podDisruptionBudget"] = json!({ "enabled": false }));
    rig.settle();
    assert_eq!(rig.get(&budget), None);
}

#[test]
fn r18_every_volume_that_is_mounted_is_declared_and_what_is_asked_of_the_pod_is_in_it() {
    let rig = with(&json!({
        "resources": { "limits": { "memory": "64Mi" } },
        "affinity": { "nodeAffinity": {} },
        "securityContext": { "runAsUser": 1000 },
    }));
    let pod = deployment(&rig)["spec"]["template"]["spec"].clone();
    let names = |of: &Value| -> Vec<Value> {
        of.as_array().into_iter().flatten().map(|one| one["name"].clone()).collect()
    };
    let container = &pod["containers"][0];
    let declared = names(&pod["volumes"]);
    assert!(names(&container["volumeMounts"]).iter().all(|name| declared.contains(name)));
    assert_eq!(container["resources"]["limits"]["memory"], "64Mi");
    assert_eq!(pod["affinity"], json!({ "nodeAffinity": {} }));
    assert_eq!(pod["securityContext"]["runAsUser"], 1000);
}

#[test]
fn r18_contexts_levels_and_rules_are_set_at_the_registry() {
    let rig = with(&json!({
        "compatibility": { "defaultLevel": "FULL", "perSubject": { "a": "NONE" } },
        "contexts": { "enabled": true, "predefined": [{ "name": "team" }] },
        "validation": { "enabled": true, "rules": [
            { "name": "b", "ruleType": "regex", "pattern": "x" },
        ] },
    }));
    let did = rig.did(&schemas()).join("\n");
    for what in ["subject a to NONE", "to FULL", "context team", "rule b"] {
        assert!(did.contains(what), "{what}: {did}");
    }
}

#[test]
fn r18_a_wish_for_secrecy_is_not_met_by_less() {
    for spec in [json!({ "auth": { "enabled": true } }), json!({ "tls": { "enabled": true } })] {
        let rig = with(&spec);
        assert_eq!(rig.condition(&schemas(), "Blocked"), "True Refused");
        assert!(rig.all("Deployment").is_empty());
    }
}

#[test]
fn r19_a_cluster_is_looked_for_in_the_namespace_of_the_registry() {
    let mut rig = Rig::new();
    rig.create(&cluster(&json!({ "replicas": 1 })));
    let spec = json!({ "clusterRef": { "name": "prod" } });
    let elsewhere = rivven("RivvenSchemaRegistry", "elsewhere", "schemas", &spec);
    rig.create(&elsewhere);
    rig.settle();
    assert_eq!(rig.condition(&reference(&elsewhere), "Ready"), "False WaitingForCluster");
}

#[test]
fn r27_whatever_it_is_made_of_and_its_cluster_are_watched() {
    let mut rig = with(&json!({}));
    rig.makes_anew(&[
        ("v1", "Service", "rivven-schema-schemas"),
        ("v1", "Service", "rivven-schema-schemas-headless"),
        ("policy/v1", "PodDisruptionBudget", "rivven-schema-schemas-pdb"),
        ("apps/v1", "Deployment", "rivven-schema-schemas"),
    ]);
    let owned = SchemaRegistry::owns(&decoded());
    assert!(owned.iter().all(|list| !list.labels.is_empty()), "no more is kept than its own");
}

#[test]
fn r37_what_is_told_was_seen() {
    let mut rig = with(&json!({ "compatibility": { "defaultLevel": "FULL" } }));
    let status = rig.status(&schemas());
    assert_eq!(
        (&status["readyReplicas"], &status["compatibilityLevel"]),
        (&json!(1), &json!("FULL"))
    );
    rig.never_ready("schema");
    rig.rounds(5);
    let status = rig.status(&schemas());
    assert_eq!(
        (&status["readyReplicas"], &status["endpoints"]),
        (&json!(0), &Value::Null),
        "{status}"
    );
    assert_ne!(rig.condition(&schemas(), "Ready"), "True Serving");
}

#[test]
fn r38_it_holds_no_finalizer_and_tells_what_it_does_by_events() {
    let mut rig = with(&json!({}));
    let own = rig.get(&schemas()).expect("it is there");
    assert_eq!(own["metadata"]["finalizers"], Value::Null);
    let told = rig.planned.iter().filter(|one| one.resource == schemas());
    let told: Vec<&str> = told.flat_map(|one| one.events.iter().copied()).collect();
    assert!(told.contains(&"Serving"), "{told:?}");
    let memory = rig.world.memory();
    memory.delete_as_user(&schemas(), Propagation::Background).expect("it is there");
    rig.settle();
    assert_eq!(rig.get(&schemas()), None);
}
