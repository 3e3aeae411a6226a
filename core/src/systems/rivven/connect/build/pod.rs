//! The pod of a worker: the program with its file, and before it the program's own `validate`.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Container, EmptyDirVolumeSource, PodTemplateSpec, Probe, Volume};

use super::file::FILE;
use crate::{
    k8s,
    label::{CONNECTORS, Labels, PARTITIONS, RESTARTED, RESTARTED_CONNECTOR, WORKER, pairs},
    systems::rivven::{
        connect::{Valid, connectors::Wired, running::Running, secrets::folder, task::Task},
        names,
    },
    workload::{
        pod::{self, Pod},
        probes::http,
    },
};

/// The user of the published image.
const USER: i64 = 65532;
/// The program hears no SIGTERM and ends by SIGKILL, however long it is waited for.
const GRACE_SECONDS: i64 = 5;
/// Where the file is mounted.
const CONFIG_DIR: &str = "/config";
/// Where connectors may write.
const DATA_DIR: &str = "/data";

/// The template of the pod of a worker, with these annotations more.
pub(super) fn template(connect: &Valid, task: &Task<'_>, more: Labels) -> PodTemplateSpec {
    let running = &task.running;
    let mut annotations = more;
    annotations.insert(CONNECTORS.to_owned(), names_of(running));
    if let Some(wish) = &connect.control.restart {
        annotations.insert(RESTARTED.to_owned(), wish.clone());
    }
    if !task.partitions.is_empty() {
        annotations.insert(PARTITIONS.to_owned(), pairs(&task.partitions));
    }
    let own = |name: &String| running.iter().any(|one| one.wired.name == *name);
    let restarts = pairs(connect.restarts.iter().filter(|(name, _)| own(name)));
    if !restarts.is_empty() {
        annotations.insert(RESTARTED_CONNECTOR.to_owned(), restarts);
    }
    let worker = Pod {
        labels: &of_worker(&connect.labels, task),
        // They keep away from each other.
        selector: &connect.selector,
        annotations,
        user: USER,
        grace_seconds: GRACE_SECONDS,
        container: worker(connect, running),
        beforehand: vec![program(connect, running, names::VALIDATE, "validate")],
        volumes: volumes(task),
    };
    pod::template(worker, &connect.pod)
}

/// Labels of the resource, as one worker has them.
pub(super) fn of_worker(labels: &Labels, task: &Task<'_>) -> Labels {
    let mut labels = labels.clone();
    labels.insert(WORKER.to_owned(), task.name.clone());
    labels
}

/// In order, so that nothing is started anew where they are only written in another one.
fn names_of(running: &[Running<'_>]) -> String {
    let names: BTreeSet<&str> = running.iter().map(|one| one.wired.name.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(",")
}

fn worker(connect: &Valid, running: &[Running<'_>]) -> Container {
    let mut ports = vec![k8s::container_port("http", i32::from(connect.health_port))];
    if let Some(port) = connect.metrics_port {
        ports.push(k8s::container_port("metrics", i32::from(port)));
    }
    // `/health` and `/ready` of the release never answer well: nothing tells it that all is well.
    let lives = |seconds: i32| Probe {
        period_seconds: Some(seconds),
        timeout_seconds: Some(5),
        ..http("/live", "http")
    };
    Container {
        liveness_probe: Some(lives(10)),
        ports: Some(ports),
        readiness_probe: Some(lives(5)),
        ..program(connect, running, names::WORKER, "run")
    }
}

/// The program with its file, told to do this. The file comes first: behind the command the program
/// knows no such argument.
fn program(connect: &Valid, running: &[Running<'_>], name: &str, command: &str) -> Container {
    let mut env = vec![k8s::env("RUST_LOG", &connect.log_level)];
    let variables = running.iter().flat_map(|one| &one.wired.variables);
    env.extend(variables.map(|one| k8s::env_from_secret(&one.name, &one.secret, &one.key)));
    let secrets = with_files(running);
    let of_secret =
        |(volume, one): (String, &Wired)| k8s::read_only_mount(&volume, &folder(&one.name));
    let args = ["--config", &format!("{CONFIG_DIR}/{FILE}"), command];
    Container {
        name: name.to_owned(),
        image: Some(connect.image.clone()),
        args: Some(args.map(str::to_owned).to_vec()),
        env: Some(env),
        volume_mounts: Some(
            [k8s::read_only_mount("config", CONFIG_DIR), k8s::mount("data", DATA_DIR)]
                .into_iter()
                .chain(secrets.map(of_secret))
                .collect(),
        ),
        ..Container::default()
    }
}

/// The connectors that want files, each with the name of its volume.
fn with_files<'a>(running: &[Running<'a>]) -> impl Iterator<Item = (String, &'a Wired)> {
    let mut all: Vec<&Wired> = running.iter().map(|one| one.wired).collect();
    all.retain(|one| one.files.is_some());
    // However they are ordered in the spec, nothing is started anew for it.
    all.sort_by_key(|one| &one.name);
    all.into_iter().enumerate().map(|(nth, one)| (format!("secret-{nth}"), one))
}

fn files_of((volume, wired): (String, &Wired)) -> Option<Volume> {
    let (secret, keys) = wired.files.as_ref()?;
    Some(k8s::secret_volume(volume, secret, keys, None))
}

fn volumes(task: &Task<'_>) -> Vec<Volume> {
    let own = [
        k8s::config_map_volume("config", names::worker_config(&task.name)),
        Volume {
            name: "data".to_owned(),
            empty_dir: Some(EmptyDirVolumeSource::default()),
            ..Volume::default()
        },
    ];
    own.into_iter().chain(with_files(&task.running).filter_map(files_of)).collect()
}
