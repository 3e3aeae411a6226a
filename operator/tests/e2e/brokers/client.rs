//! What a broker holds, by its own client: never by way of the operator, nor of what it says.

use std::{collections::BTreeMap, future::Future};

use rivven_client::Client;

use super::Broker;
use crate::kube::runtime;

/// A topic, as the broker tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Topic {
    pub(crate) partitions: u32,
    pub(crate) records: u64,
    /// All eight of them.
    pub(crate) configs: BTreeMap<String, String>,
}

impl Broker {
    /// Does something as a client of this broker.
    pub(crate) fn with<T, F>(&self, work: impl FnOnce(Client) -> F) -> T
    where
        F: Future<Output = rivven_client::Result<T>>,
    {
        let address = self.process().client().to_string();
        let whole = async { work(Client::connect(&address).await?).await };
        runtime().block_on(whole).unwrap_or_else(|error| panic!("{}: {error}", self.host))
    }

    /// The names of its topics, sorted.
    pub(crate) fn topics(&self) -> Vec<String> {
        let mut names = self.with(async |mut client: Client| client.list_topics().await);
        names.sort();
        names
    }

    /// How many partitions a topic has; nothing if there is none.
    pub(crate) fn partitions(&self, name: &str) -> Option<u32> {
        self.with(async |mut client: Client| {
            if !client.list_topics().await?.iter().any(|one| one == name) {
                return Ok(None);
            }
            match client.get_metadata(name).await {
                Ok((_, count)) => Ok(Some(count)),
                // It has gone between the two.
                Err(error) if error.to_string().contains("Topic not found") => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    /// A topic; nothing if there is none. Asks for each partition, which takes 40 ms with this
    /// client.
    pub(crate) fn topic(&self, name: &str) -> Option<Topic> {
        self.partitions(name)?;
        Some(self.with(async |mut client: Client| {
            let (_, partitions) = client.get_metadata(name).await?;
            let mut records = 0;
            for partition in 0..partitions {
                let (earliest, latest) = client.get_offset_bounds(name, partition).await?;
                records += latest - earliest;
            }
            let mut configs = client.describe_topic_configs(&[name]).await?;
            let configs = configs.remove(name).unwrap_or_default().into_iter().collect();
            Ok(Topic { partitions, records, configs })
        }))
    }

    /// A setting of a topic.
    pub(crate) fn config(&self, topic: &str, key: &str) -> String {
        let topic = self.topic(topic).unwrap_or_else(|| panic!("there is no topic {topic}"));
        topic.configs.get(key).cloned().unwrap_or_default()
    }

    /// Creates a topic, as somebody else would.
    pub(crate) fn create(&self, topic: &str, partitions: u32) {
        self.with(async |mut client: Client| client.create_topic(topic, Some(partitions)).await);
    }

    /// Gives it more partitions.
    pub(crate) fn grow(&self, topic: &str, partitions: u32) {
        self.with(async |mut client: Client| client.create_partitions(topic, partitions).await);
    }

    /// Changes a setting.
    pub(crate) fn set(&self, topic: &str, key: &str, value: &str) {
        self.with(async |mut client: Client| {
            client.alter_topic_config(topic, &[(key, Some(value))]).await
        });
    }

    /// Deletes it.
    pub(crate) fn delete(&self, topic: &str) {
        self.with(async |mut client: Client| client.delete_topic(topic).await);
    }

    /// Writes records to it.
    pub(crate) fn produce(&self, topic: &str, records: u64) {
        self.with(async |mut client: Client| {
            for number in 0..records {
                client.publish(topic, format!("record {number}")).await?;
            }
            Ok(())
        });
    }
}
