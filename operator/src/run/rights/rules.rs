//! What a server lists of what one may do: one question for a place instead of one for each right.
//!
//! The list need not be complete, and the server says so where it is not. What is not in it is
//! asked for by itself.

use serde_json::{Value, json};
use sluicegate_core::observed::at;
use sluicegate_effects::live::{ApiServer, Request};

use super::right::Right;
use crate::review::ask;

/// A namespace that there is none of. In it only what is given in the whole cluster holds.
const NOWHERE: &str = "-";

/// The rules that hold in one place.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Value>);

impl Rules {
    /// Asks for those of a namespace, or of the whole cluster where it is empty. None where the
    /// server does not list them, or not all.
    pub(super) async fn of(server: &ApiServer, place: &str) -> Self {
        match server.send(review(place)).await {
            Ok(answer) => Self::read(&answer),
            Err(_) => Self::default(),
        }
    }

    fn read(answer: &Value) -> Self {
        let whole = at(answer, "/status/incomplete").and_then(Value::as_bool) != Some(true);
        let rules = at(answer, "/status/resourceRules").and_then(Value::as_array);
        Self(rules.filter(|_| whole).cloned().unwrap_or_default())
    }

    /// Whether one of them allows this.
    pub(super) fn allow(&self, right: &Right) -> bool {
        let below = right.resource.split_once('/').map(|(_, below)| format!("*/{below}"));
        self.0.iter().any(|rule| {
            let has = |field: &str, word: &str| {
                let words = rule[field].as_array().into_iter().flatten();
                words.filter_map(Value::as_str).any(|one| one == word || one == "*")
            };
            let named = rule["resourceNames"].as_array().is_some_and(|names| !names.is_empty());
            has("verbs", right.verb)
                && has("apiGroups", &right.group)
                && (has("resources", &right.resource)
                    || below.as_ref().is_some_and(|below| has("resources", below)))
                && (!named || !right.name.is_empty() && has("resourceNames", right.name))
        })
    }
}

fn review(place: &str) -> Request {
    let namespace = if place.is_empty() { NOWHERE } else { place };
    let body = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": { "namespace": namespace },
    });
    ask("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "ask for rights", &body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::rights::needed;

    fn rules(incomplete: bool) -> Rules {
        Rules::read(&json!({ "status": { "incomplete": incomplete, "resourceRules": [
            { "verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods", "*/eviction"] },
            { "verbs": ["*"], "apiGroups": ["apps"], "resources": ["*"] },
            {
                "verbs": ["get"], "apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
                "resourceNames": ["rivven-operator-leader"],
            },
        ] } }))
    }

    #[test]
    fn what_a_rule_allows_need_not_be_asked_for() {
        let allowed = |group: &str, resource: &str, verb| {
            let all = needed(true, true);
            let is = |right: &&Right| {
                right.group == group && right.resource == resource && right.verb == verb
            };
            rules(false).allow(all.iter().find(is).expect("it is needed"))
        };
        assert!(allowed("", "pods", "list") && allowed("apps", "statefulsets", "delete"));
        assert!(allowed("coordination.k8s.io", "leases", "get"), "the only one that is named");
        assert!(!allowed("", "pods", "watch") && !allowed("", "services", "list"));
        assert!(!allowed("", "pods/eviction", "create"), "another verb");
        assert!(!allowed("coordination.k8s.io", "leases", "create"));
    }

    #[test]
    fn a_list_that_is_not_whole_says_nothing() {
        assert!(!needed(true, true).iter().any(|right| rules(true).allow(right)));
    }
}
