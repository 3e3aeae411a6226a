//! What is made of a cluster, and how it is changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sluicegate_core::{
    check,
    field::Path,
    kind::Kind as _,
    step::accept,
    systems::rivven::{
        Rivven,
        cluster::{Cluster, RivvenCluster},
    },
};

use crate::rig::{Rig, at, broker, cluster, orders, prod, topic, workload};

fn decoded(spec: &Value) -> RivvenCluster {
    serde_json::from_value(cluster(spec)).expect("it decodes")
}

fn refused(spec: &Value) -> String {
    accept::<Cluster>(&decoded(spec)).expect_err("it is refused").to_string()
}

fn uids(rig: &Rig) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |pod: Value| (text(&pod["metadata"]["name"]), text(&pod["metadata"]["uid"]));
    rig.all("Pod").into_iter().map(of).collect()
}

#[test]
fn a13_r16_the_config_map_is_read_and_nothing_else_is_asked_of_the_program() {
    let rig = Rig::with(&[cluster(&json!({ "replicas": 1 }))]);
    let set = rig.get(&workload()).expect("it is there");
    let container = set.pointer("/spec/template/spec/containers/0").expect("it has a container");
    let config = rig.get(&at("v1", "ConfigMap", "rivven-prod-config")).expect("it is there");
    assert_eq!(container["envFrom"][0]["configMapRef"]["name"], config["metadata"]["name"]);
    assert_eq!((container.get("command"), container.get("args")), (None, None));
    let names = config["data"].as_object().expect("it has data").keys();
    assert!(names.into_iter().all(|name| name.starts_with("RIVVEN_")));
    assert_eq!(config["data"]["RIVVEN_BIND"], "0.0.0.0:9292");
    let image = container["image"].as_str().unwrap_or_default();
    assert_eq!(image, "ghcr.io/hupe1980/rivvend:0.0.22", "the one that is published");
    let probed = |probe: &str, pointer: &str| container[probe].pointer(pointer).cloned();
    assert_eq!(probed("readinessProbe", "/tcpSocket/port"), Some(json!("client")));
    assert_eq!(probed("livenessProbe", "/httpGet/path"), Some(json!("/health")));
}

#[test]
fn r16_r36_a_wish_for_secrecy_is_not_met_by_less() {
    for spec in [
        json!({ "replicas": 1, "tls": { "enabled": true, "certSecretName": "a" } }),
        json!({ "replicas": 1, "auth": { "enabled": true, "mechanism": "token" } }),
    ] {
        let rig = Rig::with(&[cluster(&spec)]);
        assert_eq!(rig.all("Pod").len(), 0);
        assert!(rig.planned.iter().any(|one| one.blocked == ["SEC-01"]));
        assert!(rig.condition(&prod(), "Ready").starts_with("False "));
    }
}

#[test]
fn a14_a_changed_setting_restarts_every_broker_once() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 3 }))]);
    let before = uids(&rig);
    let mut seen: BTreeSet<String> = before.values().cloned().collect();
    rig.edit(&prod(), |one| one["spec"]["config"] = json!({ "defaultPartitions": 7 }));
    rig.settle_while(|rig| seen.extend(uids(rig).into_values()));
    let after = uids(&rig);
    assert!(before.iter().all(|(pod, uid)| after.get(pod).is_some_and(|now| now != uid)));
    assert_eq!(seen.len(), 6, "each pod was made twice in all");
}

#[test]
fn a15_labels_of_a_user_cannot_take_the_selectors_place() {
    let spec = json!({ "podLabels": { "app.kubernetes.io/instance": "other" } });
    assert!(refused(&spec).contains("CLU-12"));
    let labels = json!({ "replicas": 1, "podLabels": { "example.com/tier": "data" } });
    let rig = Rig::with(&[cluster(&labels)]);
    let set = rig.get(&workload()).expect("it is there");
    let template = &set["spec"]["template"]["metadata"]["labels"];
    let selector = set["spec"]["selector"]["matchLabels"].as_object().expect("it selects");
    assert!(selector.iter().all(|(key, value)| template[key] == *value));
    assert_eq!(template["example.com/tier"], "data");
}

#[test]
fn a17_r22_storage_that_grows_is_no_error_and_stops_nothing_else() {
    let size = |size: &str| json!({ "replicas": 3, "storage": { "size": size } });
    let mut rig = Rig::with(&[cluster(&size("10Gi"))]);
    let before = uids(&rig);
    rig.edit(&prod(), |one| {
        one["spec"]["storage"]["size"] = json!("20Gi");
        one["spec"]["podDisruptionBudget"] = json!({ "maxUnavailable": 2 });
    });
    rig.settle();
    let grown = |one: &Value| one["spec"]["resources"]["requests"]["storage"] == "20Gi";
    assert!(rig.all("PersistentVolumeClaim").iter().all(grown));
    let budget = at("policy/v1", "PodDisruptionBudget", "rivven-prod-pdb");
    assert_eq!(rig.get(&budget).expect("it is there")["spec"]["maxUnavailable"], 2);
    assert_eq!((rig.condition(&prod(), "Ready"), uids(&rig)), ("True Serving".to_owned(), before));
    assert!(rig.world.memory().log().iter().all(|write| write.done), "nothing was refused");
}

#[test]
fn r22_what_volumes_cannot_do_is_refused_and_not_sent_for_ever() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 1, "storage": { "size": "10Gi" } }))]);
    rig.edit(&prod(), |one| one["spec"]["storage"]["size"] = json!("5Gi"));
    rig.settle();
    assert!(rig.planned.iter().any(|one| one.blocked.contains(&"STO-02")));
    assert!(rig.world.memory().log().iter().all(|write| write.done), "nothing was refused");
    let (old, new) = (json!({}), json!({ "storage": { "storageClassName": "other" } }));
    let errors =
        check::changed(Cluster::CHECKS, &decoded(&old), &decoded(&new)).expect_err("refused");
    assert!(errors.to_string().contains("CLU-27"));
}

#[test]
fn a18_brokers_are_restarted_one_at_a_time() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 3 }))]);
    let before = uids(&rig);
    rig.edit(&prod(), |one| one["spec"]["config"] = json!({ "defaultPartitions": 7 }));
    rig.settle_while(|rig| {
        let down = (0..3).filter(|nth| !rig.ready(&format!("rivven-prod-{nth}"))).count();
        assert!(down <= 1, "{down} brokers are down");
    });
    assert_ne!(uids(&rig), before);
    let set = rig.get(&workload()).expect("it is there");
    assert_eq!(set["spec"]["updateStrategy"]["type"], "OnDelete");
}

#[test]
fn a19_a_broker_that_still_holds_a_topic_is_not_taken_away() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 2 }))]);
    rig.world.memory().product::<Rivven, _>(|product, store| {
        product.produce(store, &broker(1), "kept", 5).expect("it is reached");
    });
    rig.edit(&prod(), |one| one["spec"]["replicas"] = json!(1));
    rig.settle();
    assert_eq!(uids(&rig).len(), 2);
    assert!(rig.planned.iter().any(|one| one.blocked.contains(&"SCA-02")));
    assert!(rig.condition(&prod(), "Ready").starts_with("False "));
}

#[test]
fn a20_r38_an_autoscaler_scales_the_resource_and_is_followed() {
    let crd = serde_json::to_value(Cluster::crd()).expect("it is JSON");
    let scale = &crd["spec"]["versions"][0]["subresources"]["scale"];
    assert_eq!(scale["specReplicasPath"], ".spec.replicas");
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 1 }))]);
    // What an autoscaler does through the subresource.
    rig.edit(&prod(), |one| one["spec"]["replicas"] = json!(2));
    rig.settle();
    let status = rig.status(&prod());
    assert_eq!((uids(&rig).len(), &status["replicas"]), (2, &json!(2)));
    let selector = status["selector"].as_str().unwrap_or_default();
    assert!(selector.contains("app.kubernetes.io/instance=prod"), "{selector}");
}

#[test]
fn a32_a_pod_gets_no_token_and_no_more_rights_than_the_restricted_standard_gives() {
    for (spec, rule) in [
        (json!({ "containerSecurityContext": { "privileged": true } }), "CLU-22"),
        (json!({ "securityContext": { "runAsUser": 0 } }), "CLU-14"),
        (json!({ "env": [{ "name": "LD_PRELOAD", "value": "x" }] }), "CLU-10"),
    ] {
        assert!(refused(&spec).contains(rule), "{spec}");
    }
    let image = json!({ "image": "a b" });
    assert!(refused(&image).contains("spec.image"));
    let rig = Rig::with(&[cluster(&json!({ "replicas": 1, "serviceAccount": "admin" }))]);
    let pod = rig.all("Pod").remove(0);
    assert_eq!(pod["spec"]["automountServiceAccountToken"], false);
    assert_eq!(pod["spec"]["securityContext"]["runAsNonRoot"], true);
    let container = &pod["spec"]["containers"][0]["securityContext"];
    assert_eq!(container["capabilities"]["drop"], json!(["ALL"]));
    assert_eq!(container["allowPrivilegeEscalation"], false);
}

#[test]
fn r10_r30_what_the_readme_of_upstream_shows_is_taken() {
    for spec in [
        json!({}),
        json!({ "replicas": 1 }),
        json!({ "replicas": 3, "metrics": { "enabled": true } }),
        json!({ "metrics": { "enabled": true, "serviceMonitor": {} } }),
    ] {
        accept::<Cluster>(&decoded(&spec)).expect("it is valid");
    }
}

#[test]
fn r14_the_definition_keeps_what_a_manifest_of_upstream_says() {
    let spec = json!({
        "resources": { "limits": { "cpu": 2 } },
        "env": [{ "name": "A", "value": "b" }],
        "affinity": { "podAntiAffinity": {} },
        "tolerations": [{ "key": "a", "operator": "Exists" }],
        "securityContext": { "fsGroup": 1000 },
        "containerSecurityContext": { "runAsUser": 1000 },
        "config": { "logRetentionHours": 24 },
        "version": "0.0.22",
        "podDisruptionBudget": { "enabled": true },
    });
    let pruned = Cluster::schema().unknown(&Path::default(), &cluster(&spec));
    assert!(pruned.is_empty(), "{pruned}");
}

#[test]
fn r17_a_budget_is_what_kubernetes_takes() {
    let budget = at("policy/v1", "PodDisruptionBudget", "rivven-prod-pdb");
    for (wish, field, value) in [
        (json!({}), "maxUnavailable", json!(1)),
        (json!({ "maxUnavailable": "1" }), "maxUnavailable", json!(1)),
        (json!({ "minAvailable": "50%" }), "minAvailable", json!("50%")),
    ] {
        let spec = json!({ "replicas": 3, "podDisruptionBudget": wish });
        let rig = Rig::with(&[cluster(&spec)]);
        assert_eq!(rig.get(&budget).expect("it is there")["spec"][field], value);
    }
    let both = json!({ "podDisruptionBudget": { "minAvailable": 1, "maxUnavailable": 1 } });
    assert!(refused(&both).contains("CLU-09"));
}

#[test]
fn r33_clients_and_topics_meet_the_same_broker() {
    let rig = Rig::with(&[cluster(&json!({ "replicas": 3 })), topic(&json!({}))]);
    let service = rig.get(&at("v1", "Service", "rivven-prod")).expect("it is there");
    let selector = &service["spec"]["selector"];
    assert_eq!(selector["statefulset.kubernetes.io/pod-name"], "rivven-prod-0", "{selector}");
    let calls = rig.did(&orders());
    assert!(!calls.is_empty() && calls.iter().all(|call| call.contains("rivven-prod-0")));
    assert_eq!(rig.condition(&prod(), "Clustered"), "False BrokersRunAlone");
}

#[test]
fn r38_a_service_monitor_is_made_when_asked_for() {
    let mut rig = Rig::new();
    rig.world.memory().serve("monitoring.coreos.com/v1");
    let metrics = json!({ "serviceMonitor": { "enabled": true } });
    rig.create(&cluster(&json!({ "replicas": 1, "metrics": metrics })));
    rig.settle();
    assert_eq!(rig.all("ServiceMonitor").len(), 1);
}
