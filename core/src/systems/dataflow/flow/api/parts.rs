//! The parts of a flow: its stores and its transformations, each with two ways to write what it
//! takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{connector::Keys, words};

words! {
    /// What a store is.
    StoreType {
        /// Kafka, and what speaks its protocol.
        Kafka = "kafka",
        /// PostgreSQL.
        Postgresql = "postgresql",
        /// Trino.
        Trino = "trino",
        /// ClickHouse.
        Clickhouse = "clickhouse",
        /// Nessie: tables of Iceberg.
        Nessie = "nessie",
    }
}

/// A store that records are read from or written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Store {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: StoreType,
    /// What it takes, as `sluicegate explain connector dataflow/NAME` lists it. Left out: that
    /// stands below its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Keys>,
    /// What a store of type kafka takes, as it was written before there was `config`. Left
    /// out: that stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kafka: Option<Keys>,
    /// What a store of type postgresql takes, as it was written before there was `config`. Left
    /// out: that stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgresql: Option<Keys>,
    /// What a store of type trino takes, as it was written before there was `config`. Left
    /// out: that stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trino: Option<Keys>,
    /// What a store of type clickhouse takes, as the others may be written. Left out: that stands
    /// below `config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clickhouse: Option<Keys>,
    /// What a store of type nessie takes, as the others may be written. Left out: that stands
    /// below `config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nessie: Option<Keys>,
}

words! {
    /// What is done to a record.
    StepType {
        /// Notes when it was done.
        Timestamp = "timestamp",
        /// Makes one record of each item of a list.
        Flatten = "flatten",
        /// Lets through what meets a condition.
        Filter = "filter",
        /// Makes values unreadable.
        Mask = "mask",
        /// Leads what meets a condition to a sink of its own.
        Router = "router",
        /// Keeps these fields and no others.
        Select = "select",
        /// Takes fields out.
        Remove = "remove",
        /// Writes names `like_this`.
        SnakeCase = "snakeCase",
        /// Writes names `LikeThis`.
        CamelCase = "camelCase",
    }
}

/// Something that is done to records on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What is done.
    #[serde(rename = "type")]
    pub kind: StepType,
    /// What it takes: a timestamp `fieldName` and `format`, a flatten `field`, a filter
    /// `condition`, a mask `fields`, `maskChar` and `keepLength`, a router `routes` (each a
    /// `condition` and a `sink`), a select and a remove `fields`, a snakeCase and a camelCase
    /// `deep`. Left out: that stands below its own name, if it needs anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Keys>,
    /// What a timestamp takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Keys>,
    /// What a flatten takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flatten: Option<Keys>,
    /// What a filter takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Keys>,
    /// What a mask takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Keys>,
    /// What a router takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub router: Option<Keys>,
    /// What a select takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Keys>,
    /// What a remove takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<Keys>,
    /// What a snakeCase takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snake_case: Option<Keys>,
    /// What a camelCase takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camel_case: Option<Keys>,
}
