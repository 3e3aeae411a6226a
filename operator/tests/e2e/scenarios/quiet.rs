//! Nothing changes, so nothing is asked and nothing is written: over time, and over a restart.

use serde_json::json;

use crate::{
    Scenario,
    audit::{Class, of_class},
    kube::CLUSTERS,
    operator::page,
    say,
    scene::Scene,
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("two_minutes_without_a_change_cost_nothing", quiet),
    ("a_restarted_operator_writes_nothing", restarted),
];

/// How long nothing may be asked.
const QUIET: u64 = 120;

fn quiet() {
    let scene = Scene::new("quiet");
    let operator = scene.run(&scene.start().with(&["--resync", "20s"]));
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
    scene.topic("orders", &json!({ "clusterRef": { "name": "small" }, "partitions": 3 }));
    scene.topic_told("orders", "Ready", "True");
    scene.is_quiet(seconds(3));
    let asked = scene.brokers.calls().len();
    let before = scene.log().len();
    std::thread::sleep(seconds(QUIET));
    let log = scene.log().split_off(before);
    let count = |class| of_class(&log, class).len();
    say(&format!(
        "quiet, {QUIET} s: {} writes, {} dry runs, {} events, {} reads, {} watches opened, {} for \
         the lease; brokers were asked {} times",
        count(Class::Write),
        count(Class::Dry),
        count(Class::Event),
        count(Class::Read),
        count(Class::Watch),
        count(Class::Lease),
        scene.brokers.calls().len() - asked,
    ));
    let aside = |class| matches!(class, Class::Lease | Class::Watch);
    let others: Vec<_> = log.iter().filter(|entry| !aside(entry.class())).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert!(count(Class::Lease) > 0, "the lease was renewed meanwhile");
    let after = scene.brokers.calls().len();
    assert!(after > asked, "the resync looked at it: its brokers were asked");
    let (code, numbers) = page(operator.metrics, "/metrics");
    assert_eq!(code, 200, "{numbers}");
    let counted = numbers.contains("rivven_") && numbers.contains("RivvenTopic");
    assert!(counted, "{numbers}");
}

fn restarted() {
    let scene = Scene::new("restart");
    let start = scene.start();
    let mut operator = scene.run(&start);
    for name in ["one", "two", "three"] {
        scene.cluster(name, &json!({ "replicas": 1 }));
    }
    for name in ["one", "two", "three"] {
        scene.is_ready(name);
    }
    scene.topic("orders", &json!({ "clusterRef": { "name": "one" }, "partitions": 3 }));
    scene.topic_told("orders", "Ready", "True");
    scene.is_quiet(seconds(3));
    let versions = || -> Vec<_> {
        let all = scene.kube().list(CLUSTERS, &scene.namespace);
        all.into_iter().map(|one| one["metadata"]["resourceVersion"].clone()).collect()
    };
    let (stored, before) = (versions(), scene.log().len());
    let (status, took) = operator.stop();
    assert!(status.success(), "{status:?}");
    let asked = scene.brokers.count("health");
    let since = std::time::Instant::now();
    let _again = scene.run(&start);
    until("every broker to be asked again", seconds(20), || {
        let now = scene.brokers.count("health") - asked;
        if now >= 3 { Ok(()) } else { Err(format!("{now} were")) }
    });
    let back = since.elapsed();
    scene.is_quiet(seconds(5));
    let log = scene.log().split_off(before);
    let count = |class| of_class(&log, class).len();
    say(&format!(
        "restart with 3 clusters and a topic: stopped in {:.2} s, at work again in {:.2} s; {} \
         writes, {} dry runs, {} events, {} reads, {} watches, {} questions about itself",
        took.as_secs_f32(),
        back.as_secs_f32(),
        count(Class::Write),
        count(Class::Dry),
        count(Class::Event),
        count(Class::Read),
        count(Class::Watch),
        count(Class::Own),
    ));
    for class in [Class::Write, Class::Dry, Class::Event] {
        assert!(of_class(&log, class).is_empty(), "{:#?}", of_class(&log, class));
    }
    let gets: Vec<_> = log.iter().filter(|one| one.verb == "get").collect();
    let gets: Vec<_> = gets.iter().filter(|one| one.class() == Class::Read).collect();
    assert!(gets.is_empty(), "no object is read one by one: {gets:#?}");
    assert_eq!(versions(), stored);
    assert!(took <= seconds(4), "it left within 3 s of its last action: {took:?}");
}
