//! What planning costs: time, allocations and the most memory held, per step and for a fleet.
//!
//! `cargo bench -p snapshots`. Not tests: a figure belongs into deploy/COSTS.md with the machine it
//! was taken on, and a comparison into one run.

use divan::{AllocProfiler, Bencher, black_box};
use futures_executor::block_on;
use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};
use sluicegate_core::{
    kind::{Ctx, Kind},
    observed::Observed,
    settings::Settings,
    step::{Step, step},
    systems::rivven::{Rivven, cluster::Cluster, connect::Connect, topic::Topic},
};
use sluicegate_effects::{
    memory::{Brokers, Memory, Simulated, reference},
    plan,
};

#[path = "common/command.rs"]
mod command;

/// More than any story here needs until it is quiet, in turns.
const TURNS_MAX: usize = 400;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// So many; a hundredth of that where it is only to be seen that a benchmark runs (`--test`).
fn sized(count: usize) -> usize {
    if std::env::args().any(|arg| arg == "--test") { count / 100 } else { count }
}

fn cluster(name: &str) -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": name, "namespace": "default" },
        "spec": { "replicas": 3, "version": "0.0.22", "storage": { "size": "100Gi" } },
    })
}

fn topic(name: &str) -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenTopic",
        "metadata": { "name": name, "namespace": "default" },
        "spec": { "clusterRef": { "name": "prod" }, "partitions": 12 },
    })
}

/// Ten sources and ten sinks.
fn connect(name: &str) -> Value {
    let source = |nth: usize| {
        json!({
            "name": format!("source-{nth}"), "connector": "datagen",
            "topic": format!("topic-{nth}"),
            "config": { "pattern": "events", "eventsPerSecond": 10, "streamName": "bench" },
        })
    };
    let sink = |nth: usize| {
        json!({
            "name": format!("sink-{nth}"), "connector": "http-webhook",
            "topics": [format!("topic-{nth}")], "consumerGroup": format!("group-{nth}"),
            "configSecretRef": "hook",
            "config": {
                "url": "https://example.com/hook",
                "headers": { "Authorization": "Bearer ${secret:token}" },
            },
        })
    };
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenConnect",
        "metadata": { "name": name, "namespace": "default" },
        "spec": {
            "clusterRef": { "name": "prod" },
            "sources": (0..10).map(source).collect::<Vec<_>>(),
            "sinks": (0..10).map(sink).collect::<Vec<_>>(),
        },
    })
}

/// From a table to a topic, its addresses masked.
fn flow(name: &str) -> Value {
    json!({
        "apiVersion": "dataflow.dataflow.io/v1",
        "kind": "DataFlow",
        "metadata": { "name": name, "namespace": "default" },
        "spec": {
            "source": { "type": "postgresql", "config": {
                "connectionStringSecretRef": { "name": "db", "key": "url" }, "table": "orders",
            } },
            "sink": { "type": "kafka", "config": { "brokers": ["a:9092"], "topic": "orders" } },
            "transformations": [{ "type": "mask", "config": { "fields": ["email"] } }],
        },
    })
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a time")
}

type World = Memory<Simulated<Brokers>>;

/// A world in which these resources run.
fn running(resources: &[Value]) -> World {
    let world = World::new(Brokers::default());
    for resource in resources {
        world.load(vec![resource.clone()]);
        let (settings, target) = (Settings::default(), reference(resource));
        match &*target.api.kind {
            "RivvenCluster" => {
                drop(block_on(world.drive::<Cluster>(&settings, &target, TURNS_MAX)))
            }
            "RivvenConnect" => {
                drop(block_on(world.drive::<Connect>(&settings, &target, TURNS_MAX)))
            }
            _ => drop(block_on(world.drive::<Topic>(&settings, &target, TURNS_MAX))),
        }
    }
    world
}

/// The resource of a world, and all that one step of it sees.
fn seen<K: Kind<System = Rivven>>(world: &World) -> (K::Resource, Observed<Rivven>) {
    let kind = sluicegate_core::observed::Api::of::<K::Resource>().kind;
    let mut objects = world.objects().into_iter();
    let resource = objects.find(|object| object["kind"] == *kind).expect("it was created");
    let resource: K::Resource = serde_json::from_value(resource).expect("it is of its kind");
    let settings = Settings::default();
    let ctx = Ctx::new(now(), &settings);
    let (_, seen) = block_on(plan::<K, _>(world, &ctx, &resource)).expect("the world can be read");
    (resource, seen)
}

fn steps<K: Kind<System = Rivven>>(bencher: Bencher<'_, '_>, world: &World, quiet: bool) {
    let (resource, seen) = seen::<K>(world);
    let settings = Settings::default();
    let ctx = Ctx::new(now(), &settings);
    let Step::Act(plan) = step::<K>(&ctx, &resource, &seen) else {
        panic!("everything was seen");
    };
    assert_eq!(plan.actions.is_empty(), quiet, "{:?}", plan.actions);
    bencher.bench_local(|| step::<K>(&ctx, black_box(&resource), black_box(&seen)));
}

#[divan::bench]
fn cluster_steady(bencher: Bencher<'_, '_>) {
    steps::<Cluster>(bencher, &running(&[cluster("prod")]), true);
}

#[divan::bench]
fn cluster_fresh(bencher: Bencher<'_, '_>) {
    let world = World::new(Brokers::default());
    world.load(vec![cluster("prod")]);
    steps::<Cluster>(bencher, &world, false);
}

#[divan::bench]
fn topic_steady(bencher: Bencher<'_, '_>) {
    steps::<Topic>(bencher, &running(&[cluster("prod"), topic("orders")]), true);
}

#[divan::bench]
fn steady_connect_of_twenty(bencher: Bencher<'_, '_>) {
    steps::<Connect>(bencher, &running(&[cluster("prod"), connect("pipeline")]), true);
}

#[divan::bench]
fn topic_fresh(bencher: Bencher<'_, '_>) {
    let world = running(&[cluster("prod")]);
    world.load(vec![topic("orders")]);
    steps::<Topic>(bencher, &world, false);
}

/// From nothing to quiet: every round, every write, every tick of the embedded Kubernetes.
#[divan::bench(sample_count = 10)]
fn cluster_to_its_end(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| running(&[cluster("prod")]));
}

/// Many resources in one file, as `plan -f` plans them: 10 000 cost no more than ten times 1 000.
#[divan::bench(args = [sized(1_000), sized(10_000)], sample_count = 1, sample_size = 1)]
fn topics_in_one_file(bencher: Bencher<'_, '_>, count: usize) {
    let topics = (0..count).map(|nth| topic(&format!("topic-{nth}")));
    plan_file(bencher, &file([cluster("prod")].into_iter().chain(topics), &json!({})));
}

/// The same for flows.
#[divan::bench(args = [sized(1_000), sized(10_000)], sample_count = 1, sample_size = 1)]
fn flows_in_one_file(bencher: Bencher<'_, '_>, count: usize) {
    plan_file(bencher, &file((0..count).map(|nth| flow(&format!("flow-{nth}"))), &json!({})));
}

/// The same for clusters that there are none of: each to its end.
#[divan::bench(args = [sized(100), sized(1_000)], sample_count = 1, sample_size = 1)]
fn fresh_clusters_in_one_file(bencher: Bencher<'_, '_>, count: usize) {
    let clusters = (0..count).map(|nth| cluster(&format!("cluster-{nth}")));
    plan_file(bencher, &file(clusters, &json!({})));
}

/// The same for clusters that run: nothing is to be done about any.
#[divan::bench(args = [sized(100), sized(1_000)], sample_count = 1, sample_size = 1)]
fn steady_clusters_in_one_state(bencher: Bencher<'_, '_>, count: usize) {
    let clusters = (0..count).map(|nth| cluster(&format!("cluster-{nth}")));
    let (_, state, _) = command::run(
        &["simulate", "-f", "-", "-o", "state"],
        file(clusters, &json!({})).as_bytes(),
    );
    let state = state.split_once("observed:").map(|(_, state)| format!("observed:{state}"));
    let state = state.expect("it says what exists");
    bencher.bench_local(|| {
        let (code, out, err) = command::run(&["plan", "--all", "--state", "-"], state.as_bytes());
        assert!(code == 0 && out.contains("No changes."), "{out}{err}");
    });
}

fn file(resources: impl Iterator<Item = Value>, observed: &Value) -> String {
    let documents = resources.chain([json!({ "observed": observed })]);
    documents.map(|one| one.to_string()).collect::<Vec<_>>().join("\n---\n")
}

fn plan_file(bencher: Bencher<'_, '_>, text: &str) {
    bencher.bench_local(|| {
        let (code, out, err) = command::run(&["plan", "-f", "-"], text.as_bytes());
        assert!(code == 0 && out.contains("Plan: "), "{err}");
    });
}

/// Ten thousand steady clusters, one after another: the most memory held must be that of one.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn ten_thousand_steady_clusters(bencher: Bencher<'_, '_>) {
    let (resource, seen) = seen::<Cluster>(&running(&[cluster("prod")]));
    let settings = Settings::default();
    let ctx = Ctx::new(now(), &settings);
    bencher.bench_local(|| {
        for _ in 0..sized(10_000) {
            black_box(step::<Cluster>(&ctx, black_box(&resource), black_box(&seen)));
        }
    });
}
