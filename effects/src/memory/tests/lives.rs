//! What the controllers make of what is written.

use sluicegate_core::plan::Propagation;

use super::*;

fn revisions(world: &World) -> Vec<String> {
    let label = "/metadata/labels/controller-revision-hash";
    (0..3).map(|nth| text(&get(world, &pod(&format!("db-{nth}"))), label).to_owned()).collect()
}

fn uids(world: &World) -> Vec<String> {
    (0..3).map(|nth| uid(world, &pod(&format!("db-{nth}")))).collect()
}

fn ready(world: &World) -> u64 {
    (0..3)
        .filter(|nth| world.store(|all| all.is_pod_ready("default", &format!("db-{nth}"))))
        .count() as u64
}

#[test]
fn a_set_gets_its_pods_and_they_become_ready() {
    let world = running("OnDelete");
    let status = get(&world, &the_set())["status"].clone();
    assert_eq!((ready(&world), &status["readyReplicas"]), (3, &json!(3)));
    assert_eq!(status["observedGeneration"], 1);
    let labels = get(&world, &pod("db-2"))["metadata"]["labels"].clone();
    assert_eq!(labels["statefulset.kubernetes.io/pod-name"], "db-2");
    assert_eq!(labels["apps.kubernetes.io/pod-index"], "2");
    assert_eq!(get(&world, &claim("data-db-2"))["status"]["phase"], "Bound");
}

#[test]
fn an_ordered_set_makes_one_pod_after_the_other() {
    let world = world();
    let body =
        with(set("OnDelete", "db:1", "1Gi"), "/spec/podManagementPolicy", json!("OrderedReady"));
    apply(&world, &body).unwrap();
    world.behave("default", "db-1", Behaviour::NeverReady);
    world.settle(30);
    assert!(world.object(&pod("db-1")).is_some() && world.object(&pod("db-2")).is_none());
    world.behave("default", "db-1", Behaviour::Slow(5));
    world.settle(30);
    assert_eq!(ready(&world), 3);
}

#[test]
fn on_delete_a_pod_gets_the_new_template_when_it_is_evicted() {
    let world = running("OnDelete");
    let before = revisions(&world);
    apply(&world, &set("OnDelete", "db:2", "10Gi")).unwrap();
    world.settle(10);
    assert_eq!(revisions(&world), before);
    block_on(world.perform(&Verb::Restart(pod("db-1"), seen(&world, &pod("db-1"))))).unwrap();
    world.settle(10);
    let after = revisions(&world);
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    assert_ne!(after[1], before[1]);
    let status = get(&world, &the_set())["status"].clone();
    assert_eq!(status["updateRevision"], json!(after[1]));
    assert_eq!((&status["updatedReplicas"], &status["readyReplicas"]), (&json!(1), &json!(3)));
}

#[test]
fn a_rolling_update_goes_from_the_highest_and_stops_at_one_that_fails() {
    let world = running("RollingUpdate");
    let before = uids(&world);
    world.set_image("db:2", false);
    apply(&world, &set("RollingUpdate", "db:2", "10Gi")).unwrap();
    world.settle(30);
    let after = uids(&world);
    assert_eq!(after[..2], before[..2]);
    assert_ne!(after[2], before[2]);
    world.set_image("db:2", true);
    world.settle(60);
    assert_eq!(ready(&world), 3);
    let status = get(&world, &the_set())["status"].clone();
    assert_eq!(status["currentRevision"], status["updateRevision"]);
}

#[test]
fn a_set_made_again_adopts_the_pods_it_finds() {
    let world = running("OnDelete");
    let (before, revisions_before) = (uids(&world), revisions(&world));
    let old = uid(&world, &the_set());
    let at = seen(&world, &the_set());
    block_on(world.perform(&Verb::Delete(the_set(), at.clone(), Propagation::Orphan))).unwrap();
    // It is there until the garbage collector has let its pods go.
    let create =
        || block_on(world.perform(&Verb::Create(manifest(&set("OnDelete", "db:1", "20Gi")))));
    assert_eq!(refusal(create()).code, 409);
    world.tick();
    create().unwrap();
    world.settle(10);
    assert_ne!(uid(&world, &the_set()), old);
    assert_eq!((uids(&world), revisions(&world)), (before, revisions_before));
    let owner = get(&world, &pod("db-0"))["metadata"]["ownerReferences"][0]["uid"].clone();
    assert_eq!(owner, json!(uid(&world, &the_set())));
    assert_eq!(get(&world, &claim("data-db-0"))["status"]["capacity"]["storage"], "10Gi");
}

#[test]
fn a_set_that_shrinks_loses_the_highest_and_keeps_its_claim() {
    let world = running("OnDelete");
    let kept = uid(&world, &claim("data-db-2"));
    let replicas =
        |count: u64| with(set("OnDelete", "db:1", "10Gi"), "/spec/replicas", json!(count));
    apply(&world, &replicas(2)).unwrap();
    world.settle(10);
    assert!(world.object(&pod("db-2")).is_none() && world.object(&pod("db-1")).is_some());
    apply(&world, &replicas(3)).unwrap();
    world.settle(10);
    assert_eq!((ready(&world), uid(&world, &claim("data-db-2"))), (3, kept));
}

#[test]
fn what_belongs_to_what_is_gone_goes_and_claims_stay() {
    let world = running("OnDelete");
    world.delete_as_user(&the_set(), Propagation::Background).unwrap();
    assert!(world.object(&the_set()).is_none() && world.object(&pod("db-0")).is_some());
    world.settle(10);
    assert!(world.object(&pod("db-0")).is_none());
    assert!(world.object(&claim("data-db-0")).is_some());
}

#[test]
fn in_the_foreground_the_owner_goes_last() {
    let world = running("OnDelete");
    world.delete_as_user(&the_set(), Propagation::Foreground).unwrap();
    world.tick();
    assert!(world.object(&the_set()).is_some() && world.object(&pod("db-0")).is_some());
    world.settle(10);
    assert!(world.object(&the_set()).is_none() && world.object(&pod("db-0")).is_none());
}

#[test]
fn a_finalizer_holds_what_is_deleted_until_it_is_removed() {
    let world = running("OnDelete");
    let set = the_set();
    finalize(&world, &set, &seen(&world, &set), &["a/b"]).unwrap();
    world.delete_as_user(&set, Propagation::Background).unwrap();
    world.settle(5);
    assert!(get(&world, &set)["metadata"]["deletionTimestamp"].is_string());
    let added = finalize(&world, &set, &seen(&world, &set), &["a/b", "c/d"]);
    assert_eq!(refusal(added).code, 422);
    finalize(&world, &set, &seen(&world, &set), &[]).unwrap();
    assert!(world.object(&set).is_none());
}

#[test]
fn a_claim_in_use_is_not_gone_before_its_pod() {
    let world = running("OnDelete");
    let target = claim("data-db-2");
    world.delete_as_user(&target, Propagation::Background).unwrap();
    world.settle(5);
    assert!(world.object(&target).is_some());
    world.delete_as_user(&pod("db-2"), Propagation::Background).unwrap();
    let old = uid(&world, &target);
    world.settle(20);
    assert_ne!(uid(&world, &target), old);
    assert_eq!(ready(&world), 3);
}

#[test]
fn a_pod_that_is_sick_counts_against_the_budget() {
    let world = running("OnDelete");
    world.behave("default", "db-0", Behaviour::NeverReady);
    world.tick();
    let other =
        refusal(block_on(world.perform(&Verb::Restart(pod("db-1"), seen(&world, &pod("db-1"))))));
    assert_eq!(other.code, 429);
    block_on(world.perform(&Verb::Restart(pod("db-0"), seen(&world, &pod("db-0"))))).unwrap();
}

#[test]
fn a_crash_restarts_the_containers_and_keeps_the_pod() {
    let world = running("OnDelete");
    let before = uid(&world, &pod("db-0"));
    world.crash("default", "db-0");
    assert_eq!(ready(&world), 2);
    world.settle(5);
    let after = get(&world, &pod("db-0"));
    assert_eq!((ready(&world), uid(&world, &pod("db-0"))), (3, before));
    assert_eq!(after["status"]["containerStatuses"][0]["restartCount"], 1);
}

#[test]
fn the_same_story_gives_the_same_world() {
    let story = || {
        let world = running("OnDelete");
        world.delete_as_user(&pod("db-1"), Propagation::Background).unwrap();
        let happened = world.settle(20);
        (world.objects(), happened)
    };
    assert_eq!(story(), story());
}

#[test]
fn what_was_loaded_stays_as_it_was_and_is_not_taken_for_garbage() {
    let world = world();
    let owners =
        json!([{ "apiVersion": "apps/v1", "kind": "Deployment", "name": "x", "uid": "9" }]);
    let meta = json!({ "name": "c", "namespace": "other", "uid": "1", "resourceVersion": "5000",
        "ownerReferences": owners });
    let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": meta });
    world.load(vec![object.clone()]);
    world.settle(5);
    let loaded = get(&world, &reference(&object));
    assert_eq!(loaded["metadata"]["uid"], "1");
    assert_eq!(loaded["metadata"]["resourceVersion"], "5000");
}

#[test]
fn only_a_wish_moves_the_generation() {
    let world = running("OnDelete");
    let generation = || get(&world, &the_set())["metadata"]["generation"].clone();
    let label = |set: &mut Value| set["metadata"]["labels"] = json!({ "a": "b" });
    world.edit_as("kubectl", &the_set(), label).unwrap();
    world.edit_status(&the_set(), |status| status["replicas"] = json!(7));
    assert_eq!(generation(), 1);
    world.edit_as("kubectl", &the_set(), |set| set["spec"]["replicas"] = json!(2)).unwrap();
    assert_eq!(generation(), 2);
    world.settle(10);
    assert_eq!(get(&world, &the_set())["status"]["observedGeneration"], 2);
}

#[test]
fn claims_go_with_a_set_that_says_so() {
    let world = world();
    let policy = json!({ "whenDeleted": "Delete" });
    let pointer = "/spec/persistentVolumeClaimRetentionPolicy";
    apply(&world, &with(set("OnDelete", "db:1", "1Gi"), pointer, policy)).unwrap();
    world.settle(20);
    world.delete_as_user(&the_set(), Propagation::Background).unwrap();
    world.settle(20);
    assert!(world.object(&claim("data-db-0")).is_none());
}

#[test]
fn a_share_of_a_budget_is_rounded_up() {
    for (field, value, allowed) in [
        ("maxUnavailable", json!("34%"), 2),
        ("maxUnavailable", json!(0), 0),
        ("minAvailable", json!("50%"), 1),
        ("minAvailable", json!(1), 2),
    ] {
        let world = world();
        apply(&world, &set("OnDelete", "db:1", "1Gi")).unwrap();
        let selector = budget()["spec"]["selector"].clone();
        let spec = json!({ field: value, "selector": selector });
        apply(&world, &with(budget(), "/spec", spec)).unwrap();
        world.settle(20);
        let status = get(&world, &at("policy/v1", "PodDisruptionBudget", "db"))["status"].clone();
        assert_eq!(status["disruptionsAllowed"], allowed, "{field} {value}: {status}");
    }
}

#[test]
fn a_deployment_replaces_its_pods() {
    let world = world();
    let deployment = |image: &str| {
        let mut body = set("OnDelete", image, "1Gi");
        let spec = body["spec"].clone();
        body["kind"] = json!("Deployment");
        body["spec"] = json!({ "replicas": 2, "selector": spec["selector"],
            "template": spec["template"] });
        body
    };
    apply(&world, &deployment("a:1")).unwrap();
    world.settle(20);
    apply(&world, &deployment("a:2")).unwrap();
    world.settle(20);
    let pods = world.objects().into_iter().filter(|object| object["kind"] == "Pod");
    let images: Vec<Value> =
        pods.map(|pod| pod["spec"]["containers"][0]["image"].clone()).collect();
    assert_eq!(images, ["a:2", "a:2"]);
    let status = get(&world, &at("apps/v1", "Deployment", "db"))["status"].clone();
    assert_eq!((&status["updatedReplicas"], &status["readyReplicas"]), (&json!(2), &json!(2)));
}

/// A cluster that was looked at has pods of replica sets, with hashes that nobody here works out.
#[test]
fn a_pod_of_a_replica_set_is_the_deployments_for_as_long_as_it_is_as_written() {
    let world = world();
    let labels = json!({ "app.kubernetes.io/instance": "db" });
    let deployment = |image: &str| {
        let mut body = set("OnDelete", image, "1Gi");
        let mut template = body["spec"]["template"].clone();
        template["metadata"]["labels"] = labels.clone();
        body["kind"] = json!("Deployment");
        body["spec"] = json!({ "replicas": 1, "selector": { "matchLabels": labels },
            "template": template });
        body
    };
    apply(&world, &deployment("a:1")).unwrap();
    // With what the API server has filled in.
    let written = get(&world, &at("apps/v1", "Deployment", "db"));
    let live = |name: &str| {
        let mut spec = written["spec"]["template"]["spec"].clone();
        spec["nodeName"] = json!("node-1");
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "namespace": "default", "name": name, "uid": name, "labels": labels,
                "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet",
                    "name": "db-5c8d", "uid": "set", "controller": true }],
            },
            "spec": spec,
            "status": { "conditions": [{ "type": "Ready", "status": "True" }] },
        })
    };
    world.load(vec![live("db-5c8d-x")]);
    world.settle(20);
    let names = || -> Vec<Value> {
        let pods = world.objects().into_iter().filter(|object| object["kind"] == "Pod");
        pods.map(|pod| pod["metadata"]["name"].clone()).collect()
    };
    assert_eq!(names(), ["db-5c8d-x"], "no other is made beside it");
    apply(&world, &deployment("a:2")).unwrap();
    world.settle(20);
    assert_eq!(names().len(), 1);
    assert_ne!(names(), ["db-5c8d-x"], "another takes its place");
}
