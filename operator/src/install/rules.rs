//! What roles allow: the rights that are derived from plans, as RBAC writes them.
//!
//! A right in one place more breaks nothing and is a risk; one less breaks the operator. So both
//! are tested: a test in `run/rights` holds the rights against every plan there is, and the
//! end-to-end suite runs under these rules and counts what was refused and what was never used.

use std::collections::BTreeMap;

use k8s_openapi::api::rbac::v1::PolicyRule;

use crate::run::rights::{Place, Right, needed};

/// What the operator may do wherever it looks after resources, which is everywhere.
pub fn everywhere() -> Vec<PolicyRule> {
    of(|right| right.place != Place::Lease)
}

/// What it may do in each of the namespaces that it looks after, if it does not look after all.
/// What has no namespace is then not read, and the status says so.
pub fn in_namespace() -> Vec<PolicyRule> {
    of(|right| right.place == Place::Watched)
}

/// What it may do where its lease is.
pub fn election() -> Vec<PolicyRule> {
    of(|right| right.place == Place::Lease)
}

/// What those may do who only plan and write down what they see. What an operator watches is looked
/// at once, and nobody is told.
pub fn planning(in_namespace: bool) -> Vec<PolicyRule> {
    let rights = needed(false, false);
    let place = |right: &Right| !in_namespace || right.place == Place::Watched;
    let watched = rights.iter().filter(|right| place(right) && right.verb == "watch");
    let looks =
        watched.flat_map(|right| ["get", "list"].map(|verb| Right { verb, ..right.clone() }));
    rules(looks.collect::<Vec<_>>().iter())
}

fn of(holds: fn(&Right) -> bool) -> Vec<PolicyRule> {
    let rights = needed(true, true);
    rules(rights.iter().filter(|right| holds(right)))
}

/// Rights by group, with resources of which the same may be done side by side.
fn rules<'a>(rights: impl Iterator<Item = &'a Right>) -> Vec<PolicyRule> {
    let mut verbs: BTreeMap<(&str, &str, &str), Vec<String>> = BTreeMap::new();
    for right in rights {
        let of = (right.group.as_str(), right.name, right.resource.as_str());
        verbs.entry(of).or_default().push(right.verb.to_owned());
    }
    let mut rules: Vec<PolicyRule> = Vec::new();
    for ((group, name, resource), mut verbs) in verbs {
        verbs.sort();
        let groups = Some(vec![group.to_owned()]);
        let names = (!name.is_empty()).then(|| vec![name.to_owned()]);
        let same = |rule: &&mut PolicyRule| {
            rule.api_groups == groups && rule.resource_names == names && rule.verbs == verbs
        };
        if let Some(rule) = rules.iter_mut().find(same) {
            rule.resources.get_or_insert_default().push(resource.to_owned());
            continue;
        }
        rules.push(PolicyRule {
            api_groups: groups,
            resources: Some(vec![resource.to_owned()]),
            resource_names: names,
            verbs,
            non_resource_urls: None,
        });
    }
    rules
}
