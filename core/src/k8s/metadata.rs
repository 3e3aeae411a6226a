//! What the API server takes as the metadata of a resource. The schema of a definition does not
//! say: metadata is the same for all kinds, and judged before it.

use std::{collections::BTreeMap, sync::LazyLock};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use regex_lite::Regex;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::schema::{KEY, LABEL, LABEL_VALUE, SUBDOMAIN, bare, bound};
use crate::{
    field::{Errors, Path},
    schema::{Compiled, patterns::DATA_KEY},
};

/// How many bytes the annotations of one object may have, keys and values together.
pub const ANNOTATIONS_MAX: usize = 256 * 1024;

static SCHEMA: LazyLock<Compiled> = LazyLock::new(|| {
    let mut schema = bare::<ObjectMeta>(&mut SchemaGenerator::default()).to_value();
    for (field, most, pattern) in [("name", 253, SUBDOMAIN), ("namespace", 63, LABEL)] {
        bound(&mut schema, field, "maxLength", json!(most));
        bound(&mut schema, field, "pattern", json!(pattern));
    }
    for field in ["creationTimestamp", "deletionTimestamp"] {
        bound(&mut schema, field, "type", json!("string"));
        bound(&mut schema, field, "format", json!("date-time"));
    }
    let value = json!({ "type": "string", "maxLength": 63, "pattern": LABEL_VALUE });
    bound(&mut schema, "labels", "additionalProperties", value);
    Compiled::new(&serde_json::from_value(schema).expect("a schema is one of a definition"))
});

static KEYS: LazyLock<Regex> = LazyLock::new(|| Regex::new(KEY).expect("the pattern is one"));
static SUBDOMAINS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(SUBDOMAIN).expect("the pattern is one"));

static DATA_KEYS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(DATA_KEY).expect("the pattern is one"));

/// Whether a text is the key of a label: a name, or a domain of at most 253 characters, a slash and
/// a name.
pub fn is_key(text: &str) -> bool {
    text.split_once('/').is_none_or(|(domain, _)| domain.len() <= 253) && KEYS.is_match(text)
}

/// Whether a text is the name of a node, a Secret and most other objects.
pub fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && SUBDOMAINS.is_match(text)
}

/// Whether a Secret or a ConfigMap can have such a key.
pub fn is_data_key(text: &str) -> bool {
    text.len() <= 253 && DATA_KEYS.is_match(text)
}

/// How many bytes annotations have together, as the API server counts them.
pub fn annotated(annotations: &BTreeMap<String, String>) -> usize {
    annotations.iter().map(|(key, value)| key.len() + value.len()).sum()
}

/// The fields that no metadata has, each with the field that may have been meant. What a server has
/// stored, as its uid tells, has none: it may be newer than we are and have more.
pub fn unknown(resource: &Value) -> Errors {
    let meta = given(resource);
    if meta.contains_key("uid") {
        return Errors::default();
    }
    SCHEMA.unknown(&path(), &Value::Object(meta))
}

/// Everything else that is wrong with the metadata of a resource.
pub fn check(resource: &Value) -> Errors {
    let (meta, mut errors) = (given(resource), Errors::default());
    for field in ["labels", "annotations"] {
        let map = meta.get(field).and_then(Value::as_object);
        for key in map.into_iter().flat_map(Map::keys) {
            let of_any_case = field == "annotations" && is_key(&key.to_lowercase());
            let at = || path().child(field).child(key);
            let must = "must be a key: a name, or a domain, a slash and a name";
            let remedy = "write letters, digits, -, _ and ., such as team or example.com/team";
            errors.ensure(of_any_case || is_key(key), at(), key, must, remedy);
        }
    }
    let annotations = meta.get("annotations").and_then(Value::as_object);
    let entry = |(key, value): (&String, &Value)| key.len() + value.as_str().map_or(0, str::len);
    let bytes: usize = annotations.into_iter().flatten().map(entry).sum();
    let must = format!("must have at most {ANNOTATIONS_MAX} bytes together");
    let remedy = "keep what is long in a ConfigMap and annotate its name";
    let at = path().child("annotations");
    errors.ensure(bytes <= ANNOTATIONS_MAX, at, format!("{bytes} bytes"), &must, remedy);
    SCHEMA.check(&path(), &Value::Object(meta), &mut errors);
    errors
}

fn path() -> Path {
    Path::root("metadata")
}

/// The metadata, without what is null: the API server takes that as left out.
fn given(resource: &Value) -> Map<String, Value> {
    let mut meta = resource["metadata"].as_object().cloned().unwrap_or_default();
    meta.retain(|_, value| !value.is_null());
    meta
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(meta: &Value) -> Vec<String> {
        let resource = json!({ "metadata": meta });
        let mut errors = unknown(&resource);
        errors.extend(check(&resource));
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_api_server_takes_is_taken() {
        let meta = json!({
            "name": "a.b-c", "namespace": "team", "creationTimestamp": null, "labels": null,
            "annotations": { "example.com/Any_Key": "any text, \u{e9}ven", "Example.com/x": "" },
            "ownerReferences": [], "finalizers": ["a/b"], "managedFields": [],
        });
        assert_eq!(wrong(&meta), [""; 0]);
        let of_a_newer_server = json!({ "name": "a", "uid": "u", "fieldOfTomorrow": {} });
        assert_eq!(wrong(&of_a_newer_server), [""; 0]);
        let labels = json!({ "team": "", "app.kubernetes.io/name": "x_Y.9" });
        assert_eq!(wrong(&json!({ "name": "a", "labels": labels })), [""; 0]);
    }

    #[test]
    fn what_it_refuses_is_named_with_its_path() {
        let long = "a".repeat(64);
        for (meta, begins) in [
            (json!({ "namespce": "x" }), "metadata.namespce: Unknown field (did you mean `namesp"),
            (json!({ "name": "Prod_1" }), "metadata.name: Invalid value: \"Prod_1\": must match"),
            (json!({ "namespace": "a.b" }), "metadata.namespace: Invalid value: \"a.b\": must"),
            (json!({ "labels": { "a": 1 } }), "metadata.labels.a: Invalid type: number: must "),
            (json!({ "labels": ["a"] }), "metadata.labels: Invalid type: list"),
            (json!({ "labels": { "a": "x y" } }), "metadata.labels.a: Invalid value: \"x y\""),
            (json!({ "labels": { "a b": "" } }), "metadata.labels[\"a b\"]: Invalid value: a b"),
            (json!({ "labels": { "X.y/z": "" } }), "metadata.labels[\"X.y/z\"]: Invalid value: X"),
            (json!({ "labels": { &long: "" } }), "metadata.labels.aaa"),
            (
                json!({ "creationTimestamp": "yesterday" }),
                "metadata.creationTimestamp: Invalid val",
            ),
            (json!({ "annotations": { "a/b": true } }), "metadata.annotations[\"a/b\"]: Invalid t"),
        ] {
            let told = wrong(&meta);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(begins), "{told:?}");
        }
    }
}
