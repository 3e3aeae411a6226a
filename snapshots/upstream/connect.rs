//! Pipelines: what reaches the program, where each connector runs, and what is told of it.

use serde_json::{Value, json};
use sluicegate_core::{
    field::Path,
    kind::{Kind, accept},
    observed::Ref,
    systems::rivven::{
        cluster::{Cluster, RivvenCluster},
        connect::{Connect, RivvenConnect},
    },
};
use sluicegate_effects::memory::reference;

use crate::rig::{Rig, at, beside_prod, of_prod, rivven};

/// Pipelines called `pipeline`, of the cluster `prod`.
fn connect(spec: &Value) -> Value {
    of_prod("RivvenConnect", "pipeline", spec)
}

fn pipeline() -> Ref {
    reference(&connect(&json!({})))
}

fn decoded(spec: &Value) -> RivvenConnect {
    serde_json::from_value(connect(spec)).expect("it decodes")
}

fn with(spec: &Value) -> Rig {
    beside_prod(connect(spec))
}

fn source(name: &str) -> Value {
    let block = json!({ "pattern": "events" });
    json!({ "name": name, "connector": "datagen", "topic": name, "datagen": block })
}

/// A sink that wants a Secret.
fn sink() -> Value {
    let headers = json!({ "Authorization": "${secret:token}" });
    json!({
        "name": "hook", "connector": "http-webhook", "topics": ["clicks"],
        "consumerGroup": "hook", "startOffset": "earliest", "configSecretRef": "hook",
        "rateLimit": { "eventsPerSecond": 7 },
        "config": { "url": "https://example.com", "headers": headers },
    })
}

fn worker(rig: &Rig) -> Value {
    rig.get(&at("apps/v1", "Deployment", "rivven-connect-pipeline")).expect("it is there")
}

fn file(rig: &Rig) -> String {
    let config = rig.get(&at("v1", "ConfigMap", "rivven-connect-pipeline-config"));
    config.expect("it is there")["data"]["pipeline.yaml"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn r10_a_pipeline_without_a_block_of_settings_is_valid() {
    accept::<Connect>(&decoded(&json!({}))).expect("it is valid");
    accept::<Connect>(&decoded(&json!({ "sources": [source("clicks")] }))).expect("it is valid");
}

#[test]
fn r14_the_definition_keeps_what_a_manifest_of_upstream_says() {
    let spec = json!({
        "resources": { "limits": { "cpu": 2 } },
        "affinity": { "podAntiAffinity": {} },
        "securityContext": { "fsGroup": 1000 },
        "sources": [{ "name": "a", "connector": "x", "topic": "t", "config": { "deep": [1] } }],
    });
    let pruned = Connect::schema().unknown(&Path::default(), &connect(&spec));
    assert!(pruned.is_empty(), "{pruned}");
}

#[test]
fn r15_items_of_lists_are_judged_all_at_once() {
    let spec = json!({ "sources": [
        { "name": "BAD NAME!", "connector": "", "topic": "" },
        { "name": "b", "connector": "datagen", "topic": "t", "config": { "patern": "events" } },
    ] });
    let errors =
        sluicegate_core::step::accept::<Connect>(&decoded(&spec)).expect_err("it is wrong");
    let errors = errors.to_string();
    for at in ["sources[0].name", "sources[0].connector", "sources[0].topic", "config.patern"] {
        assert!(errors.contains(at), "{at}: {errors}");
    }
}

#[test]
fn r19_the_brokers_address_has_the_namespace_of_the_cluster() {
    let mut rig = Rig::new();
    let of = |kind: &str, name: &str, spec: &Value| rivven(kind, "streaming", name, spec);
    rig.create(&of("RivvenCluster", "prod", &json!({ "replicas": 1 })));
    let spec = json!({ "clusterRef": { "name": "prod" }, "sources": [source("clicks")] });
    rig.create(&of("RivvenConnect", "pipeline", &spec));
    rig.settle();
    let config =
        rig.all("ConfigMap").into_iter().find(|one| !one["data"]["pipeline.yaml"].is_null());
    let config = config.expect("it is there").to_string();
    assert!(config.contains("rivven-prod.streaming.svc.cluster.local:9292"), "{config}");
}

#[test]
fn r20_what_is_asked_for_reaches_the_program_and_a_secret_as_a_variable() {
    let rig = with(&json!({
        "config": { "logLevel": "debug" },
        "settings": { "retry": { "maxRetries": 3 }, "health": { "port": 8085 } },
        "sources": [source("clicks")],
        "sinks": [sink()],
    }));
    let file = file(&rig);
    for line in ["start_offset:", "events_per_second: 7", "max_retries: 3", "port: 8085"] {
        assert!(file.contains(line), "{line}: {file}");
    }
    let pod = worker(&rig)["spec"]["template"]["spec"].clone();
    let container = &pod["containers"][0];
    assert_eq!(container["livenessProbe"]["httpGet"]["path"], "/live");
    let env = container["env"].to_string();
    assert!(
        env.contains("debug") && env.contains(r#""secretKeyRef":{"key":"token","name":"hook"}"#)
    );
}

#[test]
fn r21_a_changed_pipeline_reaches_the_worker_and_two_never_run_one_connector() {
    let mut rig = with(&json!({ "sources": [source("clicks")] }));
    let before = worker(&rig)["spec"]["template"].clone();
    assert_eq!(worker(&rig)["spec"]["strategy"]["type"], "Recreate");
    rig.edit(&pipeline(), |own| {
        own["spec"]["sources"][0]["datagen"]["eventsPerSecond"] = json!(5);
    });
    rig.settle();
    assert_ne!(worker(&rig)["spec"]["template"], before);
    let sources = ["a", "b", "c", "d"].map(source);
    let spec = json!({ "replicas": 3, "sources": sources });
    let rig = with(&spec);
    assert!(rig.all("Deployment").iter().all(|one| one["spec"]["replicas"] == 1));
    let files = rig.all("ConfigMap").into_iter().map(|one| one["data"]["pipeline.yaml"].clone());
    let files: Vec<String> = files.filter_map(|one| Some(one.as_str()?.to_owned())).collect();
    for name in ["a", "b", "c", "d"] {
        let runs = files.iter().filter(|file| {
            file.contains(&format!("topic: '{name}'"))
                || file.contains(&format!("topic: {name}\n"))
                || file.contains(&format!("topic: \"{name}\""))
        });
        assert_eq!(runs.count(), 1, "{name}: {files:?}");
    }
}

#[test]
fn r23_names_that_would_collide_are_refused() {
    let cluster: RivvenCluster =
        serde_json::from_value(rivven("RivvenCluster", "default", "connect-x", &json!({})))
            .expect("it decodes");
    let errors = accept::<Cluster>(&cluster).expect_err("a RivvenConnect x has that Service");
    assert!(errors.to_string().contains("metadata.name"), "{errors}");
    for name in ["pipeline-w1", &*"a".repeat(64)] {
        let own = rivven("RivvenConnect", "default", name, &connect(&json!({}))["spec"]);
        let own: RivvenConnect = serde_json::from_value(own).expect("it decodes");
        let errors = accept::<Connect>(&own).expect_err("that is a worker's, or too long");
        assert!(errors.to_string().contains("metadata.name"), "{errors}");
    }
}

#[test]
fn r27_whatever_it_is_made_of_is_watched() {
    let mut rig = with(&json!({ "sources": [source("clicks")] }));
    rig.makes_anew(&[
        ("v1", "Service", "rivven-connect-pipeline"),
        ("v1", "ConfigMap", "rivven-connect-pipeline-config"),
        ("apps/v1", "Deployment", "rivven-connect-pipeline"),
    ]);
    let owned = Connect::owns(&decoded(&json!({})));
    assert!(owned.iter().all(|list| !list.labels.is_empty()), "no more is kept than its own");
}

#[test]
fn r37_a_connector_runs_when_its_worker_was_seen_to() {
    let mut rig = with(&json!({ "sources": [source("clicks")] }));
    let state = |rig: &Rig| rig.status(&pipeline())["connectorStatuses"][0]["state"].clone();
    assert_eq!(state(&rig), "running");
    rig.never_ready("connect");
    rig.rounds(5);
    assert_ne!(state(&rig), "running", "{}", rig.status(&pipeline()));
}
