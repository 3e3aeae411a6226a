//! What a broker has acknowledged is there to be read, whatever is done to its cluster.

use std::time::{Duration, Instant};

use rivven_protocol::{Request, Response};
use serde_json::{Value, json};

use crate::{
    Scenario,
    kube::{CLAIMS, CLUSTERS, PODS, TOPICS},
    plain::Client,
    say,
    scene::{LONG, Scene, acknowledged, condition, last},
    wait::until,
    watch::{Watch, is_ready},
};

pub(crate) const ALL: &[Scenario] =
    &[("no_acknowledged_record_is_lost_whatever_is_done_to_the_cluster", nothing_is_lost)];

/// How many are written at first.
const MANY: u64 = 100_000;

fn nothing_is_lost() {
    let scene = Scene::new("data");
    let watch = scene.watch();
    let _operator = scene.operator(&[]);
    let mut spec = json!({
        "replicas": 3,
        "image": "ghcr.io/hupe1980/rivvend:0.0.22",
        "storage": { "size": "1Gi" },
        // A roll would wait for half a minute more at each broker.
        "readinessProbe": { "initialDelaySeconds": 0, "periodSeconds": 1 },
    });
    let topic = json!({
        "clusterRef": { "name": "trio" },
        "partitions": 3,
        "config": { "retentionMs": 7_200_000 },
    });
    scene.cluster("trio", &spec);
    scene.topic("ledger", &topic);
    scene.is_ready("trio");
    scene.told(TOPICS, "ledger", "Ready", "True");
    let said = scene.write("bulk", "trio", "ledger", MANY);
    say(&format!("from a pod: {}", last(&said)));
    let mut wanted = acknowledged(&said);
    assert_eq!(wanted.count(), MANY);

    let (service, first) = (scene.service("trio"), MANY.to_string());
    // More than it will come to.
    scene.client("slow", &["write", &service, "ledger", &first, "1000000", "20", "100", "1"]);
    until("the slow client to write", LONG, || match acknowledged(&scene.said("slow")).count() {
        0 => Err(scene.said("slow")),
        _ => Ok(()),
    });
    rolled(&scene, &watch, &mut spec);
    grown(&scene, &watch, &mut spec);
    scaled(&scene, &watch, &mut spec);
    made_again(&scene, &spec);

    let said = scene.said("slow");
    for number in acknowledged(&said).to_string().split(',') {
        let (first, last) = number.split_once('-').expect("it is a range");
        wanted.add(first.parse().expect("a number"), last.parse().expect("a number"));
    }
    let (found, how) = scene.read("reads", "trio", "ledger");
    let lost = wanted.without(&found);
    let others = found.without(&wanted).count();
    say(&format!(
        "{} acknowledged, {} of them lost; {others} more are there; {how}",
        wanted.count(),
        lost.count()
    ));
    assert_eq!(lost.count(), 0, "{lost}");
    assert!(said.contains("not acknowledged"), "it wrote while the broker was away");
    ended_in_time(&watch);
    scene.nothing_was_refused();
}

/// A new image: one broker is away at a time, and what the broker forgets at its restart is set
/// again and told.
fn rolled(scene: &Scene, watch: &Watch, spec: &mut Value) {
    let synced = || scene.seen(TOPICS, "ledger")["status"]["lastSyncTime"].to_string();
    let (before, since) = (synced(), Instant::now());
    let image = "ghcr.io/hupe1980/rivvend:0.0.22-again";
    spec["image"] = json!(image);
    scene.cluster("trio", spec);
    until("the new image to be everywhere", LONG, || {
        let pods = Scene::brokers("trio", 3).into_iter().map(|name| scene.seen(PODS, &name));
        let new = |pod: &Value| pod["spec"]["containers"][0]["image"] == image && is_ready(pod);
        let count = pods.filter(new).count();
        if count == 3 { Ok(()) } else { Err(format!("at {count} brokers")) }
    });
    scene.is_ready("trio");
    let took = since.elapsed();
    let away = watch.away_most(&Scene::brokers("trio", 3), since);
    say(&format!("a roll of three: {:.1} s, {away} away at most", took.as_secs_f32()));
    assert_eq!(away, 1, "one at a time");
    until("the topic's settings to be set again", LONG, || {
        let is = retention(scene);
        if is.as_deref() == Some("7200000") { Ok(()) } else { Err(format!("{is:?}")) }
    });
    until("status to say when", LONG, || {
        let now = synced();
        if now == before { Err(now) } else { Ok(()) }
    });
}

fn retention(scene: &Scene) -> Option<String> {
    let mut client = Client::connect(scene.service("trio")).ok()?;
    let described = Request::DescribeTopicConfigs { topics: vec!["ledger".to_owned()] };
    let Response::TopicConfigsDescribed { configs } = client.ask(&described).ok()? else {
        return None;
    };
    configs.first()?.configs.get("retention.ms").map(|config| config.value.clone())
}

/// Volumes grow, and no broker notices.
fn grown(scene: &Scene, watch: &Watch, spec: &mut Value) {
    let since = Instant::now();
    let uids = || -> Vec<Value> {
        let pods = Scene::brokers("trio", 3).into_iter().map(|name| scene.seen(PODS, &name));
        pods.map(|pod| pod["metadata"]["uid"].clone()).collect()
    };
    let (before, all) = (uids(), Scene::brokers("trio", 3));
    spec["storage"]["size"] = json!("2Gi");
    scene.cluster("trio", spec);
    until("the claims to have grown", LONG, || {
        let claims = scene.kube().list(CLAIMS, &scene.namespace);
        let small = |claim: &&Value| claim["status"]["capacity"]["storage"] != "2Gi";
        let left = claims.iter().filter(small).count();
        if left == 0 { Ok(()) } else { Err(format!("{left} have not")) }
    });
    scene.is_ready("trio");
    say(&format!("a growth of three volumes: {:.1} s", since.elapsed().as_secs_f32()));
    assert_eq!(uids(), before, "no broker was stopped");
    assert_eq!(watch.away_most(&all, since), 0, "and none was away");
}

/// One more, and one fewer.
fn scaled(scene: &Scene, watch: &Watch, spec: &mut Value) {
    let begun = Instant::now();
    for replicas in [4, 3] {
        let since = Instant::now();
        spec["replicas"] = json!(replicas);
        scene.cluster("trio", spec);
        scene.is_ready("trio");
        say(&format!("to {replicas} brokers: {:.1} s", since.elapsed().as_secs_f32()));
    }
    let claims = scene.kube().list(CLAIMS, &scene.namespace);
    assert_eq!(claims.len(), 4, "the claim of the fourth is kept");
    assert_eq!(watch.away_most(&Scene::brokers("trio", 3), begun), 0, "the three stay");
}

/// The resource is deleted and made again; its volumes are kept by default, and so is what is on
/// them.
fn made_again(scene: &Scene, spec: &Value) {
    let since = Instant::now();
    scene.kube().delete(CLUSTERS, &scene.namespace, "trio");
    until("every broker to go", LONG, || {
        let pods = scene.kube().list(PODS, &scene.namespace);
        let name = |pod: &Value| pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let left: Vec<String> =
            pods.iter().map(name).filter(|name| name.starts_with("rivven-")).collect();
        if left.is_empty() { Ok(()) } else { Err(left.join(", ")) }
    });
    let gone = since.elapsed();
    until("the topic to say so", LONG, || {
        let ready = condition(&scene.seen(TOPICS, "ledger"), "Ready");
        if ready["status"] == "False" { Ok(()) } else { Err(ready.to_string()) }
    });
    scene.cluster("trio", spec);
    scene.is_ready("trio");
    scene.told(TOPICS, "ledger", "Ready", "True");
    let both = since.elapsed();
    say(&format!(
        "deleted: brokers gone after {:.1} s; made again, and Ready with its topic after {:.1} s",
        gone.as_secs_f32(),
        both.as_secs_f32(),
    ));
}

/// Each broker ended by itself when it was asked to.
fn ended_in_time(watch: &Watch) {
    let ends = watch.ends();
    let ends: Vec<_> = ends.iter().filter(|end| end.name.starts_with("rivven-")).collect();
    for end in &ends {
        let (took, grace) = (end.took.as_secs_f32(), end.grace.as_secs());
        say(&format!("{:15} SIGTERM to gone: {took:5.1} s of {grace} s", end.name));
        assert_eq!(end.code, Some(0), "{end:?}");
        assert!(end.took < end.grace + Duration::from_secs(1), "{end:?}");
    }
    // Three in the roll, one in the scale down, three in the deletion.
    assert_eq!(ends.len(), 7, "{ends:?}");
}
