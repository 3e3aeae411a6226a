//! The Deployment of a registry: one pod, whose container starts while its permit is there, and is
//! ready when all that is asked for is in force.

use k8s_openapi::api::{
    apps::v1::{Deployment, DeploymentSpec},
    core::v1::{ConfigMap, ConfigMapEnvSource, Container, EnvFromSource, PodTemplateSpec},
};

use crate::{
    k8s::{self, recreate, selected},
    label::{Labels, RESTARTED},
    systems::rivven::{names, registry::MARK, schema_registry::Valid},
    workload::{
        pod::{self, Pod},
        probes::{Probing, http},
    },
};

/// The user of the published image.
const USER: i64 = 65532;
/// The program hears no SIGTERM and ends by SIGKILL, however long it is waited for.
const GRACE_SECONDS: i64 = 5;

/// Lets the container of the pod of this start start. There is nothing in it.
pub(in super::super) fn permit(registry: &Valid, start: u32) -> ConfigMap {
    let metadata = registry.meta(names::registry_permit(&registry.name, start));
    ConfigMap { metadata, ..ConfigMap::default() }
}

/// Runs a registry. The old one has ended before the new one starts: clients would see the schemas
/// of either.
pub(in super::super) fn deployment(registry: &Valid, start: u32) -> Deployment {
    Deployment {
        metadata: registry.meta(names::registry(&registry.name)),
        spec: Some(DeploymentSpec {
            replicas: Some(1),
            selector: selected(&registry.selector),
            strategy: Some(recreate()),
            template: template(registry, start),
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}

fn template(registry: &Valid, start: u32) -> PodTemplateSpec {
    let mut annotations = Labels::new();
    if let Some(wish) = &registry.control.restart {
        annotations.insert(RESTARTED.to_owned(), wish.clone());
    }
    let own = Pod {
        labels: registry.labels(),
        selector: &registry.selector,
        annotations,
        user: USER,
        grace_seconds: GRACE_SECONDS,
        container: container(registry, start),
        beforehand: Vec::new(),
        volumes: Vec::new(),
    };
    pod::template(own, &registry.pod)
}

/// The levels that the program takes as arguments it only writes into its log.
fn container(registry: &Valid, start: u32) -> Container {
    let host = match registry.address.is_ipv6() {
        true => format!("[{}]", registry.address),
        false => registry.address.to_string(),
    };
    let (port, mark) = (registry.port.to_string(), format!("/contexts/{MARK}"));
    let args = ["serve", "--host", &host, "--port", &port];
    let permit = ConfigMapEnvSource {
        name: names::registry_permit(&registry.name, start),
        optional: Some(false),
    };
    let asks = |probing: &Probing, page: &str| probing.asks(http(page, "http"));
    Container {
        name: names::REGISTRY.to_owned(),
        image: Some(registry.image.clone()),
        args: Some(args.map(str::to_owned).to_vec()),
        // The kubelet starts no container whose variables it cannot find: that is all it is for.
        env_from: Some(vec![EnvFromSource {
            config_map_ref: Some(permit),
            ..EnvFromSource::default()
        }]),
        ports: Some(vec![k8s::container_port("http", i32::from(registry.port))]),
        liveness_probe: registry.liveness.as_ref().map(|it| asks(it, "/health/live")),
        // `/health/ready` answers well from the first moment on.
        readiness_probe: registry.readiness.as_ref().map(|it| asks(it, &mark)),
        ..Container::default()
    }
}
