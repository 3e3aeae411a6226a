//! Where a topic stands: its cluster, who else names it, and what the broker says. Everything that
//! is decided and told about a topic starts from one of these.

use serde_json::Value;

use super::{Valid, api::RivvenTopic};
use crate::{
    observed::{Api, Index, Indexed, Observed, Ref, Selector, at, text},
    systems::rivven::{
        Answer, Broker, Probe, Rivven, SeenTopic,
        cluster::RivvenCluster,
        home::{self, Away, Home},
    },
};

/// Where a topic stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Situation {
    /// The cluster does not exist, is on its way out, or cannot be looked at: which, as a sentence.
    NoCluster(String),
    /// The cluster does not let this namespace have topics on it.
    NotPermitted,
    /// An older resource has the topic.
    HeldBy(Ref),
    /// The broker could not be asked.
    Unreachable(String),
    /// The broker has no such topic.
    Missing,
    /// The broker has it.
    There(SeenTopic),
}

/// What must be known of a topic before its situation can be: from the raw resource, because one
/// that is being deleted need not be valid.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) resource: String,
    pub(super) topic: String,
    pub(super) cluster: Ref,
    age: (bool, [String; 3]),
}

impl Place {
    /// Where a topic is to be.
    pub(super) fn of(topic: &RivvenTopic) -> Self {
        let namespace = topic.metadata.namespace.clone().unwrap_or_default();
        let resource = topic.metadata.name.clone().unwrap_or_default();
        let home = topic.spec.cluster_ref.namespace.as_deref().unwrap_or(&namespace);
        let created = topic.metadata.creation_timestamp.as_ref().map(|time| time.0.to_string());
        Self {
            cluster: Ref::to::<RivvenCluster>(home, &topic.spec.cluster_ref.name),
            topic: topic.spec.topic_name.clone().unwrap_or_else(|| resource.clone()),
            age: age(created.as_deref(), &namespace, &resource),
            namespace,
            resource,
        }
    }

    /// The broker that has the topic: the first. Where brokers run alone, clients see no other.
    pub(super) fn broker(&self) -> Broker {
        home::broker(&self.cluster)
    }

    /// The question to it.
    pub(super) fn probe(&self) -> Probe {
        Probe::Topic { broker: self.broker(), name: self.topic.clone() }
    }

    /// The topic as the broker has it, if there is one; else why the broker has not said, if that
    /// is known.
    pub(super) fn said<'a>(
        &self,
        seen: &'a Observed<Rivven>,
    ) -> Result<Option<&'a SeenTopic>, Option<&'a str>> {
        match seen.answer(&self.probe()) {
            Some(Answer::NoTopic) => Ok(None),
            Some(Answer::Topic(topic)) => Ok(Some(topic)),
            Some(Answer::Unreachable(why)) => Err(Some(why)),
            Some(
                Answer::Health(_)
                | Answer::Holdings(_)
                | Answer::Topics(_)
                | Answer::Progress(_)
                | Answer::Registry(_),
            )
            | None => Err(None),
        }
    }

    /// The cluster, if it is there and may be used; otherwise how the topic stands.
    pub(super) fn cluster(&self, seen: &Observed<Rivven>) -> Result<Home, Situation> {
        home::cluster(&self.cluster, &self.namespace, seen).map_err(|away| match away {
            Away::NotThere(why) => Situation::NoCluster(why),
            Away::NotPermitted => Situation::NotPermitted,
        })
    }

    /// The resources of every namespace that may refer to the cluster and name this topic.
    pub(super) fn rivals(&self, cluster: &Home) -> Vec<Selector> {
        let mut all = of_cluster(cluster.namespaces(), &self.cluster.namespace);
        let value = index_value(&self.cluster.namespace, &self.cluster.name, &self.topic);
        for selector in &mut all {
            selector.indexed = Some(Indexed { index: &BY_TOPIC, value: value.clone() });
        }
        all
    }

    /// The other resources that name this topic and are not on their way out.
    pub(super) fn claimants(&self, cluster: &Home, seen: &Observed<Rivven>) -> Vec<Claimant> {
        let selectors = self.rivals(cluster);
        let items = selectors.iter().flat_map(|selector| seen.items(selector));
        items.filter_map(|item| self.claimant(item)).collect()
    }

    fn claimant(&self, item: &Value) -> Option<Claimant> {
        let (namespace, name) = (text(item, "/metadata/namespace"), text(item, "/metadata/name"));
        if (namespace, name) == (&self.namespace, &self.resource) {
            return None;
        }
        let same = stands_for(item) == (&self.cluster.namespace, &self.cluster.name, &self.topic)
            && at(item, "/metadata/deletionTimestamp").is_none();
        let created = Some(text(item, "/metadata/creationTimestamp")).filter(|it| !it.is_empty());
        same.then(|| Claimant {
            target: Ref::to::<RivvenTopic>(namespace, name),
            older: age(created, namespace, name) < self.age,
        })
    }
}

/// The topics of every namespace that may refer to a cluster in this one: these and its own.
pub fn of_cluster(others: &[String], home: &str) -> Vec<Selector> {
    let all = |namespace: &str| Selector::all(Api::of::<RivvenTopic>(), namespace);
    if others.iter().any(|namespace| namespace == "*") {
        return vec![all("")];
    }
    let mut namespaces: Vec<&str> = others.iter().map(String::as_str).collect();
    namespaces.push(home);
    namespaces.sort_unstable();
    namespaces.dedup();
    namespaces.into_iter().map(all).collect()
}

/// What a resource stands for: the namespace and the name of its cluster, and the topic there.
pub fn stands_for(item: &Value) -> (&str, &str, &str) {
    let or = |at, other| match text(item, at) {
        "" => text(item, other),
        own => own,
    };
    let home = or("/spec/clusterRef/namespace", "/metadata/namespace");
    let topic = or("/spec/topicName", "/metadata/name");
    (home, text(item, "/spec/clusterRef/name"), topic)
}

/// Resources by the topic that they stand for.
static BY_TOPIC: Index = Index {
    name: "topic",
    value: |item| {
        let (home, cluster, topic) = stands_for(item);
        index_value(home, cluster, topic)
    },
};

/// None of the names has a slash.
fn index_value(home: &str, cluster: &str, topic: &str) -> String {
    [home, cluster, topic].join("/")
}

/// Another resource that names the same topic.
#[derive(Clone, Debug)]
pub(super) struct Claimant {
    pub(super) target: Ref,
    /// Whether it is older than this one; of the same age, whether its name comes first.
    pub(super) older: bool,
}

impl Situation {
    /// Where a topic stands.
    pub(super) fn of(valid: &Valid, seen: &Observed<Rivven>) -> Self {
        let cluster = match valid.place.cluster(seen) {
            Ok(cluster) => cluster,
            Err(situation) => return situation,
        };
        let claimants = valid.place.claimants(&cluster, seen);
        if let Some(claimant) = claimants.into_iter().find(|claimant| claimant.older) {
            return Self::HeldBy(claimant.target);
        }
        match valid.place.said(seen) {
            Ok(None) => Self::Missing,
            Ok(Some(topic)) => Self::There(topic.clone()),
            Err(why) => Self::Unreachable(why.unwrap_or("it answered something else").to_owned()),
        }
    }
}

/// Compares as age does: a resource that was never created is the youngest. Ages are told in
/// seconds, so those of one file are of the same age. Their names decide, which a plan knows
/// before there is any of them.
fn age(created: Option<&str>, namespace: &str, name: &str) -> (bool, [String; 3]) {
    let order = [created.unwrap_or_default(), namespace, name];
    (created.is_none(), order.map(str::to_owned))
}
