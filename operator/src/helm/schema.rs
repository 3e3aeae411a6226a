//! From the types of values to the schema that Helm and editors hold them against.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use sluicegate_core::schema::{self, Compiled};

/// What may hold keys that nobody here knows, wherever it stands.
const OPEN: &[&str] = &["global"];

/// The schema of a type, in the draft that Helm 3, Helm 4 and editors all read.
pub(super) fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// The schema as it is published: closed, without what only Kubernetes understands, and with what
/// is refused, so that Helm lets the chart say why. What has no effect says so.
pub(super) fn published(
    mut schema: Value,
    notes: &[(String, &str)],
    refused: &[(&str, &str)],
) -> Value {
    whole(&mut schema);
    tidy(&mut schema, "");
    for (path, reason) in notes {
        let description =
            schema::node_at(&mut schema, path).entry("description").or_insert(json!(""));
        let text = description.as_str().unwrap_or_default();
        *description = json!(format!("{text} No effect: {reason}").trim_start());
    }
    for (path, remedy) in refused {
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
        let properties = schema::node_at(&mut schema, parent).get_mut("properties");
        let properties = properties.and_then(Value::as_object_mut).expect("it has fields");
        properties.insert(key.to_owned(), json!({ "description": format!("Refused: {remedy}") }));
    }
    schema
}

/// The schema of values that are to be laid over those of the chart, ready to check them with.
pub(super) fn compiled(mut schema: Value) -> Compiled {
    tidy(&mut schema, "");
    structural(&mut schema);
    let schema: JSONSchemaProps = serde_json::from_value(schema).expect("it is a schema");
    Compiled::new(&schema)
}

/// Helm asks when it has laid values over those of the chart: then all of ours are there, but for
/// what was taken away by a null, which templates would stumble over.
fn whole(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    let ours = fields.get("additionalProperties") == Some(&json!(false));
    if let Some(properties) = fields.get("properties").and_then(Value::as_object).filter(|_| ours) {
        let all: Vec<&String> = properties.keys().collect();
        let all = json!(all);
        fields.insert("required".to_owned(), all);
    }
    below(fields, &mut |schema: &mut Value, _: &str| whole(schema));
}

fn tidy(schema: &mut Value, key: &str) {
    if *schema == json!(true) {
        *schema = json!({});
    }
    let Some(fields) = schema.as_object_mut() else { return };
    without_null(fields);
    if fields.remove("x-kubernetes-int-or-string").is_some() {
        fields.insert("type".to_owned(), json!(["integer", "string"]));
    }
    // What a value is where nobody says anything stands in values.yaml, and there alone.
    let ours = |key: &str| key.starts_with("x-kubernetes-") || ["default", "title"].contains(&key);
    fields.retain(|key, _| !ours(key));
    if let Some(Value::String(text)) = fields.get_mut("description") {
        *text = text.replace("\n\n", "\u{0}").replace('\n', " ").replace('\u{0}', "\n\n");
    }
    if OPEN.contains(&key) {
        fields.insert("additionalProperties".to_owned(), json!(true));
    } else if fields.contains_key("properties") {
        fields.entry("additionalProperties").or_insert(json!(false));
    }
    below(fields, &mut tidy);
}

/// Takes out that a value may be null: for Helm, null is how a value is taken away.
fn without_null(fields: &mut Map<String, Value>) {
    let is_null = |one: &Value| *one == json!("null") || one["type"] == "null" || one.is_null();
    if let Some(Value::Array(mut choices)) = fields.remove("anyOf") {
        choices.retain(|one| !is_null(one));
        match choices.as_mut_slice() {
            [Value::Object(only)] => {
                for (key, value) in std::mem::take(only) {
                    fields.entry(key).or_insert(value);
                }
            }
            _ => drop(fields.insert("anyOf".to_owned(), Value::Array(choices))),
        }
    }
    for key in ["type", "enum"] {
        let Some(Value::Array(words)) = fields.get_mut(key) else { continue };
        words.retain(|one| !is_null(one));
        if let (1, "type") = (words.len(), key) {
            let only = words.remove(0);
            fields.insert(key.to_owned(), only);
        }
    }
}

/// As Kubernetes writes schemas: what the checks of ours read.
fn structural(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    if fields.get("type") == Some(&json!(["integer", "string"])) {
        fields.remove("type");
        fields.insert("x-kubernetes-int-or-string".to_owned(), json!(true));
    }
    below(fields, &mut |schema: &mut Value, _: &str| structural(schema));
}

/// Goes into everything below a schema, with the key that it stands at.
fn below(fields: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut Value, &str)) {
    for key in ["items", "additionalProperties"] {
        if let Some(schema) = fields.get_mut(key).filter(|one| one.is_object()) {
            visit(schema, "");
        }
    }
    if let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) {
        properties.iter_mut().for_each(|(key, schema)| visit(schema, key));
    }
}
