//! What people and misfortune do: edits of specs, edits of what belongs to a cluster, and
//! everything that can befall a pod.

use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};
use sluicegate_core::{
    observed::Ref,
    plan::Propagation,
    systems::rivven::{Answer, Broker, Health, Probe, names},
};
use sluicegate_effects::{
    ApiError,
    memory::{Behaviour, Fault, How, Interloper},
};

use crate::{
    live::{self, at},
    safety::broker,
    world::{CLUSTER, HOME, Rig, put, the_cluster, the_topic, topic},
};

/// An image that cannot be pulled.
pub(crate) const BAD: &str = "example.com/rivvend:bad";
/// How an object of somebody else is marked.
pub(crate) const FOREIGN: &str = "somebody else's";
/// The API that ServiceMonitors are of.
pub(crate) const MONITORING: &str = "monitoring.coreos.com/v1";
/// A port of the API that is not the usual one.
pub(crate) const OTHER_PORT: u16 = 9191;

/// One thing that somebody does.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Sets a field of the cluster's spec; null takes it out.
    Spec(&'static str, Value),
    /// Sets an annotation of the cluster, or removes it.
    Annotate(&'static str, Option<&'static str>),
    /// Deletes the cluster.
    Forget,
    /// Makes a topic, or sets fields of its spec.
    Topic(&'static str, Vec<(&'static str, Value)>),
    /// Deletes a topic's resource.
    ForgetTopic(&'static str),
    /// Sets a field of something that belongs to the cluster, as `kubectl edit` does.
    Hand(&'static str, String, &'static str, Value),
    /// Deletes something that belongs to the cluster.
    Delete(&'static str, String),
    /// Puts an object of somebody else in the place of ours.
    Usurp(&'static str, String),
    /// Takes it away again.
    Yield(&'static str, String),
    /// Leaves claims behind, of a cluster of the same name that is gone.
    Leftover(u32),
    /// Makes a pod of somebody else that looks like a broker.
    Stray(u32),
    /// Serves ServiceMonitors, or no longer.
    Serve(bool),
    /// Makes a pod behave so.
    Behave(u32, Behaviour),
    /// Ends the containers of a pod.
    Crash(u32),
    /// Makes a broker call itself ill, or well again.
    Ill(u32, bool),
    /// Writes records to a topic of a broker.
    Produce(u32, &'static str),
    /// Makes the next writes but so many go wrong.
    Fault(u64, &'static str),
}

/// What is done, how many rounds later the next is done, and how many ticks each plan lags behind.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) edit: Edit,
    pub(crate) rounds: usize,
    pub(crate) ticks: usize,
    pub(crate) lag: usize,
}

/// Everything that can be done.
pub(crate) fn moves() -> impl Strategy<Value = Move> {
    let edit = prop_oneof![8 => spec(), 2 => steering(), 3 => topics(), 5 => hands(), 4 => pods(),
        4 => faults()];
    let lag = prop_oneof![4 => Just(0_usize), 1 => 1..4_usize];
    (edit, 0..5_usize, 0..4_usize, lag).prop_map(|(edit, rounds, ticks, lag)| Move {
        edit,
        rounds,
        ticks,
        lag,
    })
}

/// Edits of the cluster's spec.
pub(crate) fn spec() -> impl Strategy<Value = Edit> {
    let one_of = |pointer: &'static str, values: Vec<Value>| {
        select(values).prop_map(move |value| Edit::Spec(pointer, value))
    };
    let image = json!("example.com/rivvend:2");
    let budgets = vec![
        Value::Null,
        json!({ "enabled": false }),
        json!({ "minAvailable": 1 }),
        json!({ "maxUnavailable": "50%" }),
        json!({ "minAvailable": "100%" }),
    ];
    let annotations = vec![Value::Null, json!({ "a": "1" }), json!({ "b": "2" })];
    let labels = vec![Value::Null, json!({ "example.com/tier": "data" })];
    prop_oneof![
        5 => (1..=4).prop_map(|count| Edit::Spec("/replicas", json!(count))),
        1 => Just(Edit::Spec("/replicas", json!(0))),
        3 => one_of("/image", vec![Value::Null, image, json!(BAD)]),
        2 => one_of("/config/defaultPartitions", vec![Value::Null, json!(1), json!(6)]),
        1 => one_of("/config/raw", vec![Value::Null, json!({ "rate-limit-per-ip": "7" })]),
        3 => one_of("/storage/size", vec![json!("10Gi"), json!("20Gi"), json!("30Gi")]),
        1 => one_of("/storage/deletionPolicy", vec![Value::Null, json!("Retain"), json!("Delete")]),
        2 => one_of("/podDisruptionBudget", budgets),
        1 => one_of("/metrics/enabled", vec![Value::Null, json!(false)]),
        1 => one_of("/metrics/port", vec![Value::Null, json!(OTHER_PORT)]),
        1 => one_of("/metrics/serviceMonitor", vec![Value::Null, json!({ "enabled": true })]),
        1 => one_of("/readinessProbe", vec![Value::Null, json!({ "enabled": false })]),
        1 => one_of("/livenessProbe", vec![Value::Null, json!({ "periodSeconds": 20 })]),
        1 => one_of("/service/type", vec![Value::Null, json!("NodePort")]),
        1 => one_of("/service/port", vec![Value::Null, json!(9999)]),
        1 => one_of("/service/annotations", annotations.clone()),
        1 => one_of("/podLabels", labels),
        1 => one_of("/podAnnotations", annotations),
        1 => one_of("/tls", vec![Value::Null,
            json!({ "enabled": true, "certSecretName": "certificate" })]),
    ]
}

fn steering() -> impl Strategy<Value = Edit> {
    let restart = select(vec![None, Some("1"), Some("2")]);
    let paused = select(vec![None, Some("true"), Some("yes")]);
    prop_oneof![
        2 => restart.prop_map(|value| Edit::Annotate("sluicegate~1restart", value)),
        2 => paused.prop_map(|value| Edit::Annotate("sluicegate~1paused", value)),
        1 => Just(Edit::Forget),
    ]
}

fn topics() -> impl Strategy<Value = Edit> {
    let name = || select(vec!["orders", "events"]);
    let retention = select(vec![Value::Null, json!(3_600_000), json!(7_200_000)]);
    let fields = (1..5_i32, retention, any::<bool>()).prop_map(|(count, retention, delete)| {
        vec![
            ("/partitions", json!(count)),
            ("/config/retentionMs", retention),
            ("/deleteOnRemove", json!(delete)),
        ]
    });
    prop_oneof![
        3 => (name(), fields).prop_map(|(name, fields)| Edit::Topic(name, fields)),
        1 => name().prop_map(Edit::ForgetTopic),
    ]
}

/// What belongs to a cluster, by kind and name.
fn child() -> impl Strategy<Value = (&'static str, String)> {
    select(vec![
        ("ConfigMap", names::config(CLUSTER)),
        ("Service", names::headless(CLUSTER)),
        ("Service", names::client_service(CLUSTER)),
        ("PodDisruptionBudget", names::budget(CLUSTER)),
        ("StatefulSet", names::workload(CLUSTER)),
    ])
}

fn hands() -> impl Strategy<Value = Edit> {
    let set = || names::workload(CLUSTER);
    let image = "/spec/template/spec/containers/0/image";
    let config = "/data/RIVVEN_DEFAULT_PARTITIONS";
    let usurped = || {
        select(vec![
            ("ConfigMap", names::config(CLUSTER)),
            ("Service", names::headless(CLUSTER)),
            ("PodDisruptionBudget", names::budget(CLUSTER)),
        ])
    };
    prop_oneof![
        3 => (0..6).prop_map(move |count|
            Edit::Hand("StatefulSet", set(), "/spec/replicas", json!(count))),
        1 => Just(Edit::Hand("StatefulSet", set(), image, json!("example.com/other:1"))),
        1 => Just(Edit::Hand("ConfigMap", names::config(CLUSTER), config, json!("77"))),
        1 => Just(Edit::Hand("Service", names::client_service(CLUSTER),
            "/spec/selector/app.kubernetes.io~1instance", json!("other"))),
        1 => Just(Edit::Hand("PodDisruptionBudget", names::budget(CLUSTER),
            "/spec/maxUnavailable", json!(3))),
        3 => child().prop_map(|(kind, name)| Edit::Delete(kind, name)),
        1 => usurped().prop_map(|(kind, name)| Edit::Usurp(kind, name)),
        2 => usurped().prop_map(|(kind, name)| Edit::Yield(kind, name)),
        1 => (0..4_u32).prop_map(Edit::Leftover),
        1 => (2..8_u32).prop_map(Edit::Stray),
        1 => any::<bool>().prop_map(Edit::Serve),
    ]
}

fn pods() -> impl Strategy<Value = Edit> {
    let ordinal = || 0..4_u32;
    let behaviour = select(vec![
        Behaviour::Normal,
        Behaviour::Normal,
        Behaviour::Slow(4),
        Behaviour::NeverReady,
        Behaviour::Crash,
    ]);
    let topic = select(vec!["orders", "events", "clicks"]);
    prop_oneof![
        3 => ordinal().prop_map(|nth| Edit::Delete("Pod", names::pod(CLUSTER, nth))),
        2 => ordinal().prop_map(Edit::Crash),
        3 => (ordinal(), behaviour).prop_map(|(nth, how)| Edit::Behave(nth, how)),
        2 => (ordinal(), any::<bool>()).prop_map(|(nth, ill)| Edit::Ill(nth, ill)),
        2 => (ordinal(), topic).prop_map(|(nth, topic)| Edit::Produce(nth, topic)),
        1 => ordinal().prop_map(|nth| Edit::Hand("Pod", names::pod(CLUSTER, nth),
            "/metadata/annotations/sluicegate~1restart", json!("true"))),
    ]
}

fn faults() -> impl Strategy<Value = Edit> {
    let kind =
        select(vec!["500", "409", "lost", "slow", "scaled", "deleted", "edited", "forgotten"]);
    (1..6_u64, kind).prop_map(|(nth, kind)| Edit::Fault(nth, kind))
}

/// Does it. What the API server refuses was not done.
pub(crate) fn act(rig: &Rig, edit: &Edit) {
    let memory = &rig.memory;
    let tolerated: Result<(), ApiError> = match edit {
        Edit::Spec(pointer, value) => memory
            .edit_as("kubectl-edit", &the_cluster(), |one| put(&mut one["spec"], pointer, value)),
        Edit::Annotate(key, value) => memory.edit_as("kubectl-edit", &the_cluster(), |one| {
            put(one, &format!("/metadata/annotations/{key}"), &json!(value));
        }),
        Edit::Forget => memory.delete_as_user(&the_cluster(), Propagation::Background),
        Edit::Topic(name, fields) => set_topic(rig, name, fields),
        Edit::ForgetTopic(name) => memory.delete_as_user(&the_topic(name), Propagation::Background),
        Edit::Hand(kind, name, pointer, value) => {
            memory.edit_as("kubectl-edit", &at(kind, name), |one| put(one, pointer, value))
        }
        Edit::Delete(kind, name) => memory.delete_as_user(&at(kind, name), Propagation::Background),
        Edit::Usurp(kind, name) => usurp(rig, &at(kind, name)),
        Edit::Yield(kind, name) => give_back(rig, &at(kind, name)),
        Edit::Leftover(nth) => {
            leftover(rig, *nth);
            Ok(())
        }
        Edit::Stray(nth) => {
            stray(rig, *nth);
            Ok(())
        }
        Edit::Serve(true) => {
            memory.serve(MONITORING);
            Ok(())
        }
        Edit::Serve(false) => {
            memory.unserve(MONITORING);
            Ok(())
        }
        Edit::Behave(nth, how) => {
            memory.behave(HOME, &names::pod(CLUSTER, *nth), *how);
            Ok(())
        }
        Edit::Crash(nth) => {
            memory.crash(HOME, &names::pod(CLUSTER, *nth));
            Ok(())
        }
        Edit::Ill(nth, ill) => {
            fall_ill(rig, *nth, *ill);
            Ok(())
        }
        Edit::Produce(nth, topic) => {
            produce(rig, *nth, topic);
            Ok(())
        }
        Edit::Fault(after, kind) => {
            memory.inject(Fault { nth: memory.tried() + after, how: fault(kind) });
            Ok(())
        }
    };
    // What is not there cannot be edited; the next move goes on.
    drop(tolerated);
}

fn set_topic(rig: &Rig, name: &str, fields: &[(&str, Value)]) -> Result<(), ApiError> {
    let lay = |one: &mut Value| {
        fields.iter().for_each(|(pointer, value)| put(&mut one["spec"], pointer, value));
    };
    if rig.memory.object(&the_topic(name)).is_some() {
        return rig.memory.edit_as("kubectl-edit", &the_topic(name), lay);
    }
    let mut made = topic(name, &json!({ "clusterRef": { "name": CLUSTER } }));
    lay(&mut made);
    rig.memory.load(vec![made]);
    Ok(())
}

fn usurp(rig: &Rig, target: &Ref) -> Result<(), ApiError> {
    if rig.memory.object(target).is_some() {
        rig.memory.delete_as_user(target, Propagation::Background)?;
    }
    let mut body = json!({
        "apiVersion": target.api.api_version(),
        "kind": target.api.kind,
        "metadata": { "name": target.name, "namespace": HOME, "labels": { "foreign": "yes" } },
    });
    if target.api.kind == "ConfigMap" {
        body["data"] = json!({ "theirs": "1" });
    }
    rig.memory.create_as("kubectl-create", target, &body)
}

fn give_back(rig: &Rig, target: &Ref) -> Result<(), ApiError> {
    let marked = |object: Value| object.pointer("/metadata/labels/foreign").is_some();
    if rig.memory.object(target).is_some_and(marked) {
        return rig.memory.delete_as_user(target, Propagation::Background);
    }
    Ok(())
}

/// The labels of a broker.
fn labels() -> Value {
    json!({
        "app.kubernetes.io/component": "broker",
        "app.kubernetes.io/instance": CLUSTER,
        "app.kubernetes.io/name": "rivven",
        "foreign": "yes",
    })
}

fn leftover(rig: &Rig, nth: u32) {
    let name = names::claim(CLUSTER, nth);
    if rig.memory.object(&at("PersistentVolumeClaim", &name)).is_some() {
        return;
    }
    rig.memory.load(vec![json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name, "namespace": HOME, "labels": labels(),
            "annotations": { "sluicegate/made-for": "somebody else" },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "standard",
            "volumeMode": "Filesystem",
            "resources": { "requests": { "storage": "5Gi" } },
        },
        "status": { "phase": "Bound", "capacity": { "storage": "5Gi" } },
    })]);
}

fn stray(rig: &Rig, nth: u32) {
    let name = names::pod(CLUSTER, nth);
    if rig.memory.object(&at("Pod", &name)).is_some() {
        return;
    }
    let owner = json!({ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "theirs",
        "uid": "somebody else", "controller": true });
    rig.memory.load(vec![json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name, "namespace": HOME, "labels": labels(), "ownerReferences": [owner],
        },
        "spec": { "containers": [{ "name": "theirs", "image": "example.com/theirs:1" }] },
        "status": { "phase": "Pending" },
    })]);
}

fn fall_ill(rig: &Rig, nth: u32, ill: bool) {
    let mut all = rig.ill.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if ill {
        all.insert(nth)
    } else {
        all.remove(&nth)
    };
    for port in [names::API_PORT, OTHER_PORT] {
        let probe = Probe::Health(Broker { port, ..broker(nth) });
        if ill {
            let answer = Answer::Health(Health { healthy: false, membership: None });
            rig.memory.answer(probe, answer);
        } else {
            rig.memory.let_answer(&probe);
        }
    }
}

fn produce(rig: &Rig, nth: u32, topic: &str) {
    let done = rig.memory.product(|product, store| product.produce(store, &broker(nth), topic, 10));
    if let (Ok(()), Some(claim)) = (done, live::claim_uid(rig, nth)) {
        let mut written = rig.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        written.push((claim, topic.to_owned()));
    }
}

/// One way for a write to go wrong.
pub(crate) fn fault(kind: &str) -> How {
    match kind {
        "500" => How::Refused(ApiError::new(500, "InternalError", "it broke")),
        "409" => How::Refused(ApiError::new(409, "Conflict", "somebody was faster")),
        "lost" => How::ReplyLost,
        "slow" => How::Delayed(2),
        "scaled" => How::Overtaken(scale_by_hand),
        "deleted" => How::Overtaken(delete_config),
        "edited" => How::Overtaken(ask_for_two),
        "forgotten" => How::Overtaken(forget),
        other => panic!("there is no fault {other}"),
    }
}

fn scale_by_hand(somebody: &mut Interloper<'_>) {
    let set = at("StatefulSet", &names::workload(CLUSTER));
    // It may not be there yet.
    drop(somebody.edit(&set, |set| set["spec"]["replicas"] = json!(5)));
}

fn delete_config(somebody: &mut Interloper<'_>) {
    drop(somebody.delete(&at("ConfigMap", &names::config(CLUSTER))));
}

fn ask_for_two(somebody: &mut Interloper<'_>) {
    drop(somebody.edit(&the_cluster(), |one| one["spec"]["replicas"] = json!(2)));
}

fn forget(somebody: &mut Interloper<'_>) {
    drop(somebody.delete(&the_cluster()));
}

/// Ends all misfortune; what people asked for stays.
pub(crate) fn heal(rig: &Rig) {
    for nth in 0..8 {
        rig.memory.behave(HOME, &names::pod(CLUSTER, nth), Behaviour::Normal);
        fall_ill(rig, nth, false);
    }
    *rig.lag.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = 0;
}
