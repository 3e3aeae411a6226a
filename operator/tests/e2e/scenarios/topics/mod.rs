//! Topics on real brokers: what is asked for is there, what is told was seen, and nothing is asked
//! for twice.

mod end;
mod killed;
mod life;
mod lost;
mod refused;

use serde_json::{Value, json};

use crate::{
    Scenario,
    brokers::Broker,
    kube::TOPICS,
    scene::{SOON, Scene},
    wait::until,
};

pub(crate) const ALL: &[&[Scenario]] = &[lost::ALL, killed::ALL, life::ALL, end::ALL, refused::ALL];

/// A topic of the cluster `real`.
pub(super) fn spec(more: &Value) -> Value {
    let mut spec = json!({ "clusterRef": { "name": "real" } });
    spec.as_object_mut().expect("it is one").extend(more.as_object().expect("it is one").clone());
    spec
}

/// A scene with one cluster of one real broker.
pub(super) fn real(name: &str) -> (Scene, Broker) {
    let scene = Scene::new(name);
    let broker = Broker::start(&scene, "real", 0);
    scene.cluster("real", &json!({ "replicas": 1 }));
    (scene, broker)
}

pub(super) fn seen(scene: &Scene, topic: &str) -> Value {
    scene.kube().get(TOPICS, &scene.namespace, topic).unwrap_or_default()
}

/// Waits until a broker has a topic with so many partitions.
pub(super) fn has(broker: &Broker, topic: &str, partitions: u32) {
    until(&format!("{topic} to have {partitions} partitions"), SOON, || {
        match broker.partitions(topic) {
            Some(is) if is == partitions => Ok(()),
            other => Err(format!("{other:?}: {:?}", broker.link.changes())),
        }
    });
}

/// Waits until a setting of a topic is so in the broker.
pub(super) fn is_set(broker: &Broker, topic: &str, key: &str, value: &str) {
    until(&format!("{key}={value} of {topic}"), SOON, || match broker.config(topic, key) {
        is if is == value => Ok(()),
        other => Err(format!("{other}: {:?}", broker.link.changes())),
    });
}
