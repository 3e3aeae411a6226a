//! What is said over one connection of the client protocol.

use std::collections::BTreeMap;

use rivven_protocol::{Request, Response, TopicConfigEntry};
use sluicegate_core::systems::rivven::{Call, SeenTopic, topic::config::SETTINGS};
use tokio::time::Instant;

use super::{
    Fault,
    wire::{Wire, refused},
    words::no_topic,
};

/// How many partitions are asked for before the clock is looked at.
const BETWEEN_LOOKS: u32 = 256;

/// Whether the connection is still good.
pub(super) async fn ping(wire: &mut Wire) -> Result<(), Fault> {
    let answer = wire.ask(Request::Ping).await?;
    if matches!(answer, Response::Pong) { Ok(()) } else { Err(refused(&answer)) }
}

/// A topic as the broker describes it; nothing if it has none of that name.
pub(super) async fn topic(
    wire: &mut Wire,
    name: &str,
    until: Instant,
) -> Result<Option<SeenTopic>, Fault> {
    let described = Request::DescribeTopicConfigs { topics: vec![name.to_owned()] };
    let [metadata, described] = wire.ask_both([metadata(name), described]).await?;
    let partitions = match partitions(&metadata) {
        Ok(partitions) => partitions,
        Err(fault) if no_topic(&fault) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let Response::TopicConfigsDescribed { configs } = described else {
        return Err(refused(&described));
    };
    let own = configs.into_iter().filter(|one| one.topic == name);
    let configs = own.flat_map(|one| one.configs).map(|(key, config)| (key, config.value));
    let configs = changed(configs);
    let records = records(wire, name, partitions, until).await?;
    Ok(Some(SeenTopic { partitions, configs, records, replication_factor: None }))
}

/// Every topic that the broker has, with its partitions.
pub(super) async fn topics(wire: &mut Wire) -> Result<BTreeMap<String, u32>, Fault> {
    let answer = wire.ask(Request::ListTopics).await?;
    let Response::Topics { topics: names } = answer else { return Err(refused(&answer)) };
    let questions: Vec<_> = names.iter().map(|name| metadata(name)).collect();
    let described = wire.ask_all(&questions).await?;
    let mut all = BTreeMap::new();
    for (name, described) in names.into_iter().zip(described) {
        match partitions(&described) {
            Ok(partitions) => drop(all.insert(name, partitions)),
            // Deleted since the list was made.
            Err(fault) if no_topic(&fault) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(all)
}

/// The records of every topic that the broker has.
pub(super) async fn holdings(
    wire: &mut Wire,
    until: Instant,
) -> Result<BTreeMap<String, u64>, Fault> {
    let mut held = BTreeMap::new();
    for (name, partitions) in topics(wire).await? {
        match records(wire, &name, partitions, until).await {
            Ok(records) => drop(held.insert(name, records)),
            // Deleted since the list was made.
            Err(fault) if no_topic(&fault) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(held)
}

/// Makes a change.
pub(super) async fn call(wire: &mut Wire, call: &Call) -> Result<(), Fault> {
    let request = match call {
        Call::CreateTopic { name, partitions, .. } => {
            Request::CreateTopic { name: name.clone(), partitions: Some(*partitions) }
        }
        Call::GrowTopic { name, partitions, .. } => Request::CreatePartitions {
            topic: name.clone(),
            new_partition_count: *partitions,
            assignments: Vec::new(),
        },
        Call::SetConfig { name, key, value, .. } => Request::AlterTopicConfig {
            topic: name.clone(),
            configs: vec![TopicConfigEntry { key: key.clone(), value: value.clone() }],
        },
        Call::DeleteTopic { name, .. } => Request::DeleteTopic { name: name.clone() },
        Call::Registry(_) => return Err(Fault::Unsent("no broker is asked for that".to_owned())),
    };
    let answer = wire.ask(request).await?;
    let done = match call {
        Call::CreateTopic { .. } => matches!(answer, Response::TopicCreated { .. }),
        Call::GrowTopic { .. } => matches!(answer, Response::PartitionsCreated { .. }),
        Call::SetConfig { .. } => matches!(answer, Response::TopicConfigAltered { .. }),
        Call::DeleteTopic { .. } => matches!(answer, Response::TopicDeleted),
        Call::Registry(_) => false,
    };
    if done { Ok(()) } else { Err(refused(&answer)) }
}

pub(super) fn metadata(name: &str) -> Request {
    Request::GetMetadata { topic: name.to_owned() }
}

pub(super) fn partitions(answer: &Response) -> Result<u32, Fault> {
    let Response::Metadata { partitions, .. } = answer else { return Err(refused(answer)) };
    Ok(*partitions)
}

async fn records(
    wire: &mut Wire,
    name: &str,
    partitions: u32,
    until: Instant,
) -> Result<u64, Fault> {
    let bounds = bounds(wire, name, partitions, until).await?;
    let held = bounds.iter().map(|(earliest, latest)| latest.saturating_sub(*earliest));
    Ok(held.fold(0, u64::saturating_add))
}

/// Where each partition of a topic begins and ends. One request for each: the protocol has none for
/// all. So a broker that answers each may still take longer than there is time.
pub(super) async fn bounds(
    wire: &mut Wire,
    name: &str,
    partitions: u32,
    until: Instant,
) -> Result<Vec<(u64, u64)>, Fault> {
    let mut all = Vec::new();
    for first in (0..partitions).step_by(BETWEEN_LOOKS as usize) {
        if Instant::now() > until {
            let why = "it answers, but has more partitions than can be asked for in time";
            return Err(Fault::Slow(why.to_owned()));
        }
        let these = first..partitions.min(first.saturating_add(BETWEEN_LOOKS));
        let bounds = |partition| Request::GetOffsetBounds { topic: name.to_owned(), partition };
        let questions: Vec<_> = these.map(bounds).collect();
        for answer in wire.ask_all(&questions).await? {
            let Response::OffsetBounds { earliest, latest } = answer else {
                return Err(refused(&answer));
            };
            all.push((earliest, latest));
        }
    }
    Ok(all)
}

/// The broker describes every config of any topic, even of one that it does not have, and does not
/// tell a default from a value that was set to the same. What is at its default is left out.
fn changed(described: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let differs = |key: &str, value: &str| {
        SETTINGS.iter().any(|setting| setting.key == key && setting.default != value)
    };
    described.into_iter().filter(|(key, value)| differs(key, value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_configs_that_are_not_at_their_default_are_seen() {
        let described = [
            ("retention.ms", "5"),
            ("retention.bytes", "-1"),
            ("compression.type", "producer"),
            ("cleanup.policy", "compact,delete"),
            ("of.another.release", "1"),
        ];
        let described = described.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let seen = changed(described);
        let seen: Vec<_> = seen.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(seen, [("cleanup.policy", "compact,delete"), ("retention.ms", "5")]);
    }
}
