//! How far connectors are: what the broker says of the topics that sources write to, and of the
//! groups that sinks read as. It moves with every record, so it is told by numbers alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{RivvenConnect, pattern::matches, topics_of, valid::cluster_of};
use crate::{
    kind::Measure,
    observed::Observed,
    systems::rivven::{Answer, Probe, Rivven, home},
};

/// Of how many topics a resource is told how far they are: each costs the broker a question for
/// each of its partitions.
const TOPICS_MAX: usize = 256;

const END: &str = "Offset at which the topic of a source ends, all partitions together";
const COMMITTED: &str =
    "Offset that the group of a sink has committed in a topic, all partitions together";
const LAG: &str = "Records of a topic behind what the group of a sink has committed; it commits \
                   after each hundred, so that it may have read the last ones";

/// What the broker is asked, once it has told which topics it has; nothing where no connector is
/// enabled that has any of them.
pub(super) fn question(connect: &RivvenConnect, seen: &Observed<Rivven>) -> Option<Probe> {
    let cluster = cluster_of(connect);
    let Some(Answer::Topics(there)) = seen.answer(&topics_of(&cluster)) else { return None };
    let topics = sources(connect).map(|(_, topic)| topic);
    let topics = topics.filter(|topic| there.contains_key(*topic)).map(str::to_owned);
    let topics: BTreeSet<String> = topics.take(TOPICS_MAX).collect();
    let mut left = TOPICS_MAX;
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, group, patterns) in sinks(connect) {
        let reads = |topic: &&String| reads(patterns, topic);
        let of = groups.entry(group.to_owned()).or_default();
        of.extend(there.keys().filter(reads).take(left).cloned());
        left = left.saturating_sub(of.len());
    }
    groups.retain(|_, topics| !topics.is_empty());
    let any = !topics.is_empty() || !groups.is_empty();
    any.then(|| Probe::Progress { broker: home::broker(&cluster), topics, groups })
}

/// The numbers, as the broker has told them.
pub(super) fn measures(connect: &RivvenConnect, seen: &Observed<Rivven>) -> Vec<Measure> {
    let answer = question(connect, seen).and_then(|probe| seen.answer(&probe));
    let Some(Answer::Progress(progress)) = answer else { return Vec::new() };
    let mut measures = Vec::new();
    for (source, topic) in sources(connect) {
        if let Some(end) = progress.ends.get(topic) {
            let of = vec![("source", source.to_owned()), ("topic", topic.to_owned())];
            measures.push(Measure { name: "source_end_offset", help: END, of, value: *end });
        }
    }
    for (sink, group, patterns) in sinks(connect) {
        for (topic, at) in progress.groups.get(group).into_iter().flatten() {
            // Another sink of the group may read it.
            if !reads(patterns, topic) {
                continue;
            }
            let of = vec![("sink", sink.to_owned()), ("topic", topic.clone())];
            measures.extend([
                Measure {
                    name: "sink_committed_offset",
                    help: COMMITTED,
                    of: of.clone(),
                    value: at.committed,
                },
                Measure { name: "sink_lag", help: LAG, of, value: at.lag },
            ]);
        }
    }
    measures
}

/// Whether any of these stands for a topic.
fn reads(patterns: &[String], topic: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, topic))
}

/// The sources that are enabled: the name and the topic of each.
fn sources(connect: &RivvenConnect) -> impl Iterator<Item = (&str, &str)> {
    let enabled = connect.spec.sources.iter().flatten().filter(|one| one.enabled.unwrap_or(true));
    enabled.map(|one| (one.name.as_str(), one.topic.as_str()))
}

/// The sinks that are enabled: the name, the group and the topics of each, patterns too.
fn sinks(connect: &RivvenConnect) -> impl Iterator<Item = (&str, &str, &[String])> {
    let enabled = connect.spec.sinks.iter().flatten().filter(|one| one.enabled.unwrap_or(true));
    enabled.map(|one| (one.name.as_str(), one.consumer_group.as_str(), one.topics.as_slice()))
}
