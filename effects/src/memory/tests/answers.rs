//! Row by row what kube-apiserver 1.36.3 was seen to answer.

use sluicegate_core::{
    observed::{List, Look, Selector},
    plan::Propagation,
};

use super::*;
use crate::{Class, memory::Fault, memory::How};

fn config(value: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "c", "namespace": "default" },
        "data": { "a": value },
    })
}

fn the_config() -> Ref {
    at("v1", "ConfigMap", "c")
}

#[test]
fn an_apply_with_a_uid_creates_nothing() {
    let world = world();
    let body = with(config("1"), "/metadata/uid", json!("x"));
    assert_eq!(code(apply(&world, &body)), is(409, "Conflict"));
    assert!(world.object(&the_config()).is_none());
}

#[test]
fn an_apply_with_another_uid_is_invalid_and_a_conflict_to_us() {
    let world = world();
    apply(&world, &config("1")).unwrap();
    let refusal = apply(&world, &with(config("2"), "/metadata/uid", json!("x"))).unwrap_err();
    assert_eq!((refusal.code, refusal.class()), (422, Class::Conflict));
}

#[test]
fn a_resource_version_alone_does_not_guard_a_create() {
    let world = world();
    apply(&world, &with(config("1"), "/metadata/resourceVersion", json!("77"))).unwrap();
    assert!(world.object(&the_config()).is_some());
}

#[test]
fn resource_version_1_is_an_exclusive_create_and_0_is_not() {
    let world = world();
    let one = with(config("1"), "/metadata/resourceVersion", json!("1"));
    apply(&world, &one).unwrap();
    assert_eq!(code(apply(&world, &one)), is(409, "Conflict"));
    apply(&world, &with(config("2"), "/metadata/resourceVersion", json!("0"))).unwrap();
    assert_eq!(get(&world, &the_config())["data"]["a"], "2");
    let managers = get(&world, &the_config())["metadata"]["managedFields"].clone();
    assert_eq!(managers[0]["operation"], "Apply", "{managers}");
}

#[test]
fn a_stale_apply_is_a_conflict() {
    let world = world();
    apply(&world, &config("1")).unwrap();
    let old = version(&world, &the_config());
    apply(&world, &config("2")).unwrap();
    let stale = with(config("3"), "/metadata/resourceVersion", json!(old));
    assert_eq!(code(apply(&world, &stale)), is(409, "Conflict"));
}

#[test]
fn the_same_content_again_changes_nothing() {
    let world = running("OnDelete");
    let before = version(&world, &the_set());
    world.tick();
    apply(&world, &set("OnDelete", "db:1", "10Gi")).unwrap();
    assert_eq!(version(&world, &the_set()), before);
}

#[test]
fn a_field_of_another_is_a_conflict_without_force() {
    let world = running("OnDelete");
    world.edit_as("kubectl", &the_set(), |set| set["spec"]["replicas"] = json!(2)).unwrap();
    let body = set("OnDelete", "db:1", "10Gi");
    let refusal = world.apply_as("sluicegate", &the_set(), &body, false).unwrap_err();
    let cause = refusal.cause.unwrap();
    assert_eq!(refusal.code, 409);
    assert_eq!((&*cause.reason, &*cause.field), ("FieldManagerConflict", ".spec.replicas"));
    apply(&world, &body).unwrap();
    world.apply_as("sluicegate", &the_set(), &body, false).unwrap();
}

#[test]
fn a_field_that_is_no_longer_applied_goes_unless_another_owns_it() {
    let world = world();
    let two = with(config("1"), "/data/b", json!("2"));
    apply(&world, &two).unwrap();
    world.apply_as("else", &the_config(), &with(config("1"), "/data/c", json!("3")), true).unwrap();
    apply(&world, &config("1")).unwrap();
    assert_eq!(get(&world, &the_config())["data"], json!({ "a": "1", "c": "3" }));
    apply(&world, &with(config("1"), "/data", json!({ "b": "1" }))).unwrap();
    assert_eq!(get(&world, &the_config())["data"], json!({ "a": "1", "b": "1", "c": "3" }));
}

#[test]
fn an_item_of_a_keyed_list_goes_alone() {
    let world = world();
    let env = |items: Value| {
        with(set("OnDelete", "a", "1Gi"), "/spec/template/spec/containers/0/env", items)
    };
    let (a, b) = (json!({ "name": "A", "value": "1" }), json!({ "name": "B", "value": "2" }));
    apply(&world, &env(json!([a, b]))).unwrap();
    world
        .edit_as("kubectl", &the_set(), |set| {
            let env = set.pointer_mut("/spec/template/spec/containers/0/env").unwrap();
            env.as_array_mut().unwrap().push(json!({ "name": "C", "value": "3" }));
        })
        .unwrap();
    apply(&world, &env(json!([b]))).unwrap();
    let names = get(&world, &the_set());
    let names = names.pointer("/spec/template/spec/containers/0/env").unwrap();
    assert_eq!(names.as_array().unwrap().len(), 2, "{names}");
    apply(&world, &set("OnDelete", "a", "1Gi")).unwrap();
    let left = get(&world, &the_set());
    let left = left.pointer("/spec/template/spec/containers/0/env").unwrap();
    assert_eq!(*left, json!([{ "name": "C", "value": "3" }]));
}

#[test]
fn an_unknown_field_is_a_permanent_failure_of_the_server() {
    let world = world();
    let refusal =
        apply(&world, &with(set("OnDelete", "a", "1Gi"), "/spec/zz", json!(1))).unwrap_err();
    assert_eq!((refusal.code, &*refusal.reason), (500, ""));
    assert_eq!(refusal.message, ".spec.zz: field not declared in schema");
    assert_eq!(refusal.class(), Class::Final);
}

#[test]
fn a_post_of_an_existing_name_is_refused() {
    let world = world();
    world.create_as("else", &the_config(), &config("1")).unwrap();
    let again = world.create_as("else", &the_config(), &config("1"));
    assert_eq!(code(again), is(409, "AlreadyExists"));
}

#[test]
fn what_was_posted_stays_until_its_ownership_is_moved() {
    let world = world();
    let two = with(config("1"), "/data/b", json!("2"));
    world.create_as("sluicegate", &the_config(), &two).unwrap();
    apply(&world, &config("1")).unwrap();
    assert_eq!(get(&world, &the_config())["data"]["b"], "2");

    let world = super::world();
    world.create_as("sluicegate", &the_config(), &two).unwrap();
    let moved = |object: &mut Value| {
        object["metadata"]["managedFields"][0]["operation"] = json!("Apply");
    };
    world.edit_as("sluicegate", &the_config(), moved).unwrap();
    apply(&world, &config("1")).unwrap();
    assert_eq!(get(&world, &the_config())["data"], json!({ "a": "1" }));
}

#[test]
fn a_json_patch_whose_test_fails_names_no_cause_and_is_a_conflict() {
    let world = world();
    apply(&world, &config("1")).unwrap();
    let old = seen(&world, &the_config());
    apply(&world, &config("2")).unwrap();
    let refusal = refusal(finalize(&world, &the_config(), &old, &["a/b"]));
    assert_eq!((refusal.code, &refusal.cause, refusal.class()), (422, &None, Class::Conflict));
}

#[test]
fn deletes_and_statuses_have_preconditions() {
    let world = world();
    apply(&world, &config("1")).unwrap();
    let old = seen(&world, &the_config());
    apply(&world, &config("2")).unwrap();
    let status = json!({ "x": 1 });
    assert_eq!(
        refusal(block_on(world.perform(&Verb::SetStatus(
            the_config(),
            old.clone(),
            status.clone()
        ))))
        .code,
        409
    );
    let delete =
        block_on(world.perform(&Verb::Delete(the_config(), old.clone(), Propagation::Background)));
    assert_eq!(refusal(delete).code, 409);
    let any = old.at_any_version();
    block_on(world.perform(&Verb::SetStatus(the_config(), any.clone(), status.clone()))).unwrap();
    block_on(world.perform(&Verb::Delete(the_config(), any.clone(), Propagation::Background)))
        .unwrap();
    assert_eq!(
        refusal(block_on(world.perform(&Verb::SetStatus(
            the_config(),
            any.clone(),
            status.clone()
        ))))
        .code,
        404
    );
}

#[test]
fn a_status_is_written_only_as_a_status() {
    let world = running("OnDelete");
    let before = get(&world, &the_set());
    let body = with(set("OnDelete", "db:1", "10Gi"), "/status", json!({ "replicas": 9 }));
    apply(&world, &body).unwrap();
    assert_eq!(get(&world, &the_set())["status"], before["status"]);
    block_on(world.perform(&Verb::SetStatus(
        the_set(),
        seen(&world, &the_set()),
        json!({ "replicas": 9 }),
    )))
    .unwrap();
    let after = get(&world, &the_set());
    assert_eq!(after["metadata"]["generation"], before["metadata"]["generation"]);
    assert_eq!((&after["spec"], &after["status"]["replicas"]), (&before["spec"], &json!(9)));
}

#[test]
fn nothing_is_created_in_a_namespace_that_goes() {
    let world = world();
    apply(&world, &config("1")).unwrap();
    let home = at("v1", "Namespace", "default");
    world.delete_as_user(&home, Propagation::Background).unwrap();
    let other = with(config("1"), "/metadata/name", json!("d"));
    assert_eq!(code(apply(&world, &other)), is(403, "NamespaceTerminating"));
    world.settle(10);
    assert!(world.object(&home).is_none() && world.object(&the_config()).is_none());
    assert_eq!(code(apply(&world, &other)), is(404, "NotFound"));
}

#[test]
fn an_eviction_against_the_budget_is_refused() {
    let world = running("OnDelete");
    block_on(world.perform(&Verb::Restart(pod("db-0"), seen(&world, &pod("db-0"))))).unwrap();
    let second =
        refusal(block_on(world.perform(&Verb::Restart(pod("db-1"), seen(&world, &pod("db-1"))))));
    assert_eq!((second.code, second.class()), (429, Class::Conflict));
    assert_eq!(second.cause.unwrap().reason, "DisruptionBudget");
    world.settle(20);
    block_on(world.perform(&Verb::Restart(pod("db-1"), seen(&world, &pod("db-1"))))).unwrap();
}

#[test]
fn an_eviction_that_fails_its_precondition_spends_the_budget_unless_it_is_dry_first() {
    let world = running("OnDelete");
    let stranger = seen(&world, &pod("db-1"));
    let the_budget = at("policy/v1", "PodDisruptionBudget", "db");
    assert_eq!(
        refusal(block_on(world.perform(&Verb::Restart(pod("db-0"), stranger.clone())))).code,
        409
    );
    assert_eq!(get(&world, &the_budget)["status"]["disruptionsAllowed"], 1);

    let meant = crate::memory::api::Meant { uid: Some("x"), version: None };
    let raw = world.state().store.evict(&pod("db-0"), meant);
    assert_eq!(code(raw), is(409, "Conflict"));
    world.tick();
    let status = get(&world, &the_budget)["status"].clone();
    assert_eq!(status["disruptionsAllowed"], 0, "{status}");
    assert!(status["disruptedPods"]["db-0"].is_string(), "{status}");
    (0..120).for_each(|_| drop(world.tick()));
    assert_eq!(get(&world, &the_budget)["status"]["disruptionsAllowed"], 1);
}

#[test]
fn a_claim_grows_only_where_its_class_allows() {
    let world = running("OnDelete");
    let target = claim("data-db-0");
    let sized = |size: &str| {
        let mut body = json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": { "name": "data-db-0", "namespace": "default" } });
        body["spec"]["resources"]["requests"]["storage"] = json!(size);
        body
    };
    assert_eq!(code(apply(&world, &sized("5Gi"))), is(422, "FieldValueInvalid"));
    apply(&world, &sized("20Gi")).unwrap();
    // It has not happened yet, so it may be taken back.
    apply(&world, &sized("15Gi")).unwrap();
    world.settle(5);
    assert_eq!(get(&world, &target)["status"]["capacity"]["storage"], "15Gi");
    // Down to exactly what it has is refused, though nothing shrinks.
    apply(&world, &sized("25Gi")).unwrap();
    assert_eq!(code(apply(&world, &sized("15Gi"))), is(422, "FieldValueInvalid"));
    apply(&world, &sized("16Gi")).unwrap();

    let class = at("storage.k8s.io/v1", "StorageClass", "standard");
    let class = Ref { namespace: String::new(), ..class };
    world.edit_as("admin", &class, |class| class["allowVolumeExpansion"] = json!(false)).unwrap();
    let grow = Verb::<Kubernetes>::Apply(manifest(&sized("30Gi")), seen(&world, &target));
    let refusal = refusal(block_on(world.dry_run(&grow)));
    assert_eq!((refusal.code, refusal.class()), (403, Class::Final));
}

#[test]
fn a_claim_template_of_a_set_is_immutable() {
    let world = running("OnDelete");
    let refusal = apply(&world, &set("OnDelete", "db:1", "20Gi")).unwrap_err();
    assert_eq!((refusal.code, refusal.class()), (422, Class::Final));
    assert!(refusal.message.contains("updates to statefulset spec for fields other than"));
}

#[test]
fn a_dry_run_changes_nothing() {
    let world = running("OnDelete");
    let before = world.objects();
    let verb =
        Verb::<Kubernetes>::Delete(the_set(), seen(&world, &the_set()), Propagation::Background);
    block_on(world.dry_run(&verb)).unwrap();
    let verb = Verb::<Kubernetes>::Create(manifest(&set("OnDelete", "db:1", "10Gi")));
    assert_eq!(refusal(block_on(world.dry_run(&verb))).code, 409);
    assert_eq!(world.objects(), before);
    assert_eq!((world.counts().writes(), world.counts().dry_run), (0, 2));
}

#[test]
fn an_api_that_is_not_served_has_no_lists() {
    let world = world();
    let api = Api::new("monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors");
    let all = Selector::all(api, "");
    assert_eq!(block_on(world.list(&all)).unwrap(), List::NotServed);
    world.serve("monitoring.coreos.com/v1");
    assert_eq!(block_on(world.list(&all)).unwrap(), List::Items(Vec::new()));
}

#[test]
fn what_may_not_be_looked_at_is_neither_there_nor_absent() {
    let world = world();
    world.deny(&the_config());
    assert!(matches!(block_on(world.get(&the_config())).unwrap(), Look::Denied(_)));
}

#[test]
fn a_write_can_fail_before_it_is_done_or_lose_its_reply() {
    let world = world();
    world.inject(Fault { nth: 1, how: How::Refused(ApiError::new(500, "InternalError", "")) });
    world.inject(Fault { nth: 2, how: How::ReplyLost });
    world.inject(Fault {
        nth: 3,
        how: How::Overtaken(|other| other.delete(&the_config()).unwrap()),
    });
    let create = || block_on(world.perform(&Verb::Create(manifest(&config("1")))));
    assert_eq!(create().unwrap_err().class(), Class::Retry);
    assert!(world.object(&the_config()).is_none());
    assert!(matches!(create(), Err(Error::Unanswered { .. })));
    assert!(world.object(&the_config()).is_some());
    create().unwrap();
    assert_eq!(refusal(create()).code, 409);
    let done: Vec<bool> = world.log().iter().map(|write| write.done).collect();
    assert_eq!(done, [false, true, true, false]);
}
