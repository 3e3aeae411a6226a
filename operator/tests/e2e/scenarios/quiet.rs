//! Nothing changes, so nothing is asked and nothing is written: over time, and over a restart.

use serde_json::json;

use crate::{
    Scenario,
    audit::{Class, of_class},
    brokers::Broker,
    kube::CLUSTERS,
    operator::{Start, page, plan},
    rivvend, say,
    scene::{SOON, Scene},
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
    // Beside the stand-in a real broker, where there is one.
    let real = rivvend::program().map(|_| Broker::start(&scene, "real", 0));
    let mut start = scene.start().with(&["--resync", "20s"]);
    if let Some(broker) = &real {
        start = start.with(&broker.flags().each_ref().map(String::as_str));
        scene.cluster("real", &json!({ "replicas": 1 }));
        scene.topic("events", &json!({ "clusterRef": { "name": "real" } }));
    }
    let operator = scene.run(&start);
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
    scene.topic("orders", &json!({ "clusterRef": { "name": "small" }, "partitions": 3 }));
    scene.topic_told("orders", "Ready", "True");
    if real.is_some() {
        scene.topic_told("events", "Ready", "True");
    }
    scene.is_quiet(seconds(3));
    let asked = scene.brokers.calls().len();
    let before = scene.log().len();
    let moving = real.as_ref().map(Moving::of);
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
    if let Some(moving) = moving {
        moving.judge(&scene, &start, &numbers);
    }
}

/// A topic of a real broker, whose records move meanwhile: that is a number, and no status.
struct Moving<'a> {
    broker: &'a Broker,
    changes: Vec<String>,
    looks: usize,
}

impl<'a> Moving<'a> {
    fn of(broker: &'a Broker) -> Self {
        let changes = broker.link.changes();
        let looks = broker.link.asked("metadata events").len();
        broker.produce("events", 7);
        Self { broker, changes, looks }
    }

    fn judge(&self, scene: &Scene, start: &Start, numbers: &str) {
        assert_eq!(self.broker.link.changes(), self.changes, "no change was asked for");
        let looks = self.broker.link.asked("metadata events").len() - self.looks;
        say(&format!("the real broker was asked {looks} times how its topic is"));
        // Each look at each kind asks once; two minutes have six of them, give or take a fifth.
        assert!((4..=9).contains(&looks), "{looks}");
        let of = format!(r#"{{namespace="{}",name="events"}}"#, scene.namespace);
        for line in [
            format!("rivven_topic_records{of} 7"),
            format!("rivven_topic_partitions{of} 3"),
            r#"sluicegate_product_calls_total{product="rivven",verb="create",outcome="done"} 2"#
                .to_owned(),
        ] {
            assert!(numbers.lines().any(|one| one == line), "{line} is not in {numbers}");
        }
        // A plan from the same state asks for nothing, and shows what moves.
        let start = Start { user: format!("{}-plan", scene.user), ..start.clone() };
        let kubeconfig = start.kubeconfig(scene.plane).display().to_string();
        let ways: Vec<_> = start.args.iter().skip_while(|arg| *arg != "--resolve").collect();
        let ways = ways.chunks(2).filter(|pair| pair[0] == "--resolve").flatten();
        let mut args = vec!["-n", &scene.namespace, "--kubeconfig", &kubeconfig];
        args.extend(ways.map(|arg| arg.as_str()));
        let plan = plan(&args);
        assert_eq!((&plan["summary"]["call"], &plan["complete"]), (&json!(0), &json!(true)));
        let all = plan["resources"].as_array().cloned().unwrap_or_default();
        let of = all.iter().find(|one| one["cr"]["name"] == "events").expect("it is planned");
        assert_eq!(of["measured"], json!({ "partitions": 3, "records": 7 }), "{of}");
        assert_eq!(of["result"], "unchanged", "{of}");
        assert_eq!(self.broker.link.changes(), self.changes, "nor has the plan");
    }
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
    until("every broker to be asked again", SOON, || {
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
