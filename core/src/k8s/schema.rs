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

use crate::schema::node_at;
pub use crate::schema::patterns::*;
use crate::schema::patterns::{CONTAINER_RESOURCE, DATA_KEY, POD_FIELD};

/// The schema of scheduling preferences.
pub fn affinity(generator: &mut SchemaGenerator) -> Schema {
    const NEEDED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    const LIKED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
    let mut schema = bare::<Affinity>(generator).to_value();
    let needed = format!("nodeAffinity.{NEEDED}.nodeSelectorTerms");
    bound(&mut schema, &needed, "minItems", json!(1));
    let value = format!("{needed}[].matchExpressions[].values[]");
    bound_all(&mut schema, &value, &[("maxLength", json!(63)), ("pattern", json!(LABEL_VALUE))]);
    let liked = format!("nodeAffinity.{LIKED}[]");
    for term in [format!("{needed}[]"), format!("{liked}.preference")] {
        let (labels, fields) =
            (format!("{term}.matchExpressions[]"), format!("{term}.matchFields[]"));
        let operators = json!(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]);
        bound(&mut schema, &format!("{labels}.operator"), "enum", operators);
        bound_key(&mut schema, &format!("{labels}.key"));
        bound(&mut schema, &format!("{fields}.operator"), "enum", json!(["In", "NotIn"]));
        bound(&mut schema, &format!("{fields}.key"), "enum", json!(["metadata.name"]));
    }
    let mut weights = vec![liked];
    for kind in ["podAffinity", "podAntiAffinity"] {
        let liked = format!("{kind}.{LIKED}[]");
        for term in [format!("{kind}.{NEEDED}[]"), format!("{liked}.podAffinityTerm")] {
            bound_key(&mut schema, &format!("{term}.topologyKey"));
            bound_key(&mut schema, &format!("{term}.matchLabelKeys[]"));
            bound_key(&mut schema, &format!("{term}.mismatchLabelKeys[]"));
            let name = [("maxLength", json!(63)), ("pattern", json!(LABEL))];
            bound_all(&mut schema, &format!("{term}.namespaces[]"), &name);
            bound_selector(&mut schema, &format!("{term}.labelSelector"));
            bound_selector(&mut schema, &format!("{term}.namespaceSelector"));
        }
        weights.push(liked);
    }
    for path in weights {
        let weight = [("minimum", json!(1)), ("maximum", json!(100))];
        bound_all(&mut schema, &format!("{path}.weight"), &weight);
    }
    from(schema)
}

/// At most 20 tolerations.
pub fn tolerations(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = bare::<Toleration>(generator).to_value();
    bound(&mut schema, "operator", "enum", json!(["Exists", "Equal", ""]));
    let effects = json!(["NoExecute", "NoSchedule", "PreferNoSchedule", ""]);
    bound(&mut schema, "effect", "enum", effects);
    let key = format!("^({})?$", &KEY[1..KEY.len() - 1]);
    bound_all(&mut schema, "key", &[("maxLength", json!(317)), ("pattern", json!(key))]);
    bound_all(&mut schema, "value", &[("maxLength", json!(63)), ("pattern", json!(LABEL_VALUE))]);
    list(&from(schema), 20)
}

/// At most 16 constraints on the spread over zones or nodes.
pub fn topology_spread_constraints(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = bare::<TopologySpreadConstraint>(generator).to_value();
    bound(&mut schema, "maxSkew", "minimum", json!(1));
    bound(&mut schema, "minDomains", "minimum", json!(1));
    bound_all(&mut schema, "topologyKey", &[("minLength", json!(1)), ("maxLength", json!(317))]);
    let actions = json!(["DoNotSchedule", "ScheduleAnyway"]);
    bound(&mut schema, "whenUnsatisfiable", "enum", actions);
    for policy in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
        bound(&mut schema, policy, "enum", json!(["Honor", "Ignore"]));
    }
    bound_key(&mut schema, "matchLabelKeys[]");
    bound_selector(&mut schema, "labelSelector");
    list(&from(schema), 16)
}

/// At most 100 environment variables: names as shells have them, up to 256 long, values up to
/// 32 KiB.
pub fn env(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = bare::<EnvVar>(generator).to_value();
    bound(&mut schema, "name", "maxLength", json!(256));
    bound(&mut schema, "name", "pattern", json!(VARIABLE));
    bound(&mut schema, "value", "maxLength", json!(32_768));
    for source in ["configMapKeyRef", "secretKeyRef"] {
        let at = format!("valueFrom.{source}");
        bound(&mut schema, &at, "required", json!(["key", "name"]));
        let name = [("maxLength", json!(253)), ("pattern", json!(SUBDOMAIN))];
        bound_all(&mut schema, &format!("{at}.name"), &name);
        let key = [("maxLength", json!(253)), ("pattern", json!(DATA_KEY))];
        bound_all(&mut schema, &format!("{at}.key"), &key);
    }
    bound(&mut schema, "valueFrom.fieldRef.apiVersion", "enum", json!(["v1", ""]));
    let field = [("maxLength", json!(512)), ("pattern", json!(POD_FIELD))];
    bound_all(&mut schema, "valueFrom.fieldRef.fieldPath", &field);
    let resource = [("maxLength", json!(317)), ("pattern", json!(CONTAINER_RESOURCE))];
    bound_all(&mut schema, "valueFrom.resourceFieldRef.resource", &resource);
    list(&from(schema), 100)
}

/// The security context of a pod.
pub fn pod_security_context(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = bare::<PodSecurityContext>(generator).to_value();
    bound(&mut schema, "supplementalGroups", "maxItems", json!(64));
    bound(&mut schema, "sysctls", "maxItems", json!(32));
    bound(&mut schema, "sysctls[].name", "maxLength", json!(253));
    bound(&mut schema, "sysctls[].value", "maxLength", json!(253));
    for id in ["fsGroup", "supplementalGroups[]"] {
        bound_all(&mut schema, id, &[("minimum", json!(0)), ("maximum", json!(i32::MAX))]);
    }
    for (policy, words) in [
        ("fsGroupChangePolicy", &["OnRootMismatch", "Always"][..]),
        ("supplementalGroupsPolicy", &["Merge", "Strict"]),
        // MountOption is taken behind the gate SELinuxMount alone, which is off unless asked for.
        ("seLinuxChangePolicy", &["Recursive"]),
    ] {
        bound(&mut schema, policy, "enum", json!(words));
    }
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
    bound(&mut schema, "procMount", "enum", json!(["Default", "Unmasked"]));
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
    // AppArmor's may have 4095 bytes, and a character has up to four.
    for (profile, most) in [("seccompProfile", 4096), ("appArmorProfile", 1023)] {
        bound(schema, &format!("{profile}.type"), "maxLength", json!(64));
        bound(schema, &format!("{profile}.localhostProfile"), "maxLength", json!(most));
    }
    for id in ["runAsUser", "runAsGroup"] {
        bound_all(schema, id, &[("minimum", json!(0)), ("maximum", json!(i32::MAX))]);
    }
}

fn bound_key(schema: &mut Value, path: &str) {
    bound_all(schema, path, &[("maxLength", json!(317)), ("pattern", json!(KEY))]);
}

/// Keys of a map are no part of a schema.
fn bound_selector(schema: &mut Value, path: &str) {
    let value = json!({ "type": "string", "maxLength": 63, "pattern": LABEL_VALUE });
    bound(schema, &format!("{path}.matchLabels"), "additionalProperties", value.clone());
    let one = format!("{path}.matchExpressions[]");
    bound(schema, &format!("{one}.values"), "items", value);
    bound_key(schema, &format!("{one}.key"));
    let operators = json!(["In", "NotIn", "Exists", "DoesNotExist"]);
    bound(schema, &format!("{one}.operator"), "enum", operators);
}

fn bound_all(schema: &mut Value, path: &str, bounds: &[(&str, Value)]) {
    for (keyword, value) in bounds {
        bound(schema, path, keyword, value.clone());
    }
}

pub(super) fn bound(schema: &mut Value, path: &str, keyword: &str, value: Value) {
    node_at(schema, path).insert(keyword.to_owned(), value);
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
