//! What one cluster can be judged by, on its own.
//!
//! Rules about change are few: only what names the data may not move. Sizes and numbers that
//! cannot go down are the reconciler's to refuse, which can say why and what to do; a rule would
//! also refuse going back to a value that never took effect.

use super::api::{RivvenCluster, ServiceType, Tls};
use crate::{
    check::{Check, Judge},
    field::Path,
    k8s::pod::{self, annotations, lists, resources},
    systems::rivven::names,
    workload::checks::{self as pods, has_pods, restricted},
};

/// The rules, in the order of their ids.
pub(super) const CHECKS: &[Check<RivvenCluster>] = &[
    Check::new(
        "CLU-01",
        "",
        "size(self.metadata.name) <= 45 && !self.metadata.name.contains('.')",
        "metadata.name must have at most 45 characters and no dots, so that the names of pods and \
         Services made from it are valid",
        |cluster, judge| {
            let name = cluster.metadata.name.as_deref().unwrap_or_default();
            let fits = name.len() <= names::CLUSTER_NAME_MAX && !name.contains('.');
            let must = "must have at most 45 characters and no dots";
            judge.ensure(fits, name_path(judge), name, must, "choose a shorter name, without dots");
        },
    ),
    Check::new(
        "CLU-02",
        "",
        "!self.metadata.name.startsWith('connect-') && !self.metadata.name.startsWith('schema-') \
         && self.metadata.name != 'connect' && self.metadata.name != 'schema' \
         && !self.metadata.name.endsWith('-headless')",
        "metadata.name must not be connect or schema, nor begin with connect- or schema-, nor end \
         with -headless: objects of other resources have such names",
        |cluster, judge| {
            let name = cluster.metadata.name.as_deref().unwrap_or_default();
            let longer = format!("{name}-");
            let reserved = names::RESERVED_PREFIXES.iter().any(|one| longer.starts_with(one))
                || name.ends_with(names::RESERVED_SUFFIX);
            let must = "must not be connect or schema, nor begin with connect- or schema-, nor end \
                        with -headless";
            let remedy = "choose another name, objects of other resources are called so";
            judge.ensure(!reserved, name_path(judge), name, must, remedy);
        },
    ),
    Check::new(
        "CLU-03",
        "spec.tls",
        "!has(self.enabled) || !self.enabled || has(self.certSecretName)",
        "certSecretName is required when tls is enabled",
        |cluster, judge| {
            let Some(tls) = &cluster.spec.tls else { return };
            if tls.enabled == Some(true) && tls.cert_secret_name.is_none() {
                let remedy = "name the Secret that holds tls.crt and tls.key";
                judge.required(judge.child("certSecretName"), remedy);
            }
        },
    ),
    Check::new(
        "CLU-04",
        "spec.tls",
        "!has(self.mtlsEnabled) || !self.mtlsEnabled \
         || (has(self.enabled) && self.enabled && has(self.caSecretName))",
        "mtlsEnabled requires enabled and caSecretName",
        |cluster, judge| {
            let mutual = |tls: &&Tls| tls.mtls_enabled == Some(true);
            let Some(tls) = cluster.spec.tls.as_ref().filter(mutual) else { return };
            let (at, must) = (judge.child("mtlsEnabled"), "needs tls.enabled");
            let enabled = tls.enabled == Some(true);
            judge.ensure(enabled, at, true, must, "set tls.enabled to true");
            if tls.ca_secret_name.is_none() {
                let remedy = "name the Secret that holds the clients' ca.crt";
                judge.required(judge.child("caSecretName"), remedy);
            }
        },
    ),
    Check::new(
        "CLU-05",
        "spec",
        "!has(self.config) || !has(self.config.defaultReplicationFactor) \
         || self.config.defaultReplicationFactor <= (has(self.replicas) ? self.replicas : 3)",
        "config.defaultReplicationFactor must not be more than replicas (3 when left out)",
        |cluster, judge| {
            let Some(config) = &cluster.spec.config else { return };
            let Some(copies) = config.default_replication_factor else { return };
            let replicas = cluster.spec.replicas.unwrap_or(3);
            let at = judge.child("config").child("defaultReplicationFactor");
            let must = format!("must be at most {replicas}, the number of replicas");
            let remedy = "lower it, or raise spec.replicas";
            judge.ensure(copies <= replicas, at, copies, &must, remedy);
        },
    ),
    Check::new(
        "CLU-06",
        "spec.config",
        "(has(self.raftElectionTimeoutMs) ? self.raftElectionTimeoutMs : 1000) \
         >= 3 * (has(self.raftHeartbeatIntervalMs) ? self.raftHeartbeatIntervalMs : 100)",
        "raftElectionTimeoutMs (1000 when left out) must be at least three times \
         raftHeartbeatIntervalMs (100 when left out)",
        |cluster, judge| {
            let Some(config) = &cluster.spec.config else { return };
            let election = config.raft_election_timeout_ms.unwrap_or(1000);
            let least = 3 * i64::from(config.raft_heartbeat_interval_ms.unwrap_or(100));
            let at = judge.child("raftElectionTimeoutMs");
            let must = format!("must be at least {least}, three heartbeats");
            let remedy = "raise it, or lower raftHeartbeatIntervalMs";
            judge.ensure(i64::from(election) >= least, at, election, &must, remedy);
        },
    ),
    Check::new(
        "CLU-07",
        "spec.config",
        "!has(self.raw) || self.raw.all(key, size(key) <= 128 \
         && !(key in ['command', 'args', 'image', 'securityContext', 'volumes']))",
        "raw holds settings of the broker, with names of at most 128 characters; command, args, \
         image, securityContext and volumes are none",
        |cluster, judge| {
            let raw = cluster.spec.config.as_ref().and_then(|config| config.raw.as_ref());
            let reserved = ["command", "args", "image", "securityContext", "volumes"];
            for key in raw.into_iter().flatten().map(|(key, _)| key) {
                let at = judge.child("raw").child(key);
                if reserved.contains(&key.as_str()) {
                    judge.forbidden(at.clone(), "it is no setting of the broker", "leave it out");
                }
                let fits = key.chars().count() <= 128;
                let must = "must be at most 128 characters";
                judge.ensure(fits, at, key, must, "no setting is called so");
            }
        },
    ),
    pods::liveness("CLU-08"),
    pods::budget("CLU-09"),
    Check::new(
        "CLU-10",
        "spec.env",
        "self.all(e, !e.name.startsWith('RIVVEN_') && !e.name.startsWith('LD_') \
         && !e.name.startsWith('DYLD_'))",
        "names must not begin with RIVVEN_ (use spec.config), LD_ or DYLD_",
        |cluster, judge| {
            for (index, variable) in cluster.spec.env.iter().flatten().enumerate() {
                let name = variable.name.as_str();
                if ["RIVVEN_", "LD_", "DYLD_"].iter().any(|prefix| name.starts_with(prefix)) {
                    let at = judge.at().index(index).child("name");
                    let why = format!("{name} is reserved");
                    judge.forbidden(at, &why, "use spec.config for the broker's settings");
                }
            }
        },
    ),
    pods::variables_once("CLU-11"),
    pods::label_prefixes("CLU-12"),
    pods::annotation_prefix("CLU-13"),
    restricted::pod::identity("CLU-14"),
    restricted::pod::profiles("CLU-15"),
    restricted::pod::selinux("CLU-16"),
    restricted::pod::sysctls("CLU-17"),
    restricted::pod::windows("CLU-18"),
    restricted::container::identity("CLU-19"),
    restricted::container::profiles("CLU-20"),
    restricted::container::selinux("CLU-21"),
    restricted::container::privileges("CLU-22"),
    restricted::container::capabilities("CLU-23"),
    restricted::container::windows("CLU-24"),
    Check::new(
        "CLU-25",
        "spec.metrics",
        "!has(self.port) || self.port != 9292",
        "port must not be 9292, which is the clients'",
        |cluster, judge| {
            let Some(port) = cluster.spec.metrics.as_ref().and_then(|it| it.port) else { return };
            let free = port != i32::from(names::CLIENT_PORT);
            let (at, must) = (judge.child("port"), "must not be the clients' port");
            judge.ensure(free, at, port, must, "choose another port, such as 9090");
        },
    ),
    Check::new(
        "CLU-26",
        "spec.auth",
        "!has(self.enabled) || !self.enabled || !has(self.mechanism) || self.mechanism != 'scram' \
         || (has(self.scram) && has(self.scram.existingSecret))",
        "scram.existingSecret is required for the mechanism scram",
        |cluster, judge| {
            let Some(auth) = &cluster.spec.auth else { return };
            let scram = auth.mechanism.is_some_and(|mechanism| mechanism.as_str() == "scram");
            let secret = auth.scram.as_ref().and_then(|scram| scram.existing_secret.as_ref());
            if auth.enabled == Some(true) && scram && secret.is_none() {
                let at = judge.child("scram").child("existingSecret");
                judge.required(at, "name the Secret that holds the users");
            }
        },
    ),
    // At the parent of the parent: a rule at the field, or at storage, is not asked when the field
    // or all of storage comes or goes.
    Check::of_change(
        "CLU-27",
        "spec",
        "(has(self.storage) && has(self.storage.storageClassName) \
         ? self.storage.storageClassName : '') \
         == (has(oldSelf.storage) && has(oldSelf.storage.storageClassName) \
         ? oldSelf.storage.storageClassName : '')",
        "storage.storageClassName cannot be changed, added or removed: volumes do not move",
        |old, new, judge| {
            let class = |cluster: &RivvenCluster| {
                let storage = cluster.spec.storage.as_ref();
                // The seeds' empty string is the default class, and so is none.
                let class = storage.and_then(|storage| storage.storage_class_name.clone());
                class.filter(|class| !class.is_empty())
            };
            if class(old) != class(new) {
                let at = judge.child("storage").child("storageClassName");
                let why = "it cannot be changed, added or removed";
                judge.forbidden(at, why, "set it back, or move the topics to a new cluster");
            }
        },
    ),
    pods::limits("CLU-28"),
    Check::new(
        "CLU-29",
        "spec.storage",
        "!has(self.size) || quantity(string(self.size)).isGreaterThan(quantity('0'))",
        "size must be more than nothing",
        |cluster, judge| {
            let size = cluster.spec.storage.as_ref().and_then(|storage| storage.size.as_ref());
            let Some(size) = size else { return };
            let (at, must) = (judge.child("size"), "must be more than nothing");
            judge.ensure(!size.is_zero(), at, size, must, "write a size such as 10Gi");
        },
    ),
    pods::tolerations("CLU-30"),
    pods::spread("CLU-31"),
    pods::variable_sources("CLU-32"),
    pods::pull_secrets("CLU-33"),
    Check::new(
        "CLU-34",
        "spec.storage.accessModes",
        "!('ReadWriteOncePod' in self) || self.all(mode, mode == 'ReadWriteOncePod')",
        "ReadWriteOncePod must be the only access mode",
        |cluster, judge| {
            let modes = cluster.spec.storage.as_ref().and_then(|it| it.access_modes.as_ref());
            let modes: Vec<_> = modes.into_iter().flatten().map(|mode| mode.as_str()).collect();
            lists::access_modes(&modes, &judge.at(), judge);
        },
    ),
    Check::new(
        "CLU-35",
        "spec",
        "!has(self.service) || !has(self.service.port) \
         || (has(self.metrics) && has(self.metrics.enabled) && !self.metrics.enabled) \
         || self.service.port != (has(self.metrics) && has(self.metrics.port) \
         ? self.metrics.port : 9090)",
        "service.port must not be metrics.port (9090 when left out)",
        |cluster, judge| {
            let Some(service) = &cluster.spec.service else { return };
            let metrics = cluster.spec.metrics.as_ref();
            let offered = metrics.is_none_or(|metrics| metrics.enabled != Some(false));
            let port = metrics.and_then(|metrics| metrics.port);
            let port = offered.then(|| port.unwrap_or_else(|| i32::from(names::API_PORT)));
            lists::ports(service.port, port, &judge.child("service").child("port"), judge);
        },
    ),
    pods::pod_profiles("CLU-36"),
    pods::container_profiles("CLU-37"),
    pods::kernel_parameters("CLU-38"),
    pods::node_affinity("CLU-39"),
    pods::pod_affinity("CLU-40"),
    pods::spread_selectors("CLU-41"),
    pods::node_selector("CLU-42"),
    pods::pod_labels("CLU-43"),
    pods::pod_annotations("CLU-44"),
    Check::here(
        "CLU-45",
        "spec.service.annotations",
        "the keys of service.annotations are those of annotations, and all of them have at most \
         256 KiB",
        |cluster, judge| {
            let Some(service) = &cluster.spec.service else { return };
            let Some(given) = &service.annotations else { return };
            let balanced = service.type_ == Some(ServiceType::LoadBalancer);
            annotations::of_service(given, balanced, &judge.at(), judge);
        },
    ),
    Check::here(
        "CLU-46",
        "spec.metrics.serviceMonitor.labels",
        "the keys of serviceMonitor.labels are those of labels",
        |cluster, judge| {
            let metrics = cluster.spec.metrics.as_ref();
            let monitor = metrics.and_then(|metrics| metrics.service_monitor.as_ref());
            let labels = monitor.and_then(|monitor| monitor.labels.as_ref());
            pod::keys(labels.into_iter().flatten().map(|(key, _)| key), &judge.at(), judge);
        },
    ),
    pods::resources("CLU-47"),
    pods::variable_fields("CLU-48"),
    pods::image("CLU-49"),
    Check::here(
        "CLU-50",
        "spec",
        "memory and volumes come in whole bytes, and in no fewer than 1Mi",
        |cluster, judge| {
            let storage = cluster.spec.storage.as_ref();
            if let Some(size) = storage.and_then(|storage| storage.size.as_ref()) {
                resources::amount(size, judge.child("storage").child("size"), judge);
            }
            let Some(all) = &cluster.spec.resources else { return };
            for (field, amounts) in [("requests", &all.requests), ("limits", &all.limits)] {
                if let Some(memory) = amounts.as_ref().and_then(|amounts| amounts.get("memory")) {
                    let at = judge.child("resources").child(field).child("memory");
                    resources::amount(memory, at, judge);
                }
            }
        },
    ),
];

fn name_path(judge: &Judge<'_>) -> Path {
    judge.child("metadata").child("name")
}

has_pods!(RivvenCluster, names::CONTAINER, liveness_probe, pod_disruption_budget);
