//! A broker that stands still, as one does whose volume hangs: what the kubelet sees of it, and
//! what the operator sees.

use std::{
    fs,
    net::{TcpStream, ToSocketAddrs as _},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    Scenario,
    kube::{CLUSTERS, EVENTS, PODS, TOPICS},
    say,
    scene::{LONG, Scene, acknowledged, condition},
    wait::{seconds, throughout, until},
    watch::is_ready,
};

pub(crate) const ALL: &[Scenario] = &[("a_broker_that_stands_still_is_restarted", stands_still)];

const POD: &str = "rivven-solo-0";
/// The index of a partition's first segment.
const INDEX: &str = "00000000000000000000.index";
const PERIOD: u64 = 2;
/// More than the operator's own question takes, which it asks twice before it tells.
const THRESHOLD: u64 = 15;
/// As the operator renders it: what is stopped does not hear SIGTERM and is killed at its end.
const GRACE: u64 = 60;
/// Until the kubelet looks again, and has started it.
const SLACK: u64 = 10;

fn stands_still() {
    let scene = Scene::new("stopped");
    let _operator = scene.operator(&["--resync", "3s"]);
    let liveness = json!({
        "initialDelaySeconds": 0,
        "periodSeconds": PERIOD,
        "timeoutSeconds": 1,
        "failureThreshold": THRESHOLD,
    });
    let spec = json!({
        "replicas": 1,
        "livenessProbe": liveness,
        "readinessProbe": { "initialDelaySeconds": 0, "periodSeconds": 1 },
    });
    scene.cluster("solo", &spec);
    scene.topic("orders", &json!({ "clusterRef": { "name": "solo" } }));
    scene.is_ready("solo");
    scene.told(TOPICS, "orders", "Ready", "True");
    let said = scene.write("writes", "solo", "orders", 1000);

    // For less than the threshold: nobody does anything.
    let process = process_of(&scene.seen(PODS, POD));
    signal(&process, "STOP");
    throughout(seconds(PERIOD * THRESHOLD / 3), || port_is_open_and_ready(&scene));
    signal(&process, "CONT");
    throughout(seconds(PERIOD * 3), || assert_eq!(restarts(&scene), 0, "it went on in time"));
    scene.told(CLUSTERS, "solo", "BrokersReachable", "True");

    // For longer.
    signal(&process, "STOP");
    let since = Instant::now();
    let told = scene.told(CLUSTERS, "solo", "BrokersReachable", "False");
    port_is_open_and_ready(&scene);
    let why = condition(&scene.seen(CLUSTERS, "solo"), "BrokersReachable")["message"].to_string();
    say(&format!("stopped: told after {:.1} s: {why}", told.as_secs_f32()));
    let most = seconds(PERIOD * THRESHOLD + GRACE + SLACK);
    until("the broker to be restarted", most, || match restarts(&scene) {
        1 => Ok(()),
        other => Err(format!("{other} restarts")),
    });
    let took = since.elapsed();
    restarted_for_its_probe(&scene, took);
    scene.is_ready("solo");
    scene.told(TOPICS, "orders", "Ready", "True");
    assert_eq!(restarts(&scene), 1, "and no more");
    all_is_on_its_volume(&scene, &said);
    scene.nothing_was_refused();
}

/// Whether a killed broker serves what it holds hangs on where its index has its entries: it writes
/// everything once more under offset 0, and then looks that up as if offsets only grew. Where the
/// page of the examples sends its readers, all is served.
fn all_is_on_its_volume(scene: &Scene, said: &str) {
    let missing = |reader: &str| {
        let (found, how) = scene.read(reader, "solo", "orders");
        let missing = acknowledged(said).without(&found).count();
        say(&format!("{reader} a broker was killed: {missing} of 1000 are not served; {how}"));
        missing
    };
    missing("after");
    let old = scene.seen(PODS, POD);
    let topic = Path::new("/proc").join(process_of(&old)).join("root").join("data/orders");
    let partitions = fs::read_dir(topic).expect("it is there").flatten();
    let indices = partitions.map(|partition| partition.path().join(INDEX));
    let removed = indices.map(|path| fs::remove_file(path).expect("it can go")).count();
    assert_eq!(removed, 3, "one of each partition");
    scene.kube().delete(PODS, &scene.namespace, POD);
    until("the broker to be there again", LONG, || {
        let pod = scene.seen(PODS, POD);
        let other = !pod.is_null() && pod["metadata"]["uid"] != old["metadata"]["uid"];
        if other && is_ready(&pod) { Ok(()) } else { Err(pod["status"].to_string()) }
    });
    assert_eq!(missing("long-after"), 0);
}

/// What a probe of a port cannot see: Linux accepts connections for a process that stands still.
fn port_is_open_and_ready(scene: &Scene) {
    assert!(is_ready(&scene.seen(PODS, POD)), "a port is open, so it is ready");
    let host = scene.host("solo", 0);
    let address = (&*host, 9292).to_socket_addrs().expect("it has a name").next();
    let connected = TcpStream::connect_timeout(&address.expect("and an address"), seconds(1));
    connected.expect("its port is open");
}

fn restarted_for_its_probe(scene: &Scene, took: Duration) {
    let least = seconds(PERIOD * (THRESHOLD - 1));
    say(&format!(
        "stopped: restarted after {:.1} s, of {} s for the probe and {GRACE} s of grace",
        took.as_secs_f32(),
        PERIOD * THRESHOLD,
    ));
    assert!(took > least, "it was restarted too early: {took:?}");
    let pod = scene.seen(PODS, POD);
    let ended = &pod["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!(ended["exitCode"], 137, "it was killed: {ended}");
    // The kubelet's words, and the operator's.
    for why in ["failed liveness probe", "its container ended with exit code 137"] {
        until(&format!("an event to say: {why}"), LONG, || {
            let events = scene.kube().list(EVENTS, &scene.namespace);
            let notes: Vec<String> = events.iter().map(|one| one["note"].to_string()).collect();
            let says = notes.iter().any(|note| note.contains(why));
            if says { Ok(()) } else { Err(notes.join("\n")) }
        });
    }
}

fn restarts(scene: &Scene) -> u64 {
    let pod = scene.seen(PODS, POD);
    pod["status"]["containerStatuses"][0]["restartCount"].as_u64().unwrap_or_default()
}

/// The process of a pod's container, which Linux knows by the pod's uid.
pub(super) fn process_of(pod: &Value) -> String {
    let uid = pod["metadata"]["uid"].as_str().expect("it has one");
    let is_it = |pid: &String| {
        let read = |file| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        read("cgroup").contains(uid) && read("comm").trim() == "app"
    };
    let processes = fs::read_dir("/proc").expect("there is a /proc").flatten();
    let mut pids = processes.map(|entry| entry.file_name().to_string_lossy().into_owned());
    pids.find(is_it).expect("it runs")
}

pub(super) fn signal(process: &str, name: &str) {
    let sent = Command::new("kill").args(["-s", name, process]).status();
    assert!(sent.expect("there is a kill").success(), "SIG{name} was sent");
}
