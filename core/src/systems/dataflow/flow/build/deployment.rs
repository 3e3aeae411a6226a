//! The Deployment of a flow: its processor, the file, and the Secrets that it refers to.

use std::collections::BTreeMap;

use k8s_openapi::api::{
    apps::v1::{Deployment, DeploymentSpec},
    core::v1::{Container, PodTemplateSpec, Probe, Volume, VolumeMount},
};
use serde_json::Value;

use super::strategy::strategy;
use crate::{
    digest::digest,
    k8s::{self, selected},
    kind::Ctx,
    label::{CONFIG, Labels, RESTARTED},
    systems::dataflow::flow::{Valid, image, names},
    workload::{
        parts::PodParts,
        pod::{self, Pod},
        probes::http,
    },
};

/// The user of the published image.
const USER: i64 = 65532;
/// It ends what it has begun: batches are written and positions noted.
const GRACE_SECONDS: i64 = 60;

/// Runs the processors of a flow, which read this file.
pub(in super::super) fn deployment(ctx: &Ctx<'_>, flow: &Valid, file: &str) -> Deployment {
    let selector = names::pod_labels(&flow.name);
    Deployment {
        metadata: flow.meta(names::deployment(&flow.name)),
        spec: Some(DeploymentSpec {
            replicas: Some(flow.replicas),
            selector: selected(&selector),
            strategy: Some(strategy(flow)),
            template: template(ctx, flow, file, &selector),
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}

fn template(ctx: &Ctx<'_>, flow: &Valid, file: &str, selector: &Labels) -> PodTemplateSpec {
    let mut annotations = Labels::from([(CONFIG.to_owned(), digest(&Value::from(file)))]);
    if let Some(wish) = &flow.control.restart {
        annotations.insert(RESTARTED.to_owned(), wish.clone());
    }
    let mut labels = flow.labels.clone();
    labels.extend(selector.clone());
    let own = Pod {
        labels: &labels,
        selector,
        annotations,
        user: USER,
        grace_seconds: GRACE_SECONDS,
        container: container(ctx, flow),
        beforehand: Vec::new(),
        volumes: volumes(flow),
    };
    // It is said whose account it is even where it is nobody's own: of one that is left out the API
    // server keeps what was there before, by the older of the two names of the field.
    let account = match flow.checkpoint {
        true => names::account(&flow.name),
        false => "default".to_owned(),
    };
    let parts = PodParts { service_account: Some(account), ..flow.pod.clone() };
    let mut template = pod::template(own, &parts);
    if let Some(spec) = template.spec.as_mut().filter(|_| flow.checkpoint) {
        // It notes how far it is by the API server.
        spec.automount_service_account_token = Some(true);
    }
    template
}

fn container(ctx: &Ctx<'_>, flow: &Valid) -> Container {
    let asks = |page: &str, period: i32, failures: i32| Probe {
        period_seconds: Some(period),
        failure_threshold: Some(failures),
        timeout_seconds: Some(5),
        ..http(page, "metrics")
    };
    let args = [
        format!("--spec-path={}/{}", names::FOLDER, names::FILE),
        format!("--namespace={}", flow.namespace),
        format!("--name={}", flow.name),
    ];
    let level = ctx.settings.get(&image::PROCESSOR_LOG_LEVEL);
    Container {
        name: names::CONTAINER.to_owned(),
        image: Some(image::image(ctx, flow.image.as_deref(), flow.version.as_deref())),
        // What upstream's operator has left behind has a command, which would stay.
        command: Some(vec![names::PROGRAM.to_owned()]),
        args: Some(args.to_vec()),
        env: Some(vec![k8s::env("LOG_LEVEL", level)]),
        ports: Some(vec![k8s::container_port("metrics", names::METRICS_PORT.into())]),
        startup_probe: Some(asks("/livez", 5, 60)),
        liveness_probe: Some(asks("/livez", 30, 3)),
        readiness_probe: Some(asks("/readyz", 10, 3)),
        volume_mounts: Some(mounts(flow)),
        ..Container::default()
    }
}

/// The keys of each Secret that the flow refers to.
fn secrets(flow: &Valid) -> BTreeMap<&str, Vec<&str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in flow.meaning.stores().flat_map(|store| &store.secrets) {
        let keys = all.entry(&one.name).or_default();
        if let Err(place) = keys.binary_search(&one.key.as_str()) {
            keys.insert(place, &one.key);
        }
    }
    all
}

fn mounts(flow: &Valid) -> Vec<VolumeMount> {
    let of_secret = |(nth, name): (usize, &str)| {
        k8s::read_only_mount(&format!("secret-{nth}"), &format!("{}/{name}", names::SECRETS))
    };
    let spec = k8s::read_only_mount("spec", names::FOLDER);
    std::iter::once(spec).chain(secrets(flow).into_keys().enumerate().map(of_secret)).collect()
}

fn volumes(flow: &Valid) -> Vec<Volume> {
    // The group of the pod may read them, and nobody else.
    let of_secret = |(nth, (name, keys)): (usize, (&str, Vec<&str>))| {
        k8s::secret_volume(format!("secret-{nth}"), name, &keys, Some(0o440))
    };
    let spec = k8s::config_map_volume("spec", names::spec(&flow.name));
    std::iter::once(spec).chain(secrets(flow).into_iter().enumerate().map(of_secret)).collect()
}
