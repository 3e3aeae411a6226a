//! Schema registries that are ill, beside one that is well. No rivven-schema can be made to be ill:
//! listeners stand in for those, and say what no registry should.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use serde_json::json;

use super::registry::{apply_as, told_of};
use crate::{
    Scenario, ports, say,
    scene::{SOON, Scene},
    schema::Program,
    wait::{seconds, until},
};

pub(crate) const REAL: &[Scenario] =
    &[("ill_registries_are_told_and_hold_nobody_else_up", told_and_alone)];

/// What each says to a request, and what is told of it.
const ILL: [(&str, &str, &str); 3] = [
    ("hangs", "", "it did not answer within"),
    ("errs", "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n", "500"),
    ("stops", "HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{\"compat", "before there was a whole"),
];

/// Stands in for a registry, and counts those who come. Its thread ends with the tests.
fn ill(says: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    thread::spawn(move || {
        // Who is told nothing is kept waiting.
        let mut waiting = Vec::new();
        for mut stream in listener.incoming().flatten() {
            counter.fetch_add(1, Ordering::Relaxed);
            let mut request = [0; 4096];
            drop(stream.read(&mut request));
            drop(stream.write_all(says.as_bytes()));
            if says.is_empty() {
                waiting.push(stream);
            }
        }
    });
    (address, count)
}

fn told_and_alone() {
    let scene = Scene::new("ill");
    let host = |name: &str| {
        format!("rivven-schema-{name}-headless.{}.svc.cluster.local:8081", scene.namespace)
    };
    let program = Program::start(ports::free());
    let mut resolve = vec![format!("{}={}", host("well"), program.address)];
    let mut counts = Vec::new();
    for (name, words, _) in ILL {
        let (address, count) = ill(words);
        resolve.push(format!("{}={address}", host(name)));
        counts.push(count);
    }
    let flags: Vec<&str> = resolve.iter().flat_map(|one| ["--resolve", one]).collect();
    let _operator = scene.run(&scene.start().with(&flags));
    scene.settled("small", &json!({ "replicas": 1 }));
    let apply = |name: &str, level: &str| {
        let compatibility = json!({ "defaultLevel": level });
        let spec = json!({ "clusterRef": { "name": "small" }, "compatibility": compatibility });
        apply_as(&scene, name, &spec);
    };
    let told = |name: &str, condition: &str, status: &str| told_of(&scene, name, condition, status);
    ILL.iter().for_each(|(name, ..)| apply(name, "FULL"));
    for (name, _, why) in ILL {
        let seen = told(name, "Ready", "Unknown");
        let ready = seen["status"]["conditions"].as_array().into_iter().flatten();
        let ready = ready.into_iter().find(|one| one["type"] == "Ready").expect("it is told");
        let message = ready["message"].as_str().unwrap_or_default();
        assert!(ready["reason"] == "NoAnswer" && message.contains(why), "{name}: {ready}");
        told(name, "LevelsApplied", "Unknown");
    }
    let since = Instant::now();
    apply("well", "FULL");
    told("well", "Ready", "True");
    apply("well", "FORWARD");
    until("its level to be set", SOON, || match program.level("") {
        level if level == "FORWARD" => Ok(()),
        level => Err(level.to_string()),
    });
    say(&format!("a registry beside ill ones was set twice after {:.1?}", since.elapsed()));
    // Each is asked ten seconds after it was given up, later where it says the same each time, and
    // nothing is written about it.
    // What Kubernetes said of its pod while one hung is told when it has been given up once more.
    scene.is_quiet(seconds(13));
    let count = || counts.iter().map(|one| one.load(Ordering::Relaxed)).collect::<Vec<_>>();
    let (before, writes) = (count(), scene.writes().len());
    thread::sleep(seconds(12));
    let more: Vec<usize> = count().iter().zip(before).map(|(now, was)| now - was).collect();
    assert!(more.iter().all(|asked| *asked <= 2), "{more:?}");
    assert_eq!(scene.writes().len(), writes, "what stays as it is is written once");
}
