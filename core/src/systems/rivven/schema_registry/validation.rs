//! The rules that schemas are checked by, as the program takes them. One that it cannot read would
//! make it refuse every schema.

use regex_lite::Regex;
use serde_json::json;

use super::api::{SchemaType, Validation, ValidationRule, ValidationType, Weight};
use crate::systems::rivven::registry::Rule;

/// The rule that keeps schemas small.
pub(super) const SIZE: &str = "sluicegate-max-schema-size";
/// Bytes of a schema where nobody says.
const SIZE_DEFAULT: i64 = 1_048_576;

/// What is to be set; nothing where rules are not asked for.
pub(super) fn wanted(validation: Option<&Validation>) -> Vec<Rule> {
    let Some(asked) = validation.filter(|it| it.enabled == Some(true)) else { return Vec::new() };
    let most = asked.max_schema_size.unwrap_or(SIZE_DEFAULT);
    let size = Rule {
        name: SIZE.to_owned(),
        rule_type: "MAX_SIZE".to_owned(),
        config: json!({ "max_bytes": most }).to_string(),
        level: "ERROR".to_owned(),
        description: String::new(),
        subjects: Vec::new(),
        schema_types: Vec::new(),
    };
    let own = asked.rules.iter().flatten().map(rule);
    std::iter::once(size).chain(own).collect()
}

fn rule(asked: &ValidationRule) -> Rule {
    let pattern = &asked.pattern;
    let (rule_type, config) = match asked.rule_type {
        ValidationType::Regex => ("REGEX", json!({ "pattern": pattern, "must_match": true })),
        ValidationType::FieldExists => ("FIELD_REQUIRED", json!({ "field": pattern })),
        ValidationType::FieldType => {
            let (field, kind) = pattern.split_once(':').unwrap_or((pattern, ""));
            ("FIELD_TYPE", json!({ "field": field.trim(), "type": kind.trim() }))
        }
        ValidationType::NamingConvention => ("NAMING_CONVENTION", json!({ "pattern": pattern })),
        ValidationType::Documentation => {
            let doc = json!({ "type": "string", "pattern": pattern });
            let schema = json!({ "required": ["doc"], "properties": { "doc": doc } });
            ("JSON_SCHEMA", json!({ "schema": schema }))
        }
    };
    let kinds = asked.schema_types.iter().flatten().map(|one| SchemaType::as_str(*one));
    Rule {
        name: asked.name.clone(),
        rule_type: rule_type.to_owned(),
        config: config.to_string(),
        level: asked.level.map_or("error", Weight::as_str).to_uppercase(),
        description: asked.description.clone().unwrap_or_default(),
        subjects: asked.subjects.clone().unwrap_or_default(),
        schema_types: kinds.map(str::to_owned).collect(),
    }
}

/// What is wrong with the pattern of a rule, and what to write instead.
pub(super) fn fault(asked: &ValidationRule) -> Option<(&'static str, &'static str)> {
    let pattern = &asked.pattern;
    match asked.rule_type {
        ValidationType::Regex
        | ValidationType::NamingConvention
        | ValidationType::Documentation => (!is_regex(pattern)).then_some((
            "must be a regular expression",
            "write one that looks neither back nor ahead, as the Rust crate regex takes it",
        )),
        ValidationType::FieldType => {
            let parts = pattern.split_once(':');
            let whole = parts.is_some_and(|(a, b)| !a.trim().is_empty() && !b.trim().is_empty());
            (!whole)
                .then_some(("must be a field and its type", "write FIELD:TYPE, such as id:string"))
        }
        ValidationType::FieldExists => None,
    }
}

/// Whether the program can read a pattern. It knows classes of Unicode, which are not known here.
fn is_regex(pattern: &str) -> bool {
    Regex::new(pattern).is_ok() || pattern.contains("\\p") || pattern.contains("\\P")
}
