//! How far flows are, by what their processors tell. A stand-in has their pages: the pods have no
//! container.

use serde_json::{Value, json};

use crate::{
    Scenario,
    kube::{FLOWS, PODS},
    operator::page,
    processors::Processors,
    scene::{self, SOON, Scene, says},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] =
    &[("processors_are_asked_how_far_they_are", processors_are_asked)];

/// The addresses of the pods of the flow, in order.
fn addresses(scene: &Scene) -> Vec<String> {
    let (mut all, _) = until("three processors with an address", SOON, || {
        let pods = scene.kube().list(PODS, &scene.namespace);
        let ip = |pod: &Value| pod["status"]["podIP"].as_str().map(str::to_owned);
        let all: Vec<String> = pods.iter().filter_map(ip).collect();
        if all.len() == 3 { Ok(all) } else { Err(format!("{all:?}")) }
    });
    all.sort();
    all
}

/// The page of one that has sent so many records and reads so many partitions.
fn told(sent: u64, partitions: u64) -> String {
    format!(
        "dataflow_messages_sent_total{{sink_type=\"kafka\",route=\"\"}} {sent}\n\
         dataflow_connector_errors_total{{error_type=\"timeout\"}} 1\n\
         dataflow_source_lag{{partition=\"0\"}} 7\n\
         dataflow_source_partitions {partitions}\n\
         dataflow_last_sent_timestamp_seconds 1767225600\n"
    )
}

fn processors_are_asked() {
    let scene = Scene::new("figures");
    let (processors, address) = Processors::start();
    let operator = scene.run(&scene.blind().with(&["--resolve", &format!("*:9090={address}")]));
    let flow = json!({
        "apiVersion": "dataflow.dataflow.io/v1",
        "kind": "DataFlow",
        "metadata": { "name": "orders", "namespace": scene.namespace },
        "spec": {
            "replicas": 3,
            "source": { "type": "kafka", "config": { "brokers": ["a:9092"], "topic": "in" } },
            "sink": { "type": "kafka", "config": { "brokers": ["b:9092"], "topic": "out" } },
        },
    });
    scene.kube().apply(FLOWS, &flow);
    let ips = addresses(&scene);
    let seen = || scene.kube().get(FLOWS, &scene.namespace, "orders").unwrap_or_default();
    let says_of_idle = |status: &str| {
        until(&format!("ReplicasIdle={status}"), SOON, || says(seen(), "ReplicasIdle", status)).0
    };
    let look = |nth: u32| {
        let touched =
            json!({ "metadata": { "annotations": { "example.com/look": nth.to_string() } } });
        scene.kube().merge(FLOWS, &scene.namespace, "orders", &touched);
    };
    // Who does not answer is not idle, and the flow is Ready all the same.
    until("it to be Ready", SOON, || says(seen(), "Ready", "True"));
    says_of_idle("Unknown");

    ips.iter().zip([1, 1, 0]).for_each(|(ip, partitions)| {
        processors.tells(ip, &told(10 * partitions, partitions));
    });
    let seen_idle = says_of_idle("True");
    let idle = scene::condition(&seen_idle, "ReplicasIdle");
    let message = "1 of 3 have nothing to read: kafka (in) has 2 partitions";
    assert_eq!((&idle["reason"], &idle["message"]), (&json!("NoPartition"), &json!(message)));
    let status = &seen_idle["status"];
    assert_eq!((&status["processedCount"], &status["errorCount"]), (&json!(20), &json!(3)));
    assert_eq!(status["lastProcessedTime"], "2026-01-01T00:00:00Z");
    scene.is_quiet(seconds(2));

    // Records move: numbers tell, and nothing is written.
    let writes = scene.writes().len();
    processors.tells(&ips[0], &told(500, 1));
    (0..5).for_each(look);
    let namespace = &scene.namespace;
    let labels = format!("{{namespace=\"{namespace}\",name=\"orders\"}}");
    let figures = |name: &str| {
        let told = page(operator.metrics, "/metrics").1;
        let line = format!("dataflow_flow_{name}{labels} ");
        told.lines().find_map(|one| one.strip_prefix(&line).map(str::to_owned))
    };
    until("the numbers to tell", SOON, || match figures("sent") {
        Some(sent) if sent == "510" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    assert_eq!(figures("lag").as_deref(), Some("21"));
    assert_eq!(scene.writes().len(), writes, "{:?}", scene.writes());
    assert_eq!(seen()["status"]["processedCount"], 20);
    // Each was asked on the cadence, and not whenever the flow was looked at.
    let asked = processors.asked(seconds(25));
    assert!(asked.values().all(|times| *times <= 2), "{asked:?}");

    processors.fall_ill();
    until("the numbers to be gone", SOON, || match figures("sent") {
        None => Ok(()),
        Some(sent) => Err(sent),
    });
    // What was told stands, and the flow runs on.
    says(seen(), "ReplicasIdle", "True").expect("nothing else is known");
    says(seen(), "Ready", "True").expect("it runs on");
    assert_eq!(scene.writes().len(), writes, "{:?}", scene.writes());
}
