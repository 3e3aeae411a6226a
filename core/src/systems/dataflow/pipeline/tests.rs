//! What holds for any document, and for whatever a user writes.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Body, Pipeline, Record,
    condition::Condition,
    json::{Json, put},
    layout::Layout,
    path::JsonPath,
};
use crate::field::{Cause, Path};

fn at() -> Path {
    Path::dotted("spec.transformations")
}

fn now() -> k8s_openapi::jiff::Timestamp {
    "2026-03-04T05:06:07.08091Z".parse().expect("it is a time")
}

/// A document, with few names so that paths lead somewhere.
fn document() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?".prop_map(Json::Number),
        ".{0,6}".prop_map(Json::Text),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::List),
            prop::collection::vec(("[abAB0_.]{0,2}", inner), 0..5).prop_map(each_once),
        ]
    })
}

/// An object: no two fields of one name are in a document.
fn each_once(fields: Vec<(String, Json)>) -> Json {
    let mut seen = std::collections::BTreeSet::new();
    Json::Map(fields.into_iter().filter(|(name, _)| seen.insert(name.clone())).collect())
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![9 => "(\\$\\.)?[abAB0_]{1,2}(\\.[ab0]|\\[[01]\\]){0,2}", 1 => ".{0,8}"]
}

/// A transformation as users write it, of which not everything is right.
fn transformation() -> impl Strategy<Value = Value> {
    let condition = prop_oneof![
        path(),
        (path(), ".{0,3}").prop_map(|(path, text)| format!("{path} == '{text}'"))
    ];
    let fields = || prop::collection::vec(path(), 1..4);
    let format = prop_oneof![Just("RFC3339"), Just("Unix"), Just("2006-01-02"), Just("x")];
    let deep = || any::<bool>().prop_map(|deep| json!({ "deep": deep }));
    let config = prop_oneof![
        (
            Just("timestamp"),
            (path(), format)
                .prop_map(|(name, format)| { json!({ "fieldName": name, "format": format }) })
                .boxed()
        ),
        (Just("flatten"), path().prop_map(|field| json!({ "field": field })).boxed()),
        (Just("filter"), condition.clone().prop_map(|one| json!({ "condition": one })).boxed()),
        (
            Just("mask"),
            (fields(), ".{1,2}", any::<bool>())
                .prop_map(|(fields, mask, keep)| {
                    json!({ "fields": fields, "maskChar": mask, "keepLength": keep })
                })
                .boxed()
        ),
        (
            Just("router"),
            prop::collection::vec(condition, 1..3)
                .prop_map(|all| {
                    let route = |one| json!({ "condition": one, "sink": { "type": "kafka" } });
                    json!({ "routes": all.into_iter().map(route).collect::<Value>() })
                })
                .boxed()
        ),
        (Just("select"), fields().prop_map(|fields| json!({ "fields": fields })).boxed()),
        (Just("remove"), fields().prop_map(|fields| json!({ "fields": fields })).boxed()),
        (Just("snakeCase"), deep().boxed()),
        (Just("camelCase"), deep().boxed()),
    ];
    config.prop_map(|(name, config)| json!({ "type": name, "config": config }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_is_written_is_read_or_refused(text in ".{0,20}", document in document()) {
        if let Ok(path) = JsonPath::parse(&text) {
            let mut left = document.clone();
            path.remove(&mut left);
            prop_assert!(path.is_whole() || path.get(&document).is_some() || left == document);
        }
        if let Ok(condition) = Condition::parse(&text) {
            let _ = condition.holds(&document);
        }
        if let Ok(layout) = Layout::parse(&text) {
            let _ = layout.write(now());
        }
    }

    #[test]
    fn what_is_read_is_written_as_it_was(
        document in document(),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let text = document.to_string();
        prop_assert_eq!(Json::parse(text.as_bytes()), Some(document));
        let record = Record::read(bytes.clone());
        if let Body::Opaque(_) = record.body {
            prop_assert_eq!(record.write(), bytes);
        }
    }

    #[test]
    fn what_compiles_takes_any_document(
        spec in prop::collection::vec(transformation(), 0..5),
        document in document(),
    ) {
        let Ok(pipeline) = Pipeline::compile(&spec, &at()) else { return Ok(()) };
        let record = Record { body: Body::Document(document), route: None };
        let Ok(records) = pipeline.run(now(), record) else { return Ok(()) };
        for record in records {
            prop_assert_eq!(&Record::read(record.write()).body, &record.body);
            prop_assert!(record.route.is_none_or(|route| route < pipeline.routes().len()));
        }
    }

    #[test]
    fn what_nobody_names_survives(document in document()) {
        let spec = [
            json!({ "type": "timestamp", "config": { "fieldName": "at" } }),
            json!({ "type": "remove", "config": { "fields": ["nobody"] } }),
            json!({ "type": "mask", "config": { "fields": ["nobody"] } }),
            json!({ "type": "flatten", "config": { "field": "nobody" } }),
        ];
        let pipeline = Pipeline::compile(&spec, &at()).expect("nothing is wrong with it");
        let mut wanted = document.clone();
        if let Some(fields) = wanted.as_map_mut() {
            put(fields, "at", Json::Text("2026-03-04T05:06:07Z".to_owned()));
        }
        let record = Record { body: Body::Document(document), route: None };
        match pipeline.run(now(), record) {
            Ok(records) => {
                let wanted = Record { body: Body::Document(wanted), route: None };
                prop_assert_eq!(records, vec![wanted]);
            }
            // Only a list may be led into without saying which item.
            Err(fault) => prop_assert!(matches!(wanted, Json::List(_)) && fault.step == 2),
        }
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let spec = [
        json!({ "type": "flaten", "config": {} }),
        json!({ "type": "flatten" }),
        json!({ "type": "filter", "config": { "condition": "a == b", "conditon": "a" } }),
        json!({ "type": "mask", "config": { "fields": [], "maskChar": "", "keepLength": "yes" } }),
        json!({ "type": "select", "config": { "fields": ["a.id", "$", 7, "b.id"] } }),
        json!({ "type": "select", "config": { "fields": ["a.id", "b.id"] } }),
        json!({ "type": "router", "config": { "routes": [
            { "condition": "a", "sink": {} }, { "condition": "$.a", "sink": {} }, { "sink": 1 },
        ] } }),
        json!({ "type": "timestamp", "config": { "format": "YYYY" }, "timestamp": {} }),
        json!({ "type": "remove", "remove": { "fields": ["a.*"] }, "fields": ["a"] }),
        json!("mask"),
    ];
    let errors = Pipeline::compile(&spec, &at()).expect_err("much is wrong with it");
    let told: Vec<String> = errors
        .iter()
        .map(|error| {
            let cause = match &error.cause {
                Cause::Required => "required",
                Cause::Invalid(..) => "invalid",
                Cause::Type(..) => "type",
                Cause::NotSupported(..) => "unsupported",
                Cause::Duplicate(_) => "duplicate",
                Cause::Forbidden(_) => "forbidden",
                Cause::Unknown => "unknown",
            };
            assert!(!error.remedy.is_empty());
            format!("{} {cause}", error.path)
        })
        .collect();
    let told: Vec<&str> =
        told.iter().map(|one| one.trim_start_matches("spec.transformations")).collect();
    assert_eq!(
        told,
        [
            "[0].type unsupported",
            "[1].config.field required",
            "[2].config.condition invalid",
            "[2].config.conditon unknown",
            "[3].config.fields required",
            "[3].config.keepLength type",
            "[3].config.maskChar required",
            "[4].config.fields[1] invalid",
            "[4].config.fields[2] type",
            "[5].config.fields[1] duplicate",
            "[6].config.routes[1].condition duplicate",
            "[6].config.routes[2].condition required",
            "[6].config.routes[2].sink type",
            "[7].timestamp forbidden",
            "[8].fields unknown",
            "[8].remove.fields[0] invalid",
            "[9] type",
        ]
    );
}
