//! Each verb, as the request that it is.

use serde_json::Value;
use sluicegate_core::plan::Propagation;

use super::*;
use crate::live::{Shadow, Written};

const APPLY: &str = "application/apply-patch+yaml";
const SSA: &str = "PATCH /api/v1/namespaces/default/configmaps/a\
                   ?fieldManager=sluicegate&force=true&fieldValidation=Strict";
const PROD: &str =
    "/apis/rivven.hupe1980.github.io/v1alpha1/namespaces/default/rivvenclusters/prod";

fn sent(line: &str, media: &str, body: Value) -> Sent {
    Sent { line: line.to_owned(), media: media.to_owned(), body }
}

fn applied(meta: &Value) -> Value {
    let mut body = manifest().body;
    for (name, value) in meta.as_object().unwrap() {
        body["metadata"][name] = value.clone();
    }
    body
}

#[tokio::test]
async fn creation_is_an_apply_that_excludes_all_others() {
    let stub =
        Stub::new([Reply::Json(201, json!({ "metadata": { "resourceVersion": "7" } }))]).await;
    let live = live(&stub);
    live.perform(&Verb::Create(manifest())).await.unwrap();
    let body = applied(&json!({ "resourceVersion": "1" }));
    assert_eq!(stub.sent(), [sent(SSA, APPLY, body)]);
    let version = "7".to_owned();
    assert_eq!(live.written(), [Written::Version { target: config_map(), version }]);
}

#[tokio::test]
async fn an_apply_says_which_object_it_was_decided_on() {
    let stub = Stub::new([]).await;
    let live = live(&stub);
    for seen in [seen("u", Some("5")), seen("u", Some("5")).at_any_version()] {
        live.perform(&Verb::Apply(manifest(), seen.clone())).await.unwrap();
    }
    let exact = applied(&json!({ "uid": "u", "resourceVersion": "5" }));
    let any = applied(&json!({ "uid": "u" }));
    assert_eq!(stub.sent(), [sent(SSA, APPLY, exact), sent(SSA, APPLY, any)]);
}

#[tokio::test]
async fn a_delete_says_which_object_and_what_becomes_of_its_children() {
    let stub = Stub::new([]).await;
    let live = live(&stub);
    let all = [
        (Propagation::Background, "Background"),
        (Propagation::Foreground, "Foreground"),
        (Propagation::Orphan, "Orphan"),
    ];
    for (at, (propagation, word)) in all.into_iter().enumerate() {
        let seen = seen("u", Some("5"));
        live.perform(&Verb::Delete(config_map(), seen.clone(), propagation)).await.unwrap();
        let body = json!({
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": word,
            "preconditions": { "uid": "u", "resourceVersion": "5" },
        });
        let line = "DELETE /api/v1/namespaces/default/configmaps/a";
        assert_eq!(stub.sent()[at], sent(line, "application/json", body));
    }
    let leaving = Written::Leaving { target: config_map(), uid: "u".to_owned() };
    assert_eq!(live.written(), [leaving.clone(), leaving.clone(), leaving]);
}

#[tokio::test]
async fn an_eviction_is_tried_dry_before_it_may_spend_the_budget() {
    let refused = Reply::refusal(409, "Conflict", "the UID in the precondition (u) does not match");
    let stub = Stub::new([Reply::Json(201, json!({})), Reply::Json(201, json!({})), refused]).await;
    let live = live(&stub);
    let seen = seen("u", Some("5")).at_any_version();
    live.perform(&Verb::Restart(pod(), seen.clone())).await.unwrap();
    let body = json!({
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": { "name": "rivven-prod-0", "namespace": "default" },
        "deleteOptions": { "preconditions": { "uid": "u" } },
    });
    let line = "POST /api/v1/namespaces/default/pods/rivven-prod-0/eviction\
                ?fieldManager=sluicegate&fieldValidation=Strict";
    let dry = format!("{line}&dryRun=All");
    let both = [sent(&dry, "application/json", body.clone()), sent(line, "application/json", body)];
    assert_eq!(stub.sent(), both);
    live.perform(&Verb::Restart(pod(), seen.clone())).await.unwrap_err();
    assert_eq!(stub.lines()[2..], [dry]);
}

#[tokio::test]
async fn a_status_is_put_without_a_spec() {
    let stub = Stub::new([]).await;
    let status = json!({ "phase": "Ready" });
    let seen = seen("u", Some("5"));
    live(&stub).perform(&Verb::SetStatus(prod(), seen.clone(), status.clone())).await.unwrap();
    let body = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1", "kind": "RivvenCluster",
        "metadata": {
            "name": "prod", "namespace": "default", "uid": "u", "resourceVersion": "5",
        },
        "status": { "phase": "Ready" },
    });
    let line = format!("PUT {PROD}/status?fieldManager=sluicegate&fieldValidation=Strict");
    assert_eq!(stub.sent(), [sent(&line, "application/json", body)]);
}

#[tokio::test]
async fn finalizers_are_patched_where_uid_and_version_stand() {
    let gone = json!({ "metadata": { "resourceVersion": "6", "deletionTimestamp": "now" } });
    let stub = Stub::new([Reply::Json(200, json!({})), Reply::Json(200, gone)]).await;
    let live = live(&stub);
    let (one, none) = (["example.com/a".to_owned()], []);
    for names in [&one[..], &none[..]] {
        let seen = seen("u", Some("5"));
        live.perform(&Verb::SetFinalizers(prod(), seen.clone(), names.to_vec())).await.unwrap();
    }
    let line = format!("PATCH {PROD}?fieldManager=sluicegate");
    let patch = |names: Value| {
        json!([
            { "op": "test", "path": "/metadata/uid", "value": "u" },
            { "op": "test", "path": "/metadata/resourceVersion", "value": "5" },
            { "op": "add", "path": "/metadata/finalizers", "value": names },
        ])
    };
    let media = "application/json-patch+json";
    let [first, second] = [json!(["example.com/a"]), json!([])].map(patch);
    assert_eq!(stub.sent(), [sent(&line, media, first), sent(&line, media, second)]);
    // Nothing held it any more, so it went with this very write.
    assert_eq!(live.written(), [Written::Gone { target: prod(), uid: "u".to_owned() }]);
}

#[tokio::test]
async fn a_dry_run_is_the_same_request_and_changes_nothing() {
    let stub = Stub::new([]).await;
    let live = live(&stub);
    let (seen, status) = (seen("u", Some("5")), json!({}));
    let dry: [Verb<Rivven>; 7] = [
        Verb::Create(manifest()),
        Verb::Apply(manifest(), seen.clone()),
        Verb::SetStatus(prod(), seen.clone(), status),
        Verb::SetFinalizers(prod(), seen.clone(), Vec::new()),
        Verb::Delete(config_map(), seen, Propagation::Background),
        // These are not for the API server to judge.
        Verb::Call(call()),
        Verb::EmitEvent(event("x")),
    ];
    for verb in dry {
        live.dry_run(&verb).await.unwrap();
    }
    let sent = stub.sent();
    assert_eq!(sent.len(), 5);
    assert!(sent[..4].iter().all(|sent| sent.line.ends_with("&dryRun=All")), "{sent:?}");
    assert_eq!(sent[4].body["dryRun"], json!(["All"]));
    assert_eq!(live.written(), []);
    let product = &live.backend.0;
    assert_eq!(product.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_shadow_reads_and_tells_and_writes_nothing_else() {
    let stub = Stub::new([Reply::Json(200, json!({ "metadata": { "name": "a" } }))]).await;
    let shadow = Shadow::new(live(&stub));
    Reader::get(&shadow, &config_map()).await.unwrap();
    write_everything(&shadow).await;
    assert_eq!(stub.lines(), ["GET /api/v1/namespaces/default/configmaps/a"]);
    let would = shadow.would();
    assert_eq!(would.len(), 6, "{would:?}");
    assert_eq!(would[0], "create ConfigMap default/a");
    shadow.announce(&prod()).await.unwrap();
    let told = stub.sent().pop().unwrap();
    assert_eq!(
        told.line,
        "POST /apis/events.k8s.io/v1/namespaces/default/events?fieldManager=sluicegate"
    );
    let note = told.body["note"].as_str().unwrap();
    assert!(note.starts_with("would: create ConfigMap default/a; update "), "{note}");
}

/// Each verb once.
async fn write_everything(world: &impl World) {
    let seen = seen("u", Some("5"));
    world.perform(&Verb::Create(manifest())).await.unwrap();
    world.perform(&Verb::Apply(manifest(), seen.clone())).await.unwrap();
    world.dry_run(&Verb::Create(manifest())).await.unwrap();
    world.perform(&Verb::Delete(config_map(), seen.clone(), Propagation::Orphan)).await.unwrap();
    world.perform(&Verb::Restart(pod(), seen.clone())).await.unwrap();
    world.perform(&Verb::Call(call())).await.unwrap();
    world.perform(&Verb::SetStatus(prod(), seen.clone(), json!({}))).await.unwrap();
    world.perform(&Verb::SetFinalizers(prod(), seen.clone(), Vec::new())).await.unwrap();
    world.perform(&Verb::EmitEvent(event("x"))).await.unwrap();
}

#[tokio::test]
async fn what_is_done_is_counted_by_kind_and_verb() {
    let stub = Stub::new([]).await;
    let live = live(&stub);
    write_everything(&live).await;
    let shadow = Shadow::new(to(&stub, &Fence::closed()));
    write_everything(&shadow).await;
    let words =
        ["create", "apply", "delete", "evict", "call", "set-status", "set-finalizers", "tell"];
    for verb in words {
        let of = crate::metrics::OfVerb { kind: "RivvenCluster".to_owned(), verb };
        assert_eq!(live.server.metrics().actions.get_or_create(&of).get(), 1, "{verb}");
    }
}
