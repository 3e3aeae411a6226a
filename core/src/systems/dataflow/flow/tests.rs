//! Flows that are right, and what is told of those that are not.

use serde_json::{Value, json};

use super::{
    Meaning, SecretKey,
    api::{StepType, StoreType},
};
use crate::{
    field::Errors,
    systems::dataflow::{catalogue, pipeline},
};

fn compile(spec: &Value) -> Result<Meaning, Errors> {
    Meaning::compile(spec.as_object().expect("it is an object"), "shop")
}

fn told(spec: &Value) -> Vec<String> {
    let errors = compile(spec).expect_err("it is wrong");
    errors.iter().map(ToString::to_string).collect()
}

/// What is told is told where it stands, and says what to write.
fn tells(spec: &Value, wanted: &[&str]) {
    let told = told(spec);
    for one in wanted {
        assert!(told.iter().any(|line| line.contains(one)), "{one:?} is not among {told:#?}");
    }
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
}

fn kafka(topic: &str) -> Value {
    json!({ "type": "kafka", "config": { "brokers": ["kafka:9092"], "topic": topic } })
}

fn table(name: &str) -> Value {
    let reference = json!({ "name": "db", "key": "url" });
    json!({
        "type": "postgresql",
        "config": { "connectionStringSecretRef": reference, "table": name },
    })
}

#[test]
fn every_type_of_the_definition_can_be_read() {
    let stores: Vec<&str> = StoreType::ALL.iter().map(|one| one.as_str()).collect();
    assert_eq!(stores, catalogue::NAMES);
    let steps: Vec<&str> = StepType::ALL.iter().map(|one| one.as_str()).collect();
    assert_eq!(steps, pipeline::NAMES);
}

#[test]
fn both_spellings_are_one_flow() {
    let config = json!({ "brokers": ["kafka:9092"], "topic": "orders" });
    let new = json!({ "source": { "type": "kafka", "config": config }, "sink": table("orders") });
    let old = json!({ "source": { "type": "kafka", "kafka": config }, "sink": table("orders") });
    let (new, old) = (compile(&new).expect("it is right"), compile(&old).expect("it is right"));
    assert_eq!(new.source.config, old.source.config);
    assert_eq!(old.source.at.to_string(), "spec.source.kafka");
    assert_eq!(new.sink.secrets, [SecretKey { name: "db".into(), key: "url".into() }]);
}

#[test]
fn everything_wrong_is_told_at_once() {
    let spec = json!({
        "source": { "type": "kafca", "config": {} },
        "sink": { "type": "postgresql", "config": { "batchSize": 20_000, "tabel": "orders" } },
        "errors": { "type": "kafka", "config": { "brokers": ["kafka"], "topic": "a b" } },
        "transformations": [{ "type": "filter", "config": {} }],
    });
    tells(
        &spec,
        &[
            "spec.source.type: Unsupported value: \"kafca\"",
            "spec.sink.config.batchSize: Invalid value: 20000",
            "spec.sink.config.tabel: Unknown field (did you mean `table`?)",
            "spec.sink.config.connectionString: Required value",
            "spec.sink.config.table: Required value",
            "spec.errors.config.brokers[0]: Invalid value: \"kafka\": must be HOST:PORT",
            "spec.errors.config.topic: Invalid value: \"a b\"",
            "spec.transformations[0].config.condition: Required value",
        ],
    );
}

#[test]
fn a_flow_without_its_ends_is_none() {
    tells(&json!({}), &["spec.source: Required value", "spec.sink: Required value"]);
}

#[test]
fn the_sink_of_a_route_is_held_against_the_catalogue_as_every_sink_is() {
    let routes = json!([{ "condition": "urgent", "sink": { "type": "kafka", "config": {} } }]);
    let router = json!({ "type": "router", "config": { "routes": routes } });
    let at = "spec.transformations[0].config.routes[0].sink.config";
    tells(
        &json!({ "source": kafka("a"), "sink": kafka("b"), "transformations": [router] }),
        &[&format!("{at}.brokers: Required value"), &format!("{at}.topic: Required value")],
    );
}

#[test]
fn a_sink_is_neither_the_source_nor_that_of_errors() {
    let spec = json!({ "source": kafka("a"), "sink": kafka("a") });
    tells(&spec, &["spec.sink.config: Forbidden: it is what the flow reads"]);
    let spec = json!({ "source": kafka("a"), "sink": table("t"), "errors": table("t") });
    tells(&spec, &["spec.errors.config: Forbidden: it is a sink of good records"]);
    let spec = json!({ "source": table("t"), "sink": table("u"), "errors": kafka("bad") });
    compile(&spec).expect("they are three");
}

#[test]
fn a_secret_of_another_namespace_is_not_taken() {
    let mut sink = table("t");
    sink["config"]["connectionStringSecretRef"]["namespace"] = json!("kube-system");
    let spec = json!({ "source": kafka("a"), "sink": sink });
    tells(
        &spec,
        &["connectionStringSecretRef.namespace: Forbidden: a flow takes values from \
                    Secrets of its own namespace, shop"],
    );
    let mut sink = table("t");
    sink["config"]["connectionStringSecretRef"]["namespace"] = json!("shop");
    compile(&json!({ "source": kafka("a"), "sink": sink })).expect("it is its own");
}

#[test]
fn a_secret_that_is_written_down_is_found_wherever_it_stands() {
    let sink = |text: &str| {
        let config = json!({ "connectionString": text, "table": "t" });
        json!({ "source": kafka("a"), "sink": { "type": "postgresql", "config": config } })
    };
    for (text, literal) in [
        ("postgres://u:hunter2@db/shop", true),
        ("postgres://db/shop?user=u&password=hunter2", true),
        ("host=db user=u password=hunter2", true),
        ("host=db user=u", false),
        ("host=db password = hunter2 user=u", true),
        ("host=db password='' require_auth=scram-sha-256", false),
        ("postgres://u:pa/ss@db/shop", true),
        ("postgres://u:p#1@db/shop", true),
        ("postgres://u:${PASSWORD}@db/shop", true),
        ("postgres://u@db/shop", false),
    ] {
        let flow = compile(&sink(text)).expect("it is right");
        assert_eq!(flow.literal().count(), usize::from(literal), "{text}");
    }
    let mut source = kafka("a");
    source["config"]["sasl"] =
        json!({ "mechanism": "plain", "username": "u", "password": "hunter2" });
    let flow = compile(&json!({ "source": source, "sink": table("t") })).expect("it is right");
    let paths: Vec<String> = flow.literal().map(ToString::to_string).collect();
    assert_eq!(paths, ["spec.source.config.sasl.password"]);
}

#[test]
fn a_secret_is_found_in_what_is_wrong_too() {
    let spec = json!({
        "source": { "type": "kafka", "config": {}, "kafka": { "sasl": { "password": "hunter2" } } },
        "sink": table("t"),
        "transformations": [{ "type": "router", "config": { "routes": [
            { "sink": { "config": { "bearerToken": "hunter2" } } },
        ] } }],
        "errors": { "type": "kafka", "config": { "passwordSecretRef": "hunter2" },
                    "trino": { "keycloak": { "clientSecret": 7 } } },
    });
    let found = Meaning::literal_in(spec.as_object().expect("it is an object"), "shop");
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "spec.errors.config.passwordSecretRef",
            "spec.errors.trino",
            "spec.errors.trino.keycloak.clientSecret",
            "spec.source.kafka",
            "spec.source.kafka.sasl.password",
            "spec.transformations[0].config.routes[0].sink.config.bearerToken",
        ]
    );
}

#[test]
fn no_text_stands_for_another() {
    let mut source = kafka("a");
    source["config"]["sasl"] =
        json!({ "mechanism": "plain", "username": "u", "password": "${Summer2024}" });
    let mut sink = table("t");
    sink["config"]["batchSize"] = json!("${N}");
    tells(
        &json!({ "source": source, "sink": sink }),
        &["spec.sink.config.batchSize: Invalid type"],
    );
    sink["config"]["batchSize"] = json!(0);
    let flow = compile(&json!({ "source": source, "sink": sink })).expect("it is right");
    assert_eq!(flow.literal().count(), 1);
    sink["config"]["batchFlushIntervalSeconds"] = json!(0);
    let spec = json!({ "source": kafka("a"), "sink": sink });
    tells(&spec, &["spec.sink.config.batchFlushIntervalSeconds: Forbidden: with batchSize 0"]);
}

#[test]
fn an_error_shows_no_password() {
    let mut source = kafka("a");
    source["config"]["brokers"] = json!(["SASL_SSL://u:hunter2@kafka:9093"]);
    let spec = json!({ "source": source, "sink": table("t") });
    let told = told(&spec).join("\n");
    assert!(told.contains("spec.source.config.brokers[0]") && !told.contains("hunter2"), "{told}");
    let found = Meaning::literal_in(spec.as_object().expect("it is an object"), "shop");
    assert!(found.iter().any(|path| path.to_string() == "spec.source.config.brokers"), "{found:?}");
}

#[test]
fn what_is_taken_from_a_secret_counts_before_what_is_written() {
    let mut source = kafka("a");
    source["config"]["topicSecretRef"] = json!({ "name": "k", "key": "topic" });
    let flow = compile(&json!({ "source": source, "sink": table("t") })).expect("it is right");
    let idle: Vec<String> = flow.idle().map(|one| format!("{}: {}", one.path, one.why)).collect();
    assert_eq!(idle, ["spec.source.config.topic: topicSecretRef counts before it."]);
}

#[test]
fn no_file_of_the_user_is_in_the_pod() {
    let mut source = kafka("a");
    source["config"]["tls"] = json!({ "caFile": "/etc/ca.pem", "certSecretRef": {
        "name": "tls", "key": "tls.crt" } });
    let spec = json!({ "source": source, "sink": table("t") });
    tells(
        &spec,
        &[
            "spec.source.config.tls.caFile: Forbidden: no file of yours is in the pod (put it into \
             a Secret and name that in caSecretRef)",
            "spec.source.config.tls.keySecretRef: Required value",
        ],
    );
}

#[test]
fn who_asks_is_said_in_full() {
    let trino = |keycloak: Value| {
        json!({ "type": "trino", "config": {
            "serverURL": "https://trino:8443", "catalog": "c", "schema": "s", "query": "select 1",
            "keycloak": keycloak,
        } })
    };
    let spec = |keycloak| json!({ "source": trino(keycloak), "sink": table("t") });
    tells(
        &spec(json!({ "serverURL": "keycloak", "realm": "r", "username": "u" })),
        &[
            "spec.source.config.keycloak.clientID: Required value",
            "spec.source.config.keycloak.password: Required value",
            "spec.source.config.keycloak.serverURL: Invalid value: a text: must be a URL",
        ],
    );
    compile(&spec(json!({ "tokenSecretRef": { "name": "t", "key": "k" } }))).expect("it is right");
    let nessie = |how: &str| {
        let config = json!({ "baseURL": "http://nessie:19120/api/v2", "namespace": "n",
                             "table": "t", "authenticationType": how });
        json!({ "source": kafka("a"), "sink": { "type": "nessie", "config": config } })
    };
    tells(&nessie("BEARER"), &["spec.sink.config.tokenSecretRef: Required value"]);
    tells(&nessie("BASIC"), &["spec.sink.config.basicAuth: Required value"]);
    compile(&nessie("NONE")).expect("it is right");
}

#[test]
fn avro_wants_a_schema() {
    let mut source = kafka("a");
    source["config"]["format"] = json!("avro");
    let spec = |source: &Value| json!({ "source": source, "sink": table("t") });
    tells(&spec(&source), &["spec.source.config.avroSchema: Required value"]);
    source["config"]["avroSchema"] = json!("record");
    tells(&spec(&source), &["spec.source.config.avroSchema: Invalid value: \"record\""]);
    source["config"]["avroSchema"] = json!("{\"type\":\"string\"}");
    compile(&spec(&source)).expect("it is right");
}
