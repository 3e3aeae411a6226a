//! The pod of a broker: from what it is started, and how it is asked whether it is well.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    ConfigMapEnvSource, Container, EnvFromSource, PodTemplateSpec, Probe,
};

use super::config::{DATA_DIR, environment};
use crate::{
    digest::digest,
    k8s,
    label::{CONFIG, RESTARTED},
    systems::rivven::{cluster::Valid, names},
    workload::{
        pod::{self, Pod},
        probes::{http, tcp},
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
    // The container reads the ConfigMap when it starts and never again.
    let mut annotations = BTreeMap::from([(CONFIG.to_owned(), digest(&config))]);
    if let Some(wish) = &cluster.control.restart {
        annotations.insert(RESTARTED.to_owned(), wish.clone());
    }
    let broker = Pod {
        labels: &cluster.labels,
        selector: &cluster.selector,
        annotations,
        user: USER,
        grace_seconds: GRACE_SECONDS,
        container: container(cluster),
        beforehand: Vec::new(),
        volumes: Vec::new(),
    };
    pod::template(broker, &cluster.pod)
}

fn container(cluster: &Valid) -> Container {
    let health = http("/health", "metrics");
    let starting = Probe {
        failure_threshold: Some(START_ATTEMPTS),
        period_seconds: Some(5),
        timeout_seconds: Some(5),
        ..health.clone()
    };
    // `/health` stays 200 when the client port could not be opened, so readiness asks that port.
    let ready = cluster.readiness.as_ref().map(|times| times.asks(tcp("client")));
    Container {
        name: names::CONTAINER.to_owned(),
        image: Some(cluster.image.clone()),
        env: Some(vec![k8s::env_from_field("RIVVEN_NODE_ID", "metadata.name")]),
        env_from: Some(vec![EnvFromSource {
            config_map_ref: Some(ConfigMapEnvSource {
                name: names::config(&cluster.name),
                optional: None,
            }),
            ..EnvFromSource::default()
        }]),
        liveness_probe: cluster.liveness.as_ref().map(|times| times.asks(health)),
        ports: Some(vec![
            k8s::container_port("client", i32::from(names::CLIENT_PORT)),
            k8s::container_port("metrics", i32::from(cluster.api_port)),
        ]),
        readiness_probe: ready,
        startup_probe: Some(starting),
        volume_mounts: Some(vec![k8s::mount(names::DATA, DATA_DIR)]),
        ..Container::default()
    }
}
