//! The brokers of a cluster as they were seen: pods, claims, the StatefulSet, and what each broker
//! says of itself. Read once, so that scaling, storage, rolling and status see the same thing.
//!
//! It reads the few fields that it needs straight from what was seen: decoding every pod whole
//! would cost more than everything else in a step.

use std::{collections::BTreeMap, sync::Arc};

use k8s_openapi::api::{
    apps::v1::StatefulSet,
    core::v1::{PersistentVolumeClaim, Pod},
};
use serde_json::Value;

use super::trouble::Trouble;
use crate::{
    k8s::quantity::Quantity,
    label::{self, Labels, MADE_FOR, RESTART},
    observed::{Api, Observed, Ref, Seen, Selector, at, text},
    plan::Precondition,
    step::controller_ref,
    systems::rivven::{Answer, Broker, Health, Probe, Rivven, names},
};

/// Where the claim template of a broker stands in a StatefulSet.
const CLAIM_TEMPLATE: &str = "/spec/volumeClaimTemplates/0";

/// Everything seen of a cluster's brokers.
#[derive(Clone, Debug)]
pub(super) struct Brokers {
    pub(super) set: Option<Set>,
    pub(super) pods: BTreeMap<u32, PodSeen>,
    pub(super) claims: BTreeMap<u32, ClaimSeen>,
    counted: u32,
}

/// Whose brokers they are, and what has to be known beforehand to read what was seen of them.
#[derive(Clone, Debug)]
pub(super) struct Whose {
    pub(super) namespace: String,
    pub(super) cluster: String,
    /// The port of the API of a pod that does not name its own.
    pub(super) api_port: u16,
    /// How many brokers there were when the status was written.
    pub(super) counted: u32,
}

/// The StatefulSet.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) target: Ref,
    pub(super) at: Precondition,
    pub(super) replicas: u32,
    /// Whether its status speaks of what is written in it now.
    pub(super) observed: bool,
    pub(super) update_revision: String,
    pub(super) deleting: bool,
    pub(super) size: Option<Quantity>,
    pub(super) class: Option<String>,
    pub(super) access_modes: Vec<String>,
    object: Arc<Value>,
}

/// A pod.
#[derive(Clone, Debug)]
pub(super) struct PodSeen {
    pub(super) target: Ref,
    pub(super) at: Precondition,
    pub(super) ready: bool,
    pub(super) deleting: bool,
    pub(super) revision: String,
    pub(super) image: String,
    pub(super) restart_asked: bool,
    /// The port of its API, as it was started with.
    pub(super) api_port: u16,
    pub(super) health: HealthSeen,
    /// What keeps it from becoming ready.
    pub(super) trouble: Option<Trouble>,
}

/// What a broker says of itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum HealthSeen {
    /// It was not asked: its pod is not ready.
    NotAsked,
    /// It could not be asked.
    Unreachable(String),
    /// It answered.
    Answered(Health),
}

/// A volume claim.
#[derive(Clone, Debug)]
pub(super) struct ClaimSeen {
    pub(super) target: Ref,
    pub(super) at: Precondition,
    pub(super) bound: bool,
    pub(super) deleting: bool,
    pub(super) requested: Option<Quantity>,
    pub(super) capacity: Option<Quantity>,
    pub(super) class: Option<String>,
    pub(super) made_for: String,
}

/// The labels that a cluster's brokers are selected by.
pub(super) fn selector_labels(cluster: &str) -> Labels {
    label::selector("rivven", cluster, "broker")
}

/// The cluster's pods, as a list to read.
pub(super) fn pods(namespace: &str, cluster: &str) -> Selector {
    list(Api::of::<Pod>(), namespace, cluster)
}

/// The cluster's claims, as a list to read.
pub(super) fn claims(namespace: &str, cluster: &str) -> Selector {
    list(Api::of::<PersistentVolumeClaim>(), namespace, cluster)
}

/// A list of the objects of one API that carry the cluster's labels.
pub(super) fn list(api: Api, namespace: &str, cluster: &str) -> Selector {
    Selector { api, namespace: namespace.to_owned(), labels: selector_labels(cluster) }
}

impl Brokers {
    /// Reads what was seen.
    pub(super) fn of(whose: &Whose, seen: &Observed<Rivven>) -> Self {
        let Whose { namespace, cluster, api_port, counted } = whose;
        let target = Ref::to::<StatefulSet>(namespace, &names::workload(cluster));
        let set = match seen.raw(&target) {
            Seen::Present(set) => Some(Set::of(target, set)),
            Seen::Absent | Seen::Unknown(_) | Seen::Unread => None,
        };
        let numbered = |selector: &Selector| -> Vec<(u32, Ref, &Value)> {
            let number = |object| names::ordinal(cluster, text(object, "/metadata/name"));
            let target = |object| Ref {
                api: selector.api.clone(),
                namespace: namespace.to_owned(),
                name: text(object, "/metadata/name").to_owned(),
            };
            let items = seen.items(selector).iter();
            items.filter_map(|one| Some((number(one)?, target(one), &**one))).collect()
        };
        let pods = numbered(&pods(namespace, cluster)).into_iter();
        let pods = pods.filter(|(_, _, pod)| may_be_broker(cluster, pod));
        let pods = pods.map(|(ordinal, target, pod)| {
            let mut pod = PodSeen::of(target, pod, *api_port);
            let broker = broker(namespace, cluster, ordinal, pod.api_port);
            pod.health = match seen.answer(&Probe::Health(broker)) {
                Some(Answer::Health(health)) => HealthSeen::Answered(health.clone()),
                Some(Answer::Unreachable(why)) => HealthSeen::Unreachable(why.clone()),
                Some(_) => HealthSeen::Unreachable("it answered something else".to_owned()),
                None => HealthSeen::NotAsked,
            };
            (ordinal, pod)
        });
        let claims = numbered(&claims(namespace, cluster)).into_iter();
        let claims = claims.map(|(ordinal, target, claim)| (ordinal, ClaimSeen::of(target, claim)));
        Self { set, pods: pods.collect(), claims: claims.collect(), counted: *counted }
    }

    /// How many brokers there are: what the StatefulSet says. While it is being made anew, what its
    /// pods say, or what was counted last: a pod may be away at that moment, and with it what its
    /// broker holds.
    pub(super) fn live(&self) -> u32 {
        let from_pods = || self.pods.keys().next_back().map_or(0, |last| last + 1);
        self.set.as_ref().map_or_else(|| from_pods().max(self.counted), |set| set.replicas)
    }

    /// The claims of the brokers that there are or shall be. What lies beyond was left behind by a
    /// broker that is gone, perhaps of another cluster of this name: nobody uses it.
    pub(super) fn claims_of(&self, wanted: u32) -> impl Iterator<Item = &ClaimSeen> {
        self.claims.range(..wanted.max(self.live())).map(|(_, claim)| claim)
    }

    /// The pods that are started from something else than what the StatefulSet says now.
    pub(super) fn stale(&self) -> Vec<u32> {
        let Some(set) = &self.set else { return Vec::new() };
        let stale = |(_, pod): &(&u32, &PodSeen)| pod.revision != set.update_revision;
        self.pods.iter().filter(stale).map(|(ordinal, _)| *ordinal).collect()
    }

    /// Whether a broker serves what the StatefulSet says now.
    pub(super) fn up_to_date(&self, ordinal: u32) -> bool {
        let Some(set) = &self.set else { return false };
        let fits = |pod: &PodSeen| pod.up() && pod.revision == set.update_revision;
        self.pods.get(&ordinal).is_some_and(fits)
    }

    /// Whether a broker is away as it is while it is restarted on purpose: it is stopping, gone, or
    /// starting with what the StatefulSet says now. One that failed still has what it was started
    /// from, or is in trouble.
    pub(super) fn restarting(&self, ordinal: u32) -> bool {
        let Some(set) = &self.set else { return false };
        self.pods
            .get(&ordinal)
            .is_none_or(|pod| pod.deleting || pod.starts() && pod.revision == set.update_revision)
    }

    /// Whether a pod waits for a node.
    pub(super) fn any_without_node(&self) -> bool {
        self.pods.values().any(|pod| matches!(pod.trouble, Some(Trouble::NoNode(_))))
    }

    /// The broker that serves: the leader of a cluster; where brokers run alone, the first, which
    /// is the only one that the client Service leads to.
    pub(super) fn serving(&self) -> u32 {
        let leads = |pod: &PodSeen| pod.membership().is_some_and(|part| part.leader);
        self.pods.iter().find(|(_, pod)| leads(pod)).map_or(0, |(ordinal, _)| *ordinal)
    }

    /// Whether these brokers form a cluster, by their own word.
    pub(super) fn clustered(&self) -> bool {
        self.pods.values().any(|pod| pod.membership().is_some())
    }
}

/// Whether a pod that is called like a broker can be one: it belongs to nobody, as while its
/// StatefulSet is made anew, or to a StatefulSet of that name. Labels alone say nothing.
fn may_be_broker(cluster: &str, pod: &Value) -> bool {
    controller_ref(pod).is_none_or(|one| {
        text(one, "/kind") == "StatefulSet" && text(one, "/name") == names::workload(cluster)
    })
}

impl PodSeen {
    fn of(target: Ref, pod: &Value, api_port: u16) -> Self {
        let conditions = at(pod, "/status/conditions").and_then(Value::as_array);
        let ready = conditions.is_some_and(|all| {
            all.iter().any(|one| text(one, "/type") == "Ready" && text(one, "/status") == "True")
        });
        let containers = at(pod, "/spec/containers").and_then(Value::as_array);
        let broker = containers
            .and_then(|all| all.iter().find(|one| text(one, "/name") == names::CONTAINER));
        let ports = broker.and_then(|broker| broker.get("ports")).and_then(Value::as_array);
        let named = ports.and_then(|all| all.iter().find(|one| text(one, "/name") == "metrics"));
        let port = named.and_then(|port| port.get("containerPort")).and_then(Value::as_u64);
        let annotation =
            |key| at(pod, "/metadata/annotations").and_then(|all| all.get(key)?.as_str());
        Self {
            at: Precondition::as_seen(&target, pod),
            target,
            ready,
            deleting: at(pod, "/metadata/deletionTimestamp").is_some(),
            revision: text(pod, "/metadata/labels/controller-revision-hash").to_owned(),
            image: broker.map(|broker| text(broker, "/image")).unwrap_or_default().to_owned(),
            restart_asked: annotation(RESTART) == Some("true"),
            api_port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or(api_port),
            health: HealthSeen::NotAsked,
            trouble: if ready { None } else { Trouble::of(pod) },
        }
    }

    /// Whether it is on its way to being ready.
    fn starts(&self) -> bool {
        !self.ready && !matches!(self.trouble, Some(Trouble::Container(_)))
    }

    /// Whether it is ready and not about to stop.
    pub(super) fn up(&self) -> bool {
        self.ready && !self.deleting
    }

    /// Its part in a cluster, by its own word.
    pub(super) fn membership(&self) -> Option<&crate::systems::rivven::Membership> {
        match &self.health {
            HealthSeen::Answered(health) => health.membership.as_ref(),
            HealthSeen::NotAsked | HealthSeen::Unreachable(_) => None,
        }
    }

    /// Whether it was asked and did not answer.
    pub(super) fn silent(&self) -> bool {
        matches!(self.health, HealthSeen::Unreachable(_))
    }

    /// Whether it serves nobody: not ready, or unhealthy by its own word.
    pub(super) fn broken(&self) -> bool {
        let ill = matches!(&self.health, HealthSeen::Answered(health) if !health.healthy);
        !self.ready || ill
    }
}

impl Set {
    fn of(target: Ref, set: &Arc<Value>) -> Self {
        let number = |pointer: &str| at(set, pointer).and_then(Value::as_i64);
        let claim = at(set, CLAIM_TEMPLATE).unwrap_or(&Value::Null);
        let modes = at(claim, "/spec/accessModes").and_then(Value::as_array);
        let replicas = number("/spec/replicas").unwrap_or(1);
        Self {
            at: Precondition::as_seen(&target, set),
            target,
            replicas: u32::try_from(replicas).unwrap_or_default(),
            observed: number("/status/observedGeneration") >= number("/metadata/generation"),
            update_revision: text(set, "/status/updateRevision").to_owned(),
            deleting: at(set, "/metadata/deletionTimestamp").is_some(),
            size: text(claim, "/spec/resources/requests/storage").parse::<Quantity>().ok(),
            class: at(claim, "/spec/storageClassName").and_then(Value::as_str).map(str::to_owned),
            access_modes: modes
                .map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                .unwrap_or_default(),
            object: Arc::clone(set),
        }
    }

    /// The claim template, as it is; nothing if there is none.
    pub(super) fn claim_template(&self) -> &Value {
        at(&self.object, CLAIM_TEMPLATE).unwrap_or(&Value::Null)
    }
}

impl ClaimSeen {
    fn of(target: Ref, claim: &Value) -> Self {
        let quantity = |pointer: &str| text(claim, pointer).parse::<Quantity>().ok();
        let annotations = at(claim, "/metadata/annotations");
        let made_for = annotations.and_then(|all| all.get(MADE_FOR)?.as_str());
        let class = at(claim, "/spec/storageClassName").and_then(Value::as_str);
        Self {
            at: Precondition::as_seen(&target, claim),
            target,
            bound: text(claim, "/status/phase") == "Bound",
            deleting: at(claim, "/metadata/deletionTimestamp").is_some(),
            requested: quantity("/spec/resources/requests/storage"),
            capacity: quantity("/status/capacity/storage"),
            class: class.map(str::to_owned),
            made_for: made_for.unwrap_or_default().to_owned(),
        }
    }
}

/// One broker of a cluster, asked at this port.
pub(super) fn broker(namespace: &str, cluster: &str, ordinal: u32, port: u16) -> Broker {
    Broker { namespace: namespace.to_owned(), cluster: cluster.to_owned(), ordinal, port }
}
