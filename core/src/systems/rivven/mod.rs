//! Rivven: a streaming platform whose brokers keep topics on their own volumes.
//!
//! | kind | makes | asks the broker |
//! |---|---|---|
//! | [`cluster`] | StatefulSet, Services, ConfigMap, budget, monitor | health, what it holds |
//! | [`topic`] | nothing in Kubernetes | the topic; to create, grow, configure and delete it |
//! | [`connect`] | Deployment, ConfigMap, Service | which topics there are, how far groups are |
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
pub mod cluster;
pub mod connect;
mod home;
mod image;
pub mod names;
pub mod release;
pub mod rules;
pub mod topic;

/// The system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rivven;

/// One broker, by what it is called. Its address follows from that, and from nothing that anybody
/// has written into a status.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Broker {
    /// The namespace of its cluster.
    pub namespace: String,
    /// The name of its cluster.
    pub cluster: String,
    /// Its number in the cluster, from 0.
    pub ordinal: u32,
    /// The port that is asked: [`names::CLIENT_PORT`] or that of its API.
    pub port: u16,
}

/// A question to a broker.
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
}

/// A broker's answer.
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
    /// To anything: it could not be asked, and why.
    Unreachable(String),
}

/// How a broker is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Health {
    /// Whether it calls itself healthy.
    pub healthy: bool,
    /// Its part in a cluster; nothing where it runs alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership: Option<Membership>,
}

/// The part of a broker in a cluster.
///
/// No release up to 0.0.22 forms one. The rules that will need it are here and tested, so that a
/// release that can is a line in a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Membership {
    /// Whether it leads.
    pub leader: bool,
    /// How many brokers vote.
    pub voters: u32,
    /// How many of them are in touch with the leader.
    pub voters_healthy: u32,
    /// How many partitions have a replica here.
    pub partitions: u32,
    /// How many of those keep `min.insync.replicas` while this broker is down.
    pub partitions_safe: u32,
}

/// A topic as a broker describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeenTopic {
    /// How many partitions it has.
    pub partitions: u32,
    /// The configs that are not at their default. Whether one that is at it was set so, or was
    /// forgotten when the broker started anew, the broker does not tell.
    #[serde(default)]
    pub configs: BTreeMap<String, String>,
    /// How many records it holds.
    #[serde(default)]
    pub records: u64,
    /// How many copies of each partition there are; nothing where the broker knows no copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication_factor: Option<u32>,
}

/// How far writers and readers of topics have come. What of it is not there is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Progress {
    /// Where each topic ends: its offsets of all partitions together.
    #[serde(default)]
    pub ends: BTreeMap<String, u64>,
    /// Where each group is in its topics.
    #[serde(default)]
    pub groups: BTreeMap<String, BTreeMap<String, Position>>,
}

/// Where a group is in a topic, all partitions together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Position {
    /// The offsets that it has committed.
    pub committed: u64,
    /// The records that the topic holds behind them: all of a partition where it has committed
    /// nothing.
    pub lag: u64,
}

/// A request to a broker.
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
}

/// Visits every kind of this system.
pub fn visit(visitor: &mut impl Visitor<Rivven>) {
    visitor.system();
    visitor.kind::<cluster::Cluster>();
    visitor.kind::<topic::Topic>();
    visitor.kind::<connect::Connect>();
}

impl system::System for Rivven {
    const NAME: &'static str = "rivven";
    const RULES: &'static [&'static Rule] = rules::RULES;
    const CONNECTORS: &'static [&'static Connector] = connect::catalogue::CONNECTORS;
    const COMPARED: Compared = connect::catalogue::COMPARED;
    const CONNECTS: &'static str = "RivvenConnect";
    const SETTINGS: &'static [&'static Setting] = &[&connect::JOIN_AFTER];
    const PEERS: &'static [&'static [(&'static str, &'static str)]] =
        &[&[("app.kubernetes.io/component", "broker"), ("app.kubernetes.io/name", "rivven")]];
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
        let same = (later.broker(), later.topic()) == (earlier.broker(), earlier.topic());
        same && matches!(earlier, Call::CreateTopic { .. })
    }

    fn subject(call: &Call) -> String {
        format!("topic {}", call.topic())
    }

    fn fold(call: &Call, answers: &mut BTreeMap<Probe, Answer>) -> bool {
        let probe = Probe::Topic { broker: call.broker().clone(), name: call.topic().to_owned() };
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

impl Broker {
    /// Its host name, resolvable inside the cluster, in a cluster with this DNS suffix.
    pub fn host(&self, domain: &str) -> String {
        let Self { namespace, cluster, ordinal, .. } = self;
        let (set, headless) = (names::workload(cluster), names::headless(cluster));
        format!("{set}-{ordinal}.{headless}.{namespace}.svc.{domain}")
    }

    /// Host name and port.
    pub fn address(&self, domain: &str) -> String {
        format!("{}:{}", self.host(domain), self.port)
    }
}

impl Call {
    /// The broker that is asked.
    pub fn broker(&self) -> &Broker {
        match self {
            Self::CreateTopic { broker, .. }
            | Self::GrowTopic { broker, .. }
            | Self::SetConfig { broker, .. }
            | Self::DeleteTopic { broker, .. } => broker,
        }
    }

    /// The topic that it is about.
    pub fn topic(&self) -> &str {
        match self {
            Self::CreateTopic { name, .. }
            | Self::GrowTopic { name, .. }
            | Self::SetConfig { name, .. }
            | Self::DeleteTopic { name, .. } => name,
        }
    }
}

impl Probe {
    /// The broker that is asked.
    pub fn broker(&self) -> &Broker {
        match self {
            Self::Health(broker)
            | Self::Holdings(broker)
            | Self::Topics(broker)
            | Self::Topic { broker, .. }
            | Self::Progress { broker, .. } => broker,
        }
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broker {}/{}-{}", self.namespace, names::workload(&self.cluster), self.ordinal)
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
        }
    }
}
