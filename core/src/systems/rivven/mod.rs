//! Rivven: a streaming platform whose brokers keep topics on their own volumes.
//!
//! | kind | makes | asks the broker |
//! |---|---|---|
//! | [`cluster`] | StatefulSet, Services, ConfigMap, budget, monitor | health, what it holds |
//! | [`topic`] | nothing in Kubernetes | the topic; to create, grow, configure and delete it |
//! | [`connect`] | Deployment, ConfigMap, Service | which topics there are, how far groups are |
//! | [`schema_registry`] | Deployment, Services, budget | the registry: what is in force |
//!
//! What a release of the broker can and cannot do stands in [`release`], what decides in [`rules`],
//! names in [`names`].

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};

use crate::{
    connector::{Compared, Connector},
    many::many,
    rule::Rule,
    settings::Setting,
    system,
    systems::Visitor,
};

pub mod api;
mod broker;
pub mod cluster;
pub mod connect;
mod home;
mod image;
pub mod names;
pub mod registry;
pub mod release;
pub mod rules;
pub mod schema_registry;
pub mod topic;

pub use broker::{Broker, Health, Membership, Position, Progress, SeenTopic};
use registry::{Change, Question, SeenRegistry};

/// The system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rivven;

/// A question to a broker, or to a schema registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Probe {
    /// Is it healthy? `GET /health` on its API port.
    Health(Broker),
    /// Which topics does it hold, with how many records? By the client protocol.
    Holdings(Broker),
    /// Which topics does it have, with how many partitions? By the client protocol.
    Topics(Broker),
    /// What is this topic? By the client protocol.
    Topic {
        /// The broker that is asked.
        broker: Broker,
        /// The topic.
        name: String,
    },
    /// How far are these? By the client protocol.
    Progress {
        /// The broker that is asked.
        broker: Broker,
        /// Topics that are written to.
        topics: BTreeSet<String>,
        /// Groups that read, each with its topics.
        groups: BTreeMap<String, BTreeSet<String>>,
    },
    /// What is in force in this schema registry? By its REST API.
    Registry(Question),
}

/// The answer of a broker, or of a schema registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// To [`Probe::Health`].
    Health(Health),
    /// To [`Probe::Holdings`]: the records of each topic.
    Holdings(BTreeMap<String, u64>),
    /// To [`Probe::Topics`]: the partitions of each topic.
    Topics(BTreeMap<String, u32>),
    /// To [`Probe::Topic`]: there is no such topic.
    NoTopic,
    /// To [`Probe::Topic`]: there is.
    Topic(SeenTopic),
    /// To [`Probe::Progress`].
    Progress(Progress),
    /// To [`Probe::Registry`].
    Registry(SeenRegistry),
    /// To anything: it could not be asked, and why.
    Unreachable(String),
}

/// A request to a broker, or to a schema registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Call {
    /// Create a topic that does not exist.
    CreateTopic {
        /// The broker that is asked.
        broker: Broker,
        /// The topic.
        name: String,
        /// How many partitions it shall have.
        partitions: u32,
    },
    /// Give a topic more partitions.
    GrowTopic {
        /// The broker that is asked.
        broker: Broker,
        /// The topic.
        name: String,
        /// How many it shall have in all.
        partitions: u32,
    },
    /// Set one config of a topic. One at a time: a broker that refuses the second of two has
    /// already applied the first.
    SetConfig {
        /// The broker that is asked.
        broker: Broker,
        /// The topic.
        name: String,
        /// Such as `retention.ms`.
        key: String,
        /// The value; nothing for the broker's default.
        value: Option<String>,
    },
    /// Delete a topic.
    DeleteTopic {
        /// The broker that is asked.
        broker: Broker,
        /// The topic.
        name: String,
    },
    /// Change what is in force in a schema registry.
    Registry(Change),
}

/// Visits every kind of this system.
pub fn visit(visitor: &mut impl Visitor<Rivven>) {
    visitor.system();
    visitor.kind::<cluster::Cluster>();
    visitor.kind::<topic::Topic>();
    visitor.kind::<connect::Connect>();
    visitor.kind::<schema_registry::SchemaRegistry>();
}

impl system::System for Rivven {
    const NAME: &'static str = "rivven";
    const RULES: &'static [&'static Rule] = rules::RULES;
    const CONNECTORS: &'static [&'static Connector] = connect::catalogue::CONNECTORS;
    const COMPARED: Compared = connect::catalogue::COMPARED;
    const CONNECTS: &'static str = "RivvenConnect";
    const SETTINGS: &'static [&'static Setting] = &[&connect::JOIN_AFTER];
    const PEERS: &'static [&'static [(&'static str, &'static str)]] = &[
        &[("app.kubernetes.io/component", "broker"), ("app.kubernetes.io/name", "rivven")],
        &[
            ("app.kubernetes.io/component", "schema-registry"),
            ("app.kubernetes.io/name", "rivven-schema"),
        ],
    ];
    type Probe = Probe;
    type Answer = Answer;
    type Call = Call;

    fn unreachable(_: &Probe, why: String) -> Answer {
        Answer::Unreachable(why)
    }

    fn unreached(answer: &Answer) -> Option<&str> {
        if let Answer::Unreachable(why) = answer { Some(why) } else { None }
    }

    /// Nothing is set of a topic that could not be created.
    fn rests_on(later: &Call, earlier: &Call) -> bool {
        if let (Call::Registry(later), Call::Registry(earlier)) = (later, earlier) {
            return later.rests_on(earlier);
        }
        let (later, earlier_topic) = (later.topic(), earlier.topic());
        later.is_some() && later == earlier_topic && matches!(earlier, Call::CreateTopic { .. })
    }

    fn subject(call: &Call) -> String {
        match (call, call.topic()) {
            (Call::Registry(change), _) => change.subject(),
            (_, Some((_, topic))) => format!("topic {topic}"),
            (_, None) => String::new(),
        }
    }

    fn fold(call: &Call, answers: &mut BTreeMap<Probe, Answer>) -> bool {
        if let Call::Registry(change) = call {
            return answers.iter_mut().fold(false, |changed, (probe, answer)| {
                match (probe, answer) {
                    (Probe::Registry(asked), Answer::Registry(seen)) => {
                        changed | change.fold(asked, seen)
                    }
                    _ => changed,
                }
            });
        }
        let Some((broker, topic)) = call.topic() else { return false };
        let probe = Probe::Topic { broker: broker.clone(), name: topic.to_owned() };
        let Some(answer) = answers.get_mut(&probe) else { return false };
        let before = answer.clone();
        match (call, &mut *answer) {
            (Call::CreateTopic { partitions, .. }, Answer::NoTopic) => {
                *answer = Answer::Topic(SeenTopic {
                    partitions: *partitions,
                    configs: BTreeMap::new(),
                    records: 0,
                    replication_factor: None,
                });
            }
            (Call::GrowTopic { partitions, .. }, Answer::Topic(topic)) => {
                topic.partitions = topic.partitions.max(*partitions);
            }
            (Call::SetConfig { key, value: Some(value), .. }, Answer::Topic(topic)) => {
                topic.configs.insert(key.clone(), value.clone());
            }
            (Call::SetConfig { key, value: None, .. }, Answer::Topic(topic)) => {
                topic.configs.remove(key);
            }
            (Call::DeleteTopic { .. }, Answer::Topic(_)) => *answer = Answer::NoTopic,
            // The broker refuses, or cannot be reached: nothing changes.
            _ => {}
        }
        *answer != before
    }
}

impl Call {
    /// The topic that it is about and the broker that is asked, if it is about one.
    pub fn topic(&self) -> Option<(&Broker, &str)> {
        match self {
            Self::CreateTopic { broker, name, .. }
            | Self::GrowTopic { broker, name, .. }
            | Self::SetConfig { broker, name, .. }
            | Self::DeleteTopic { broker, name, .. } => Some((broker, name)),
            Self::Registry(_) => None,
        }
    }
}

impl Probe {
    /// The broker that is asked, if it is one.
    pub fn broker(&self) -> Option<&Broker> {
        match self {
            Self::Health(broker)
            | Self::Holdings(broker)
            | Self::Topics(broker)
            | Self::Topic { broker, .. }
            | Self::Progress { broker, .. } => Some(broker),
            Self::Registry(_) => None,
        }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Health(broker) => write!(f, "health of {broker}"),
            Self::Holdings(broker) => write!(f, "what {broker} holds"),
            Self::Topics(broker) => write!(f, "the topics of {broker}"),
            Self::Topic { broker, name } => write!(f, "topic {name} on {broker}"),
            Self::Progress { broker, topics, groups } => {
                let (topics, groups) = (many(topics.len(), "topic"), many(groups.len(), "group"));
                write!(f, "how far {topics} and {groups} are on {broker}")
            }
            Self::Registry(question) => write!(f, "what is in force in {}", question.registry),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTopic { broker, name, partitions } => {
                let partitions = many(*partitions, "partition");
                write!(f, "create topic {name} with {partitions} on {broker}")
            }
            Self::GrowTopic { broker, name, partitions } => {
                let partitions = many(*partitions, "partition");
                write!(f, "grow topic {name} to {partitions} on {broker}")
            }
            Self::SetConfig { broker, name, key, value: Some(value) } => {
                write!(f, "set {key} of topic {name} to {value} on {broker}")
            }
            Self::SetConfig { broker, name, key, value: None } => {
                write!(f, "reset {key} of topic {name} to the default of {broker}")
            }
            Self::DeleteTopic { broker, name } => {
                write!(f, "delete topic {name} with its records on {broker}")
            }
            Self::Registry(change) => change.fmt(f),
        }
    }
}
