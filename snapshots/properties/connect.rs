//! Workers through every order of events: no connector is ever started in two places, and at rest
//! each that may run does.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::Pod;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use sluicegate_core::{
    label::CONNECTORS,
    observed::{Api, Ref, text},
    plan::Propagation,
    systems::rivven::connect::RivvenConnect,
};
use sluicegate_effects::memory::Fault;

use crate::{
    acts::{act, fault},
    cases,
    edits::Edit,
    live, regressions,
    world::{CLUSTER, HOME, Rig, cluster, plain, put},
};

/// The connectors that may be in the resource, each with the list that it stands in.
const CONNECTORS_OF: [(&str, &str); 7] = [
    ("clicks", "sources"),
    ("orders", "sources"),
    ("shop", "sources"),
    ("all", "sinks"),
    ("print", "sinks"),
    ("store", "sinks"),
    ("audit", "sinks"),
];

/// What happens to the resource and around it.
#[derive(Clone, Debug)]
enum Move {
    Workers(u32),
    Add(usize),
    Remove(usize),
    Enable(usize, bool),
    Rate(usize, u32),
    Ends(usize, bool),
    Restart(usize, u32),
    /// Of the objects of a kind that there are, one is deleted by hand.
    Delete(&'static str, usize),
    Grow(u32),
    Fault(u64, &'static str),
    /// So many rounds of the operator, with a tick after each.
    Rounds(usize),
}

fn a_move() -> impl Strategy<Value = Move> {
    let which = 0..CONNECTORS_OF.len();
    prop_oneof![
        3 => (1..5_u32).prop_map(Move::Workers),
        3 => which.clone().prop_map(Move::Add),
        2 => which.clone().prop_map(Move::Remove),
        2 => (which.clone(), any::<bool>()).prop_map(|(nth, on)| Move::Enable(nth, on)),
        2 => (which.clone(), 1..9_u32).prop_map(|(nth, rate)| Move::Rate(nth, rate)),
        1 => (which.clone(), any::<bool>()).prop_map(|(nth, ends)| Move::Ends(nth, ends)),
        1 => (which, 1..9_u32).prop_map(|(nth, value)| Move::Restart(nth, value)),
        2 => (select(vec!["Deployment", "Pod", "ConfigMap", "Job"]), 0..4_usize)
            .prop_map(|(kind, nth)| Move::Delete(kind, nth)),
        1 => (2..5_u32).prop_map(Move::Grow),
        1 => (1..5_u64, select(vec!["500", "lost", "slow", "409"]))
            .prop_map(|(after, kind)| Move::Fault(after, kind)),
        6 => (1..5_usize).prop_map(Move::Rounds),
    ]
}

fn the_connect() -> Ref {
    Ref::to::<RivvenConnect>(HOME, "flow")
}

fn connector(nth: usize) -> Value {
    let (name, list) = CONNECTORS_OF[nth];
    match (name, list) {
        ("shop", _) => json!({
            "name": name, "connector": "mysql-cdc", "topic": "orders", "configSecretRef": "shop",
        }),
        (_, "sources") => json!({ "name": name, "connector": "datagen", "topic": name }),
        ("all", _) => json!({
            "name": name, "connector": "stdout", "topics": ["*"], "consumerGroup": name,
        }),
        _ => json!({
            "name": name, "connector": "stdout", "topics": ["clicks", "orders"],
            "consumerGroup": name,
        }),
    }
}

fn begin() -> Rig {
    let rig = Rig::new();
    rig.memory.load(vec![cluster(&plain(1))]);
    for (topic, partitions) in [("clicks", 1), ("orders", 2)] {
        act(&rig, &Edit::Topic(topic, vec![("/partitions", json!(partitions))]));
    }
    rig.memory.load(vec![json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenConnect",
        "metadata": { "name": "flow", "namespace": HOME },
        "spec": {
            "clusterRef": { "name": CLUSTER }, "replicas": 2,
            "sources": [connector(0)], "sinks": [connector(4), connector(5)],
        },
    })]);
    assert!(rig.rest().is_some(), "it never comes to rest\n{}", rig.story());
    rig
}

/// Changes the resource.
fn edit(rig: &Rig, how: impl FnOnce(&mut Value)) {
    // The next move goes on, whatever the API server says of this one.
    drop(rig.memory.edit_as("kubectl-edit", &the_connect(), how));
}

/// Changes a connector of it, if it is there.
fn edit_one(rig: &Rig, nth: usize, how: impl FnOnce(&mut Value)) {
    let (name, list) = CONNECTORS_OF[nth];
    edit(rig, |resource| {
        let mut all = resource["spec"][list].as_array_mut().into_iter().flatten();
        if let Some(one) = all.find(|one| one["name"] == name) {
            how(one);
        }
    });
}

fn carry_out(rig: &Rig, what: &Move) -> Result<(), TestCaseError> {
    match what.clone() {
        Move::Workers(count) => edit(rig, |one| one["spec"]["replicas"] = json!(count)),
        Move::Add(nth) => edit(rig, |one| {
            let (name, list) = CONNECTORS_OF[nth];
            let all = one["spec"][list].as_array_mut().expect("it is a list");
            if !all.iter().any(|one| one["name"] == name) {
                all.push(connector(nth));
            }
        }),
        Move::Remove(nth) => edit(rig, |one| {
            let (name, list) = CONNECTORS_OF[nth];
            let all = one["spec"][list].as_array_mut().expect("it is a list");
            all.retain(|one| one["name"] != name);
        }),
        Move::Enable(nth, on) => edit_one(rig, nth, |one| one["enabled"] = json!(on)),
        Move::Rate(nth, rate) if nth < 2 => {
            edit_one(rig, nth, |one| put(one, "/config/eventsPerSecond", &json!(rate)));
        }
        Move::Ends(nth, ends) if nth < 2 => {
            let most = if ends { json!(50) } else { Value::Null };
            edit_one(rig, nth, |one| put(one, "/config/maxEvents", &most));
        }
        Move::Rate(..) | Move::Ends(..) => {}
        Move::Restart(nth, value) => edit(rig, |one| {
            let asked = json!(format!("{}={value}", CONNECTORS_OF[nth].0));
            put(one, "/metadata/annotations/sluicegate~1restart-connector", &asked);
        }),
        Move::Delete(kind, nth) => {
            let ours = |one: &Value| {
                one["kind"] == kind && text(one, "/metadata/name").starts_with("rivven-connect-")
            };
            let all = rig.memory.store(|store| {
                store.objects().filter(|one| ours(one)).cloned().collect::<Vec<Value>>()
            });
            if let Some(one) = all.get(nth) {
                let target = sluicegate_effects::memory::reference(one);
                drop(rig.memory.delete_as_user(&target, Propagation::Background));
            }
        }
        Move::Grow(partitions) => {
            act(rig, &Edit::Topic("orders", vec![("/partitions", json!(partitions))]));
        }
        Move::Fault(after, kind) => {
            rig.memory.inject(Fault { nth: rig.memory.tried() + after, how: fault(kind) });
        }
        Move::Rounds(count) => {
            for _ in 0..count {
                rig.round();
                alone(rig)?;
                rig.memory.tick();
                alone(rig)?;
            }
        }
    }
    alone(rig)
}

/// The pods that each connector runs in or may run in: those on their way out too.
fn places(rig: &Rig) -> BTreeMap<String, Vec<String>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pod in rig.all(&Api::of::<Pod>()) {
        if matches!(text(&pod, "/status/phase"), "Succeeded" | "Failed") {
            continue;
        }
        let annotations = pod.pointer("/metadata/annotations");
        let connectors = annotations.and_then(|all| all[CONNECTORS].as_str()).unwrap_or_default();
        for name in connectors.split(',').filter(|name| !name.is_empty()) {
            let pod = text(&pod, "/metadata/name").to_owned();
            places.entry(name.to_owned()).or_default().push(pod);
        }
    }
    places
}

/// No connector is in two pods at once.
fn alone(rig: &Rig) -> Result<(), TestCaseError> {
    for (connector, pods) in places(rig) {
        prop_assert!(pods.len() < 2, "{} is in {:?}\n{}", connector, pods, rig.story());
    }
    Ok(())
}

/// At rest every connector that is enabled runs or is through, and nothing else does.
fn as_asked(rig: &Rig) -> Result<(), TestCaseError> {
    let resource = rig.memory.object(&the_connect()).expect("nobody deletes it");
    let states = resource["status"]["connectorStatuses"].as_array().cloned().unwrap_or_default();
    let states: BTreeMap<&str, &str> =
        states.iter().map(|one| (text(one, "/name"), text(one, "/state"))).collect();
    let mut enabled = BTreeSet::new();
    for list in ["sources", "sinks"] {
        for one in resource["spec"][list].as_array().expect("it is a list") {
            let name = text(one, "/name");
            if one["enabled"] != false {
                enabled.insert(name.to_owned());
            }
            let ends = !one["config"]["maxEvents"].is_null();
            let wanted = match (one["enabled"] != false, ends) {
                (false, _) => "disabled",
                (true, true) => "completed",
                (true, false) => "running",
            };
            prop_assert_eq!(states.get(name), Some(&wanted), "{}: {}", name, resource["status"]);
            let runs = places(rig).contains_key(name);
            prop_assert_eq!(runs, wanted == "running", "{}\n{}", name, rig.story());
        }
    }
    let strange: Vec<_> = places(rig).into_keys().filter(|name| !enabled.contains(name)).collect();
    prop_assert!(strange.is_empty(), "{:?} run, and nobody asks for them", strange);
    let status = &resource["status"];
    prop_assert!(live::says_ready(&resource, status), "{}", status);
    Ok(())
}

proptest! {
    #![proptest_config(cases(48, regressions!("connect")))]

    #[test]
    fn a_connector_runs_in_one_place_whatever_happens(moves in vec(a_move(), 1..24)) {
        let rig = begin();
        for what in &moves {
            carry_out(&rig, what)?;
        }
        for _ in 0..400 {
            let acted = rig.round();
            alone(&rig)?;
            let happened = rig.memory.tick();
            alone(&rig)?;
            if !acted && happened.is_empty() {
                break;
            }
        }
        prop_assert!(rig.rest().is_some(), "it never comes to rest\n{}", rig.story());
        as_asked(&rig)?;
        prop_assert_eq!(rig.alarmed(), None);
        rig.memory.reset_counts();
        for _ in 0..20 {
            prop_assert!(!rig.round(), "it plans at rest\n{}", rig.story());
            rig.memory.tick();
        }
        prop_assert_eq!(rig.memory.counts().writes(), 0);
    }
}
