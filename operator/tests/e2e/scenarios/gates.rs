//! What is asked of real brokers before one of them is stopped or taken away, and what is told of
//! them.

use std::{net::TcpStream, sync::Arc};

use serde_json::{Value, json};

use crate::{
    Scenario,
    audit::Entry,
    brokers::{self, Broker},
    kube::SETS,
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_stopped_broker_shuts_the_gate_of_the_others", roll),
    ("a_broker_that_holds_records_is_not_taken_away", fewer),
    ("a_broker_with_an_open_port_and_no_answer_is_a_condition", silent),
];

/// A scene with one cluster of so many real brokers.
fn real(name: &str, replicas: u32) -> (Scene, Vec<Broker>) {
    let scene = Scene::new(name);
    let all = (0..replicas).map(|ordinal| Broker::start(&scene, "real", ordinal)).collect();
    (scene, all)
}

fn run(scene: &Scene, all: &[Broker]) -> crate::operator::Operator {
    let all: Vec<&Broker> = all.iter().collect();
    scene.run(&brokers::start(scene, &all))
}

/// The brokers that were evicted, in order.
pub(super) fn evicted(entries: &[Arc<Entry>]) -> Vec<String> {
    let of = entries.iter().filter(|one| one.subresource == "eviction" && one.done() && !one.dry);
    of.map(|one| one.name.clone()).collect()
}

fn says(scene: &Scene, name: &str) -> Value {
    condition(&scene.seen("real"), name)
}

fn roll() {
    let (scene, all) = real("rv-roll", 3);
    let _operator = run(&scene, &all);
    // Without a budget: it would hold back the next one for reasons of its own.
    let plain = json!({ "replicas": 3, "podDisruptionBudget": { "enabled": false } });
    scene.cluster("real", &plain);
    scene.is_ready("real");
    scene.told("real", "BrokersReachable", "True", SOON);
    all[1].process().stop();
    all[2].process().stop();
    scene.told("real", "BrokersReachable", "False", seconds(40));
    let mut newer = plain;
    newer["image"] = json!("registry.test/rivvend:2");
    scene.cluster("real", &newer);
    scene.told("real", "RolledOut", "False", seconds(60));
    throughout(seconds(5), || {
        let gone = evicted(&scene.log());
        assert!(gone.is_empty(), "each waits for the other's answer: {gone:?}");
    });
    // The one that is silent goes first once all others answer: they would wait for it for ever.
    all[2].process().resume();
    until("the silent one to be restarted", seconds(60), || match &*evicted(&scene.log()) {
        [one] if one == "rivven-real-1" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    // Its process is as it was: nothing follows until it answers.
    throughout(seconds(4), || assert_eq!(evicted(&scene.log()).len(), 1));
    let waits = says(&scene, "BrokersReachable")["message"].to_string();
    assert!(waits.contains("rivven-real-1") && waits.contains("did not answer"), "{waits}");
    all[1].process().resume();
    scene.told("real", "RolledOut", "True", seconds(120));
    let order = ["rivven-real-1", "rivven-real-2", "rivven-real-0"];
    assert_eq!(evicted(&scene.log()), order, "the one that serves goes last");
    scene.told("real", "BrokersReachable", "True", seconds(60));
}

fn fewer() {
    let (scene, all) = real("rv-fewer", 3);
    let _operator = run(&scene, &all);
    scene.cluster("real", &json!({ "replicas": 3 }));
    scene.is_ready("real");
    all[1].create("payments", 2);
    all[1].produce("payments", 7);
    all[2].process().stop();
    let replicas = || {
        let set = scene.kube().get(SETS, &scene.namespace, "rivven-real").expect("it is there");
        set["spec"]["replicas"].as_u64().unwrap_or_default()
    };
    scene.cluster("real", &json!({ "replicas": 1 }));
    // Nobody knows what the last one holds.
    throughout(seconds(7), || assert_eq!(replicas(), 3, "it does not say what it holds"));
    all[2].process().resume();
    until("the empty broker to go", seconds(60), || match replicas() {
        2 => Ok(()),
        other => Err(format!("{other} are there: {}", says(&scene, "Ready"))),
    });
    let told = scene.told("real", "Blocked", "True", SOON);
    let said = condition(&told, "Blocked")["message"].to_string();
    let holds = "broker rivven-real-1 holds 1 topic with 7 records (payments)";
    assert!(said.contains("SCA-02") && said.contains(holds), "{said}");
    throughout(seconds(5), || assert_eq!(replicas(), 2, "what holds records stays"));
    // More records are told as they are, at the next look.
    all[1].produce("payments", 1);
    until("the number to follow", SOON, || {
        let said = says(&scene, "Blocked")["message"].to_string();
        if said.contains("with 8 records") { Ok(()) } else { Err(said) }
    });
    all[1].delete("payments");
    scene.told("real", "Ready", "True", seconds(60));
    assert_eq!(replicas(), 1);
    assert_eq!(all[1].link.changes(), [""; 0], "it was asked, and told nothing to do");
}

fn silent() {
    let (scene, all) = real("rv-silent", 2);
    let _operator = run(&scene, &all);
    scene.cluster("real", &json!({ "replicas": 2 }));
    let seen = scene.is_ready("real");
    let first = format!("{}:9292", brokers::host(&scene, "real", 0));
    assert_eq!(seen["status"]["brokerEndpoints"], json!([first]), "one serves: the first");
    assert_eq!(condition(&seen, "Available")["message"], "broker 0 serves");
    scene.told("real", "BrokersReachable", "True", SOON);
    scene.topic("orders", &json!({ "clusterRef": { "name": "real" } }));
    scene.topic_told("orders", "Ready", "True");
    assert_eq!((all[0].topics().len(), all[1].topics().len()), (1, 0), "it is on that one");
    all[0].process().stop();
    let api = all[0].process().api();
    assert!(TcpStream::connect(api).is_ok(), "its port is open");
    let seen = scene.told("real", "BrokersReachable", "False", seconds(40));
    let said = condition(&seen, "BrokersReachable")["message"].to_string();
    assert!(said.contains("rivven-real-0: ") && said.contains("did not answer"), "{said}");
    assert!(!said.contains("rivven-real-1"), "the other answers: {said}");
    say(&format!("a stopped broker: {said}"));
    // What is served is for Kubernetes to say: its probe of the port still succeeds.
    assert_eq!(condition(&seen, "Ready")["status"], "True");
    let topic = scene.topic_told("orders", "Ready", "Unknown");
    let said = condition(&topic, "Ready");
    assert_eq!(said["reason"], "BrokerUnreachable", "{said}");
    all[0].process().resume();
    scene.told("real", "BrokersReachable", "True", seconds(90));
    scene.topic_told("orders", "Ready", "True");
    assert_eq!(all[0].link.count("create"), 1, "{:?}", all[0].link.changes());
}
