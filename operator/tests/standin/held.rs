//! What a broker of the stand-in holds, and how it answers from that: word by word as rivvend
//! 0.0.22 does.

use std::collections::BTreeMap;

use rivven_protocol::{
    PROTOCOL_VERSION, Request, Response, TopicConfigDescription, TopicConfigEntry, TopicConfigValue,
};
use sluicegate_core::systems::rivven::topic::config::SETTINGS;

/// How many partitions a topic gets that comes about because somebody writes to it.
const PARTITIONS_DEFAULT: u32 = 3;

/// Topics and their settings.
#[derive(Debug, Default)]
pub(super) struct Held {
    topics: BTreeMap<String, Topic>,
    /// Those that were set in this life of the process, also of topics that are gone.
    settings: BTreeMap<String, BTreeMap<String, String>>,
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
        check_name(&name)?;
        let partitions = partitions.unwrap_or(PARTITIONS_DEFAULT);
        if !(1..=1000).contains(&partitions) {
            return Err(format!(
                "INVALID_PARTITION_COUNT: must be between 1 and 1000, got {partitions}"
            ));
        }
        if self.partitions(&name).is_some() {
            return Err(format!("Topic '{name}' already exists"));
        }
        self.topics.entry(name.clone()).or_default().partitions = Some(partitions);
        Ok(Response::TopicCreated { name, partitions })
    }

    fn delete(&mut self, name: &str) -> Result<Response, String> {
        check_name(name)?;
        let there = self.topics.get_mut(name).and_then(|topic| topic.partitions.take());
        there.map(|_| Response::TopicDeleted).ok_or_else(|| format!("Topic not found: {name}"))
    }

    fn metadata(&self, name: String) -> Result<Response, String> {
        check_name(&name)?;
        let partitions =
            self.partitions(&name).ok_or_else(|| format!("Topic not found: {name}"))?;
        Ok(Response::Metadata { name, partitions })
    }

    fn bounds(&self, name: &str, partition: u32) -> Result<Response, String> {
        check_name(name)?;
        let partitions = self.partitions(name).ok_or_else(|| format!("Topic not found: {name}"))?;
        if partition >= partitions {
            return Err(format!("Partition {partition} not found for topic '{name}'"));
        }
        let latest = self.topics[name].records.get(&partition).copied().unwrap_or_default();
        Ok(Response::OffsetBounds { earliest: 0, latest })
    }

    fn grow(&mut self, topic: String, wanted: u32) -> Result<Response, String> {
        let is = self.there(&topic)?;
        if wanted <= is {
            return Err(format!(
                "INVALID_PARTITIONS: New partition count {wanted} must be greater than current \
                 count {is}"
            ));
        }
        self.topics.entry(topic.clone()).or_default().partitions = Some(wanted);
        Ok(Response::PartitionsCreated { topic, new_partition_count: wanted })
    }

    fn alter(&mut self, topic: String, configs: Vec<TopicConfigEntry>) -> Result<Response, String> {
        self.there(&topic)?;
        let changed_count = configs.len();
        let settings = self.settings.entry(topic.clone()).or_default();
        for TopicConfigEntry { key, value } in configs {
            let value = checked(&key, value).map_err(|why| format!("INVALID_CONFIG: {why}"))?;
            match value {
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
        topic.partitions.get_or_insert(PARTITIONS_DEFAULT);
        let records = topic.records.entry(0).or_default();
        *records += 1;
        Response::Published { offset: *records - 1, partition: 0 }
    }

    fn there(&self, topic: &str) -> Result<u32, String> {
        let not_found = || format!("UNKNOWN_TOPIC_OR_PARTITION: Topic '{topic}' not found");
        self.partitions(topic).ok_or_else(not_found)
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let invalid = |why: &str| Err(format!("INVALID_TOPIC_NAME: {why}"));
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.is_empty() {
        return invalid("Topic name cannot be empty");
    }
    if name.len() > 255 {
        return invalid(&format!("Topic name too long: {} chars (max: 255)", name.len()));
    }
    let begins = name.as_bytes()[0].is_ascii_alphanumeric();
    let why = match begins && name.bytes().all(known) {
        false => {
            "must start with alphanumeric and contain only alphanumeric, dots, hyphens, underscores"
        }
        true if name.contains("..") => "path traversal patterns not allowed",
        true => return Ok(()),
    };
    invalid(&format!("Invalid topic name '{name}': {why}"))
}

/// The value as the broker keeps it; nothing for its default.
fn checked(key: &str, value: Option<String>) -> Result<Option<String>, String> {
    if !SETTINGS.iter().any(|setting| setting.key == key) {
        return Err(format!("Unknown configuration key: {key}"));
    }
    let Some(value) = value else { return Ok(None) };
    let number = || value.parse::<i64>().map_err(|error| format!("Invalid {key}: {error}"));
    let at_least = |least: i64, why: &str| match number()? {
        number if number >= least => Ok(Some(number.to_string())),
        _ => Err(format!("{key} must be {why}")),
    };
    match key {
        "retention.ms" | "retention.bytes" | "segment.ms" => at_least(-1, ">= -1 (-1 = infinite)"),
        "segment.bytes" => at_least(1024, ">= 1024"),
        "max.message.bytes" | "min.insync.replicas" => at_least(1, "> 0"),
        "cleanup.policy" => match &*value.to_lowercase() {
            "delete,compact" => Ok(Some("compact,delete".to_owned())),
            policy @ ("delete" | "compact" | "compact,delete") => Ok(Some(policy.to_owned())),
            _ => Err(format!("Invalid cleanup policy: {value}")),
        },
        _ => match &*value.to_lowercase() {
            kind @ ("none" | "producer" | "lz4" | "zstd" | "snappy" | "gzip") => {
                Ok(Some(kind.to_owned()))
            }
            _ => Err(format!("Invalid compression type: {value}")),
        },
    }
}
