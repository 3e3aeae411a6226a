//! Rules about where pods run.

use super::HasPods;
use crate::{
    check::Check,
    k8s::pod::{self, affinity, scheduling, spread as constraints},
};

/// Operator, key and value of a toleration fit together.
pub const fn tolerations<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.tolerations",
        "self.all(t, (has(t.operator) && t.operator == 'Exists' \
         ? !has(t.value) || t.value == '' : has(t.key) && t.key != '') \
         && (!has(t.tolerationSeconds) || (has(t.effect) && t.effect == 'NoExecute')))",
        "a toleration has a key and perhaps a value, or operator Exists and no value; \
         tolerationSeconds goes with effect NoExecute only",
        |resource: &R, judge| {
            scheduling::tolerations(resource.pods().tolerations, &judge.at(), judge);
        },
    )
}

/// A constraint on the spread is given once, and minDomains only where it counts.
pub const fn spread<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.topologySpreadConstraints",
        "self.all(c, self.exists_one(o, o.topologyKey == c.topologyKey \
         && o.whenUnsatisfiable == c.whenUnsatisfiable) \
         && (!has(c.minDomains) || c.whenUnsatisfiable == 'DoNotSchedule'))",
        "topologyKey and whenUnsatisfiable together may be given once, and minDomains only with \
         whenUnsatisfiable DoNotSchedule",
        |resource: &R, judge| {
            constraints::constraints(resource.pods().spread.unwrap_or_default(), &judge.at(), judge)
        },
    )
}

const SELECTORS: &str = "In and NotIn have values, Exists and DoesNotExist none; keys are those of \
                         labels; matchLabelKeys need a labelSelector that does not have them";

/// The pods that a constraint on the spread counts.
pub const fn spread_selectors<R: HasPods>(id: &'static str) -> Check<R> {
    Check::here(id, "spec.topologySpreadConstraints", SELECTORS, |resource: &R, judge| {
        constraints::selectors(resource.pods().spread.unwrap_or_default(), &judge.at(), judge);
    })
}

/// Terms that choose pods.
pub const fn pod_affinity<R: HasPods>(id: &'static str) -> Check<R> {
    Check::here(id, "spec.affinity", SELECTORS, |resource: &R, judge| {
        if let Some(affinity) = resource.pods().affinity {
            affinity::pod_affinity(affinity, &judge.at(), judge);
        }
    })
}

/// Terms that choose nodes.
pub const fn node_affinity<R: HasPods>(id: &'static str) -> Check<R> {
    Check::here(
        id,
        "spec.affinity.nodeAffinity",
        "In and NotIn have values, Exists and DoesNotExist none, Gt and Lt one; a term of \
         matchFields has one value",
        |resource: &R, judge| {
            let affinity = resource.pods().affinity;
            if let Some(nodes) = affinity.and_then(|affinity| affinity.node_affinity.as_ref()) {
                scheduling::node_affinity(nodes, &judge.at(), judge);
            }
        },
    )
}

/// The keys of a node selector.
pub const fn node_selector<R: HasPods>(id: &'static str) -> Check<R> {
    Check::here(
        id,
        "spec.nodeSelector",
        "the keys of nodeSelector are those of labels",
        |resource: &R, judge| {
            let labels = resource.pods().node_selector;
            pod::keys(labels.into_iter().flatten().map(|(key, _)| key), &judge.at(), judge);
        },
    )
}
