//! Whole stories of a cluster of brokers, told once calmly and once for each way in which one of
//! their writes can go wrong. They end the same.

use sluicegate_core::{
    plan::Propagation,
    settings::Settings,
    systems::rivven::{Broker, cluster::Cluster, names},
};

use super::*;
use crate::memory::{Brokers, Fault, How, Simulated};

type Rivvens = Memory<Simulated<Brokers>>;

fn cluster(spec: &Value) -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": "prod", "namespace": "default" },
        "spec": spec,
    })
}

fn target() -> Ref {
    reference(&cluster(&json!({})))
}

fn drive(world: &Rivvens) -> Result<usize, Error> {
    let turns = block_on(world.drive::<Cluster>(&Settings::default(), &target(), 300))?;
    Ok(turns.len())
}

/// Every object but events, with its wish. A set that was made again is as good as the old one, so
/// what tells one object from another of that name is left out.
fn shape(world: &Rivvens) -> Vec<Value> {
    let objects = world.objects().into_iter().filter(|object| object["kind"] != "Event");
    let mut shape: Vec<Value> = objects
        .map(|object| json!([object["kind"], object["metadata"]["name"], object["spec"]]))
        .collect();
    for object in &mut shape {
        if let Some(spec) = object[2].as_object_mut() {
            spec.remove("volumeName");
        }
    }
    shape
}

/// Tells a story from a spec through a change, then again with each of its writes going wrong.
fn tell(spec: &Value, change: fn(&Rivvens), expect: fn(&Rivvens)) {
    let begin = Memory::new(Brokers::default());
    begin.load(vec![cluster(spec)]);
    drive(&begin).expect("it comes up");
    let first = begin.tried() + 1;
    change(&begin);
    let calm = begin.fork();
    drive(&calm).expect("it gets there");
    expect(&calm);
    assert_eq!(drive(&calm).expect("it stays"), 0, "it is not at rest");
    assert!(calm.tried() >= first, "nothing was written");
    for nth in first..=calm.tried() {
        let refused = ApiError::new(503, "ServiceUnavailable", "");
        let conflict = ApiError::new(409, "Conflict", "");
        for how in [How::Refused(refused), How::Refused(conflict), How::ReplyLost, How::Delayed(5)]
        {
            let world = begin.fork();
            world.inject(Fault { nth, how: how.clone() });
            if let Err(error) = drive(&world) {
                panic!("write {nth}, {how:?}: {error}: {:#?}", world.log().last());
            }
            assert_eq!(shape(&world), shape(&calm), "write {nth}, {how:?}");
            expect(&world);
        }
    }
}

fn spec(world: &Rivvens, change: impl FnOnce(&mut Value)) {
    world.edit_as("kubectl", &target(), |it| change(&mut it["spec"])).unwrap();
}

#[test]
fn a_change_of_the_template_restarts_every_broker() {
    let before = json!({ "replicas": 3, "version": "0.0.22" });
    let change =
        |world: &Rivvens| spec(world, |spec| spec["config"] = json!({ "defaultPartitions": 6 }));
    tell(&before, change, |world| {
        let set = get(world, &at("apps/v1", "StatefulSet", "rivven-prod"));
        assert_eq!(set["status"]["updatedReplicas"], 3);
        (0..3).for_each(|nth| {
            assert!(world.store(|all| all.is_pod_ready("default", &names::pod("prod", nth))));
        });
    });
}

#[test]
fn larger_volumes_grow_under_running_brokers() {
    let before = json!({ "replicas": 2, "version": "0.0.22", "storage": { "size": "10Gi" } });
    let change = |world: &Rivvens| spec(world, |spec| spec["storage"]["size"] = json!("20Gi"));
    tell(&before, change, |world| {
        for nth in 0..2 {
            let claim = get(world, &claim(&names::claim("prod", nth)));
            assert_eq!(claim["status"]["capacity"]["storage"], "20Gi");
        }
        let set = get(world, &at("apps/v1", "StatefulSet", "rivven-prod"));
        let size = "/spec/volumeClaimTemplates/0/spec/resources/requests/storage";
        assert_eq!(text(&set, size), "20Gi");
        assert_eq!(world.counts().evict, 0);
    });
}

#[test]
fn an_empty_broker_can_go() {
    let before = json!({ "replicas": 3, "version": "0.0.22" });
    let change = |world: &Rivvens| spec(world, |spec| spec["replicas"] = json!(2));
    tell(&before, change, |world| {
        assert!(world.object(&pod(&names::pod("prod", 2))).is_none());
    });
}

#[test]
fn a_broker_that_holds_records_stays() {
    let world = Memory::new(Brokers::default());
    world.load(vec![cluster(&json!({ "replicas": 3, "version": "0.0.22" }))]);
    drive(&world).unwrap();
    let [namespace, cluster] = ["default", "prod"].map(str::to_owned);
    let last = Broker { namespace, cluster, ordinal: 2, port: names::CLIENT_PORT };
    world.product(|brokers, all| brokers.produce(all, &last, "t", 7)).unwrap();
    spec(&world, |spec| spec["replicas"] = json!(2));
    drive(&world).unwrap();
    assert!(world.object(&pod(&names::pod("prod", 2))).is_some());
}

#[test]
fn a_deleted_cluster_takes_its_claims_along_if_it_is_told_to() {
    let storage = json!({ "size": "10Gi", "deletionPolicy": "Delete" });
    let before = json!({ "replicas": 2, "version": "0.0.22", "storage": storage });
    let change = |world: &Rivvens| {
        world.delete_as_user(&target(), Propagation::Background).unwrap();
    };
    tell(&before, change, |world| {
        let kinds = ["RivvenCluster", "StatefulSet", "Pod", "PersistentVolumeClaim", "Service"];
        let left = world.objects().into_iter().find(|one| kinds.iter().any(|k| one["kind"] == *k));
        assert_eq!(left, None);
    });
}
