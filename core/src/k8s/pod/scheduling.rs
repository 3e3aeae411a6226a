//! The nodes that pods put up with, want and need.

use k8s_openapi::api::core::v1::{
    NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm, Toleration,
};

use crate::{check::Judge, field::Path, k8s::metadata};

/// Adds what is wrong with tolerations.
pub fn tolerations(tolerations: &[Toleration], path: &Path, judge: &mut Judge<'_>) {
    for (index, toleration) in tolerations.iter().enumerate() {
        let path = path.index(index);
        let empty = |text: &Option<String>| text.as_ref().is_none_or(String::is_empty);
        if toleration.operator.as_deref() == Some("Exists") {
            if !empty(&toleration.value) {
                let why = "operator Exists takes no value";
                let remedy = "leave value out, or write operator: Equal";
                judge.forbidden(path.child("value"), why, remedy);
            }
        } else if empty(&toleration.key) {
            let remedy =
                "name the taint's key, or write operator: Exists to put up with all taints";
            judge.required(path.child("key"), remedy);
        }
        let stays = toleration.effect.as_deref() != Some("NoExecute");
        if toleration.toleration_seconds.is_some() && stays {
            let why = "only a taint with effect NoExecute ends a pod";
            let remedy = "write effect: NoExecute, or leave tolerationSeconds out";
            judge.forbidden(path.child("tolerationSeconds"), why, remedy);
        }
    }
}

/// Adds what is wrong with terms that choose nodes.
pub fn node_affinity(affinity: &NodeAffinity, path: &Path, judge: &mut Judge<'_>) {
    let at = path.child("requiredDuringSchedulingIgnoredDuringExecution");
    if let Some(needed) = &affinity.required_during_scheduling_ignored_during_execution {
        let at = at.child("nodeSelectorTerms");
        for (index, term) in needed.node_selector_terms.iter().enumerate() {
            self::term(term, &at.index(index), judge);
        }
    }
    let at = path.child("preferredDuringSchedulingIgnoredDuringExecution");
    let liked = affinity.preferred_during_scheduling_ignored_during_execution.iter().flatten();
    for (index, liked) in liked.enumerate() {
        term(&liked.preference, &at.index(index).child("preference"), judge);
    }
}

fn term(term: &NodeSelectorTerm, path: &Path, judge: &mut Judge<'_>) {
    let at = path.child("matchExpressions");
    for (index, one) in term.match_expressions.iter().flatten().enumerate() {
        let wants = match one.operator.as_str() {
            "Gt" | "Lt" => Wants::One,
            other => Wants::of(other),
        };
        values(wants, &one.operator, count(one), &at.index(index), judge);
    }
    let at = path.child("matchFields");
    for (index, one) in term.match_fields.iter().flatten().enumerate() {
        values(Wants::One, &one.operator, count(one), &at.index(index), judge);
        for (which, name) in one.values.iter().flatten().enumerate() {
            if !metadata::is_subdomain(name) {
                let at = at.index(index).child("values").index(which);
                let must = "must be the name of a node";
                judge.invalid(at, name, must, "write it as `kubectl get nodes` does");
            }
        }
    }
}

fn count(requirement: &NodeSelectorRequirement) -> usize {
    requirement.values.as_ref().map_or(0, Vec::len)
}

/// How many values an operator takes.
#[derive(Clone, Copy)]
pub(super) enum Wants {
    None,
    One,
    Some,
    /// There is no such operator, which the schema says.
    Any,
}

impl Wants {
    pub(super) fn of(operator: &str) -> Self {
        match operator {
            "In" | "NotIn" => Self::Some,
            "Exists" | "DoesNotExist" => Self::None,
            _ => Self::Any,
        }
    }
}

/// Adds that an operator has not the values that it takes.
pub(super) fn values(wants: Wants, operator: &str, has: usize, path: &Path, judge: &mut Judge<'_>) {
    let at = path.child("values");
    match wants {
        Wants::None if has > 0 => {
            let why = format!("operator {operator} takes no values");
            judge.forbidden(at, &why, "leave values out, or write operator: In");
        }
        Wants::Some if has == 0 => {
            judge.required(at, "name at least one value, or write operator: Exists");
        }
        Wants::One if has != 1 => {
            let must = format!("must be one for operator {operator}");
            judge.invalid(at, &format!("{has} values"), &must, "name one value");
        }
        Wants::None | Wants::Some | Wants::One | Wants::Any => {}
    }
}
