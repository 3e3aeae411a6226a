//! What Kubernetes asks of the parts of a pod that the spec passes on as they are written. The
//! rules are those of every kind with pods; here is where a cluster has such parts, and what the
//! rules are called.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::SeccompProfile;

use super::api::{RivvenCluster, RivvenClusterSpec, ServiceType};
use crate::{
    crd::Here,
    field::{Errors, Path},
    k8s::pod::{self, Ids, Rule, affinity, annotations, lists, profiles, scheduling, spread},
    label::RESTART,
    systems::rivven::names,
};

/// What the rules of [`pod`] are called.
const IDS: Ids = Ids { prefix: "CLU", first: 30 };

/// What our own annotations of a pod have at most, but for the value of a restart.
const OURS: usize = 512;

/// The rules of [`pod`] that no API server judges a cluster by.
pub(super) const CHECKED_HERE: &[Here] = &[
    here("CLU-39", "spec.affinity.nodeAffinity", Rule::NodeAffinity),
    here("CLU-40", "spec.affinity", Rule::PodAffinity),
    here("CLU-41", "spec.topologySpreadConstraints", Rule::SpreadSelector),
    here("CLU-42", "spec.nodeSelector", Rule::NodeSelector),
    here("CLU-43", "spec.podLabels", Rule::PodLabels),
    here("CLU-44", "spec.podAnnotations", Rule::PodAnnotations),
    here("CLU-45", "spec.service.annotations", Rule::ServiceAnnotations),
    here("CLU-46", "spec.metrics.serviceMonitor.labels", Rule::MonitorLabels),
    here("CLU-47", "spec.resources", Rule::Resources),
    here("CLU-48", "spec.env", Rule::VariableFields),
    here("CLU-49", "spec.image", Rule::Image),
    here("CLU-50", "spec", Rule::Amounts),
];

const fn here(rule_id: &'static str, path: &'static str, rule: Rule) -> Here {
    Here { rule_id, path, message: rule.asks() }
}

/// Adds every rule that is broken.
pub(super) fn check(cluster: &RivvenCluster, root: &Path, errors: &mut Errors) {
    let spec = &cluster.spec;
    placed(spec, root, errors);
    contained(spec, root, errors);
    confined(spec, root, errors);
    labelled(cluster, root, errors);
    around(spec, root, errors);
    amounts(spec, root, errors);
}

/// Where pods run.
fn placed(spec: &RivvenClusterSpec, root: &Path, errors: &mut Errors) {
    let at = root.child("tolerations");
    let tolerations = spec.tolerations.as_deref().unwrap_or_default();
    scheduling::tolerations(tolerations, &at, &mut IDS.judge(Rule::Tolerations, errors));
    if let Some(all) = &spec.affinity {
        let at = root.child("affinity");
        if let Some(nodes) = &all.node_affinity {
            let at = at.child("nodeAffinity");
            scheduling::node_affinity(nodes, &at, &mut IDS.judge(Rule::NodeAffinity, errors));
        }
        affinity::pod_affinity(all, &at, &mut IDS.judge(Rule::PodAffinity, errors));
    }
    let at = root.child("topologySpreadConstraints");
    let constraints = spec.topology_spread_constraints.as_deref().unwrap_or_default();
    spread::constraints(constraints, &at, &mut IDS.judge(Rule::Spread, errors));
    spread::selectors(constraints, &at, &mut IDS.judge(Rule::SpreadSelector, errors));
    let labels = spec.node_selector.iter().flatten().map(|(key, _)| key);
    let judge = &mut IDS.judge(Rule::NodeSelector, errors);
    pod::keys(labels, &root.child("nodeSelector"), judge);
}

/// What the container has.
fn contained(spec: &RivvenClusterSpec, root: &Path, errors: &mut Errors) {
    let (at, variables) = (root.child("env"), spec.env.as_deref().unwrap_or_default());
    pod::variables::sources(variables, &at, &mut IDS.judge(Rule::Variables, errors));
    pod::variables::fields(variables, &at, &mut IDS.judge(Rule::VariableFields, errors));
    if let Some(image) = &spec.image {
        pod::image::image(image, &root.child("image"), &mut IDS.judge(Rule::Image, errors));
    }
    let secrets = spec.image_pull_secrets.iter().flatten();
    let judge = &mut IDS.judge(Rule::PullSecrets, errors);
    lists::once(secrets, &root.child("imagePullSecrets"), judge);
    if let Some(resources) = &spec.resources {
        let (requests, limits) = (resources.requests.as_ref(), resources.limits.as_ref());
        let judge = &mut IDS.judge(Rule::Resources, errors);
        pod::resources::resources(requests, limits, &root.child("resources"), judge);
    }
}

/// What keeps it to itself.
fn confined(spec: &RivvenClusterSpec, root: &Path, errors: &mut Errors) {
    if let Some(context) = &spec.security_context {
        let at = root.child("securityContext");
        let (seccomp, app_armor) = (&context.seccomp_profile, &context.app_armor_profile);
        let judge = &mut IDS.judge(Rule::PodProfiles, errors);
        profiles::profiles(seccomp.as_ref(), app_armor.as_ref(), &at, judge);
        let sysctls = context.sysctls.as_deref().unwrap_or_default();
        let judge = &mut IDS.judge(Rule::Sysctls, errors);
        profiles::sysctls(sysctls, &at.child("sysctls"), judge);
    }
    if let Some(context) = &spec.container_security_context {
        let at = root.child("containerSecurityContext");
        let (seccomp, app_armor) = (&context.seccomp_profile, &context.app_armor_profile);
        let judge = &mut IDS.judge(Rule::ContainerProfiles, errors);
        profiles::profiles(seccomp.as_ref(), app_armor.as_ref(), &at, judge);
    }
}

/// What pods are marked with.
fn labelled(cluster: &RivvenCluster, root: &Path, errors: &mut Errors) {
    let spec = &cluster.spec;
    let labels = spec.pod_labels.iter().flatten().map(|(key, _)| key);
    let judge = &mut IDS.judge(Rule::PodLabels, errors);
    pod::keys(labels, &root.child("podLabels"), judge);
    let restart = cluster.metadata.annotations.as_ref().and_then(|all| all.get(RESTART));
    let added = OURS + restart.map_or(0, String::len);
    // What the builders give to a context that says nothing of it.
    let default = SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None };
    let (pod, own) = (&spec.security_context, &spec.container_security_context);
    let around = annotations::Around {
        container: names::CONTAINER,
        pod: (
            pod.as_ref().and_then(|pod| pod.seccomp_profile.as_ref()).or(Some(&default)),
            pod.as_ref().and_then(|pod| pod.app_armor_profile.as_ref()),
        ),
        own: (
            own.as_ref().and_then(|own| own.seccomp_profile.as_ref()).or(Some(&default)),
            own.as_ref().and_then(|own| own.app_armor_profile.as_ref()),
        ),
    };
    let none = BTreeMap::new();
    let given = spec.pod_annotations.as_ref().unwrap_or(&none);
    let judge = &mut IDS.judge(Rule::PodAnnotations, errors);
    annotations::of_pod(given, added, &around, &root.child("podAnnotations"), judge);
}

/// The Service and the monitor.
fn around(spec: &RivvenClusterSpec, root: &Path, errors: &mut Errors) {
    let metrics = spec.metrics.as_ref();
    if let Some(service) = &spec.service {
        let at = root.child("service");
        let offered = metrics.is_none_or(|metrics| metrics.enabled != Some(false));
        let port = metrics.and_then(|metrics| metrics.port);
        let port = offered.then(|| port.unwrap_or_else(|| i32::from(names::API_PORT)));
        let judge = &mut IDS.judge(Rule::Ports, errors);
        lists::ports(service.port, port, &at.child("port"), judge);
        if let Some(given) = &service.annotations {
            let balanced = service.type_ == Some(ServiceType::LoadBalancer);
            let judge = &mut IDS.judge(Rule::ServiceAnnotations, errors);
            annotations::of_service(given, balanced, &at.child("annotations"), judge);
        }
    }
    let monitor = metrics.and_then(|metrics| metrics.service_monitor.as_ref());
    let labels = monitor.and_then(|monitor| monitor.labels.as_ref());
    let at = root.child("metrics").child("serviceMonitor").child("labels");
    let judge = &mut IDS.judge(Rule::MonitorLabels, errors);
    pod::keys(labels.into_iter().flatten().map(|(key, _)| key), &at, judge);
}

/// The volumes, and whether anything starts in what there is.
fn amounts(spec: &RivvenClusterSpec, root: &Path, errors: &mut Errors) {
    if let Some(storage) = &spec.storage {
        let at = root.child("storage");
        let modes = storage.access_modes.iter().flatten().map(|mode| mode.as_str());
        let judge = &mut IDS.judge(Rule::AccessModes, errors);
        lists::access_modes(&modes.collect::<Vec<_>>(), &at.child("accessModes"), judge);
        if let Some(size) = &storage.size {
            let judge = &mut IDS.judge(Rule::Amounts, errors);
            pod::resources::amount(size, at.child("size"), judge);
        }
    }
    let Some(resources) = &spec.resources else { return };
    for (field, amounts) in [("requests", &resources.requests), ("limits", &resources.limits)] {
        if let Some(memory) = amounts.as_ref().and_then(|amounts| amounts.get("memory")) {
            let at = root.child("resources").child(field).child("memory");
            pod::resources::amount(memory, at, &mut IDS.judge(Rule::Amounts, errors));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_calls_its_rules_as_the_judges_do() {
        for (first, rule) in [("CLU-30", Rule::Tolerations), ("CLU-38", Rule::Sysctls)] {
            assert_eq!(IDS.id(rule), first);
        }
        let last = CHECKED_HERE.last().map(|rule| (rule.rule_id, rule.message));
        assert_eq!(last, Some((IDS.id(Rule::Amounts).as_str(), Rule::Amounts.asks())));
        let ids: Vec<&str> = CHECKED_HERE.iter().map(|rule| rule.rule_id).collect();
        assert_eq!(ids[0], IDS.id(Rule::NodeAffinity));
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
