//! From anywhere, through anything, to the same end: after edits and misfortune stop, the cluster
//! comes to rest where a fresh one with the same spec comes to rest, or its status says why not.

use std::sync::PoisonError;

use futures_executor::block_on;
use k8s_openapi::api::core::v1::Pod;
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use sluicegate_core::{
    k8s::monitoring::ServiceMonitor,
    observed::{Api, List, Selector, text},
    systems::rivven::{
        Answer, names,
        topic::{RivvenTopic, config},
    },
};

use sluicegate_effects::Reader as _;

use crate::{
    acts::{act, heal},
    cases,
    edits::{BAD, MONITORING, Move, moves},
    live, regressions,
    world::{CLUSTER, HOME, Rig, UID, cluster, plain},
};

proptest! {
    #![proptest_config(cases(192, regressions!("reachable")))]

    #[test]
    fn from_anywhere_it_comes_to_the_same_rest_or_says_why_not(
        replicas in 1..4_u32,
        all in vec(moves(), 1..14),
    ) {
        let rig = Rig::new();
        rig.memory.load(vec![cluster(&plain(replicas))]);
        run(&rig, &all);
        heal(&rig);
        let rested = rig.rest();
        prop_assert!(rested.is_some(), "it never comes to rest\n{}", tail(&rig));
        rig.memory.reset_counts();
        for _ in 0..5 {
            rig.round();
            rig.memory.tick();
        }
        prop_assert_eq!(rig.memory.counts().writes(), 0, "it writes at rest\n{}", tail(&rig));
        prop_assert_eq!(rig.alarmed(), None);
        prop_assert_eq!(lost(&rig), None, "\n{}", rig.story());
        prop_assert_eq!(misplaced(&rig), None, "\n{}", rig.story());
    }
}

fn run(rig: &Rig, all: &[Move]) {
    for Move { edit, rounds, ticks, lag } in all {
        *rig.lag.lock().unwrap_or_else(PoisonError::into_inner) = *lag;
        act(rig, edit);
        for _ in 0..*rounds {
            rig.round();
            (0..*ticks).for_each(|_| drop(rig.memory.tick()));
        }
    }
}

/// The end of the story: what it does again and again.
fn tail(rig: &Rig) -> String {
    let story = rig.story();
    let lines: Vec<&str> = story.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// Records that were written and are gone, though nobody asked for their deletion.
fn lost(rig: &Rig) -> Option<String> {
    let written = rig.written.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = rig.cluster()?;
    let uid = |nth| live::claim_uid(rig, nth);
    let claims: Vec<Option<String>> = (0..8).map(uid).collect();
    let deletes = text(&cluster, "/spec/storage/deletionPolicy") == "Delete";
    for (claim, topic) in written.iter() {
        if !claims.contains(&Some(claim.clone())) && !deletes {
            return Some(format!("the claim that holds {topic} is gone"));
        }
        let serving = claims[0].as_ref() == Some(claim) && live::serves(rig, "rivven-prod-0");
        if serving && !matches!(live::topic_on(rig, topic), Answer::Topic(one) if one.records > 0) {
            return Some(format!("{topic} has lost its records"));
        }
    }
    None
}

/// Where the world differs from a fresh one with the same spec, unless the status says why.
fn misplaced(rig: &Rig) -> Option<String> {
    let Some(resource) = rig.cluster() else {
        let left = live::children(rig);
        return left.first().map(|one| format!("{} is left", text(one, "/metadata/name")));
    };
    let status = |kind| live::condition(rig, kind).unwrap_or_default();
    let (ready, reason, message) = status("Ready");
    if status("Accepted").0 == "False" || status("Paused").0 == "True" {
        return None;
    }
    if ready != "True" {
        if in_the_way(rig, &resource) {
            return None;
        }
        let blocked = status("Blocked").0 == "True";
        let waits = reason == "Reconciling" && message.starts_with("waiting: ");
        let image = resource["spec"]["image"] == BAD;
        let none = reason == "NoBrokers";
        let volume = status("VolumesKept").0 == "False" && reason == "BrokerFailed";
        let says = blocked || waits || image || none || volume;
        return (!says).then(|| format!("not Ready, and it does not say why: {reason}: {message}"));
    }
    if let Err(why) = live::told(rig, &live::at("RivvenCluster", CLUSTER), &resource["status"]) {
        return Some(why);
    }
    let fresh = fresh(rig, &resource);
    if let Some(alarm) = fresh.alarmed() {
        return Some(format!("the fresh one: {alarm}"));
    }
    live::difference(&live::children(rig), &live::children(&fresh)).or_else(|| strays(rig))
}

/// Whether a pod of somebody else has the name of a broker.
fn in_the_way(rig: &Rig, resource: &Value) -> bool {
    let wanted = resource["spec"]["replicas"].as_u64().unwrap_or(3);
    let takes = |pod: &Value| {
        let ordinal = names::ordinal(CLUSTER, text(pod, "/metadata/name"));
        pod.pointer("/metadata/labels/foreign").is_some()
            && ordinal.is_some_and(|ordinal| u64::from(ordinal) < wanted)
    };
    rig.all(&Api::of::<Pod>()).iter().any(takes)
}

/// A cluster that was asked for like this from the beginning.
fn fresh(rig: &Rig, resource: &Value) -> Rig {
    let fresh = Rig::new();
    let monitors = Selector::all(Api::of::<ServiceMonitor>(), HOME);
    let served = block_on(rig.memory.list(&monitors)).expect("memory can be read");
    if served != List::NotServed {
        fresh.memory.serve(MONITORING);
    }
    let mut made = cluster(&resource["spec"]);
    made["metadata"]["uid"] = json!(UID);
    made["metadata"]["annotations"] = resource["metadata"]["annotations"].clone();
    if made["metadata"]["annotations"].is_null() {
        made["metadata"].as_object_mut().expect("it is an object").remove("annotations");
    }
    fresh.memory.load(vec![made]);
    assert!(fresh.rest().is_some(), "a fresh cluster never comes to rest");
    fresh
}

/// Topics that say that they are as asked for and are not.
fn strays(rig: &Rig) -> Option<String> {
    for topic in rig.all(&Api::of::<RivvenTopic>()) {
        let name = text(&topic, "/metadata/name").to_owned();
        let conditions = topic.pointer("/status/conditions").and_then(Value::as_array);
        let of = |kind: &str| conditions.into_iter().flatten().find(|one| one["type"] == kind);
        let Some(ready) = of("Ready") else { return Some(format!("topic {name} says nothing")) };
        let blocked = of("Blocked").is_some_and(|one| one["status"] == "True");
        if ready["status"] != "True" && !blocked {
            return Some(format!("topic {name} is not Ready: {ready}"));
        }
        let wanted: RivvenTopic = serde_json::from_value(topic).expect("it is a topic");
        let wanted = config::wanted(&wanted.spec.config.unwrap_or_default());
        let Answer::Topic(there) = live::topic_on(rig, &name) else {
            return Some(format!("topic {name} is not there"));
        };
        let differs =
            |one: &&config::Setting| config::actual(&there.configs, one) != wanted[one.key];
        if !blocked && let Some(setting) = config::SETTINGS.iter().find(differs) {
            return Some(format!("{} of topic {name} is not as asked for", setting.key));
        }
    }
    None
}
