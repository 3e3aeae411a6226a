//! The last touches to a generated CustomResourceDefinition.
//!
//! The derive says what one field can say. Rules over several fields, and the remark that a field
//! has no effect, are plain tables beside the types, because the offline validator and the
//! documentation read them too; here they are put into the schema.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::{Map, Value, json};

use crate::{
    check::Terms,
    schema::{Compiled, node_at},
};

/// Closed sets of words: an enum with its texts, listed once.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// All of them, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as users write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($text),+] })
            }
        }
    };
}

/// Puts the rules and the notes into the definition, and takes out what the API server should not
/// get: defaults (they would be stored into users' objects and outlive a change of ours) and
/// `nullable` (without it a null is dropped like an absent field, which is what `has()` expects).
///
/// # Panics
///
/// If a path does not exist in the schema of every version. A test calls this for every kind.
pub fn finish(
    crd: CustomResourceDefinition,
    rules: &[Terms],
    notes: &[(&str, &str)],
) -> CustomResourceDefinition {
    let mut crd = serde_json::to_value(crd).expect("a definition is plain data");
    let versions = crd.pointer_mut("/spec/versions").and_then(Value::as_array_mut);
    for version in versions.expect("a definition has versions") {
        let schema = version
            .pointer_mut("/schema/openAPIV3Schema")
            .expect("every version of a definition has a schema");
        tidy(schema);
        for rule in rules {
            add_rule(node_at(schema, rule.path), rule);
        }
        for (path, reason) in notes {
            add_note(node_at(schema, path), reason);
        }
    }
    serde_json::from_value(crd).expect("only known fields were touched")
}

/// The schema of a definition, ready to check resources with.
///
/// # Panics
///
/// If the definition has none. A test calls this for every kind.
pub fn schema(crd: &CustomResourceDefinition) -> Compiled {
    let schema = crd.spec.versions.first().and_then(|version| version.schema.as_ref());
    let schema = schema.and_then(|schema| schema.open_api_v3_schema.as_ref());
    Compiled::new(schema.expect("a definition has a schema"))
}

fn add_rule(schema: &mut Map<String, Value>, rule: &Terms) {
    let Some(expression) = rule.cel else { return };
    let message = format!("{}: {}", rule.id, rule.message);
    schema
        .entry("x-kubernetes-validations")
        .or_insert_with(|| json!([]))
        .as_array_mut()
        .expect("rules are a list")
        .push(json!({ "rule": expression, "message": message }));
}

fn add_note(schema: &mut Map<String, Value>, reason: &str) {
    let description = schema.entry("description").or_insert_with(|| json!(""));
    let text = description.as_str().unwrap_or_default();
    *description = json!(format!("{text} No effect: {reason}").trim_start());
}

/// Takes defaults and nulls out of a schema and everything below it, and joins wrapped lines.
fn tidy(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    schema.remove("default");
    schema.remove("nullable");
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    if let Some(text) = schema.get("description").and_then(Value::as_str) {
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        schema.insert("description".to_owned(), json!(joined));
    }
    for key in ["items", "additionalProperties"] {
        if let Some(below) = schema.get_mut(key) {
            tidy(below);
        }
    }
    if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        fields.values_mut().for_each(tidy);
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(all) = schema.get_mut(key).and_then(Value::as_array_mut) {
            all.iter_mut().for_each(tidy);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What every finished definition of ours must be; gives back the schema.
    pub(crate) fn check(crd: &CustomResourceDefinition) -> Value {
        let crd = serde_json::to_value(crd).unwrap();
        let size = crd.to_string().len();
        assert!(size < 200_000, "{size} bytes");
        let schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone();
        let mut wrong = Vec::new();
        structural(&schema, "", &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
        schema
    }

    /// Every field of ours must say what it is; Kubernetes' own types below are silent throughout.
    pub(crate) fn described(schema: &Value) {
        let mut silent = Vec::new();
        undescribed(schema, "", &mut silent);
        assert!(silent.is_empty(), "{silent:#?}");
    }

    fn undescribed(schema: &Value, path: &str, silent: &mut Vec<String>) {
        let fields = schema["properties"].as_object().into_iter().flatten();
        let fields: Vec<_> = fields.filter(|(key, _)| *key != "metadata").collect();
        let foreign = fields.iter().all(|(_, below)| below.get("description").is_none());
        for (key, below) in fields.into_iter().filter(|_| !foreign || path.is_empty()) {
            let path = format!("{path}.{key}");
            if below.get("description").and_then(Value::as_str).is_none_or(str::is_empty) {
                silent.push(path.clone());
            }
            undescribed(below, &path, silent);
            undescribed(&below["items"], &path, silent);
        }
    }

    fn structural(schema: &Value, path: &str, wrong: &mut Vec<String>) {
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        let has = |key: &str| schema.get(key).is_some();
        let mut must = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{path}: {what}"));
            }
        };
        must(!has("default"), "has a default");
        must(!has("nullable"), "is nullable");
        must(!has("anyOf") && !has("oneOf") && !has("allOf"), "is a junction");
        must(!(has("properties") && has("additionalProperties")), "is both object and map");
        let int_or_string = schema["x-kubernetes-int-or-string"] == true;
        must(int_or_string != text("type").is_some(), "needs one type");
        must(text("type") != Some("array") || has("items"), "is a list of anything");
        must(
            text("type") != Some("object")
                || path == ".metadata"
                || has("properties")
                || has("additionalProperties"),
            "is an object of anything",
        );
        for (key, below) in schema["properties"].as_object().into_iter().flatten() {
            structural(below, &format!("{path}.{key}"), wrong);
        }
        for key in ["items", "additionalProperties"] {
            if let Some(below) = schema.get(key) {
                structural(below, &format!("{path}[]"), wrong);
            }
        }
    }

    #[test]
    #[should_panic(expected = "The schema has no field \"nowhere\"")]
    fn a_path_that_leads_nowhere_is_noticed() {
        node_at(&mut json!({ "properties": { "spec": { "properties": {} } } }), "spec.nowhere");
    }
}
