//! Rivven's brokers, as rivvend 0.0.22 was seen to behave when it runs alone, and its schema
//! registries.
//!
//! What matters to an operator is where things live: topics and records on the claim, the settings
//! of topics in the process. So a broker that starts anew has its topics and has forgotten their
//! settings, and a topic that is deleted and made again has its old records.
//!
//! Not imitated: ports (a broker that is ready answers on any), groups, quotas, offsets, membership
//! in a cluster (no release forms one), settings that remove records.

pub mod registry;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod};
use sluicegate_core::{
    observed::{Ref, text},
    systems::rivven::{
        Answer, Broker, Call, Health, Position, Probe, Progress, Rivven, SeenTopic, names,
        registry::SeenRegistry,
    },
};

use self::registry::Registries;
use super::{CallError, Product, Store, key::Key, object::is_leaving};
use crate::{backend::rivven::class_of, error::Class};

/// All brokers there are.
#[derive(Clone, Debug, Default)]
pub struct Brokers {
    /// What lies on each volume, by the uid of its claim.
    volumes: BTreeMap<String, BTreeMap<String, Stored>>,
    /// The settings that each process keeps of its topics, by namespace and name of its pod.
    settings: BTreeMap<(String, String), BTreeMap<String, Settings>>,
    registries: Registries,
}

type Settings = BTreeMap<String, String>;

/// A topic on a volume.
#[derive(Clone, Copy, Debug, Default)]
struct Stored {
    /// Nothing once the topic was deleted: its records stay.
    partitions: Option<u32>,
    records: u64,
}

impl Brokers {
    /// The schema registries.
    pub fn registries(&mut self) -> &mut Registries {
        &mut self.registries
    }

    /// Writes records to a topic, which comes about if it is not there.
    ///
    /// # Errors
    ///
    /// If the broker cannot be reached.
    pub fn produce(
        &mut self,
        world: &Store,
        broker: &Broker,
        topic: &str,
        records: u64,
    ) -> Result<(), CallError> {
        let volume = reach(world, broker).map_err(|why| refusal(Class::Retry, why))?;
        let stored = self.volumes.entry(volume).or_default().entry(topic.to_owned()).or_default();
        stored.partitions.get_or_insert(words::PARTITIONS_DEFAULT);
        stored.records += records;
        Ok(())
    }

    fn set(&mut self, broker: &Broker, topic: &str, key: &str, value: Option<String>) {
        let process = (broker.namespace.clone(), names::pod(&broker.cluster, broker.ordinal));
        let settings = self.settings.entry(process).or_default();
        let settings = settings.entry(topic.to_owned()).or_default();
        match value {
            Some(value) => drop(settings.insert(key.to_owned(), value)),
            None => drop(settings.remove(key)),
        }
    }

    /// Nobody reads here, so that no group has come anywhere.
    fn progress(
        &self,
        volume: &str,
        topics: &BTreeSet<String>,
        groups: &BTreeMap<String, BTreeSet<String>>,
    ) -> Answer {
        let held = self.volumes.get(volume);
        let records = |topic: &String| {
            let stored = held.and_then(|topics| topics.get(topic))?;
            stored.partitions.map(|_| (topic.clone(), stored.records))
        };
        let unread = |(topic, lag)| (topic, Position { committed: 0, lag });
        let of = |names: &BTreeSet<String>| names.iter().filter_map(records).map(unread).collect();
        let groups = groups.iter().map(|(name, topics)| (name.clone(), of(topics))).collect();
        Answer::Progress(Progress { ends: topics.iter().filter_map(records).collect(), groups })
    }

    fn describe(&self, broker: &Broker, volume: &str, topic: &str) -> Answer {
        let stored = self.volumes.get(volume).and_then(|topics| topics.get(topic));
        let Some((partitions, records)) =
            stored.and_then(|one| Some((one.partitions?, one.records)))
        else {
            return Answer::NoTopic;
        };
        let process = (broker.namespace.clone(), names::pod(&broker.cluster, broker.ordinal));
        let settings = self.settings.get(&process).and_then(|topics| topics.get(topic));
        Answer::Topic(SeenTopic {
            partitions,
            configs: settings.cloned().unwrap_or_default(),
            records,
            replication_factor: None,
        })
    }
}

impl Product for Brokers {
    type System = Rivven;

    fn ask(&self, world: &Store, probe: &Probe) -> Answer {
        let volume = match probe.broker().map(|broker| reach(world, broker)).transpose() {
            Ok(volume) => volume.unwrap_or_default(),
            Err(why) => return Answer::Unreachable(why),
        };
        match probe {
            Probe::Registry(question) => {
                let said = self.registries.ask(world, question);
                said.map_or_else(Answer::Unreachable, Answer::Registry)
            }
            Probe::Health(_) => healthy(),
            Probe::Holdings(_) => {
                let topics = self.volumes.get(&volume).into_iter().flatten();
                let there = topics.filter(|(_, topic)| topic.partitions.is_some());
                Answer::Holdings(there.map(|(name, topic)| (name.clone(), topic.records)).collect())
            }
            Probe::Topics(_) => {
                let topics = self.volumes.get(&volume).into_iter().flatten();
                let there =
                    topics.filter_map(|(name, topic)| Some((name.clone(), topic.partitions?)));
                Answer::Topics(there.collect())
            }
            Probe::Topic { broker, name } => self.describe(broker, &volume, name),
            Probe::Progress { topics, groups, .. } => self.progress(&volume, topics, groups),
        }
    }

    fn call(&mut self, world: &Store, call: &Call) -> Result<(), CallError> {
        let Some((broker, name)) = call.topic() else {
            let Call::Registry(change) = call else { return Ok(()) };
            let done = self.registries.call(world, change);
            return done.map_err(|why| refusal(Class::Retry, why));
        };
        let volume = reach(world, broker).map_err(|why| refusal(Class::Retry, why))?;
        let topics = self.volumes.entry(volume).or_default();
        let now = topics.get(name).and_then(|topic| topic.partitions);
        let unknown = || words::unknown(name);
        let done = match call {
            Call::CreateTopic { partitions, .. } => {
                words::creation(name, *partitions, now.is_some()).map(|()| Some(*partitions))
            }
            Call::GrowTopic { partitions, .. } => now
                .ok_or_else(unknown)
                .and_then(|now| words::growth(now, *partitions))
                .map(|()| Some(*partitions)),
            Call::SetConfig { broker, key, value, .. } => {
                let setting =
                    now.ok_or_else(unknown).and_then(|_| words::setting(key, value.as_deref()));
                let setting = setting.map_err(said)?;
                self.set(broker, name, key, setting);
                return Ok(());
            }
            Call::DeleteTopic { .. } => now.map(|_| None).ok_or_else(|| words::missing(name)),
            Call::Registry(_) => return Ok(()),
        };
        topics.entry(name.to_owned()).or_default().partitions = done.map_err(said)?;
        Ok(())
    }

    fn when_new(probe: &Probe) -> Answer {
        match probe {
            Probe::Health(_) => healthy(),
            Probe::Holdings(_) => Answer::Holdings(BTreeMap::new()),
            Probe::Topics(_) => Answer::Topics(BTreeMap::new()),
            Probe::Topic { .. } => Answer::NoTopic,
            Probe::Progress { .. } => Answer::Progress(Progress::default()),
            Probe::Registry(asked) => Answer::Registry(SeenRegistry::new(&asked.subjects)),
        }
    }

    /// Health and all of a registry in the process, topics and records on the claim.
    fn lives_in(probe: &Probe) -> Option<Ref> {
        if let Probe::Registry(asked) = probe {
            return Some(Ref::to::<Pod>(&asked.registry.namespace, &asked.registry.pod));
        }
        let Broker { namespace, cluster, ordinal, .. } = probe.broker()?;
        Some(match probe {
            Probe::Health(_) => Ref::to::<Pod>(namespace, &names::pod(cluster, *ordinal)),
            Probe::Holdings(_)
            | Probe::Topics(_)
            | Probe::Topic { .. }
            | Probe::Progress { .. }
            | Probe::Registry(_) => {
                Ref::to::<PersistentVolumeClaim>(namespace, &names::claim(cluster, *ordinal))
            }
        })
    }

    fn pod_stopped(&mut self, namespace: &str, name: &str) {
        self.registries.stopped(namespace, name);
        self.settings.remove(&(namespace.to_owned(), name.to_owned()));
    }
}

fn healthy() -> Answer {
    Answer::Health(Health { healthy: true, membership: None })
}

/// The volume of a broker that can be reached, or why it cannot.
fn reach(world: &Store, broker: &Broker) -> Result<String, String> {
    let pod = names::pod(&broker.cluster, broker.ordinal);
    let Some(found) = world.find(&Key::core("Pod", &broker.namespace, &pod)) else {
        return Err(format!("no such host: {pod}"));
    };
    if is_leaving(found) || !world.is_pod_ready(&broker.namespace, &pod) {
        return Err(format!("connection refused by {pod}"));
    }
    let claim = names::claim(&broker.cluster, broker.ordinal);
    let claim = world.find(&Key::core("PersistentVolumeClaim", &broker.namespace, &claim));
    Ok(text(claim.unwrap_or(found), "/metadata/uid").to_owned())
}

/// A refusal in the broker's own words.
fn said(words: String) -> CallError {
    refusal(class_of(&words), words)
}

fn refusal(class: Class, message: String) -> CallError {
    CallError { class, message }
}
