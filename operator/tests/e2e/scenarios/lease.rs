//! Two operators and one lease.

use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use serde_json::json;

use crate::{
    Scenario,
    audit::{Class, Entry},
    kube::{CONFIG_MAPS, LEASES},
    operator::{Operator, Start, page},
    say,
    scene::{SOON, Scene},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_leader_that_was_frozen_past_its_lease_sends_nothing_more", frozen),
    ("a_leader_that_is_asked_to_end_hands_over_at_once", handed_over),
    ("a_leader_that_loses_its_lease_ends", lost),
    ("a_container_that_starts_again_in_its_pod_leads_at_once", again),
];

struct Pair {
    scene: Scene,
    first: (Start, Operator),
    second: (Start, Operator),
}

impl Pair {
    fn new(name: &str) -> Self {
        let scene = Scene::new(name);
        let with = |user: &str| {
            let start = Start { user: format!("e2e-{name}-{user}"), ..scene.start() };
            let pod = ("POD_NAME".to_owned(), user.to_owned());
            Start { env: vec![pod], ..start }
        };
        let (first, second) = (with("first"), with("second"));
        let one = first.run(scene.plane);
        one.ready();
        holder(&scene);
        let two = second.run(scene.plane);
        two.ready();
        Self { scene, first: (first, one), second: (second, two) }
    }

    fn log(&self, of: &Start) -> Vec<Arc<Entry>> {
        self.scene.plane.audit.of_user(&of.user)
    }
}

fn holder(scene: &Scene) -> String {
    let (holder, _) = until("somebody to hold the lease", SOON, || {
        let lease = scene.kube().get(LEASES, &scene.namespace, "rivven-operator-leader");
        match lease.unwrap_or_default()["spec"]["holderIdentity"].as_str() {
            Some(holder) if !holder.is_empty() => Ok(holder.to_owned()),
            other => Err(format!("{other:?}")),
        }
    });
    holder
}

fn lead(scene: &Scene, before: &str, most: std::time::Duration) -> std::time::Duration {
    let (_, took) = until("the other to lead", most, || match holder(scene) {
        now if now != before => Ok(()),
        now => Err(now),
    });
    took
}

fn writes(log: &[Arc<Entry>]) -> Vec<Arc<Entry>> {
    log.iter().filter(|entry| entry.class() == Class::Write).cloned().collect()
}

fn frozen() {
    let pair = Pair::new("frozen");
    let scene = &pair.scene;
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
    let before = holder(scene);
    assert!(writes(&pair.log(&pair.second.0)).is_empty(), "the second stands by");
    pair.first.1.signal("STOP");
    let stopped = Timestamp::now();
    // Work for whoever leads, of which the frozen one will want to do its part.
    let edit = json!({ "data": { "RIVVEN_API_BIND": "by hand" } });
    scene.kube().merge(CONFIG_MAPS, &scene.namespace, "rivven-small-config", &edit);
    let took = lead(scene, &before, seconds(40));
    say(&format!("frozen leader: another leads after {:.1} s", took.as_secs_f32()));
    until("the other to do its work", SOON, || {
        let is = scene.kube().get(CONFIG_MAPS, &scene.namespace, "rivven-small-config");
        let is = is.unwrap_or_default()["data"]["RIVVEN_API_BIND"].clone();
        if is == "by hand" { Err(is.to_string()) } else { Ok(()) }
    });
    // Once more, so that the frozen one finds something to do when it wakes.
    let thawed = Timestamp::now();
    scene.kube().merge(CONFIG_MAPS, &scene.namespace, "rivven-small-config", &edit);
    pair.first.1.signal("CONT");
    let mut first = pair.first;
    let (status, after) = first.1.ended(seconds(15));
    say(&format!("frozen leader: ended {:.2} s after it went on, {status}", after.as_secs_f32()));
    assert!(!status.success(), "who has lost its lease has not ended well");
    std::thread::sleep(seconds(2));
    let log = scene.plane.audit.of_user(&first.0.user);
    let late = log.iter().filter(|one| one.at > stopped);
    // What was sent before it was frozen may have been read after.
    let late: Vec<_> = late.filter(|one| one.at >= thawed).collect();
    let acts: Vec<_> = late.iter().filter(|one| one.class() != Class::Lease).collect();
    let acts: Vec<_> = acts.iter().filter(|one| one.verb != "watch").collect();
    assert!(acts.is_empty(), "{acts:?}");
    scene.is_ready("small");
    assert!(!writes(&scene.plane.audit.of_user(&pair.second.0.user)).is_empty());
}

fn handed_over() {
    let mut pair = Pair::new("handed");
    pair.scene.cluster("small", &json!({ "replicas": 1 }));
    pair.scene.is_ready("small");
    let before = holder(&pair.scene);
    let (status, took) = pair.first.1.stop();
    assert!(status.success(), "{status:?}");
    let after = lead(&pair.scene, &before, seconds(10));
    say(&format!(
        "hand-over: ended after {:.2} s, the other leads {:.2} s later",
        took.as_secs_f32(),
        after.as_secs_f32()
    ));
    assert!(took <= seconds(4) && after <= seconds(4), "{took:?}, {after:?}");
    pair.scene.cluster("more", &json!({ "replicas": 1 }));
    pair.scene.is_ready("more");
    let log = pair.log(&pair.second.0);
    assert!(writes(&log).iter().all(|one| !one.what().contains("small")), "{log:?}");
}

fn lost() {
    let pair = Pair::new("lost");
    let scene = &pair.scene;
    let mut first = pair.first;
    // Somebody takes it.
    let taken = json!({ "spec": { "holderIdentity": "somebody else", "renewTime": now() } });
    scene.kube().merge(LEASES, &scene.namespace, "rivven-operator-leader", &taken);
    let (status, took) = first.1.ended(seconds(15));
    assert!(!status.success(), "{status:?}");
    say(&format!("lost lease: ended after {:.2} s, {status}", took.as_secs_f32()));
    throughout(seconds(2), || assert_eq!(page(pair.second.1.health, "/readyz").0, 200));
}

fn now() -> String {
    format!("{:.6}", Timestamp::now())
}

fn again() {
    let scene = Scene::new("again");
    let env = [("POD_NAME", "operator-0"), ("POD_UID", "5a1c8a52-2f0e-4c56-9f1f-4d5f0a6f7e11")];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let start = Start { env, ..scene.start() };
    let mut operator = scene.run(&start);
    let before = holder(&scene);
    assert_eq!(before, "operator-0_5a1c8a52-2f0e-4c56-9f1f-4d5f0a6f7e11");
    operator.signal("KILL");
    operator.ended(SOON);
    let since = std::time::Instant::now();
    let operator = scene.run(&start);
    until("it to lead", seconds(10), || {
        let said = operator.said();
        if said.contains("leads from now on") { Ok(()) } else { Err(said) }
    });
    let took = since.elapsed();
    say(&format!("killed and started again in its pod: leads after {:.2} s", took.as_secs_f32()));
    assert!(took < seconds(8), "{took:?}");
    assert_eq!(holder(&scene), before);
}
