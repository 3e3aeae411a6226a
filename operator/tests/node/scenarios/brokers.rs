//! Three brokers that run alone: who is where, whom clients meet, and who may go.

use std::net::ToSocketAddrs as _;

use rivven_protocol::{Request, Response};
use serde_json::{Value, json};

use crate::{
    Scenario,
    kube::{CLUSTERS, PODS, SETS, TOPICS},
    plain::Client,
    say,
    scene::{Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] =
    &[("three_brokers_run_and_none_that_holds_records_is_taken_away", three)];

fn three() {
    let scene = Scene::new("brokers");
    let watch = scene.watch();
    let _operator = scene.operator(&["--resync", "3s"]);
    scene.cluster("trio", &json!({ "replicas": 3 }));
    let took = scene.is_ready("trio");
    say(&format!("three brokers: Ready after {:.1} s", took.as_secs_f32()));
    scene.topic("orders", &json!({ "clusterRef": { "name": "trio" }, "partitions": 2 }));
    scene.told(TOPICS, "orders", "Ready", "True");
    led_to_the_first(&scene);

    let mut broker = client(&scene, 2);
    let made = Request::CreateTopic { name: "kept".to_owned(), partitions: Some(1) };
    let made = broker.ask(&made).expect("it answers");
    assert!(matches!(made, Response::TopicCreated { .. }), "{made:?}");
    broker.publish("kept", 10).expect("it is written");
    scene.cluster("trio", &json!({ "replicas": 2 }));
    scene.told(CLUSTERS, "trio", "Blocked", "True");
    let why = condition(&scene.seen(CLUSTERS, "trio"), "Blocked")["message"].to_string();
    for word in ["SCA-02", "rivven-trio-2", "kept"] {
        assert!(why.contains(word), "{word}: {why}");
    }
    let replicas = || scene.seen(SETS, "rivven-trio")["spec"]["replicas"].clone();
    throughout(seconds(8), || assert_eq!(replicas(), 3, "it holds records"));
    let gone = broker.ask(&Request::DeleteTopic { name: "kept".to_owned() });
    assert!(matches!(gone, Ok(Response::TopicDeleted)), "{gone:?}");
    drop(broker);
    scene.is_ready("trio");
    until("the third broker to go", seconds(60), || {
        let pod = scene.seen(PODS, "rivven-trio-2");
        if pod.is_null() { Ok(()) } else { Err(pod["status"].to_string()) }
    });
    let ends = watch.ends();
    assert!(ends.iter().any(|end| end.name == "rivven-trio-2" && end.code == Some(0)), "{ends:?}");
    scene.nothing_was_refused();
}

/// Each has a name of its own, and clients meet the first alone.
fn led_to_the_first(scene: &Scene) {
    let address = |ordinal: u32| {
        let pod = scene.seen(PODS, &format!("rivven-trio-{ordinal}"));
        pod["status"]["podIP"].as_str().expect("it runs").to_owned()
    };
    for ordinal in 0..3 {
        let host = scene.host("trio", ordinal);
        let found: Vec<_> = (&*host, 9292).to_socket_addrs().expect("it has a name").collect();
        let found: Vec<String> = found.iter().map(|it| it.ip().to_string()).collect();
        assert_eq!(found, [address(ordinal)], "{host}");
    }
    let path = format!(
        "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices?labelSelector={}",
        scene.namespace, "kubernetes.io%2Fservice-name%3Drivven-trio"
    );
    let slices = scene.kube().send(&http::Method::GET, &path, None).expect("there are some");
    let endpoints: Vec<&Value> = slices["items"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|slice| slice["endpoints"].as_array().into_iter().flatten())
        .map(|endpoint| &endpoint["addresses"][0])
        .collect();
    assert_eq!(endpoints, [&json!(address(0))], "clients are led to the first");

    scene.write("writes", "trio", "orders", 100);
    let metadata = Request::GetMetadata { topic: "orders".to_owned() };
    for ordinal in 0..3 {
        let answer = client(scene, ordinal).ask(&metadata).expect("it answers");
        let has = matches!(answer, Response::Metadata { partitions: 2, .. });
        assert_eq!(has, ordinal == 0, "broker {ordinal}: {answer:?}");
    }
}

fn client(scene: &Scene, ordinal: u32) -> Client {
    Client::connect((&*scene.host("trio", ordinal), 9292)).expect("it is reached by its name")
}
