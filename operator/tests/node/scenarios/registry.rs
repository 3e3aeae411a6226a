//! A schema registry on a node: whoever posts schemas while it is killed gets none in that the
//! level of the resource refuses, and what was exported before is had again afterwards.

use std::{
    net::{SocketAddr, ToSocketAddrs as _},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sluicegate_core::label::KEEP_CLOSED;

use super::stopped::{process_of, signal};
use crate::{
    Scenario,
    kube::{PODS, REGISTRIES},
    operator::program,
    registry::{register, send},
    say,
    scene::{LONG, Scene, condition},
    wait::until,
};

pub(crate) const ALL: &[Scenario] =
    &[("no_schema_gets_in_that_the_level_refuses_while_a_registry_is_killed", killed)];

/// How often it is killed.
const TIMES: u32 = 3;

/// Where clients find the registry of this name.
pub(super) fn address(scene: &Scene, name: &str) -> SocketAddr {
    let host = format!("rivven-schema-{name}.{}.svc.cluster.local", scene.namespace);
    let found = (&*host, 8081).to_socket_addrs().expect("it has a name").next();
    found.expect("and an address")
}

/// What came of posting.
#[derive(Default)]
struct Posts {
    /// First versions that were taken.
    taken: AtomicU32,
    /// Second versions that were refused.
    refused: AtomicU32,
    /// Posts without an answer.
    unanswered: AtomicU32,
    /// After what time from the last kill second versions came in that the level refuses.
    wrong: Mutex<Vec<Duration>>,
    /// When the process was last killed.
    killed: Mutex<Option<Instant>>,
}

impl Posts {
    fn count(counter: &AtomicU32) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn wrong(&self) {
        let killed = *self.killed.lock().expect("nobody panicked");
        let after = killed.map_or(Duration::MAX, |killed| killed.elapsed());
        self.wrong.lock().expect("nobody panicked").push(after);
    }

    /// A field less: FORWARD refuses it, and BACKWARD, with which a registry begins, does not.
    fn post(&self, address: SocketAddr, number: u32) {
        let (subject, record) = (format!("s{number}"), format!("R{number}"));
        match register(address, &subject, &record, &["a", "b"]) {
            Ok(200) => Self::count(&self.taken),
            Ok(_) | Err(_) => return Self::count(&self.unanswered),
        }
        match register(address, &subject, &record, &["a"]) {
            Ok(409) => Self::count(&self.refused),
            Ok(_) => {
                // It may have forgotten the first version in between.
                let path = format!("/subjects/{subject}/versions");
                let versions = send(address, "GET", &path, &Value::Null);
                if versions.is_ok_and(|(_, all)| all.as_array().is_some_and(|all| all.len() > 1)) {
                    self.wrong();
                }
            }
            Err(_) => Self::count(&self.unanswered),
        }
    }
}

fn killed() {
    let scene = Scene::new("registry");
    let _operator = scene.operator(&[]);
    let quick = json!({ "initialDelaySeconds": 0, "periodSeconds": 1 });
    scene.cluster("solo", &json!({ "replicas": 1, "readinessProbe": quick }));
    scene.registry(
        "schemas",
        &json!({
            "clusterRef": { "name": "solo" },
            "readinessProbe": quick,
            "compatibility": { "defaultLevel": "FORWARD" },
        }),
    );
    scene.told(REGISTRIES, "schemas", "Ready", "True");
    let (address, posts, over) =
        (address(&scene, "schemas"), Posts::default(), AtomicBool::new(false));
    let refused = || posts.refused.load(Ordering::Relaxed);
    thread::scope(|threads| {
        threads.spawn(|| {
            for number in 0.. {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                posts.post(address, number);
                thread::sleep(Duration::from_millis(5));
            }
        });
        for _ in 0..TIMES {
            let before = refused();
            until("posts to be judged", LONG, || match refused() - before {
                0..20 => Err(format!("{} so far", refused() - before)),
                _ => Ok(()),
            });
            let pod = pod(&scene).expect("it has one");
            signal(&process_of(&pod), "KILL");
            *posts.killed.lock().expect("nobody panicked") = Some(Instant::now());
            let since = Instant::now();
            another(&scene, &pod);
            let before = refused();
            until("posts to be judged again", LONG, || match refused() - before {
                0 => Err("none".to_owned()),
                _ => Ok(()),
            });
            say(&format!("a registry was killed: it served again after {:.1?}", since.elapsed()));
        }
        over.store(true, Ordering::Relaxed);
    });
    let [taken, refused, unanswered] = [&posts.taken, &posts.refused, &posts.unanswered]
        .map(|counter| counter.load(Ordering::Relaxed));
    let wrong = posts.wrong.lock().expect("nobody panicked").clone();
    say(&format!(
        "{taken} first versions taken, {refused} second ones refused, {unanswered} posts without an \
         answer, {} got in, after {wrong:.1?} from a kill",
        wrong.len()
    ));
    assert_eq!(wrong, Vec::<Duration>::new());
    assert!(unanswered > 0, "it was away");
    scene.told(REGISTRIES, "schemas", "LevelsApplied", "True");
    had_again(&scene, address);
    scene.nothing_was_refused();
}

/// What it holds, and a history that its level refuses, outlive it by hand.
fn had_again(scene: &Scene, address: SocketAddr) {
    let level = json!({ "compatibility": "NONE" });
    send(address, "PUT", "/config/history", &level).expect("it answers");
    for fields in [["a", "b"], ["c", "d"]] {
        let posted = register(address, "history", "History", &fields);
        assert_eq!(posted.expect("it answers"), 200);
    }
    send(address, "DELETE", "/subjects/history/versions/1", &Value::Null).expect("it answers");
    let kubeconfig = scene.plane.state().join("kubeconfig").display().to_string();
    let command = |args: &[&str]| {
        let at = ["-n", &scene.namespace, "--kubeconfig", &kubeconfig];
        program(&[args, &["schemas"], &at].concat())
    };
    let (code, exported, said) = command(&["export", "schemas"]);
    assert_eq!(code, 0, "{said}");
    let (code, _, said) = command(&["import", "schemas", "-f", "/dev/null"]);
    assert!(code == 1 && said.ends_with("Nothing was imported.\n"), "{said}");
    let file = std::env::temp_dir().join(format!("schemas-{}.json", std::process::id()));
    std::fs::write(&file, &exported).expect("it is written");
    let import = ["import", "schemas", "-f", &*file.display().to_string()];
    let (code, _, said) = command(&import);
    assert!(code == 1 && said.contains("ids already"), "it holds them still: {said}");
    let annotations = scene.seen(REGISTRIES, "schemas")["metadata"]["annotations"].to_string();
    assert!(!annotations.contains("paused"), "it was not even paused: {annotations}");
    let annotate = |value: &Value| {
        let body = json!({ "metadata": { "annotations": { KEEP_CLOSED: value } } });
        scene.kube().merge(REGISTRIES, &scene.namespace, "schemas", &body);
    };
    annotate(&json!("true"));
    let before = pod(scene).expect("it has one");
    signal(&process_of(&before), "KILL");
    another(scene, &before);
    until("it to be kept closed", LONG, || {
        let told = condition(&scene.seen(REGISTRIES, "schemas"), "Ready");
        if told["reason"] == "KeptClosed" { Ok(()) } else { Err(told.to_string()) }
    });
    let since = Instant::now();
    let (code, _, said) = command(&import);
    assert!(code == 0 && said.contains("with the ids that they had"), "{said}");
    say(&format!("{} after {:.1?}", said.lines().nth(1).unwrap_or_default(), since.elapsed()));
    assert!(register(address, "s-early", "Early", &["a"]).is_err(), "it is closed still");
    annotate(&Value::Null);
    scene.told(REGISTRIES, "schemas", "Ready", "True");
    let (_, again, _) = command(&["export", "schemas"]);
    assert_eq!(again, exported);
    assert_eq!(register(address, "s-last", "Last", &["a", "b"]).expect("it answers"), 200);
    assert_eq!(register(address, "s-last", "Last", &["a"]).expect("it answers"), 409);
    drop(std::fs::remove_file(file));
}

/// Waits for another pod than this.
fn another(scene: &Scene, before: &Value) {
    until("another pod", LONG, || match pod(scene) {
        Some(new) if new["metadata"]["uid"] != before["metadata"]["uid"] => Ok(()),
        seen => Err(seen.unwrap_or_default()["status"].to_string()),
    });
}

/// Its pod, but for one that is on its way out.
fn pod(scene: &Scene) -> Option<Value> {
    let pods = scene.kube().list(PODS, &scene.namespace);
    let label = "app.kubernetes.io/component";
    pods.into_iter().find(|pod| {
        pod["metadata"]["labels"][label] == "schema-registry"
            && pod["metadata"]["deletionTimestamp"].is_null()
    })
}
