//! How evenly pods are spread.

use k8s_openapi::api::core::v1::TopologySpreadConstraint;

use super::affinity::{label_keys, selector};
use crate::{check::Judge, field::Path};

/// Adds constraints that are given twice, which Kubernetes keeps by key and action, and minDomains
/// where it has no meaning.
pub fn constraints(all: &[TopologySpreadConstraint], path: &Path, judge: &mut Judge<'_>) {
    for (index, one) in all.iter().enumerate() {
        let path = path.index(index);
        let key = |one: &TopologySpreadConstraint| {
            (one.topology_key.clone(), one.when_unsatisfiable.clone())
        };
        if all[..index].iter().any(|other| key(other) == key(one)) {
            judge.twice(path.clone(), &format!("{}, {}", one.topology_key, one.when_unsatisfiable));
        }
        if one.min_domains.is_some() && one.when_unsatisfiable != "DoNotSchedule" {
            let why = "it needs whenUnsatisfiable DoNotSchedule";
            let remedy = "leave it out, or write whenUnsatisfiable: DoNotSchedule";
            judge.forbidden(path.child("minDomains"), why, remedy);
        }
    }
}

/// Adds what is wrong with the pods that constraints count.
pub fn selectors(all: &[TopologySpreadConstraint], path: &Path, judge: &mut Judge<'_>) {
    for (index, one) in all.iter().enumerate() {
        let path = path.index(index);
        if let Some(labels) = &one.label_selector {
            selector(labels, &path.child("labelSelector"), judge);
        }
        let keys = one.match_label_keys.as_deref().unwrap_or_default();
        label_keys(keys, one.label_selector.as_ref(), &path.child("matchLabelKeys"), judge);
    }
}
