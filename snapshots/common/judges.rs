//! The three judges: ours, the schema's, and that of the rules.

use std::collections::BTreeSet;

use kube_cel::{CompiledSchema, compile_schema};
use serde_json::{Map, Value, json};
use sluicegate::kinds;
use sluicegate_core::{
    check::{self, Terms},
    field::Errors,
    kind::Kind,
    observed::Api,
};

use crate::schema;

/// The judges of one kind.
pub(crate) struct Judges {
    /// What `validate` and `plan` ask.
    check: fn(&Value) -> Result<(), Errors>,
    plain: Value,
    schema: jsonschema::Validator,
    rules: CompiledSchema,
    cel: kube_cel::Validator,
    /// The ids of all its rules.
    pub ids: BTreeSet<String>,
}

impl Judges {
    pub(crate) fn of<K: Kind>() -> Self {
        let plain = schema::of::<K>();
        let rules = compile_schema(&plain);
        assert!(!rules.has_errors(), "{:?}", rules.compilation_errors());
        let translated = translated(&plain);
        let api = Api::of::<K::Resource>();
        let kind = kinds::all().iter().find(|kind| kind.api == api);
        Self {
            check: kind.expect("every kind is known to the command line").check,
            schema: jsonschema::validator_for(&translated).expect("it is a JSON Schema"),
            rules,
            cel: kube_cel::Validator::new(),
            ids: cel::<K>().map(|rule| rule.id.to_owned()).collect(),
            plain,
        }
    }

    /// What we say: path and text of every error.
    pub(crate) fn ours<K: Kind>(&self, new: &Value, old: Option<&Value>) -> Vec<(String, String)> {
        let new = self.stored(new);
        let decoded = serde_json::from_value::<K::Resource>;
        let mut errors = (self.check)(&new).err().unwrap_or_default();
        if let (Some(old), Ok(new)) = (old, decoded(new)) {
            let old = decoded(self.stored(old)).expect("what was stored decodes");
            errors.extend(check::changed(K::CHECKS, &old, &new).err().unwrap_or_default());
        }
        errors.iter().map(|error| (error.path.to_string(), error.to_string())).collect()
    }

    /// What the schema says.
    pub(crate) fn schema(&self, new: &Value) -> Vec<String> {
        let new = self.stored(new);
        self.schema.iter_errors(&new).map(|error| error.to_string()).collect()
    }

    /// What the rules say.
    pub(crate) fn cel(&self, new: &Value, old: Option<&Value>) -> Vec<String> {
        let (new, old) = (self.stored(new), old.map(|old| self.stored(old)));
        match self.cel.validate_compiled(&self.rules, &new, old.as_ref()) {
            Ok(()) => Vec::new(),
            Err(errors) => errors.iter().map(|error| error.message.clone()).collect(),
        }
    }

    fn stored(&self, object: &Value) -> Value {
        without_nulls(&self.plain, object)
    }
}

/// The rules of a kind that the API server judges by.
pub(crate) fn cel<K: Kind>() -> impl Iterator<Item = Terms> {
    K::CHECKS.iter().map(|check| check.terms).filter(|terms| terms.cel.is_some())
}

/// The id of the rule that a message names.
pub(crate) fn rule_id(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find_map(|word| {
        let (system, number) = word.split_once('-')?;
        let letters = system.len() == 3 && system.chars().all(|c| c.is_ascii_uppercase());
        let digits = number.len() == 2 && number.chars().all(|c| c.is_ascii_digit());
        (letters && digits).then(|| word.to_owned())
    })
}

/// Drops null fields, as the API server does with fields that are not nullable.
fn without_nulls(schema: &Value, value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            let below = |key: &str| match schema.pointer("/properties").and_then(|all| all.get(key))
            {
                Some(below) => below,
                None => &schema["additionalProperties"],
            };
            let kept = kept.map(|(key, value)| (key.clone(), without_nulls(below(key), value)));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            items.iter().map(|item| without_nulls(&schema["items"], item)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// The schema in the words of JSON Schema: what only Kubernetes knows is said otherwise.
fn translated(schema: &Value) -> Value {
    let mut own = Map::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        match keyword.as_str() {
            "properties" => {
                let fields = value.as_object().into_iter().flatten();
                let fields = fields.map(|(name, field)| (name.clone(), translated(field)));
                own.insert(keyword.clone(), Value::Object(fields.collect()));
            }
            "items" | "additionalProperties" => {
                own.insert(keyword.clone(), translated(value));
            }
            "x-kubernetes-int-or-string" => {
                own.insert("type".to_owned(), json!(["integer", "string"]));
            }
            // Larger numbers are read as fractions there. No other format is held to, not even
            // int32.
            "format" if value == "int64" => limit(&mut own, schema, i64::MIN, i64::MAX),
            "format" => {}
            "x-kubernetes-validations" | "description" | "title" => {}
            // Whatever is in there is taken.
            "x-kubernetes-preserve-unknown-fields" => {}
            // Only in a status, which nobody but us writes.
            "x-kubernetes-list-type" | "x-kubernetes-list-map-keys" => {}
            other => {
                let known = [
                    "type",
                    "enum",
                    "pattern",
                    "required",
                    "minimum",
                    "maximum",
                    "minLength",
                    "maxLength",
                    "minItems",
                    "maxItems",
                    "maxProperties",
                ];
                assert!(known.contains(&other), "translate {other}");
                own.insert(keyword.clone(), value.clone());
            }
        }
    }
    Value::Object(own)
}

/// A format is a range, unless the schema says a narrower one.
fn limit(own: &mut Map<String, Value>, schema: &Value, least: i64, most: i64) {
    for (keyword, bound) in [("minimum", least), ("maximum", most)] {
        if schema.get(keyword).is_none() {
            own.insert(keyword.to_owned(), json!(bound));
        }
    }
}
