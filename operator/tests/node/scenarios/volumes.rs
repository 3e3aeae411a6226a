//! A claim that is deleted under its broker: what is on it stays to be read, and the way out that
//! the status tells leads out.

use serde_json::{Value, json};

use crate::{
    Scenario,
    kube::{CLAIMS, CLUSTERS, Kind, PODS, TOPICS},
    say,
    scene::{LONG, Scene, acknowledged, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] =
    &[("a_claim_that_is_deleted_keeps_its_records_and_the_way_out_leads_out", kept)];

const VOLUMES: Kind = Kind { prefix: "/api/v1", plural: "persistentvolumes" };
/// How many records are written.
const MANY: u64 = 1_000;
const CLAIM: &str = "data-rivven-solo-0";
const POD: &str = "rivven-solo-0";

fn kept() {
    let scene = Scene::new("kept");
    let _operator = scene.operator(&[]);
    let mut spec = json!({
        "replicas": 1,
        "image": "ghcr.io/hupe1980/rivvend:0.0.22",
        "storage": { "size": "1Gi" },
        "readinessProbe": { "initialDelaySeconds": 0, "periodSeconds": 1 },
    });
    scene.cluster("solo", &spec);
    scene.topic("ledger", &json!({ "clusterRef": { "name": "solo" }, "partitions": 1 }));
    scene.told(TOPICS, "ledger", "Ready", "True");
    let wanted = acknowledged(&scene.write("writes", "solo", "ledger", MANY));
    assert_eq!(wanted.count(), MANY);

    let uid = |object: Value| object["metadata"]["uid"].to_string();
    let (pod, claim) = (uid(scene.seen(PODS, POD)), scene.seen(CLAIMS, CLAIM));
    let volume = claim["spec"]["volumeName"].as_str().expect("it is bound").to_owned();
    scene.kube().delete(CLAIMS, &scene.namespace, CLAIM);
    scene.told(CLUSTERS, "solo", "VolumesKept", "False");
    spec["image"] = json!("ghcr.io/hupe1980/rivvend:0.0.22-again");
    scene.cluster("solo", &spec);
    scene.told(CLUSTERS, "solo", "RolledOut", "False");
    throughout(seconds(8), || assert_eq!(uid(scene.seen(PODS, POD)), pod, "it is not stopped"));
    let (found, _) = scene.read("reads", "solo", "ledger");
    assert_eq!(wanted.without(&found).count(), 0, "all is there");

    way_out(&scene, &volume, &pod);
    taken_up(&scene, &volume, &spec);
    let (found, how) = scene.read("reads-again", "solo", "ledger");
    let lost = wanted.without(&found).count();
    say(&format!("a claim deleted under its broker: {MANY} acknowledged, {lost} lost; {how}"));
    assert_eq!(lost, 0, "what was on the volume is back");
}

/// The volume outlives its claim, and the gate is given up: the broker begins empty.
fn way_out(scene: &Scene, volume: &str, pod: &str) {
    let retain = json!({ "spec": { "persistentVolumeReclaimPolicy": "Retain" } });
    scene.kube().merge(VOLUMES, "", volume, &retain);
    let skip = json!({ "metadata": { "annotations": { "sluicegate/skip-gate": "volume-kept" } } });
    scene.kube().merge(CLUSTERS, &scene.namespace, "solo", &skip);
    until("the broker to be restarted on another volume", LONG, || {
        let claim = scene.seen(CLAIMS, CLAIM);
        let now = scene.seen(PODS, POD)["metadata"]["uid"].to_string();
        let other = claim["spec"]["volumeName"].as_str().is_some_and(|one| one != volume);
        if other && now != pod { Ok(()) } else { Err(claim.to_string()) }
    });
    scene.is_ready("solo");
    let kept = condition(&scene.seen(CLUSTERS, "solo"), "VolumesKept");
    assert_eq!(kept["status"], "True", "{kept}");
}

/// A claim with `spec.volumeName` takes up the old volume, and the next cluster of that name starts
/// on it.
fn taken_up(scene: &Scene, volume: &str, spec: &Value) {
    scene.kube().delete(CLUSTERS, &scene.namespace, "solo");
    until("the broker to go", LONG, || match scene.kube().get(PODS, &scene.namespace, POD) {
        None => Ok(()),
        Some(pod) => Err(pod["status"]["phase"].to_string()),
    });
    scene.kube().delete(CLAIMS, &scene.namespace, CLAIM);
    until("its claim to go", LONG, || match scene.kube().get(CLAIMS, &scene.namespace, CLAIM) {
        None => Ok(()),
        Some(claim) => Err(claim["metadata"].to_string()),
    });
    scene.kube().merge(VOLUMES, "", volume, &json!({ "spec": { "claimRef": null } }));
    let claim = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": { "name": CLAIM, "namespace": scene.namespace },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "volumeName": volume,
            "resources": { "requests": { "storage": "1Gi" } },
        },
    });
    scene.kube().apply(CLAIMS, &claim);
    scene.cluster("solo", spec);
    scene.is_ready("solo");
    scene.told(TOPICS, "ledger", "Ready", "True");
}
