//! Kubernetes' own types inside our schemas.
//!
//! Their published schemas have long descriptions and no bounds. The descriptions would make most
//! of our definition and are told better by `kubectl explain pod`; without bounds the API server
//! must assume the worst of every rule that walks a list, and refuses the definition as too dear.

use k8s_openapi::{
    api::core::v1::{
        Affinity, EnvVar, PodSecurityContext, SecurityContext, Toleration, TopologySpreadConstraint,
    },
    apimachinery::pkg::apis::meta::v1::Condition,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::quantity;
use crate::crd::node;

/// The name of a Secret, a ServiceAccount or a storage class: a DNS subdomain. At most 253 long.
pub const SUBDOMAIN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// The name of a namespace or of one of our resources: a DNS label. At most 63 long.
pub const LABEL: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

/// The value of a label. At most 63 long; may be empty.
pub const LABEL_VALUE: &str = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

/// Where an image is: no blanks, no `..`, begins with a letter or a digit. At most 255 long.
pub const IMAGE: &str = "^[A-Za-z0-9]+(([.:/@]|_{1,2}|-+)[A-Za-z0-9]+)*$";

/// A length of time, such as `30s` or `1h30m`. At most 32 long.
pub const DURATION: &str = "^([0-9]+[smh])+$";

/// A count, or a share of up to `100%`.
pub const COUNT_OR_PERCENT: &str = "^([0-9]{1,9}|(100|[1-9]?[0-9])%)$";

/// An amount in the values of a chart, or nothing: as Kubernetes reads it, wider than we take it.
pub const CHART_QUANTITY: &str = r"^(\+?[0-9.]+([eE][+-]?[0-9]+|[numkKMGTPE]i?)?)?$";

/// What a pattern asks for, in words: few people read one as long as that of a quantity. The same
/// goes for `^(…)?$`, by which charts say that a text may be left empty.
pub fn in_words(pattern: &str) -> Option<&'static str> {
    let inner = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")?$"));
    let is = |known: &str| known == pattern || Some(&known[1..known.len() - 1]) == inner;
    SPELLED.iter().find(|(known, _)| is(known)).map(|(_, words)| *words)
}

const SPELLED: &[(&str, &str)] = &[
    (quantity::PATTERN, "an amount, such as 10Gi, 500M, 250m or 2"),
    (CHART_QUANTITY, "an amount, such as 10Gi, 500M, 250m or 2"),
    (SUBDOMAIN, "lower-case letters, digits, - and ., with a letter or digit at the ends"),
    (LABEL, "lower-case letters, digits and -, with a letter or digit at the ends"),
    (LABEL_VALUE, "letters, digits, -, _ and ., with a letter or digit at the ends"),
    (IMAGE, "an image, such as registry.example/rivvend:0.0.22"),
    (DURATION, "a length of time, such as 30s, 5m or 1h30m"),
    (COUNT_OR_PERCENT, "a count, or a share such as 25%"),
];

/// The schema of scheduling preferences.
pub fn affinity(generator: &mut SchemaGenerator) -> Schema {
    bare::<Affinity>(generator)
}

/// At most 20 tolerations.
pub fn tolerations(generator: &mut SchemaGenerator) -> Schema {
    list(&bare::<Toleration>(generator), 20)
}

/// At most 16 constraints on the spread over zones or nodes.
pub fn topology_spread_constraints(generator: &mut SchemaGenerator) -> Schema {
    list(&bare::<TopologySpreadConstraint>(generator), 16)
}

/// At most 100 environment variables: names as shells have them, up to 256 long, values up to
/// 32 KiB.
pub fn env(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = bare::<EnvVar>(generator).to_value();
    bound(&mut schema, "name", "maxLength", json!(256));
    bound(&mut schema, "name", "pattern", json!("^[A-Za-z_][A-Za-z0-9_]*$"));
    bound(&mut schema, "value", "maxLength", json!(32_768));
    list(&from(schema), 100)
}

/// The security context of a pod.
pub fn pod_security_context(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = bare::<PodSecurityContext>(generator).to_value();
    bound(&mut schema, "supplementalGroups", "maxItems", json!(64));
    bound(&mut schema, "sysctls", "maxItems", json!(32));
    bound(&mut schema, "sysctls[].name", "maxLength", json!(253));
    bound(&mut schema, "sysctls[].value", "maxLength", json!(253));
    bound_context(&mut schema);
    from(schema)
}

/// The security context of a container.
pub fn security_context(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = bare::<SecurityContext>(generator).to_value();
    for list in ["capabilities.add", "capabilities.drop"] {
        bound(&mut schema, list, "maxItems", json!(64));
        bound(&mut schema, &format!("{list}[]"), "maxLength", json!(64));
    }
    bound(&mut schema, "procMount", "maxLength", json!(64));
    bound_context(&mut schema);
    from(schema)
}

/// Conditions, at most one of a type.
pub fn conditions(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "items": bare::<Condition>(generator),
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
    })
}

/// A count or a percentage.
pub fn count_or_percent(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "x-kubernetes-int-or-string": true,
        "pattern": COUNT_OR_PERCENT,
        "minimum": 0,
        // As many digits as the pattern takes: more would not fit where Kubernetes keeps it.
        "maximum": 999_999_999,
        "maxLength": 9,
    })
}

/// At most 20 labels.
pub fn labels(_: &mut SchemaGenerator) -> Schema {
    map(20, &json!({ "type": "string", "maxLength": 63, "pattern": LABEL_VALUE }))
}

/// At most 10 labels.
pub fn few_labels(_: &mut SchemaGenerator) -> Schema {
    map(10, &json!({ "type": "string", "maxLength": 63, "pattern": LABEL_VALUE }))
}

/// At most 50 annotations of up to 256 KiB.
pub fn annotations(_: &mut SchemaGenerator) -> Schema {
    map(50, &json!({ "type": "string", "maxLength": 262_144 }))
}

/// At most 50 settings of up to 4096 characters.
pub fn settings(_: &mut SchemaGenerator) -> Schema {
    map(50, &json!({ "type": "string", "maxLength": 4096 }))
}

/// A map with at most so many entries.
pub fn map(most: usize, values: &Value) -> Schema {
    json_schema!({ "type": "object", "maxProperties": most, "additionalProperties": values })
}

fn list(items: &Schema, most: usize) -> Schema {
    json_schema!({ "type": "array", "maxItems": most, "items": items })
}

/// What both security contexts have.
fn bound_context(schema: &mut Value) {
    for field in ["level", "role", "type", "user"] {
        bound(schema, &format!("seLinuxOptions.{field}"), "maxLength", json!(253));
    }
    for profile in ["seccompProfile", "appArmorProfile"] {
        bound(schema, &format!("{profile}.type"), "maxLength", json!(64));
        bound(schema, &format!("{profile}.localhostProfile"), "maxLength", json!(4096));
    }
}

pub(super) fn bound(schema: &mut Value, path: &str, keyword: &str, value: Value) {
    node(schema, path).insert(keyword.to_owned(), value);
}

/// The schema of a type without a word of description.
pub(super) fn bare<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = T::json_schema(generator).to_value();
    silence(&mut schema);
    from(schema)
}

fn from(schema: Value) -> Schema {
    schema.try_into().expect("it was a schema before")
}

/// Takes out descriptions, but no field that is called so. Says what a format means: the API server
/// does not hold a number to it, and one that is too large could then not be read.
fn silence(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    schema.remove("description");
    if schema.get("format").is_some_and(|format| format == "int32") {
        schema.entry("minimum").or_insert(json!(i32::MIN));
        schema.entry("maximum").or_insert(json!(i32::MAX));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(below) = schema.get_mut(key) {
            silence(below);
        }
    }
    if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        fields.values_mut().for_each(silence);
    }
}
