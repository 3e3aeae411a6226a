//! The pod of a broker: where it runs, as whom, from what, and how it is asked whether it is well.

use k8s_openapi::{
    api::core::v1::{
        Affinity, Capabilities, ConfigMapEnvSource, Container, EnvFromSource, HTTPGetAction,
        LocalObjectReference, PodAffinityTerm, PodAntiAffinity, PodSecurityContext, PodSpec,
        PodTemplateSpec, Probe, SeccompProfile, SecurityContext, TCPSocketAction,
        TopologySpreadConstraint, VolumeMount, WeightedPodAffinityTerm,
    },
    apimachinery::pkg::{
        apis::meta::v1::{LabelSelector, ObjectMeta},
        util::intstr::IntOrString,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use super::config::{DATA_DIR, environment};
use crate::{
    digest::digest,
    k8s,
    label::{CONFIG, RESTARTED},
    plan::merge,
    systems::rivven::{
        cluster::{Probing, Valid},
        names,
    },
};

/// The user of the published image.
const USER: i64 = 65532;
/// A broker ends its connections within 10 s, its tasks within 5 s and is ended by itself after
/// 30 s; twice that leaves room for a slow volume.
const GRACE_SECONDS: i64 = 60;
/// Looking through its log may take a broker this long at start, in attempts of 5 s: 10 minutes.
const START_ATTEMPTS: i32 = 120;

pub(super) fn template(cluster: &Valid) -> PodTemplateSpec {
    let config = serde_json::to_value(environment(cluster)).expect("an environment is JSON");
    let mut annotations = cluster.pod_annotations.clone();
    // The container reads the ConfigMap when it starts and never again.
    annotations.insert(CONFIG.to_owned(), digest(&config));
    if let Some(wish) = &cluster.control.restart {
        annotations.insert(RESTARTED.to_owned(), wish.clone());
    }
    let mut labels = cluster.pod_labels.clone();
    labels.extend(cluster.labels.clone());
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            annotations: Some(annotations),
            labels: Some(labels),
            ..ObjectMeta::default()
        }),
        spec: Some(pod(cluster)),
    }
}

fn pod(cluster: &Valid) -> PodSpec {
    let pod = &cluster.pod;
    let secret = |name: &String| LocalObjectReference { name: name.clone() };
    let pull_secrets: Vec<_> = pod.image_pull_secrets.iter().map(secret).collect();
    PodSpec {
        affinity: Some(pod.affinity.clone().unwrap_or_else(|| apart(cluster))),
        automount_service_account_token: Some(false),
        containers: vec![broker(cluster)],
        // They would add variables that begin with the broker's own prefix: a Service called
        // `rivven-metrics` becomes `RIVVEN_METRICS_PORT`.
        enable_service_links: Some(false),
        image_pull_secrets: some(pull_secrets),
        node_selector: pod.node_selector.clone(),
        security_context: Some(overlay(&as_nobody(), pod.security_context.as_ref())),
        service_account_name: pod.service_account.clone(),
        termination_grace_period_seconds: Some(GRACE_SECONDS),
        tolerations: some(pod.tolerations.clone()),
        topology_spread_constraints: Some(
            pod.spread.clone().unwrap_or_else(|| vec![across_zones(cluster)]),
        ),
        ..PodSpec::default()
    }
}

fn broker(cluster: &Valid) -> Container {
    let api = IntOrString::String("metrics".to_owned());
    let health = Probe {
        http_get: Some(HTTPGetAction {
            path: Some("/health".to_owned()),
            port: api,
            scheme: Some("HTTP".to_owned()),
            ..HTTPGetAction::default()
        }),
        ..Probe::default()
    };
    // `/health` stays 200 when the client port could not be opened, so readiness asks that port.
    let client = Probe {
        tcp_socket: Some(TCPSocketAction {
            port: IntOrString::String("client".to_owned()),
            ..TCPSocketAction::default()
        }),
        ..Probe::default()
    };
    let starting = Probe {
        failure_threshold: Some(START_ATTEMPTS),
        period_seconds: Some(5),
        timeout_seconds: Some(5),
        ..health.clone()
    };
    let mut env = vec![k8s::env_from_field("RIVVEN_NODE_ID", "metadata.name")];
    env.extend(cluster.pod.env.clone());
    Container {
        name: names::CONTAINER.to_owned(),
        image: Some(cluster.image.clone()),
        image_pull_policy: Some(cluster.pod.image_pull_policy.clone()),
        env: Some(env),
        env_from: Some(vec![EnvFromSource {
            config_map_ref: Some(ConfigMapEnvSource {
                name: names::config(&cluster.name),
                optional: None,
            }),
            ..EnvFromSource::default()
        }]),
        liveness_probe: cluster.liveness.as_ref().map(|times| timed(health, times)),
        ports: Some(vec![
            k8s::container_port("client", i32::from(names::CLIENT_PORT)),
            k8s::container_port("metrics", i32::from(cluster.api_port)),
        ]),
        readiness_probe: cluster.readiness.as_ref().map(|times| timed(client, times)),
        resources: cluster.pod.resources.clone(),
        security_context: Some(overlay(&confined(), cluster.pod.container_security.as_ref())),
        startup_probe: Some(starting),
        volume_mounts: Some(vec![VolumeMount {
            mount_path: DATA_DIR.to_owned(),
            name: names::DATA.to_owned(),
            ..VolumeMount::default()
        }]),
        ..Container::default()
    }
}

fn timed(probe: Probe, times: &Probing) -> Probe {
    Probe {
        failure_threshold: Some(times.failure_threshold),
        initial_delay_seconds: Some(times.initial_delay_seconds),
        period_seconds: Some(times.period_seconds),
        success_threshold: Some(times.success_threshold),
        timeout_seconds: Some(times.timeout_seconds),
        ..probe
    }
}

/// Two brokers on one node are lost together, so they keep apart where there is room.
fn apart(cluster: &Valid) -> Affinity {
    let term = PodAffinityTerm {
        label_selector: Some(own_pods(cluster)),
        topology_key: "kubernetes.io/hostname".to_owned(),
        ..PodAffinityTerm::default()
    };
    Affinity {
        pod_anti_affinity: Some(PodAntiAffinity {
            preferred_during_scheduling_ignored_during_execution: Some(vec![
                WeightedPodAffinityTerm { pod_affinity_term: term, weight: 100 },
            ]),
            ..PodAntiAffinity::default()
        }),
        ..Affinity::default()
    }
}

fn across_zones(cluster: &Valid) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        label_selector: Some(own_pods(cluster)),
        max_skew: 1,
        topology_key: "topology.kubernetes.io/zone".to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        ..TopologySpreadConstraint::default()
    }
}

fn own_pods(cluster: &Valid) -> LabelSelector {
    LabelSelector { match_labels: Some(cluster.selector.clone()), ..LabelSelector::default() }
}

/// As Kubernetes' restricted pod security wants it.
fn as_nobody() -> PodSecurityContext {
    PodSecurityContext {
        fs_group: Some(USER),
        // A large volume is not walked through at each start.
        fs_group_change_policy: Some("OnRootMismatch".to_owned()),
        run_as_group: Some(USER),
        run_as_non_root: Some(true),
        run_as_user: Some(USER),
        seccomp_profile: Some(seccomp()),
        ..PodSecurityContext::default()
    }
}

fn confined() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
        read_only_root_filesystem: Some(true),
        run_as_non_root: Some(true),
        seccomp_profile: Some(seccomp()),
        ..SecurityContext::default()
    }
}

fn seccomp() -> SeccompProfile {
    SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }
}

/// What the spec says over what we say, field by field. The spec was checked to loosen nothing.
fn overlay<T: Serialize + DeserializeOwned + Clone>(ours: &T, theirs: Option<&T>) -> T {
    let Some(theirs) = theirs else { return ours.clone() };
    let json = |value: &T| serde_json::to_value(value).expect("Kubernetes objects are JSON");
    let mut both = json(ours);
    merge(&mut both, &json(theirs));
    serde_json::from_value(both).expect("two of a kind make one of it")
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
