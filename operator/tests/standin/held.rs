//! What a broker of the stand-in holds, and how it answers from that: word by word as rivvend
//! 0.0.22 does.

use std::collections::BTreeMap;

use rivven_protocol::{
    PROTOCOL_VERSION, Request, Response, TopicConfigDescription, TopicConfigEntry, TopicConfigValue,
};
use sluicegate_core::systems::rivven::topic::config::SETTINGS;
use sluicegate_effects::memory::rivven::words;

/// Topics and their settings.
#[derive(Debug, Default)]
pub(super) struct Held {
    topics: BTreeMap<String, Topic>,
    /// Those that were set in this life of the process, also of topics that are gone.
    settings: BTreeMap<String, BTreeMap<String, String>>,
    /// What groups have committed: offsets by topic and partition.
    groups: BTreeMap<String, BTreeMap<String, BTreeMap<u32, u64>>>,
}

#[derive(Debug, Default)]
struct Topic {
    /// Nothing once the topic was deleted: its records stay.
    partitions: Option<u32>,
    records: BTreeMap<u32, u64>,
}

impl Held {
    pub(super) fn forget(&mut self) {
        self.settings.clear();
    }

    pub(super) fn hold(&mut self, topic: &str, partitions: u32, records: u64) {
        let records = BTreeMap::from([(0, records)]);
        self.topics.insert(topic.to_owned(), Topic { partitions: Some(partitions), records });
    }

    pub(super) fn lose(&mut self, topic: &str) {
        self.topics.remove(topic);
    }

    pub(super) fn topics(&self) -> BTreeMap<String, (u32, u64)> {
        let there = self.topics.iter().filter_map(|(name, topic)| {
            let records = topic.records.values().sum();
            Some((name.clone(), (topic.partitions?, records)))
        });
        there.collect()
    }

    fn partitions(&self, name: &str) -> Option<u32> {
        self.topics.get(name).and_then(|topic| topic.partitions)
    }

    /// Does what is asked for, and answers.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the operator asks nothing else")]
    pub(super) fn answer(&mut self, request: Request) -> Response {
        let answer = match request {
            Request::Handshake { .. } => Ok(Response::HandshakeResult {
                server_version: PROTOCOL_VERSION,
                compatible: true,
                message: "OK".to_owned(),
            }),
            Request::Ping => Ok(Response::Pong),
            Request::ListTopics => {
                Ok(Response::Topics { topics: self.topics().into_keys().collect() })
            }
            Request::DescribeGroup { consumer_group } => self.group(consumer_group),
            Request::CommitOffset { consumer_group, topic, partition, offset } => {
                let group = self.groups.entry(consumer_group).or_default();
                group.entry(topic).or_default().insert(partition, offset);
                Ok(Response::OffsetCommitted)
            }
            Request::CreateTopic { name, partitions } => self.create(name, partitions),
            Request::DeleteTopic { name } => self.delete(&name),
            Request::GetMetadata { topic } => self.metadata(topic),
            Request::GetOffsetBounds { topic, partition } => self.bounds(&topic, partition),
            Request::CreatePartitions { topic, new_partition_count, .. } => {
                self.grow(topic, new_partition_count)
            }
            Request::AlterTopicConfig { topic, configs } => self.alter(topic, configs),
            Request::DescribeTopicConfigs { topics } => Ok(self.describe(topics)),
            Request::Publish { topic, .. } => Ok(self.publish(topic)),
            _ => Err("the stand-in does not know this request".to_owned()),
        };
        answer.unwrap_or_else(|message| Response::Error { message })
    }

    fn create(&mut self, name: String, partitions: Option<u32>) -> Result<Response, String> {
        let partitions = partitions.unwrap_or(words::PARTITIONS_DEFAULT);
        words::creation(&name, partitions, self.partitions(&name).is_some())?;
        self.topics.entry(name.clone()).or_default().partitions = Some(partitions);
        Ok(Response::TopicCreated { name, partitions })
    }

    fn delete(&mut self, name: &str) -> Result<Response, String> {
        words::name(name)?;
        let there = self.topics.get_mut(name).and_then(|topic| topic.partitions.take());
        there.map(|_| Response::TopicDeleted).ok_or_else(|| words::missing(name))
    }

    fn metadata(&self, name: String) -> Result<Response, String> {
        words::name(&name)?;
        let partitions = self.partitions(&name).ok_or_else(|| words::missing(&name))?;
        Ok(Response::Metadata { name, partitions })
    }

    fn bounds(&self, name: &str, partition: u32) -> Result<Response, String> {
        words::name(name)?;
        let partitions = self.partitions(name).ok_or_else(|| words::missing(name))?;
        if partition >= partitions {
            return Err(format!("Partition {partition} not found for topic '{name}'"));
        }
        let latest = self.topics[name].records.get(&partition).copied().unwrap_or_default();
        Ok(Response::OffsetBounds { earliest: 0, latest })
    }

    fn group(&self, name: String) -> Result<Response, String> {
        let offsets = self.groups.get(&name).cloned();
        let offsets = offsets.ok_or_else(|| format!("Consumer group '{name}' not found"))?;
        let offsets = offsets.into_iter().map(|(topic, at)| (topic, at.into_iter().collect()));
        let offsets = offsets.collect();
        Ok(Response::GroupDescription { consumer_group: name, offsets })
    }

    fn grow(&mut self, topic: String, wanted: u32) -> Result<Response, String> {
        let is = self.there(&topic)?;
        words::growth(is, wanted)?;
        self.topics.entry(topic.clone()).or_default().partitions = Some(wanted);
        Ok(Response::PartitionsCreated { topic, new_partition_count: wanted })
    }

    fn alter(&mut self, topic: String, configs: Vec<TopicConfigEntry>) -> Result<Response, String> {
        self.there(&topic)?;
        let changed_count = configs.len();
        let settings = self.settings.entry(topic.clone()).or_default();
        for TopicConfigEntry { key, value } in configs {
            match words::setting(&key, value.as_deref())? {
                Some(value) => drop(settings.insert(key, value)),
                None => drop(settings.remove(&key)),
            }
        }
        Ok(Response::TopicConfigAltered { topic, changed_count })
    }

    /// Every setting of every topic that is named, also of one that is not there.
    fn describe(&self, topics: Vec<String>) -> Response {
        let value = |topic: &str, key: &str, default: &str| {
            let set = self.settings.get(topic).and_then(|settings| settings.get(key));
            TopicConfigValue {
                value: set.map_or(default, String::as_str).to_owned(),
                is_default: set.is_none_or(|set| set == default),
                is_read_only: false,
                is_sensitive: false,
            }
        };
        let configs = topics.into_iter().map(|topic| TopicConfigDescription {
            configs: SETTINGS
                .iter()
                .map(|one| (one.key.to_owned(), value(&topic, one.key, one.default)))
                .collect(),
            topic,
        });
        Response::TopicConfigsDescribed { configs: configs.collect() }
    }

    fn publish(&mut self, topic: String) -> Response {
        let topic = self.topics.entry(topic).or_default();
        topic.partitions.get_or_insert(words::PARTITIONS_DEFAULT);
        let records = topic.records.entry(0).or_default();
        *records += 1;
        Response::Published { offset: *records - 1, partition: 0 }
    }

    fn there(&self, topic: &str) -> Result<u32, String> {
        self.partitions(topic).ok_or_else(|| words::unknown(topic))
    }
}
