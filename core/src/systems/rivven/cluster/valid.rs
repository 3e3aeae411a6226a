//! A cluster whose fields have been checked.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube_core::ResourceExt as _;

use super::{
    Cluster, RivvenClusterStatus,
    api::{self, DeletionPolicy, Phase, RivvenCluster, RivvenClusterSpec},
    brokers::{Whose, selector_labels},
    conditions as c, gates, inert, options,
};
use crate::{
    annotations::Control,
    condition::State,
    field::{Errors, Path},
    inert::{Idle, set_without_effect},
    k8s::{self, quantity::Quantity},
    label::{self, Labels},
    observed::Ref,
    owner::{own_ref, own_uid, owner},
    systems::rivven::{
        image, names,
        release::{self, Release},
    },
    workload::{
        budget::Budget, conditions::ROLLED_OUT_NOT, monitor::Monitor, parts::PodParts,
        probes::Probing,
    },
};

/// A cluster whose fields have been checked, every default filled in. Builders see this and nothing
/// else.
#[derive(Clone, Debug)]
pub struct Valid {
    pub(super) own: Ref,
    pub(super) uid: String,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) owner: OwnerReference,
    pub(super) labels: Labels,
    pub(super) selector: Labels,
    pub(super) control: Control,
    pub(super) replicas: u32,
    pub(super) release: Release,
    /// Whether the release is one that was measured.
    pub(super) measured: bool,
    pub(super) image: String,
    pub(super) size: Quantity,
    pub(super) class: Option<String>,
    pub(super) access_modes: Vec<String>,
    /// Whether claims go with the resource.
    pub(super) delete_claims: bool,
    pub(super) pod: PodParts,
    pub(super) default_partitions: i32,
    pub(super) replication_factor: u32,
    pub(super) segment_bytes: i64,
    pub(super) message_bytes: i64,
    /// Further variables of the broker, from `config.raw`.
    pub(super) tunables: BTreeMap<String, String>,
    /// The fields that ask for security that the release cannot provide.
    pub(super) unsupported_security: Vec<&'static str>,
    pub(super) metrics: bool,
    pub(super) api_port: u16,
    pub(super) whose: Whose,
    pub(super) monitor: Option<Monitor>,
    pub(super) budget: Option<Budget>,
    pub(super) liveness: Option<Probing>,
    pub(super) readiness: Option<Probing>,
    pub(super) service_type: String,
    pub(super) service_port: i32,
    pub(super) service_annotations: Option<Labels>,
    pub(super) before: Before,
}

impl Valid {
    /// The metadata of an object of this name that belongs to it.
    pub(super) fn meta(&self, name: String) -> ObjectMeta {
        k8s::meta(&self.owner, &self.namespace, name, self.labels.clone())
    }
}

/// What the last status told, where what is told now depends on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// A broker was ready: an outage is no beginning.
    pub(super) served: bool,
    /// Brokers were being restarted: one that is away since is no outage.
    pub(super) rolling: bool,
    /// What they ran: it is still told while none is there to ask.
    pub(super) version: Option<String>,
}

/// The little that must be known of a cluster that need not be valid.
#[derive(Clone, Debug)]
pub(super) struct Lenient {
    pub(super) whose: Whose,
    pub(super) replicas: u32,
    pub(super) size: Quantity,
    /// The storage class; nothing for the default one.
    pub(super) class: Option<String>,
    pub(super) delete_claims: bool,
}

/// Reads a cluster that need not be valid.
pub(super) fn lenient(cluster: &RivvenCluster) -> Lenient {
    let spec = &cluster.spec;
    let storage = spec.storage.as_ref();
    let size = storage.and_then(|storage| storage.size.clone());
    let port = spec.metrics.as_ref().and_then(|metrics| metrics.port);
    let policy = storage.and_then(|storage| storage.deletion_policy);
    let counted = cluster.status.as_ref().map_or(0, |status| status.replicas);
    let replicas = spec.replicas.and_then(|count| u32::try_from(count).ok()).unwrap_or(3);
    let conditions = cluster.status.as_ref().map_or(&[][..], |status| &status.conditions);
    let ready = c::READY_SERVING.condition_in(conditions);
    let unready = ready.filter(|one| one.status != State::True.as_str());
    Lenient {
        whose: Whose {
            namespace: cluster.namespace().unwrap_or_default(),
            cluster: cluster.name_any(),
            api_port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or(names::API_PORT),
            counted: u32::try_from(counted).unwrap_or_default(),
            wanted: replicas,
            unready_since: unready.map(|one| one.last_transition_time.0),
        },
        replicas,
        size: size.unwrap_or_else(|| "10Gi".parse().expect("it is a quantity")),
        // The seeds' default is the empty string, by which they mean the default class.
        class: storage
            .and_then(|storage| storage.storage_class_name.clone())
            .filter(|class| !class.is_empty()),
        delete_claims: policy == Some(DeletionPolicy::Delete),
    }
}

/// Checks what the schema cannot say.
pub(super) fn accept(cluster: &RivvenCluster) -> Result<Valid, Errors> {
    let mut errors = Errors::default();
    let control = Control::of(&cluster.metadata, &gates::ids(), &[], &mut errors);
    let known = cluster.spec.config.as_ref().and_then(|config| config.raw.as_ref());
    let path = Path::dotted("spec.config.raw");
    let tunables = options::tunables(known.into_iter().flatten(), &path, &mut errors);
    errors.or(filled_in(cluster, control, tunables))
}

pub(super) fn filled_in(
    cluster: &RivvenCluster,
    control: Control,
    tunables: BTreeMap<String, String>,
) -> Valid {
    let (spec, name) = (&cluster.spec, cluster.name_any());
    let Lenient { whose, replicas, size, class, delete_claims } = lenient(cluster);
    let storage = spec.storage.clone().unwrap_or_default();
    let config = spec.config.clone().unwrap_or_default();
    let metrics = spec.metrics.clone().unwrap_or_default();
    let service = spec.service.clone().unwrap_or_default();
    let (release, measured, image) =
        image::program(spec.image.as_deref(), spec.version.as_deref(), release::IMAGE);
    let selector = selector_labels(&name);
    let modes = storage.access_modes.filter(|modes| !modes.is_empty());
    let copies = config.default_replication_factor.and_then(|copies| u32::try_from(copies).ok());
    let metrics_on = metrics.enabled.unwrap_or(true);
    Valid {
        own: own_ref::<Cluster>(cluster),
        uid: own_uid(cluster),
        namespace: cluster.namespace().unwrap_or_default(),
        owner: owner(cluster),
        labels: label::recommended(&selector),
        selector,
        control,
        replicas,
        release,
        measured,
        image,
        size,
        class,
        access_modes: modes.map_or(vec!["ReadWriteOnce".to_owned()], |modes| {
            modes.iter().map(ToString::to_string).collect()
        }),
        delete_claims,
        pod: PodParts::of(cluster),
        default_partitions: config.default_partitions.unwrap_or(3),
        replication_factor: copies.unwrap_or_else(|| replicas.min(2)),
        segment_bytes: config.log_segment_bytes.unwrap_or(1_073_741_824),
        message_bytes: config.max_message_bytes.unwrap_or(1_048_576),
        tunables,
        unsupported_security: unsupported_security(spec, release),
        metrics: metrics_on,
        api_port: whose.api_port,
        whose,
        monitor: metrics.service_monitor.filter(|_| metrics_on).and_then(Monitor::of),
        budget: Budget::of(spec.pod_disruption_budget.as_ref()),
        liveness: Probing::of(spec.liveness_probe.as_ref()),
        readiness: Probing::of(spec.readiness_probe.as_ref()),
        service_type: service.type_.map_or("ClusterIP", api::ServiceType::as_str).to_owned(),
        service_port: service.port.unwrap_or_else(|| i32::from(names::CLIENT_PORT)),
        service_annotations: service.annotations.filter(|all| !all.is_empty()),
        before: cluster.status.as_ref().map(before).unwrap_or_default(),
        name,
    }
}

fn before(status: &RivvenClusterStatus) -> Before {
    Before {
        served: matches!(status.phase, Phase::Running | Phase::Updating | Phase::Degraded),
        rolling: status.phase == Phase::Updating && ROLLED_OUT_NOT.stands_in(&status.conditions),
        version: status.version.clone(),
    }
}

fn unsupported_security(spec: &RivvenClusterSpec, release: Release) -> Vec<&'static str> {
    let tls = spec.tls.as_ref().is_some_and(|tls| tls.enabled == Some(true));
    let auth = spec.auth.as_ref().is_some_and(|auth| auth.enabled == Some(true));
    let items =
        [(tls && !release.tls, "spec.tls.enabled"), (auth && !release.auth, "spec.auth.enabled")];
    items.into_iter().filter_map(|(unmet, path)| unmet.then_some(path)).collect()
}

/// What of the spec has no effect: the table's fields that are set, but for options in `config.raw`
/// that the broker knows; and a version beside an image that says itself which one it is.
pub(super) fn without_effect(spec: &RivvenClusterSpec) -> Vec<Idle> {
    let raw = spec.config.as_ref().and_then(|config| config.raw.as_ref());
    let unknown = raw.is_some_and(|raw| !raw.keys().all(|key| options::is_known(key)));
    let set = set_without_effect(spec, inert::INERT).into_iter();
    let raw = Path::dotted("spec.config.raw");
    let mut idle: Vec<Idle> = set.filter(|one| one.path != raw || unknown).collect();
    idle.extend(image::says_beside(spec.image.as_deref(), spec.version.as_deref()));
    idle
}
