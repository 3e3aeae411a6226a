//! Rules about what pods are marked with, asked for and kept by.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::SeccompProfile;

use super::HasPods;
use crate::{
    check::Check,
    k8s::pod::{self, annotations},
    label::OURS,
};

/// What our own annotations of a pod have at most, but for the value of a restart.
const OUR_ANNOTATIONS: usize = 512;

/// What a kind of workload and we label pods with.
pub const fn label_prefixes<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.podLabels",
        "self.all(key, key != 'controller-revision-hash' \
         && !key.startsWith('app.kubernetes.io/') && !key.startsWith('apps.kubernetes.io/') \
         && !key.startsWith('statefulset.kubernetes.io/') && !key.startsWith('sluicegate/'))",
        "controller-revision-hash and the prefixes app.kubernetes.io/, apps.kubernetes.io/, \
         statefulset.kubernetes.io/ and sluicegate/ are reserved",
        |resource: &R, judge| {
            let prefixes =
                ["app.kubernetes.io/", "apps.kubernetes.io/", "statefulset.kubernetes.io/", OURS];
            for key in resource.pods().labels.into_iter().flatten().map(|(key, _)| key) {
                let reserved = prefixes.iter().any(|one| key.starts_with(one));
                if reserved || key == "controller-revision-hash" {
                    let why = "it is the operator's or Kubernetes'";
                    let remedy = "use another prefix, such as your company's domain";
                    judge.forbidden(judge.child(key), why, remedy);
                }
            }
        },
    )
}

/// The keys of a pod's labels.
pub const fn pod_labels<R: HasPods>(id: &'static str) -> Check<R> {
    let message = "the keys of podLabels are those of labels";
    Check::here(id, "spec.podLabels", message, |resource: &R, judge| {
        let labels = resource.pods().labels;
        pod::keys(labels.into_iter().flatten().map(|(key, _)| key), &judge.at(), judge);
    })
}

/// What we annotate pods with.
pub const fn annotation_prefix<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.podAnnotations",
        "self.all(key, !key.startsWith('sluicegate/'))",
        "the prefix sluicegate/ is reserved",
        |resource: &R, judge| {
            let keys = resource.pods().annotations.into_iter().flatten().map(|(key, _)| key);
            for key in keys.filter(|key| key.starts_with(OURS)) {
                let remedy = "annotate the resource itself instead";
                judge.forbidden(judge.child(key), "it is the operator's", remedy);
            }
        },
    )
}

/// The annotations of a pod.
pub const fn pod_annotations<R: HasPods>(id: &'static str) -> Check<R> {
    Check::here(
        id,
        "spec.podAnnotations",
        "the keys of podAnnotations are those of annotations, all of them have at most 256 KiB, \
         and those that Kubernetes reads have values that it understands",
        |resource: &R, judge| {
            let pods = resource.pods();
            let added = OUR_ANNOTATIONS + pods.restart.map_or(0, String::len);
            // What the builders give to a context that says nothing of it.
            let default =
                SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None };
            let (pod, own) = (pods.security_context, pods.container_security_context);
            let around = annotations::Around {
                container: pods.container,
                pod: (
                    pod.and_then(|pod| pod.seccomp_profile.as_ref()).or(Some(&default)),
                    pod.and_then(|pod| pod.app_armor_profile.as_ref()),
                ),
                own: (
                    own.and_then(|own| own.seccomp_profile.as_ref()).or(Some(&default)),
                    own.and_then(|own| own.app_armor_profile.as_ref()),
                ),
            };
            let none = BTreeMap::new();
            let given = pods.annotations.unwrap_or(&none);
            annotations::of_pod(given, added, &around, &judge.at(), judge);
        },
    )
}

/// Kubernetes takes no other threshold for liveness.
pub const fn liveness<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.livenessProbe",
        "!has(self.successThreshold) || self.successThreshold == 1",
        "successThreshold must be 1 for liveness",
        |resource: &R, judge| {
            let probe = resource.pods().liveness;
            if let Some(threshold) = probe.and_then(|probe| probe.success_threshold) {
                let at = judge.child("successThreshold");
                let must = "must be 1 for liveness";
                judge.ensure(threshold == 1, at, threshold, must, "write 1 or leave it out");
            }
        },
    )
}

/// Kubernetes takes one of the two.
pub const fn budget<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.podDisruptionBudget",
        "!has(self.minAvailable) || !has(self.maxUnavailable)",
        "give minAvailable or maxUnavailable, not both",
        |resource: &R, judge| {
            let Some(budget) = resource.pods().budget else { return };
            if budget.min_available.is_some() && budget.max_unavailable.is_some() {
                let why = "maxUnavailable is given too";
                judge.forbidden(judge.child("minAvailable"), why, "leave one of the two out");
            }
        },
    )
}
