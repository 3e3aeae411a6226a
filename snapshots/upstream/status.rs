//! What is told of a cluster, and how often.

use serde_json::{Value, json};
use sluicegate_effects::memory::Behaviour;

use crate::rig::{Rig, cluster, orders, prod, topic};

#[test]
fn a4_r24_r25_what_is_as_it_should_be_is_left_alone() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 3 })), topic(&json!({}))]);
    let (before, memory) = (rig.world.memory().objects(), rig.world.memory());
    memory.reset_counts();
    rig.rounds(100);
    assert_eq!(rig.world.memory().counts().writes(), 0);
    assert_eq!(rig.world.memory().objects(), before);
}

#[test]
fn a4_a_spec_that_is_refused_is_told_once() {
    let bad = json!({ "replicas": 1, "config": { "defaultReplicationFactor": 2 } });
    let mut rig = Rig::with(&[cluster(&bad), topic(&json!({ "partitions": 99_999 }))]);
    rig.world.memory().reset_counts();
    rig.rounds(100);
    assert_eq!(rig.world.memory().counts().writes(), 0);
}

#[test]
fn a8_ready_is_not_true_before_every_broker_runs_what_is_asked_for() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 3 }))]);
    rig.edit(&prod(), |one| one["spec"]["image"] = json!("registry.example/rivvend:next"));
    let mut unready = 0;
    rig.settle_while(|rig| {
        let runs = |pod: &Value| {
            let image = &pod["spec"]["containers"][0]["image"];
            image == "registry.example/rivvend:next"
        };
        let rolled = rig.all("Pod").iter().filter(|pod| runs(pod)).count() == 3;
        let ready = rig.condition(&prod(), "Ready") == "True Serving";
        assert!(rolled || !ready, "it is called Ready and is not rolled out");
        unready += usize::from(!ready);
    });
    assert!(unready > 3);
    assert_eq!(rig.condition(&prod(), "Ready"), "True Serving");
    let object = rig.get(&prod()).expect("it is there");
    assert_eq!(object["status"]["observedGeneration"], object["metadata"]["generation"]);
}

#[test]
fn a9_r29_clients_are_told_of_brokers_that_are_ready() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 3 }))]);
    let told = |rig: &Rig| rig.status(&prod())["brokerEndpoints"].clone();
    // The brokers run alone, so only one of them is for clients.
    assert_eq!(
        told(&rig),
        json!(["rivven-prod-0.rivven-prod-headless.default.svc.cluster.local:9292"])
    );
    rig.world.memory().behave("default", "rivven-prod-0", Behaviour::NeverReady);
    rig.rounds(20);
    assert_eq!((told(&rig), &rig.status(&prod())["readyReplicas"]), (Value::Null, &json!(2)));
}

#[test]
fn r29_an_outage_is_not_called_provisioning() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 2 }))]);
    for nth in 0..2 {
        let pod = format!("rivven-prod-{nth}");
        rig.world.memory().behave("default", &pod, Behaviour::NeverReady);
    }
    rig.rounds(20);
    let status = rig.status(&prod());
    assert!(["Degraded", "Failed"].contains(&status["phase"].as_str().unwrap_or_default()));
    assert_eq!(rig.condition(&prod(), "Available"), "False NotServed");
    assert!(status["message"].as_str().is_some_and(|message| !message.is_empty()));
}

#[test]
fn a12_r11_what_is_wrong_with_a_spec_stands_in_its_status() {
    let spec = json!({
        "replicas": 1,
        "config": { "defaultReplicationFactor": 2 },
        "metrics": { "port": 9292 },
    });
    let rig = Rig::with(&[cluster(&spec)]);
    let message = rig.message(&prod(), "Accepted");
    for part in ["spec.config.defaultReplicationFactor", "CLU-05", "spec.metrics.port", "CLU-25"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(rig.condition(&prod(), "Accepted"), "False Invalid");
    assert_eq!(rig.all("StatefulSet").len(), 0);
}

#[test]
fn r26_what_only_a_user_can_mend_is_not_tried_again() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 0 }))]);
    rig.planned.clear();
    rig.rounds(50);
    assert!(rig.planned.iter().all(|one| one.does.is_empty() && one.events.is_empty()));
    rig.edit(&prod(), |one| one["spec"]["replicas"] = json!(1));
    rig.settle();
    assert_eq!(rig.condition(&prod(), "Ready"), "True Serving");
}

#[test]
fn r12_one_resource_that_cannot_be_read_stops_no_other() {
    let mut bad = cluster(&json!({ "metrics": { "serviceMonitor": true } }));
    bad["metadata"]["name"] = json!("a-bad-one");
    let rig = Rig::with(&[bad, cluster(&json!({ "replicas": 1 }))]);
    assert_eq!(rig.condition(&prod(), "Ready"), "True Serving");
}

#[test]
fn r38_people_are_told_by_events_and_only_when_something_changes() {
    let mut rig = Rig::with(&[cluster(&json!({ "replicas": 1 })), topic(&json!({}))]);
    let told = |rig: &Rig| rig.planned.iter().map(|one| one.events.len()).sum::<usize>();
    assert!(rig.planned.iter().any(|one| one.resource == orders() && !one.events.is_empty()));
    let before = told(&rig);
    assert!(before > 0);
    rig.rounds(50);
    assert_eq!(told(&rig), before);
}
