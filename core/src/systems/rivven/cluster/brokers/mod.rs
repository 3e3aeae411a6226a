//! The brokers of a cluster as they were seen: pods, claims, the StatefulSet, and what each broker
//! says of itself. Read once, so that scaling, storage, rolling and status see the same thing.
//!
//! It reads the few fields that it needs straight from what was seen: decoding every pod whole
//! would cost more than everything else in a step.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::{
        apps::v1::StatefulSet,
        core::v1::{PersistentVolumeClaim, Pod},
    },
    jiff::{SignedDuration, Timestamp},
};
use serde_json::Value;

mod claim;
mod pod;
mod set;

pub(super) use self::{
    claim::{ClaimSeen, Growth},
    pod::{HealthSeen, PodSeen},
    set::Set,
};
use crate::{
    label::{self, Labels},
    observed::{Api, Observed, Ref, Seen, Selector, text},
    owner::controller_ref,
    systems::rivven::{Answer, Broker, Probe, Rivven, names},
};

/// How long it may take until a pod that is asked for is there, or its StatefulSet says so.
const MADE_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// Everything seen of a cluster's brokers.
#[derive(Clone, Debug)]
pub(super) struct Brokers {
    pub(super) set: Option<Set>,
    pub(super) pods: BTreeMap<u32, PodSeen>,
    pub(super) claims: BTreeMap<u32, ClaimSeen>,
    counted: u32,
    wanted: u32,
    unready_since: Option<Timestamp>,
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
    /// How many are asked for.
    pub(super) wanted: u32,
    /// Since when the status says that not all are ready.
    pub(super) unready_since: Option<Timestamp>,
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
    Selector { labels: selector_labels(cluster), ..Selector::all(api, namespace) }
}

impl Brokers {
    /// Reads what was seen.
    pub(super) fn of(whose: &Whose, seen: &Observed<Rivven>) -> Self {
        let Whose { namespace, cluster, api_port, .. } = whose;
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
        let claims = claims.filter(|(ordinal, target, _)| {
            // What carries the labels and another name is used by no broker.
            target.name == names::claim(cluster, *ordinal)
        });
        let claims = claims.map(|(ordinal, target, claim)| (ordinal, ClaimSeen::of(target, claim)));
        let (pods, claims) = (pods.collect(), claims.collect());
        let Whose { counted, wanted, unready_since, .. } = *whose;
        let mut all = Self { set, pods, claims, counted, wanted, unready_since };
        for (ordinal, target) in all.unlisted_claims(whose) {
            if let Seen::Present(claim) = seen.raw(&target) {
                all.claims.insert(ordinal, ClaimSeen::of(target, claim));
            }
        }
        all
    }

    /// The claims that brokers use by their names and that are not among those that carry the
    /// cluster's labels: they do not exist, or somebody made them by hand, as from a snapshot.
    pub(super) fn unlisted_claims(&self, whose: &Whose) -> Vec<(u32, Ref)> {
        let Whose { namespace, cluster, .. } = whose;
        let ordinals =
            (0..self.wanted.max(self.live())).filter(|one| !self.claims.contains_key(one));
        let target = |ordinal| {
            let name = names::claim(cluster, ordinal);
            (ordinal, Ref::to::<PersistentVolumeClaim>(namespace, &name))
        };
        ordinals.map(target).collect()
    }

    /// The claims of brokers that there are or shall be and whose data goes when they stop.
    pub(super) fn claims_in_peril(&self) -> impl Iterator<Item = (u32, &ClaimSeen, &'static str)> {
        let claims = self.claims.range(..self.wanted.max(self.live()));
        claims.filter_map(|(ordinal, claim)| Some((*ordinal, claim, claim.peril()?)))
    }

    /// The names of the claims that do not exist though their brokers run.
    pub(super) fn lacking_claims(&self) -> Vec<String> {
        let pods = self.pods.iter().filter(|(_, pod)| pod.ready && !pod.deleting);
        let lacking = pods.filter(|(ordinal, _)| !self.claims.contains_key(*ordinal));
        lacking.map(|(_, pod)| names::claim_of(&pod.target.name)).collect()
    }

    /// The pods that are asked for and that the controller of the StatefulSet could not make. It
    /// makes one at once, and says so a moment later.
    pub(super) fn not_made(&self, now: Timestamp) -> Vec<u32> {
        let just_now =
            self.unready_since.is_some_and(|since| now.duration_since(since) < MADE_WITHIN);
        let Some(set) = self.set.as_ref().filter(|set| set.lacks_pods() && !just_now) else {
            return Vec::new();
        };
        let wanted = 0..set.replicas.min(self.wanted);
        wanted.filter(|ordinal| !self.pods.contains_key(ordinal)).collect()
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
    /// from, or has a problem; and one that does not come to its end restarts no more.
    pub(super) fn restarting(&self, ordinal: u32, now: Timestamp) -> bool {
        let Some(set) = &self.set else { return false };
        let Some(pod) = self.pods.get(&ordinal) else {
            return !self.not_made(now).contains(&ordinal);
        };
        match pod.deleting {
            true => !pod.is_stuck(now),
            false => pod.starts() && pod.revision == set.update_revision,
        }
    }

    /// Whether there is a problem that may be told only later, or that only a look shows gone.
    pub(super) fn any_problem(&self) -> bool {
        self.pods.values().any(|pod| !pod.problems.is_empty())
            || self.set.as_ref().is_some_and(Set::lacks_pods)
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

/// One broker of a cluster, asked at this port.
pub(super) fn broker(namespace: &str, cluster: &str, ordinal: u32, port: u16) -> Broker {
    Broker { namespace: namespace.to_owned(), cluster: cluster.to_owned(), ordinal, port }
}
