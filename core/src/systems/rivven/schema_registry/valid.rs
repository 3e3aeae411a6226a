//! A RivvenSchemaRegistry whose fields have been checked.

use std::{collections::BTreeMap, net::IpAddr};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube_core::ResourceExt as _;

use super::{
    api::{Context, Level, RivvenSchemaRegistry, StorageMode},
    gates, inert, selector_labels, validation,
};
use crate::{
    annotations::{Control, switch},
    condition::EventKind,
    field::{Errors, Path},
    inert::{Idle, set_without_effect},
    k8s::{self, api::Phase},
    kind::was_in_sync,
    label::{self, KEEP_CLOSED, Labels},
    observed::Ref,
    owner::{own_ref, owner},
    plan::Event,
    systems::rivven::{
        cluster::RivvenCluster,
        image,
        registry::{DEFAULT_LEVEL, Rule},
        release::{self, Release},
    },
    workload::{parts::PodParts, probes::Probing},
};

/// A RivvenSchemaRegistry whose fields have been checked, every default filled in.
#[derive(Clone, Debug)]
pub struct Valid {
    pub(super) own: Ref,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) cluster: Ref,
    owner: OwnerReference,
    labels: Labels,
    pub(super) selector: Labels,
    pub(super) control: Control,
    /// Whether clients are not let in when it has started.
    pub(super) kept_closed: bool,
    /// How many are asked for.
    pub(super) replicas: i32,
    pub(super) release: Release,
    /// Whether the release is one that was measured.
    pub(super) measured: bool,
    pub(super) image: String,
    pub(super) pod: PodParts,
    pub(super) address: IpAddr,
    pub(super) port: u16,
    /// Whether schemas are to outlive the registry.
    pub(super) to_last: bool,
    /// The level of subjects that have none of their own.
    pub(super) level: &'static str,
    /// The levels of subjects that have one.
    pub(super) subjects: BTreeMap<String, &'static str>,
    /// Whether other subjects may have levels of their own.
    pub(super) overrides: Overrides,
    /// The levels of subjects that were told.
    pub(super) levels_before: BTreeMap<String, String>,
    pub(super) contexts: Vec<Context>,
    /// The rules that schemas are checked by.
    pub(super) rules: Vec<Rule>,
    /// The fields that ask for security that the release cannot provide.
    pub(super) unsupported_security: Vec<&'static str>,
    pub(super) liveness: Option<Probing>,
    pub(super) readiness: Option<Probing>,
    /// Whether there is a budget.
    pub(super) budget: bool,
    /// Whether it was ready when the status was written.
    pub(super) served: bool,
    /// Whether everything that this very generation asks for was in force then.
    pub(super) in_sync: bool,
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

    /// Something that people are told of it.
    pub(super) fn event(&self, kind: EventKind, reason: &'static str, note: String) -> Event {
        Event { kind, reason, note, regarding: self.own.clone(), related: None }
    }

    /// The labels of everything that belongs to it.
    pub(super) fn labels(&self) -> &Labels {
        &self.labels
    }
}

/// What becomes of the levels of subjects that a resource does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overrides {
    /// They stay.
    Left,
    /// They become that of all.
    Refused,
}

/// The cluster that a resource refers to, which need not be valid.
pub(super) fn cluster_of(registry: &RivvenSchemaRegistry) -> Ref {
    let own = registry.namespace().unwrap_or_default();
    let wanted = &registry.spec.cluster_ref;
    Ref::to::<RivvenCluster>(wanted.namespace.as_ref().unwrap_or(&own), &wanted.name)
}

/// Checks what the schema cannot say.
pub(super) fn accept(registry: &RivvenSchemaRegistry) -> Result<Valid, Errors> {
    let mut errors = Errors::default();
    let meta = &registry.metadata;
    let control = Control::of(meta, &[gates::SCHEMAS_KEPT], &[KEEP_CLOSED], &mut errors);
    let kept_closed = switch(meta, KEEP_CLOSED, true, &mut errors);
    let (spec, name) = (&registry.spec, registry.name_any());
    let (release, measured, image) =
        image::program(spec.image.as_deref(), spec.version.as_deref(), release::SCHEMA_IMAGE);
    let selector = selector_labels(&name);
    let server = spec.server.as_ref();
    let address = server.and_then(|it| it.bind_address.as_ref()?.parse().ok());
    let compatibility = spec.compatibility.as_ref();
    let level = compatibility.and_then(|it| it.default_level);
    let subjects = compatibility.and_then(|it| it.per_subject.as_ref()).into_iter().flatten();
    let contexts = spec.contexts.as_ref().filter(|it| it.enabled == Some(true));
    let budget = spec.pod_disruption_budget.as_ref();
    let mode = spec.storage.as_ref().and_then(|it| it.mode);
    errors.or(Valid {
        own: own_ref::<super::SchemaRegistry>(registry),
        namespace: registry.namespace().unwrap_or_default(),
        cluster: cluster_of(registry),
        owner: owner(registry),
        labels: label::recommended(&selector),
        selector,
        control,
        kept_closed,
        replicas: spec.replicas.unwrap_or(1),
        release,
        measured,
        image,
        pod: PodParts::of(registry),
        address: address.unwrap_or(IpAddr::from([0, 0, 0, 0])),
        port: spec.port(),
        to_last: mode != Some(StorageMode::Memory),
        level: level.map_or(DEFAULT_LEVEL, Level::as_str),
        subjects: subjects.map(|(subject, level)| (subject.clone(), level.as_str())).collect(),
        rules: validation::wanted(spec.validation.as_ref()),
        overrides: match compatibility.and_then(|it| it.allow_overrides) {
            Some(false) => Overrides::Refused,
            Some(true) | None => Overrides::Left,
        },
        levels_before: registry
            .status
            .as_ref()
            .map(|it| it.subject_levels.clone())
            .unwrap_or_default(),
        contexts: contexts.and_then(|it| it.predefined.clone()).unwrap_or_default(),
        unsupported_security: unsupported(registry),
        liveness: Probing::of(spec.liveness_probe.as_ref()),
        readiness: Probing::of(spec.readiness_probe.as_ref()),
        budget: budget.and_then(|it| it.enabled) != Some(false),
        in_sync: was_in_sync(registry),
        served: registry.status.as_ref().is_some_and(|it| it.phase == Phase::Running),
        name,
    })
}

/// The fields that ask for security that no release provides.
fn unsupported(registry: &RivvenSchemaRegistry) -> Vec<&'static str> {
    let spec = &registry.spec;
    let auth = spec.auth.as_ref().is_some_and(|it| it.enabled == Some(true));
    let tls = spec.tls.as_ref().is_some_and(|it| it.enabled == Some(true));
    let asked = [("spec.auth.enabled", auth), ("spec.tls.enabled", tls)];
    asked.into_iter().filter(|(_, asked)| *asked).map(|(path, _)| path).collect()
}

/// Fields without effect that ask for no more than is so without them.
fn met(registry: &RivvenSchemaRegistry) -> Vec<&'static str> {
    let spec = &registry.spec;
    let formats = spec.formats.as_ref().is_some_and(|it| {
        let all = [it.avro, it.json_schema, it.protobuf, it.strict_validation];
        !all.contains(&Some(false))
    });
    let cors = spec.server.as_ref().is_some_and(|it| it.cors_enabled == Some(false));
    let normal = spec.storage.as_ref().is_some_and(|it| it.normalize == Some(true));
    let memory = spec.storage.as_ref().is_some_and(|it| it.mode == Some(StorageMode::Memory));
    let figures = spec.metrics.as_ref().is_some_and(|it| it.enabled == Some(false));
    let other = spec.external_registry.as_ref().is_some_and(|it| it.enabled != Some(true));
    let all = [
        ("spec.formats", formats),
        ("spec.server.corsEnabled", cors),
        ("spec.storage.mode", memory),
        ("spec.storage.normalize", normal),
        ("spec.replicas", spec.replicas == Some(1)),
        ("spec.metrics", figures),
        ("spec.externalRegistry", other),
    ];
    all.into_iter().filter(|(_, met)| *met).map(|(path, _)| path).collect()
}

/// What of the spec has no effect: the table's fields that are set, contexts that are not enabled,
/// and a version beside an image that says itself which one it is.
pub(super) fn without_effect(registry: &RivvenSchemaRegistry) -> Vec<Idle> {
    let spec = &registry.spec;
    let met = met(registry);
    let set = set_without_effect(spec, inert::INERT).into_iter();
    let mut idle: Vec<Idle> = set.filter(|one| !met.contains(&&*one.path.to_string())).collect();
    let contexts = spec.contexts.as_ref().filter(|it| it.enabled != Some(true));
    if contexts.and_then(|it| it.predefined.as_ref()).is_some_and(|all| !all.is_empty()) {
        let path = Path::dotted("spec.contexts.predefined");
        idle.push(Idle { path, why: "spec.contexts.enabled is not true.".into() });
    }
    let rules = spec.validation.as_ref().filter(|it| it.enabled != Some(true));
    if rules.is_some_and(|it| it.rules.is_some() || it.max_schema_size.is_some()) {
        let path = Path::dotted("spec.validation");
        idle.push(Idle { path, why: "spec.validation.enabled is not true.".into() });
    }
    idle.extend(image::says_beside(spec.image.as_deref(), spec.version.as_deref()));
    idle
}
