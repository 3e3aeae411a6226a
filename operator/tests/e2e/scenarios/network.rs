//! The network between the operator and the API server: answers that never come, watches that go
//! silent or are too old, a process that is killed in the middle of it, a refusal for good.

use std::time::Instant;

use serde_json::json;

use crate::{
    Scenario,
    kube::{CONFIG_MAPS, SETS},
    operator::page,
    proxy::{Call, Fault, Proxy},
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_watch_that_goes_silent_is_noticed_within_75_seconds", silent),
    ("looks_that_are_never_answered_hold_nothing_up_for_long", never),
    ("a_watch_that_is_too_old_in_the_middle_is_read_anew", expired),
    ("a_refusal_is_told_at_once_and_waits_for_a_change", refused),
];

const WATCHED: &[&str] = &[
    "rivvenclusters",
    "rivventopics",
    "configmaps",
    "services",
    "statefulsets",
    "poddisruptionbudgets",
    "pods",
    "persistentvolumeclaims",
];

fn silent() {
    let scene = Scene::new("silent");
    let proxy = Proxy::before(scene.plane);
    let operator = scene.run(&scene.start().through(&proxy));
    scene.cluster("small", &json!({ "replicas": 1 }));
    scene.is_ready("small");
    scene.is_quiet(seconds(3));
    let count: usize = WATCHED.iter().map(|resource| proxy.silence(resource)).sum();
    assert!(count >= WATCHED.len(), "{count} watches were under way");
    let since = Instant::now();
    scene.kube().delete(CONFIG_MAPS, &scene.namespace, "rivven-small-config");
    scene.cluster("small", &json!({ "replicas": 2 }));
    let got = |name| scene.kube().get(CONFIG_MAPS, &scene.namespace, name).map(drop);
    until("what was deleted meanwhile to be back", seconds(80), || {
        got("rivven-small-config").ok_or("it is not there")
    });
    until("the change to be carried out", seconds(80), || {
        let set = scene.kube().get(SETS, &scene.namespace, "rivven-small").unwrap_or_default();
        if set["spec"]["replicas"] == 2 { Ok(()) } else { Err(set["spec"].to_string()) }
    });
    let took = since.elapsed();
    say(&format!("{count} silent watches: recovered after {:.1} s", took.as_secs_f32()));
    assert!(took <= seconds(75), "{took:?}");
    scene.is_ready("small");
    assert_eq!(page(operator.health, "/livez").0, 200);
}

fn never() {
    let scene = Scene::new("never");
    let proxy = Proxy::before(scene.plane);
    let operator = scene.run(&scene.start().through(&proxy));
    scene.settled("duo", &json!({ "replicas": 2 }));
    // Guards read just before a restart: the first two of these looks are never answered.
    let looks = |call: &Call| call.verb == "get" || call.verb == "list";
    let rule = proxy.fail_often(1, 2, Fault::Never, looks);
    let since = Instant::now();
    scene.cluster("duo", &json!({ "replicas": 2, "image": "registry.test/rivvend:2" }));
    rule.has_fired(SOON);
    // Others are served meanwhile.
    scene.cluster("other", &json!({ "replicas": 1 }));
    scene.is_ready("other");
    let meanwhile = since.elapsed();
    assert!(meanwhile <= seconds(14), "it waited for the other: {meanwhile:?}");
    until("both looks to be given up", seconds(100), || match rule.fired() {
        2 => Ok(()),
        other => Err(format!("{other} were made")),
    });
    let fault_ended = Instant::now();
    scene.told("duo", "Ready", "True", seconds(75));
    until("the new image to be everywhere", seconds(75), || {
        let seen = scene.seen("duo");
        let told = condition(&seen, "RolledOut");
        if told["status"] == "True" { Ok(()) } else { Err(told.to_string()) }
    });
    let took = fault_ended.elapsed();
    say(&format!("two looks never answered: done {:.1} s after the second", took.as_secs_f32()));
    assert_eq!(page(operator.health, "/livez").0, 200);
}

fn expired() {
    let scene = Scene::new("expired");
    let proxy = Proxy::before(scene.plane);
    let _operator = scene.run(&scene.start().through(&proxy));
    scene.settled("small", &json!({ "replicas": 1 }));
    let count: usize = WATCHED.iter().map(|resource| proxy.expire(resource)).sum();
    assert!(count >= WATCHED.len(), "{count} watches were under way");
    let before = scene.writes().len();
    scene.kube().delete(CONFIG_MAPS, &scene.namespace, "rivven-small-config");
    let (_, took) = until("what was deleted meanwhile to be back", seconds(10), || {
        let seen = scene.kube().get(CONFIG_MAPS, &scene.namespace, "rivven-small-config");
        seen.map(drop).ok_or("it is not there")
    });
    say(&format!("{count} watches too old: recovered after {:.1} s", took.as_secs_f32()));
    scene.is_quiet(seconds(2));
    let after = scene.writes().split_off(before);
    let made: Vec<_> = after.iter().filter(|one| one.subresource != "status").collect();
    assert_eq!(made.len(), 1, "{made:?}");
}

fn refused() {
    let scene = Scene::new("refused");
    let proxy = Proxy::before(scene.plane);
    let _operator = scene.run(&scene.start().through(&proxy));
    let sets = |call: &Call| call.verb == "patch" && call.resource == "statefulsets";
    let rule = proxy.fail_often(1, 1000, Fault::Answer(422), sets);
    scene.cluster("small", &json!({ "replicas": 1 }));
    rule.has_fired(SOON);
    let seen = scene.told("small", "Synced", "False", seconds(5));
    let said = condition(&seen, "Synced");
    assert_eq!(said["reason"], "Refused", "{said}");
    let message = said["message"].as_str().unwrap_or_default();
    assert!(message.contains("StatefulSet") && message.contains("spec.made-up"), "{said}");
    say(&format!("422: {message}"));
    throughout(seconds(8), || assert_eq!(rule.seen(), 1, "it is not tried again"));
    rule.lift();
    let since = Instant::now();
    scene.cluster("small", &json!({ "replicas": 2 }));
    scene.told("small", "Ready", "True", seconds(5));
    let took = since.elapsed();
    assert!(took <= seconds(5), "{took:?}");
    let seen = scene.seen("small");
    assert_ne!(condition(&seen, "Synced")["status"], "False");
}
