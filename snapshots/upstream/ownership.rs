//! What is whose, and what becomes of it.

use serde_json::{Value, json};
use sluicegate_core::{kind, observed::Ref, owner::controller, systems::rivven::cluster::Cluster};
use sluicegate_effects::{
    ApiError,
    memory::{Fault, How},
};

use crate::rig::{Rig, at, cluster, prod, topic, workload};

fn deleting(replicas: u32) -> Value {
    cluster(&json!({ "replicas": replicas, "storage": { "deletionPolicy": "Delete" } }))
}

fn claim(name: &str, labels: &Value) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": { "name": name, "namespace": "default", "labels": labels },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": { "requests": { "storage": "1Gi" } },
        },
    })
}

fn claims(rig: &Rig) -> Vec<String> {
    let name = |one: Value| one["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    rig.all("PersistentVolumeClaim").into_iter().map(name).collect()
}

#[test]
fn a1_r28_claims_of_a_helm_release_with_the_same_instance_label_survive() {
    let mut rig = Rig::with(&[deleting(2)]);
    let labels = rig.all("PersistentVolumeClaim")[0]["metadata"]["labels"].clone();
    rig.create(&claim("data-of-helm-0", &labels));
    // Even one with a name that a broker of ours could have.
    rig.create(&claim("data-rivven-prod-7", &labels));
    rig.delete(&prod());
    rig.settle();
    assert_eq!(rig.get(&prod()), None);
    assert_eq!(claims(&rig), ["data-of-helm-0", "data-rivven-prod-7"]);
}

#[test]
fn r28_without_a_policy_that_deletes_no_claim_ever_goes() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 2 }))]);
    rig.delete(&prod());
    rig.settle();
    assert_eq!((rig.get(&prod()), rig.get(&workload())), (None, None));
    assert_eq!(claims(&rig), ["data-rivven-prod-0", "data-rivven-prod-1"]);
}

#[test]
fn a2_a_cleanup_that_fails_keeps_the_finalizer_and_is_tried_again() {
    let writes = {
        let mut rig = Rig::with(&[deleting(2)]);
        let before = rig.world.memory().tried();
        rig.delete(&prod());
        rig.settle();
        rig.world.memory().tried() - before
    };
    assert!(writes >= 4, "a set, two claims and a finalizer: {writes}");
    for nth in 1..=writes {
        let mut rig = Rig::with(&[deleting(2)]);
        let error = ApiError::new(500, "InternalError", "the disk of etcd is full");
        let nth = rig.world.memory().tried() + nth;
        rig.world.memory().inject(Fault { nth, how: How::Refused(error) });
        rig.delete(&prod());
        rig.settle_while(|rig| {
            assert!(rig.get(&prod()).is_some() || claims(rig).is_empty(), "a claim leaked");
        });
        assert_eq!((rig.get(&prod()), claims(&rig).len()), (None, 0));
    }
}

#[test]
fn a3_claims_go_when_the_set_and_its_pods_are_gone() {
    let mut rig = Rig::with(&[deleting(3)]);
    rig.delete(&prod());
    rig.settle_while(|rig| {
        let going = |one: &Value| !one["metadata"]["deletionTimestamp"].is_null();
        let touched = claims(rig).len() < 3 || rig.all("PersistentVolumeClaim").iter().any(going);
        let pods = rig.all("Pod").len();
        assert!(!touched || (rig.get(&workload()).is_none() && pods == 0), "{pods} pods");
    });
    assert_eq!(claims(&rig).len(), 0);
}

/// A Service under our name, of somebody else.
fn stranger(labels: &Value, owners: &Value) -> (Ref, Value) {
    let metadata = json!({
        "name": "rivven-prod", "namespace": "default", "labels": labels, "ownerReferences": owners,
    });
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata,
        "spec": { "ports": [{ "port": 80 }] },
    });
    (at("v1", "Service", "rivven-prod"), service)
}

#[test]
fn a5_r23_a_label_is_no_proof_of_ownership_and_neither_is_having_none() {
    let ours = json!({ "app.kubernetes.io/managed-by": "sluicegate" });
    let other = json!([{
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1", "kind": "RivvenCluster",
        "name": "another", "uid": "of-another", "controller": true,
    }]);
    for (labels, owners) in [(ours.clone(), json!([])), (json!({}), json!([])), (ours, other)] {
        let (target, service) = stranger(&labels, &owners);
        let mut rig = Rig::new();
        rig.world.memory().load(vec![service]);
        let before = rig.get(&target);
        rig.create(&cluster(&json!({ "replicas": 1 })));
        rig.settle();
        assert_eq!(rig.get(&target), before);
        assert_eq!(rig.get(&workload()), None, "nothing is half made");
        assert_eq!(rig.condition(&prod(), "Accepted"), "False NameTaken");
    }
}

#[test]
fn a5_what_an_earlier_one_of_the_name_has_left_is_waited_for() {
    let earlier = json!([{
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1", "kind": "RivvenCluster",
        "name": "prod", "uid": "an-earlier-one", "controller": true,
    }]);
    let (target, service) = stranger(&json!({}), &earlier);
    let mut rig = Rig::new();
    rig.world.memory().load(vec![service]);
    rig.create(&cluster(&json!({ "replicas": 1 })));
    let mut waited = false;
    rig.settle_while(|rig| {
        assert_eq!(rig.message(&prod(), "Stalled"), "", "nobody is called");
        let left = rig.get(&target).is_some_and(|one| controller(&one) == Some("an-earlier-one"));
        let why = rig.message(&prod(), "Ready");
        waited |= why.contains("an earlier RivvenCluster of this name");
        assert!(!left || rig.get(&workload()).is_none(), "nothing is half made");
    });
    assert!(waited, "it was told what is waited for");
    assert_eq!(rig.condition(&prod(), "Ready"), "True Serving");
}

#[test]
fn a6_what_cannot_be_looked_at_is_not_taken_to_be_absent() {
    let mut rig = Rig::new();
    let (target, service) = stranger(&json!({}), &json!([]));
    rig.world.memory().load(vec![service]);
    let before = rig.get(&target);
    rig.world.memory().deny(&target);
    rig.create(&cluster(&json!({ "replicas": 1 })));
    rig.settle();
    assert_eq!(rig.get(&target), before);
    assert_eq!(rig.get(&workload()), None);
    assert!(rig.message(&prod(), "Accepted").contains("cannot be looked at"));
}

#[test]
fn a7_r17_a_budget_that_is_turned_off_is_deleted() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 3 }))]);
    let budget = at("policy/v1", "PodDisruptionBudget", "rivven-prod-pdb");
    assert!(rig.get(&budget).is_some());
    rig.edit(&prod(), |one| one["spec"]["podDisruptionBudget"] = json!({ "enabled": false }));
    rig.settle();
    assert_eq!(rig.get(&budget), None);
}

#[test]
fn a16_every_child_carries_the_uid_of_its_owner() {
    let rig = Rig::with(&[cluster(&json!({ "replicas": 2 }))]);
    let uid = rig.get(&prod()).expect("it is there")["metadata"]["uid"].clone();
    assert!(uid.as_str().is_some_and(|uid| !uid.is_empty()));
    let children = ["StatefulSet", "Service", "ConfigMap", "PodDisruptionBudget"];
    for child in children.iter().flat_map(|kind| rig.all(kind)) {
        let owners = child["metadata"]["ownerReferences"].as_array().cloned().unwrap_or_default();
        assert_eq!(owners.len(), 1, "{child}");
        assert_eq!((&owners[0]["uid"], &owners[0]["controller"]), (&uid, &json!(true)));
    }
}

#[test]
fn a21_r23_names_that_would_collide_or_grow_too_long_are_refused() {
    let long = "a".repeat(46);
    for name in ["connect-x", "schema-x", "a-headless", "a.b", &long] {
        let mut object = cluster(&json!({ "replicas": 1 }));
        object["metadata"]["name"] = json!(name);
        let resource = serde_json::from_value(object).expect("it decodes");
        let errors = kind::accept::<Cluster>(&resource).expect_err("it is refused");
        assert!(errors.to_string().contains("metadata.name"), "{name}: {errors}");
    }
}

#[test]
fn a31_no_secret_is_read_or_written() {
    let spec = json!({
        "replicas": 1,
        "imagePullSecrets": ["registry"],
        "tls": { "certSecretName": "a" },
        "auth": { "mechanism": "scram", "scram": { "existingSecret": "b" } },
    });
    let rig = Rig::with(&[cluster(&spec), topic(&json!({}))]);
    assert!(rig.planned.iter().all(|one| !one.reads.contains("\"Secret\"")));
    let log = rig.world.memory().log();
    let secret = |target: &Ref| target.api.kind == "Secret";
    assert!(!log.iter().filter_map(|write| write.target.as_ref()).any(secret));
}
