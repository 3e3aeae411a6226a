//! The tables that the operator works by, put together from the engine's and each kind's.

use serde_json::Value;
use sluicegate_core::{condition::Reason, reasons, rule};

use crate::{kinds::KindInfo, plan::retries::NOT_REFUSED};

/// A rule, whichever table it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RuleText {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) remedy: String,
}

/// What holds back changes of every kind, and cannot be passed.
pub(super) const ENGINE_GATES: [(&str, &str); 2] = [
    ("not-paused", "the annotation sluicegate/paused is not \"true\""),
    (NOT_REFUSED, "the change is not refused each time that it is tried; only plans say so"),
];

/// Every rule: the engine's, the systems', and those that definitions carry.
pub(super) fn rules(kinds: &[KindInfo]) -> Vec<RuleText> {
    let mut found: Vec<RuleText> = Vec::new();
    let tables = kinds.iter().flat_map(|kind| kind.rules.iter());
    for rule in rule::RULES.iter().chain(tables) {
        found.push(RuleText {
            id: rule.id.to_owned(),
            title: rule.title.to_owned(),
            about: rule.about.to_owned(),
            remedy: rule.remedy.to_owned(),
        });
    }
    for kind in kinds {
        let crd = serde_json::to_value(&kind.crd).expect("a definition is JSON");
        let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        validations(&kind.api.kind, "", schema, &mut found);
        let here = kind.checks.iter().filter(|rule| rule.cel.is_none());
        found.extend(here.map(|rule| RuleText {
            id: rule.id.to_owned(),
            title: rule.message.to_owned(),
            about: format!(
                "Checked by validate, plan and the operator only, at {}.{}: the API server takes \
                 the resource, and refuses what is made of it or cannot run it.",
                kind.api.kind, rule.path
            ),
            remedy: String::new(),
        }));
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found.dedup_by(|a, b| a.id == b.id);
    found
}

/// The rules of a schema and of everything below it. Their messages begin with their ids.
fn validations(kind: &str, path: &str, schema: &Value, found: &mut Vec<RuleText>) {
    for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
        let text = |field: &str| rule[field].as_str().unwrap_or_default();
        if let Some((id, message)) = text("message").split_once(": ") {
            found.push(RuleText {
                id: id.to_owned(),
                title: message.to_owned(),
                about: format!(
                    "The API server checks it at {kind}{path}, and so do validate and plan: {}",
                    text("rule")
                ),
                remedy: String::new(),
            });
        }
    }
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        validations(kind, &format!("{path}.{name}"), below, found);
    }
    if schema.get("items").is_some() {
        validations(kind, &format!("{path}[]"), &schema["items"], found);
    }
}

pub(super) fn reasons(kinds: &[KindInfo]) -> Vec<(String, &'static Reason)> {
    let engine = reasons::REASONS.iter().map(|reason| ("every kind".to_owned(), *reason));
    let own = kinds
        .iter()
        .flat_map(|kind| kind.reasons.iter().map(|reason| (kind.api.kind.to_string(), *reason)));
    engine.chain(own).collect()
}

pub(super) fn types<'a>(reasons: &'a [(String, &'static Reason)]) -> Vec<&'a str> {
    let mut types: Vec<&str> = reasons.iter().map(|(_, reason)| reason.condition).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// A gate, whichever table it is in.
#[derive(Clone, Debug)]
pub(super) struct GateText {
    /// The kind that has it, or `every kind`.
    pub(super) whose: String,
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    /// Whether a resource may ask to pass it unseen.
    pub(super) skippable: bool,
}

pub(super) fn gates(kinds: &[KindInfo]) -> Vec<GateText> {
    let own = kinds.iter().flat_map(|kind| {
        let (whose, skippable) = (kind.api.kind.to_string(), kind.skips_gates);
        let gate = move |(id, about): &(&'static str, &'static str)| GateText {
            whose: whose.clone(),
            id,
            about,
            skippable,
        };
        kind.gates.iter().map(gate)
    });
    let engine =
        |(id, about)| GateText { whose: "every kind".to_owned(), id, about, skippable: false };
    ENGINE_GATES.map(engine).into_iter().chain(own).collect()
}
