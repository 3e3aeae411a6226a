//! What a registry had, brought into the one that has started in its place: the same ids, versions
//! and references, whatever was deleted and whatever its level would refuse today.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use sluicegate_core::systems::rivven::registry::{Rule, What};
use sluicegate_effects::backend::rivven::{Schema, Unfit, faults};

use crate::{
    registry::{brokers, change, registry, seen, started},
    schema::Program,
};

/// A history in which versions, a whole subject and all places of an id were deleted, a schema
/// refers to another, one is in two subjects and one in a context.
async fn history(program: &Program) {
    let record = |name: &str, field: &str| {
        let fields = json!([{ "name": field, "type": "string" }]);
        json!({ "type": "record", "name": name, "fields": fields }).to_string()
    };
    let post = async |subject: &str, body: &Value| {
        let path = format!("/subjects/{subject}/versions");
        let (status, said) = program.send(Method::POST, &path, body).await;
        assert!(status.is_success(), "{said}");
    };
    let delete = async |path: &str| {
        let (status, said) = program.send(Method::DELETE, path, &Value::Null).await;
        assert!(status.is_success(), "{said}");
    };
    for (subject, field) in [("gone", "x"), ("a", "y"), ("a", "x"), ("a", "z"), ("b%2Fc", "y")] {
        post(subject, &json!({ "schema": record("A", field) })).await;
    }
    let place = json!([{ "name": "A", "subject": "a", "version": 2 }]);
    post("b%2Fc", &json!({ "schema": record("B", "a"), "references": place })).await;
    post("%3A.team%3As", &json!({ "schema": "{\"type\":\"object\"}", "schemaType": "JSON" })).await;
    let message = "syntax = \"proto3\"; message M { int32 a = 1; }";
    post("proto", &json!({ "schema": message, "schemaType": "PROTOBUF" })).await;
    delete("/subjects/gone").await;
    delete("/subjects/a/versions/1").await;
    delete("/subjects/a/versions/3").await;
}

fn ids(all: &[Schema]) -> Vec<u64> {
    all.iter().map(|one| one.id).collect()
}

pub(crate) async fn what_was_exported_is_there_again_with_its_ids() {
    let before = started();
    let way = brokers(before.address);
    change(&way, What::Level("NONE".to_owned())).await.expect("it is done");
    history(&before).await;
    let exported = way.schemas(&registry()).await.expect("they are read");
    assert_eq!(ids(&exported), [1, 2, 3, 4, 5, 6]);
    assert_eq!(faults(&exported, false), Vec::<String>::new());
    drop(before);
    let after = started();
    let way = brokers(after.address);
    // Levels and a rule of today that refuse the history.
    let own = |subject: &str, level: &str| What::SubjectLevel {
        subject: subject.to_owned(),
        level: level.to_owned(),
    };
    let documented = Rule {
        name: "documented".to_owned(),
        rule_type: "FIELD_REQUIRED".to_owned(),
        config: r#"{"field":"doc"}"#.to_owned(),
        level: "ERROR".to_owned(),
        description: String::new(),
        subjects: Vec::new(),
        schema_types: Vec::new(),
    };
    let today = [
        own("a", "FORWARD"),
        What::Level("FULL_TRANSITIVE".to_owned()),
        What::Rule(documented),
        What::Open,
    ];
    for what in today {
        change(&way, what).await.expect("it is done");
    }
    way.close(&registry()).await.expect("it is empty");
    assert!(!seen(&way, &[]).await.is_open(), "no client is let in");
    let ids_now = way.restore(&registry(), &exported, false).await.expect("all of it");
    assert!(ids_now.iter().all(|(before, now)| before == now), "{ids_now:?}");
    assert_eq!(way.schemas(&registry()).await.expect("they are read"), exported);
    let in_force = seen(&way, &["a", "b/c"]).await;
    let levels: Vec<_> = in_force.subjects.values().map(String::as_str).collect();
    assert_eq!(
        (in_force.level.as_str(), levels),
        ("FULL_TRANSITIVE", vec!["FORWARD", "FULL_TRANSITIVE"])
    );
    assert_eq!(
        (in_force.is_open(), in_force.rules),
        (false, BTreeMap::new()),
        "the operator's to do"
    );
    let next = json!({ "schema": "{\"type\":\"int\"}" });
    let (_, said) = after.send(Method::POST, "/subjects/next/versions", &next).await;
    assert_eq!(said, json!({ "id": 7 }), "the next one is what it would have been");
}

fn refusal(done: Result<(), Unfit>) -> String {
    match done {
        Err(Unfit::Refuses(why)) => why,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_registry_that_holds_schemas_or_rules_of_others_takes_none_in() {
    let program = started();
    let way = brokers(program.address);
    change(&way, What::Open).await.expect("it is done");
    let theirs = json!({ "name": "theirs", "rule_type": "REGEX", "config": "{\"pattern\":\"x\"}" });
    program.send(Method::POST, "/config/validation/rules", &theirs).await;
    let why = refusal(way.close(&registry()).await);
    assert!(why.contains("would not put back: theirs"), "{why}");
    program.send(Method::DELETE, "/config/validation/rules/theirs", &Value::Null).await;
    let field = json!([{ "name": "a", "type": "string" }]);
    assert!(program.register("orders", "R", &field).await.is_success());
    let why = refusal(way.check(&registry()).await);
    assert!(why.contains("it has given 1 ids already"), "{why}");
    assert!(seen(&way, &[]).await.is_open(), "clients are let in as before");
}

pub(crate) async fn what_somebody_else_registers_meanwhile_is_told() {
    let program = started();
    let way = brokers(program.address);
    // As the registry writes it.
    let text = |name: &str| format!(r#"{{"fields":[],"name":"{name}","type":"record"}}"#);
    let schema = |id: u64, field: &str| Schema {
        id,
        schema_type: "AVRO".to_owned(),
        schema: text(field),
        references: Vec::new(),
        versions: Vec::new(),
    };
    let body = json!({ "schema": text("theirs") });
    program.send(Method::POST, "/subjects/theirs/versions", &body).await;
    let all = [schema(1, "a"), schema(2, "b")];
    let why = way.restore(&registry(), &all, false).await.expect_err("an id is taken");
    assert_eq!(why, "the schema with id 1 was given 2: somebody else registers schemas too");
    let why = way.restore(&registry(), &all, true).await.expect_err("there is one more");
    assert_eq!(why, "it holds 1 more schemas than it was given");
}
