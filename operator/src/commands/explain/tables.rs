//! The tables that the operator works by, put together from the engine's and each kind's.

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
        found.extend(kind.checks.iter().map(|terms| RuleText {
            id: terms.id.to_owned(),
            title: terms.message.to_owned(),
            about: checked_at(&place(&kind.api.kind, terms.path), terms.cel),
            remedy: String::new(),
        }));
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found.dedup_by(|a, b| a.id == b.id);
    found
}

/// A path of a kind, as people write it: the kind itself at the root.
fn place(kind: &str, path: &str) -> String {
    if path.is_empty() { kind.to_owned() } else { format!("{kind}.{path}") }
}

/// Who checks a rule, and where.
fn checked_at(place: &str, cel: Option<&str>) -> String {
    match cel {
        Some(cel) => {
            format!("The API server checks it at {place}, and so do validate and plan: {cel}")
        }
        None => format!(
            "Checked by validate, plan and the operator only, at {place}: the API server takes the \
             resource, and refuses what is made of it or cannot run it."
        ),
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
