//! What people and misfortune do: edits of specs, edits of what belongs to a cluster, and
//! everything that can befall a pod.

use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};
use sluicegate_core::systems::rivven::names;
use sluicegate_effects::memory::Behaviour;

use crate::world::CLUSTER;

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
    /// Takes the volume of a claim away.
    Lose(u32),
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
        2 => ordinal().prop_map(|nth|
            Edit::Delete("PersistentVolumeClaim", names::claim(CLUSTER, nth))),
        1 => ordinal().prop_map(Edit::Lose),
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
