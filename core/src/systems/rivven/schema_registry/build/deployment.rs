//! The Deployment of a registry: one pod, whose container is ready when all that is asked for is in
//! force.

use k8s_openapi::api::{
    apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy},
    core::v1::{Container, PodTemplateSpec},
};

use crate::{
    k8s::{self, selected},
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

/// Runs a registry. The old one has ended before the new one starts: clients would see the schemas
/// of either.
pub(in super::super) fn deployment(registry: &Valid) -> Deployment {
    let strategy = DeploymentStrategy { type_: Some("Recreate".to_owned()), rolling_update: None };
    Deployment {
        metadata: registry.meta(names::registry(&registry.name)),
        spec: Some(DeploymentSpec {
            replicas: Some(1),
            selector: selected(&registry.selector),
            strategy: Some(strategy),
            template: template(registry),
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}

fn template(registry: &Valid) -> PodTemplateSpec {
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
        container: container(registry),
        beforehand: Vec::new(),
        volumes: Vec::new(),
    };
    pod::template(own, &registry.pod)
}

/// The levels that the program takes as arguments it only writes into its log.
fn container(registry: &Valid) -> Container {
    let host = match registry.address.is_ipv6() {
        true => format!("[{}]", registry.address),
        false => registry.address.to_string(),
    };
    let (port, mark) = (registry.port.to_string(), format!("/contexts/{MARK}"));
    let args = ["serve", "--host", &host, "--port", &port];
    let asks = |probing: &Probing, page: &str| probing.asks(http(page, "http"));
    Container {
        name: names::REGISTRY.to_owned(),
        image: Some(registry.image.clone()),
        args: Some(args.map(str::to_owned).to_vec()),
        ports: Some(vec![k8s::container_port("http", i32::from(registry.port))]),
        liveness_probe: registry.liveness.as_ref().map(|it| asks(it, "/health/live")),
        // `/health/ready` answers well from the first moment on.
        readiness_probe: registry.readiness.as_ref().map(|it| asks(it, &mark)),
        ..Container::default()
    }
}
