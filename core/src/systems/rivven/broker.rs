//! A broker: where it is, and what it says of itself, of its topics and of who reads them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::names;

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

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broker {}/{}-{}", self.namespace, names::workload(&self.cluster), self.ordinal)
    }
}
