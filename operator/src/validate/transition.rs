//! What may never change about a resource, read from the rules of its definition.
//!
//! The API server evaluates them as CEL. All of ours about change say one thing, that fields stay as
//! they are, so the fields that a rule names are compared here; a test holds the two verdicts
//! against each other.

use serde_json::Value;
use sluicegate_core::field::Path;
use sluicegate_effects::file::{Entry, Problem};

use crate::kinds::KindInfo;

/// What a change of a resource breaks.
pub fn check(kind: &KindInfo, before: &Value, entry: &Entry) -> Vec<Problem> {
    let crd = serde_json::to_value(&kind.crd).expect("a definition is JSON");
    let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let mut problems = Vec::new();
    walk(schema, &Path::default(), before, entry, &mut problems);
    problems
}

fn walk(schema: &Value, path: &Path, before: &Value, entry: &Entry, problems: &mut Vec<Problem>) {
    for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
        let fields = fields(rule["rule"].as_str().unwrap_or_default());
        let changed = fields
            .iter()
            .map(|field| field.iter().fold(path.clone(), |path, key| path.child(key)))
            .find(|path| at(before, path) != at(entry.value(), path));
        if let Some(changed) = changed {
            let message = rule["message"].as_str().unwrap_or_default();
            let was = at(before, &changed).map_or_else(|| "nothing".to_owned(), Value::to_string);
            let remedy = format!("set it back to {was}");
            problems.push(entry.problem(&changed, message, &remedy));
        }
    }
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        walk(below, &path.child(name), before, entry, problems);
    }
}

fn at<'a>(object: &'a Value, path: &Path) -> Option<&'a Value> {
    object.pointer(&path.pointer()).filter(|value| !value.is_null())
}

/// The fields that a rule about change compares: the longest of the paths after `oldSelf.`.
fn fields(rule: &str) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for (at, word) in rule.match_indices("oldSelf.") {
        let rest = &rule[at + word.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._".contains(c)));
        let path = &rest[..end.unwrap_or(rest.len())];
        // The language quotes its reserved words so.
        let keys = path.split('.').map(|key| key.trim_start_matches("__").trim_end_matches("__"));
        found.push(keys.map(str::to_owned).collect());
    }
    found.sort();
    found.dedup();
    let all = found.clone();
    found.retain(|one| !all.iter().any(|other| other.len() > one.len() && other.starts_with(one)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_compares_the_fields_it_names_last() {
        let rule = "has(oldSelf.a) && has(oldSelf.a.b) || self.__namespace__ == \
                    oldSelf.__namespace__";
        assert_eq!(fields(rule), [vec!["a", "b"], vec!["namespace"]]);
        assert_eq!(fields("self.a == 1"), Vec::<Vec<String>>::new());
    }
}
