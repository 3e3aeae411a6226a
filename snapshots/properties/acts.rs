//! Edits and misfortune, carried out.

use std::sync::PoisonError;

use serde_json::{Value, json};
use sluicegate_core::{
    observed::Ref,
    plan::Propagation,
    systems::rivven::{Answer, Broker, Health, Probe, names},
};
use sluicegate_effects::{
    ApiError,
    memory::{Behaviour, Fault, How, OtherWriter},
};

use crate::{
    edits::{Edit, MONITORING, OTHER_PORT},
    live::{self, at},
    safety::broker,
    world::{CLUSTER, HOME, Rig, put, the_cluster, the_topic, topic},
};

/// Does it. What the API server refuses was not done.
pub(crate) fn act(rig: &Rig, edit: &Edit) {
    let memory = &rig.memory;
    let tolerated: Result<(), ApiError> = match edit {
        Edit::Spec(pointer, value) => memory
            .edit_as("kubectl-edit", &the_cluster(), |one| put(&mut one["spec"], pointer, value)),
        Edit::Annotate(key, value) => memory.edit_as("kubectl-edit", &the_cluster(), |one| {
            put(one, &format!("/metadata/annotations/{key}"), &json!(value));
        }),
        Edit::Forget => memory.delete_as_user(&the_cluster(), Propagation::Background),
        Edit::Topic(name, fields) => set_topic(rig, name, fields),
        Edit::ForgetTopic(name) => memory.delete_as_user(&the_topic(name), Propagation::Background),
        Edit::Hand(kind, name, pointer, value) => {
            memory.edit_as("kubectl-edit", &at(kind, name), |one| put(one, pointer, value))
        }
        Edit::Delete(kind, name) => {
            forgotten(rig, kind, name);
            memory.delete_as_user(&at(kind, name), Propagation::Background)
        }
        Edit::Usurp(kind, name) => usurp(rig, &at(kind, name)),
        Edit::Yield(kind, name) => give_back(rig, &at(kind, name)),
        Edit::Leftover(nth) => {
            leftover(rig, *nth);
            Ok(())
        }
        Edit::Stray(nth) => {
            stray(rig, *nth);
            Ok(())
        }
        Edit::Lose(nth) => {
            let claim = at("PersistentVolumeClaim", &names::claim(CLUSTER, *nth));
            memory.edit_status(&claim, |status| status["phase"] = json!("Lost"));
            Ok(())
        }
        Edit::Serve(true) => {
            memory.serve(MONITORING);
            Ok(())
        }
        Edit::Serve(false) => {
            memory.unserve(MONITORING);
            Ok(())
        }
        Edit::Behave(nth, how) => {
            memory.behave(HOME, &names::pod(CLUSTER, *nth), *how);
            Ok(())
        }
        Edit::Crash(nth) => {
            memory.crash(HOME, &names::pod(CLUSTER, *nth));
            Ok(())
        }
        Edit::Ill(nth, ill) => {
            fall_ill(rig, *nth, *ill);
            Ok(())
        }
        Edit::Produce(nth, topic) => {
            produce(rig, *nth, topic);
            Ok(())
        }
        Edit::Fault(after, kind) => {
            memory.inject(Fault { nth: memory.tried() + after, how: fault(kind) });
            Ok(())
        }
    };
    // What is not there cannot be edited; the next move goes on.
    drop(tolerated);
}

fn set_topic(rig: &Rig, name: &str, fields: &[(&str, Value)]) -> Result<(), ApiError> {
    let lay = |one: &mut Value| {
        fields.iter().for_each(|(pointer, value)| put(&mut one["spec"], pointer, value));
    };
    if rig.memory.object(&the_topic(name)).is_some() {
        return rig.memory.edit_as("kubectl-edit", &the_topic(name), lay);
    }
    let mut made = topic(name, &json!({ "clusterRef": { "name": CLUSTER } }));
    lay(&mut made);
    rig.memory.load(vec![made]);
    Ok(())
}

/// Whoever deletes a claim gives up what is on it, whenever its pod stops. That the operator is not
/// who stops it is for the watchman to see.
fn forgotten(rig: &Rig, kind: &str, name: &str) {
    if kind != "PersistentVolumeClaim" {
        return;
    }
    let claim = names::ordinal(CLUSTER, name).and_then(|nth| live::claim_uid(rig, nth));
    let mut written = rig.written.lock().unwrap_or_else(PoisonError::into_inner);
    written.retain(|(of, _)| Some(of) != claim.as_ref());
}

fn usurp(rig: &Rig, target: &Ref) -> Result<(), ApiError> {
    if rig.memory.object(target).is_some() {
        rig.memory.delete_as_user(target, Propagation::Background)?;
    }
    let mut body = json!({
        "apiVersion": target.api.api_version(),
        "kind": target.api.kind,
        "metadata": { "name": target.name, "namespace": HOME, "labels": { "foreign": "yes" } },
    });
    if target.api.kind == "ConfigMap" {
        body["data"] = json!({ "theirs": "1" });
    }
    rig.memory.create_as("kubectl-create", target, &body)
}

fn give_back(rig: &Rig, target: &Ref) -> Result<(), ApiError> {
    let marked = |object: Value| object.pointer("/metadata/labels/foreign").is_some();
    if rig.memory.object(target).is_some_and(marked) {
        return rig.memory.delete_as_user(target, Propagation::Background);
    }
    Ok(())
}

/// The labels of a broker.
fn labels() -> Value {
    json!({
        "app.kubernetes.io/component": "broker",
        "app.kubernetes.io/instance": CLUSTER,
        "app.kubernetes.io/name": "rivven",
        "foreign": "yes",
    })
}

fn leftover(rig: &Rig, nth: u32) {
    let name = names::claim(CLUSTER, nth);
    if rig.memory.object(&at("PersistentVolumeClaim", &name)).is_some() {
        return;
    }
    rig.memory.load(vec![json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name, "namespace": HOME, "labels": labels(),
            "annotations": { "sluicegate/made-for": "somebody else" },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "standard",
            "volumeMode": "Filesystem",
            "resources": { "requests": { "storage": "5Gi" } },
        },
        "status": { "phase": "Bound", "capacity": { "storage": "5Gi" } },
    })]);
}

fn stray(rig: &Rig, nth: u32) {
    let name = names::pod(CLUSTER, nth);
    if rig.memory.object(&at("Pod", &name)).is_some() {
        return;
    }
    let owner = json!({ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "theirs",
        "uid": "somebody else", "controller": true });
    rig.memory.load(vec![json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name, "namespace": HOME, "labels": labels(), "ownerReferences": [owner],
        },
        "spec": { "containers": [{ "name": "theirs", "image": "example.com/theirs:1" }] },
        "status": { "phase": "Pending" },
    })]);
}

fn fall_ill(rig: &Rig, nth: u32, ill: bool) {
    let mut all = rig.ill.lock().unwrap_or_else(PoisonError::into_inner);
    if ill {
        all.insert(nth)
    } else {
        all.remove(&nth)
    };
    for port in [names::API_PORT, OTHER_PORT] {
        let probe = Probe::Health(Broker { port, ..broker(nth) });
        if ill {
            let answer = Answer::Health(Health { healthy: false, membership: None });
            rig.memory.answer(probe, answer);
        } else {
            rig.memory.let_answer(&probe);
        }
    }
}

fn produce(rig: &Rig, nth: u32, topic: &str) {
    let done = rig.memory.product(|product, store| product.produce(store, &broker(nth), topic, 10));
    if let (Ok(()), Some(claim)) = (done, live::claim_uid(rig, nth)) {
        let mut written = rig.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.push((claim, topic.to_owned()));
    }
}

/// One way for a write to go wrong.
pub(crate) fn fault(kind: &str) -> How {
    match kind {
        "500" => How::Refused(ApiError::new(500, "InternalError", "it broke")),
        "409" => How::Refused(ApiError::new(409, "Conflict", "somebody was faster")),
        "lost" => How::ReplyLost,
        "slow" => How::Delayed(2),
        "scaled" => How::Overtaken(scale_by_hand),
        "deleted" => How::Overtaken(delete_config),
        "edited" => How::Overtaken(ask_for_two),
        "forgotten" => How::Overtaken(forget),
        other => panic!("there is no fault {other}"),
    }
}

fn scale_by_hand(somebody: &mut OtherWriter<'_>) {
    let set = at("StatefulSet", &names::workload(CLUSTER));
    // It may not be there yet.
    drop(somebody.edit(&set, |set| set["spec"]["replicas"] = json!(5)));
}

fn delete_config(somebody: &mut OtherWriter<'_>) {
    drop(somebody.delete(&at("ConfigMap", &names::config(CLUSTER))));
}

fn ask_for_two(somebody: &mut OtherWriter<'_>) {
    drop(somebody.edit(&the_cluster(), |one| one["spec"]["replicas"] = json!(2)));
}

fn forget(somebody: &mut OtherWriter<'_>) {
    drop(somebody.delete(&the_cluster()));
}

/// Ends all misfortune; what people asked for stays.
pub(crate) fn heal(rig: &Rig) {
    for nth in 0..8 {
        rig.memory.behave(HOME, &names::pod(CLUSTER, nth), Behaviour::Normal);
        fall_ill(rig, nth, false);
    }
    *rig.lag.lock().unwrap_or_else(PoisonError::into_inner) = 0;
}
