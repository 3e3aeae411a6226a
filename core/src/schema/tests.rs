//! What the schema check says, word for word.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn schema() -> Compiled {
    Compiled::new(&props())
}

fn props() -> JSONSchemaProps {
    let spec = json!({
        "type": "object",
        "required": ["name", "size", "mode"],
        "properties": {
            "name": {"type": "string", "description": "What it is called.", "minLength": 2, "maxLength": 5, "pattern": "^[a-zé]+$"},
            "size": {"type": "integer", "minimum": 1, "maximum": 100},
            "mode": {"type": "string", "enum": ["fast", "slow"], "default": "fast"},
            "ratio": {"type": "number", "minimum": 0, "exclusiveMinimum": true},
            "on": {"type": "boolean"},
            "small": {"type": "integer", "format": "int32"},
            "big": {"type": "integer", "format": "int64", "nullable": true},
            "port": {"x-kubernetes-int-or-string": true},
            "retentionMs": {"type": "integer"},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "labels": {"type": "object", "maxProperties": 2, "additionalProperties": {"type": "string"}},
            "tags": {"type": "array", "minItems": 1, "maxItems": 30, "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
            "storage": {"type": "object", "properties": {"volume": {"type": "string"}, "deep": {"type": "object", "properties": {"only": {"type": "string"}}}}},
            "acls": {
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["principal", "host"],
                "items": {"type": "object", "required": ["principal"], "properties": {
                    "principal": {"type": "string", "description": "Who."},
                    "host": {"type": "string", "default": "*"}
                }}
            }
        }
    });
    let schema = json!({"type": "object", "required": ["spec"], "properties": {"spec": spec}});
    serde_json::from_value(schema).unwrap()
}

/// A good spec with some fields replaced.
fn spec(fields: &Value) -> Value {
    let mut spec = json!({"name": "abc", "size": 3});
    for (name, value) in fields.as_object().unwrap() {
        spec[name] = value.clone();
    }
    json!({"apiVersion": "a/v1", "kind": "A", "metadata": {"name": "x"}, "spec": spec})
}

fn errors(fields: &Value) -> Vec<String> {
    let mut errors = Errors::default();
    schema().check(&Path::default(), &spec(fields), &mut errors);
    errors.iter().map(ToString::to_string).collect()
}

fn unknowns(fields: &Value) -> Vec<String> {
    schema().unknown(&Path::default(), &spec(fields)).iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_resource_has_nothing_wrong() {
    let good = json!({
        "mode": "slow", "ratio": 1, "on": true, "small": -1, "big": null, "port": "http", "free": {"a": [1]},
        "labels": {"a": "b"}, "tags": ["a"], "acls": [{"principal": "a"}, {"principal": "a", "host": "b"}]
    });
    assert_eq!(errors(&good), Vec::<String>::new());
    assert_eq!(unknowns(&good), Vec::<String>::new());
    assert_eq!(errors(&json!({"mode": null, "port": 1})), Vec::<String>::new());
}

#[test]
fn another_type_is_an_error_that_says_what_to_write() {
    for (fields, expected) in [
        (
            json!({"size": "3"}),
            "spec.size: Invalid type: string \"3\": must be an integer (write 3 without quotes)",
        ),
        (
            json!({"size": 3.5}),
            "spec.size: Invalid type: number 3.5: must be an integer (write a whole number, such as 3)",
        ),
        (
            json!({"name": 3}),
            "spec.name: Invalid type: number: must be a string (put it in quotes)",
        ),
        (
            json!({"on": "yes"}),
            "spec.on: Invalid type: string \"yes\": must be a boolean (write true)",
        ),
        (
            json!({"on": null}),
            "spec.on: Invalid type: null: must be a boolean (give it a value, or remove the field)",
        ),
        (
            json!({"port": 1.5}),
            "spec.port: Invalid type: number: must be an integer or a string (put it in quotes)",
        ),
        (
            json!({"tags": "a"}),
            "spec.tags: Invalid type: string: must be a list (write a list: each item on a line of its own, after `- `)",
        ),
        (
            json!({"storage": []}),
            "spec.storage: Invalid type: list: must be an object (write its fields, each on a line of its own: deep, volume)",
        ),
        (
            json!({"labels": {"a.b/c": 1}}),
            "spec.labels[\"a.b/c\"]: Invalid type: number: must be a string (put it in quotes)",
        ),
    ] {
        assert_eq!(errors(&fields), [expected]);
    }
}

#[test]
fn each_bound_is_an_error_that_says_what_to_write() {
    for (fields, expected) in [
        (
            json!({"size": 0}),
            "spec.size: Invalid value: 0: must be between 1 and 100 (write a number between 1 and 100)",
        ),
        (
            json!({"ratio": 0}),
            "spec.ratio: Invalid value: 0: must be greater than 0 (write a number greater than 0)",
        ),
        (
            json!({"small": 3_000_000_000_u32}),
            "spec.small: Invalid value: 3000000000: must be between -2147483648 and 2147483647 (write a number between -2147483648 and 2147483647)",
        ),
        (
            json!({"big": u64::MAX}),
            "spec.big: Invalid value: 18446744073709551615: must be between -9223372036854775808 and 9223372036854775807 (write a number between -9223372036854775808 and 9223372036854775807)",
        ),
        (
            json!({"mode": "fats"}),
            "spec.mode: Unsupported value: \"fats\": supported values: fast, slow (did you mean `fast`?)",
        ),
        (
            json!({"mode": "x"}),
            "spec.mode: Unsupported value: \"x\": supported values: fast, slow (write one of: fast, slow)",
        ),
        (
            json!({"name": "a"}),
            "spec.name: Invalid value: 1 character: must have between 2 and 5 characters (write between 2 and 5 characters)",
        ),
        (
            json!({"name": "ABC"}),
            "spec.name: Invalid value: \"ABC\": must match `^[a-zé]+$` (write a text that matches `^[a-zé]+$`)",
        ),
        (
            json!({"labels": {"a": "", "b": "", "c": ""}}),
            "spec.labels: Invalid value: 3 fields: must have at most 2 fields (shorten it to at most 2 fields)",
        ),
        (
            json!({"tags": []}),
            "spec.tags: Invalid value: 0 items: must have between 1 and 30 items (write between 1 and 30 items)",
        ),
        (
            json!({"tags": ["a", "b", "a"]}),
            "spec.tags[2]: Duplicate value: \"a\" (remove one of the two)",
        ),
        (
            json!({"acls": [{"principal": "a"}, {"principal": "a", "host": "*"}]}),
            "spec.acls[1]: Duplicate value: \"a, *\" (remove one of the two)",
        ),
        (
            json!({"acls": [{}]}),
            "spec.acls[0].principal: Required value (add `principal:` (a string))",
        ),
    ] {
        assert_eq!(errors(&fields), [expected]);
    }
}

#[test]
fn characters_are_counted_not_bytes() {
    assert_eq!(errors(&json!({"name": "ééééé"})), Vec::<String>::new());
}

#[test]
fn all_errors_are_found_at_once() {
    let mut errors = Errors::default();
    let value = json!({"spec": {"on": 1, "tags": [1, 2]}});
    Compiled::new(&props()).check(&Path::default(), &value, &mut errors);
    let paths: Vec<_> = errors.iter().map(|error| error.path.to_string()).collect();
    assert_eq!(paths, ["spec.name", "spec.size", "spec.on", "spec.tags[0]", "spec.tags[1]"]);
}

#[test]
fn duplicates_of_a_long_list_are_found_too() {
    let tags: Vec<String> = (0..20).map(|n| (n % 19).to_string()).collect();
    assert_eq!(errors(&json!({"tags": tags})).len(), 1);
}

#[test]
fn an_unknown_field_is_no_error_of_check() {
    assert_eq!(errors(&json!({"new": 1, "storage": {"new": 1}})), Vec::<String>::new());
}

#[test]
fn an_unknown_field_gets_the_field_that_was_meant() {
    for (fields, expected) in [
        (
            json!({"retentionms": 1}),
            "spec.retentionms: Unknown field (did you mean `retentionMs`?)",
        ),
        (
            json!({"retention_ms": 1}),
            "spec.retention_ms: Unknown field (did you mean `retentionMs`?)",
        ),
        (
            json!({"retentoinMs": 1}),
            "spec.retentoinMs: Unknown field (did you mean `retentionMs`?)",
        ),
        (json!({"volume": 1}), "spec.volume: Unknown field (did you mean `spec.storage.volume`?)"),
        (
            json!({"principal": 1}),
            "spec.principal: Unknown field (did you mean `spec.acls[].principal`?)",
        ),
        (
            json!({"storage": {"size": 1}}),
            "spec.storage.size: Unknown field (did you mean `spec.size`?)",
        ),
        (
            json!({"acls": [{"Tags": 1}]}),
            "spec.acls[0].Tags: Unknown field (did you mean `spec.tags`?)",
        ),
        (json!({"only": 1}), "spec.only: Unknown field (did you mean `spec.storage.deep.only`?)"),
        (
            json!({"storage": {"zzz": 1}}),
            "spec.storage.zzz: Unknown field (known here: deep, volume)",
        ),
    ] {
        assert_eq!(unknowns(&fields), [expected]);
    }
    let root = Compiled::new(&props()).unknown(&Path::default(), &json!({"spce": {}, "kind": "A"}));
    assert_eq!(root.to_string(), "spce: Unknown field (did you mean `spec`?)");
}

#[test]
fn every_leaf_is_listed_and_found() {
    let schema = schema();
    let leaves = schema.leaves();
    let paths: Vec<_> = leaves.iter().map(|leaf| leaf.path.to_string()).collect();
    assert_eq!(paths.len(), 16, "{paths:?}");
    assert!(paths.contains(&"spec.acls.principal".to_owned()), "{paths:?}");
    for leaf in &leaves {
        assert_eq!(schema.find(&leaf.path).as_ref(), Some(leaf));
    }
    let labels = schema.find(&Path::dotted("spec.labels")).unwrap();
    assert_eq!(labels.type_, "map of string");
    let who = schema.find(&Path::dotted("spec.acls").index(3).child("principal")).unwrap();
    assert_eq!((who.description, who.required), ("Who.", true));
    assert_eq!(schema.children(&Path::dotted("spec.acls")).len(), 2);
    assert_eq!(schema.find(&Path::dotted("spec.none")), None);
    assert!(schema.unchecked().is_empty());
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let names: Vec<String> = schema().root.fields["spec"].fields.keys().cloned().collect();
    let names = prop_oneof![prop::sample::select(names), any::<String>(), Just("spec".to_owned())];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_panics_and_every_error_has_a_remedy(value in values()) {
        let schema = schema();
        for value in [value.clone(), json!({"spec": value})] {
            let mut errors = schema.unknown(&Path::default(), &value);
            schema.check(&Path::default(), &value, &mut errors);
            prop_assert!(errors.iter().all(|error| !error.remedy.is_empty()));
        }
    }
}
