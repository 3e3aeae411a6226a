//! The operator's pods.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment},
        core::v1::{
            Container, EnvVar, HTTPGetAction, PodSpec, PodTemplateSpec, Probe, ResourceRequirements,
        },
    },
    apimachinery::pkg::{
        api::resource::Quantity, apis::meta::v1::ObjectMeta, util::intstr::IntOrString,
    },
};
use serde_json::Value;
use sluicegate_core::{
    k8s::{container_port, env, env_from_field, selected},
    label::Labels,
    workload::{
        budget::Budget,
        hardening::{confined, unprivileged},
    },
};

use super::base::{Install, NAME, labels, meta, object, selector};
use crate::run::END_MAX;

/// The name and number of the port with the numbers.
pub const METRICS: (&str, u16) = ("metrics", 8080);
/// The name and number of the port that probes ask.
pub const HEALTH: (&str, u16) = ("health", 8081);
/// How long a pod may take to end: what is in hand is finished, then the lease is given up.
const GRACE_SECONDS: u64 = 30;
const _: () = assert!(END_MAX.as_secs() < GRACE_SECONDS);

/// The Deployment. One process acts at a time, whichever has the lease; a new one stands by before
/// the old one is asked to end, which hands the lease over.
pub fn deployment(install: &Install) -> Value {
    let mut metadata = meta(NAME, &install.namespace);
    metadata.labels = Some(versioned());
    let step = |number| Some(IntOrString::Int(number));
    let rolling = RollingUpdateDeployment { max_surge: step(1), max_unavailable: step(0) };
    object(&Deployment {
        metadata,
        spec: Some(DeploymentSpec {
            replicas: Some(1),
            selector: selected(&selector()),
            strategy: Some(DeploymentStrategy {
                rolling_update: Some(rolling),
                type_: Some("RollingUpdate".to_owned()),
            }),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta { labels: Some(versioned()), ..ObjectMeta::default() }),
                spec: Some(pod(install)),
            },
            ..DeploymentSpec::default()
        }),
        status: None,
    })
}

/// What a drain of nodes leaves of them: all but one. It never stops a drain for good.
pub fn budget(install: &Install) -> Value {
    let budget = Budget::MaxUnavailable(IntOrString::Int(1));
    object(&budget.object(meta(NAME, &install.namespace), &selector()))
}

/// The labels of what is of one version.
fn versioned() -> Labels {
    let mut all = labels();
    all.extend(selector());
    all.insert("app.kubernetes.io/version".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    all
}

fn pod(install: &Install) -> PodSpec {
    let linux = ("kubernetes.io/os".to_owned(), "linux".to_owned());
    PodSpec {
        service_account_name: Some(NAME.to_owned()),
        automount_service_account_token: Some(true),
        // What else runs in the namespace is not told by variables.
        enable_service_links: Some(false),
        node_selector: Some(BTreeMap::from([linux])),
        security_context: Some(unprivileged()),
        termination_grace_period_seconds: GRACE_SECONDS.try_into().ok(),
        containers: vec![container(install)],
        ..PodSpec::default()
    }
}

fn container(install: &Install) -> Container {
    let ports = [METRICS, HEALTH];
    Container {
        name: "operator".to_owned(),
        image: Some(install.image.clone()),
        args: Some(vec!["run".to_owned()]),
        env: Some(variables(install)),
        ports: Some(ports.map(|(name, port)| container_port(name, port.into())).to_vec()),
        liveness_probe: Some(probe("/livez", 10)),
        readiness_probe: Some(probe("/readyz", 5)),
        resources: Some(resources()),
        security_context: Some(confined()),
        ..Container::default()
    }
}

/// The pod's own name and uid are its name in the lease, and its namespace is where the lease is.
fn variables(install: &Install) -> Vec<EnvVar> {
    let mut all = vec![
        field("POD_NAME", "metadata.name"),
        field("POD_NAMESPACE", "metadata.namespace"),
        field("POD_UID", "metadata.uid"),
    ];
    if !install.watch.is_empty() {
        all.push(env(WATCH, &install.watch.join(",")));
    }
    all
}

/// A field of the pod, with what the server would fill in: a reference is owned as one, so who
/// applies less than is stored is told of a conflict.
pub(super) fn field(name: &str, path: &str) -> EnvVar {
    let mut variable = env_from_field(name, path);
    let source = variable.value_from.as_mut();
    if let Some(field) = source.and_then(|source| source.field_ref.as_mut()) {
        field.api_version = Some("v1".to_owned());
    }
    variable
}

/// The variable that names the namespaces that are looked after.
pub const WATCH: &str = "WATCH_NAMESPACE";

/// A thousand clusters took 68 MiB and 0.8 s of CPU at the start, and nothing when idle. A limit of
/// CPU would only slow down the start.
fn resources() -> ResourceRequirements {
    let of = |name: &str, much: &str| (name.to_owned(), Quantity(much.to_owned()));
    ResourceRequirements {
        requests: Some(BTreeMap::from([of("cpu", "50m"), of("memory", "64Mi")])),
        limits: Some(BTreeMap::from([of("memory", "256Mi")])),
        ..ResourceRequirements::default()
    }
}

fn probe(path: &str, seconds: i32) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(HEALTH.0.to_owned()),
            ..HTTPGetAction::default()
        }),
        period_seconds: Some(seconds),
        timeout_seconds: Some(5),
        ..Probe::default()
    }
}
