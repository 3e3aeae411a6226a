//! The pods that pods want beside them or away from them, and selectors of pods.

use k8s_openapi::{
    api::core::v1::{Affinity, PodAffinityTerm, WeightedPodAffinityTerm},
    apimachinery::pkg::apis::meta::v1::LabelSelector,
};

use super::scheduling::{Wants, values};
use crate::{check::Judge, field::Path};

/// Adds what is wrong with terms that choose pods.
pub fn pod_affinity(affinity: &Affinity, path: &Path, judge: &mut Judge<'_>) {
    if let Some(near) = &affinity.pod_affinity {
        let needed = near.required_during_scheduling_ignored_during_execution.as_deref();
        let liked = near.preferred_during_scheduling_ignored_during_execution.as_deref();
        terms(needed, liked, &path.child("podAffinity"), judge);
    }
    if let Some(apart) = &affinity.pod_anti_affinity {
        let needed = apart.required_during_scheduling_ignored_during_execution.as_deref();
        let liked = apart.preferred_during_scheduling_ignored_during_execution.as_deref();
        terms(needed, liked, &path.child("podAntiAffinity"), judge);
    }
}

fn terms(
    needed: Option<&[PodAffinityTerm]>,
    liked: Option<&[WeightedPodAffinityTerm]>,
    path: &Path,
    judge: &mut Judge<'_>,
) {
    let at = path.child("requiredDuringSchedulingIgnoredDuringExecution");
    for (index, one) in needed.into_iter().flatten().enumerate() {
        term(one, &at.index(index), judge);
    }
    let at = path.child("preferredDuringSchedulingIgnoredDuringExecution");
    for (index, one) in liked.into_iter().flatten().enumerate() {
        term(&one.pod_affinity_term, &at.index(index).child("podAffinityTerm"), judge);
    }
}

fn term(term: &PodAffinityTerm, path: &Path, judge: &mut Judge<'_>) {
    for (name, selector) in
        [("labelSelector", &term.label_selector), ("namespaceSelector", &term.namespace_selector)]
    {
        if let Some(selector) = selector {
            self::selector(selector, &path.child(name), judge);
        }
    }
    let keys = term.match_label_keys.as_deref().unwrap_or_default();
    let others = term.mismatch_label_keys.as_deref().unwrap_or_default();
    let selector = term.label_selector.as_ref();
    label_keys(keys, selector, &path.child("matchLabelKeys"), judge);
    if !others.is_empty() && selector.is_none() {
        let why = "there is no labelSelector that they could narrow";
        judge.forbidden(path.child("mismatchLabelKeys"), why, "add a labelSelector");
    }
    for (index, key) in keys.iter().enumerate().filter(|(_, key)| others.contains(key)) {
        let why = format!("{key} is one of mismatchLabelKeys too");
        judge.forbidden(path.child("matchLabelKeys").index(index), &why, "leave one of them out");
    }
}

/// Adds what is wrong with keys whose values are taken from the pod: they narrow a selector, so
/// there must be one, and it must not judge them already. Where it does, some API servers refuse
/// the template and the others the pods that are made of it.
pub(super) fn label_keys(
    keys: &[String],
    selector: Option<&LabelSelector>,
    path: &Path,
    judge: &mut Judge<'_>,
) {
    let Some(selector) = selector else {
        if !keys.is_empty() {
            let why = "there is no labelSelector that they could narrow";
            judge.forbidden(path.clone(), why, "add a labelSelector");
        }
        return;
    };
    let expressions = selector.match_expressions.iter().flatten();
    for (index, key) in keys.iter().enumerate() {
        let labelled = selector.match_labels.iter().flatten().any(|(known, _)| known == key);
        if labelled || expressions.clone().any(|one| one.key == *key) {
            let why = format!("labelSelector has {key} already");
            judge.forbidden(path.index(index), &why, "leave one of them out");
        }
    }
}

/// Adds what is wrong with a selector of pods or namespaces.
pub(super) fn selector(selector: &LabelSelector, path: &Path, judge: &mut Judge<'_>) {
    let labels = selector.match_labels.iter().flatten().map(|(key, _)| key);
    super::keys(labels, &path.child("matchLabels"), judge);
    let at = path.child("matchExpressions");
    for (index, one) in selector.match_expressions.iter().flatten().enumerate() {
        let has = one.values.as_ref().map_or(0, Vec::len);
        values(Wants::of(&one.operator), &one.operator, has, &at.index(index), judge);
    }
}
