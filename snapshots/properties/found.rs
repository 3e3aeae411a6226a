//! What the properties found once, as short as it can be told.

use serde_json::json;
use sluicegate_core::{plan::Propagation, systems::rivven::names};

use crate::{
    acts::act,
    edits::Edit,
    live,
    world::{CLUSTER, Rig, plain},
};

fn after(replicas: u32, edits: &[Edit]) -> Rig {
    let rig = Rig::settled(&plain(replicas));
    edits.iter().for_each(|edit| act(&rig, edit));
    assert!(rig.rest().is_some(), "it never comes to rest");
    assert_eq!(rig.alarmed(), None);
    rig
}

fn ready(rig: &Rig) -> (String, String) {
    let (status, reason, _) = live::condition(rig, "Ready").expect("it is told");
    (status, reason)
}

fn is(status: &str, reason: &str) -> (String, String) {
    (status.to_owned(), reason.to_owned())
}

#[test]
fn a_cluster_whose_object_is_somebody_elses_is_not_ready_any_more() {
    let taken = Edit::Usurp("ConfigMap", names::config(CLUSTER));
    let rig = after(2, &[taken, Edit::Delete("Pod", names::pod(CLUSTER, 0))]);
    assert_eq!(ready(&rig), is("False", "NotAccepted"));
    act(&rig, &Edit::Yield("ConfigMap", names::config(CLUSTER)));
    assert!(rig.rest().is_some());
    assert_eq!(ready(&rig), is("True", "Serving"));
}

#[test]
fn a_cluster_whose_spec_is_refused_is_not_ready_any_more() {
    let rig = after(2, &[Edit::Spec("/replicas", json!(0))]);
    assert_eq!(ready(&rig), is("False", "NotAccepted"));
}

#[test]
fn a_pod_that_only_looks_like_a_broker_is_left_alone() {
    let rig = after(1, &[Edit::Stray(2)]);
    assert_eq!(ready(&rig), is("True", "Serving"));
    assert!(rig.memory.object(&live::at("Pod", &names::pod(CLUSTER, 2))).is_some());
}

#[test]
fn a_claim_that_no_broker_uses_is_not_grown() {
    let rig = after(1, &[Edit::Leftover(3)]);
    let claim = rig.memory.object(&live::at("PersistentVolumeClaim", &names::claim(CLUSTER, 3)));
    let asked = "/spec/resources/requests/storage";
    assert_eq!(claim.expect("it is there").pointer(asked), Some(&json!("5Gi")));
}

#[test]
fn a_broker_that_is_away_while_the_set_is_made_anew_is_not_given_up() {
    let rig = Rig::settled(&plain(2));
    act(&rig, &Edit::Produce(1, "orders"));
    let set = live::at("StatefulSet", &names::workload(CLUSTER));
    rig.memory.delete_as_user(&set, Propagation::Orphan).expect("it is there");
    act(&rig, &Edit::Delete("Pod", names::pod(CLUSTER, 1)));
    (0..4).for_each(|_| drop(rig.memory.tick()));
    act(&rig, &Edit::Spec("/replicas", json!(1)));
    assert!(rig.rest().is_some());
    assert_eq!(rig.alarmed(), None);
}
