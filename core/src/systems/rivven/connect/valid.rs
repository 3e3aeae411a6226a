//! A RivvenConnect whose fields have been checked.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube_core::ResourceExt as _;
use serde_json::Number;

use super::{
    api::{ConnectPhase, ConnectorStatus, LogLevel, RivvenConnect, Settings},
    connectors::{Wired, wired},
    inert, selector_labels,
};
use crate::{
    annotations::{self, Control},
    connector::Node,
    field::{Cause, Errors, Path},
    inert::{Idle, set_without_effect},
    k8s,
    label::{self, Labels, RESTART_CONNECTOR},
    observed::Ref,
    owner::owner,
    systems::rivven::{
        cluster::RivvenCluster,
        image, names,
        release::{self, Release},
        rules,
    },
    workload::parts::PodParts,
};

/// A RivvenConnect whose fields have been checked, every default filled in.
#[derive(Clone, Debug)]
pub struct Valid {
    pub(super) name: String,
    pub(super) namespace: String,
    owner: OwnerReference,
    pub(super) labels: Labels,
    pub(super) selector: Labels,
    pub(super) control: Control,
    /// The connectors whose workers are started anew once for each new value, by their names.
    pub(super) restarts: BTreeMap<String, String>,
    pub(super) cluster: Ref,
    pub(super) release: Release,
    /// Whether the release is one that was measured.
    pub(super) measured: bool,
    pub(super) image: String,
    /// How many workers share the connectors.
    pub(super) replicas: usize,
    pub(super) pod: PodParts,
    pub(super) log_level: &'static str,
    pub(super) health_port: u16,
    pub(super) metrics_port: Option<u16>,
    /// The part of the file that all connectors have in common.
    pub(super) settings: Node,
    /// Whether the brokers are to speak TLS.
    pub(super) tls: bool,
    pub(super) connectors: Vec<Wired>,
    /// What has no effect.
    pub(super) idle: Vec<Idle>,
    /// What was told of each connector.
    pub(super) before: Vec<ConnectorStatus>,
    /// Whether a worker ran when the status was written.
    pub(super) ran: bool,
}

impl Valid {
    /// The uid of the resource, which its objects bear.
    pub(super) fn uid(&self) -> &str {
        &self.owner.uid
    }

    /// The metadata of an object of this name that belongs to it.
    pub(super) fn meta(&self, name: String) -> ObjectMeta {
        k8s::meta(&self.owner, &self.namespace, name, self.labels.clone())
    }

    /// What was told of a connector.
    pub(super) fn before(&self, connector: &str) -> Option<&ConnectorStatus> {
        self.before.iter().find(|one| one.name == connector)
    }

    /// The connectors that are to run and forget how far they have come.
    pub(super) fn forgetful(&self) -> impl Iterator<Item = &Wired> {
        self.connectors.iter().filter(|one| one.runs() && one.forgets)
    }

    /// Whether one of these forgets how far it has come, be it to run or not: one that is disabled
    /// loses what changes until it is enabled again, and one that is taken out, or called
    /// otherwise, loses what changes from then on, or until it runs under its other name.
    pub(super) fn forgets(&self, these: impl Fn(&str) -> bool) -> bool {
        let left = |one: &&ConnectorStatus| !self.connectors.iter().any(|own| own.name == one.name);
        let gone = self.before.iter().filter(left);
        self.connectors.iter().any(|one| one.forgets && these(&one.name))
            || gone.into_iter().any(|one| one.loses_changes == Some(true) && these(&one.name))
    }
}

/// The cluster that a resource refers to, which need not be valid.
pub(super) fn cluster_of(connect: &RivvenConnect) -> Ref {
    let own = connect.namespace().unwrap_or_default();
    let wanted = &connect.spec.cluster_ref;
    Ref::to::<RivvenCluster>(wanted.namespace.as_ref().unwrap_or(&own), &wanted.name)
}

/// Checks what the schema cannot say.
pub(super) fn accept(connect: &RivvenConnect) -> Result<Valid, Errors> {
    let mut errors = Errors::default();
    let control = Control::of(&connect.metadata, &[], &[RESTART_CONNECTOR], &mut errors);
    let (spec, name) = (&connect.spec, connect.name_any());
    let namespace = connect.namespace().unwrap_or_default();
    let connectors = wired(connect, &mut errors);
    let restarts = restarts(connect, &mut errors);
    let version = spec.version.as_deref();
    let (release, measured, image) =
        image::program(spec.image.as_deref(), version, release::CONNECT_IMAGE);
    let selector = selector_labels(&name);
    let none = Settings::default();
    let given = spec.settings.as_ref().unwrap_or(&none);
    let (health_port, metrics_port) = ports(given);
    let level = spec.config.as_ref().and_then(|config| config.log_level);
    let phase = connect.status.as_ref().map(|status| status.phase);
    errors.or(Valid {
        labels: label::recommended(&selector),
        selector,
        owner: owner(connect),
        control,
        cluster: cluster_of(connect),
        release,
        measured,
        image,
        replicas: spec.replicas.and_then(|many| many.try_into().ok()).unwrap_or(1).max(1),
        pod: PodParts::of(connect),
        log_level: level.map_or("info", LogLevel::as_str),
        health_port,
        metrics_port,
        settings: settings(given, health_port, metrics_port),
        tls: spec.tls.as_ref().is_some_and(|tls| tls.enabled == Some(true)) && !release.tls,
        idle: idle(connect, &connectors, &restarts),
        restarts,
        connectors,
        before: connect
            .status
            .as_ref()
            .map(|status| status.connector_statuses.clone())
            .unwrap_or_default(),
        ran: matches!(phase, Some(ConnectPhase::Running | ConnectPhase::Degraded)),
        namespace,
        name,
    })
}

/// The connectors that an annotation asks to restart. What is left over from one that is gone asks
/// for nothing. What is wrong with it is added to the errors.
fn restarts(connect: &RivvenConnect, errors: &mut Errors) -> BTreeMap<String, String> {
    let given = connect.metadata.annotations.as_ref().and_then(|all| all.get(RESTART_CONNECTOR));
    let mut all = BTreeMap::new();
    let parts = given.into_iter().flat_map(|all| all.split(',')).map(str::trim);
    for one in parts.filter(|part| !part.is_empty()) {
        let at = || annotations::path(RESTART_CONNECTOR);
        let Some((name, value)) = one.split_once('=').filter(|(_, value)| !value.is_empty()) else {
            let cause = Cause::Invalid(one.to_owned(), "must be NAME=VALUE".to_owned());
            let remedy = "write the connector's name and a value that is new for each restart, \
                          such as orders=1";
            errors.push(at(), cause, remedy);
            continue;
        };
        all.insert(name.to_owned(), value.to_owned());
    }
    all
}

/// Where the worker tells whether it lives, and its figures if it does.
fn ports(settings: &Settings) -> (u16, Option<u16>) {
    let (health, metrics) = names::WORKER_PORTS;
    let or = |port: Option<i32>, default| port.and_then(|it| it.try_into().ok()).unwrap_or(default);
    let given = settings.metrics.as_ref();
    let offered = given.filter(|metrics| metrics.enabled == Some(true));
    (
        or(settings.health.as_ref().and_then(|health| health.port), health),
        offered.map(|given| or(given.port, metrics)),
    )
}

/// Every one is written, so that the program's own defaults are of no account.
fn settings(given: &Settings, health: u16, metrics: Option<u16>) -> Node {
    let topic = given.topic.clone().unwrap_or_default();
    let retry = given.retry.clone().unwrap_or_default();
    let factor = retry.backoff_multiplier.and_then(Number::from_f64);
    let mut figures = vec![("enabled".to_owned(), Node::Bool(metrics.is_some()))];
    figures.extend(metrics.map(|port| ("port".to_owned(), Node::whole(port))));
    Node::map([
        (
            "topic",
            Node::map([
                ("auto_create", Node::Bool(topic.auto_create.unwrap_or(true))),
                ("default_partitions", Node::whole(topic.default_partitions.unwrap_or(1))),
                ("require_topic_exists", Node::Bool(topic.require_topic_exists.unwrap_or(true))),
            ]),
        ),
        (
            "retry",
            Node::map([
                ("max_retries", Node::whole(retry.max_retries.unwrap_or(10))),
                ("initial_backoff_ms", Node::whole(retry.initial_backoff_ms.unwrap_or(100))),
                ("max_backoff_ms", Node::whole(retry.max_backoff_ms.unwrap_or(30_000))),
                ("backoff_multiplier", factor.map_or_else(double, Node::Number)),
            ]),
        ),
        ("health", Node::map([("enabled", Node::Bool(true)), ("port", Node::whole(health))])),
        ("metrics", Node::Map(figures.into_iter().collect())),
    ])
}

fn double() -> Node {
    Number::from_f64(2.0).map_or(Node::Null, Node::Number)
}

/// What of the spec has no effect: the table's fields that are set, a version beside an image that
/// says itself which one it is, and keys of connectors, each by its path.
pub(super) fn without_effect(connect: &RivvenConnect) -> Vec<Idle> {
    let mut errors = Errors::default();
    idle(connect, &wired(connect, &mut errors), &restarts(connect, &mut errors))
}

fn idle(
    connect: &RivvenConnect,
    connectors: &[Wired],
    restarts: &BTreeMap<String, String>,
) -> Vec<Idle> {
    let spec = &connect.spec;
    // The page is always there: only another wish is in vain.
    let health = spec.settings.as_ref().and_then(|settings| settings.health.as_ref());
    let silent = health.is_some_and(|health| health.enabled == Some(false));
    let met = |path: &Path| path.to_string() == "spec.settings.health.enabled" && !silent;
    let set = set_without_effect(spec, inert::INERT).into_iter();
    let mut idle: Vec<Idle> = set.filter(|one| !met(&one.path)).collect();
    idle.extend(image::says_beside(spec.image.as_deref(), spec.version.as_deref()));
    idle.extend(connectors.iter().flat_map(|one| one.ignored.iter().cloned()));
    let gone = restarts.keys().filter(|name| !connectors.iter().any(|one| one.name == **name));
    idle.extend(gone.map(|name| Idle {
        path: annotations::path(RESTART_CONNECTOR),
        why: format!("no connector is called {name}.").into(),
    }));
    idle
}

/// The secrets that are written down.
pub(super) fn secrets(connect: &RivvenConnect) -> Vec<Path> {
    let held = wired(connect, &mut Errors::default()).into_iter().flat_map(|one| one.held);
    held.filter(|held| *held.rule == rules::CON_54).map(|held| held.path).collect()
}
