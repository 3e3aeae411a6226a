//! Rivven's brokers, and its kinds from a resource to a quiet world.

use std::collections::BTreeMap;

use sluicegate_core::{
    plan::Propagation,
    settings::Settings,
    systems::rivven::{
        Answer, Broker, Call, Probe, Rivven, SeenTopic, cluster::Cluster, names, topic::Topic,
    },
};

use super::*;
use crate::{
    Class,
    memory::{Brokers, Fault, How, Simulated, Turn},
};

type Rivvens = Memory<Simulated<Brokers>>;

fn cluster(replicas: u32, level: &str) -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": "prod", "namespace": "default" },
        "spec": {
            "replicas": replicas,
            "version": "0.0.22",
            "storage": { "size": "10Gi" },
            "config": { "defaultPartitions": level.len() },
        },
    })
}

fn topic() -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenTopic",
        "metadata": { "name": "orders", "namespace": "default" },
        "spec": {
            "clusterRef": { "name": "prod" },
            "partitions": 6,
            "replicationFactor": 1,
            "config": { "retentionMs": 3_600_000 },
        },
    })
}

fn drive(world: &Rivvens, body: &Value) -> Vec<Turn<Cluster>> {
    block_on(world.drive(&Settings::default(), &reference(body), 200)).expect("it gets there")
}

fn drive_topic(world: &Rivvens) -> Vec<Turn<Topic>> {
    block_on(world.drive(&Settings::default(), &reference(&topic()), 200)).expect("it gets there")
}

/// A cluster that is as it should be.
fn running(replicas: u32) -> Rivvens {
    let world = Memory::new(Brokers::default());
    world.load(vec![cluster(replicas, "a")]);
    drive(&world, &cluster(replicas, "a"));
    world
}

fn broker(ordinal: u32) -> Broker {
    let [namespace, cluster] = ["default", "prod"].map(str::to_owned);
    Broker { namespace, cluster, ordinal, port: names::CLIENT_PORT }
}

fn ask(world: &Rivvens) -> Answer {
    block_on(world.ask(&Probe::Topic { broker: broker(0), name: "t".to_owned() })).unwrap()
}

fn create(partitions: u32) -> Call {
    Call::CreateTopic { broker: broker(0), name: "t".to_owned(), partitions }
}

fn set(key: &str, value: &str) -> Call {
    let [name, key] = ["t", key].map(str::to_owned);
    Call::SetConfig { broker: broker(0), name, key, value: Some(value.to_owned()) }
}

fn call(world: &Rivvens, call: &Call) -> Result<(), Class> {
    block_on(world.perform(&Verb::Call(call.clone()))).map_err(|error| error.class())
}

fn grow(partitions: u32) -> Call {
    Call::GrowTopic { broker: broker(0), name: "t".to_owned(), partitions }
}

#[test]
fn a_broker_that_is_not_ready_cannot_be_reached() {
    let world = Memory::new(Brokers::default());
    assert!(matches!(ask(&world), Answer::Unreachable(_)));
    assert_eq!(call(&world, &create(1)), Err(Class::Retry));
}

#[test]
fn a_broker_refuses_what_it_does_not_know() {
    let world = running(1);
    assert_eq!(call(&world, &set("retention.ms", "1")), Err(Class::Conflict));
    assert_eq!(call(&world, &create(0)), Err(Class::Final));
    assert_eq!(call(&world, &create(1001)), Err(Class::Final));
    call(&world, &create(3)).unwrap();
    assert_eq!(call(&world, &create(3)), Err(Class::Conflict));
    assert_eq!(call(&world, &grow(3)), Err(Class::Conflict));
    call(&world, &grow(4)).unwrap();
    assert_eq!(call(&world, &set("retention.hours", "1")), Err(Class::Final));
    call(&world, &set("cleanup.policy", "delete,compact")).unwrap();
    let configs = BTreeMap::from([("cleanup.policy".to_owned(), "compact,delete".to_owned())]);
    let seen = SeenTopic { partitions: 4, configs, records: 0, replication_factor: None };
    assert_eq!(ask(&world), Answer::Topic(seen));
}

#[test]
fn a_broker_keeps_records_and_forgets_settings() {
    let world = running(1);
    call(&world, &create(3)).unwrap();
    call(&world, &set("retention.ms", "5")).unwrap();
    world.product(|brokers, all| brokers.produce(all, &broker(0), "t", 7)).unwrap();
    let pod = pod("rivven-prod-0");
    world.delete_as_user(&pod, Propagation::Background).unwrap();
    world.settle(20);
    let forgotten =
        SeenTopic { partitions: 3, configs: BTreeMap::new(), records: 7, replication_factor: None };
    assert_eq!(ask(&world), Answer::Topic(forgotten.clone()));

    let delete = Call::DeleteTopic { broker: broker(0), name: "t".to_owned() };
    call(&world, &delete).unwrap();
    assert_eq!(ask(&world), Answer::NoTopic);
    call(&world, &create(3)).unwrap();
    assert_eq!(ask(&world), Answer::Topic(forgotten));
}

#[test]
fn an_answer_that_was_given_wins_and_follows_the_calls() {
    let world = Memory::new(Brokers::default());
    world.answer(Probe::Topic { broker: broker(0), name: "t".to_owned() }, Answer::NoTopic);
    call(&world, &create(2)).unwrap();
    assert!(matches!(ask(&world), Answer::Topic(SeenTopic { partitions: 2, .. })));
}

#[test]
fn a_cluster_comes_up_and_then_nothing_is_written() {
    let world = running(3);
    let status = get(&world, &reference(&cluster(3, "a")))["status"].clone();
    let conditions = status["conditions"].as_array().unwrap();
    let ready = conditions.iter().find(|one| one["type"] == "Ready").unwrap();
    assert_eq!(ready["status"], "True", "{status}");
    world.reset_counts();
    assert!(drive(&world, &cluster(3, "a")).is_empty());
    assert_eq!(world.counts().writes(), 0);
}

#[test]
fn a_change_restarts_one_broker_after_the_other() {
    let world = running(3);
    let target = reference(&cluster(3, "a"));
    world.edit_as("kubectl", &target, |it| it["spec"] = cluster(3, "bb")["spec"].clone()).unwrap();
    let turns = drive(&world, &cluster(3, "bb"));
    let restarts = turns.iter().flat_map(|turn| &turn.plan.actions);
    let restarts: Vec<String> = restarts
        .filter(|action| matches!(action.verb, Verb::<Rivven>::Restart(..)))
        .map(|action| action.verb.to_string())
        .collect();
    assert_eq!(world.counts().evict, 3, "{restarts:#?}");
    let set = get(&world, &at("apps/v1", "StatefulSet", "rivven-prod"));
    assert_eq!(
        (&set["status"]["updatedReplicas"], &set["status"]["readyReplicas"]),
        (&json!(3), &json!(3))
    );
}

#[test]
fn a_topic_is_made_and_configured_and_then_nothing_is_called() {
    let world = running(1);
    world.load(vec![topic()]);
    drive_topic(&world);
    let probe = Probe::Topic { broker: broker(0), name: "orders".to_owned() };
    let Answer::Topic(seen) = block_on(world.ask(&probe)).unwrap() else { panic!("no topic") };
    assert_eq!((seen.partitions, &*seen.configs["retention.ms"]), (6, "3600000"));
    world.reset_counts();
    assert!(drive_topic(&world).is_empty());
    assert_eq!(world.counts().writes(), 0);
}

#[test]
fn whichever_write_fails_the_cluster_comes_up_the_same() {
    let body = cluster(2, "a");
    let calm = running(2);
    let shape = |world: &Rivvens| {
        let names: Vec<Ref> =
            world.objects().iter().map(reference).filter(|one| one.api.kind != "Event").collect();
        names
    };
    let writes = calm.tried();
    assert!(writes > 4, "{writes}");
    for nth in 1..=writes {
        let refused = ApiError::new(503, "ServiceUnavailable", "");
        for how in [How::Refused(refused), How::ReplyLost, How::Delayed(3)] {
            let world = Memory::new(Brokers::default());
            world.load(vec![body.clone()]);
            world.inject(Fault { nth, how: how.clone() });
            drive(&world, &body);
            assert_eq!(shape(&world), shape(&calm), "write {nth}: {how:?}");
            let status = get(&world, &reference(&body))["status"].to_string();
            assert!(status.contains("\"Ready\""), "{status}");
        }
    }
}
