//! What brokers stand on: claims that are deleted under them, and pods that nobody may make.

use serde_json::{Value, json};

use super::gates::evicted;
use crate::{
    Scenario,
    kube::{CLAIMS, CLUSTERS, PODS},
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_broker_whose_claim_is_being_deleted_is_not_stopped", kept),
    ("a_pod_that_a_quota_refuses_is_named", refused),
];

fn uid(scene: &Scene, claim: &str) -> Option<String> {
    let claim = scene.kube().get(CLAIMS, &scene.namespace, claim)?;
    claim["metadata"]["uid"].as_str().map(str::to_owned)
}

fn kept() {
    let scene = Scene::new("claim-deleted");
    let _operator = scene.operator();
    scene.settled("trio", &json!({ "replicas": 3 }));
    let claim = "data-rivven-trio-1";
    let before = uid(&scene, claim).expect("it is there");
    scene.kube().delete(CLAIMS, &scene.namespace, claim);
    // Its pod uses it, so that Kubernetes itself keeps it for as long as that runs.
    let seen = scene.told("trio", "VolumesKept", "False", SOON);
    let told = condition(&seen, "VolumesKept");
    assert_eq!(told["reason"], "ClaimDeleted", "{told}");
    let says = told["message"].as_str().unwrap_or_default();
    assert!(says.contains(claim) && says.contains("persistentVolumeReclaimPolicy"), "{says}");
    assert_eq!(condition(&seen, "Ready")["status"], "True", "it serves");
    until("a warning of it", SOON, || {
        let notes = scene.notes();
        let warned = notes.iter().any(|note| note.starts_with("ClaimDeleted: "));
        if warned { Ok(()) } else { Err(format!("{notes:?}")) }
    });
    say(&format!("a claim that is deleted under its broker: {says}"));
    scene.cluster("trio", &json!({ "replicas": 3, "podAnnotations": { "roll": "1" } }));
    until("the two others to be restarted", SOON, || match evicted(&scene.log()).len() {
        2 => Ok(()),
        _ => Err(scene.seen("trio")["status"].to_string()),
    });
    throughout(seconds(5), || {
        let gone = evicted(&scene.log());
        assert_eq!(gone, ["rivven-trio-2", "rivven-trio-0"], "its data would go with it");
        assert_eq!(uid(&scene, claim).as_ref(), Some(&before), "it is still there");
    });
    // Whoever has saved the data lets it through.
    let skip = json!({ "metadata": { "annotations": { "sluicegate/skip-gate": "volume-kept" } } });
    scene.kube().merge(CLUSTERS, &scene.namespace, "trio", &skip);
    until("the claim to be made anew", SOON, || match uid(&scene, claim) {
        Some(now) if now != before => Ok(()),
        other => Err(format!("{other:?}")),
    });
    scene.told("trio", "VolumesKept", "True", SOON);
    scene.is_ready("trio");
    assert_eq!(evicted(&scene.log()).last().map(String::as_str), Some("rivven-trio-1"));
}

fn refused() {
    let scene = Scene::new("pod-quota");
    let _operator = scene.operator();
    scene.quota("few", "pods", 1);
    scene.cluster("duo", &json!({ "replicas": 2 }));
    let (seen, took) = until("the pod that lacks to be named", seconds(90), || {
        let seen = scene.seen("duo");
        let ready = condition(&seen, "Ready");
        let named = |which: u32| {
            let message = ready["message"].as_str().unwrap_or_default().to_owned();
            message.contains(&format!("rivven-duo-{which}: ")).then_some(message)
        };
        match (ready["reason"].as_str(), named(1).or_else(|| named(0))) {
            (Some("BrokerFailed"), Some(_)) => Ok(ready),
            _ => Err(ready.to_string()),
        }
    });
    let says = seen["message"].as_str().unwrap_or_default().to_owned();
    assert!(says.contains("exceeded quota: few"), "the quota is named: {says}");
    say(&format!("a pod that a quota refuses, told after {took:?}: {says}"));
    let made: Vec<Value> = scene.kube().list(PODS, &scene.namespace);
    assert_eq!(made.len(), 1, "one has room");
    scene.quota("few", "pods", 5);
    // The StatefulSet controller tries again by itself, later each time.
    scene.told("duo", "Ready", "True", seconds(120));
}
