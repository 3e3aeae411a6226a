//! What is looked at: the cluster, the topics of its first broker, and the resources that there are
//! for them already.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sluicegate_core::{
    observed::{Reads, Ref, text},
    systems::rivven::{
        Answer, Broker, Probe, SeenTopic,
        cluster::{Cluster, RivvenCluster},
        names,
        topic::{self, RivvenTopic},
    },
};

use crate::{
    commands::one::{self, read},
    failure::Failure,
    live::ClusterReader,
};

/// The DNS suffix that commands which only look take for granted.
const DOMAIN: &str = "cluster.local";

/// What was seen of a cluster.
#[derive(Debug)]
pub(super) struct Found {
    /// The cluster.
    pub(super) cluster: Ref,
    /// The broker that was asked: the first, which is the one that topics of a resource are on.
    pub(super) broker: Broker,
    /// How many brokers there are to be.
    pub(super) brokers: i32,
    /// The topics of the broker that have a resource, with it.
    pub(super) held: BTreeMap<String, Ref>,
    /// Its other topics; nothing for one that it names and does not describe.
    pub(super) topics: BTreeMap<String, Option<SeenTopic>>,
    /// What resources for topics in the cluster's namespace are called.
    pub(super) taken: BTreeSet<String>,
}

/// Looks at all of it.
///
/// # Errors
///
/// If there is no such cluster, or its broker cannot be asked.
pub(super) async fn look(
    sight: &impl ClusterReader,
    namespace: &str,
    name: &str,
) -> Result<Found, Failure> {
    let nothing = "no topic can be had on it";
    let resource = one::one::<Cluster>(sight, (namespace, name), nothing).await?;
    let broker = Broker {
        namespace: namespace.to_owned(),
        cluster: name.to_owned(),
        ordinal: 0,
        port: names::CLIENT_PORT,
    };
    let lists =
        topic::of_cluster(resource.spec.topic_namespaces.as_deref().unwrap_or_default(), namespace);
    let holdings = Probe::Holdings(broker.clone());
    let reads = lists.iter().cloned().fold(Reads::none(), Reads::list).probe(holdings.clone());
    let seen = read(sight, reads).await?;
    let Some(Answer::Holdings(all)) = seen.answer(&holdings) else {
        return Err(unanswered(&broker, seen.answer(&holdings)));
    };
    let items: Vec<&Value> =
        lists.iter().flat_map(|list| seen.items(list)).map(AsRef::as_ref).collect();
    let claims = claims(&items, namespace, name);
    let (held, others): (Vec<_>, Vec<_>) =
        all.keys().partition(|topic| claims.contains_key(topic.as_str()));
    Ok(Found {
        cluster: Ref::to::<RivvenCluster>(namespace, name),
        topics: described(sight, &broker, &others).await?,
        held: held
            .into_iter()
            .map(|topic| (topic.clone(), claims[topic.as_str()].clone()))
            .collect(),
        taken: names_in(&items, namespace),
        brokers: resource.spec.replicas.unwrap_or(3),
        broker,
    })
}

/// The topics of a cluster that resources stand for, with the first that does.
fn claims<'a>(items: &[&'a Value], namespace: &str, name: &str) -> BTreeMap<&'a str, Ref> {
    let mut claims = BTreeMap::new();
    for item in items {
        let (home, cluster, topic) = topic::stands_for(item);
        if (home, cluster) == (namespace, name) {
            let place = |at| text(item, at);
            let (namespace, name) = (place("/metadata/namespace"), place("/metadata/name"));
            claims.entry(topic).or_insert_with(|| Ref::to::<RivvenTopic>(namespace, name));
        }
    }
    claims
}

fn names_in(items: &[&Value], namespace: &str) -> BTreeSet<String> {
    let here = items.iter().filter(|item| text(item, "/metadata/namespace") == namespace);
    here.map(|item| text(item, "/metadata/name").to_owned()).collect()
}

async fn described(
    sight: &impl ClusterReader,
    broker: &Broker,
    topics: &[&String],
) -> Result<BTreeMap<String, Option<SeenTopic>>, Failure> {
    let question = |topic: &String| Probe::Topic { broker: broker.clone(), name: topic.clone() };
    let questions = topics.iter().map(|topic| question(topic));
    let seen = read(sight, questions.fold(Reads::none(), Reads::probe)).await?;
    let answer = |topic: &String| match seen.answer(&question(topic)) {
        Some(Answer::Topic(seen)) => Ok((topic.clone(), Some(seen.clone()))),
        Some(Answer::NoTopic) => Ok((topic.clone(), None)),
        other => Err(unanswered(broker, other)),
    };
    topics.iter().map(|topic| answer(topic)).collect()
}

/// That the broker could not be asked, and the way from outside of the cluster.
fn unanswered(broker: &Broker, answer: Option<&Answer>) -> Failure {
    let why = match answer {
        Some(Answer::Unreachable(why)) => why.clone(),
        Some(other) => format!("{}: it answered something else: {other:?}", broker.address(DOMAIN)),
        None => format!("{}: nobody asked it", broker.address(DOMAIN)),
    };
    let Broker { namespace, cluster, ordinal, port } = broker;
    let pod = format!("pod/{}", names::pod(cluster, *ordinal));
    let host = broker.host(DOMAIN);
    one::unanswered(&broker.to_string(), &why, (namespace, &pod), (&host, *port))
}
