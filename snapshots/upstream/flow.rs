//! Flows: what is rendered, what stays in Secrets, and what is told of them.

use serde_json::{Value, json};
use sluicegate_core::{
    kind::accept,
    observed::Ref,
    systems::dataflow::flow::{DataFlow, Flow},
};
use sluicegate_effects::memory::reference;

use crate::rig::{Rig, at};

/// A flow called `orders`.
fn flow(spec: &Value) -> Value {
    json!({
        "apiVersion": "dataflow.dataflow.io/v1",
        "kind": "DataFlow",
        "metadata": { "name": "orders", "namespace": "default" },
        "spec": spec,
    })
}

fn secret(name: &str, key: &str) -> Value {
    json!({ "name": name, "key": key })
}

/// From a table to a topic.
fn polled() -> Value {
    json!({
        "source": { "type": "postgresql", "config": {
            "connectionStringSecretRef": secret("db", "url"), "table": "orders",
        } },
        "sink": { "type": "kafka", "config": { "brokers": ["kafka:9092"], "topic": "orders" } },
    })
}

fn orders() -> Ref {
    reference(&flow(&polled()))
}

fn refused(spec: &Value) -> String {
    let flow: DataFlow = serde_json::from_value(flow(spec)).expect("it decodes");
    accept::<Flow>(&flow).expect_err("it is refused").to_string()
}

fn file(rig: &Rig) -> String {
    let there = rig.get(&at("v1", "ConfigMap", "dataflow-orders-spec")).unwrap_or_default();
    there["data"]["spec.json"].as_str().unwrap_or_default().to_owned()
}

fn pod(rig: &Rig) -> Value {
    let there = rig.get(&at("apps/v1", "Deployment", "dataflow-orders")).unwrap_or_default();
    there["spec"]["template"].clone()
}

#[test]
fn f1_no_value_of_a_secret_is_in_a_config_map() {
    let rig = Rig::with(&[flow(&polled())]);
    assert!(file(&rig).contains("connectionStringSecretRef"), "{}", file(&rig));
    let mut written = polled();
    written["source"]["config"] =
        json!({ "connectionString": "postgres://u:hunter2@db/shop", "table": "orders" });
    let rig = Rig::with(&[flow(&written)]);
    assert_eq!(rig.all("ConfigMap"), Vec::<Value>::new());
    assert_eq!(rig.condition(&orders(), "SpecResolved"), "False LiteralSecret");
}

#[test]
fn f2_a_secret_of_another_namespace_is_not_to_be_had() {
    let mut spec = polled();
    spec["source"]["config"]["connectionStringSecretRef"]["namespace"] = json!("kube-system");
    let why = refused(&spec);
    assert!(why.contains("connectionStringSecretRef.namespace: Forbidden"), "{why}");
}

#[test]
fn f3_a_changed_flow_starts_its_processor_anew() {
    let mut rig = Rig::with(&[flow(&polled())]);
    let before = pod(&rig)["metadata"]["annotations"].clone();
    rig.edit(&orders(), |own| own["spec"]["source"]["config"]["pollInterval"] = json!(60));
    rig.settle();
    assert_ne!(pod(&rig)["metadata"]["annotations"], before);
    assert!(file(&rig).contains("\"pollInterval\": 60"), "{}", file(&rig));
}

#[test]
fn f4_f5_keys_for_tls_and_for_the_sink_of_errors_are_mounted_and_nothing_moves_by_itself() {
    let mut spec = polled();
    spec["errors"] = json!({ "type": "kafka", "config": {
        "brokers": ["kafka:9093"], "topic": "bad", "tls": { "caSecretRef": secret("kafka", "ca") },
    } });
    let mut rig = Rig::with(&[flow(&spec)]);
    let volumes = pod(&rig)["spec"]["volumes"].to_string();
    for mounted in ["\"secretName\":\"db\"", "\"secretName\":\"kafka\"", "\"key\":\"ca\""] {
        assert!(volumes.contains(mounted), "{mounted} is not in {volumes}");
    }
    rig.planned.clear();
    rig.rounds(3);
    assert_eq!(rig.did(&orders()), Vec::<&str>::new());
    spec["errors"]["config"]["tls"] = json!({ "caFile": "/etc/ca.pem" });
    assert!(refused(&spec).contains("errors.config.tls.caFile: Forbidden"));
}

#[test]
fn f6_a_flow_that_would_be_refused_can_be_deleted() {
    let mut rig = Rig::with(&[flow(&polled())]);
    rig.edit(&orders(), |own| own["spec"]["source"]["config"] = json!({}));
    rig.settle();
    assert_eq!(rig.condition(&orders(), "Accepted"), "False Invalid");
    rig.delete(&orders());
    rig.settle();
    assert_eq!((rig.get(&orders()), rig.all("Deployment")), (None, Vec::new()));
}

#[test]
fn f8_what_only_refers_to_secrets_is_valid() {
    let names = ["brokersSecretRef", "topicSecretRef"];
    let config = names.map(|name| (name.to_owned(), secret("kafka", name)));
    let mut spec = polled();
    spec["sink"]["config"] = Value::Object(config.into_iter().collect());
    assert_eq!(Rig::with(&[flow(&spec)]).condition(&orders(), "Ready"), "True Running");
}

#[test]
fn f32_f33_a_new_flow_is_never_an_error_and_says_what_it_speaks_of() {
    let mut rig = Rig::new();
    rig.create(&flow(&polled()));
    rig.settle_while(|rig| assert_ne!(rig.status(&orders())["phase"], "Error"));
    let status = rig.status(&orders());
    assert_eq!((&status["phase"], &status["observedGeneration"]), (&json!("Running"), &json!(1)));
    // One of before counts for nothing: the new one never becomes ready.
    rig.edit(&orders(), |own| own["spec"]["processorImage"] = json!("registry.test/broken:1"));
    rig.round();
    rig.round();
    assert_ne!(rig.condition(&orders(), "RolledOut"), "True UpToDate");
}

#[test]
fn f34_f35_what_the_processor_notes_moves_nothing() {
    let mut rig = Rig::with(&[flow(&polled())]);
    let before = rig.status(&orders());
    let checkpoint = at("v1", "ConfigMap", "dataflow-orders-checkpoint");
    rig.edit(&checkpoint, |own| own["data"] = json!({ "checkpoint.json": "{}" }));
    rig.planned.clear();
    rig.rounds(3);
    assert_eq!((rig.did(&orders()), rig.status(&orders())), (Vec::new(), before));
    assert_eq!(rig.get(&checkpoint).expect("it is there")["data"]["checkpoint.json"], "{}");
}

#[test]
fn f36_what_somebody_else_made_is_left_alone_and_long_names_are_refused_at_once() {
    let theirs = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "dataflow-orders-spec", "namespace": "default" },
        "data": { "spec.json": "theirs" },
    });
    let rig = Rig::with(&[theirs, flow(&polled())]);
    assert_eq!(file(&rig), "theirs");
    assert_eq!(rig.condition(&orders(), "Accepted"), "False NameTaken");
    let mut long = flow(&polled());
    long["metadata"]["name"] = json!("a".repeat(55));
    let long: DataFlow = serde_json::from_value(long).expect("it decodes");
    assert!(accept::<Flow>(&long).expect_err("it is refused").to_string().contains("FLW-01"));
}

#[test]
fn f40_an_image_has_a_tag_that_says_which_it_is() {
    let rig = Rig::with(&[flow(&polled())]);
    let image = pod(&rig)["spec"]["containers"][0]["image"].as_str().unwrap_or_default().to_owned();
    assert!(image.contains(':') && !image.ends_with(":latest"), "{image}");
}

#[test]
fn f44_two_processors_never_read_one_table() {
    let rig = Rig::with(&[flow(&polled())]);
    let deployment = rig.get(&at("apps/v1", "Deployment", "dataflow-orders")).expect("it is there");
    assert_eq!(deployment["spec"]["strategy"], json!({ "type": "Recreate" }));
    let mut spec = polled();
    spec["replicas"] = json!(2);
    assert!(refused(&spec).contains("FLW-03"));
}
