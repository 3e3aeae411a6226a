//! What is in force in a registry, and what brings it to what the spec asks for.

use super::{Valid, api::Context, valid::Overrides};
use crate::systems::rivven::registry::{Change, Registry, Rule, SeenRegistry, What};

/// The changes that are left, in the order in which no subject is laxer meanwhile than it was or is
/// to be; the last one lets clients in.
pub(super) fn left(valid: &Valid, registry: &Registry, seen: &SeenRegistry) -> Vec<Change> {
    let moves = seen.level != valid.level;
    let subject = |(subject, level): (&String, &&str)| {
        // One that follows the level of all is held where it is to be before that moves.
        let is = seen.subjects.get(subject).map(String::as_str);
        let (subject, own) = (subject.clone(), (*level).to_owned());
        (is != Some(*level) || (moves && is == Some(seen.level.as_str())))
            .then_some(What::SubjectLevel { subject, level: own })
    };
    let over = seen.others.iter().filter(|(name, level)| {
        valid.overrides == Overrides::Refused
            && !valid.subjects.contains_key(*name)
            && **level != valid.level
    });
    // Those that were named once: the program has no way to take a level off.
    let before = seen
        .subjects
        .iter()
        .filter(|(name, level)| !valid.subjects.contains_key(*name) && **level != valid.level);
    let overridden = over.chain(before).map(|(subject, _)| What::SubjectLevel {
        subject: subject.clone(),
        level: valid.level.to_owned(),
    });
    let context = |context: &Context| {
        let Context { name, description, .. } = context.clone();
        (!seen.contexts.contains(&name)).then_some(What::Context { name, description })
    };
    let subjects = valid.subjects.iter().filter_map(subject);
    let level = moves.then(|| What::Level(valid.level.to_owned()));
    let contexts = valid.contexts.iter().filter_map(context);
    let wanted = &valid.rules;
    let rule = |rule: &Rule| {
        (seen.rules.get(&rule.name) != Some(&rule.digest())).then(|| What::Rule(rule.clone()))
    };
    // Those that somebody else has set stay.
    let ours = seen.rules.iter().filter(|(_, digest)| !digest.is_empty());
    let over = ours.filter(|(name, _)| !wanted.iter().any(|rule| rule.name == **name));
    let over = over.map(|(name, _)| What::NoRule(name.clone()));
    let rules = wanted.iter().filter_map(rule).chain(over);
    let open = (!seen.is_open()).then_some(What::Open);
    let all = subjects.chain(level).chain(overridden).chain(contexts).chain(rules).chain(open);
    all.map(|what| Change { registry: registry.clone(), what }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::systems::rivven::schema_registry::{api::RivvenSchemaRegistry, valid};

    fn valid(compatibility: &serde_json::Value) -> Valid {
        let resource: RivvenSchemaRegistry = serde_json::from_value(json!({
            "metadata": { "name": "schemas", "namespace": "a", "uid": "b" },
            "spec": { "clusterRef": { "name": "prod" }, "compatibility": compatibility },
        }))
        .expect("it decodes");
        valid::accept(&resource).expect("it is valid")
    }

    fn told(valid: &Valid, seen: &SeenRegistry) -> Vec<String> {
        let registry = Registry {
            namespace: "a".to_owned(),
            name: "schemas".to_owned(),
            pod: "c".to_owned(),
            port: 8081,
        };
        left(valid, &registry, seen)
            .into_iter()
            .map(|change| format!("{:?}", change.what))
            .collect()
    }

    #[test]
    fn a_subject_is_held_where_it_is_to_be_before_the_level_of_all_moves() {
        let valid = valid(&json!({ "defaultLevel": "FULL", "perSubject": { "a": "BACKWARD" } }));
        let mut seen = SeenRegistry::new(&BTreeSet::from(["a".to_owned()]));
        let all = told(&valid, &seen);
        let own = r#"SubjectLevel { subject: "a", level: "BACKWARD" }"#;
        assert_eq!(all, [own, r#"Level("FULL")"#, "Open"]);
        seen.level = "FULL".to_owned();
        seen.contexts.insert(crate::systems::rivven::registry::MARK.to_owned());
        assert_eq!(told(&valid, &seen), Vec::<String>::new());
    }
}
